// tanh.
#pragma once

#include "blend.h"

namespace decaylr {

// Weight of init: (1 - tanh(a)) / 2 = 1 / (1 + exp(2 a)), a from lower to upper.
class TanhRow {
   public:
    TanhRow(double init, double end, const Mark& steps, double lower, double upper)
        : blend_(end, init), steps_(steps), lower_(bounded(lower)), upper_(bounded(upper)) {}

    double at(Int p) const { return precise(exact(p)); }
    double at(dd p) const { return precise(p); }
    void fill(Int first, Int count, double* out) const {
        const Int inside = std::min(stop(first), count);
        for (Int i = 0; i < inside; ++i) out[i] = at(first + i);
        if (inside < count) std::fill(out + inside, out + count, at(first + inside));
    }
    Course course(Int first) const {
        if (reached(first, steps_)) return {Trend::constant};
        if (lower_ == upper_) return {};
        const double init = (blend_.upward ? blend_.other : blend_.base) * blend_.unit;
        const double end = (blend_.upward ? blend_.base : blend_.other) * blend_.unit;
        const Course rising = course_between(first, init, end, steps_);
        return lower_ < upper_ ? rising : multiplied(rising, -1.0);
    }

   private:
    Int stop(Int first) const {
        return reached(first, steps_) ? 0 : first_position(steps_) - first;
    }
    dd argument(dd p) const {
        if (reached(p, steps_)) return {upper_, 0.0};
        const dd left = div(sub(dd{steps_.value, 0.0}, p), steps_.value);
        return add(mul(left, lower_), mul(div(p, steps_.value), upper_));
    }
    double precise(dd p) const {
        constexpr dd twice_log2_e{2.0 * log2_e.hi, 2.0 * log2_e.lo};
        const dd x = mul(argument(p), blend_.upward ? twice_log2_e : neg(twice_log2_e));
        if (x.hi > 1000.0) return blend_.with(round_scaled(exp2_scaled(neg(x))));
        if (x.hi < -1000.0) return blend_.with(1.0);
        const Scaled grown = exp2_scaled(x);
        const dd power{round_scaled({grown.hi, 0.0, grown.exponent}),
                       grown.lo == 0.0 ? 0.0 : round_scaled({grown.lo, 0.0, grown.exponent})};
        return blend_.with(div(dd{1.0, 0.0}, add(power, 1.0)));
    }

    Blend blend_;
    Mark steps_;
    double lower_, upper_;
};

class Tanh {
   public:
    explicit Tanh(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          lower_(spec.column("lower")),
          upper_(spec.column("upper")) {}
    TanhRow row(Run run) const {
        return {init_(run), end_(run), steps_.mark(run), lower_(run), upper_(run)};
    }

   private:
    Column init_, end_, steps_, lower_, upper_;
};

}  // namespace decaylr
