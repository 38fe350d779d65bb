// log2 and exp2 to a few ulp for loops over many terms, with the same bits on every machine.
//
// They look up no table, so that they are fast on every instruction set, and carry one word: laws
// need 1e-12, where curves need 2 ulp.
#pragma once

#include "arithmetic/elementary.h"

namespace decaylr {

// log2(x) for x from 2^-1000 to 2^1000, to 2 ulp or 2^-53, whichever is larger.
//
// x = 2^e m with m from sqrt(1/2) to sqrt(2), and log2(m) = s (l0 + l1 s^2 + ...) with
// s = (m - 1) / (m + 1), lk = 2 / ln 2 / (2k + 1): |s| < 0.172, so that twelve terms suffice.
DECAYLR_LANE double lane_log2(double x) {
    using namespace detail;
    constexpr std::uint64_t root_of_half = 0x3fe6a09e667f3bcd;
    constexpr std::uint64_t bias = 1024;
    const std::uint64_t bits = bits_of(x);
    const std::uint64_t raised = (bits - root_of_half + (bias << 52)) >> 52;  // e + bias
    const double m = from_bits(bits - ((raised - bias) << 52));
    // No conversion of 64-bit integers, which few instruction sets have for vectors.
    const double e = from_bits(0x4330000000000000 | raised) - (0x1p52 + 1024.0);
    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s, z2 = z * z, z4 = z2 * z2;
    const double low = (0x1.71547652b82fep+1 + z * 0x1.ec709dc3a03fdp-1) +
                       z2 * (0x1.2776c50ef9bfep-1 + z * 0x1.a61762a7aded9p-2);
    const double middle = (0x1.484b13d7c02a9p-2 + z * 0x1.0c9a84994022dp-2) +
                          z2 * (0x1.c68f568d31760p-3 + z * 0x1.89f3b1694cffep-3);
    const double high = (0x1.5b9ac9b743f0dp-3 + z * 0x1.3703c1f4d0ffep-3) +
                        z2 * (0x1.1964ec6fc9491p-3 + z * 0x1.00ecd7e080215p-3);
    return e + s * (low + z4 * (middle + z4 * high));
}

// 2^x to 2 ulp; what is smaller than 2^-1000 or larger than 2^1000 counts as that.
//
// x = n + r with a whole n, and the Taylor series of 2^r for |r| <= 1/2.
DECAYLR_LANE double lane_exp2(double x) {
    using namespace detail;
    const double above = x < -1000.0 ? -1000.0 : x;
    const double within = above > 1000.0 ? 1000.0 : above;
    const double shifted = within + 0x1.8p52;  // its last bits are n
    const double r = within - (shifted - 0x1.8p52);
    const double r2 = r * r, r4 = r2 * r2;
    const double low = 0x1.62e42fefa39efp-1 + r * 0x1.ebfbdff82c58fp-3 +
                       r2 * (0x1.c6b08d704a0c0p-5 + r * 0x1.3b2ab6fba4e77p-7);
    const double middle = (0x1.5d87fe78a6731p-10 + r * 0x1.430912f86c787p-13) +
                          r2 * (0x1.ffcbfc588b0c7p-17 + r * 0x1.62c0223a5c824p-20);
    const double high = ((0x1.b5253d395e7c4p-24 + r * 0x1.e4cf5158b8ecap-28) +
                         r2 * (0x1.e8cac7351bb25p-32 + r * 0x1.c3bd650fc2986p-36)) +
                        r4 * 0x1.816193166d0f9p-40;
    const double fraction = 1.0 + r * (low + r4 * (middle + r4 * high));
    return from_bits(bits_of(fraction) + (bits_of(shifted) << 52));
}

// x^y of a sum in two words, nearly as exact as doubles are; infinite where x is 0 and y < 0.
inline double power_of_sum(double_double x, double y) {
    if (!(x.hi > 0.0)) return y < 0.0 ? HUGE_VAL : y > 0.0 ? 0.0 : 1.0;
    return exp2(mul(log2(x), y));
}

constexpr double ln_2 = 0x1.62e42fefa39efp-1;

}  // namespace decaylr
