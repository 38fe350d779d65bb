// Sums of smooth curves from the centres of blocks.
//
// Around the middle of a block odd powers cancel: its sum is the number of positions times the
// value in the middle, as a double-double, plus the even terms of the Taylor series. These are so
// small a part that their rounding errors do not count.
#pragma once

#include "blocks/dyadic_blocks.h"
#include "tree/closed_sum.h"

namespace decaylr {

// Sums of m^2, m^4, ..., m^12 over n numbers m that are 1 apart and 0 on average.
struct EvenSums {
    double two, four, six, eight, ten, twelve;

    DECAYLR_LANE explicit EvenSums(double n) {
        const double s = n * n, first = n * (s - 1.0);
        two = first * (1.0 / 12.0);
        four = first * (3.0 * s - 7.0) * (1.0 / 240.0);
        six = first * ((3.0 * s - 18.0) * s + 31.0) * (1.0 / 1344.0);
        eight = first * (((5.0 * s - 55.0) * s + 239.0) * s - 381.0) * (1.0 / 11520.0);
        ten = first * (s - 5.0) * (((3.0 * s - 37.0) * s + 225.0) * s - 511.0) * (1.0 / 33792.0);
        twelve = first * (1.0 / 5591040.0) *
                 (((((105.0 * s - 2625.0) * s + 32410.0) * s - 233570.0) * s + 910573.0) * s -
                  1414477.0);
    }
    // Of height x S(x), x being rate m, of which c1, c3, ... are the coefficients of odd powers.
    DECAYLR_LANE double of(double c1, double c3, double c5, double c7, double c9, double c11,
                           double height, double rate) const {
        const double r = rate * rate;
        const double far = c7 * eight + r * (c9 * ten + r * (c11 * twelve));
        return height * (r * (c1 * two + r * (c3 * four + r * (c5 * six + r * far))));
    }
    DECAYLR_LANE double of(const BlockShape& s, double height, double rate) const {
        return of(s.c[1], s.c[3], s.c[5], s.c[7], s.c[9], 0.0, height, rate);
    }
};

// many * (hi + lo). The product of a tiny value is rounded, since what is left of it might not be
// a double.
DECAYLR_LANE double_double times(double hi, double lo, double many) {
    const bool tiny = detail::magnitude(hi) < 0x1p-800;
    const double_double product = mul(double_double{tiny ? 0.0 : hi, tiny ? 0.0 : lo}, many);
    return {tiny ? hi * many : product.hi, tiny ? 0.0 : product.lo};
}

// The sum over n positions from p on, with as many partial sums as there are centres. next(at)
// tells where the block ends that begins at a position; `Curve::prepare(centres, terms)` takes any
// centres, whole or not, and `Curve::even_terms(terms, k, sums)` adds up the even Taylor terms of
// the k-th block.
template <class Curve, class Terms, class Next>
inline double_double sum_of_blocks(const Curve& curve, Terms& terms, Int p, Int n, Next&& next) {
    double high[centres] = {}, low[centres] = {};  // the partial sums
    const Int stop = p + n;
    for (Int at = p; at < stop;) {
        double centre[centres], many[centres] = {};
        int blocks = 0;
        for (; blocks < centres && at < stop; ++blocks) {
            const Int end = std::min(next(at), stop);
            many[blocks] = static_cast<double>(end - at);
            centre[blocks] = static_cast<double>(at) + 0.5 * (many[blocks] - 1.0);
            at = end;
        }
        for (int k = blocks; k < centres; ++k) centre[k] = centre[blocks - 1];
        curve.prepare(centre, terms);
        for (int k = 0; k < centres; ++k) {
            const double_double middle = times(terms.hi[k], terms.lo[k], many[k]);
            const double_double so_far = two_sum(high[k], middle.hi);
            high[k] = so_far.hi;
            low[k] += so_far.lo + (middle.lo + curve.even_terms(terms, k, EvenSums(many[k])));
        }
    }
    double_double sum{0.0, 0.0};
    for (int k = 0; k < centres; ++k) sum = add(sum, two_sum(high[k], low[k]));
    return sum;
}

// Of blocks of a single position: their values added up.
template <class Curve>
inline double_double sum_of_singles(const Curve& curve, Int p, Int n) {
    double_double sum{0.0, 0.0};
    for (Int i = 0; i < n; i += chunk) {
        const Int some = std::min(chunk, n - i);
        double values[chunk], high[lanes] = {}, low[lanes] = {};
        curve.fill_singles(p + i, some, values);
        std::fill(values + some, values + whole_lanes(static_cast<int>(some)), 0.0);
        for (Int j = 0; j < some; j += lanes) {
            for (int k = 0; k < lanes; ++k) {
                const double_double so_far = two_sum(high[k], values[j + k]);
                high[k] = so_far.hi;
                low[k] += so_far.lo;
            }
        }
        for (int k = 0; k < lanes; ++k) sum = add(sum, two_sum(high[k], low[k]));
    }
    return sum;
}

// Of a curve on dyadic blocks.
template <class Curve>
inline double_double sum_of_dyadic_blocks(const Curve& curve, const DyadicBlocks& dyadic_blocks,
                                          Int p, Int n) {
    typename Curve::template Terms<centres> terms;
    const auto next = [&](Int at) { return dyadic_blocks.block_at(at).end(); };
    double_double sum{0.0, 0.0};
    for (Int i = 0; i < n;) {
        const Int at = p + i;
        const bool single = dyadic_blocks.block_at(at).single();
        const Int end = single ? dyadic_blocks.singles_end(at) : dyadic_blocks.blocks_end();
        const Int many = positions_before(at, end, n - i);
        sum = add(sum, single ? sum_of_singles(curve, at, many)
                              : sum_of_blocks(curve, terms, at, many, next));
        i += many;
    }
    return sum;
}

}  // namespace decaylr
