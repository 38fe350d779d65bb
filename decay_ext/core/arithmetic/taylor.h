// Taylor series about several centres at once: coefficient i of centre k is c[i][k].
//
// Loops over the centres are the inner ones, so that they are vectorized.
#pragma once

namespace decaylr {

constexpr int orders = 8;

template <int count>
struct Taylor {
    double c[orders + 1][count];
};

namespace detail {

// into[k] += factor * a[k] * b[k]
template <int count>
inline void add_products(double factor, const double (&a)[count], const double (&b)[count],
                         double (&into)[count]) {
    for (int k = 0; k < count; ++k) into[k] += factor * (a[k] * b[k]);
}

template <int count>
inline void scale(double factor, double (&a)[count]) {
    for (int k = 0; k < count; ++k) a[k] *= factor;
}

template <int count>
inline void clear(double (&a)[count]) {
    for (int k = 0; k < count; ++k) a[k] = 0.0;
}

}  // namespace detail

// first * (1 + rate x)^n.
template <int count>
inline Taylor<count> binomial_series(const double (&first)[count], const double (&rate)[count],
                                     double n) {
    Taylor<count> made;
    for (int k = 0; k < count; ++k) made.c[0][k] = first[k];
    for (int i = 0; i < orders; ++i) {
        const double grown = (n - i) / (i + 1.0);
        for (int k = 0; k < count; ++k) made.c[i + 1][k] = made.c[i][k] * (grown * rate[k]);
    }
    return made;
}

// sin^2 of an angle a, of which sin^2 and the sine of twice the angle are known at the centre.
// Its derivative is sin(2a) a', that of sin(2a) is 2 cos(2a) a', of cos(2a) -2 sin(2a) a'.
template <int count>
inline Taylor<count> sine_squared_series(const Taylor<count>& angle,
                                         const double (&square)[count],
                                         const double (&sine_twice)[count]) {
    Taylor<count> made, sine, cosine;
    for (int k = 0; k < count; ++k) {
        made.c[0][k] = square[k];
        sine.c[0][k] = sine_twice[k];
        cosine.c[0][k] = 1.0 - 2.0 * square[k];
    }
    for (int m = 0; m < orders; ++m) {
        detail::clear(sine.c[m + 1]);
        detail::clear(cosine.c[m + 1]);
        for (int j = 0; j <= m; ++j) {
            detail::add_products(j + 1.0, cosine.c[m - j], angle.c[j + 1], sine.c[m + 1]);
            detail::add_products(j + 1.0, sine.c[m - j], angle.c[j + 1], cosine.c[m + 1]);
        }
        const double share = 1.0 / (m + 1.0);
        for (int k = 0; k < count; ++k) made.c[m + 1][k] = cosine.c[m + 1][k] * share;
        detail::scale(2.0 * share, sine.c[m + 1]);
        detail::scale(-2.0 * share, cosine.c[m + 1]);
    }
    return made;
}

// 1 / (1 + exp(a + x)), of which this and 1 less it are known at the centre.
template <int count>
inline Taylor<count> logistic_series(const double (&first)[count], const double (&rest)[count]) {
    Taylor<count> made, other;
    for (int k = 0; k < count; ++k) {
        made.c[0][k] = first[k];
        other.c[0][k] = rest[k];
    }
    for (int m = 0; m < orders; ++m) {
        detail::clear(made.c[m + 1]);
        for (int j = 0; j <= m; ++j) {
            detail::add_products(1.0, made.c[j], other.c[m - j], made.c[m + 1]);
        }
        detail::scale(-1.0 / (m + 1.0), made.c[m + 1]);
        for (int k = 0; k < count; ++k) other.c[m + 1][k] = -made.c[m + 1][k];
    }
    return made;
}

// (s / s_0)^n for s = s_0 + s_1 x + ..., by the rule of J. C. P. Miller.
template <int count>
inline Taylor<count> power_series(Taylor<count> s, double n) {
    Taylor<count> made;
    for (int k = 0; k < count; ++k) made.c[0][k] = 1.0;
    for (int i = 1; i <= orders; ++i) {
        for (int k = 0; k < count; ++k) s.c[i][k] /= s.c[0][k];
        detail::clear(made.c[i]);
        for (int j = 1; j <= i; ++j) {
            detail::add_products(n * j - (i - j), s.c[j], made.c[i - j], made.c[i]);
        }
        detail::scale(1.0 / i, made.c[i]);
    }
    return made;
}

}  // namespace decaylr
