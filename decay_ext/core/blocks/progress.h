// Progress through a curve: the fraction (p / steps)^k that has elapsed at a position, and the one
// that remains, for one position or sixteen at a time. Loops over positions are branch-free, so
// that compilers vectorize them.
#pragma once

#include "blocks/real_power_blocks.h"

namespace decaylr {

// As many double-doubles.
template <int count>
struct Words {
    double hi[count], lo[count];

    DECAYLR_LANE double_double at(int k) const { return {hi[k], lo[k]}; }
    DECAYLR_LANE void set(int k, double_double x) {
        hi[k] = x.hi;
        lo[k] = x.lo;
    }
};

// Their sum is 1, and each is accurate relative to itself. An elapsed fraction below 2^-120 is
// shown as one of the same digits between 2^-121 and 2^-119; `down` is what it has to be
// multiplied by, else 1.
template <int count>
struct Fractions {
    Words<count> elapsed, remaining;
    double down[count];
};

class Progress {
   public:
    // `accurate`: to 2^-65 of themselves, else to 2^-58.
    Progress(const Endpoints& endpoints, double k, bool accurate)
        : steps_(endpoints.steps),
          k_(k),
          start_(endpoints.start),
          left_(endpoints.left),
          step_(div(double_double{1.0, 0.0}, endpoints.length)),
          straight_(k == 1.0),
          accurate_(accurate) {}

    bool usable() const { return steps_ >= 2.0 && steps_ <= 0x1p51 && ordinary_exponent(k_); }
    bool straight() const { return straight_; }
    double k() const { return k_; }
    double step() const { return step_.hi; }
    // Of numbers at least a step from both ends.
    template <int count>
    void fractions(const double (&position)[count], Fractions<count>& out) const {
        if (straight_) straight_fractions(position, out);
        else if (accurate_) curved_fractions<true>(position, out);
        else curved_fractions<false>(position, out);
    }
    DECAYLR_LANE double_double elapsed(double p) const { return add(start_, p); }
    DECAYLR_LANE double_double remaining(double p) const { return add(left_, -p); }

   private:
    template <int count>
    void straight_fractions(const double (&position)[count], Fractions<count>& out) const {
        const Progress own = *this;
        Fractions<count> made;  // local, so that nothing aliases it
        for (int k = 0; k < count; ++k) {
            made.elapsed.set(k, mul(own.step_, own.elapsed(position[k])));
            made.remaining.set(k, mul(own.step_, own.remaining(position[k])));
            made.down[k] = 1.0;
        }
        out = made;
    }
    template <bool accurate, int count>
    void curved_fractions(const double (&position)[count], Fractions<count>& out) const {
        const Progress own = *this;
        Fractions<count> made;
        for (int k = 0; k < count; ++k) {
            const double_double gone = mul(own.step_, own.elapsed(position[k]));
            const double_double log = accurate ? detail::log2_lane(gone) : log2_short(gone);
            const double_double y = mul(log, own.k_);
            const Deep power = exp2_deep(y);
            const bool tiny = y.hi < -120.0;
            const double near = tiny ? 0x1p-120 : power.near, far = tiny ? 1.0 : power.far;
            made.elapsed.set(k, {(power.number.hi * near) * far, (power.number.lo * near) * far});
            made.down[k] = tiny ? power.scaled(0x1p120) : 1.0;
            made.remaining.set(k, neg(exp2m1(y)));
        }
        out = made;
    }

    double steps_, k_;
    double_double start_, left_, step_;
    bool straight_, accurate_;
};

}  // namespace decaylr
