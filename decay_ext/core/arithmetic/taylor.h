// Taylor series about one centre, or about sixteen at once (see lane_vector.h): coefficient i is
// c[i].
#pragma once

#include "arithmetic/lane_vector.h"

namespace decaylr {

constexpr int orders = 12;

template <int count>
struct Taylor {
    using Number = typename Lanes<count>::Number;
    Number c[orders + 1];
};

// first * (1 + rate x)^n.
template <int count>
DECAYLR_LANE void binomial_series(const double (&first)[count], const double (&rate)[count],
                                  double n, Taylor<count>& made) {
    const auto per_step = Lanes<count>::load(rate);
    made.c[0] = Lanes<count>::load(first);
    for (int i = 0; i < orders; ++i) {
        made.c[i + 1] = made.c[i] * (((n - i) / (i + 1.0)) * per_step);
    }
}

// sin^2 of an angle a, of which sin^2 and the sine of twice the angle are known at the centre.
// Its derivative is sin(2a) a', that of sin(2a) is 2 cos(2a) a', of cos(2a) -2 sin(2a) a'.
template <int count>
DECAYLR_LANE void sine_squared_series(const Taylor<count>& angle, const double (&square)[count],
                                      const double (&sine_twice)[count], Taylor<count>& made) {
    using Number = typename Lanes<count>::Number;
    Number turn[orders + 1], sine[orders + 1], cosine[orders + 1];
    for (int i = 1; i <= orders; ++i) turn[i] = static_cast<double>(i) * angle.c[i];
    made.c[0] = Lanes<count>::load(square);
    sine[0] = Lanes<count>::load(sine_twice);
    cosine[0] = Lanes<count>::all(1.0) - 2.0 * made.c[0];
    for (int m = 0; m < orders; ++m) {
        Number rise = cosine[m] * turn[1], fall = sine[m] * turn[1];
        for (int j = 2; j <= m + 1; ++j) {
            rise = rise + cosine[m + 1 - j] * turn[j];
            fall = fall + sine[m + 1 - j] * turn[j];
        }
        const double share = 1.0 / (m + 1.0);
        made.c[m + 1] = share * fall;
        sine[m + 1] = (2.0 * share) * rise;
        cosine[m + 1] = (-2.0 * share) * fall;
    }
}

// The same of an angle that is a straight line of slope `turn`.
template <int count>
DECAYLR_LANE void sine_squared_series(const double (&turn)[count], const double (&square)[count],
                                      const double (&sine_twice)[count], Taylor<count>& made) {
    const auto step = Lanes<count>::load(turn), first = Lanes<count>::load(square);
    const auto bend = -4.0 * (step * step);
    made.c[0] = first;
    made.c[1] = Lanes<count>::load(sine_twice) * step;
    made.c[2] = (Lanes<count>::all(1.0) - 2.0 * first) * (step * step);
    for (int i = 3; i <= orders; ++i) {
        made.c[i] = made.c[i - 2] * ((1.0 / (i * (i - 1.0))) * bend);
    }
}

// 1 / (1 + exp(a + x)), of which this and 1 less it are known at the centre.
template <int count>
DECAYLR_LANE void logistic_series(const double (&first)[count], const double (&rest)[count],
                                  Taylor<count>& made) {
    using Number = typename Lanes<count>::Number;
    Number other[orders + 1];
    made.c[0] = Lanes<count>::load(first);
    other[0] = Lanes<count>::load(rest);
    for (int m = 0; m < orders; ++m) {
        Number sum = made.c[0] * other[m];
        for (int j = 1; j <= m; ++j) sum = sum + made.c[j] * other[m - j];
        made.c[m + 1] = (-1.0 / (m + 1.0)) * sum;
        other[m + 1] = (1.0 / (m + 1.0)) * sum;
    }
}

// s / s_0 for s = s_0 + s_1 x + ...
template <int count>
DECAYLR_LANE void divide_by_first(Taylor<count>& s) {
    const auto per_first = Lanes<count>::all(1.0) / s.c[0];
    s.c[0] = Lanes<count>::all(1.0);
    for (int i = 1; i <= orders; ++i) s.c[i] = s.c[i] * per_first;
}

// s^n for s = 1 + s_1 x + ..., by the rule of J. C. P. Miller.
template <int count>
DECAYLR_LANE void power_series(const Taylor<count>& s, double n, Taylor<count>& made) {
    made.c[0] = Lanes<count>::all(1.0);
    for (int i = 1; i <= orders; ++i) {
        auto sum = (n * i) * s.c[i];
        for (int j = 1; j < i; ++j) {
            sum = sum + (n * j - (i - j)) * (s.c[j] * made.c[i - j]);
        }
        made.c[i] = (1.0 / i) * sum;
    }
}

// How many coefficients a shortened series keeps.
constexpr int kept = orders - 2;

// s_1 + s_2 x + ... + s_12 x^11 without its last two powers, |x| <= reach: these are replaced by
// their best approximations by lower powers (of Chebyshev), off by 2^-9 s_11 reach^10 at most.
template <class Number>
DECAYLR_LANE void shorten(const Number (&s)[orders + 1], const Number& reach,
                          Number (&made)[kept]) {
    // T_10 and T_11 without their first terms, divided by these: of x^0, x^2, ... and x, x^3, ...
    constexpr double even[] = {1.0 / 512, -50.0 / 512, 400.0 / 512, -1120.0 / 512, 1280.0 / 512};
    constexpr double odd[] = {11.0 / 1024, -220.0 / 1024, 1232.0 / 1024, -2816.0 / 1024,
                              2816.0 / 1024};
    const Number square = reach * reach;
    Number tenth = square * s[orders - 1], eleventh = square * s[orders];
    for (int i = 4; i >= 0; --i) {
        made[2 * i] = s[2 * i + 1] + even[i] * tenth;
        made[2 * i + 1] = s[2 * i + 2] + odd[i] * eleventh;
        tenth = square * tenth;
        eleventh = square * eleventh;
    }
}

}  // namespace decaylr
