// inverse: init / (1 + rate * p / size)**power; floor of the quotient for a staircase.
#pragma once

#include "blocks/end_weights.h"
#include "blocks/inverse_blocks.h"
#include "curves/plateaus.h"

namespace decaylr {

class InverseRow {
   public:
    InverseRow(double init, double rate, const Boundary& size, double power, bool staircase,
               const Grid& grid)
        : init_(init),
          rate_(rate),
          size_(size),
          power_(bounded(power)),
          staircase_(staircase),
          grid_(grid),
          far_(!(rate * (two_63 / size.value) < 0x1p900)),
          slope_(staircase || far_ ? double_double{rate, 0.0}
                                   : grid.per_step(div(double_double{rate, 0.0}, size.value))),
          base_(staircase || far_ || grid.whole()
                    ? double_double{1.0, 0.0}
                    : add(mul(div(double_double{rate, 0.0}, size.value), grid.origin()), 1.0)) {
        far_ = far_ || !(slope_.hi * two_63 < 0x1p900);
        simple_ = !far_ && (power == 1.0 || power == 0.5 || power == -1.0) && std::fabs(init) > 0x1p-500 &&
                  std::fabs(init) < 0x1p500;
        per_init_ = simple_ ? 1.0 / init : 0.0;
        if (!staircase && !far_ && power != 1.0) blocks_.emplace(init, base_, slope_, power_);
    }

    double at(Int p) const {
        if (staircase_) return stair(stairs().at(p));
        if (blocks_ && blocks_->usable() && p > 0 && p < blocks_end) return blocks_->at(p);
        return simple_ ? over(static_cast<double>(p)) : precise(p);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (staircase_) {
            return stairs().fill(first, count, out, [this](Int n, int many, double* levels) {
                for (int i = 0; i < many; ++i) levels[i] = stair(n + i);
            });
        }
        if (!simple_ || (blocks_ && blocks_->usable()) || first > Int{1} << 52) {
            fill_any_power(first, count, out);
        } else if (power_ == 1.0) {
            fill_each(first, count, out, [this](double x) { return inverted(grown(x)); });
        } else if (power_ == -1.0) {
            fill_each(first, count, out, [this](double x) { return risen(grown(x)); });
        } else {
            fill_each(first, count, out, [this](double x) { return inverted_root(grown(x)); });
        }
    }
    ClosedSum sum(Int first, Int count) const {
        if (staircase_ || far_ || first >= sums_end - count) return {};
        const InverseBlocks blocks =
            blocks_ ? *blocks_ : InverseBlocks(init_, base_, slope_, power_);
        if (!blocks.usable()) return {};
        const Int begin = first == 0 && count > 0 ? 1 : 0;
        const double_double inside = blocks.sum(first + begin, count - begin);
        return begin > 0 ? add(inside, at(0)) : inside;
    }
    Monotonicity monotonicity(Int) const {
        return monotonicity_of_growth(init_, rate_ > 0.0 ? -power_ : 0.0);
    }

   private:
    static constexpr Int blocks_end = Int{3} << 50;  // centres of blocks are exact up to here
    // Farther away the middle of a block may be rounded, not the end of one beyond every position.
    static constexpr Int sums_end = Int{3} << 61;

    template <class Real>
    void fill_any_power(Int first, Int count, Real* out) const {
        const Int begin = first == 0 && count > 0 ? 1 : 0;
        const bool blocked = blocks_ && blocks_->usable() && first < blocks_end - count;
        const Int single = blocked ? begin : count;
        for (Int i = 0; i < single; ++i) out[i] = static_cast<Real>(at(first + i));
        if (blocked) blocks_->fill(first + begin, count - begin, out + begin);
    }

    Stairs stairs() const { return {size_, grid_}; }
    // base + slope * x as a double-double whose second word is below 2^-53 of the first.
    DECAYLR_LANE double_double grown(double x) const {
        const double_double product = two_prod(slope_.hi, x);
        const double_double sum = two_sum(product.hi, base_.hi);
        return quick_two_sum(sum.hi, sum.lo + ((product.lo + slope_.lo * x) + base_.lo));
    }
    // Ignoring the second word costs 1 ulp, plus half an ulp of the division.
    DECAYLR_LANE double inverted(double_double grown) const { return init_ / grown.hi; }
    DECAYLR_LANE double inverted_root(double_double grown) const {
        return over_root(init_, per_init_, grown);
    }
    // The power -1: a straight line.
    DECAYLR_LANE double risen(double_double grown) const {
        return init_ * grown.hi + init_ * grown.lo;
    }
    double over(double x) const { return of(grown(x)); }
    double of(double_double grown) const {
        if (!simple_) return power(grown);
        if (power_ == -1.0) return risen(grown);
        return power_ == 1.0 ? inverted(grown) : inverted_root(grown);
    }
    double stair(Int n) const {
        if (rate_ > 0x1p900) return distant(exact(n), 1.0);
        return over(static_cast<double>(n));
    }
    double precise(Int n) const {
        const double_double p = grid_.position(n);
        if (far_) return distant(p, size_.value);
        return of(add(mul(div(p, size_.value), rate_), 1.0));
    }
    // By logarithms, where rate * p / size could leave the range of a double.
    double distant(double_double p, double size) const {
        if (!(p.hi > 0.0) || rate_ == 0.0) return init_;
        const double_double log2_ratio = add(sub(log2(p), log2(size)), log2(rate_));
        if (log2_ratio.hi > 200.0) return scaled(log2_ratio);
        if (log2_ratio.hi < -200.0) return init_;
        const Scaled ratio = exp2_scaled(log2_ratio);
        const double hi = round_scaled({ratio.hi, 0.0, ratio.exponent});
        return power(add(double_double{hi, round_scaled({ratio.lo, 0.0, ratio.exponent})}, 1.0));
    }
    double power(double_double grown) const { return scaled(log2(grown)); }
    double scaled(double_double log2_grown) const {
        return round_scaled_times(exp2_scaled(mul(log2_grown, -power_)), init_);
    }

    double init_, rate_;
    Boundary size_;
    double power_;
    bool staircase_;
    const Grid& grid_;
    bool far_;
    double_double slope_, base_;
    bool simple_;
    double per_init_;
    std::optional<InverseBlocks> blocks_;
};

class Inverse {
   public:
    explicit Inverse(const Spec& spec)
        : init_(spec.column("init_value")),
          rate_(spec.column("decay_rate")),
          size_(spec.column("decay_steps")),
          power_(spec.column("power")),
          staircase_(spec.flag("staircase")) {}
    InverseRow row(Run run, const Grid& grid) const {
        return {init_(run), rate_(run), size_.boundary(run), power_(run), staircase_, grid};
    }

   private:
    Column init_, rate_, size_, power_;
    bool staircase_;
};

}  // namespace decaylr
