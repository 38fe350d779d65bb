// polynomial: end + (init - end) * (1 - (p/steps)**k)**power, or the rising mirror image.
#pragma once

#include "curve_linear.h"
#include "curve_power.h"

namespace decaylr {

enum class Power { one, two, three, half, general };

inline Power power_kind(double power) {
    if (power == 1.0) return Power::one;
    if (power == 2.0) return Power::two;
    if (power == 3.0) return Power::three;
    if (power == 0.5) return Power::half;
    return Power::general;
}

// The blend for the end that t = a / n leaves from 0: t**power or 1 - t**power, for whole
// a + b = n. Each rounding may cost one unit in the last place, so a root is taken in two
// words, and a cube is corrected for the rounding of t.
template <Power kind>
inline double blended(const Blend& blend, double a, double b, double n) {
    if (kind == Power::half) {
        if (blend.upward) return blend.with(sqrt(div(dd{a, 0.0}, n)));
        return blend.with(div(dd{b, 0.0}, add(sqrt(two_prod(a, n)), n)));
    }
    const double t = a / n;
    if (kind == Power::two) return blend.with(dd{blend.upward ? t * t : b / n * (1.0 + t), 0.0});
    if (!blend.upward) return blend.with(dd{b / n * (1.0 + t + t * t), 0.0});
    const dd product = two_prod(t, n);
    const double missed = ((a - product.hi) - product.lo) / a;
    const double cube = t * t * t;
    return blend.with(quick_two_sum(cube, 3.0 * missed * cube));
}

class PolynomialRow {
   public:
    PolynomialRow(double init, double end, const Mark& steps, double power, double k, bool rise)
        : ends_(init, end, steps),
          line_(init, end, steps),
          blend_(rise ? init : end, rise ? end : init),
          power_(bounded(power)),
          k_(bounded(k)),
          kind_(k == 1.0 ? power_kind(power) : Power::general),
          rise_(rise),
          fast_(ends_.whole() && kind_ != Power::general),
          // Blocks pay for long curves; their coefficients must stay clear of underflow.
          blocks_(fast_ && kind_ != Power::half && ends_.steps >= 2.0 * block &&
                  std::fabs(blend_.change) > 0x1p-700) {}

    double at(Int p) const {
        if (kind_ == Power::one) return line_.at(p);
        const double x = static_cast<double>(p);
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        if (!fast_) return precise(exact(p));
        switch (kind_) {
            case Power::two: return blocked<Power::two>(p, x);
            case Power::three: return blocked<Power::three>(p, x);
            default: return simple<Power::half>(x);
        }
    }
    double at(dd p) const {
        if (kind_ == Power::one) return line_.at(p);
        return ends_.past(p) ? ends_.end : precise(p);
    }
    void fill(Int first, Int count, double* out) const {
        if (kind_ == Power::one) return line_.fill(first, count, out);
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, double* to) { inside(p, n, to); });
    }

   private:
    void inside(Int p, Int n, double* out) const {
        if (!fast_) {
            for (Int i = 0; i < n; ++i) out[i] = precise(exact(p + i));
            return;
        }
        switch (kind_) {
            case Power::two: return loop_blocks<Power::two>(p, n, out);
            case Power::three: return loop_blocks<Power::three>(p, n, out);
            default: return loop<Power::half>(p, n, out);
        }
    }
    template <Power kind>
    using Blocks = PowerBlocks<kind == Power::two ? 2 : 3>;

    template <Power kind>
    Blocks<kind> blocks() const {
        return {blend_, ends_.steps, blend_.upward != rise_};
    }
    template <Power kind>
    double blocked(Int p, double x) const {
        if (!blocks_) return simple<kind>(x);
        const Blocks<kind> made = blocks<kind>();
        return made.covers(p / block) ? made.at(p) : simple<kind>(x);
    }
    template <Power kind>
    void loop(Int p, Int n, double* out) const {
        fill_each(p, n, out, [this](double x) { return simple<kind>(x); });
    }
    template <Power kind>
    void loop_blocks(Int p, Int n, double* out) const {
        if (!blocks_) return loop<kind>(p, n, out);
        const Blocks<kind> made = blocks<kind>();
        for (Int i = 0; i < n;) {
            const Int k = (p + i) / block;
            const Int count = std::min(n - i, (k + 1) * block - (p + i));
            if (made.covers(k)) made.fill(k, p + i, count, out + i);
            else loop<kind>(p + i, count, out + i);
            i += count;
        }
    }
    template <Power kind>
    double simple(double p) const {
        const double left = ends_.steps - p;
        return blended<kind>(blend_, rise_ ? p : left, rise_ ? left : p, ends_.steps);
    }
    double precise(dd p) const {
        dd gone = div(p, ends_.steps);
        dd left = div(ends_.remaining(p), ends_.steps);
        if (k_ != 1.0 && gone.hi > 0.0) {
            left = one_minus_power(gone, left, k_);
            gone = power_of(gone, k_);
        }
        const dd t = rise_ ? gone : left;
        const dd w = rise_ ? left : gone;
        if (!(t.hi > 0.0)) return blend_.upward ? blend_.base : blend_.with(1.0);
        if (blend_.upward && blend_.base == 0.0) {
            return blend_.part(exp2_scaled(mul(log2(t), power_)));
        }
        return blend_.with(blend_.upward ? power_of(t, power_) : one_minus_power(t, w, power_));
    }

    Ends ends_;
    LinearRow line_;
    Blend blend_;
    double power_, k_;
    Power kind_;
    bool rise_, fast_, blocks_;
};

class Polynomial {
   public:
    explicit Polynomial(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          power_(spec.column("power")),
          k_(spec.column("k")),
          rise_(spec.flag("rise")) {}
    PolynomialRow row(Run run) const {
        return {init_(run), end_(run), steps_.mark(run), power_(run), k_(run), rise_};
    }

   private:
    Column init_, end_, steps_, power_, k_;
    bool rise_;
};

}  // namespace decaylr
