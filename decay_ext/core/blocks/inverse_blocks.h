// Any power of 1 / (base + slope * p), by blocks that double in size with the distance from the
// place before 0 where it is infinite (see dyadic_blocks.h).
#pragma once

#include "blocks/real_power_blocks.h"

namespace decaylr {

// init / sqrt(grown). The root and the division may add up to 2 ulp: the second word is taken off,
// with 1 / grown as the square of q / init.
DECAYLR_LANE double over_root(double init, double per_init, double_double grown) {
    const double q = init / std::sqrt(grown.hi);
    const double share = q * per_init;
    return q - q * ((0.5 * grown.lo) * (share * share));
}

class InverseBlocks {
   public:
    InverseBlocks(double init, double_double base, double_double slope, double power)
        : init_(init),
          per_init_(1.0 / init),
          power_(power),
          kind_(power == 1.0   ? Kind::whole
                : power == 0.5 ? Kind::root
                               : Kind::any),
          base_(base),
          slope_(slope) {
        const double before = base.hi / slope.hi;  // steps from the pole to number 0
        usable_ = (kind_ != Kind::any || ordinary_exponent(power)) && std::fabs(init) > 0x1p-500 &&
                  std::fabs(init) < 0x1p500;
        if (!usable_) return;
        offset_ = static_cast<Int>(std::min(before, 0x1p50));
        const PowerShape shape(-power);
        fineness_ = shape.fineness();
        shape_ = shape.shape(fineness_);
    }
    // Whether the error bound of the blocks holds: it depends on the parameters alone.
    bool usable() const { return usable_; }
    double at(Int p) const {
        const DyadicBlocks own = dyadic_blocks();
        const bool single = kind_ == Kind::root && own.block_at(p + offset_).single();
        if (single) return alone(static_cast<double>(p));
        return at_dyadic_block(*this, own, p + offset_);
    }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        fill_dyadic_blocks(*this, dyadic_blocks(), p + offset_, n, out);
    }

    double_double sum(Int p, Int n) const {
        return sum_of_dyadic_blocks(*this, dyadic_blocks(), p + offset_, n);
    }

    template <int count>
    using Terms = DyadicTerms<count>;
    template <int count>
    NearCentre near(const DyadicTerms<count>& t, int k) const {
        return {t.hi[k], t.lo[k], t.height[k], t.rate[k], shape_};
    }
    DECAYLR_LANE double even_terms(const DyadicTerms<centres>& t, int k,
                                   const EvenSums& sums) const {
        return sums.of(shape_, t.height[k], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        const InverseBlocks own = *this;
        if (kind_ == Kind::root) {
            return fill_each(p - offset_, n, out, [own](double x) { return own.alone(x); });
        }
        fill_groups_of_centres(p, n, out, [this](const auto& centre, int many, Real* to) {
            DyadicTerms<centres> t;
            this->prepare(centre, t);
            for (int k = 0; k < many; ++k) to[k] = static_cast<Real>(t.hi[k] + t.lo[k]);
        });
    }
    template <int count>
    void prepare(const double (&centre)[count], DyadicTerms<count>& out) const {
        if (kind_ == Kind::whole) expand<Kind::whole>(centre, out);
        else if (kind_ == Kind::root) expand<Kind::root>(centre, out);
        else expand<Kind::any>(centre, out);
    }

   private:
    enum class Kind { any, root, whole };

    DECAYLR_LANE double_double grown(double x) const { return add(mul(slope_, x), base_); }
    DECAYLR_LANE double alone(double x) const { return over_root(init_, per_init_, grown(x)); }
    // Centres are counted from the pole, rounded up to an integer, or from a place nearer to them.
    // Half a power is a root.
    template <Kind kind, int count>
    void expand(const double (&centre)[count], DyadicTerms<count>& out) const {
        const InverseBlocks own = *this;
        const double offset = static_cast<double>(offset_);
        DyadicTerms<count> made;  // local, so that nothing aliases it
        for (int k = 0; k < count; ++k) {
            const double_double grown = own.grown(centre[k] - offset);
            const double_double value = own.value<kind>(grown);
            made.hi[k] = value.hi;
            made.lo[k] = value.lo;
            made.rate[k] = own.slope_.hi / grown.hi;
            made.height[k] = value.hi;
        }
        out = made;
    }
    template <Kind kind>
    DECAYLR_LANE double_double value(double_double grown) const {
        const double_double init{init_, 0.0};
        if (kind == Kind::whole) return div(init, grown);
        if (kind == Kind::root) return div(init, sqrt(grown));
        const Deep power = exp2_deep(mul(log2_short(grown), -power_));
        return power.scaled(mul(power.number, init_));
    }
    // All positions are measured from the pole.
    DyadicBlocks dyadic_blocks() const { return {max_int, max_int, fineness_}; }

    BlockShape shape_;
    int fineness_ = 0;
    double init_, per_init_, power_;
    Kind kind_;
    double_double base_, slope_;
    Int offset_ = 0;
    bool usable_;
};

}  // namespace decaylr
