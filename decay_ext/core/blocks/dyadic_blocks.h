// Piecewise polynomial evaluation on dyadic blocks: blocks double in size with the distance from
// the point where the curve is singular or bends most.
//
// A block of positions has a centre, the middle of it; m positions from it the value is
// hi + (lo + height x S(x)), x = rate m, hi + lo the value at the centre as a double-double and S a
// polynomial of degree 9. As height x S is a small part of the value, its rounding errors, below 7
// units in its last place, hardly count, and the sum is rounded once. x S is taken as its odd and
// its even part, so that two positions at the same distance from the centre share both.
//
// With d the distance of the centre from the nearer end of the curve, a block reaches less than
// d * 2^-(fineness + 1) from it.
#pragma once

#include <algorithm>

#include "arithmetic/taylor.h"
#include "tree/node.h"

namespace decaylr {

// How many blocks are prepared together: a whole number of vectors on every processor.
constexpr int centres = LaneVector::count;

// S(x) = c[0] + c[1] x + ... + c[9] x^9
struct BlockShape {
    double c[kept];

    // The odd and the even part of x S(x). In pairs, so that processors have several terms to work
    // on at a time.
    template <class Number>
    DECAYLR_LANE void parts(const Number& x, Number& odd, Number& even) const {
        const Number s = x * x, s2 = s * s;
        odd = x * ((c[0] + c[2] * s) + s2 * ((c[4] + c[6] * s) + s2 * c[8]));
        even = s * ((c[1] + c[3] * s) + s2 * ((c[5] + c[7] * s) + s2 * c[9]));
    }
};

// The values near one centre, as functions of the distance from it: of a number, or of eight.
struct NearCentre {
    double hi, lo, height, rate;
    BlockShape shape;

    DECAYLR_LANE double operator()(double m) const {
        double odd, even;
        shape.parts(rate * m, odd, even);
        return hi + (lo + height * (even + odd));
    }
    // Those m positions after and before it: the same operations with other signs.
    DECAYLR_LANE void both(const Eight& m, Eight& after, Eight& before) const {
        Eight odd, even;
        shape.parts<Eight>(rate * m, odd, even);
        after = hi + (lo + height * (even + odd));
        before = hi + (lo + height * (even - odd));
    }
};

template <int count>
struct DyadicTerms {
    double hi[count], lo[count], height[count], rate[count];
};

class DyadicBlocks {
   public:
    struct Block {
        Int begin, size;
        bool single() const { return size == 1; }
        // Of a block that is not single; one of the last position has no end.
        Int end() const { return begin + size; }
        // Half a position off where the number of positions is even.
        double centre() const {
            return static_cast<double>(begin) + 0.5 * static_cast<double>(size - 1);
        }
    };

    // Positions before `turn` are measured from 0, others from `end`.
    DyadicBlocks(Int turn, Int end, int fineness_before, int fineness_after)
        : turn_(turn), end_(end), before_(fineness_before), after_(fineness_after) {}
    DyadicBlocks(Int turn, Int end, int fineness) : DyadicBlocks(turn, end, fineness, fineness) {}

    Block block_at(Int p) const {
        const bool rising = p < turn_;
        const int fineness = rising ? before_ : after_;
        const Int distance = rising ? p : end_ - p;
        if (distance < singles(fineness)) return {p, 1};
        const Int size = Int{1} << (floor_log2(distance) - fineness);
        const Int near = distance & -size;
        if (rising) return {near, std::min(near + size, turn_) - near};
        const Int begin = std::max(end_ - near - size + 1, turn_);
        return {begin, end_ - near + 1 - begin};
    }
    // Where the blocks of a single position end, p being in one of them.
    Int singles_end(Int p) const {
        if (p < turn_) return std::max(std::min(singles(before_), turn_), p + 1);
        return end_ - p < singles(after_) ? end_ : p + 1;
    }
    // The first position of the last blocks of a single position.
    Int blocks_end() const { return std::max(end_ - singles(after_) + 1, turn_); }
    // The coarsest blocks in which a value that grows like the distance to the power `steepness`
    // changes by a fifth at most, from the centre on.
    static int fineness_of(double steepness) {
        int fine = 3;
        while (fine < most && steepness > 0.2 * static_cast<double>(Int{2} << fine)) ++fine;
        return fine;
    }
    static constexpr int most = 40;
    // How far from its centre a block reaches at most, as a share of the distance d.
    static double reach_of(int fineness) {
        return 1.0 / static_cast<double>(Int{2} << fineness);
    }
    double reach_at(double centre) const {
        return reach_of(centre < static_cast<double>(turn_) ? before_ : after_);
    }

   private:
    // Nearer to an end blocks would be shorter than 8 positions.
    static Int singles(int fineness) { return Int{8} << fineness; }
    static int floor_log2(Int x) { return 63 - __builtin_clzll(static_cast<std::uint64_t>(x)); }

    Int turn_, end_;
    int before_, after_;
};

// (1 + x)^n - 1 = x S(x) for |x| <= 1/h, by its Taylor polynomial of degree 12, shortened to 10.
// The remainder is at most |binomial(n, 13)| h^-13 / (1 - 1/h) of (1 + x)^n for n > -13; the
// shorter one is off by 2^-9 |binomial(n, 11)| h^-11 at most.
class PowerShape {
   public:
    explicit PowerShape(double n) : n_(n), series_{1.0} {
        for (int i = 0; i < orders; ++i) {
            series_[i + 1] = series_[i] * (n - static_cast<double>(i)) / static_cast<double>(i + 1);
        }
        next_ = std::fabs(series_[orders] * (n - orders) / (orders + 1.0));
    }
    // The coarsest blocks in which these are below 2^-55 of (1 + x)^n, which changes by no more
    // than a fifth.
    int fineness() const {
        int fine = DyadicBlocks::fineness_of(std::fabs(n_));
        while (fine < DyadicBlocks::most && !(follows(fine) && shortened(fine) <= 0x1p-55)) ++fine;
        return fine;
    }
    // The same for 1 - t^n, which changes like 1 - t where that is small, so that x is as small a
    // share of 1/h. A shorter polynomial is off by as large a share of x as elsewhere, what remains
    // of the longer one is a share of t^n, at most 2^-n where blocks are longest.
    int fineness_of_rest() const {
        if (n_ < 4.0) return fineness();
        int fine = DyadicBlocks::fineness_of(0.25 * n_);
        while (fine < DyadicBlocks::most && shortened(fine) > 0x1p-55 * n_) ++fine;
        return fine;
    }
    BlockShape shape(int fineness) const {
        BlockShape made;
        shorten(series_, DyadicBlocks::reach_of(fineness), made.c);
        return made;
    }

   private:
    bool follows(int fineness) const {
        const double h = 1.0 / DyadicBlocks::reach_of(fineness), h2 = h * h, h4 = h2 * h2;
        return next_ <= 0x1p-55 * (h4 * h4 * h4 * h);
    }
    double shortened(int fineness) const {
        const double x = DyadicBlocks::reach_of(fineness), x2 = x * x, x4 = x2 * x2;
        return 0x1p-9 * std::fabs(series_[orders - 1]) * (x4 * x4 * x2 * x);
    }

    double n_, series_[orders + 1], next_;
};

// The values of a block that has its positions in [first, stop) alone.
template <class Real>
inline void fill_part(const NearCentre& centre, const DyadicBlocks::Block& block, Int first,
                      Int stop, Real* out) {
    const NearCentre near = centre;  // local, so that nothing aliases it
    const double from = static_cast<double>(first) - block.centre();
    const int n = static_cast<int>(stop - first);
    for (int i = 0; i < n; ++i) out[i] = static_cast<Real>(near(from + static_cast<double>(i)));
}

// 0.5, 1.5, ...: the distances of positions from the middle of a block of an even number.
struct Distances {
    static constexpr Int count = 256;
    Eight from_middle[count / 8];

    constexpr Distances() : from_middle() {
        for (int i = 0; i < count / 8; ++i) {
            const double m = 8 * i + 0.5;
            from_middle[i] = Eight{m, m + 1, m + 2, m + 3, m + 4, m + 5, m + 6, m + 7};
        }
    }
};
inline constexpr Distances distances;

DECAYLR_LANE void reverse(const Eight& values, Eight& out) {
#if __has_builtin(__builtin_shufflevector)
    out = __builtin_shufflevector(values, values, 7, 6, 5, 4, 3, 2, 1, 0);
#else  // GCC 11
    typedef long long Places __attribute__((vector_size(64)));
    out = __builtin_shuffle(values, Places{7, 6, 5, 4, 3, 2, 1, 0});
#endif
}

template <class Real>
DECAYLR_LANE void store_eight(const Eight& values, Real* out) {
    typedef Real Rounded __attribute__((vector_size(8 * sizeof(Real))));
    const Rounded rounded = __builtin_convertvector(values, Rounded);
    std::memcpy(out, &rounded, sizeof rounded);
}

// Those of a whole block, from the middle outwards, sixteen positions at a time. The hot loop: on
// AVX-512 of vmulpd and vaddpd on zmm, one load and two stores, of which one is reversed, with the
// shape kept in registers.
template <class Real>
inline void fill_whole(const NearCentre& centre, Int many, Real* out) {
    const NearCentre near = centre;  // local, so that nothing aliases it
    const Int half = many / 2;
    const Eight* from_middle = distances.from_middle;
    for (Int done = 0; done < half; done += 8) {
        const Int far = done & -Distances::count;
        const Eight m = from_middle[(done - far) / 8] + static_cast<double>(far);
        Eight after, before, backwards;
        near.both(m, after, before);
        reverse(before, backwards);
        store_eight(after, out + half + done);
        store_eight(backwards, out + half - done - 8);
    }
}

// A curve gives the coefficients of a group of blocks, `Curve::Terms`, a function that computes
// them for any centres, `prepare(centres, terms)`, the values near one of them,
// `near(terms, k)`, and blocks of a single position, `fill_singles`.
template <class Curve>
inline double at_dyadic_block(const Curve& curve, const DyadicBlocks& dyadic_blocks, Int p) {
    const double middle = dyadic_blocks.block_at(p).centre(), centre[1] = {middle};
    typename Curve::template Terms<1> t;
    curve.prepare(centre, t);
    return curve.near(t, 0)(static_cast<double>(p) - middle);
}

// Calls some(centre, n, out) for at most `centres` positions at a time. The last of them is
// repeated to fill the group: past the last position a curve may be undefined.
template <class Real, class Some>
inline void fill_groups_of_centres(Int p, Int n, Real* out, Some&& some) {
    for (Int i = 0; i < n; i += centres) {
        const int many = static_cast<int>(std::min<Int>(n - i, centres));
        const double from = static_cast<double>(p + i), last = static_cast<double>(many - 1);
        double centre[centres];
        for (int k = 0; k < centres; ++k) centre[k] = from + std::min<double>(k, last);
        some(centre, many, out + i);
    }
}

// The blocks from the one at `first` on, as many as are prepared together, up to a single position
// or n positions. Returns the number of positions.
template <class Curve, class Real>
inline Int fill_some_blocks(const Curve& curve, const DyadicBlocks& dyadic_blocks, Int first, Int n,
                            Real* out) {
    DyadicBlocks::Block blocks[centres];
    double centre[centres];
    int many = 0;
    Int begins[centres + 1] = {first};
    for (; many < centres && begins[many] - first < n; ++many) {
        blocks[many] = dyadic_blocks.block_at(begins[many]);
        if (blocks[many].single()) break;
        centre[many] = blocks[many].centre();
        begins[many + 1] = first + std::min(blocks[many].end() - first, n);
    }
    for (int k = many; k < centres; ++k) centre[k] = centre[many - 1];
    typename Curve::template Terms<centres> t;
    curve.prepare(centre, t);
    for (int k = 0; k < many; ++k) {
        const NearCentre near = curve.near(t, k);
        const Int size = begins[k + 1] - begins[k];
        Real* to = out + (begins[k] - first);
        if (size == blocks[k].size && size % (2 * lanes) == 0) fill_whole(near, size, to);
        else fill_part(near, blocks[k], begins[k], begins[k + 1], to);
    }
    return begins[many] - first;
}

template <class Curve, class Real>
inline void fill_dyadic_blocks(const Curve& curve, const DyadicBlocks& dyadic_blocks, Int p, Int n,
                               Real* out) {
    for (Int i = 0; i < n;) {
        const Int at = p + i;
        if (dyadic_blocks.block_at(at).single()) {
            const Int many = positions_before(at, dyadic_blocks.singles_end(at), n - i);
            curve.fill_singles(at, many, out + i);
            i += many;
            continue;
        }
        i += fill_some_blocks(curve, dyadic_blocks, at, n - i, out + i);
    }
}

}  // namespace decaylr
