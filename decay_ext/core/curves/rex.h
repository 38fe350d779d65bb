// rex: a quotient of two straight lines.
#pragma once

#include "blocks/rex_sum.h"

namespace decaylr {

// Weight of init: left / (left + beta * p); of end: beta * p / (left + beta * p).
class RexRow {
   public:
    RexRow(double init, double end, const Boundary& steps, double beta)
        : endpoints_(init, end, steps),
          weights_(end, init),
          // Weights left : beta * p as left / beta : p where their sum could overflow.
          share_(beta > 0x1p400 ? 1.0 / beta : 1.0),
          beta_(beta > 0x1p400 ? 1.0 : beta),
          fast_(endpoints_.whole()) {}

    double at(Int p) const {
        const double x = static_cast<double>(p);
        if (endpoints_.past(p)) return endpoints_.end;
        if (p <= 0) return endpoints_.init;
        return fast_ ? between(x) : precise(exact(p));
    }
    double at(double_double p) const { return endpoints_.past(p) ? endpoints_.end : precise(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, endpoints_.boundary, endpoints_.init, endpoints_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    ClosedSum sum(Int first, Int count) const {
        const RexSum inside(weights_, endpoints_.steps, weights_.upward ? share_ : beta_,
                            weights_.upward ? beta_ : share_, weights_.upward);
        if (!fast_ || !inside.usable()) return {};
        return sum_interior(first, count, endpoints_.boundary, endpoints_.init, endpoints_.end,
                            [&](Int p, Int n) { return ClosedSum(inside.of(p, n)); });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (fast_) return fill_each(p, n, out, [this](double x) { return between(x); });
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(exact(p + i)));
    }
    double between(double p) const {
        const double left = (endpoints_.steps - p) * share_;
        const double gone = beta_ * p;
        return weights_.with((weights_.upward ? left : gone) / (left + gone));
    }
    double precise(double_double p) const {
        const double_double left = mul(endpoints_.remaining(p), share_);
        const double_double gone = mul(p, beta_);
        return weights_.with(div(weights_.upward ? left : gone, add(left, gone)));
    }

    Endpoints endpoints_;
    EndWeights weights_;
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
    RexRow row(Run run) const { return {init_(run), end_(run), steps_.boundary(run), beta_(run)}; }

   private:
    Column init_, end_, steps_, beta_;
};

}  // namespace decaylr
