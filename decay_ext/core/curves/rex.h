// rex: a quotient of two straight lines.
#pragma once

#include "blocks/rex_sum.h"

namespace decaylr {

// Weight of init: left / (left + beta * p); of end: beta * p / (left + beta * p).
class RexRow {
   public:
    RexRow(double init, double end, const Boundary& steps, double beta, const Grid& grid)
        : endpoints_(init, end, steps, grid),
          weights_(end, init),
          // Weights left : beta * p as left / beta : p where their sum could overflow.
          share_(beta > 0x1p400 ? 1.0 / beta : 1.0),
          beta_(beta > 0x1p400 ? 1.0 : beta),
          near_(endpoints_.steps < 0.5 * two_53),
          careful_(near_ && std::signbit(init) != std::signbit(end)),
          fast_(endpoints_.whole() && !careful_) {}

    double at(Int p) const {
        if (endpoints_.at_end(p)) return endpoints_.end_at(p);
        if (fast_) return between(static_cast<double>(p));
        if (!near_) return precise(p);
        return careful_ ? precise(static_cast<double>(p)) : fractional(static_cast<double>(p));
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        endpoints_.fill(first, count, out,
                        [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    void fill_numbers(const Int* numbers, Int count, double* out) const {
        const RexRow own = *this;
        if (!near_) {
            for (Int i = 0; i < count; ++i) out[i] = at(numbers[i]);
        } else if (careful_) {
            endpoints_.fill_numbers(numbers, count, out, [own](double x) { return own.precise(x); });
        } else if (fast_) {
            endpoints_.fill_numbers(numbers, count, out, [own](double x) { return own.between(x); });
        } else {
            endpoints_.fill_numbers(numbers, count, out,
                                    [own](double x) { return own.fractional(x); });
        }
    }
    ClosedSum sum(Int first, Int count) const {
        const RexSum inside(weights_, endpoints_, weights_.upward ? share_ : beta_,
                            weights_.upward ? beta_ : share_);
        if (!near_ || !inside.usable()) return {};
        return endpoints_.sum(first, count, [&](Int p, Int n) {
            return ClosedSum(endpoints_.sum_between_edges(
                p, n, [this](Int edge) { return at(edge); },
                [&](Int inner, Int many) { return inside.of(inner, many); }));
        });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        const RexRow own = *this;
        if (careful_) return fill_each(p, n, out, [own](double x) { return own.precise(x); });
        if (fast_) return fill_each(p, n, out, [this](double x) { return between(x); });
        if (near_) return fill_each(p, n, out, [own](double x) { return own.fractional(x); });
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(p + i));
    }
    DECAYLR_LANE double between(double p) const { return weighed(endpoints_.steps - p, p); }
    DECAYLR_LANE double fractional(double p) const {
        return weighed(endpoints_.remaining(p).hi, endpoints_.elapsed(p).hi);
    }
    DECAYLR_LANE double weighed(double left, double gone) const {
        const double ahead = left * share_, behind = beta_ * gone;
        return weights_.with((weights_.upward ? ahead : behind) / (ahead + behind));
    }
    // From a number as an Int or, where it is exact, as a double.
    template <class Number>
    DECAYLR_LANE double precise(Number p) const {
        const double_double left = mul(endpoints_.remaining(p), share_);
        const double_double gone = mul(endpoints_.elapsed(p), beta_);
        return weights_.with(div(weights_.upward ? left : gone, add(left, gone)));
    }

    Endpoints endpoints_;
    EndWeights weights_;
    double share_, beta_;
    bool near_;     // numbers are exact as doubles
    bool careful_;  // they are, and values pass through 0, where a weight needs two words
    bool fast_;     // numbers are positions, and one word is enough
};

class Rex {
   public:
    explicit Rex(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          beta_(spec.column("beta")) {}
    RexRow row(Run run, const Grid& grid) const {
        return {init_(run), end_(run), steps_.boundary(run), beta_(run), grid};
    }

   private:
    Column init_, end_, steps_, beta_;
};

}  // namespace decaylr
