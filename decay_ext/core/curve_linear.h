// constant and linear.
#pragma once

#include <algorithm>

#include "blend.h"

namespace decaylr {

struct ConstantRow {
    double value;
    double at(Int) const { return value; }
    double at(dd) const { return value; }
    void fill(Int, Int count, double* out) const { std::fill(out, out + count, value); }
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
    LinearRow(double init, double end, double steps) : ends_(init, end, steps) {
        const double small = std::min(std::fabs(init), std::fabs(end));
        const double large = std::max(std::fabs(init), std::fabs(end));
        // Slopes of tiny values would be subnormal: work 2^600 higher, where there is room.
        const bool tiny = (small == 0.0 ? large : small) / steps < 0x1p-960 && large < 0x1p400;
        const double lift = tiny ? 0x1p600 : 1.0;
        back_ = tiny ? 0x1p-600 : 1.0;
        from_init_ = init * lift / steps;
        from_end_ = end * lift / steps;
    }
    double at(Int p) const { return p >= max_int ? ends_.end : between(static_cast<double>(p)); }
    double at(dd p) const {
        if (ends_.past(p.hi)) return ends_.end;
        const double left = to_double(ends_.remaining(p));
        return (from_init_ * left + from_end_ * p.hi) * back_;
    }
    void fill(Int first, Int count, double* out) const {
        fill_interior(first, count, ends_.steps, ends_.init, ends_.end, out,
                      [this](Int p, Int n, double* to) { inside(p, n, to); });
    }

   private:
    double between(double p) const {
        if (ends_.past(p)) return ends_.end;
        if (ends_.before(p)) return ends_.init;
        return weigh(p);
    }
    double weigh(double p) const {
        return (from_init_ * (ends_.steps - p) + from_end_ * p) * back_;
    }
    void inside(Int p, Int n, double* out) const {
        const double from = static_cast<double>(p);
        for (Int i = 0; i < n; ++i) out[i] = weigh(from + static_cast<double>(i));
    }

    Ends ends_;
    double from_init_, from_end_, back_;
};

class Linear {
   public:
    explicit Linear(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")) {}
    LinearRow row(Run run) const { return {init_(run), end_(run), steps_(run)}; }

   private:
    Column init_, end_, steps_;
};

}  // namespace decaylr
