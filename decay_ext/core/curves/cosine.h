// cosine: end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent.
#pragma once

#include "across_runs/cosine.h"
#include "blocks/cosine_blocks.h"
#include "blocks/cosine_sum.h"
#include "blocks/progress_power_blocks.h"

namespace decaylr {

class CosineRow {
   public:
    CosineRow(double init, double end, const Boundary& steps, double exponent, double k)
        : endpoints_(init, end, steps),
          weights_(end, init),
          blocks_(endpoints_.steps, weights_),
          exponent_(bounded(exponent)),
          k_(bounded(k)),
          plain_(exponent == 1.0 && k == 1.0),
          whole_(plain_ && endpoints_.steps < two_53) {
        if (!plain_ && endpoints_.whole()) {
            powers_.emplace(weights_, endpoints_.steps, exponent_, k_);
        }
    }

    double at(Int p) const {
        if (endpoints_.past(p)) return endpoints_.end;
        if (p <= 0) return endpoints_.init;
        if (powers_ && powers_->usable()) return powers_->at(p);
        return whole_ ? blocks_.at(p) : direct(exact(p));
    }
    double at(double_double p) const { return endpoints_.past(p) ? endpoints_.end : direct(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, endpoints_.boundary, endpoints_.init, endpoints_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    ClosedSum sum(Int first, Int count) const {
        const bool powers = powers_ && powers_->usable();
        if (!plain_ && !powers) return {};
        return sum_interior(
            first, count, endpoints_.boundary, endpoints_.init, endpoints_.end, [&](Int p, Int n) {
                return ClosedSum(powers ? powers_->sum(p, n)
                                        : sum_of_cosine(weights_, endpoints_.length, p, n));
            });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (whole_ && n >= 4) return blocks_.fill(p, n, out);
        if (powers_ && powers_->usable()) return powers_->fill(p, n, out);
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(at(p + i));
    }
    double direct(double_double p) const {
        if (plain_) {
            const double_double share = weights_.upward ? endpoints_.remaining(p) : p;
            const double_double sine = sincos_quarter(div(share, endpoints_.steps)).sin;
            return weights_.with(mul(sine, sine));
        }
        const double_double gone = div(p, endpoints_.steps);
        const double_double left = div(endpoints_.remaining(p), endpoints_.steps);
        if (!(left.hi > 0.0)) return endpoints_.end;
        if (k_ == 1.0) return weighed(gone, left);
        return weighed(power_of(gone, k_), one_minus_power(gone, left, k_));
    }
    // gone + left = 1, each accurate: the elapsed and the remaining fraction of the half turn.
    double weighed(double_double gone, double_double left) const {
        const double_double ahead = sincos_quarter(left).sin;
        const double_double behind = sincos_quarter(gone).sin;
        const double_double x = mul(ahead, ahead);
        const double_double xc = mul(behind, behind);
        if (exponent_ == 1.0) return weights_.with(weights_.upward ? x : xc);
        if (!(x.hi > 0.0)) return endpoints_.end;
        if (weights_.upward && weights_.base == 0.0) {
            return weights_.part(exp2_scaled(mul(log2(x), exponent_)));
        }
        return weights_.with(weights_.upward ? power_of(x, exponent_)
                                             : one_minus_power(x, xc, exponent_));
    }

    Endpoints endpoints_;
    EndWeights weights_;
    CosineBlocks blocks_;
    double exponent_, k_;
    bool plain_, whole_;
    std::optional<ProgressPowerBlocks<PowerBase::squared_cosine>> powers_;
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
        return {init_(run), end_(run), steps_.boundary(run), exponent_(run), k_(run)};
    }
    CosineAcrossRuns across_runs(Run first, int runs) const {
        return {exponent_.is(1.0) && k_.is(1.0), {init_, end_, steps_, first, runs}};
    }

   private:
    Column init_, end_, steps_, exponent_, k_;
};

}  // namespace decaylr
