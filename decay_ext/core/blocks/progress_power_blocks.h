// Curves whose weight is a power of 1 - (p/steps)^k, or of cos^2((pi/2) (p/steps)^k).
//
// By dyadic blocks (see dyadic_blocks.h) that double in size with the distance from the nearer
// end, each with a Taylor polynomial of degree 8 of its own. The remainder is below 2^-55 of the
// value: the sum of the further terms of the series, whose maximum was found by a search over
// positions, exponents and powers within the bounds that are checked here.
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
struct ProgressPowerTerms {
    struct Near {
        double hi, lo, rate, c[orders];
        DECAYLR_LANE double operator()(double m) const {
            const double x = m * rate;
            double sum = c[orders - 1];
            for (int i = orders - 2; i >= 0; --i) sum = c[i] + x * sum;
            return hi + (lo + x * sum);
        }
    };
    double hi[count], lo[count], rate[count];
    Taylor<count> series;

    template <class Curve>
    Near near(const Curve&, int k) const {
        Near made{hi[k], lo[k], rate[k], {}};
        for (int i = 0; i < orders; ++i) made.c[i] = series.c[i + 1][k];
        return made;
    }
};

template <PowerBase power_base>
class ProgressPowerBlocks {
   public:
    ProgressPowerBlocks(const EndWeights& weights, const Endpoints& endpoints, double exponent,
                        double k)
        : progress_(endpoints, k),
          end_(first_position(endpoints.boundary)),
          exponent_(exponent),
          k_(k),
          change_(two_sum(weights.other, -weights.base)),
          base_(weights.base),
          upward_(weights.upward) {
        // A squared cosine is taken to 2^-53.3 of itself, which the exponent multiplies.
        const double depth =
            power_base == PowerBase::squared_cosine ? 2.0 * progress_.depth() : progress_.depth();
        usable_ = progress_.usable() && weights.unit == 1.0 && exponent >= 0x1p-4 &&
                  exponent <= 4.0 && std::fabs(change_.hi) > 0x1p-500 && exponent * depth < 400.0 &&
                  (upward_ || depth < 48.0);
    }
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
    void prepare(const double (&centre)[count], ProgressPowerTerms<count>& out) const {
        if (progress_.straight()) expand_from<true>(centre, out);
        else expand_from<false>(centre, out);
    }
    DECAYLR_LANE double even_terms(const ProgressPowerTerms<centres>& t, int k,
                                   const EvenSums& sums) const {
        const auto& c = t.series.c;
        return sums.of(c[2][k], c[4][k], c[6][k], c[8][k], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        if (progress_.straight()) fill_lanes<true>(p, n, out);
        else fill_lanes<false>(p, n, out);
    }

   private:
    // The base t of the power, and for its series the sine of twice the angle.
    struct Weighed {
        double_double t;
        double sine_twice;
    };

    // From both ends: towards one of them the series is singular, towards the other the value may
    // go to 0.
    DyadicBlocks dyadic_blocks() const {
        const bool gentle = k_ == 1.0 && exponent_ >= 0.25 && exponent_ <= 2.75;
        return {(end_ + 1) / 2, end_, gentle ? 5 : 6};
    }
    template <bool straight>
    DECAYLR_LANE Weighed weighed(double p) const {
        const ProgressFractions progress = progress_.at<straight>(p);
        if (power_base == PowerBase::remaining) return {progress.remaining, 0.0};
        return turned(progress);
    }
    // cos^2 of the elapsed angle is sin^2 of the remaining one: the sine is taken of the smaller
    // angle, and where that is the elapsed one the result is 1 minus its square.
    DECAYLR_LANE static Weighed turned(const ProgressFractions& progress) {
        const bool late = progress.remaining.hi < progress.elapsed.hi;
        const double_double t{late ? progress.remaining.hi : progress.elapsed.hi,
                              late ? progress.remaining.lo : progress.elapsed.lo};
        const double head = detail::head17(t.hi);
        const SineBend turn = detail::sine_bend(head, (t.hi - head) + t.lo);
        const double_double sine = quick_two_sum(turn.sine_high, turn.sine_low);
        const double_double square = mul(sine, sine), other = add(neg(square), 1.0);
        const double squared_cosine = 1.0 - (turn.bend_high + turn.bend_low);
        return {{late ? square.hi : other.hi, late ? square.lo : other.lo},
                2.0 * (sine.hi * squared_cosine)};
    }
    // t^n, or t^n - 1.
    template <bool upward>
    DECAYLR_LANE double_double powered(double_double t) const {
        const double_double power = mul(log2_short(t), exponent_);
        return upward ? exp2_words(power) : exp2m1(power);
    }
    template <bool upward>
    DECAYLR_LANE double_double value(double_double power) const {
        return add(mul(upward ? power : neg(power), change_), base_);
    }

    template <bool straight, class Real>
    void fill_lanes(Int p, Int n, Real* out) const {
        if (upward_) fill_each(p, n, out, lane<straight, true>());
        else fill_each(p, n, out, lane<straight, false>());
    }
    template <bool straight, bool upward>
    auto lane() const {
        const ProgressPowerBlocks own = *this;
        return [own](double p) __attribute__((always_inline)) {
            const Weighed found = own.weighed<straight>(p);
            return to_double(own.value<upward>(own.powered<upward>(found.t)));
        };
    }

    template <bool straight, int count>
    void expand_from(const double (&centre)[count], ProgressPowerTerms<count>& out) const {
        if (upward_) expand<straight, true>(centre, out);
        else expand<straight, false>(centre, out);
    }
    // Positions are measured in distances of the centre from the nearer end.
    template <bool straight, bool upward, int count>
    void expand(const double (&centre)[count], ProgressPowerTerms<count>& out) const {
        const ProgressPowerBlocks own = *this;
        double elapsed[count], rate[count], first[count], sine_twice[count], slope[count];
        double hi[count], lo[count], unit[count];  // local, so that nothing aliases them
        for (int k = 0; k < count; ++k) {
            const double p = centre[k];
            const double gone = own.progress_.elapsed(p).hi;
            const double near = std::min(gone, own.progress_.remaining(p).hi);
            const Weighed found = own.weighed<straight>(p);
            const double_double power = own.powered<upward>(found.t);
            const double_double value = own.value<upward>(power);
            const double whole = upward ? power.hi : 1.0 + power.hi;
            hi[k] = value.hi;
            lo[k] = value.lo;
            unit[k] = 1.0 / near;
            elapsed[k] = own.progress_.template at<straight>(p).elapsed.hi;
            rate[k] = near / gone;
            first[k] = found.t.hi;
            sine_twice[k] = found.sine_twice;
            slope[k] = (upward ? own.change_.hi : -own.change_.hi) * whole;
        }
        Taylor<count> series = binomial_series(elapsed, rate, own.k_);
        if (power_base == PowerBase::squared_cosine) {
            for (int i = 1; i <= orders; ++i) detail::scale(-half_pi, series.c[i]);
            series = sine_squared_series(series, first, sine_twice);
        }
        if (power_base == PowerBase::remaining) {
            for (int i = 1; i <= orders; ++i) detail::scale(-1.0, series.c[i]);
            for (int k = 0; k < count; ++k) series.c[0][k] = first[k];
        }
        series = power_series(series, own.exponent_);
        for (int i = 1; i <= orders; ++i) {
            for (int k = 0; k < count; ++k) series.c[i][k] *= slope[k];
        }
        for (int k = 0; k < count; ++k) {
            out.hi[k] = hi[k];
            out.lo[k] = lo[k];
            out.rate[k] = unit[k];
        }
        out.series = series;
    }

    Progress progress_;
    Int end_;
    double exponent_, k_;
    double_double change_;
    double base_;
    bool upward_, usable_;
};

}  // namespace decaylr
