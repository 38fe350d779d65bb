// The sum of a quotient of two straight lines.
#pragma once

#include "blocks/block_sum.h"
#include "blocks/end_weights.h"

namespace decaylr {

// With u the distance from the end where the weight is 0, and x the relative distance of a
// position from the centre of its block, the weight is w (1 + x) / (1 + r x): of
// x^2 the coefficient is -r (1 - r) w, of each further power -r times that before.
template <int count>
struct RexTerms {
    double hi[count], lo[count], height[count], rate[count], bend[count];
};

class RexSum {
   public:
    // The weight is near * u / (near * u + far * (steps - u)).
    // The smaller end is that of the curve where `weights.upward`.
    RexSum(const EndWeights& weights, const Endpoints& endpoints, double near, double far)
        : change_(two_sum(weights.other, -weights.base)),
          base_(weights.base),
          length_(endpoints.length),
          start_(weights.upward ? endpoints.left : endpoints.start),
          end_(first_position(endpoints.boundary)),
          near_(near),
          far_(far),
          from_end_(weights.upward) {
        const double steps = length_.hi;
        const bool gentle = far > 0x1p-100 && near < 0x1p100 && far <= 2.0 * near;
        usable_ = gentle && weights.unit == 1.0 && steps >= 2.0 && steps <= 0x1p50 &&
                  std::fabs(change_.hi) > 0x1p-500;
    }
    // Requires |r| <= 1 everywhere, so that the weight bends most where it is 0.
    bool usable() const { return usable_; }
    double_double of(Int p, Int n) const {
        return sum_of_dyadic_blocks(*this, dyadic_blocks(), p, n);
    }

    template <int count>
    using Terms = RexTerms<count>;
    void prepare(const double (&centre)[centres], RexTerms<centres>& out) const {
        const RexSum own = *this;
        RexTerms<centres> made;  // local, so that nothing aliases it
        for (int k = 0; k < centres; ++k) {
            const double_double u = add(own.start_, own.from_end_ ? -centre[k] : centre[k]);
            const double_double rising = mul(u, own.near_);
            const double_double whole = add(rising, mul(sub(own.length_, u), own.far_));
            const double_double weight = div(rising, whole);
            const double_double value = add(mul(weight, own.change_), own.base_);
            made.hi[k] = value.hi;
            made.lo[k] = value.lo;
            made.rate[k] = 1.0 / u.hi;
            made.bend[k] = -u.hi * (own.near_ - own.far_) / whole.hi;
            made.height[k] = own.change_.hi * weight.hi * (own.far_ * own.length_.hi / whole.hi);
        }
        out = made;
    }
    void fill_singles(Int p, Int n, double* out) const {
        fill_groups_of_centres(p, n, out, [this](const auto& centre, int many, double* to) {
            RexTerms<centres> t;
            this->prepare(centre, t);
            for (int k = 0; k < many; ++k) to[k] = t.hi[k] + t.lo[k];
        });
    }
    DECAYLR_LANE double even_terms(const RexTerms<centres>& t, int k, const EvenSums& sums) const {
        const double c1 = t.bend[k], square = c1 * c1, c3 = c1 * square, c5 = c3 * square;
        const double c7 = c5 * square, c9 = c7 * square;
        return sums.of(c1, c3, c5, c7, c9, c9 * square, t.height[k], t.rate[k]);
    }

   private:
    DyadicBlocks dyadic_blocks() const {
        return {from_end_ ? 0 : max_int, end_, 3};
    }

    double_double change_;
    double base_;
    double_double length_, start_;  // start: the distance from the smaller end at number 0
    Int end_;
    double near_, far_;
    bool from_end_, usable_;
};

}  // namespace decaylr
