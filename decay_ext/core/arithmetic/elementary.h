// Elementary functions with the same bits on every machine: exp2, exp2m1, log2 and the sine
// and cosine of quarter turns.
//
// Only + - * /, comparisons and integer operations on the bits are used, in a fixed order.
// The argument is reduced to the middle of a small interval, whose function values are
// tabulated to double-double; what is left, r, is cut into a head of 26 bits and a rest, so
// that its product with a 26-bit slope is exact without a fused multiply. The polynomials
// are Taylor series: |r| is so small that a minimax polynomial would save nothing.
#pragma once

#include <cstdint>

#include "arithmetic/double_double.h"
#include "arithmetic/exp2_sine_tables.h"
#include "arithmetic/log2_table.h"

namespace decaylr {

// The value (hi + lo) * 2^exponent, hi being hi + lo rounded.
struct Scaled {
    double hi, lo;
    std::int64_t exponent;
};

struct SinCos {
    double_double sin, cos;
};

namespace detail {

DECAYLR_LANE double magnitude(double x) {
    return from_bits(bits_of(x) & 0x7fffffffffffffff);
}

// 2^n for -1022 <= n <= 1023.
DECAYLR_LANE double power_of_two(std::int64_t n) {
    return from_bits(static_cast<std::uint64_t>(n + 1023) << 52);
}

// The leading 26 bits of x, towards zero.
DECAYLR_LANE double head26(double x) {
    return from_bits(bits_of(x) & 0xfffffffff8000000);
}

// The nearest multiple of 1/128: its number, and the same as a double. For |x| < 2^43.
struct Nearest {
    std::int64_t index;
    double point;
};

DECAYLR_LANE Nearest nearest_128th(double x) {
    constexpr double shift = 0x1.8p45;  // the last bit of a double this large is 1/128
    const double shifted = x + shift;
    return {static_cast<std::int64_t>(bits_of(shifted) - bits_of(shift)), shifted - shift};
}

// 2^x = 2^exponent * T * 2^r, with T from the table and |r| <= 1/256, r = head + rest.
struct Exp2Split {
    const tables::Exp2Row* row;
    double head, rest;
    std::int64_t exponent;
};

// For |x| <= 2^30; branch-free, so that loops over it are vectorized.
DECAYLR_LANE Exp2Split exp2_split_within(double_double x) {
    const Nearest near = nearest_128th(x.hi);
    constexpr std::int64_t bias = std::int64_t{1} << 40;  // keeps the shift unsigned
    const std::uint64_t raised = static_cast<std::uint64_t>(near.index + 64 + 128 * bias);
    const double r = x.hi - near.point;
    const double head = head26(r);
    return {&tables::exp2_rows[raised & 127], head, (r - head) + x.lo,
            static_cast<std::int64_t>(raised >> 7) - bias};
}

inline Exp2Split exp2_split(double_double x) {
    constexpr double limit = 0x1p30;  // far beyond any result, factor included
    const bool outside = magnitude(x.hi) > limit;
    return exp2_split_within(outside ? double_double{x.hi > 0.0 ? limit : -limit, 0.0} : x);
}

// The Taylor coefficients (ln 2)^k / k! of 2^r.
constexpr double exp2_c2 = 0x1.ebfbdff82c58fp-3, exp2_c2_rest = -0x1.5e43a53e44da3p-57;
constexpr double exp2_c3 = 0x1.c6b08d704a0cp-5, exp2_c4 = 0x1.3b2ab6fba4e77p-7;
constexpr double exp2_c5 = 0x1.5d87fe78a6731p-10, exp2_c6 = 0x1.430912f86c787p-13;
constexpr double exp2_c7 = 0x1.ffcbfc588b0c7p-17;

// (2^r - 1 - c1*r - c2*r^2) / r^3.
DECAYLR_LANE double exp2_cubic(double r, double r2) {
    return (exp2_c3 + exp2_c4 * r) + r2 * ((exp2_c5 + exp2_c6 * r) + r2 * exp2_c7);
}

// 2^r - 1 for r = head + rest, |r| <= 1/256: relative error at most 2^-69.
DECAYLR_LANE double_double exp2m1_reduced(double head, double rest) {
    constexpr double slope_head = 0x1.62e43p-1, slope_tail = -0x1.05c610ca86c39p-29;  // ln 2
    const double r = head + rest;
    // Below 2^-120 the square does not matter; dropping it keeps its product clear of
    // underflow.
    const double square = magnitude(head) < 0x1p-120 ? 0.0 : head * head;
    const double_double quadratic = two_prod(square, exp2_c2);
    const double linear_rest = r * slope_tail + rest * slope_head;
    const double quadratic_rest = square * exp2_c2_rest + exp2_c2 * (rest * (head + r));
    const double_double sum = quick_two_sum(head * slope_head, quadratic.hi);
    const double r2 = r * r;
    const double cubic = (r * r2) * exp2_cubic(r, r2);
    return quick_two_sum(
        sum.hi, sum.lo + (cubic + (linear_rest + (quadratic.lo + quadratic_rest))));
}

DECAYLR_LANE Scaled exp2_joined(const Exp2Split& s) {
    const tables::Exp2Row& row = *s.row;
    const double r = s.head + s.rest;
    const double r2 = r * r;
    const double curve = r2 * (exp2_c2 + r * exp2_cubic(r, r2));
    const double small = (row.value_rest + r * row.slope_tail) + s.rest * row.slope_head;
    const double_double sum = quick_two_sum(row.value, s.head * row.slope_head);
    const double_double value = quick_two_sum(sum.hi, sum.lo + (small + row.value * curve));
    return {value.hi, value.lo, s.exponent};
}

}  // namespace detail

// 2^x. Relative error of hi + lo at most 2^-68; hi in [0.704, 1.42]. Exact for integers.
// |x| > 2^30 counts as 2^30.
inline Scaled exp2_scaled(double_double x) { return detail::exp2_joined(detail::exp2_split(x)); }

namespace detail {

// (hi + lo) * 2^n rounded once for hi > 0 in [1, 2) and n of any size.
inline double round_far(double hi, double lo, std::int64_t n) {
    if (n > 1023) return (hi * 0x1p1023) * 2.0;
    if (n >= -1022) return hi * power_of_two(n);
    if (n < -1080) return 0.0;
    // A subnormal: add the power of two whose last bit is worth 2^-1074 after scaling.
    const double grid = power_of_two(-1022 - n);
    const double_double sum = quick_two_sum(grid, hi);
    const double half = grid * 0x1p-53;
    double rounded = sum.hi;
    // hi lies halfway between two results: lo decides, not the even one.
    if (sum.lo == half && lo > 0.0) rounded += 2.0 * half;
    if (sum.lo == -half && lo < 0.0) rounded -= 2.0 * half;
    return ((rounded - grid) * 0x1p-900) * power_of_two(n + 900);
}

}  // namespace detail

// The double nearest to s, rounded once also when that is subnormal (halves to even);
// infinity or zero where it does not fit. hi may have any size and sign.
inline double round_scaled(Scaled s) {
    using namespace detail;
    const double size = magnitude(s.hi);
    if (s.exponent >= -800 && s.exponent <= 800 && size > 0x1p-200 && size < 0x1p200) {
        return s.hi * power_of_two(s.exponent);
    }
    if (!(size > 0.0) || size > 0x1.fffffffffffffp1023) return s.hi;
    const bool tiny = size < 0x1p-1022;
    const double normal = tiny ? size * 0x1p64 : size;
    const std::int64_t own = static_cast<std::int64_t>(bits_of(normal) >> 52) - 1023;
    const double down = power_of_two(-own / 2), rest = power_of_two(-own - -own / 2);
    const double lo = (s.hi < 0.0 ? -s.lo : s.lo) * (tiny ? 0x1p64 : 1.0);
    const double result = round_far(
        (normal * down) * rest, (lo * down) * rest, s.exponent + own - (tiny ? 64 : 0));
    return s.hi < 0.0 ? -result : result;
}

// factor * s, rounded once as round_scaled does; factor is finite, of any size and sign.
inline double round_scaled_times(Scaled s, double factor) {
    using namespace detail;
    if (factor == 0.0) return factor * s.hi;
    const bool tiny = magnitude(factor) < 0x1p-1022;
    const std::uint64_t bits = bits_of(tiny ? factor * 0x1p64 : factor);
    const std::int64_t own = static_cast<std::int64_t>((bits >> 52) & 0x7ff) - 1023;
    const double fraction = from_bits((bits & 0x800fffffffffffff) | 0x3ff0000000000000);
    const double_double product = mul(double_double{s.hi, s.lo}, fraction);
    return round_scaled({product.hi, product.lo, s.exponent + own - (tiny ? 64 : 0)});
}

inline double exp2(double_double x) { return round_scaled(exp2_scaled(x)); }

// 2^x as a double-double for |x| <= 900: relative error at most 2^-68.
DECAYLR_LANE double_double exp2_words(double_double x) {
    const Scaled s = detail::exp2_joined(detail::exp2_split_within(x));
    const double scale = detail::power_of_two(s.exponent);
    return {s.hi * scale, s.lo * scale};
}

// A number times two powers of two, each of them 2^-601 at least, neither above 1 where the number
// is a power of two below 1. Products are taken of the number, so that they are exact, and scaled
// afterwards.
struct Deep {
    double_double number;
    double near, far;

    DECAYLR_LANE double scaled(double x) const { return (x * near) * far; }
    DECAYLR_LANE double_double scaled(double_double x) const {
        return {scaled(x.hi), scaled(x.lo)};
    }
};

// 2^x for |x| <= 2^30 that is at most 900, down to where it is less than any double: relative
// error at most 2^-68.
DECAYLR_LANE Deep exp2_deep(double_double x) {
    const Scaled s = detail::exp2_joined(detail::exp2_split_within(x));
    // Half of the exponent, raised so that the shift is one of positive numbers.
    constexpr std::uint64_t raise = std::uint64_t{1} << 40;
    const std::uint64_t raised = (static_cast<std::uint64_t>(s.exponent) + raise) >> 1;
    const std::int64_t half = static_cast<std::int64_t>(raised - raise / 2);
    const bool under = x.hi < -1200.0;
    const double near = detail::power_of_two(half), far = detail::power_of_two(s.exponent - half);
    return {{s.hi, s.lo}, under ? 0.0 : near, under ? 0.0 : far};
}

// 2^x - 1 for -2^30 <= x <= 1: relative error at most 2^-69, also as x goes to 0.
DECAYLR_LANE double_double exp2m1(double_double x) {
    using namespace detail;
    const Exp2Split s = exp2_split_within(x);
    // Below 2^-200 the power does not matter, and its products would not be exact.
    const double scale = x.hi < -200.0 ? 0.0 : power_of_two(s.exponent);
    const double_double power{s.row->value * scale, s.row->value_rest * scale};
    const double_double grown = mul(power, exp2m1_reduced(s.head, s.rest));
    return add(add(power, -1.0), grown);
}

namespace detail {

// log2(x) for finite x > 0: relative error at most 2^-98, near x = 1 included. Exact for
// powers of two.
//
// x = 2^e * m with m in [0.705, 1.41], r = m*R - 1 for the tabulated R close to 1/m, and
// log2(1 + r) = s * (l0 + l1*s^2 + ...) with s = r / (2 + r), lk = 2 / ln 2 / (2k + 1).
DECAYLR_LANE double_double log2_lane(double_double x) {
    constexpr double_double l0{0x1.71547652b82fep+1, 0x1.777d0ffda0d24p-55};
    constexpr double_double l1{0x1.ec709dc3a03fdp-1, 0x1.d27f05548af0cp-55};
    constexpr double_double l2{0x1.2776c50ef9bfep-1, 0x1.e4b29ccc535d4p-55};
    constexpr double l3 = 0x1.a61762a7aded9p-2, l4 = 0x1.484b13d7c02a9p-2;
    constexpr double l5 = 0x1.0c9a84994022dp-2;

    const bool small = x.hi < 0x1p-900, large = x.hi > 0x1p900;
    const double lift = small ? 0x1p128 : large ? 0x1p-128 : 1.0;
    // The lowest bits of the table's first interval, 1 - 75.5/256; biased to stay positive.
    constexpr std::uint64_t first = 0x3ff0000000000000 - (std::uint64_t{151} << 44);
    const std::uint64_t offset =
        bits_of(x.hi * lift) - first + (std::uint64_t{1024} << 52);
    const std::int64_t exponent = static_cast<std::int64_t>(offset >> 52) - 1024;
    const tables::Log2Row& row = tables::log2_rows[(offset >> 45) & 127];
    const double scale = power_of_two(-exponent);

    const double_double near = two_prod((x.hi * lift) * scale, row.reciprocal);
    const double_double gap = two_sum(near.hi - 1.0, near.lo);
    const double_double sum = two_sum(gap.hi, ((x.lo * lift) * scale) * row.reciprocal);
    const double_double r = quick_two_sum(sum.hi, sum.lo + gap.lo);

    // A tiny r (x = 1 plus a tiny lo) is raised to keep the division clear of underflow.
    const bool tiny = magnitude(r.hi) < 0x1p-300;
    const double raise = tiny ? 0x1p500 : 1.0, keep = tiny ? 0.0 : 1.0;
    double_double below = quick_two_sum(2.0, r.hi);
    below = quick_two_sum(below.hi, below.lo + r.lo);
    const double_double s = div(double_double{r.hi * raise, r.lo * raise}, below);
    const double_double square = mul(s, s);
    const double_double z{square.hi * keep, square.lo * keep};
    const double high = z.hi * (l3 + z.hi * (l4 + z.hi * l5));
    const double_double inner = add(l2, high);
    const double_double series = mul(s, add(l0, mul(z, add(l1, mul(z, inner)))));

    const double lower = tiny ? 0x1p-500 : 1.0;
    const double lifted = small ? 128.0 : large ? -128.0 : 0.0;
    // The exponent as a double, without a conversion, which not every instruction set vectorizes.
    constexpr double shift = 0x1.8p52;
    const double power =
        from_bits(bits_of(shift) + static_cast<std::uint64_t>(exponent)) - shift;
    const double_double table = add(double_double{row.log2, row.log2_rest}, power - lifted);
    return add(table, double_double{series.hi * lower, series.lo * lower});
}

}  // namespace detail

// See `log2_lane`, which is for loops that are vectorized.
inline double_double log2(double_double x) { return detail::log2_lane(x); }
inline double_double log2(double x) { return log2(double_double{x, 0.0}); }

// log2(x) for x in [2^-900, 2^900]: relative error at most 2^-58, and absolute at most 2^-66
// plus the rounding of the sum; by a shorter computation without a division.
//
// With r = m*R - 1 as above, |r| < 2^-7.4, the linear term is taken as a double-double and
// the rest of the Taylor series in one: its own rounding is below r^2 * 2^-52, the
// remainder below r^10 / 6.
DECAYLR_LANE double_double log2_short(double_double x) {
    using namespace detail;
    constexpr double_double slope{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
    constexpr double c2 = -0x1.71547652b82fep-1, c3 = 0x1.ec709dc3a03fdp-2;
    constexpr double c4 = -0x1.71547652b82fep-2, c5 = 0x1.2776c50ef9bfep-2;
    constexpr double c6 = -0x1.ec709dc3a03fdp-3, c7 = 0x1.a61762a7aded9p-3;
    constexpr double c8 = -0x1.71547652b82fep-3, c9 = 0x1.484b13d7c02a9p-3;
    constexpr std::uint64_t first = 0x3ff0000000000000 - (std::uint64_t{151} << 44);
    const std::uint64_t offset = bits_of(x.hi) - first + (std::uint64_t{1024} << 52);
    const std::uint64_t raised = offset >> 52;  // the exponent + 1024
    const tables::Log2Row& row = tables::log2_rows[(offset >> 45) & 127];
    // No conversion of 64-bit integers, which few instruction sets have for vectors.
    const double exponent = from_bits(0x4330000000000000 | raised) - (0x1p52 + 1024.0);
    const double scale = from_bits((2047 - raised) << 52);

    const double_double near = two_prod(x.hi * scale, row.reciprocal);
    const double gap = near.hi - 1.0;
    const double rest = near.lo + (x.lo * scale) * row.reciprocal;
    const double r = gap + rest;
    const double r2 = r * r;
    const double curve =
        r2 * ((c2 + r * c3) + r2 * ((c4 + r * c5) + r2 * ((c6 + r * c7) + r2 * (c8 + r * c9))));
    const double_double linear = two_prod(gap, slope.hi);
    const double linear_rest = linear.lo + (gap * slope.lo + rest * slope.hi);
    const double_double table = two_sum(exponent, row.log2);
    const double_double sum = two_sum(table.hi, linear.hi);
    return quick_two_sum(sum.hi, sum.lo + ((table.lo + row.log2_rest) + (linear_rest + curve)));
}

namespace detail {

// Sine and cosine of y quarter turns, 0 <= y <= 1/2: relative error at most 2^-65.
inline SinCos sincos_eighth(double_double y) {
    const Nearest near = nearest_128th(y.hi);
    const std::int64_t index = near.index < 0 ? 0 : near.index > 64 ? 64 : near.index;
    const tables::SineRow& row = tables::sine_rows[index];
    const double gap = y.hi - near.point;
    const double head = head26(gap);
    const double rest = (gap - head) + y.lo;
    const double r = head + rest;
    const double r2 = head * head + rest * (head + r);
    // cos((pi/2) r) - 1 and sin((pi/2) r) - (pi/2) r, by their Taylor series.
    const double bend = r2 * (-0x1.3bd3cc9be45dep+0 +
                              r2 * (0x1.03c1f081b5ac4p-2 + r2 * -0x1.55d3c7e3cbffap-6));
    const double lag = (r * r2) * (-0x1.4abbce625be53p-1 +
                                   r2 * (0x1.466bc6775aae2p-4 + r2 * -0x1.32d2cce62bd86p-8));

    const double sin_small = (row.sin_rest + r * row.sin_slope_tail) + rest * row.sin_slope_head;
    const double cos_small = (row.cos_rest - r * row.cos_fall_tail) - rest * row.cos_fall_head;
    const double_double sin = two_sum(row.sin, head * row.sin_slope_head);
    const double_double cos = quick_two_sum(row.cos, -(head * row.cos_fall_head));
    return {quick_two_sum(sin.hi, sin.lo + (sin_small + (row.sin * bend + row.cos * lag))),
            quick_two_sum(cos.hi, cos.lo + (cos_small + (row.cos * bend - row.sin * lag)))};
}

}  // namespace detail

// sin((pi/2) x) and cos((pi/2) x) for 0 <= x <= 1: relative error of each at most 2^-65.
// Exactly 0 and 1 at the ends; past the middle x is mirrored to 1 - x, without rounding.
inline SinCos sincos_quarter(double_double x) {
    const bool mirrored = x.hi > 0.5;
    const double left = 1.0 - x.hi;
    const double hi = mirrored ? left : x.hi;
    const double lo = mirrored ? -x.lo : x.lo;
    const SinCos angle = detail::sincos_eighth(quick_two_sum(hi, lo));
    return mirrored ? SinCos{angle.cos, angle.sin} : angle;
}

}  // namespace decaylr
