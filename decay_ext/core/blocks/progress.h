// The way of a curve from its beginning to its end: how much of it is behind, to a power, and
// how much ahead. For loops over positions that become vectors.
#pragma once

#include "arithmetic/elementary.h"

namespace decaylr {

// Their sum is 1; each is accurate to 2^-58 of itself.
struct Shares {
    dd behind, ahead;
};

class Way {
   public:
    Way(double steps, double k)
        : steps_(steps), k_(k), step_(div(dd{1.0, 0.0}, steps)), straight_(k == 1.0) {}

    // Whether two words of what is behind a position inside tell what is ahead of it.
    bool usable() const { return steps_ >= 2.0 && steps_ <= 0x1p40 && k_ >= 0.5 && k_ <= 4.0; }
    bool straight() const { return straight_; }
    // No share is below 2^-depth: what is behind is at least (1/steps)^k, what is ahead at least
    // half of 1/steps.
    double depth() const {
        const double length = static_cast<double>((detail::bits_of(steps_) >> 52) - 1022);
        return std::max(k_, 1.0) * length + 4.0;
    }
    // For whole p strictly inside.
    template <bool straight>
    DECAYLR_LANE Shares at(double p) const {
        const dd gone = mul(step_, p);
        if (straight) return {gone, mul(step_, steps_ - p)};
        const dd power = mul(log2_short(gone), k_);
        return {exp2_words(power), neg(exp2m1(power))};
    }

   private:
    double steps_, k_;
    dd step_;
    bool straight_;
};

}  // namespace decaylr
