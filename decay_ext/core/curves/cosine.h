// cosine: end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent.
#pragma once

#include "across_runs/cosine.h"
#include "blocks/cosine_blocks.h"
#include "blocks/cosine_sum.h"
#include "blocks/progress_power_blocks.h"

namespace decaylr {

class CosineRow {
   public:
    CosineRow(double init, double end, const Mark& steps, double exponent, double k)
        : ends_(init, end, steps),
          blend_(end, init),
          blocks_(ends_.steps, blend_),
          exponent_(bounded(exponent)),
          k_(bounded(k)),
          plain_(exponent == 1.0 && k == 1.0),
          whole_(plain_ && ends_.steps < two_53) {
        if (!plain_ && ends_.whole()) powers_.emplace(blend_, ends_.steps, exponent_, k_);
    }

    double at(Int p) const {
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        if (powers_ && powers_->usable()) return powers_->at(p);
        return whole_ ? blocks_.at(p) : direct(exact(p));
    }
    double at(dd p) const { return ends_.past(p) ? ends_.end : direct(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    ClosedSum sum(Int first, Int count) const {
        const bool powers = powers_ && powers_->usable();
        if (!whole_ && !powers) return {};
        return sum_interior(first, count, ends_.mark, ends_.init, ends_.end, [&](Int p, Int n) {
            return ClosedSum(powers ? powers_->sum(p, n)
                                    : sum_of_cosine(blend_, ends_.steps, p, n));
        });
    }
    Course course(Int first) const { return ends_.course(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (whole_ && n >= 4) return blocks_.fill(p, n, out);
        if (powers_ && powers_->usable()) return powers_->fill(p, n, out);
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(at(p + i));
    }
    double direct(dd p) const {
        if (plain_) {
            const dd share = blend_.upward ? ends_.remaining(p) : p;
            const dd sine = sincos_quarter(div(share, ends_.steps)).sin;
            return blend_.with(mul(sine, sine));
        }
        const dd gone = div(p, ends_.steps);
        const dd left = div(ends_.remaining(p), ends_.steps);
        if (!(left.hi > 0.0)) return ends_.end;
        if (k_ == 1.0) return weighed(gone, left);
        return weighed(power_of(gone, k_), one_minus_power(gone, left, k_));
    }
    // gone + left = 1, each accurate: the shares of the half turn behind and ahead.
    double weighed(dd gone, dd left) const {
        const dd ahead = sincos_quarter(left).sin;
        const dd behind = sincos_quarter(gone).sin;
        const dd x = mul(ahead, ahead);
        const dd xc = mul(behind, behind);
        if (exponent_ == 1.0) return blend_.with(blend_.upward ? x : xc);
        if (!(x.hi > 0.0)) return ends_.end;
        if (blend_.upward && blend_.base == 0.0) {
            return blend_.part(exp2_scaled(mul(log2(x), exponent_)));
        }
        return blend_.with(blend_.upward ? power_of(x, exponent_)
                                         : one_minus_power(x, xc, exponent_));
    }

    Ends ends_;
    Blend blend_;
    CosineBlocks blocks_;
    double exponent_, k_;
    bool plain_, whole_;
    std::optional<WayPowers<Share::cosine>> powers_;
};

class Cosine {
   public:
    explicit Cosine(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          exponent_(spec.column("exponent")),
          k_(spec.column("k")) {}
    CosineRow row(Run run) const {
        return {init_(run), end_(run), steps_.mark(run), exponent_(run), k_(run)};
    }
    CosineSteps steps(Run first, int runs) const {
        return {exponent_.is(1.0) && k_.is(1.0), {init_, end_, steps_, first, runs}};
    }

   private:
    Column init_, end_, steps_, exponent_, k_;
};

}  // namespace decaylr
