// Curves between two values as a weighted sum of both ends, free of cancellation.
//
// x is the weight of `one` and xc = 1 - x that of `zero`, each known to full relative accuracy.
// The value is base + change * weight, base being the end of smaller magnitude: so nothing
// cancels where the curve approaches it.
#pragma once

#include "arithmetic/elementary.h"
#include "tree/node.h"

namespace decaylr {

constexpr double_double log2_e{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};

struct EndWeights {
    // What both ends are divided by: 2^200 for values above 2^900, so that no product overflows,
    // 2^-300 for values below 2^-700, so that none underflows.
    double unit;
    bool upward;   // the weight to use is that of `one`
    double base;   // the end of smaller magnitude
    double other;  // the end of larger magnitude
    double change;

    DECAYLR_LANE EndWeights(double zero, double one)
        : unit(unit_of(std::max(std::fabs(zero), std::fabs(one)))),
          upward(std::fabs(one) >= std::fabs(zero)),
          base((upward ? zero : one) / unit),
          other((upward ? one : zero) / unit),
          change(other - base) {}
    DECAYLR_LANE static double unit_of(double size) {
        return size > 0x1p900 ? 0x1p200 : size < 0x1p-700 ? 0x1p-300 : 1.0;
    }
    DECAYLR_LANE double with(double weight) const { return (base + change * weight) * unit; }
    DECAYLR_LANE double with(double_double weight) const {
        return to_double(add(mul(weight, two_sum(other, -base)), base)) * unit;
    }
    // A fraction of the change alone, rounded once.
    DECAYLR_LANE double part(double_double fraction) const {
        return to_double(mul(fraction, change)) * unit;
    }
    double part(Scaled fraction) const { return round_scaled_times(fraction, change * unit); }
};

// The first and the last value of a curve, and where on a grid it begins and ends. Lengths are
// numbers of steps of the grid.
struct Endpoints {
    double init, end;
    Boundary boundary;     // the number from which the last value holds: 0 for a constant one
    double_double start;   // how far along the curve number 0 is: less than a step
    double_double length;  // of the whole curve
    double_double left;    // what remains from number 0 on
    double steps;          // the length as a double
    bool begins;           // whether number 0 is the first position of the curve

    Endpoints(double init_value, double end_value, const Boundary& at, const Grid& grid)
        : init(init_value),
          end(end_value),
          boundary(init_value == end_value ? make_boundary(Int{0}) : grid.first_at(at)),
          start(grid.start()),
          length(init_value == end_value ? double_double{0.0, 0.0}
                                         : bounded_length(grid.in_steps(exact(at)))),
          left(grid.whole() ? length : sub(length, start)),
          steps(grid.whole() ? boundary.value : length.hi),
          begins(start.hi == 0.0),
          whole_(grid.whole() && boundary.integral && steps < two_53) {}
    bool past(Int n) const { return reached(n, boundary); }
    double_double elapsed(Int n) const { return add(start, exact(n)); }
    double_double remaining(Int n) const { return sub(left, exact(n)); }
    // The same for numbers below 2^53, and between them.
    DECAYLR_LANE double_double elapsed(double n) const { return add(start, n); }
    DECAYLR_LANE double_double remaining(double n) const { return add(left, -n); }
    Monotonicity monotonicity(Int first) const {
        return monotonicity_between(first, init, end, boundary);
    }
    // Whether numbers are positions, and steps - p is exact inside the curve.
    bool whole() const { return whole_; }
    // Whether number p, inside, may be so near an end that less than a step is left, or over.
    bool edge(Int p) const {
        return !whole_ && ((p == 0 && !begins) || p == first_position(boundary) - 1);
    }
    // fill(p, n, out) for numbers inside, of which those at the edges have a value(p) of their own.
    template <class Real, class Value, class Fill>
    void fill_between_edges(Int p, Int n, Real* out, Value&& value, Fill&& fill) const {
        if (n > 0 && edge(p)) *out++ = static_cast<Real>(value(p)), ++p, --n;
        if (n > 0 && edge(p + (n - 1))) --n, out[n] = static_cast<Real>(value(p + n));
        if (n > 0) fill(p, n, out);
    }
    template <class Value, class Sum>
    double_double sum_between_edges(Int p, Int n, Value&& value, Sum&& sum) const {
        double_double edges{0.0, 0.0};
        if (n > 0 && edge(p)) edges = add(edges, value(p)), ++p, --n;
        if (n > 0 && edge(p + (n - 1))) edges = add(edges, value(p + (n - 1))), --n;
        return n > 0 ? add(edges, sum(p, n)) : edges;
    }
    // Calls body(p, n, out) for numbers strictly inside, and adds up body(p, n).
    template <class Real, class Body>
    void fill(Int first, Int count, Real* out, Body&& body) const {
        fill_interior(first, count, begins, boundary, init, end, out, body);
    }
    template <class Body>
    ClosedSum sum(Int first, Int count, Body&& body) const {
        return sum_interior(first, count, begins, boundary, init, end, body);
    }
    // The same of numbers in any order, where f gives the values strictly inside from doubles.
    template <class F>
    void fill_numbers(const Int* numbers, Int count, double* out, F&& f) const {
        const Int first = begins ? 1 : 0, last = std::min(first_position(boundary), Int{1} << 52) - 1;
        if (last >= first) fill_each_number(numbers, count, first, last, out, f);
        for (Int i = 0; i < count; ++i) {
            if (at_end(numbers[i])) out[i] = end_at(numbers[i]);
        }
    }
    // Whether number p shows one of the ends, and which.
    bool at_end(Int p) const { return past(p) || (begins && p <= 0); }
    double end_at(Int p) const { return past(p) ? end : init; }

   private:
    // In more steps than this a curve moves by nothing.
    static double_double bounded_length(double_double x) {
        return x.hi < 0x1p1000 ? x : double_double{0x1p1000, 0.0};
    }
    bool whole_;
};

// An exponent bounded so that no product overflows; on any float64 base the result is the same.
inline double bounded(double exponent) {
    return std::min(std::max(exponent, -0x1p200), 0x1p200);
}

// 2**y as a double-double for y <= 0.
inline double_double power_of_logarithm(double_double y) {
    const Scaled s = exp2_scaled(y);
    if (s.exponent < -1000) return {round_scaled(s), 0.0};
    const Scaled lo{s.lo, 0.0, s.exponent};
    return {round_scaled({s.hi, 0.0, s.exponent}), s.lo == 0.0 ? 0.0 : round_scaled(lo)};
}

// t**n as a double-double for 0 < t <= 1.
inline double_double power_of(double_double t, double n) {
    return power_of_logarithm(mul(log2(t), n));
}

// (a / b)**n for 0 < a <= b, also where the quotient is too small for a double.
inline double_double power_of_quotient(double_double a, double_double b, double n) {
    if (a.hi > 0x1p-900) return power_of(div(a, b), n);
    return power_of_logarithm(mul(sub(log2(a), log2(b)), n));
}

// 1 - t**n for t = 1 - w, accurate however small w is.
inline double_double one_minus_power(double_double t, double_double w, double n) {
    if (w.hi * n < 0x1p-40 && w.hi < 0x1p-40) {
        const double_double first = mul(w, n);
        return sub(first, mul(mul(first, w), 0.5 * (n - 1.0)));
    }
    const double_double y = mul(log2(t), n);
    if (y.hi > -1.0) return neg(exp2m1(y));
    return sub(double_double{1.0, 0.0}, power_of(t, n));
}

}  // namespace decaylr
