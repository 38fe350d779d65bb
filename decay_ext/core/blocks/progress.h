// Progress through a curve: the fraction (p / steps)^k that has elapsed at a position, and the one
// that remains. Branch-free, for loops over positions that compilers vectorize.
#pragma once

#include "blocks/end_weights.h"

namespace decaylr {

// Their sum is 1; each is accurate to 2^-58 of itself.
struct ProgressFractions {
    double_double elapsed, remaining;
};

class Progress {
   public:
    Progress(const Endpoints& endpoints, double k)
        : steps_(endpoints.steps),
          k_(k),
          start_(endpoints.start),
          left_(endpoints.left),
          step_(div(double_double{1.0, 0.0}, endpoints.length)),
          straight_(k == 1.0) {}

    // Whether the remaining fraction is accurate when computed from the elapsed one as a
    // double-double.
    bool usable() const { return steps_ >= 2.0 && steps_ <= 0x1p40 && k_ >= 0.5 && k_ <= 4.0; }
    bool straight() const { return straight_; }
    // No fraction is below 2^-depth, at least a step from both ends: the elapsed one is at least
    // (1/steps)^k, the remaining one at least half of 1/steps.
    double depth() const {
        const double length = static_cast<double>((detail::bits_of(steps_) >> 52) - 1022);
        return std::max(k_, 1.0) * length + 4.0;
    }
    // Of a number at least a step from both ends.
    template <bool straight>
    DECAYLR_LANE ProgressFractions at(double p) const {
        const double_double gone = mul(step_, elapsed(p));
        if (straight) return {gone, mul(step_, remaining(p))};
        const double_double power = mul(log2_short(gone), k_);
        return {exp2_words(power), neg(exp2m1(power))};
    }
    DECAYLR_LANE double_double elapsed(double p) const { return add(start_, p); }
    DECAYLR_LANE double_double remaining(double p) const { return add(left_, -p); }

   private:
    double steps_, k_;
    double_double start_, left_, step_;
    bool straight_;
};

}  // namespace decaylr
