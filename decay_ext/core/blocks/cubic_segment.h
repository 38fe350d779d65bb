// A cubic between two knots, by blocks of 64 positions.
//
// From an end of its interval, and t widths away from it, a cubic is value + t (slope + t (bend + t
// twist)). Each half of the interval is seen from its own end: so nothing cancels where the curve
// nears a small value, unless the curve itself turns there.
//
// A block has a centre; m positions from it the value is hi + (lo + m (a + m (b + m c))), where hi
// + lo is the value at the centre as a double-double. The terms added to hi pass at most 14
// roundings. Blocks are used only where the absolute values of these terms add up to at most an
// eighth of hi: then these come to 14/8 * 8/7 = 2 ulp, and 0.5 for the last sum. Elsewhere each
// position is evaluated as centres are.
#pragma once

#include "blocks/line_segment.h"
#include "tree/block_fill.h"
#include "tree/node.h"

namespace decaylr {

// Hermite data of a cubic between two knots: both values, and both slopes times the width.
struct HermiteData {
    double value, other;
    double_double slope, other_slope;
};

class CubicHalf {
   public:
    // `first`: the whole position that blocks are counted from. `toward`: 1 from the left end of
    // the interval, -1 from the right one.
    CubicHalf(const HermiteData& hermite, double_double origin, double_double reciprocal,
              double toward, Int first)
        : value_(hermite.value),
          slope_(hermite.slope),
          origin_(origin),
          reciprocal_(reciprocal),
          toward_(toward),
          first_(static_cast<double>(first)) {
        const double_double rise = two_sum(hermite.other, -hermite.value);
        const double_double here = sub(rise, hermite.slope), there = sub(rise, hermite.other_slope);
        bend_ = add(mul(here, 2.0), there);
        twist_ = neg(add(here, there));
        const double step = toward * reciprocal.hi;
        last_ = twist_.hi * (step * step * step);
    }

    // The n-th whole position.
    double at(Int n) const {
        const Terms t = terms(centre(n / block));
        return t.fits() ? t.value(static_cast<double>(n % block - half_block), last_)
                        : alone(static_cast<double>(n));
    }
    // The sum of `count` positions from the n-th on: around their middle odd powers cancel.
    double_double sum(Int n, Int count) const {
        const double many = static_cast<double>(count);
        const double_double t = widths(static_cast<double>(n) + 0.5 * (many - 1.0));
        const double_double squares = div(mul(double_double{many * many - 1.0, 0.0}, many), 12.0);
        const double_double bend =
            mul(mul(reciprocal_, reciprocal_), add(bend_, mul(mul(twist_, t), 3.0)));
        return add(mul(value(t), many), mul(bend, squares));
    }
    // A number by how far it is from the end.
    double at(double_double away) const { return to_double(value(mul(reciprocal_, away))); }

    template <class Real>
    void fill(Int n, Int count, Real* out) const {
        if (n % block + count <= block) return fill_in_one_block(n, count, out);
        const CubicHalf own = *this;
        double hi[together], lo[together], a[together], b[together], spare[together];
        double away[block];
        for (int j = 0; j < block; ++j) away[j] = j - half_block;
        Int group = 0;
        each_block(
            n, count, out,
            [&](Int k, int blocks) {
                group = k;
                for (int i = 0; i < whole_lanes(blocks); ++i) {
                    const Terms t = own.terms(own.centre(k) + static_cast<double>(i * block));
                    hi[i] = t.hi;
                    lo[i] = t.lo;
                    a[i] = t.a;
                    b[i] = t.b;
                    spare[i] = t.spare;
                }
            },
            [&](int i, int j, int many, Real* to) {
                const Terms t{hi[i], lo[i], a[i], b[i], spare[i]};
                const double last = own.last_;
                if (!t.fits()) return own.fill_alone((group + i) * block + j, many, to);
                fill_block(j, many, to, [&](int m) { return t.value(away[m], last); });
            });
    }

   private:
    static constexpr int half_block = block / 2;

    struct Terms {
        double hi, lo, a, b, spare;
        DECAYLR_LANE bool fits() const { return spare >= 0.0; }
        // The last coefficient is that of every block.
        DECAYLR_LANE double value(double m, double last) const {
            return hi + (lo + m * (a + m * (b + m * last)));
        }
    };

    static double centre(Int k) { return static_cast<double>(k * block + half_block); }

    DECAYLR_LANE double_double value(double_double t) const {
        return add(mul(t, add(slope_, mul(t, add(bend_, mul(t, twist_))))), value_);
    }
    // How many widths the n-th position is away from the end; exact but for the last step.
    DECAYLR_LANE double_double widths(double n) const {
        const double_double position = two_sum(first_ + n, -origin_.hi);
        const double rest = position.lo - origin_.lo;
        return mul(reciprocal_, double_double{toward_ * position.hi, toward_ * rest});
    }
    DECAYLR_LANE double alone(double n) const { return to_double(value(widths(n))); }
    DECAYLR_LANE Terms terms(double centre) const {
        const double_double t = widths(centre);
        const double_double v = value(t);
        const double step = toward_ * reciprocal_.hi;
        const double twist = 3.0 * twist_.hi * t.hi;
        const double a = step * (slope_.hi + t.hi * (2.0 * bend_.hi + twist));
        const double b = (step * step) * (bend_.hi + twist);
        // The same without signs, at the edge of the block.
        const double reach = half_block * reciprocal_.hi, far = std::fabs(t.hi);
        const double bends = std::fabs(bend_.hi), twists = std::fabs(twist_.hi);
        const double beside =
            reach * (std::fabs(slope_.hi) + far * (2.0 * bends + 3.0 * far * twists) +
                     reach * (bends + 3.0 * far * twists + reach * twists));
        return {v.hi, v.lo, a, b, std::fabs(v.hi) - 8.0 * beside};
    }
    template <class Real>
    void fill_in_one_block(Int n, Int count, Real* out) const {
        const Terms t = terms(centre(n / block));
        if (!t.fits()) return fill_alone(n, static_cast<int>(count), out);
        const double last = last_, from = static_cast<double>(n % block - half_block);
        for (int i = 0; i < static_cast<int>(count); ++i) {
            out[i] = static_cast<Real>(t.value(from + static_cast<double>(i), last));
        }
    }
    // Whole vectors are computed: a scalar remainder would take as long.
    template <class Real>
    void fill_alone(Int n, int count, Real* out) const {
        const CubicHalf own = *this;
        double values[block];
        const double from = static_cast<double>(n);
        for (int i = 0; i < whole_lanes(count); ++i) {
            values[i] = own.alone(from + static_cast<double>(i));
        }
        for (int i = 0; i < count; ++i) out[i] = static_cast<Real>(values[i]);
    }

    double value_;
    double_double slope_, bend_, twist_, origin_, reciprocal_;
    double toward_, first_, last_;
};

// Positions past the start and before the end of an interval. Values are those of the ends
// times `back`, a power of two.
class CubicSegment {
   public:
    // `first`, `stop`: the first number at or after the start, and the end.
    CubicSegment(double_double start, double_double end, Int first, Int stop,
                 const HermiteData& hermite, double back)
        : start_(start),
          end_(end),
          reciprocal_(div(double_double{1.0, 0.0}, sub(end_, start_))),
          hermite_(hermite),
          back_(back),
          first_(first),
          turn_(turn(stop)),
          whole_(end.hi < 0x1p52) {}

    double at(Int p) const {
        if (!whole_) return far(p);
        const Int n = p - first_;
        return (n < turn_ ? left().at(n) : right().at(n)) * back_;
    }
    template <class Real>
    void fill(Int p, Int count, Real* out) const {
        if (!whole_ || back_ != 1.0) {
            for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(at(p + i));
            return;
        }
        const Int n = p - first_, before = in_left(n, count);
        if (before > 0) left().fill(n, before, out);
        if (before < count) right().fill(n + before, count - before, out + before);
    }

    // Whether it surely is monotone between its two values.
    bool monotone() const {
        const double rise = hermite_.other - hermite_.value, most = 3.0 * std::fabs(rise);
        const double sign = rise < 0.0 ? -1.0 : 1.0;
        const double first = sign * hermite_.slope.hi, last = sign * hermite_.other_slope.hi;
        return first >= 0.0 && last >= 0.0 && first <= most && last <= most;
    }
    ClosedSum sum(Int p, Int count) const {
        if (!whole_) return {};
        const Int n = p - first_, before = in_left(n, count);
        double_double sum{0.0, 0.0};
        if (before > 0) sum = left().sum(n, before);
        if (before < count) sum = add(sum, right().sum(n + before, count - before));
        return lowered(sum, back_);
    }

   private:
    double far(Int p) const {
        const double_double gone = sub(exact(p), start_), ahead = sub(end_, exact(p));
        return (gone.hi < ahead.hi ? left().at(gone) : right().at(ahead)) * back_;
    }
    // Short intervals are one block, seen from the right: but for a first number just after the
    // start, where the value may be a tiny one.
    DECAYLR_LANE Int turn(Int stop) const {
        const Int blocks = (stop - first_) / 2 / block;
        if (blocks > 0) return blocks * block;
        const double begin = static_cast<double>(first_), gone = begin - start_.hi;
        return gone > 0.0 && 64.0 * gone < end_.hi - begin ? 1 : 0;
    }
    Int in_left(Int n, Int count) const { return std::clamp<Int>(turn_ - n, 0, count); }
    CubicHalf left() const { return {hermite_, start_, reciprocal_, 1.0, first_}; }
    CubicHalf right() const {
        const HermiteData mirrored{hermite_.other, hermite_.value, neg(hermite_.other_slope),
                                   neg(hermite_.slope)};
        return {mirrored, end_, reciprocal_, -1.0, first_};
    }

    double_double start_, end_, reciprocal_;
    HermiteData hermite_;
    double back_;
    Int first_, turn_;
    bool whole_;
};

}  // namespace decaylr
