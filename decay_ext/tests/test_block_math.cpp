// Checks of what blocks are prepared with against the double-double functions, which
// test_elementary.cpp checks by themselves.
//
// Prints what fails and returns 1, or returns 0.
#include <cmath>
#include <cstdio>
#include <random>

#include "arithmetic/block_math.h"
#include "tree/position.h"

namespace {

using namespace decaylr;

int failures = 0;
std::mt19937_64 generator(20240611);

double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(generator);
}

// Whether a double, and a rest beside it, is within 2^-bits of the exact value's size.
void expect_near(double_double got, double_double exact, double size, int bits, const char* what,
                 double slope, double k) {
    const double error = std::fabs(sub(got, exact).hi);
    if (error <= std::ldexp(size, -bits)) return;
    if (++failures <= 20) {
        std::printf("%s of %a * %a is off by 2^%.3f\n", what, slope, k, std::log2(error / size));
    }
}

double_double in_two_words(Pair pair) { return two_sum(pair.head, pair.rest); }

void expect_short(double head, const char* what, double slope, double k) {
    if (detail::head26(head) == head) return;
    if (++failures <= 20) std::printf("%s of %a * %a has a head of many bits\n", what, slope, k);
}

void check_power_of_two(double_double slope, double k) {
    const PowerOfTwo power = power_of_two(in_parts(slope), k);
    const Scaled exact = exp2_scaled(mul(slope, double_double{k, 0.0}));
    expect_short(power.fraction.head, "2^", slope.hi, k);
    // The whole number modulo 4096, as `exponent` puts it where a double has its own.
    const auto n = static_cast<double>(static_cast<std::int64_t>(power.exponent()) >> 52);
    const double turns = std::nearbyint((n - static_cast<double>(exact.exponent)) / 4096.0);
    const double whole = n - 4096.0 * turns;
    const int shift = static_cast<int>(static_cast<double>(exact.exponent) - whole);
    const double_double expected{std::ldexp(exact.hi, shift), std::ldexp(exact.lo, shift)};
    expect_near(in_two_words(power.fraction), expected, expected.hi, 57, "2^", slope.hi, k);
}

void check_half_turn(double_double slope, double k) {
    const HalfTurn turn = half_turn(in_parts(slope), k);
    const double_double quarters = mul(slope, k);
    const double_double half = mul(quarters, 0.5);
    const SinCos twice = sincos_quarter(half);  // of half the angle: the share is its square
    const double_double share = mul(twice.sin, twice.sin);
    const double_double sine = mul(mul(twice.sin, twice.cos), 2.0);
    expect_short(turn.sine.head, "the sine", slope.hi, k);
    expect_short(turn.share.head, "the share", slope.hi, k);
    const int share_bits = quarters.hi < 0.25 ? 56 : 52;
    expect_near(in_two_words(turn.share), share, share.hi, share_bits, "the share", slope.hi, k);
    expect_near(in_two_words(turn.sine), sine, sine.hi, 53, "the sine", slope.hi, k);
}

void check_sine_products(double_double slope, double k) {
    const SineProducts got = sine_products(in_parts(slope), k);
    const SinCos exact = sincos_quarter(mul(slope, k));
    const double_double square = mul(exact.sin, exact.sin), product = mul(exact.sin, exact.cos);
    constexpr double few = 1.0625;  // 2^-51.9
    expect_near({got.sine_squared, 0.0}, square, few * square.hi, 52, "sine^2", slope.hi, k);
    expect_near({got.sine_cosine, 0.0}, product, few * product.hi, 52, "sine cosine", slope.hi, k);
}

double_double any_slope(double low, double high) {
    const double hi = std::exp2(uniform(low, high));
    return quick_two_sum(hi, hi * uniform(-0x1p-54, 0x1p-54));
}

}  // namespace

int main() {
    for (int i = 0; i < 300000; ++i) {
        const double_double slope = any_slope(-40.0, 3.8);
        const double most = std::fmin(0x1p53, 900.0 / slope.hi);
        const double k = std::floor(std::exp2(uniform(0.0, std::log2(most))));
        check_power_of_two(slope, k);
        check_power_of_two(neg(slope), k);

        const double steps = std::floor(std::exp2(uniform(2.0, 52.0)));
        const double_double turn = div(double_double{2.0, 0.0}, steps);
        check_half_turn(turn, std::floor(steps * uniform(0.0, 1.0)));
        const double_double small = div(double_double{1.0, 0.0}, std::fmax(steps, 128.0));
        check_sine_products(small, std::floor(uniform(1.0, 64.0)));
    }
    if (failures > 0) std::printf("%d checks fail\n", failures);
    return failures == 0 ? 0 : 1;
}
