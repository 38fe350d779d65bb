// Any power of 1 / (1 + slope * p), by blocks that double in size with the distance from the
// place before 0 where it is infinite (see octaves.h).
#pragma once

#include "elementary.h"
#include "octaves.h"

namespace decaylr {

class InverseBlocks {
   public:
    InverseBlocks(double init, dd slope, double power)
        : shape_(-power), init_(init), power_(power), slope_(slope) {
        const double before = 1.0 / slope.hi;  // positions from the pole to 0
        const bool sizes = std::fabs(init) > 0x1p-500 && std::fabs(init) < 0x1p500;
        usable_ = sizes && power > 0x1p-20 && power < 8.0 && shape_.fineness() > 0 &&
                  before < 0x1p50 && power * largest_log2(slope.hi) < 200.0;
        offset_ = usable_ ? static_cast<Int>(before) : 0;
    }
    // Whether the blocks are proven: decided by the parameters alone.
    bool usable() const { return usable_; }
    double at(Int p) const { return at_octave(*this, octaves(), p + offset_); }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        fill_octaves(*this, octaves(), p + offset_, n, out);
    }

    const PowerShape& shape() const { return shape_; }
    template <int count>
    using Terms = OctaveTerms<count>;
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        fill_centres(*this, p, n, out);
    }
    // Centres are counted from the pole, rounded up to an integer.
    template <int count>
    void prepare(const double (&centre)[count], OctaveTerms<count>& out) const {
        const double n = -power_, init = init_, offset = static_cast<double>(offset_);
        const dd slope = slope_;
        OctaveTerms<count> made;  // no table can alias it
        for (int k = 0; k < count; ++k) {
            const dd grown = add(mul(slope, centre[k] - offset), 1.0);
            const dd value = mul(exp2_words(mul(log2_short(grown), n)), init);
            made.hi[k] = value.hi;
            made.lo[k] = value.lo;
            made.rate[k] = slope.hi / grown.hi;
            made.slope[k] = value.hi * made.rate[k];
        }
        out = made;
    }

   private:
    // A bound of log2(1 + slope * p) up to p = 2^53.
    static double largest_log2(double slope) {
        return std::max(static_cast<double>(detail::bits_of(slope) >> 52) - 1022.0, 0.0) + 54.0;
    }
    // All positions are measured from the pole.
    Octaves octaves() const { return {max_int, max_int, shape_.fineness()}; }

    PowerShape shape_;
    double init_, power_;
    dd slope_;
    Int offset_;
    bool usable_;
};

}  // namespace decaylr
