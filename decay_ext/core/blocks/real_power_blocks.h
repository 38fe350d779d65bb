// Any power of a straight line between two values, by dyadic blocks (see dyadic_blocks.h).
//
// With t the fraction of the distance from the zero end and n the power, the weight is t^n where
// the zero end is the smaller one, else 1 - t^n, whose blocks shrink towards both ends: towards
// t = 0, where the series is singular, and towards t = 1, so that nothing cancels.
//
// t^n is 2 to the power of n log2 t, which is off by less than n 2^-66: for n <= 2^10 the weight
// at a centre is accurate to 2^-56 of itself, for n <= 2^14 to 2^-52, down to the smallest doubles.
#pragma once

#include "blocks/block_sum.h"
#include "blocks/end_weights.h"

namespace decaylr {

// Whether products with an exponent are exact, and blocks accurate.
inline bool ordinary_exponent(double n) { return n >= 0x1p-100 && n <= 0x1p10; }

class RealPowerBlocks {
   public:
    // `rise`: t grows with the position.
    RealPowerBlocks(const EndWeights& weights, const Endpoints& endpoints, double_double n,
                    bool rise)
        : n_(n),
          step_(div(double_double{1.0, 0.0}, endpoints.length)),
          start_(rise ? endpoints.start : endpoints.left),
          end_(first_position(endpoints.boundary)),
          change_(two_sum(weights.other, -weights.base)),
          base_(weights.base),
          upward_(weights.upward),
          rise_(rise),
          usable_(n.hi >= 0x1p-100 && n.hi <= 0x1p14 && weights.unit == 1.0 &&
                  endpoints.steps >= 2.0 && endpoints.steps <= 0x1p51 &&
                  std::fabs(change_.hi) > 0x1p-500),
          fineness_(0) {
        if (!usable_) return;
        const PowerShape shape(n.hi);
        fineness_ = upward_ ? shape.fineness() : shape.fineness_of_rest();
        shape_ = shape.shape(fineness_);
    }
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

    template <int count>
    using Terms = DyadicTerms<count>;
    template <int count>
    NearCentre near(const DyadicTerms<count>& t, int k) const {
        return {t.hi[k], t.lo[k], t.height[k], t.rate[k], shape_};
    }
    DECAYLR_LANE double even_terms(const DyadicTerms<centres>& t, int k,
                                   const EvenSums& sums) const {
        return sums.of(shape_, t.height[k], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        fill_groups_of_centres(p, n, out, [this](const auto& centre, int many, Real* to) {
            DyadicTerms<centres> t;
            this->prepare(centre, t);
            for (int k = 0; k < many; ++k) to[k] = static_cast<Real>(t.hi[k] + t.lo[k]);
        });
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
    // Branch-free, so that the loop is vectorized.
    template <bool upward, int count>
    void weigh(const double (&centre)[count], DyadicTerms<count>& out) const {
        const double turn = rise_ ? 1.0 : -1.0;
        const double base = base_;
        const double_double n = n_, change = change_, start = start_, step = step_;
        DyadicTerms<count> made;  // local, so that nothing aliases it
        for (int k = 0; k < count; ++k) {
            const double_double q = add(start, turn * centre[k]);
            const double_double log = log2_short(mul(q, step));
            double_double y = mul(log, n.hi);
            y.lo += log.hi * n.lo;
            const Deep power = exp2_deep(y);
            const double whole = power.scaled(change.hi * power.number.hi);
            double_double weighed = power.scaled(mul(power.number, change));
            if (!upward) weighed = mul(neg(exp2m1(y)), change);
            const double_double value = add(weighed, base);
            made.hi[k] = value.hi;
            made.lo[k] = value.lo;
            made.rate[k] = turn / q.hi;
            made.height[k] = upward ? whole : -whole;
        }
        out = made;
    }

    BlockShape shape_;
    double_double n_, step_, start_;  // start: the distance from the zero end at number 0
    Int end_;
    double_double change_;
    double base_;
    bool upward_, rise_, usable_;
    int fineness_;
};

}  // namespace decaylr
