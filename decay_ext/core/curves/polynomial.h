// polynomial: end + (init - end) * (1 - (p/steps)**k)**power, or the rising mirror image.
#pragma once

#include "blocks/integer_power_blocks.h"
#include "blocks/integer_power_sum.h"
#include "blocks/progress_power_blocks.h"
#include "blocks/real_power_blocks.h"
#include "curves/linear.h"

namespace decaylr {

enum class Power { one, two, three, half, general };

inline Power power_kind(double power) {
    if (power == 1.0) return Power::one;
    if (power == 2.0) return Power::two;
    if (power == 3.0) return Power::three;
    if (power == 0.5) return Power::half;
    return Power::general;
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
          // What is taken in two words must stay clear of underflow.
          fast_(ends_.whole() && kind_ != Power::general && blend_.unit >= 1.0 &&
                std::fabs(blend_.change) > 0x1p-700) {
        if (k == 1.0 && (kind_ == Power::half || kind_ == Power::general)) {
            any_.emplace(blend_, ends_.steps, power_, rise_);
        }
        if (k != 1.0 && !rise && ends_.whole()) way_.emplace(blend_, ends_.steps, power_, k_);
    }

    double at(Int p) const {
        if (kind_ == Power::one) return line_.at(p);
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        if (any_ && any_->usable()) return any_->at(p);
        if (way_ && way_->usable()) return way_->at(p);
        if (!fast_) return precise(exact(p));
        switch (kind_) {
            case Power::two: return blocks<2>().at(p);
            case Power::three: return blocks<3>().at(p);
            default: return root(static_cast<double>(p));
        }
    }
    double at(dd p) const {
        if (kind_ == Power::one) return line_.at(p);
        return ends_.past(p) ? ends_.end : precise(p);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (kind_ == Power::one) return line_.fill(first, count, out);
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    ClosedSum sum(Int first, Int count) const {
        if (kind_ == Power::one) return line_.sum(first, count);
        const bool any = any_ && any_->usable(), way = way_ && way_->usable();
        const bool power = fast_ && !any_ && ends_.steps < 0.5 * two_53;
        if (!any && !way && !power) return {};
        return sum_interior(first, count, ends_.mark, ends_.init, ends_.end, [&](Int p, Int n) {
            if (any) return ClosedSum(any_->sum(p, n));
            if (way) return ClosedSum(way_->sum(p, n));
            return ClosedSum(sum_of_power(blend_, ends_.steps, kind_ == Power::two ? 2 : 3,
                                          blend_.upward != rise_, p, n));
        });
    }
    Course course(Int first) const { return ends_.course(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (any_ && any_->usable()) return any_->fill(p, n, out);
        if (way_ && way_->usable()) return way_->fill(p, n, out);
        if (!fast_) {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(exact(p + i)));
            return;
        }
        switch (kind_) {
            case Power::two: return blocks<2>().fill(p, n, out);
            case Power::three: return blocks<3>().fill(p, n, out);
            default: return fill_each(p, n, out, [this](double x) { return root(x); });
        }
    }
    template <int power>
    PowerBlocks<power> blocks() const {
        return {blend_, ends_.steps, blend_.upward != rise_};
    }
    // The square root of the share that is left, or gone of a rise. Each rounding may cost one
    // unit in the last place, so it is taken in two words.
    double root(double p) const {
        const double left = ends_.steps - p, n = ends_.steps;
        const double a = rise_ ? p : left, b = rise_ ? left : p;
        if (blend_.upward) return blend_.with(sqrt(div(dd{a, 0.0}, n)));
        return blend_.with(div(dd{b, 0.0}, add(sqrt(two_prod(a, n)), n)));
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
    bool rise_, fast_;
    std::optional<GeneralPower> any_;
    std::optional<WayPowers<Share::ahead>> way_;
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
