// exp2, 2^x - 1, log2 and quarter-turn sine and cosine in double-double.
//
// No libm: tables, polynomials and two-word arithmetic in a fixed order, so that values do
// not depend on the machine. Errors are relative and were measured against 200-bit values.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "elementary_tables.h"

namespace decaylr {

constexpr dd ln2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr dd log2_e{0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56};
constexpr dd half_pi{0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54};

// (hi + lo) * 2^exponent.
struct Scaled {
    double hi, lo;
    std::int64_t exponent;
};

inline double power_of_two(std::int64_t e) {  // -1022 <= e <= 1023
    const std::uint64_t bits = static_cast<std::uint64_t>(e + 1023) << 52;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// x = mantissa * 2^exponent with 1 <= |mantissa| < 2, for finite x other than 0.
inline double mantissa_of(double x, std::int64_t* exponent) {
    const bool subnormal = std::fabs(x) < 0x1p-1022;
    const double scaled = subnormal ? x * 0x1p64 : x;
    std::uint64_t bits;
    std::memcpy(&bits, &scaled, sizeof bits);
    const std::int64_t biased = static_cast<std::int64_t>((bits >> 52) & 0x7ff);
    *exponent = biased - 1023 - (subnormal ? 64 : 0);
    bits = (bits & 0x800fffffffffffffu) | 0x3ff0000000000000u;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// 2^s - 1 for |s| <= 1/128, as hi + lo: error 2^-61 of the result, 2^-69 of 1.
inline dd small_exp2m1(dd s) {
    const dd t = mul(s, ln2);
    const double x = t.hi;
    const double tail = x * (1.0 / 720 + x * (1.0 / 5040 + x * (1.0 / 40320)));
    const double cubic = 1.0 / 6 + x * (1.0 / 24 + x * (1.0 / 120 + tail));
    const double rest = x * x * (0.5 + x * cubic);
    return quick_two_sum(x, rest + t.lo * (1.0 + x));
}

// 2^x with sqrt(1/2) <= hi <= sqrt(2): error 2^-66. Arguments are clamped to +-5000, far
// outside the range of a double.
inline Scaled exp2_scaled(dd x) {
    if (x.hi > 5000.0) return {1.0, 0.0, 5000};
    if (!(x.hi >= -5000.0)) return {1.0, 0.0, -5000};
    const double n = std::floor(x.hi + 0.5);
    const dd r = two_sum(x.hi - n, x.lo);
    const double i = std::floor(r.hi * 64.0 + 0.5);
    const dd u = small_exp2m1(quick_two_sum(r.hi - i * 0.015625, r.lo));
    const dd t = exp2_table[static_cast<int>(i) + 32];
    const dd p = two_prod(t.hi, u.hi);
    const dd s = quick_two_sum(t.hi, p.hi);
    const dd sum = quick_two_sum(s.hi, s.lo + (p.lo + t.lo + (t.hi * u.lo + t.lo * u.hi)));
    return {sum.hi, sum.lo, static_cast<std::int64_t>(n)};
}

// Rounds (hi + lo) * 2^exponent once, also into subnormals; 1/2 < |hi| < 2 sqrt(2).
inline double round_scaled(Scaled s) {
    if (std::fabs(s.hi) >= 1.4142135623730951) {
        s = {0.5 * s.hi, 0.5 * s.lo, s.exponent + 1};
    }
    const double value = s.hi + s.lo;
    if (s.exponent >= -1022 && (s.exponent > -1022 || std::fabs(value) >= 1.0)) {
        if (s.exponent <= 1023) return value * power_of_two(s.exponent);
        return value * 0x1p1023 * power_of_two(s.exponent < 2000 ? s.exponent - 1023 : 900);
    }
    if (s.exponent < -1080) return 0.0 * value;
    // Adding 2^52 units of the last subnormal place rounds away what lies below it.
    const double sign = s.hi < 0.0 ? -1.0 : 1.0;
    const double anchor = power_of_two(-1022 - s.exponent);
    const dd sum = two_sum(anchor, sign * s.hi);
    const dd rounded = quick_two_sum(sum.hi, sum.lo + sign * s.lo);
    return sign * (rounded.hi - anchor) * 0x1p-1000 * power_of_two(s.exponent + 1000);
}

// factor * (hi + lo) * 2^exponent, rounded once; factor finite.
inline double round_scaled_times(Scaled s, double factor) {
    if (factor == 0.0) return factor;
    std::int64_t exponent;
    const dd product = mul(dd{s.hi, s.lo}, mantissa_of(factor, &exponent));
    return round_scaled({product.hi, product.lo, s.exponent + exponent});
}

// 2^x rounded once: error 0.5001 units in the last place; exact for whole x.
inline double exp2(dd x) { return round_scaled(exp2_scaled(x)); }

// 2^x - 1 for |x| <= 1: error 2^-58, also as x goes to 0.
inline dd exp2m1(dd x) {
    if (std::fabs(x.hi) <= 0x1p-7) return small_exp2m1(x);
    const Scaled s = exp2_scaled(x);
    const double scale = power_of_two(s.exponent);
    return add(dd{s.hi * scale, s.lo * scale}, -1.0);
}

// log2 of a double-double above 0: error 2^-95, also near 1; exact for powers of two.
inline dd log2(dd x) {
    std::int64_t exponent;
    double m = mantissa_of(x.hi, &exponent);
    if (m >= 1.4142135623730951) {
        m *= 0.5;
        ++exponent;
    }
    // x.lo is scaled by 2^-exponent in two steps: either alone could leave the range.
    const std::int64_t half = exponent / 2;
    const double lo = x.lo * power_of_two(-half) * power_of_two(half - exponent);
    const Log2Entry& entry = log2_table[static_cast<int>(m * 128.0) - 90];
    const dd r = add(add(two_prod(m, entry.c), -1.0), lo * entry.c);
    // ln(1 + r) = 2 (z + z^3/3 + z^5/5 + ...), z = r / (2 + r), |z| < 2^-7.8.
    const dd z = div(r, add(r, 2.0));
    const dd z2 = mul(z, z);
    const double w = z2.hi;
    const double tail = 1.0 / 7 + w * (1.0 / 9 + w * (1.0 / 11 + w * (1.0 / 13 + w * (1.0 / 15))));
    const dd fifth = add(mul(z2, tail), dd{0x1.999999999999ap-3, -0x1.999999999999ap-57});
    const dd third = add(mul(z2, fifth), dd{0x1.5555555555555p-2, 0x1.5555555555555p-56});
    const dd series = add(mul(z2, third), 1.0);
    constexpr dd twice_log2_e{2.0 * log2_e.hi, 2.0 * log2_e.lo};
    const dd logarithm = mul(mul(z, series), twice_log2_e);
    return add(add(entry.minus_log2, logarithm), static_cast<double>(exponent));
}
inline dd log2(double x) { return log2(dd{x, 0.0}); }

struct SinCos {
    dd sin, cos;
};

// sin and cos of (pi/2) x for 0 <= x <= 1: error 2^-64 of each; exact at both ends.
inline SinCos sincos_quarter(dd x) {
    const bool swap = x.hi > 0.5;
    if (swap) x = sub(dd{1.0, 0.0}, x);
    const double i = std::floor(x.hi * 64.0 + 0.5);
    const dd f = mul(quick_two_sum(x.hi - i * 0.015625, x.lo), half_pi);
    const double y = f.hi, y2 = y * y;
    // sin f = y + sine, cos f = 1 + cosine.
    const double sine = f.lo - y * y2 * (1.0 / 6 - y2 * (1.0 / 120 - y2 * (1.0 / 5040)));
    const double cosine = -y2 * (0.5 - y2 * (1.0 / 24 - y2 * (1.0 / 720))) - y * f.lo;
    const SineEntry& at = sine_table[static_cast<int>(i)];
    const dd up = two_prod(at.cos.hi, y), down = two_prod(at.sin.hi, y);
    const dd s0 = two_sum(at.sin.hi, up.hi);
    const dd c0 = quick_two_sum(at.cos.hi, -down.hi);
    const double s1 = up.lo + at.sin.lo + at.cos.lo * y + at.cos.hi * sine + at.sin.hi * cosine;
    const double c1 = at.cos.lo - down.lo - at.sin.lo * y - at.sin.hi * sine + at.cos.hi * cosine;
    const dd s = quick_two_sum(s0.hi, s0.lo + s1);
    const dd c = quick_two_sum(c0.hi, c0.lo + c1);
    return swap ? SinCos{c, s} : SinCos{s, c};
}

}  // namespace decaylr
