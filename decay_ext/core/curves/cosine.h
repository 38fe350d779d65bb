// cosine: end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent.
#pragma once

#include "across_runs/cosine.h"
#include "blocks/cosine_blocks.h"
#include "blocks/cosine_sum.h"
#include "blocks/progress_power_blocks.h"

namespace decaylr {

class CosineRow {
   public:
    CosineRow(double init, double end, const Boundary& steps, double exponent, double k,
              const Grid& grid)
        : endpoints_(init, end, steps, grid),
          weights_(end, init),
          exponent_(bounded(exponent)),
          k_(bounded(k)),
          plain_(exponent == 1.0 && k == 1.0),
          near_(endpoints_.steps < (grid.whole() ? two_53 : 0.5 * two_53)),
          blocks_(grid.whole() ? CosineBlocks(endpoints_.steps, weights_)
                               : CosineBlocks::between(endpoints_.length, endpoints_.start,
                                                       endpoints_.left, weights_)) {
        if (!plain_) powers_.emplace(weights_, endpoints_, exponent_, k_);
    }

    double at(Int p) const {
        if (endpoints_.at_end(p)) return endpoints_.end_at(p);
        if (powers_ && powers_->usable() && !endpoints_.edge(p)) return powers_->at(p);
        return plain_ && near_ ? blocks_.at(p) : direct(p);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        endpoints_.fill(first, count, out,
                        [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    void fill_numbers(const Int* numbers, Int count, double* out) const {
        if (!(plain_ && endpoints_.steps < 0.5 * two_53)) {
            for (Int i = 0; i < count; ++i) out[i] = at(numbers[i]);
        } else if (blocks_.whole()) {
            fill_lanes<true>(numbers, count, out);
        } else {
            fill_lanes<false>(numbers, count, out);
        }
    }
    ClosedSum sum(Int first, Int count) const {
        const bool powers = powers_ && powers_->usable();
        if (!plain_ && !powers) return {};
        return endpoints_.sum(first, count, [&](Int p, Int n) {
            if (!powers) return ClosedSum(sum_of_cosine(weights_, endpoints_, p, n));
            return ClosedSum(endpoints_.sum_between_edges(
                p, n, [this](Int edge) { return direct(edge); },
                [this](Int inner, Int many) { return powers_->sum(inner, many); }));
        });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (plain_ && near_ && n >= 4) return blocks_.fill(p, n, out);
        if (powers_ && powers_->usable()) {
            return endpoints_.fill_between_edges(
                p, n, out, [this](Int edge) { return direct(edge); },
                [this](Int inner, Int many, Real* to) { powers_->fill(inner, many, to); });
        }
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(at(p + i));
    }
    template <bool whole>
    void fill_lanes(const Int* numbers, Int count, double* out) const {
        const CosineBlocks own = blocks_;
        endpoints_.fill_numbers(numbers, count, out, [own](double x) __attribute__((always_inline)) {
            return own.lane<whole>(x);
        });
    }
    double direct(Int p) const {
        const double_double past = endpoints_.elapsed(p), ahead = endpoints_.remaining(p);
        if (plain_) {
            const double_double share = weights_.upward ? ahead : past;
            const double_double sine = sincos_quarter(div(share, endpoints_.length)).sin;
            return weights_.with(mul(sine, sine));
        }
        const double_double gone = div(past, endpoints_.length);
        const double_double left = div(ahead, endpoints_.length);
        if (!(left.hi > 0.0)) return endpoints_.end;
        if (k_ == 1.0) return weighed(gone, left);
        const double_double power = power_of_quotient(past, endpoints_.length, k_);
        if (!(past.hi > 0x1p-900)) return weighed(power, sub({1.0, 0.0}, power));
        return weighed(power, one_minus_power(gone, left, k_));
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
    double exponent_, k_;
    bool plain_, near_;
    CosineBlocks blocks_;
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
    CosineRow row(Run run, const Grid& grid) const {
        return {init_(run), end_(run), steps_.boundary(run), exponent_(run), k_(run), grid};
    }
    CosineLanes lanes(const CurveLanes& lanes) const {
        return {exponent_.is(1.0) && k_.is(1.0), init_, end_, steps_, lanes};
    }

   private:
    Column init_, end_, steps_, exponent_, k_;
};

}  // namespace decaylr
