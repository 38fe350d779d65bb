// The second and third power of a straight line between two values, by blocks.
//
// A block of 64 positions begins at the one nearest to the smaller end and goes away from it:
// m positions on, the value is a + m (b + m (c + m d)), each coefficient rounded once from
// two words. With t the share of the way from the zero end and h = 1/steps, the weight is
// (t + m h)^n or 1 - (t - m h)^n, whichever is 0 at the smaller end.
#pragma once

#include "blend.h"
#include "curve_cosine.h"

namespace decaylr {

template <int power>
class PowerBlocks {
   public:
    // `from_end`: the smaller end is at `steps`.
    PowerBlocks(const Blend& blend, double steps, bool from_end)
        : blend_(blend), steps_(steps), step_(div(dd{1.0, 0.0}, steps)), from_end_(from_end) {}

    // Whether the block may be used: one that goes past the end at which it begins may not.
    bool covers(Int k) const { return !from_end_ || begin(k) >= 0.0; }
    double at(Int p) const {
        const Int k = p / block;
        return terms(k).value(static_cast<double>(away(p - k * block)));
    }
    // The positions [p, p + n), which lie in block k.
    void fill(Int k, Int p, Int n, double* out) const {
        const Terms t = terms(k);
        const double from = static_cast<double>(away(p - k * block));
        const double turn = from_end_ ? -1.0 : 1.0;
        const int count = static_cast<int>(n);
        for (int i = 0; i < count; ++i) out[i] = t.value(from + turn * static_cast<double>(i));
    }

   private:
    struct Terms {
        double a, b, c, d;
        double value(double m) const {
            return a + m * (b + m * (power == 2 ? c : c + m * d));
        }
    };

    Int away(Int j) const { return from_end_ ? block - 1 - j : j; }
    // How far from the smaller end the block begins: exact, as steps < 2^53.
    double begin(Int k) const {
        const double first = static_cast<double>(k * block);
        return from_end_ ? steps_ - (first + static_cast<double>(block - 1)) : first;
    }
    Terms terms(Int k) const {
        const double gone = begin(k);
        const dd near = div(dd{gone, 0.0}, steps_);
        const dd far = div(dd{steps_ - gone, 0.0}, steps_);
        const dd t = blend_.upward ? near : far;
        const double turn = blend_.upward ? 1.0 : -1.0;
        const dd square = mul(step_, step_);
        if (power == 2) {
            const dd weight = blend_.upward ? mul(t, t) : mul(near, add(far, 1.0));
            return {blend_.with(weight), blend_.part(mul(mul(t, step_), 2.0)),
                    turn * blend_.part(square), 0.0};
        }
        const dd squared = mul(t, t);
        const dd weight = blend_.upward ? mul(squared, t) : mul(near, add(add(squared, far), 1.0));
        return {blend_.with(weight), blend_.part(mul(mul(squared, step_), 3.0)),
                turn * blend_.part(mul(mul(t, square), 3.0)), blend_.part(mul(square, step_))};
    }

    Blend blend_;
    double steps_;
    dd step_;
    bool from_end_;
};

}  // namespace decaylr
