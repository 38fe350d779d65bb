// Curves between two values as weighted ends.
//
// x is the weight of `one` and xc = 1 - x, each known to full relative accuracy.
// The sum starts at the smaller end, so nothing cancels where the curve nears it.
#pragma once

#include "arithmetic/elementary.h"
#include "tree/node.h"

namespace decaylr {

constexpr dd log2_e{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};

struct Blend {
    // Values above 2^900 are halved 200 times, out of the reach of overflow; those below 2^-700
    // are doubled 300 times, out of that of products that underflow.
    double unit;
    bool upward;   // the weight to use is that of `one`
    double base;   // the end of smaller magnitude
    double other;  // the end of larger magnitude
    double change;

    DECAYLR_LANE Blend(double zero, double one)
        : unit(unit_of(std::max(std::fabs(zero), std::fabs(one)))),
          upward(std::fabs(one) >= std::fabs(zero)),
          base((upward ? zero : one) / unit),
          other((upward ? one : zero) / unit),
          change(other - base) {}
    DECAYLR_LANE static double unit_of(double size) {
        return size > 0x1p900 ? 0x1p200 : size < 0x1p-700 ? 0x1p-300 : 1.0;
    }
    DECAYLR_LANE double with(double weight) const { return (base + change * weight) * unit; }
    DECAYLR_LANE double with(dd weight) const {
        return to_double(add(mul(weight, two_sum(other, -base)), base)) * unit;
    }
    // A share of the change alone, rounded once.
    DECAYLR_LANE double part(dd share) const { return to_double(mul(share, change)) * unit; }
    double part(Scaled share) const { return round_scaled_times(share, change * unit); }
};

// The ends of a curve: one init and one end value, and whether there is anything between.
struct Ends {
    double init, end;
    Mark mark;     // where the curve ends
    double steps;  // the same as a double
    dd length;     // the same exactly

    Ends(double init_value, double end_value, const Mark& at)
        : init(init_value),
          end(end_value),
          mark(init_value == end_value ? make_mark(Int{0}) : at),
          steps(mark.value),
          length(mark.integral ? exact(mark.whole) : dd{mark.value, 0.0}) {}
    template <class P>
    bool past(P p) const { return reached(p, mark); }
    dd remaining(dd p) const { return sub(length, p); }
    Course course(Int first) const { return course_between(first, init, end, mark); }
    // Whether steps - p is exact for whole p inside the curve.
    bool whole() const { return mark.integral && steps < two_53; }
};

// An exponent that acts as its user's on any float64 and overflows in no product.
inline double bounded(double exponent) {
    return std::min(std::max(exponent, -0x1p200), 0x1p200);
}

// t**n as a double-double for 0 < t <= 1.
inline dd power_of(dd t, double n) {
    const Scaled s = exp2_scaled(mul(log2(t), n));
    if (s.exponent < -1000) return {round_scaled(s), 0.0};
    const Scaled lo{s.lo, 0.0, s.exponent};
    return {round_scaled({s.hi, 0.0, s.exponent}), s.lo == 0.0 ? 0.0 : round_scaled(lo)};
}

// 1 - t**n for t = 1 - w, accurate however small w is.
inline dd one_minus_power(dd t, dd w, double n) {
    if (w.hi * n < 0x1p-40 && w.hi < 0x1p-40) {
        const dd first = mul(w, n);
        return sub(first, mul(mul(first, w), 0.5 * (n - 1.0)));
    }
    const dd y = mul(log2(t), n);
    if (y.hi > -1.0) return neg(exp2m1(y));
    return sub(dd{1.0, 0.0}, power_of(t, n));
}

}  // namespace decaylr
