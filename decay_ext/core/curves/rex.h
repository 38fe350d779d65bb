// rex: a quotient of two straight lines.
#pragma once

#include "blocks/rex_sum.h"

namespace decaylr {

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
    ClosedSum sum(Int first, Int count) const {
        const RexSum inside(blend_, ends_.steps, blend_.upward ? share_ : beta_,
                            blend_.upward ? beta_ : share_, blend_.upward);
        if (!fast_ || !inside.usable()) return {};
        return sum_interior(first, count, ends_.mark, ends_.init, ends_.end,
                            [&](Int p, Int n) { return ClosedSum(inside.of(p, n)); });
    }
    Course course(Int first) const { return ends_.course(first); }

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
