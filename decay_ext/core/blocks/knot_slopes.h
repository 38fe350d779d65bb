// Slopes at knots: monotone (Fritsch and Butland, as PCHIP) and not-a-knot spline.
#pragma once

#include <algorithm>
#include <vector>

#include "arithmetic/double_double.h"

namespace decaylr {

inline double sign(double_double x) { return x.hi > 0.0 ? 1.0 : x.hi < 0.0 ? -1.0 : 0.0; }
inline double_double magnitude(double_double x) { return x.hi < 0.0 ? neg(x) : x; }
inline bool exceeds(double_double a, double_double b) { return sub(a, b).hi > 0.0; }

struct Intervals {
    std::vector<double_double> width, slope;

    Intervals(const std::vector<double_double>& x, const std::vector<double_double>& y) {
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
            width.push_back(sub(x[i + 1], x[i]));
            slope.push_back(div(sub(y[i + 1], y[i]), width.back()));
        }
    }
};

// A slope that is kept so many times as large as it is: the lift is a power of two.
struct LiftedSlope {
    double_double value;
    double lift;

    // The same with another lift. Beyond 2^900 its size does not matter.
    double_double at_lift(double other) const {
        if (other == lift) return value;
        const double factor = other / lift, hi = value.hi * factor;
        if (std::fabs(hi) > 0x1p900) return {hi > 0.0 ? 0x1p900 : -0x1p900, 0.0};
        return {hi, value.lo * factor};
    }
};

// One-sided three-point slope, kept to the side and steepness of the data.
inline double_double pchip_end(double_double h0, double_double h1, double_double d0,
                               double_double d1) {
    const double_double up = mul(add(mul(h0, 2.0), h1), d0);
    const double_double d = div(sub(up, mul(h0, d1)), add(h0, h1));
    if (sign(d) != sign(d0)) return {0.0, 0.0};
    const double_double steepest = mul(d0, 3.0);
    const bool turns = sign(d0) != sign(d1);
    return turns && exceeds(magnitude(d), magnitude(steepest)) ? steepest : d;
}

// (w1 + w2) / (w1 / before + w2 / after), lifted as the smaller of both slopes is.
inline LiftedSlope harmonic_mean(double_double w1, double_double w2, const LiftedSlope& before,
                                 const LiftedSlope& after) {
    const double lift = std::max(before.lift, after.lift);
    const auto share = [lift](double_double width, const LiftedSlope& slope) {
        const double factor = slope.lift / lift;
        const double_double quotient = div(width, slope.value);
        return double_double{quotient.hi * factor, quotient.lo * factor};
    };
    return {div(add(w1, w2), add(share(w1, before), share(w2, after))), lift};
}

// `lifts` are those of the intervals: each is as much above 1 as its values are small.
inline void pchip_slopes(const std::vector<double_double>& x, const std::vector<double>& y,
                         const std::vector<double>& lifts, LiftedSlope* out) {
    const std::size_t n = x.size();
    std::vector<double_double> width;
    std::vector<LiftedSlope> slope;
    for (std::size_t i = 0; i + 1 < n; ++i) {
        width.push_back(sub(x[i + 1], x[i]));
        const double_double rise = two_sum(y[i + 1] * lifts[i], -(y[i] * lifts[i]));
        slope.push_back({div(rise, width[i]), lifts[i]});
    }
    if (n == 2) {
        out[0] = out[1] = slope[0];
        return;
    }
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const LiftedSlope &before = slope[i - 1], &after = slope[i];
        if (sign(before.value) * sign(after.value) <= 0.0) {
            out[i] = {{0.0, 0.0}, 1.0};
            continue;
        }
        const double_double w1 = add(mul(width[i], 2.0), width[i - 1]);
        const double_double w2 = add(width[i], mul(width[i - 1], 2.0));
        out[i] = harmonic_mean(w1, w2, before, after);
    }
    const auto end = [&](std::size_t own, std::size_t next) {
        const double lift = lifts[own];
        return LiftedSlope{pchip_end(width[own], width[next], slope[own].value,
                                     slope[next].at_lift(lift)), lift};
    };
    out[0] = end(0, 1);
    out[n - 1] = end(n - 2, n - 3);
}

// Solves a tridiagonal system: lower[i] s[i-1] + diagonal[i] s[i] + upper[i] s[i+1] = right[i].
inline void solve_tridiagonal(const std::vector<double_double>& lower,
                              std::vector<double_double> diagonal,
                              const std::vector<double_double>& upper,
                              std::vector<double_double> right, double_double* out) {
    const std::size_t n = diagonal.size();
    for (std::size_t i = 1; i < n; ++i) {
        const double_double factor = div(lower[i], diagonal[i - 1]);
        diagonal[i] = sub(diagonal[i], mul(factor, upper[i - 1]));
        right[i] = sub(right[i], mul(factor, right[i - 1]));
    }
    out[n - 1] = div(right[n - 1], diagonal[n - 1]);
    for (std::size_t i = n - 1; i-- > 0;) {
        out[i] = div(sub(right[i], mul(upper[i], out[i + 1])), diagonal[i]);
    }
}

// The slope of the parabola through three knots at the first of them.
inline double_double parabola_slope(double_double h0, double_double h1, double_double d0,
                                    double_double d1) {
    return sub(d0, mul(div(h0, add(h0, h1)), sub(d1, d0)));
}

inline void spline_slopes(const std::vector<double_double>& x, const std::vector<double_double>& y,
                          double_double* out) {
    const Intervals in(x, y);
    const std::size_t n = x.size();
    const auto& h = in.width;
    const auto& d = in.slope;
    if (n == 2) {
        out[0] = out[1] = d[0];
        return;
    }
    if (n == 3) {
        out[0] = parabola_slope(h[0], h[1], d[0], d[1]);
        out[1] = sub(mul(d[0], 2.0), out[0]);
        out[2] = parabola_slope(h[1], h[0], d[1], d[0]);
        return;
    }
    const double_double zero{0.0, 0.0};
    std::vector<double_double> lower(n, zero), diagonal(n, zero), upper(n, zero), right(n, zero);
    for (std::size_t i = 1; i + 1 < n; ++i) {
        lower[i] = h[i];
        diagonal[i] = mul(add(h[i - 1], h[i]), 2.0);
        upper[i] = h[i - 1];
        right[i] = mul(add(mul(h[i], d[i - 1]), mul(h[i - 1], d[i])), 3.0);
    }
    const double_double first = add(h[0], h[1]), last = add(h[n - 2], h[n - 3]);
    diagonal[0] = h[1];
    upper[0] = first;
    right[0] = div(add(mul(mul(add(h[0], mul(first, 2.0)), h[1]), d[0]),
                       mul(mul(h[0], h[0]), d[1])),
                   first);
    diagonal[n - 1] = h[n - 3];
    lower[n - 1] = last;
    right[n - 1] = div(add(mul(mul(h[n - 2], h[n - 2]), d[n - 3]),
                           mul(mul(add(mul(last, 2.0), h[n - 2]), h[n - 3]), d[n - 2])),
                       last);
    solve_tridiagonal(lower, diagonal, upper, right, out);
}

}  // namespace decaylr
