// Piecewise polynomial evaluation on dyadic blocks: blocks double in size with the distance from
// the point where the curve is singular or bends most.
//
// A block of positions has a centre c; m positions from it the value is
// hi + (lo + slope m S(rate m)), hi + lo the value at c as a double-double and S a polynomial that
// all blocks of a run share. As slope m is a small part of the value, its rounding errors hardly
// count, and the sum is rounded once. With d the distance of a position from the nearer end of
// the curve, a block reaches at most d * 2^-(fineness + 1) from its centre.
#pragma once

#include <algorithm>

#include "tree/node.h"

namespace decaylr {

// How many blocks are prepared together: a whole number of vectors on every processor.
constexpr int centres = 16;

template <int count>
struct DyadicTerms {
    double hi[count], lo[count], slope[count], rate[count];

    // The values near centre k, as a function of the distance from it.
    template <class Curve>
    auto near(const Curve& curve, int k) const {
        return [shape = curve.shape(), h = hi[k], l = lo[k], s = slope[k],
                r = rate[k]](double m) __attribute__((always_inline)) {
            return h + (l + (s * m) * shape(r * m));
        };
    }
};

class DyadicBlocks {
   public:
    struct Block {
        Int begin, end, centre;
        // Of one position, which is its centre (a block cut to one position has its centre
        // elsewhere).
        bool single() const { return end - begin == 1 && begin == centre; }
    };

    // Positions before `turn` are measured from 0, others from `end`.
    DyadicBlocks(Int turn, Int end, int fineness) : turn_(turn), end_(end), fineness_(fineness) {}

    Block block_at(Int p) const {
        const bool rising = p < turn_;
        const Int distance = rising ? p : end_ - p;
        if (distance < singles()) return {p, p + 1, p};
        const Int size = Int{1} << (floor_log2(distance) - fineness_);
        const Int near = distance & -size;
        if (rising) return {near, std::min(near + size, turn_), near + size / 2};
        return {std::max(end_ - near - size + 1, turn_), end_ - near + 1, end_ - near - size / 2};
    }
    // Where the blocks of a single position end, p being in one of them.
    Int singles_end(Int p) const { return p < turn_ ? std::min(singles(), turn_) : end_; }

   private:
    // Nearer to an end blocks would be shorter than 8 positions.
    Int singles() const { return Int{8} << fineness_; }
    static int floor_log2(Int x) { return 63 - __builtin_clzll(static_cast<std::uint64_t>(x)); }

    Int turn_, end_;
    int fineness_;
};

// (1 + x)^n - 1 = n x S(x), here n S(x) by its Taylor polynomial of degree 7. For |x| <= 1/h
// the remainder is at most |binomial(n, 9)| h^-9 / (1 - 1/h) of (1 + x)^n for n > -8.
class PowerShape {
   public:
    explicit PowerShape(double n) {
        double binomial = 1.0;
        for (int i = 0; i < terms; ++i) {
            binomial = binomial * (n - static_cast<double>(i)) / static_cast<double>(i + 1);
            c_[i] = binomial;
        }
        next_ = std::fabs(binomial * (n - terms) / (terms + 1.0));
    }
    // The coarsest blocks whose remainder is below 2^-53 of (1 + x)^n, 0 where none are. A
    // block that is cut at the turn, or ends between two integers, reaches |x| <= 1/h with
    // h two less than a whole one's.
    int fineness() const {
        for (int fine = 5; fine < 8; ++fine) {
            const double h = static_cast<double>(Int{2} << fine) - 2.0;
            const double cube = h * h * h;
            if (next_ <= 0x1p-53 * (cube * cube * cube)) return fine;
        }
        return 0;
    }
    // The coefficient of x^i.
    double operator[](int i) const { return c_[i]; }
    double operator()(double x) const {
        return c_[0] +
               x * (c_[1] +
                    x * (c_[2] +
                         x * (c_[3] + x * (c_[4] + x * (c_[5] + x * (c_[6] + x * c_[7]))))));
    }

   private:
    static constexpr int terms = 8;
    double c_[terms], next_;
};

// A curve gives the coefficients of a group of blocks, `Curve::Terms`, a function that computes
// them for any number of centres, `prepare(centres, terms)`, and one for blocks of a single
// position, `fill_singles`.
template <class Curve>
inline double at_dyadic_block(const Curve& curve, const DyadicBlocks& dyadic_blocks, Int p) {
    const Int c = dyadic_blocks.block_at(p).centre;
    const double centre[1] = {static_cast<double>(c)};
    typename Curve::template Terms<1> t;
    curve.prepare(centre, t);
    return t.near(curve, 0)(static_cast<double>(p - c));
}

// Blocks of a single position: each is its own centre.
template <class Curve, class Real>
inline void fill_centres(const Curve& curve, Int p, Int n, Real* out) {
    for (Int i = 0; i < n; i += centres) {
        double centre[centres];
        const double from = static_cast<double>(p + i);
        for (int k = 0; k < centres; ++k) centre[k] = from + static_cast<double>(k);
        DyadicTerms<centres> t;
        // The last centre is repeated to fill the group: past the last position the curve may be
        // undefined.
        const int some = static_cast<int>(std::min<Int>(n - i, centres));
        for (int k = some; k < centres; ++k) centre[k] = centre[some - 1];
        curve.prepare(centre, t);
        for (int k = 0; k < some; ++k) out[i + k] = static_cast<Real>(t.hi[k] + t.lo[k]);
    }
}

template <class Curve, class Real>
inline void fill_dyadic_blocks(const Curve& curve, const DyadicBlocks& dyadic_blocks, Int p, Int n,
                               Real* out) {
    const Int stop = p + n;
    for (Int at = p; at < stop;) {
        if (dyadic_blocks.block_at(at).single()) {
            const Int until = std::min(dyadic_blocks.singles_end(at), stop);
            curve.fill_singles(at, until - at, out + (at - p));
            at = until;
            continue;
        }
        DyadicBlocks::Block blocks[centres];
        double centre[centres];
        int many = 0;
        for (Int next = at; many < centres && next < stop; next = blocks[many++].end) {
            blocks[many] = dyadic_blocks.block_at(next);
            if (blocks[many].single()) break;
            centre[many] = static_cast<double>(blocks[many].centre);
        }
        for (int k = many; k < centres; ++k) centre[k] = centre[many - 1];
        typename Curve::template Terms<centres> t;
        curve.prepare(centre, t);
        for (int k = 0; k < many; ++k) {
            const Int end = std::min(blocks[k].end, stop);
            // The hot loop: no load, one store; on AVX-512 of vmulpd, vaddpd and vmovupd on
            // zmm, with the shape's coefficients kept in registers.
            fill_each(at - blocks[k].centre, end - at, out + (at - p), t.near(curve, k));
            at = end;
        }
    }
}

}  // namespace decaylr
