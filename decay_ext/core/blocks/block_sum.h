// Sums of smooth curves from the centres of blocks.
//
// Around the middle of a block odd powers cancel: its sum is the number of positions times the
// value in the middle, as a double-double, plus the even terms of the Taylor series. These are so
// small a part that their rounding errors do not count.
#pragma once

#include "blocks/dyadic_blocks.h"
#include "tree/closed_sum.h"

namespace decaylr {

// Sums of m^2, m^4, m^6 and m^8 over n numbers m that are 1 apart and 0 on average.
struct EvenSums {
    double two, four, six, eight;

    DECAYLR_LANE explicit EvenSums(double n) {
        const double square = n * n, first = n * (square - 1.0);
        two = first * (1.0 / 12.0);
        four = first * (3.0 * square - 7.0) * (1.0 / 240.0);
        six = first * ((3.0 * square - 18.0) * square + 31.0) * (1.0 / 1344.0);
        eight = first * (((5.0 * square - 55.0) * square + 239.0) * square - 381.0) *
                (1.0 / 11520.0);
    }
    // Of c2 x^2 + c4 x^4 + c6 x^6 + c8 x^8, x being m * rate.
    DECAYLR_LANE double of(double c2, double c4, double c6, double c8, double rate) const {
        const double r2 = rate * rate;
        return r2 * (c2 * two + r2 * (c4 * four + r2 * (c6 * six + r2 * (c8 * eight))));
    }
};

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
            const double_double middle = mul(double_double{terms.hi[k], terms.lo[k]}, many[k]);
            const double_double so_far = two_sum(high[k], middle.hi);
            high[k] = so_far.hi;
            low[k] += so_far.lo + (middle.lo + curve.even_terms(terms, k, EvenSums(many[k])));
        }
    }
    double_double sum{0.0, 0.0};
    for (int k = 0; k < centres; ++k) sum = add(sum, two_sum(high[k], low[k]));
    return sum;
}

// Of a curve on dyadic blocks.
template <class Curve>
inline double_double sum_of_dyadic_blocks(const Curve& curve, const DyadicBlocks& dyadic_blocks,
                                          Int p, Int n) {
    typename Curve::template Terms<centres> terms;
    return sum_of_blocks(curve, terms, p, n,
                         [&](Int at) { return dyadic_blocks.block_at(at).end; });
}

}  // namespace decaylr
