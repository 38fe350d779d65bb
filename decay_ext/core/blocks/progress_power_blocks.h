// Curves whose weight is a power of a share of the way: of what is ahead when a power k of it is
// behind, or of the squared cosine of the quarter turn that is behind.
//
// By blocks that double in size with the distance from the nearer end (see octaves.h), each
// with a Taylor polynomial of degree 8 of its own. What it leaves out is below 2^-55 of the
// value: the sum of the further terms of the series, whose largest was found by going through
// shares of the way, exponents and powers within the bounds that are checked here.
#pragma once

#include "arithmetic/block_math.h"
#include "arithmetic/taylor.h"
#include "blocks/block_sum.h"
#include "blocks/end_weights.h"
#include "blocks/progress.h"

namespace decaylr {

constexpr double half_pi = 0x1.921fb54442d18p+0;

enum class Share { ahead, cosine };

template <int count>
struct WayTerms {
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

template <Share share>
class WayPowers {
   public:
    WayPowers(const Blend& blend, double steps, double exponent, double k)
        : way_(steps, k),
          steps_(steps),
          exponent_(exponent),
          k_(k),
          change_(two_sum(blend.other, -blend.base)),
          base_(blend.base),
          upward_(blend.upward) {
        // A squared cosine is taken to 2^-53.3 of itself, which the exponent multiplies.
        const double depth = share == Share::cosine ? 2.0 * way_.depth() : way_.depth();
        usable_ = way_.usable() && blend.unit == 1.0 && exponent >= 0x1p-4 && exponent <= 4.0 &&
                  std::fabs(change_.hi) > 0x1p-500 && exponent * depth < 400.0 &&
                  (upward_ || depth < 48.0);
    }
    // Decided by the parameters alone.
    bool usable() const { return usable_; }
    double at(Int p) const { return at_octave(*this, octaves(), p); }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        fill_octaves(*this, octaves(), p, n, out);
    }

    dd sum(Int p, Int n) const { return sum_of_octaves(*this, octaves(), p, n); }

    template <int count>
    using Terms = WayTerms<count>;
    template <int count>
    void prepare(const double (&centre)[count], WayTerms<count>& out) const {
        if (way_.straight()) expand_from<true>(centre, out);
        else expand_from<false>(centre, out);
    }
    DECAYLR_LANE double beside(const WayTerms<centres>& t, int k, const EvenSums& sums) const {
        const auto& c = t.series.c;
        return sums.of(c[2][k], c[4][k], c[6][k], c[8][k], t.rate[k]);
    }
    template <class Real>
    void fill_singles(Int p, Int n, Real* out) const {
        if (way_.straight()) fill_lanes<true>(p, n, out);
        else fill_lanes<false>(p, n, out);
    }

   private:
    // The share t that is weighed, and for its series the sine of twice the angle.
    struct Weighed {
        dd t;
        double sine_twice;
    };

    // From both ends: towards one of them the series is singular, towards the other the value may
    // go to 0.
    Octaves octaves() const {
        const Int end = static_cast<Int>(steps_);
        const bool gentle = k_ == 1.0 && exponent_ >= 0.25 && exponent_ <= 2.75;
        return {(end + 1) / 2, end, gentle ? 5 : 6};
    }
    template <bool straight>
    DECAYLR_LANE Weighed weighed(double p) const {
        const Shares way = way_.at<straight>(p);
        if (share == Share::ahead) return {way.ahead, 0.0};
        return turned(way);
    }
    // cos^2 of the quarter turn behind is sin^2 of that ahead: of the smaller one the sine is
    // taken, and 1 less its square is the other's.
    DECAYLR_LANE static Weighed turned(const Shares& way) {
        const bool late = way.ahead.hi < way.behind.hi;
        const dd t{late ? way.ahead.hi : way.behind.hi, late ? way.ahead.lo : way.behind.lo};
        const double head = detail::head17(t.hi);
        const SineBend turn = detail::sine_bend(head, (t.hi - head) + t.lo);
        const dd sine = quick_two_sum(turn.sine_high, turn.sine_low);
        const dd square = mul(sine, sine), other = add(neg(square), 1.0);
        const double cosine = 1.0 - (turn.bend_high + turn.bend_low);
        return {{late ? square.hi : other.hi, late ? square.lo : other.lo},
                2.0 * (sine.hi * cosine)};
    }
    // t^n, or t^n - 1.
    template <bool upward>
    DECAYLR_LANE dd powered(dd t) const {
        const dd power = mul(log2_short(t), exponent_);
        return upward ? exp2_words(power) : exp2m1(power);
    }
    template <bool upward>
    DECAYLR_LANE dd value(dd power) const {
        return add(mul(upward ? power : neg(power), change_), base_);
    }

    template <bool straight, class Real>
    void fill_lanes(Int p, Int n, Real* out) const {
        if (upward_) fill_each(p, n, out, lane<straight, true>());
        else fill_each(p, n, out, lane<straight, false>());
    }
    template <bool straight, bool upward>
    auto lane() const {
        const WayPowers own = *this;
        return [own](double p) __attribute__((always_inline)) {
            const Weighed found = own.weighed<straight>(p);
            return to_double(own.value<upward>(own.powered<upward>(found.t)));
        };
    }

    template <bool straight, int count>
    void expand_from(const double (&centre)[count], WayTerms<count>& out) const {
        if (upward_) expand<straight, true>(centre, out);
        else expand<straight, false>(centre, out);
    }
    // Positions are measured in distances of the centre from the nearer end.
    template <bool straight, bool upward, int count>
    void expand(const double (&centre)[count], WayTerms<count>& out) const {
        const WayPowers own = *this;
        double behind[count], rate[count], first[count], sine_twice[count], slope[count];
        double hi[count], lo[count], unit[count];  // no table can alias them
        for (int k = 0; k < count; ++k) {
            const double p = centre[k];
            const double near = std::min(p, own.steps_ - p);
            const Weighed found = own.weighed<straight>(p);
            const dd power = own.powered<upward>(found.t);
            const dd value = own.value<upward>(power);
            const double whole = upward ? power.hi : 1.0 + power.hi;
            hi[k] = value.hi;
            lo[k] = value.lo;
            unit[k] = 1.0 / near;
            behind[k] = own.way_.at<straight>(p).behind.hi;
            rate[k] = near / p;
            first[k] = found.t.hi;
            sine_twice[k] = found.sine_twice;
            slope[k] = (upward ? own.change_.hi : -own.change_.hi) * whole;
        }
        Taylor<count> series = binomial_series(behind, rate, own.k_);
        if (share == Share::cosine) {
            for (int i = 1; i <= orders; ++i) detail::scale(-half_pi, series.c[i]);
            series = sine_squared_series(series, first, sine_twice);
        }
        if (share == Share::ahead) {
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

    Way way_;
    double steps_, exponent_, k_;
    dd change_;
    double base_;
    bool upward_, usable_;
};

}  // namespace decaylr
