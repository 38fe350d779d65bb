// constant and linear.
#pragma once

#include <algorithm>

#include "blend.h"

namespace decaylr {

struct ConstantRow {
    double value;
    double at(Int) const { return value; }
    double at(dd) const { return value; }
    template <class Real>
    void fill(Int, Int count, Real* out) const {
        std::fill(out, out + count, static_cast<Real>(value));
    }
    ClosedSum sum(Int, Int count) const { return sum_of_equal(value, count); }
    Course course(Int) const { return {Trend::constant}; }
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
    LinearRow(double init, double end, const Mark& steps)
        : ends_(init, end, steps), whole_(ends_.whole()) {
        const double small = std::min(std::fabs(init), std::fabs(end));
        const double large = std::max(std::fabs(init), std::fabs(end));
        // Slopes that would be subnormal or infinite are kept 2^600 higher or lower.
        const bool tiny = (small == 0.0 ? large : small) / steps.value < 0x1p-960 && large < 0x1p400;
        const bool huge = large / steps.value > 0x1p1000;
        const double lift = tiny ? 0x1p600 : huge ? 0x1p-600 : 1.0;
        back_ = 1.0 / lift;
        from_init_ = init * lift / steps.value;
        from_end_ = end * lift / steps.value;
    }
    double at(Int p) const {
        const double x = static_cast<double>(p);
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        return whole_ ? weigh(x) : weigh(exact(p));
    }
    double at(dd p) const { return ends_.past(p) ? ends_.end : weigh(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    // The value in the middle, which may lie between two positions, times their number.
    ClosedSum sum(Int first, Int count) const {
        if (!whole_ || ends_.steps >= 0.5 * two_53) return {};
        return sum_interior(first, count, ends_.mark, ends_.init, ends_.end, [&](Int p, Int n) {
            const double many = static_cast<double>(n);
            const double middle = static_cast<double>(p) + 0.5 * (many - 1.0);
            const dd from_init = two_prod(from_init_, ends_.steps - middle);
            return ClosedSum(mul(add(from_init, two_prod(from_end_, middle)), many * back_));
        });
    }
    Course course(Int first) const { return ends_.course(first); }

   private:
    double weigh(double p) const {
        return (from_init_ * (ends_.steps - p) + from_end_ * p) * back_;
    }
    double weigh(dd p) const {
        const dd left = ends_.remaining(p);
        const double rest = from_init_ * left.lo + from_end_ * p.lo;
        return (from_init_ * left.hi + (from_end_ * p.hi + rest)) * back_;
    }
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (whole_) {
            fill_each(p, n, out, [this](double x) { return weigh(x); });
        } else {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(weigh(exact(p + i)));
        }
    }

    Ends ends_;
    bool whole_;  // positions left are exact
    double from_init_, from_end_, back_;
};

class Linear {
   public:
    explicit Linear(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")) {}
    LinearRow row(Run run) const { return {init_(run), end_(run), steps_.mark(run)}; }

   private:
    Column init_, end_, steps_;
};

}  // namespace decaylr
