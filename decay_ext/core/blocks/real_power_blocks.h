// Any power of a straight line between two values, by dyadic blocks (see dyadic_blocks.h).
//
// With t the fraction of the distance from the zero end and n the power, the weight is t^n where
// the zero end is the smaller one, else 1 - t^n, whose blocks shrink towards both ends: towards
// t = 0, where the series is singular, and towards t = 1, so that nothing cancels.
#pragma once

#include "blocks/block_sum.h"
#include "blocks/end_weights.h"

namespace decaylr {

class RealPowerBlocks {
   public:
    // `rise`: t grows with the position.
    RealPowerBlocks(const EndWeights& weights, const Endpoints& endpoints, double n, bool rise)
        : shape_(n),
          steps_(endpoints.steps),
          n_(n),
          length_(endpoints.length),
          start_(rise ? endpoints.start : endpoints.left),
          end_(first_position(endpoints.boundary)),
          change_(two_sum(weights.other, -weights.base)),
          base_(weights.base),
          upward_(weights.upward),
          rise_(rise),
          fineness_(shape_.fineness()) {
        sums_ = weights.unit == 1.0 && steps_ >= 2.0 && steps_ <= 0x1p50 && n_ > 0x1p-20 &&
                fineness_ > 0 && n_ * floor_log2() < 200.0 && std::fabs(change_.hi) > 0x1p-500;
        usable_ = sums_ && steps_ <= 0x1p40;
    }
    // Whether sums by blocks are accurate; values of longer curves are not taken from blocks.
    bool sums() const { return sums_; }
    // Whether the error bound of the blocks holds: it depends on the parameters alone.
    bool usable() const { return usable_; }
    double at(Int p) const { return at_dyadic_block(*this, dyadic_blocks(), p); }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        fill_dyadic_blocks(*this, dyadic_blocks(), p, n, out);
    }

    double_double sum(Int p, Int n) const {
        return sum_of_dyadic_blocks(*this, dyadic_blocks(), p, n);
    }

    const PowerShape& shape() const { return shape_; }
    template <int count>
    using Terms = DyadicTerms<count>;
    DECAYLR_LANE double even_terms(const DyadicTerms<centres>& t, int k,
                                   const EvenSums& sums) const {
        const double per_rate = t.slope[k] / t.rate[k];
        return per_rate * sums.of(shape_[1], shape_[3], shape_[5], shape_[7], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        fill_centres(*this, p, n, out);
    }
    template <int count>
    void prepare(const double (&centre)[count], DyadicTerms<count>& out) const {
        if (upward_) weigh<true>(centre, out);
        else weigh<false>(centre, out);
    }

   private:
    // From the end where the series is singular alone, or from both.
    DyadicBlocks dyadic_blocks() const {
        const Int turn = !upward_ ? (end_ + 1) / 2 : rise_ ? end_ : 0;
        return {turn, end_, fineness_};
    }
    double floor_log2() const {
        return static_cast<double>((detail::bits_of(steps_) >> 52) - 1022);
    }
    // Branch-free, so that the loop is vectorized.
    template <bool upward, int count>
    void weigh(const double (&centre)[count], DyadicTerms<count>& out) const {
        const double turn = rise_ ? 1.0 : -1.0;
        const double n = n_, base = base_;
        const double_double change = change_, start = start_, length = length_;
        const double steepness = upward ? turn * change.hi : -turn * change.hi;
        DyadicTerms<count> made;  // local, so that nothing aliases it
        for (int k = 0; k < count; ++k) {
            const double_double q = add(start, turn * centre[k]);
            const double_double y = mul(log2_short(div(q, length)), n);
            const double_double power = upward ? exp2_words(y) : exp2m1(y);
            const double_double weight = upward ? power : neg(power);
            const double whole = upward ? power.hi : 1.0 + power.hi;
            const double_double value = add(mul(weight, change), base);
            made.hi[k] = value.hi;
            made.lo[k] = value.lo;
            made.rate[k] = turn / q.hi;
            made.slope[k] = steepness * whole / q.hi;
        }
        out = made;
    }

    PowerShape shape_;
    double steps_, n_;
    double_double length_, start_;  // start: the distance from the zero end at number 0
    Int end_;
    double_double change_;
    double base_;
    bool upward_, rise_;
    int fineness_;
    bool sums_, usable_;
};

}  // namespace decaylr
