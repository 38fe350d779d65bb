// Sums of smooth curves from the centres of blocks.
//
// Around the middle of a block odd powers cancel, so that its sum is the value there, in two
// words, as many times as it has positions, and the even terms of its Taylor series beside that:
// these are so small a part that their rounding costs nothing.
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

// Of n positions from p on, in as many lanes as there are centres. next(at) tells where the block
// ends that begins at a position; `Curve::prepare(centres, terms)` takes any centres, whole or not,
// and `Curve::beside(terms, k, sums)` adds up what the k-th block has beside its middle.
template <class Curve, class Terms, class Next>
inline dd sum_of_blocks(const Curve& curve, Terms& terms, Int p, Int n, Next&& next) {
    double high[centres] = {}, low[centres] = {};  // what each lane has summed
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
            const dd middle = mul(dd{terms.hi[k], terms.lo[k]}, many[k]);
            const dd so_far = two_sum(high[k], middle.hi);
            high[k] = so_far.hi;
            low[k] += so_far.lo + (middle.lo + curve.beside(terms, k, EvenSums(many[k])));
        }
    }
    dd sum{0.0, 0.0};
    for (int k = 0; k < centres; ++k) sum = add(sum, two_sum(high[k], low[k]));
    return sum;
}

// Of a curve by octaves.
template <class Curve>
inline dd sum_of_octaves(const Curve& curve, const Octaves& octaves, Int p, Int n) {
    typename Curve::template Terms<centres> terms;
    return sum_of_blocks(curve, terms, p, n, [&](Int at) { return octaves.piece(at).end; });
}

}  // namespace decaylr
