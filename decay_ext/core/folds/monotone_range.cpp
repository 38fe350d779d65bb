#include "folds/monotone_range.h"

#include "folds/reductions.h"

namespace decaylr {
namespace {

constexpr Int few = 32;          // values evaluated before asking whether to go on
constexpr Int many = 2048;       // values at a time where all must be evaluated
constexpr Int worthwhile = 4096;  // shorter ranges are evaluated whole

// Calls visit(i, values, count) for pieces of [from, until) of a range until it returns false.
template <Int piece, class Visit>
void walk(const MonotoneRange& s, Int from, Int until, Visit&& visit) {
    double values[piece];
    for (Int i = from; i < until; i += piece) {
        leave_if_asked();
        const Int n = std::min(piece, until - i);
        s.node.fill(s.run, s.first + i, n, values);
        if (!visit(i, static_cast<const double*>(values), n)) return;
    }
}

// The first of [from, until) for which passed(value) holds, `until` if none: it holds for all later
// ones.
template <class Passed>
Int crossing(const MonotoneRange& s, Int from, Int until, Passed&& passed) {
    while (from < until) {
        const Int middle = from + (until - from) / 2;
        if (passed(s.at(middle))) until = middle;
        else from = middle + 1;
    }
    return from;
}

bool worth_bisecting(const MonotoneRange& s, double limit) {
    const bool monotone =
        s.monotonicity.trend == Trend::rising || s.monotonicity.trend == Trend::falling;
    return monotone && s.size > worthwhile && std::isfinite(rounding_margin(s.monotonicity, limit));
}

// Rounding changes no sign: between two values that are not below zero none is.
bool stays_above_zero(const MonotoneRange& s) {
    return s.monotonicity.trend != Trend::unknown && s.monotonicity.size == 0.0 &&
           s.at(0) >= 0.0 && s.at(s.size - 1) >= 0.0;
}

// From the front, until values are below the largest by more than the rounding margin.
void update_peak_from_front(Peak& peak, const MonotoneRange& s) {
    double values[many];
    LeaveIfAsked leave;
    Int n = std::min(few, s.size);
    for (Int i = 0;; i += n, n = std::min({2 * n, many, s.size - i})) {
        leave();
        s.node.fill(s.run, s.first + i, n, values);
        peak.consider(values, n, s.first + i);
        if (n == s.size - i) return;
        if (values[n - 1] < peak.value - rounding_margin(s.monotonicity, peak.value)) return;
    }
}

// From the back: of equal values the first counts.
void update_peak_from_back(Peak& peak, const MonotoneRange& s) {
    Peak own{-std::numeric_limits<double>::infinity(), s.first};
    double values[many];
    LeaveIfAsked leave;
    for (Int until = s.size, n = few; until > 0; until -= n, n = std::min(2 * n, many)) {
        leave();
        const Int from = std::max<Int>(until - n, 0);
        s.node.fill(s.run, s.first + from, until - from, values);
        const double largest = largest_of(values, until - from);
        if (!(largest < own.value)) {
            const Int place = first_at_least(values, until - from, largest);
            own = {values[place], s.first + from + place};
        }
        if (values[0] < own.value - rounding_margin(s.monotonicity, own.value)) break;
    }
    if (own.value > peak.value) peak = own;
}

}  // namespace

void Peak::consider(const double* values, Int count, Int p) {
    const double largest = largest_of(values, count);
    if (!(largest > value)) return;
    const Int place = first_at_least(values, count, largest);
    *this = {values[place], p + place};
}

void update_peak(Peak& peak, const MonotoneRange& s) {
    if (s.monotonicity.trend == Trend::unknown) {
        return walk<many>(s, 0, s.size, [&](Int i, const double* values, Int n) {
            peak.consider(values, n, s.first + i);
            return true;
        });
    }
    const double top = s.at(s.monotonicity.trend == Trend::rising ? s.size - 1 : 0);
    if (s.monotonicity.trend == Trend::constant) return peak.consider(&top, 1, s.first);
    if (top < peak.value - rounding_margin(s.monotonicity, peak.value)) return;
    if (s.monotonicity.trend == Trend::falling) update_peak_from_front(peak, s);
    else update_peak_from_back(peak, s);
}

Int first_at_most(const MonotoneRange& s, double limit) {
    if (s.monotonicity.trend == Trend::constant) return s.at(0) <= limit ? 0 : s.size;
    Int from = 0, until = s.size;
    if (worth_bisecting(s, limit)) {
        const double most = limit + rounding_margin(s.monotonicity, limit);
        if (s.monotonicity.trend == Trend::falling) {
            from = crossing(s, from, until, [=](double v) { return v <= most; });
        } else {
            until = crossing(s, from, until, [=](double v) { return v > most; });
        }
    }
    Int found = s.size;
    walk<many>(s, from, until, [&](Int i, const double* values, Int n) {
        const Int place = first_at_most(values, n, limit);
        if (place < n) found = i + place;
        return place == n;
    });
    return found;
}

Int count_under(const MonotoneRange& s, double limit) {
    if (s.monotonicity.trend == Trend::constant) return s.at(0) < limit ? s.size : 0;
    Int from = 0, until = s.size, under = 0;
    if (limit <= 0.0 && stays_above_zero(s)) return 0;
    if (worth_bisecting(s, limit)) {
        const double margin = rounding_margin(s.monotonicity, limit);
        const double more = limit + margin, less = limit - margin;
        if (s.monotonicity.trend == Trend::falling) {
            from = crossing(s, from, until, [=](double v) { return v <= more; });
            until = crossing(s, from, until, [=](double v) { return v < less; });
            under = s.size - until;
        } else {
            from = crossing(s, from, until, [=](double v) { return v >= less; });
            until = crossing(s, from, until, [=](double v) { return v > more; });
            under = from;
        }
    }
    walk<many>(s, from, until, [&](Int, const double* values, Int n) {
        under += count_under(values, n, limit);
        return true;
    });
    return under;
}

}  // namespace decaylr
