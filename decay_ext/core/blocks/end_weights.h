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

// The first and the last value of a curve, and the boundary from which the last one holds.
struct Endpoints {
    double init, end;
    Boundary boundary;     // where the curve ends: 0 for a constant one
    double steps;          // the same as a double
    double_double length;  // the same exactly

    Endpoints(double init_value, double end_value, const Boundary& at)
        : init(init_value),
          end(end_value),
          boundary(init_value == end_value ? make_boundary(Int{0}) : at),
          steps(boundary.value),
          length(boundary.integral ? exact(boundary.whole) : double_double{boundary.value, 0.0}) {}
    template <class P>
    bool past(P p) const {
        return reached(p, boundary);
    }
    double_double remaining(double_double p) const { return sub(length, p); }
    Monotonicity monotonicity(Int first) const {
        return monotonicity_between(first, init, end, boundary);
    }
    // Whether steps - p is exact for whole p inside the curve.
    bool whole() const { return boundary.integral && steps < two_53; }
};

// An exponent bounded so that no product overflows; on any float64 base the result is the same.
inline double bounded(double exponent) {
    return std::min(std::max(exponent, -0x1p200), 0x1p200);
}

// t**n as a double-double for 0 < t <= 1.
inline double_double power_of(double_double t, double n) {
    const Scaled s = exp2_scaled(mul(log2(t), n));
    if (s.exponent < -1000) return {round_scaled(s), 0.0};
    const Scaled lo{s.lo, 0.0, s.exponent};
    return {round_scaled({s.hi, 0.0, s.exponent}), s.lo == 0.0 ? 0.0 : round_scaled(lo)};
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
