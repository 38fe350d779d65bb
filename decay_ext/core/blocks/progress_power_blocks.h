// Curves whose weight is a power of 1 - (p/steps)^k, or of cos^2((pi/2) (p/steps)^k).
//
// By dyadic blocks (see dyadic_blocks.h) that double in size with the distance from the nearer
// end, each with a Taylor polynomial of degree 12 of its own, shortened to 10.
//
// How long blocks may be follows from how steep the curve is at most (`steepness_before`,
// `steepness_after`), so that a value is off by 4 units in its last place at most. Of some 50 000
// values drawn with exponents and k between 0.01 and 100, the worst was off by 1.4.
//
// The base t of the power and 1 - t are both known to full relative accuracy: nothing cancels,
// whichever of the ends is the smaller one, and at any distance from them.
#pragma once

#include "arithmetic/block_math.h"
#include "arithmetic/taylor.h"
#include "blocks/block_sum.h"
#include "blocks/end_weights.h"
#include "blocks/progress.h"

namespace decaylr {

constexpr double half_pi = 0x1.921fb54442d18p+0;

enum class PowerBase { remaining, squared_cosine };

template <int count>
struct ProgressPowerTerms : DyadicTerms<count> {
    double series[kept][count];
};

template <PowerBase power_base>
class ProgressPowerBlocks {
   public:
    ProgressPowerBlocks(const EndWeights& weights, const Endpoints& endpoints, double exponent,
                        double k)
        : progress_(endpoints, k, exponent > ordinary),
          end_(first_position(endpoints.boundary)),
          exponent_(exponent),
          change_(two_sum(weights.other, -weights.base)),
          base_(weights.base),
          upward_(weights.upward),
          usable_(progress_.usable() && ordinary_exponent(exponent) && weights.unit == 1.0 &&
                  std::fabs(change_.hi) > 0x1p-500 &&
                  std::fabs(change_.hi) < 0x1p100),
          turn_(usable_ ? turn() : 0),
          before_(usable_ ? DyadicBlocks::fineness_of(steepness_before()) : 0),
          after_(usable_ ? DyadicBlocks::fineness_of(steepness_after()) : 0) {}
    // Whether the error bound of the blocks holds: it depends on the parameters alone.
    bool usable() const { return usable_; }
    double at(Int p) const { return at_dyadic_block(*this, dyadic_blocks(), p); }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        fill_dyadic_blocks(*this, dyadic_blocks(), p, n, out);
    }

    double_double sum(Int p, Int n) const {
        return sum_of_dyadic_blocks(*this, dyadic_blocks(), p, n);
    }

    template <int count>
    using Terms = ProgressPowerTerms<count>;
    template <int count>
    NearCentre near(const ProgressPowerTerms<count>& t, int k) const {
        NearCentre made{t.hi[k], t.lo[k], t.height[k], t.rate[k], {}};
        for (int i = 0; i < kept; ++i) made.shape.c[i] = t.series[i][k];
        return made;
    }
    DECAYLR_LANE double even_terms(const ProgressPowerTerms<centres>& t, int k,
                                   const EvenSums& sums) const {
        const auto& s = t.series;
        return sums.of(s[1][k], s[3][k], s[5][k], s[7][k], s[9][k], 0.0, t.height[k], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        fill_groups_of_centres(p, n, out, [this](const auto& centre, int many, Real* to) {
            Fractions<centres> progress;
            Bases<centres> bases;
            double height[centres];
            Words<centres> values;
            this->weigh(centre, progress, bases, height, values);
            for (int k = 0; k < many; ++k) {
                to[k] = static_cast<Real>(values.hi[k] + values.lo[k]);
            }
        });
    }
    template <int count>
    void prepare(const double (&centre)[count], ProgressPowerTerms<count>& out) const {
        Fractions<count> progress;
        Bases<count> bases;
        double height[count];
        Words<count> values;
        weigh(centre, progress, bases, height, values);
        double near[count], rate[count];
        for (int k = 0; k < count; ++k) {
            const double gone = progress_.elapsed(centre[k]).hi;
            near[k] = std::min(gone, progress_.remaining(centre[k]).hi);
            const double reciprocal = 1.0 / (gone * near[k]);  // one division for both
            rate[k] = (near[k] * near[k]) * reciprocal;
            out.hi[k] = values.hi[k];
            out.lo[k] = values.lo[k];
            out.rate[k] = gone * reciprocal;
            out.height[k] = height[k];
        }
        Taylor<count> series;
        expand_base(progress, bases, near, rate, series);
        divide_by_first(series);
        if (exponent_ == 1.0) return write(series, centre, out);
        Taylor<count> raised;
        power_series(series, exponent_, raised);
        write(raised, centre, out);
    }

   private:
    // Up to this exponent the logarithms and sines that serve to blocks are accurate enough.
    static constexpr double ordinary = 4.0;
    // What the longest blocks allow: see `fineness_of`.
    static constexpr double gentle = 3.2;
    // The base t of the power, 1 - t, which has to be multiplied by `down`, and for the series of t
    // the sine of twice the angle.
    template <int count>
    struct Bases {
        Words<count> t, rest;
        double sine_twice[count], down[count];
    };

    // How many times as fast as the distance from an end, relative to itself, the value changes at
    // most. Near the end t goes to 0 like that distance, or like its square; before the middle it
    // changes by 1.5 times as much as p, by k 2^-k times as much for large k. 1 - t^n goes to 0
    // like u = (p/steps)^k or its square; where t^n is steep it is so small a part that a quarter
    // of its exponent serves. There it is about exp(-n u), whose terms n u are at most 4 times as
    // steep as u before they vanish, and n/20 times up to the turn.
    double full_exponent() const {
        return power_base == PowerBase::remaining ? exponent_ : 2.0 * exponent_;
    }
    double full_k() const {
        return power_base == PowerBase::remaining ? progress_.k() : 2.0 * progress_.k();
    }
    double steepness_after() const {
        return upward_ ? full_exponent() : std::max(0.25 * full_exponent(), gentle);
    }
    double steepness_before() const {
        const double n = full_exponent();
        if (upward_) return 1.5 * n * std::min(1.0, 2.3 / progress_.k());
        return std::max(full_k() * std::min(std::max(0.05 * n, 1.0), 4.0), 0.25 * n);
    }
    // From both ends, towards which the series is singular or the value goes to 0; if it does so
    // at the end alone, from there.
    Int turn() const {
        if (upward_) return progress_.straight() ? 0 : end_ / 2 + end_ % 2;
        // Later where (p/steps)^k is steep: up to where it changes like the distance from the end.
        const double after = gentle / (full_k() + gentle);
        return end_ - static_cast<Int>(std::min(0.5, after) * static_cast<double>(end_));
    }
    DyadicBlocks dyadic_blocks() const { return {turn_, end_, before_, after_}; }

    // The value at each centre, how much of it is t^n, and what both come from.
    template <int count>
    void weigh(const double (&centre)[count], Fractions<count>& progress, Bases<count>& bases,
               double (&height)[count], Words<count>& values) const {
        progress_.fractions(centre, progress);
        if (power_base == PowerBase::remaining) {
            bases.t = progress.remaining;
            bases.rest = progress.elapsed;
            std::copy(progress.down, progress.down + count, bases.down);
        } else if (exponent_ > ordinary) {
            turn<true>(progress, bases);
        } else {
            turn<false>(progress, bases);
        }
        if (exponent_ == 1.0) level(bases, height, values);
        else if (upward_) raise<true>(bases, height, values);
        else raise<false>(bases, height, values);
    }

    // cos^2 of the elapsed angle is sin^2 of the remaining one: the sine is taken of the smaller
    // angle, and where that is the elapsed one the result is 1 minus its square.
    template <bool accurate, int count>
    void turn(const Fractions<count>& progress, Bases<count>& out) const {
        Bases<count> made;  // local, so that nothing aliases it
        for (int k = 0; k < count; ++k) {
            const double_double elapsed = progress.elapsed.at(k);
            const double_double remaining = progress.remaining.at(k);
            const double down = progress.down[k];
            const bool late = remaining.hi < elapsed.hi;
            const double_double angle{late ? remaining.hi : elapsed.hi,
                                      late ? remaining.lo : elapsed.lo};
            const double_double sine = accurate ? detail::sincos_eighth(angle).sin : sine_of(angle);
            const double_double square = mul(sine, sine), other = add(neg(square), 1.0);
            made.t.set(k, {late ? square.hi : other.hi, late ? square.lo : other.lo});
            made.rest.set(k, {late ? other.hi : square.hi, late ? other.lo : square.lo});
            made.sine_twice[k] = 2.0 * (sine.hi * std::sqrt(other.hi)) * down;
            made.down[k] = down * down;
        }
        out = made;
    }
    DECAYLR_LANE static double_double sine_of(double_double angle) {
        const double head = detail::head17(angle.hi);
        const SineBend turn = detail::sine_bend(head, (angle.hi - head) + angle.lo);
        return quick_two_sum(turn.sine_high, turn.sine_low);
    }

    // For the exponent 1.
    template <int count>
    void level(const Bases<count>& bases, double (&height)[count], Words<count>& values) const {
        const double_double change = change_;
        const double base = base_, rise = upward_ ? change.hi : -change.hi;
        const bool upward = upward_;
        Words<count> made;
        for (int k = 0; k < count; ++k) {
            const double_double t = bases.t.at(k), rest = bases.rest.at(k);
            const double_double weight{upward ? t.hi : rest.hi, upward ? t.lo : rest.lo};
            const double down = upward ? 1.0 : bases.down[k];
            const double_double part = mul(weight, change);
            made.set(k, add(double_double{part.hi * down, part.lo * down}, base));
        }
        values = made;
        for (int k = 0; k < count; ++k) height[k] = rise * bases.t.hi[k];
    }
    template <bool upward, int count>
    void raise(const Bases<count>& bases, double (&height)[count], Words<count>& values) const {
        const double_double change = change_;
        const double base = base_, n = exponent_, rise = upward ? change.hi : -change.hi;
        Words<count> made;
        double left[count];
        for (int k = 0; k < count; ++k) {
            const double_double y = mul(log2_short(bases.t.at(k)), n);
            const Deep raised = exp2_deep(y);
            double_double part = raised.scaled(mul(raised.number, change));
            if (!upward) part = one_less(y, bases.rest.at(k), bases.down[k]);
            made.set(k, add(part, base));
            left[k] = raised.scaled(rise * raised.number.hi);
        }
        values = made;
        std::copy(left, left + count, height);
    }
    // (1 - t^n) change, where y is log2(t^n). Where the rest 1 - t is small, by two terms of its
    // series, since t does not have the digits of its rest then.
    DECAYLR_LANE double_double one_less(double_double y, double_double rest, double down) const {
        const bool small = rest.hi < 0x1p-40;
        const double_double plain = neg(exp2m1(y));
        const double_double first = mul(rest, exponent_);
        const double bend = first.hi * (rest.hi * (0.5 - 0.5 * exponent_));
        const double_double near = quick_two_sum(first.hi, first.lo + bend);
        const double_double weight{small ? near.hi : plain.hi, small ? near.lo : plain.lo};
        const double_double part = mul(weight, change_);
        return {part.hi * down, part.lo * down};
    }

    // The series of t, in distances of the centre from the nearer end.
    template <int count>
    void expand_base(const Fractions<count>& progress, const Bases<count>& bases,
                     const double (&near)[count], const double (&rate)[count],
                     Taylor<count>& series) const {
        if (progress_.straight()) return expand_straight(bases, near, series);
        double elapsed[count];
        const double times = power_base == PowerBase::remaining ? -1.0 : -half_pi;
        for (int k = 0; k < count; ++k) {
            elapsed[k] = times * (progress.elapsed.hi[k] * progress.down[k]);
        }
        if (power_base == PowerBase::remaining) {
            binomial_series(elapsed, rate, progress_.k(), series);
            series.c[0] = Lanes<count>::load(bases.t.hi);
        } else {
            Taylor<count> angle;
            binomial_series(elapsed, rate, progress_.k(), angle);
            sine_squared_series(angle, bases.t.hi, bases.sine_twice, series);
        }
    }
    template <int count>
    void expand_straight(const Bases<count>& bases, const double (&near)[count],
                         Taylor<count>& series) const {
        const double times = power_base == PowerBase::remaining ? -1.0 : -half_pi;
        double turn[count];
        for (int k = 0; k < count; ++k) turn[k] = times * progress_.step() * near[k];
        if (power_base == PowerBase::remaining) {
            series = {};
            series.c[0] = Lanes<count>::load(bases.t.hi);
            series.c[1] = Lanes<count>::load(turn);
        } else {
            sine_squared_series(turn, bases.t.hi, bases.sine_twice, series);
        }
    }
    template <int count>
    void write(const Taylor<count>& s, const double (&centre)[count],
               ProgressPowerTerms<count>& out) const {
        const DyadicBlocks blocks = dyadic_blocks();
        double reach[count];
        for (int k = 0; k < count; ++k) reach[k] = blocks.reach_at(centre[k]);
        typename Lanes<count>::Number made[kept];
        shorten(s.c, Lanes<count>::load(reach), made);
        for (int i = 0; i < kept; ++i) Lanes<count>::store(made[i], out.series[i]);
    }

    Progress progress_;
    Int end_;
    double exponent_;
    double_double change_;
    double base_;
    bool upward_, usable_;
    Int turn_;
    int before_, after_;
};

}  // namespace decaylr
