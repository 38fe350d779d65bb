// cosine with k = exponent = 1, at numbers of a grid inside of it, by blocks.
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
        : CosineBlocks(div(double_double{2.0, 0.0}, steps), {0.0, 0.0},
                       weights.upward ? steps : 0.0, steps, weights) {}

    // The same of a length that is not whole, `start` of which is over before number 0: q is a
    // whole number and a fraction that all numbers share, whose angle is the phase.
    DECAYLR_LANE static CosineBlocks between(double_double length, double_double start,
                                             double_double left, const EndWeights& weights) {
        return of_lane(false, length, start, left, weights);
    }
    // One of them or the other: of whole positions nothing is over, and q is exact.
    DECAYLR_LANE static CosineBlocks of_lane(bool whole, double_double length, double_double start,
                                             double_double left, const EndWeights& weights) {
        const double_double from{weights.upward ? left.hi : start.hi,
                                 weights.upward ? left.lo : start.lo};
        const double floor = weights.upward ? floor_in_double(from) : 0.0;
        const double origin = whole ? from.hi : floor;
        const double_double slope = div(double_double{2.0, 0.0}, length);
        return {slope, mul(slope, add(from, -origin)), origin,
                whole ? length.hi : std::floor(left.hi), weights};
    }

    // The first position that is in no block.
    DECAYLR_LANE double end() const { return end_; }
    // The value at one position, without a block.
    template <bool whole = true>
    DECAYLR_LANE double level(double p) const {
        return raised(turned<whole>(p).share);
    }
    // The block that begins at `first`, and what its j-th position adds, at place(j). Small
    // angles grow away from the base: a block from the end is based at its last position.
    template <bool whole = true>
    DECAYLR_LANE Terms terms(double first) const {
        const HalfTurn twice = turned<whole>(first + last_place_);
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

    double at(Int p) const { return whole() ? value<true>(p) : value<false>(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (whole()) fill_values<true>(first, count, out);
        else fill_values<false>(first, count, out);
    }
    // The same without branches, for vectors of numbers in any order.
    template <bool whole>
    DECAYLR_LANE double lane(double x) const {
        const double j = x - block * std::floor(x * (1.0 / block));
        const double blocked = terms<whole>(x - j).value(part(slope_, place(j)));
        const double alone = level<whole>(x);
        return x >= end_ ? alone : blocked;
    }
    DECAYLR_LANE bool whole() const { return phase_.hi == 0.0; }

   private:
    DECAYLR_LANE CosineBlocks(double_double slope, double_double phase, double origin,
                              double last, const EndWeights& weights)
        : slope_(in_parts(slope)),
          phase_(phase),
          base_(weights.base),
          unit_(weights.unit),
          change_(detail::in_halves(two_sum(weights.other, -weights.base))),
          origin_(origin),
          turn_(weights.upward ? -1.0 : 1.0),
          last_place_(weights.upward ? block - 1.0 : 0.0),
          end_(end_of_blocks(last, weights.upward)) {}

    template <bool whole>
    DECAYLR_LANE HalfTurn turned(double p) const {
        const double q = origin_ + turn_ * p;
        return half_turn(whole ? detail::remainder(slope_, q)
                               : detail::remainder(slope_, q, phase_));
    }
    template <bool whole>
    double value(Int p) const {
        const double x = static_cast<double>(p);
        if (x >= end_) return level<whole>(x);
        const double j = static_cast<double>(p % block);
        return terms<whole>(x - j).value(part(slope_, place(j)));
    }
    template <bool whole, class Real>
    void fill_values(Int first, Int count, Real* out) const {
        const double left = std::max(end_ - static_cast<double>(first), 0.0);
        const Int inside = std::min(static_cast<Int>(std::min(left, 0x1p62)), count);
        if (inside > 0) fill_blocks<whole>(first, inside, out);
        if (inside < count) fill_levels<whole>(first + inside, count - inside, out + inside);
    }
    DECAYLR_LANE double raised(Pair share) const {
        const double_double sum = two_sum(base_, change_.head * share.head);
        return (sum.hi + (sum.lo + change_.cross_terms(share))) * unit_;
    }
    template <bool whole, class Real>
    void fill_levels(Int first, Int count, Real* out) const {
        const CosineBlocks own = *this;
        fill_each(first, count, out, [own](double p) { return own.level<whole>(p); });
    }
    template <bool whole, class Real>
    void fill_blocks(Int first, Int count, Real* out) const {
        double sine_cosine[block], sine_squared[block];
        double a[together], b[together], c[together];
        const int from = static_cast<int>(first % block);
        const bool part_of_one = from + count <= block;
        columns(part_of_one ? from / lanes * lanes : 0,
                part_of_one ? whole_lanes(from + static_cast<int>(count)) : block, sine_cosine,
                sine_squared);
        each_block(
            first, count, out, [&](Int k, int n) { prepare<whole>(k, n, a, b, c); },
            [&](int i, int j, int n, Real* to) {
                const Terms t{a[i], b[i], c[i]};
                fill_block(j, n, to, [&](int m) {
                    return t.value({sine_cosine[m], sine_squared[m]});
                });
            });
    }
    // What the places from..until of a block add: whole vectors of them.
    void columns(int from, int until, double* sine_cosine, double* sine_squared) const {
        const CosineBlocks own = *this;
        for (int j = from; j < until; ++j) {
            const SineProducts small = part(own.slope_, own.place(static_cast<double>(j)));
            sine_cosine[j] = small.sine_cosine;
            sine_squared[j] = small.sine_squared;
        }
    }
    template <bool whole>
    void prepare(Int k, int count, double* a, double* b, double* c) const {
        const CosineBlocks own = *this;
        const double first = static_cast<double>(k * block);
        for (int i = 0; i < whole_lanes(count); ++i) {
            const Terms t = own.terms<whole>(first + block * static_cast<double>(i));
            a[i] = t.a;
            b[i] = t.b;
            c[i] = t.c;
        }
    }

    Parts slope_;
    double_double phase_;
    double base_, unit_;
    Pair change_;
    double origin_, turn_, last_place_, end_;
};

}  // namespace decaylr
