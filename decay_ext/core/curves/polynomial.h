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
    PolynomialRow(double init, double end, const Boundary& steps, double power, double k, bool rise,
                  const Grid& grid)
        : endpoints_(init, end, steps, grid),
          line_(init, end, steps, grid),
          weights_(rise ? init : end, rise ? end : init),
          power_(bounded(power)),
          k_(bounded(k)),
          kind_(k == 1.0 ? power_kind(power) : Power::general),
          rise_(rise),
          // Double-double products must not underflow.
          fast_(endpoints_.steps < (endpoints_.whole() ? two_53 : 0.5 * two_53) &&
                kind_ != Power::general && weights_.unit >= 1.0 &&
                std::fabs(weights_.change) > 0x1p-700) {
        // A rise is the power of a power.
        if (kind_ == Power::half || (kind_ == Power::general && (k == 1.0 || rise))) {
            real_power_.emplace(weights_, endpoints_, two_prod(power_, k_), rise_);
        }
        if (k != 1.0 && !rise) progress_power_.emplace(weights_, endpoints_, power_, k_);
    }

    double at(Int p) const {
        if (kind_ == Power::one) return line_.at(p);
        if (endpoints_.at_end(p)) return endpoints_.end_at(p);
        if (endpoints_.edge(p)) return precise(p);
        if (real_power_ && real_power_->usable()) return real_power_->at(p);
        if (progress_power_ && progress_power_->usable()) return progress_power_->at(p);
        if (!fast_) return precise(p);
        switch (kind_) {
            case Power::two: return blocks<2>().at(p);
            case Power::three: return blocks<3>().at(p);
            default: return root(static_cast<double>(p));
        }
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (kind_ == Power::one) return line_.fill(first, count, out);
        endpoints_.fill(first, count, out, [this](Int p, Int n, Real* to) {
            endpoints_.fill_between_edges(
                p, n, to, [this](Int edge) { return precise(edge); },
                [this](Int inner, Int many, Real* into) { inside(inner, many, into); });
        });
    }
    ClosedSum sum(Int first, Int count) const {
        if (kind_ == Power::one) return line_.sum(first, count);
        const bool by_real_power = real_power_ && real_power_->usable();
        const bool by_progress = progress_power_ && progress_power_->usable();
        const bool by_integer_power = fast_ && !real_power_ && endpoints_.steps < 0.5 * two_53;
        if (!by_real_power && !by_progress && !by_integer_power) return {};
        const auto inner = [&](Int p, Int n) {
            if (by_real_power) return real_power_->sum(p, n);
            if (by_progress) return progress_power_->sum(p, n);
            return sum_of_integer_power(weights_, endpoints_, kind_ == Power::two ? 2 : 3,
                                        weights_.upward != rise_, p, n);
        };
        return endpoints_.sum(first, count, [&](Int p, Int n) {
            return ClosedSum(endpoints_.sum_between_edges(
                p, n, [this](Int edge) { return precise(edge); }, inner));
        });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (real_power_ && real_power_->usable()) return real_power_->fill(p, n, out);
        if (progress_power_ && progress_power_->usable()) return progress_power_->fill(p, n, out);
        if (!fast_) {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(p + i));
            return;
        }
        switch (kind_) {
            case Power::two: return blocks<2>().fill(p, n, out);
            case Power::three: return blocks<3>().fill(p, n, out);
            default: return fill_each(p, n, out, [this](double x) { return root(x); });
        }
    }
    template <int power>
    IntegerPowerBlocks<power> blocks() const {
        return {weights_, endpoints_, weights_.upward != rise_};
    }
    // The square root of the remaining fraction, or of the elapsed one of a rise. Each rounding may
    // cost one unit in the last place, so it is computed as a double-double.
    double root(double p) const {
        const double_double left = endpoints_.remaining(p), gone = endpoints_.elapsed(p);
        const double_double n = endpoints_.length;
        const double_double a = rise_ ? gone : left, b = rise_ ? left : gone;
        if (weights_.upward) return weights_.with(sqrt(div(a, n)));
        return weights_.with(div(b, add(sqrt(mul(a, n)), n)));
    }
    double precise(Int p) const {
        const double_double past = endpoints_.elapsed(p);
        const bool tiny = past.hi > 0.0 && !(past.hi > 0x1p-900);
        if (tiny && rise_) {
            const double_double t = power_of_quotient(past, endpoints_.length, k_ * power_);
            return weights_.with(weights_.upward ? t : sub({1.0, 0.0}, t));
        }
        double_double gone = div(past, endpoints_.length);
        double_double left = div(endpoints_.remaining(p), endpoints_.length);
        if (k_ != 1.0 && past.hi > 0.0) {
            if (!tiny) left = one_minus_power(gone, left, k_);
            gone = power_of_quotient(past, endpoints_.length, k_);
            if (tiny) left = sub({1.0, 0.0}, gone);
        }
        const double_double t = rise_ ? gone : left;
        const double_double w = rise_ ? left : gone;
        if (!(t.hi > 0.0)) return weights_.upward ? weights_.base : weights_.with(1.0);
        if (weights_.upward && weights_.base == 0.0) {
            return weights_.part(exp2_scaled(mul(log2(t), power_)));
        }
        return weights_.with(weights_.upward ? power_of(t, power_) : one_minus_power(t, w, power_));
    }

    Endpoints endpoints_;
    LinearRow line_;
    EndWeights weights_;
    double power_, k_;
    Power kind_;
    bool rise_, fast_;
    std::optional<RealPowerBlocks> real_power_;
    std::optional<ProgressPowerBlocks<PowerBase::remaining>> progress_power_;
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
    PolynomialRow row(Run run, const Grid& grid) const {
        return {init_(run), end_(run), steps_.boundary(run), power_(run), k_(run), rise_, grid};
    }

   private:
    Column init_, end_, steps_, power_, k_;
    bool rise_;
};

}  // namespace decaylr
