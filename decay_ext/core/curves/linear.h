// constant and linear.
#pragma once

#include <algorithm>

#include "across_runs/linear.h"
#include "blocks/end_weights.h"

namespace decaylr {

struct ConstantRow {
    double value;
    double at(Int) const { return value; }
    double at(double_double) const { return value; }
    template <class Real>
    void fill(Int, Int count, Real* out) const {
        std::fill(out, out + count, static_cast<Real>(value));
    }
    ClosedSum sum(Int, Int count) const { return sum_of_equal(value, count); }
    Monotonicity monotonicity(Int) const { return {Trend::constant}; }
};

class Constant {
   public:
    explicit Constant(const Spec& spec) : value_(spec.column("value")) {}
    ConstantRow row(Run run) const { return {value_(run)}; }

   private:
    Column value_;
};

// init at 0, end from steps on; between them (init * (steps - p) + end * p) / steps,
// weighed from both ends with the division taken out of the loop.
class LinearRow {
   public:
    LinearRow(double init, double end, const Boundary& steps)
        : endpoints_(init, end, steps),
          whole_(endpoints_.whole()),
          line_(Line::between(init, end, steps.value)) {}
    double at(Int p) const {
        const double x = static_cast<double>(p);
        if (endpoints_.past(p)) return endpoints_.end;
        if (p <= 0) return endpoints_.init;
        return whole_ ? weigh(x) : weigh(exact(p));
    }
    double at(double_double p) const { return endpoints_.past(p) ? endpoints_.end : weigh(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, endpoints_.boundary, endpoints_.init, endpoints_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    ClosedSum sum(Int first, Int count) const {
        const Endpoints& e = endpoints_;
        if (!whole_ || e.steps >= 0.5 * two_53) {
            return sum_interior(first, count, e.boundary, e.init, e.end,
                                [&](Int p, Int n) { return ClosedSum(far_sum(p, n)); });
        }
        return sum_interior(first, count, e.boundary, e.init, e.end,
                            [&](Int p, Int n) { return ClosedSum(near_sum(p, n)); });
    }
    Monotonicity monotonicity(Int first) const { return endpoints_.monotonicity(first); }

   private:
    // The value in the middle, which may lie between two positions, times their number.
    double_double near_sum(Int p, Int n) const {
        const double many = static_cast<double>(n);
        const double middle = static_cast<double>(p) + 0.5 * (many - 1.0);
        const double_double from_init = two_prod(line_.from_init, endpoints_.steps - middle);
        const double_double from_end = two_prod(line_.from_end, middle);
        return mul(add(from_init, from_end), many * line_.back);
    }
    // The same where the middle, or what is left from there, needs a second word.
    double_double far_sum(Int p, Int n) const {
        const double_double middle = middle_of(p, n);
        const double_double from_init = mul(endpoints_.remaining(middle), line_.from_init);
        const double_double weighed = add(from_init, mul(middle, line_.from_end));
        return mul(mul(weighed, exact(n)), line_.back);
    }
    double weigh(double p) const { return line_.weigh(endpoints_.steps - p, p); }
    double weigh(double_double p) const {
        const double_double left = endpoints_.remaining(p);
        const double rest = line_.from_init * left.lo + line_.from_end * p.lo;
        return (line_.from_init * left.hi + (line_.from_end * p.hi + rest)) * line_.back;
    }
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (whole_) {
            fill_each(p, n, out, [this](double x) { return weigh(x); });
        } else {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(weigh(exact(p + i)));
        }
    }

    Endpoints endpoints_;
    bool whole_;  // positions left are exact
    Line line_;
};

class Linear {
   public:
    explicit Linear(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")) {}
    LinearRow row(Run run) const { return {init_(run), end_(run), steps_.boundary(run)}; }
    LinearAcrossRuns across_runs(Run first, int runs) const {
        return {{init_, end_, steps_, first, runs}};
    }

   private:
    Column init_, end_, steps_;
};

}  // namespace decaylr
