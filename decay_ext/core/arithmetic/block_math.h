// The functions that the coefficients of blocks are computed with: powers of two, sines and
// cosines of K * slope, where slope is a double-double and K a whole number.
//
// Functions of this file have no branches and look up no table: loops over them are vectorized
// on every instruction set, and one value is computed by the same operations as many.
// Nothing needs a fused multiply: what is left after reduction, r, is cut into a head of 17
// bits and a rest, so that its product with a slope of 36 bits, and that of its square with a
// bend of 19 bits, are exact.
#pragma once

#include "arithmetic/elementary.h"

namespace decaylr {

// A number in parts of 26, 27 and 53 bits.
struct Parts {
    double head, middle, rest;
};

DECAYLR_LANE Parts in_parts(double_double x) {
    const double head = detail::head26(x.hi);
    return {head, x.hi - head, x.lo};
}

// A function value head + rest, where head has at most 26 bits.
struct Pair {
    double head, rest;
    DECAYLR_LANE double value() const { return head + rest; }
    // The product with another pair is that of the heads, which is exact, plus these cross terms.
    DECAYLR_LANE double cross_terms(Pair other) const {
        return rest * other.head + value() * other.rest;
    }
    DECAYLR_LANE double times(Pair other) const { return head * other.head + cross_terms(other); }
};

namespace detail {

DECAYLR_LANE Pair in_halves(double_double x) {
    const double head = head26(x.hi);
    return {head, (x.hi - head) + x.lo};
}

// A sum as a pair. The base is a multiple of 1/2; each summand but the last cancels most of the
// rest of the previous ones, without rounding.
DECAYLR_LANE Pair paired(double base, double high, double low) {
    const double head = head26(base + (high + low));
    return {head, ((base - head) + high) + low};
}
DECAYLR_LANE Pair paired(double base, double high, double middle, double low) {
    const double head = head26(base + (high + (middle + low)));
    return {head, (((base - head) + high) + middle) + low};
}

DECAYLR_LANE double head17(double x) { return from_bits(bits_of(x) & 0xfffffff000000000); }

// K * slope = whole + head + rest, |head + rest| <= 1/2: for whole K below 2^53 and a product
// below 2^50. The last bits of `shifted` are the whole number.
struct Remainder {
    double whole, shifted, head, rest;
};

// K * slope as the product of the heads, which is exact, and what is beside it.
struct Product {
    double heads, beside;
};

DECAYLR_LANE Product product_of(const Parts& slope, double k) {
    const double head = head26(k), tail = k - head;
    return {head * slope.head, (head * slope.middle + tail * slope.head) +
                                   (head * slope.rest + tail * slope.middle)};
}

constexpr double to_whole = 0x1.8p52;  // added, it rounds to a whole number

DECAYLR_LANE Remainder remainder(const Parts& slope, double k) {
    const Product product = product_of(slope, k);
    const double shifted = product.heads + to_whole;
    const double whole = shifted - to_whole;
    const double left = product.heads - whole;
    const double left_head = head17(left);
    return {whole, shifted, left_head, (left - left_head) + product.beside};
}
// The same of K * slope + phase.
DECAYLR_LANE Remainder remainder(const Parts& slope, double k, double_double phase) {
    const Product product = product_of(slope, k);
    const double shifted = (product.heads + phase.hi) + to_whole;
    const double whole = shifted - to_whole;
    const double_double left = two_sum(product.heads - whole, phase.hi);
    const double left_head = head17(left.hi);
    const double beside = product.beside + (left.lo + phase.lo);
    return {whole, shifted, left_head, (left.hi - left_head) + beside};
}

}  // namespace detail

// 2^(K * slope) = fraction * 2^n, fraction in [0.7, 1.42], its relative error below 2^-58.
// The low bits of `bits` are n.
struct PowerOfTwo {
    Pair fraction;
    std::uint64_t bits;
    DECAYLR_LANE std::uint64_t exponent() const { return bits << 52; }
    // The product with a fraction and a power of two, whose exponent is added to the exponent bits.
    DECAYLR_LANE double times(Pair other, std::uint64_t other_exponent) const {
        return detail::from_bits(detail::bits_of(fraction.times(other)) + exponent() +
                                 other_exponent);
    }
};

DECAYLR_LANE PowerOfTwo power_of_two(const detail::Remainder& left) {
    using namespace detail;
    constexpr double c1 = 0x1.62e42fefa39efp-1;  // ln 2
    constexpr double c1_head = 0x1.62e42fefap-1, c1_rest = 0x1.cf79abc9e3b3ap-40;
    constexpr double c2_head = 0x1.ebfbcp-3;  // (ln 2)^2 / 2 without its last bits
    const double r = left.head + left.rest;
    const double r2 = r * r;
    const double r4 = r2 * r2;
    // The largest term is added last: its rounding alone determines the error.
    const double curve =
        r * 0x1.c6b08d704a0cp-5 +
        ((0x1.ff82c58ec8ed5p-23 + r2 * (0x1.3b2ab6fba4dddp-7 + r * 0x1.5d87fe78a5366p-10)) +
         r4 * (((0x1.430912f89e8dp-13 + r * 0x1.ffcbfc6800445p-17) +
                r2 * (0x1.62c0216587b83p-20 + r * 0x1.b524f6d274796p-24)) +
               r4 * ((0x1.e4d2600311336p-28 + r * 0x1.e9dca287ed6e9p-32) +
                     r2 * 0x1.bffd13d145edp-36)));
    const double low = r2 * curve + (left.head * c1_rest +
                                     left.rest * (c1 + c2_head * (left.head + r)));
    return {paired(1.0, left.head * c1_head, (left.head * left.head) * c2_head, low),
            bits_of(left.shifted)};
}
DECAYLR_LANE PowerOfTwo power_of_two(const Parts& slope, double k) {
    return power_of_two(detail::remainder(slope, k));
}

// Of t quarter turns, |t| <= 1/2: the sine and 1 - cosine, each as a double-double.
struct SineBend {
    double sine_high, sine_low, bend_high, bend_low;
};

namespace detail {

DECAYLR_LANE SineBend sine_bend(double head, double rest) {
    constexpr double s1 = 0x1.921fb54442d18p+0;  // pi / 2
    constexpr double s1_head = 0x1.921fb5444p+0, s1_rest = 0x1.68c234c4c6629p-39;
    constexpr double c2_head = 0x1.3bd3cp+0;  // (pi / 2)^2 / 2 without its last bits
    const double r = head + rest;
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double sine =
        (-0x1.4abbce625be53p-1 + r2 * 0x1.466bc6775aae1p-4) +
        r4 * ((-0x1.32d2cce62b871p-8 + r2 * 0x1.50783486fa8ddp-13) +
              r4 * ((-0x1.e3074d2592524p-19 + r2 * 0x1.e8f0363d5ddf8p-25) +
                    r4 * -0x1.6cc549839cf98p-31));
    const double bend =
        (0x1.937c8bbcb3768p-21 + r2 * -0x1.03c1f081b5acp-2) +
        r4 * ((0x1.55d3c7e3cb23dp-6 + r2 * -0x1.e1f5068688313p-11) +
              r4 * ((0x1.a6d1eef3c985fp-16 + r2 * -0x1.f9ce23b067d03p-22) +
                    r4 * 0x1.b2f3ac62f65dep-28));
    return {head * s1_head, r * (r2 * sine) + (head * s1_rest + rest * s1),
            (head * head) * c2_head, r2 * bend + (rest * (head + r)) * c2_head};
}

}  // namespace detail

// Of t = K * slope quarter turns, 0 <= t <= 2: the sine, and (1 - cosine) / 2. Their relative
// errors are below 2^-53 and 2^-52; for t < 1/4 that of the second is below 2^-56.
struct HalfTurn {
    Pair sine, share;
};

DECAYLR_LANE HalfTurn half_turn(const detail::Remainder& left) {
    const SineBend r = detail::sine_bend(left.head, left.rest);
    // t - r is 0, 1 or 2: near a quarter turn, sine and cosine change places.
    const bool quarter = left.whole == 1.0, half = left.whole == 2.0;
    const double sine_base = quarter ? 1.0 : 0.0;
    const double sine_sign = left.whole == 0.0 ? 1.0 : -1.0;
    const double share_sign = half ? -0.5 : 0.5;
    return {detail::paired(sine_base, sine_sign * (quarter ? r.bend_high : r.sine_high),
                           sine_sign * (quarter ? r.bend_low : r.sine_low)),
            detail::paired(0.5 * left.whole, share_sign * (quarter ? r.sine_high : r.bend_high),
                           share_sign * (quarter ? r.sine_low : r.bend_low))};
}
DECAYLR_LANE HalfTurn half_turn(const Parts& slope, double k) {
    return half_turn(detail::remainder(slope, k));
}

// Of K * slope <= 1/2 quarter turns, K < 2^26: sine * cosine and sine^2, their
// relative errors below 2^-51.9.
struct SineProducts {
    double sine_cosine, sine_squared;
};

DECAYLR_LANE SineProducts sine_products(const Parts& slope, double k) {
    const double t = k * slope.head;
    const double head = detail::head17(t);
    const SineBend r =
        detail::sine_bend(head, (t - head) + (k * slope.middle + k * slope.rest));
    const double_double sine = quick_two_sum(r.sine_high, r.sine_low);
    return {sine.hi + (sine.lo - sine.hi * (r.bend_high + r.bend_low)),
            sine.hi * sine.hi + (sine.hi + sine.hi) * sine.lo};
}

}  // namespace decaylr
