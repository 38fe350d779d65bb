// cosine with k = exponent = 1, at whole positions inside of it, by blocks.
//
// The weight is the squared sine of the remaining quarter turn, so nothing cancels near the
// end. A block of 64 positions is one angle `a` and 64 small angles b_m:
// sin(a+b)^2 = sin(a)^2 + sin(2a) sin(b) cos(b) + cos(2a) sin(b)^2.
#pragma once

#include "arithmetic/block_math.h"
#include "blocks/end_weights.h"
#include "tree/block_fill.h"

namespace decaylr {

class CosineBlocks {
   public:
    struct Terms {
        double a, b, c;
        DECAYLR_LANE double value(SineProducts part) const {
            return a + (b * part.sine_cosine + c * part.sine_squared);
        }
    };

    // The value is base + change * sin^2 of q / steps quarter turns, q positions from the
    // end of smaller magnitude: exact, as steps < 2^53.
    DECAYLR_LANE CosineBlocks(double steps, const EndWeights& weights)
        : slope_(in_parts(div(double_double{2.0, 0.0}, steps))),
          base_(weights.base),
          unit_(weights.unit),
          change_(detail::in_halves(two_sum(weights.other, -weights.base))),
          origin_(weights.upward ? steps : 0.0),
          turn_(weights.upward ? -1.0 : 1.0),
          last_place_(weights.upward ? block - 1.0 : 0.0),
          end_(end_of_blocks(steps, weights.upward)) {}

    // The first position that is in no block: a block counted from the curve's end must not reach
    // past it.
    DECAYLR_LANE double end() const { return end_; }
    // The value at one position, without a block.
    DECAYLR_LANE double level(double p) const {
        return raised(half_turn(slope_, origin_ + turn_ * p).share);
    }
    // The block that begins at `first`, and what its j-th position adds, at place(j). Small
    // angles grow away from the base: a block from the end is based at its last position.
    DECAYLR_LANE Terms terms(double first) const {
        const HalfTurn twice = half_turn(slope_, origin_ + turn_ * (first + last_place_));
        const Pair cosine =
            detail::paired(1.0, -2.0 * twice.share.head, -2.0 * twice.share.rest);
        return {raised(twice.share), change_.times(twice.sine) * unit_,
                change_.times(cosine) * unit_};
    }
    DECAYLR_LANE static SineProducts part(const Parts& slope, double place) {
        const Parts small{0.5 * slope.head, 0.5 * slope.middle, 0.5 * slope.rest};
        return sine_products(small, place);
    }
    DECAYLR_LANE const Parts& slope() const { return slope_; }
    DECAYLR_LANE double place(double j) const { return last_place_ + turn_ * j; }

    double at(Int p) const {
        const double x = static_cast<double>(p);
        if (x >= end_) return level(x);
        const double j = static_cast<double>(p % block);
        return terms(x - j).value(part(slope_, place(j)));
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        const double left = std::max(end_ - static_cast<double>(first), 0.0);
        const Int inside = std::min(static_cast<Int>(std::min(left, 0x1p62)), count);
        if (inside > 0) fill_blocks(first, inside, out);
        if (inside < count) fill_levels(first + inside, count - inside, out + inside);
    }

   private:
    // Short curves have no blocks. The last multiple of 64 is found without a conversion.
    DECAYLR_LANE static double end_of_blocks(double steps, bool from_end) {
        constexpr double shift = 0x1.8p58;
        const double after = steps + 1.0;
        const double near = (after + shift) - shift, before = near - block;
        const double last = near > after ? before : near;
        const double end = from_end ? last : two_63;
        return steps < 2.0 * block ? 0.0 : end;
    }
    DECAYLR_LANE double raised(Pair share) const {
        const double_double sum = two_sum(base_, change_.head * share.head);
        return (sum.hi + (sum.lo + change_.cross_terms(share))) * unit_;
    }
    template <class Real>
    void fill_levels(Int first, Int count, Real* out) const {
        const CosineBlocks own = *this;
        fill_each(first, count, out, [own](double p) { return own.level(p); });
    }
    template <class Real>
    void fill_blocks(Int first, Int count, Real* out) const {
        double sine_cosine[block], sine_squared[block];
        double a[together], b[together], c[together];
        columns(sine_cosine, sine_squared);
        each_block(
            first, count, out, [&](Int k, int n) { prepare(k, n, a, b, c); },
            [&](int i, int j, int n, Real* to) {
                const Terms t{a[i], b[i], c[i]};
                fill_block(j, n, to, [&](int m) {
                    return t.value({sine_cosine[m], sine_squared[m]});
                });
            });
    }
    void columns(double* sine_cosine, double* sine_squared) const {
        const CosineBlocks own = *this;
        for (int j = 0; j < block; ++j) {
            const SineProducts small = part(own.slope_, own.place(static_cast<double>(j)));
            sine_cosine[j] = small.sine_cosine;
            sine_squared[j] = small.sine_squared;
        }
    }
    void prepare(Int k, int count, double* a, double* b, double* c) const {
        const CosineBlocks own = *this;
        const double first = static_cast<double>(k * block);
        for (int i = 0; i < whole_lanes(count); ++i) {
            const Terms t = own.terms(first + block * static_cast<double>(i));
            a[i] = t.a;
            b[i] = t.b;
            c[i] = t.c;
        }
    }

    Parts slope_;
    double base_, unit_;
    Pair change_;
    double origin_, turn_, last_place_, end_;
};

}  // namespace decaylr
