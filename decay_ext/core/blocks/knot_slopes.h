// Slopes at knots: monotone (Fritsch and Butland, as PCHIP) and not-a-knot spline.
#pragma once

#include <vector>

#include "arithmetic/double_double.h"

namespace decaylr {

inline double sign(dd x) { return x.hi > 0.0 ? 1.0 : x.hi < 0.0 ? -1.0 : 0.0; }
inline dd magnitude(dd x) { return x.hi < 0.0 ? neg(x) : x; }
inline bool exceeds(dd a, dd b) { return sub(a, b).hi > 0.0; }

struct Intervals {
    std::vector<dd> width, slope;

    Intervals(const std::vector<dd>& x, const std::vector<dd>& y) {
        for (std::size_t i = 0; i + 1 < x.size(); ++i) {
            width.push_back(sub(x[i + 1], x[i]));
            slope.push_back(div(sub(y[i + 1], y[i]), width.back()));
        }
    }
};

// One-sided three-point slope, kept to the side and steepness of the data.
inline dd pchip_end(dd h0, dd h1, dd d0, dd d1) {
    const dd up = mul(add(mul(h0, 2.0), h1), d0);
    const dd d = div(sub(up, mul(h0, d1)), add(h0, h1));
    if (sign(d) != sign(d0)) return {0.0, 0.0};
    const dd steepest = mul(d0, 3.0);
    const bool turns = sign(d0) != sign(d1);
    return turns && exceeds(magnitude(d), magnitude(steepest)) ? steepest : d;
}

inline void pchip_slopes(const std::vector<dd>& x, const std::vector<dd>& y, dd* out) {
    const Intervals in(x, y);
    const std::size_t n = x.size();
    if (n == 2) {
        out[0] = out[1] = in.slope[0];
        return;
    }
    for (std::size_t i = 1; i + 1 < n; ++i) {
        const dd before = in.slope[i - 1], after = in.slope[i];
        if (sign(before) * sign(after) <= 0.0) {
            out[i] = {0.0, 0.0};
            continue;
        }
        const dd w1 = add(mul(in.width[i], 2.0), in.width[i - 1]);
        const dd w2 = add(in.width[i], mul(in.width[i - 1], 2.0));
        out[i] = div(add(w1, w2), add(div(w1, before), div(w2, after)));
    }
    out[0] = pchip_end(in.width[0], in.width[1], in.slope[0], in.slope[1]);
    out[n - 1] = pchip_end(in.width[n - 2], in.width[n - 3], in.slope[n - 2], in.slope[n - 3]);
}

// Solves a tridiagonal system: lower[i] s[i-1] + diagonal[i] s[i] + upper[i] s[i+1] = right[i].
inline void solve_tridiagonal(const std::vector<dd>& lower, std::vector<dd> diagonal,
                              const std::vector<dd>& upper, std::vector<dd> right, dd* out) {
    const std::size_t n = diagonal.size();
    for (std::size_t i = 1; i < n; ++i) {
        const dd factor = div(lower[i], diagonal[i - 1]);
        diagonal[i] = sub(diagonal[i], mul(factor, upper[i - 1]));
        right[i] = sub(right[i], mul(factor, right[i - 1]));
    }
    out[n - 1] = div(right[n - 1], diagonal[n - 1]);
    for (std::size_t i = n - 1; i-- > 0;) {
        out[i] = div(sub(right[i], mul(upper[i], out[i + 1])), diagonal[i]);
    }
}

// The slope of the parabola through three knots at the first of them.
inline dd parabola_slope(dd h0, dd h1, dd d0, dd d1) {
    return sub(d0, mul(div(h0, add(h0, h1)), sub(d1, d0)));
}

inline void spline_slopes(const std::vector<dd>& x, const std::vector<dd>& y, dd* out) {
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
    const dd zero{0.0, 0.0};
    std::vector<dd> lower(n, zero), diagonal(n, zero), upper(n, zero), right(n, zero);
    for (std::size_t i = 1; i + 1 < n; ++i) {
        lower[i] = h[i];
        diagonal[i] = mul(add(h[i - 1], h[i]), 2.0);
        upper[i] = h[i - 1];
        right[i] = mul(add(mul(h[i], d[i - 1]), mul(h[i - 1], d[i])), 3.0);
    }
    const dd first = add(h[0], h[1]), last = add(h[n - 2], h[n - 3]);
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
