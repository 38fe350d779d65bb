// inverse and rex.
#pragma once

#include <algorithm>

#include "blend.h"

namespace decaylr {

// init / (1 + rate * p / size)**power; floor of the quotient for a staircase.
class InverseRow {
   public:
    InverseRow(double init, double rate, Mark size, double power, bool staircase)
        : init_(init),
          rate_(rate),
          size_(size),
          power_(bounded(power)),
          staircase_(staircase),
          far_(!(rate * (two_63 / size.value) < 0x1p900)),
          slope_(staircase || far_ ? dd{rate, 0.0} : div(dd{rate, 0.0}, size.value)),
          simple_(!far_ && (power == 1.0 || power == 0.5)) {}

    double at(Int p) const {
        if (staircase_) return stair(quotient(p, size_));
        return simple_ ? over(static_cast<double>(p)) : precise(exact(p));
    }
    double at(dd p) const { return staircase_ ? stair(quotient(p, size_)) : precise(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (staircase_) {
            return fill_plateaus(first, count, out, [this](Int p) { return at(p); },
                                 [this](Int p) { return next_multiple(p, size_); });
        }
        if (!simple_ || first > Int{1} << 52) {
            for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(at(first + i));
        } else if (power_ == 1.0) {
            fill_each(first, count, out, [this](double x) { return inverted(grown(x)); });
        } else {
            fill_each(first, count, out, [this](double x) { return inverted_root(grown(x)); });
        }
    }

   private:
    // 1 + slope * x in two words: with one, the roundings would add up to more than 2 ulp.
    dd grown(double x) const { return add(mul(slope_, x), 1.0); }
    double inverted(dd grown) const {
        const double q = init_ / grown.hi;
        return q - q * (grown.lo / grown.hi);
    }
    double inverted_root(dd grown) const {
        const double q = init_ / std::sqrt(grown.hi);
        return q - q * (0.5 * grown.lo / grown.hi);
    }
    double over(double x) const { return of(grown(x)); }
    double of(dd grown) const {
        if (power_ == 1.0) return inverted(grown);
        if (power_ == 0.5) return inverted_root(grown);
        return power(grown);
    }
    double stair(Int n) const {
        if (rate_ > 0x1p900) return distant(exact(n), 1.0);
        return over(static_cast<double>(n));
    }
    double precise(dd p) const {
        if (far_) return distant(p, size_.value);
        return of(add(mul(div(p, size_.value), rate_), 1.0));
    }
    // By logarithms, where rate * p / size could leave the range of a double.
    double distant(dd p, double size) const {
        if (!(p.hi > 0.0) || rate_ == 0.0) return init_;
        const dd log2_ratio = add(sub(log2(p), log2(size)), log2(rate_));
        if (log2_ratio.hi > 200.0) return scaled(log2_ratio);
        if (log2_ratio.hi < -200.0) return init_;
        const Scaled ratio = exp2_scaled(log2_ratio);
        const double hi = round_scaled({ratio.hi, 0.0, ratio.exponent});
        return power(add(dd{hi, round_scaled({ratio.lo, 0.0, ratio.exponent})}, 1.0));
    }
    double power(dd grown) const { return scaled(log2(grown)); }
    double scaled(dd log2_grown) const {
        return round_scaled_times(exp2_scaled(mul(log2_grown, -power_)), init_);
    }

    double init_, rate_;
    Mark size_;
    double power_;
    bool staircase_, far_;
    dd slope_;
    bool simple_;
};

class Inverse {
   public:
    explicit Inverse(const Spec& spec)
        : init_(spec.column("init_value")),
          rate_(spec.column("decay_rate")),
          size_(spec.column("decay_steps")),
          power_(spec.column("power")),
          staircase_(spec.flag("staircase")) {}
    InverseRow row(Run run) const {
        return {init_(run), rate_(run), size_.mark(run), power_(run), staircase_};
    }

   private:
    Column init_, rate_, size_, power_;
    bool staircase_;
};

// Weight of init: left / (left + beta * p); of end: beta * p / (left + beta * p).
class RexRow {
   public:
    RexRow(double init, double end, const Mark& steps, double beta)
        : ends_(init, end, steps),
          blend_(end, init),
          // Weights left : beta * p as left / beta : p where their sum could overflow.
          share_(beta > 0x1p400 ? 1.0 / beta : 1.0),
          beta_(beta > 0x1p400 ? 1.0 : beta),
          fast_(ends_.whole()) {}

    double at(Int p) const {
        const double x = static_cast<double>(p);
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        return fast_ ? between(x) : precise(exact(p));
    }
    double at(dd p) const { return ends_.past(p) ? ends_.end : precise(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (fast_) return fill_each(p, n, out, [this](double x) { return between(x); });
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(exact(p + i)));
    }
    double between(double p) const {
        const double left = (ends_.steps - p) * share_;
        const double gone = beta_ * p;
        return blend_.with((blend_.upward ? left : gone) / (left + gone));
    }
    double precise(dd p) const {
        const dd left = mul(ends_.remaining(p), share_);
        const dd gone = mul(p, beta_);
        return blend_.with(div(blend_.upward ? left : gone, add(left, gone)));
    }

    Ends ends_;
    Blend blend_;
    double share_, beta_;
    bool fast_;
};

class Rex {
   public:
    explicit Rex(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          beta_(spec.column("beta")) {}
    RexRow row(Run run) const { return {init_(run), end_(run), steps_.mark(run), beta_(run)}; }

   private:
    Column init_, end_, steps_, beta_;
};

}  // namespace decaylr
