// constant and linear.
#pragma once

#include <algorithm>

#include "across_runs/linear.h"
#include "blocks/end_weights.h"

namespace decaylr {

struct ConstantRow {
    double value;
    double at(Int) const { return value; }
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
    ConstantRow row(Run run, const Grid&) const { return {value_(run)}; }
    ConstantLanes lanes(const CurveLanes& lanes) const { return {value_, lanes}; }

   private:
    Column value_;
};

// init at 0, end from steps on; between them (init * (steps - p) + end * p) / steps, weighed from
// both ends with the division taken out of the loop. Between whole positions by blocks.
class LinearRow {
   public:
    LinearRow(double init, double end, const Boundary& steps, const Grid& grid)
        : endpoints_(init, end, steps, grid),
          exact_(grid.whole() && endpoints_.steps < two_53),
          near_(endpoints_.steps < 0.5 * two_53),
          line_(Line::between(init, end, endpoints_.steps)) {
        const EndWeights weights(end, init);
        if (!exact_ && near_ && weights.unit == 1.0 && std::fabs(weights.change) > 0x1p-600) {
            blocks_.emplace(weights, endpoints_, weights.upward);
        }
    }
    double at(Int p) const {
        if (endpoints_.at_end(p)) return endpoints_.end_at(p);
        if (exact_) return weigh(static_cast<double>(p));
        return blocks_ ? blocks_->at(p) : precise(p);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        endpoints_.fill(first, count, out,
                        [this](Int p, Int n, Real* to) { inside(p, n, to); });
    }
    void fill_numbers(const Int* numbers, Int count, double* out) const {
        if (exact_ && near_) {
            const LinearRow own = *this;
            endpoints_.fill_numbers(numbers, count, out, [own](double x) { return own.weigh(x); });
        } else {
            for (Int i = 0; i < count; ++i) out[i] = at(numbers[i]);
        }
    }
    ClosedSum sum(Int first, Int count) const {
        return endpoints_.sum(first, count, [&](Int p, Int n) {
            return ClosedSum(endpoints_.whole() && near_ ? near_sum(p, n) : far_sum(p, n));
        });
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
        const double_double mean =
            weighed(sub(endpoints_.left, middle), add(endpoints_.start, middle));
        return mul(mul(mean, exact(n)), line_.back);
    }
    double precise(Int p) const {
        return to_double(weighed(endpoints_.remaining(p), endpoints_.elapsed(p))) * line_.back;
    }
    double_double weighed(double_double left, double_double gone) const {
        const double lift = 1.0 / line_.back;
        const double_double ahead = div(left, endpoints_.length);
        const double_double behind = div(gone, endpoints_.length);
        return add(mul(ahead, endpoints_.init * lift), mul(behind, endpoints_.end * lift));
    }
    DECAYLR_LANE double weigh(double p) const { return line_.weigh(endpoints_.steps - p, p); }
    template <class Real>
    void inside(Int p, Int n, Real* out) const {
        if (exact_ && near_) return fill_each(p, n, out, [this](double x) { return weigh(x); });
        if (blocks_) return blocks_->fill(p, n, out);
        for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(at(p + i));
    }

    Endpoints endpoints_;
    bool exact_, near_;  // positions left are exact; numbers are, with room to spare
    Line line_;
    std::optional<IntegerPowerBlocks<1>> blocks_;
};

class Linear {
   public:
    explicit Linear(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")) {}
    LinearRow row(Run run, const Grid& grid) const {
        return {init_(run), end_(run), steps_.boundary(run), grid};
    }
    LinearLanes lanes(const CurveLanes& lanes) const {
        return {init_, end_, steps_, lanes};
    }

   private:
    Column init_, end_, steps_;
};

}  // namespace decaylr
