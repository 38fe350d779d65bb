#include "folds/reductions.h"

#include <algorithm>
#include <limits>

namespace decaylr {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// A block is eight vectors of eight lanes, which are combined as a tree: a chain of
// dependent operations would be slower. The order is the same on every instruction set.
template <class Value, class Combine>
DECAYLR_LANE double combined(Value&& value, Combine&& combine) {
    return combine(combine(combine(value(0), value(8)), combine(value(16), value(24))),
                   combine(combine(value(32), value(40)), combine(value(48), value(56))));
}

// Function objects: a function pointer would keep loops from being vectorized.
constexpr auto plus = [](double a, double b) { return a + b; };
constexpr auto larger = [](double a, double b) { return a < b ? b : a; };
constexpr auto smaller = [](double a, double b) { return b < a ? b : a; };
constexpr auto itself = [](double x) { return x; };

DECAYLR_LANE void keep(double x, double& high, double& low) {
    const double_double s = two_sum(high, x);
    high = s.hi;
    low += s.lo;
}

// Calls take(v) for blocks of values, the last of them made whole by `padding`. The loop over
// lanes must keep them in registers over all rounds.
template <class Take>
DECAYLR_LANE void each_whole_block(const double* values, Int count, double padding, Take&& take) {
    Int i = 0;
    for (; i + block <= count; i += block) take(values + i);
    if (i == count) return;
    double last[block];
    std::fill(std::copy(values + i, values + count, last), last + block, padding);
    take(static_cast<const double*>(last));
}

// All values combined, in any order; `neutral` changes nothing.
template <class Value, class Combine>
DECAYLR_LANE double reduced(const double* values, Int count, double padding, double neutral,
                            Value&& value, Combine&& combine) {
    double found[lanes];
    std::fill(found, found + lanes, neutral);
    each_whole_block(values, count, padding, [&](const double* v) {
        for (int l = 0; l < lanes; ++l) {
            found[l] =
                combine(found[l], combined([=](int j) { return value(v[l + j]); }, combine));
        }
    });
    double result = found[0];
    for (int l = 1; l < lanes; ++l) result = combine(result, found[l]);
    return result;
}

template <class Found>
DECAYLR_LANE Int first_place(const double* values, Int count, Found&& found) {
    Int i = 0;
    while (i + block < count && !found(values + i, Int{block})) i += block;
    while (i < count && !found(values + i, Int{1})) ++i;
    return i;
}

}  // namespace

double largest_of(const double* values, Int count) {
    return reduced(values, count, -infinity, -infinity, itself, larger);
}

double smallest_of(const double* values, Int count) {
    return reduced(values, count, infinity, infinity, itself, smaller);
}

Int count_under(const double* values, Int count, double limit) {
    const auto under = [limit](double x) { return x < limit ? 1.0 : 0.0; };
    return static_cast<Int>(reduced(values, count, infinity, 0.0, under, plus));
}

Int first_at_least(const double* values, Int count, double limit) {
    return first_place(values, count, [limit](const double* v, Int n) {
        return n == 1 ? *v >= limit : largest_of(v, n) >= limit;
    });
}

Int first_at_most(const double* values, Int count, double limit) {
    return first_place(values, count, [limit](const double* v, Int n) {
        return n == 1 ? *v <= limit : smallest_of(v, n) <= limit;
    });
}

void Sum::add(const double* values, Int count) {
    double highs[lanes] = {}, lows[lanes] = {};
    each_whole_block(values, count, 0.0, [&](const double* v) {
        for (int l = 0; l < lanes; ++l) {
            keep(combined([=](int j) { return v[l + j]; }, plus), highs[l], lows[l]);
        }
    });
    for (int l = 0; l < lanes; ++l) add(double_double{highs[l], lows[l]});
}

AnnealingWeights::AnnealingWeights(double momentum) : momentum_(momentum) {
    // momentum^(8 a + b), and the sum of those below it, from short parts.
    const auto powers = [](double_double base, int count, double_double* out, double* before) {
        out[0] = {1.0, 0.0};
        before[0] = 0.0;
        for (int i = 1; i < count; ++i) {
            out[i] = mul(out[i - 1], base);
            before[i] = before[i - 1] + out[i - 1].hi;
        }
    };
    double_double one[9], eight[8];
    double ones[9], eights[8];
    powers(double_double{momentum, 0.0}, 9, one, ones);
    powers(one[8], 8, eight, eights);
    for (int age = 0; age < block; ++age) {
        const int a = age / 8, b = age % 8;
        left[block - 1 - age] = to_double(mul(eight[a], one[b]));
        spent[block - 1 - age] = ones[8] * eights[a] + eight[a].hi * ones[b + 1];
    }
    whole_block = mul(eight[7], one[8]);
}

void Annealing::add(const AnnealingWeights& weights, const double* values, Int count) {
    const double_double left = weights.whole_block;
    const double spent = weights.spent_after(block);
    double m[lanes], high[lanes], low[lanes];
    std::copy(m_, m_ + lanes, m);
    std::copy(high_, high_ + lanes, high);
    std::copy(low_, low_ + lanes, low);
    Int i = 0;
    for (; i + block <= count; i += block) {
        for (int l = 0; l < lanes; ++l) {
            const double *v = values + i + l, *kept = weights.left + l, *given = weights.spent + l;
            const auto fall = [=](int j) { return v[j - 1] - v[j]; };
            const double more = combined([=](int j) { return fall(j) * kept[j]; }, plus);
            const double sum = combined([=](int j) { return fall(j) * given[j]; }, plus);
            keep(m[l] * spent + sum, high[l], low[l]);
            // As a double-double, for its error would be repeated in every block.
            const double rest = m[l] * left.hi + (m[l] * left.lo + more);
            // Where values are constant m would decay through the subnormals, which are slow.
            m[l] = std::fabs(rest) < 0x1p-1022 ? 0.0 : rest;
        }
    }
    std::copy(m, m + lanes, m_);
    std::copy(high, high + lanes, high_);
    std::copy(low, low + lanes, low_);
    if (i < count) add_rest(weights, values + i, count - i);
}

void Annealing::add_rest(const AnnealingWeights& weights, const double* values, Int count) {
    const double spent = weights.spent_after(count);
    for (int l = 0; l < lanes; ++l) keep(m_[l] * spent, high_[l], low_[l]);
    for (Int i = 0; i < count; ++i) {
        const int l = static_cast<int>(i % lanes);
        keep((values[i - 1] - values[i]) * weights.spent[block - count + i], high_[l], low_[l]);
    }
}

double Annealing::value() const {
    Sum sum;
    for (int l = 0; l < lanes; ++l) sum.add(double_double{high_[l], low_[l]});
    return sum.value();
}

}  // namespace decaylr
