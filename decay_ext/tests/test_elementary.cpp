// Checks of the double-double arithmetic and the elementary functions against reference
// values (computed with 1400 bits, split into two rounded doubles) and identities.
//
//     g++ -std=c++17 -O3 -ffp-contract=off -I decay_ext/core decay_ext/tests/test_elementary.cpp
//
// Prints what fails and returns 1, or returns 0.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>

#include "arithmetic/elementary.h"

namespace {

using decaylr::double_double;
using decaylr::Scaled;
using decaylr::SinCos;

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Case {
    double_double argument, expected;
};

struct Rounded {
    double_double argument;
    double expected;
};

struct Pair {
    double_double a, b, sum, difference, product, quotient, root;
};

constexpr Case exp2_cases[] = {
    {{0x1.3333333333333p-2, 0x1.70ef54646d497p-57},
     {0x1.3b2c47bff8329p+0, -0x1.f58ffd7b92fe2p-56}},
    {{-0x1.e99999999999ap+2, 0x1.cd2b297d889bcp-53},
     {0x1.46499af31b006p-8, -0x1.b03cdc147d27ep-69}},
    {{0x1.9004p+6, 0x1.b05876e5b012p-49}, {0x1.00b1afa5abcc8p+100, 0x1.d00b8efcdde7p+45}},
    {{0x1.79ca10c924223p-67, 0.0}, {0x1p+0, 0x1.05dd14f56aa62p-67}},
    {{-0x1p-8, 0x1.d83c94fb6d2acp-64}, {0x1.fe9d96b2a23d9p-1, 0x1.4ced1acf4c296p-57}},
    {{0x1.ff7f8p+8, -0x1.6849b86a12b9bp-46},
     {0x1.698c830a4c87bp+511, 0x1.ab26afb186e9bp+457}},
    {{-0x1.c20cccccccccdp+9, 0x1.6849b86a12b9bp-45},
     {0x1.ddb680117ab77p-901, -0x1.8d79375baa688p-955}},
};

constexpr Case exp2m1_cases[] = {
    {{0x1.d0b15a491eb84p-931, 0.0}, {0x1.4219b9e889e12p-931, 0x1.e543559d2fb18p-985}},
    {{-0x1.7361cb863de62p-82, 0x1.64cfda3281e39p-140},
     {-0x1.016c2209bf97fp-82, 0x1.cf9449c5377bfp-138}},
    {{0x1.4f8b588e368f1p-17, 0x1.e392010175ee6p-73},
     {0x1.d12a310b5e8f3p-18, 0x1.11a356ae2028fp-72}},
    {{0x1.ffffaa19c4774p-9, 0x1.d83c94fb6d2acp-64},
     {0x1.635f0fa3cc8c6p-9, -0x1.3c9c653dcb1a4p-65}},
    {{0x1.0000d6bf94d5ep-8, -0x1.d83c94fb6d2acp-64},
     {0x1.636075da90caep-9, 0x1.6e91577447e28p-64}},
    {{-0x1.0000d6bf94d5ep-8, 0x1.d83c94fb6d2acp-64},
     {-0x1.626a764405d48p-9, -0x1.a4cd34fa35092p-65}},
    {{0x1p-1, 0x1.70ef54646d497p-57}, {0x1.a827999fcef32p-2, 0x1.bd865cdefd7cdp-56}},
    {{-0x1.6b851eb851eb8p-1, 0x1.14b37f4b51f71p-55},
     {-0x1.8e0217f11496p-2, -0x1.c8880171b397p-56}},
    {{0x1.ff7ced916872bp-1, 0x1.70ef54646d497p-57},
     {0x1.ff4a5bcc3823ep-1, 0x1.9f7f3d2323e25p-55}},
    {{-0x1p-7, 0x1.9b604aaaca626p-200}, {-0x1.61eea3847077bp-8, -0x1.148b699a8618bp-62}},
    {{0x1.eb851eb851eb8p-5, 0x1.2725dd1d243acp-60},
     {0x1.5be127c0655ddp-5, -0x1.ae2ab48d04f81p-59}},
};

constexpr Case log2_cases[] = {
    {{0x1.0000000000001p+0, 0.0}, {0x1.71547652b82fdp-52, 0x1.7b365759f7d4fp-106}},
    {{0x1.fffffffffffffp-1, 0.0}, {-0x1.71547652b82fep-53, -0x1.cf33ba5220647p-107}},
    {{0x1p+0, 0x1.4484bfeebc2ap-100}, {0x1.d42e6a342407fp-100, -0x1.b85962887b744p-154}},
    {{0x1p+0, -0x1.6e93f5da2824cp-831}, {-0x1.086e1bad62f43p-830, 0x1.0547b8632a965p-885}},
    {{0x1.0000000000003p+0, 0x1.99ed7a36b2519p-57},
     {0x1.199e25d723dc7p-50, -0x1.1475785a8cee8p-105}},
    {{0x1.ff7ced916872bp-1, 0x1.70ef54646d497p-57},
     {-0x1.7a6210ffb710fp-10, 0x1.f0b201c4a9a66p-64}},
    {{0x1.ffp-1, -0x1.70ef54646d497p-56}, {-0x1.71b0ea42e601dp-9, 0x1.81b9c34a4be09p-64}},
    {{0x1.01p+0, 0x1.70ef54646d497p-57}, {0x1.709c46d7aac88p-8, -0x1.1d11caa93ba7p-63}},
    {{0x1.eb851eb851eb8p-1, 0x1.70ef54646d497p-57},
     {-0x1.e275048da0ba6p-5, -0x1.6527e4b29a137p-60}},
    {{0x1.8p+1, 0.0}, {0x1.95c01a39fbd68p+0, 0x1.e7e802c48281ap-54}},
    {{0x1.4p+3, 0x1.cd2b297d889bcp-54}, {0x1.a934f0979a371p+1, 0x1.a068c1169f3e8p-53}},
    {{0x1.7e43c8800759cp+996, 0x1.137367c236c65p+940},
     {0x1.f24a09f1a8b89p+9, -0x1.1c6264441f39ap-46}},
    {{0x1.fffffffffffffp+1023, 0.0}, {0x1p+10, -0x1.71547652b82fep-53}},
    {{0x1.1fa182c40c60dp-1022, 0.0}, {-0x1.feea7c85cdf01p+9, 0x1.3acbe95335529p-48}},
    {{0x0.0000000000003p-1022, 0.0}, {-0x1.0c1a8ff971811p+10, 0x1.6879fa00b120ap-44}},
    {{0x1.69p-1, -0x1.70ef54646d497p-57}, {-0x1.021f4a37ecbfbp-1, -0x1.d59e872f61f5p-57}},
    {{0x1.69p+0, 0x1.70ef54646d497p-57}, {0x1.fbc16b902680ap-2, 0x1.4b5cbb5fc59aep-56}},
    {{0x1.999999999999ap-4, 0.0}, {-0x1.a934f0979a371p+1, -0x1.8cf4b5a4471ddp-54}},
};

constexpr Case sine_cases[] = {
    {{0x1.8f2b061aea072p-964, 0.0}, {0x1.39818037edd8p-963, -0x1.43883cf663afbp-1017}},
    {{0x1.49da7e361ce4cp-32, 0x1.3ce9a36f23c1p-90},
     {0x1.0310fa9ad8a56p-31, 0x1.206b9b4bac524p-85}},
    {{0x1.fffe5280d6543p-9, 0x1.79ca10c924223p-67},
     {0x1.921dbe949f348p-8, -0x1.592ab0b5686p-63}},
    {{0x1.003eea209aaa4p-8, -0x1.79ca10c924223p-67},
     {0x1.9281e2de7f583p-8, -0x1.8729b7bedefbbp-62}},
    {{0x1p-2, 0x1.2725dd1d243acp-60}, {0x1.87de2a6aea963p-2, -0x1.3d446aaf0ea32p-57}},
    {{0x1.ffe5c91d14e3cp-2, 0x1.70ef54646d497p-57},
     {0x1.69fb57272cd19p-1, -0x1.c78ee0287cdaap-55}},
    {{0x1p-1, 0x1.2725dd1d243acp-60}, {0x1.6a09e667f3bcdp-1, -0x1.b394a3be6e3cfp-55}},
    {{0x1p-1, -0x1.2725dd1d243acp-60}, {0x1.6a09e667f3bcdp-1, -0x1.c811deb7de4dcp-55}},
    {{0x1.8p-1, 0x1.70ef54646d497p-56}, {0x1.d906bcf328d46p-1, 0x1.11a22bf277a9ap-55}},
    {{0x1.fdf3b645a1cacp-1, 0x1.14b37f4b51f71p-55},
     {0x1.fffd69aa0b99dp-1, 0x1.1095b831217d2p-56}},
    {{0x1.fffffffffffffp-1, 0x1.2725dd1d243acp-59}, {0x1p+0, -0x1.308d0b4a0e38dp-106}},
    {{0x1p+0, -0x1.16c262777579cp-133}, {0x1p+0, -0x1.767ade03a0a7fp-266}},
    {{0x1.5555555555555p-2, 0x1.5555555555555p-56}, {0x1p-1, -0x1.d05527b6e43d2p-110}},
};

constexpr Case cosine_cases[] = {
    {{0x1.8f2b061aea072p-964, 0.0}, {0x1p+0, 0.0}},
    {{0x1.49da7e361ce4cp-32, 0x1.3ce9a36f23c1p-90}, {0x1p+0, -0x1.062b5c359b0c9p-63}},
    {{0x1.fffe5280d6543p-9, 0x1.79ca10c924223p-67},
     {0x1.fffd885d0c635p-1, 0x1.a41e4abdb7295p-56}},
    {{0x1.003eea209aaa4p-8, -0x1.79ca10c924223p-67},
     {0x1.fffd87224a74fp-1, -0x1.533aba34afc02p-57}},
    {{0x1p-2, 0x1.2725dd1d243acp-60}, {0x1.d906bcf328d46p-1, 0x1.3a67ae43a8309p-56}},
    {{0x1.ffe5c91d14e3cp-2, 0x1.70ef54646d497p-57},
     {0x1.6a187512dbf1ep-1, -0x1.2e10f583d1e1bp-56}},
    {{0x1p-1, 0x1.2725dd1d243acp-60}, {0x1.6a09e667f3bcdp-1, -0x1.c811deb7de4dcp-55}},
    {{0x1p-1, -0x1.2725dd1d243acp-60}, {0x1.6a09e667f3bcdp-1, -0x1.b394a3be6e3cfp-55}},
    {{0x1.8p-1, 0x1.70ef54646d497p-56}, {0x1.87de2a6aea962p-2, 0x1.2f3017d25d64ep-56}},
    {{0x1.fdf3b645a1cacp-1, 0x1.14b37f4b51f71p-55},
     {0x1.9bc5a9d91f649p-8, 0x1.2ea781839ae73p-62}},
    {{0x1.fffffffffffffp-1, 0x1.2725dd1d243acp-59},
     {0x1.8ae13d351aca2p-53, -0x1.91520b5dd4e58p-110}},
    {{0x1p+0, -0x1.16c262777579cp-133}, {0x1.b5dfc58b46f35p-133, -0x1.acc8345a3af7fp-187}},
    {{0x1.5555555555555p-2, 0x1.5555555555555p-56},
     {0x1.bb67ae8584caap-1, 0x1.cec95d0b5c1e3p-55}},
};

constexpr Rounded exp2_rounded[] = {
    {{-0x1.ff26666666666p+9, 0x1.6849b86a12b9bp-47}, 0x0.cfefc5e672a2bp-1022},
    {{-0x1.093147ae147aep+10, 0.0}, 0x0.0000000002588p-1022},
    {{-0x1.0c7999999999ap+10, 0.0}, 0x0.0000000000001p-1022},
    {{-0x1.0cbffffbce421p+10, 0.0}, 0x0.0000000000001p-1022},
    {{-0x1.0ccp+10, -0x1.6849b86a12b9bp-47}, 0.0},
    {{-0x1.0ccp+10, 0x1.6849b86a12b9bp-47}, 0x0.0000000000001p-1022},
    {{-0x1.0c9a8ff97181p+10, 0.0}, 0x0.0000000000001p-1022},
    {{0x1.ffffffffffc9p+9, 0.0}, 0x1.ffffffff6781fp+1023},
    {{0x1p-1, 0.0}, 0x1.6a09e667f3bcdp+0},
    {{-0x1p-1, 0.0}, 0x1.6a09e667f3bcdp-1},
    {{0x1.70ef54646d497p-57, 0.0}, 0x1p+0},
};

constexpr Pair pairs[] = {
    {{0x1p+0, 0x1p-54}, {-0x1p+0, 0x1p-60},
     {0x1.04p-54, 0.0},
     {0x1p+1, 0x1.f8p-55},
     {-0x1p+0, -0x1.f8p-55},
     {-0x1p+0, -0x1.04p-54},
     {0x1p+0, 0x1p-55}},
    {{0x1.5555555555555p-2, 0x1.70ef54646d497p-57}, {-0x1.5555555555555p-2, 0x1.70ef54646d497p-57},
     {0x1.70ef54646d497p-56, 0.0},
     {0x1.5555555555555p-1, 0.0},
     {-0x1.c71c71c71c71cp-4, 0x1.c71c71c71c71cp-58},
     {-0x1p+0, -0x1.14b37f4b51f72p-54},
     {0x1.279a74590331cp-1, 0x1.e132ec6c1771fp-56}},
    {{0x1.2a05f2p+33, 0x1.ad7f29abcaf48p-24}, {0x1.a666666666666p+1, 0x1.cd2b297d889bcp-54},
     {0x1.2a05f201a6666p+33, 0x1.cf497ece5ff42p-21},
     {0x1.2a05f1fe5999ap+33, -0x1.63e9b4636d37p-21},
     {0x1.ebbd028p+34, -0x1.df45a23e6393p-22},
     {0x1.693d826c9b26dp+31, -0x1.727218b2918dcp-24},
     {0x1.86ap+16, 0x1.19799812dea11p-41}},
    {{0x1.c666666666666p+2, -0x1.59e05f1e2674dp-52},
     {-0x1.12e0be826d695p-30, 0x1.8c240c4aecb14p-87},
     {0x1.c66666655385ap+2, -0x1.f4f772e3e9e0ap-53},
     {0x1.c666666779472p+2, -0x1.b94504ca57f95p-52},
     {-0x1.e7e8855ab567bp-28, 0x1.9fc2c488b2f26p-83},
     {-0x1.a73166fffffffp+32, 0x1.38a86f271efc7p-24},
     {0x1.55110a3c12c5ep+1, -0x1.e0490dd44be72p-54}},
    {{0x1.fff972474538fp+0, 0x1.cd2b297d889bcp-54}, {0x1.fff2e48e8a71ep+0, -0x1.cd2b297d889bcp-54},
     {0x1.fff62b6ae7d56p+1, 0x1p-52},
     {0x1.a36e2eb1c79a5p-14, 0x1.94bec44dep-68},
     {0x1.ffec5700c2c89p+1, 0x1.183d9c0f3f53bp-53},
     {0x1.000346f1d77f3p+0, 0x1.cbe6151c55355p-56},
     {0x1.6a07953c0767dp+0, 0x1.84629622ba776p-55}},
};

int failures = 0;

void expect(bool holds, const char* what, double at) {
    if (holds) return;
    ++failures;
    if (failures <= 20) std::printf("%s fails at %a (%.17g)\n", what, at, at);
}

// Whether got is expected to within 2^-bits of it. A reference carries about 106 bits.
void expect_near(double_double got, double_double expected, int bits, const char* what, double at) {
    const double gap = (got.hi - expected.hi) + (got.lo - expected.lo);
    expect(std::fabs(gap) <= std::ldexp(std::fabs(expected.hi), -bits), what, at);
}

void expect_same(double got, double expected, const char* what, double at) {
    expect(got == expected && std::signbit(got) == std::signbit(expected), what, at);
}

// Uniform on [0, 1), from a fixed start.
double next_uniform() {
    static std::uint64_t state = 20260101;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return std::ldexp(static_cast<double>(state >> 11), -53);
}

// Uniform on [low, high), with a random rest.
double_double next_between(double low, double high) {
    const double hi = low + (high - low) * next_uniform();
    return decaylr::quick_two_sum(hi, std::ldexp(hi * (next_uniform() - 0.5), -53));
}

void check_arithmetic() {
    for (const Pair& p : pairs) {
        expect_near(decaylr::add(p.a, p.b), p.sum, 102, "add", p.a.hi);
        expect_near(decaylr::sub(p.a, p.b), p.difference, 102, "sub", p.a.hi);
        expect_near(decaylr::mul(p.a, p.b), p.product, 102, "mul", p.a.hi);
        expect_near(decaylr::div(p.a, p.b), p.quotient, 102, "div", p.a.hi);
        expect_near(decaylr::sqrt(p.a), p.root, 102, "sqrt", p.a.hi);
    }
    expect_same(decaylr::sqrt(double_double{0.0, 0.0}).hi, 0.0, "sqrt", 0.0);
    for (int i = 0; i < 100000; ++i) {
        const double a = std::ldexp(next_uniform() - 0.5, static_cast<int>(i % 61) - 30);
        const double b = std::ldexp(next_uniform() - 0.5, static_cast<int>(i % 53) - 26);
        const double_double product = decaylr::two_prod(a, b);
        expect_same(product.lo, std::fma(a, b, -product.hi), "two_prod", a);
        const double_double back = decaylr::div(decaylr::mul(double_double{a, 0.0}, b), b);
        expect(b == 0.0 || (back.hi == a && std::fabs(back.lo) <= std::fabs(a) * 0x1p-103),
               "mul, div", a);
    }
}

void check_tables() {
    for (const Case& c : exp2_cases) {
        const Scaled s = decaylr::exp2_scaled(c.argument);
        const int n = static_cast<int>(s.exponent);
        const double_double value{std::ldexp(s.hi, n), std::ldexp(s.lo, n)};
        expect(s.hi > 0.7 && s.hi < 1.42, "range of exp2_scaled", c.argument.hi);
        expect_near(value, c.expected, 68, "exp2_scaled", c.argument.hi);
    }
    for (const Case& c : exp2m1_cases) {
        expect_near(decaylr::exp2m1(c.argument), c.expected, 69, "exp2m1", c.argument.hi);
    }
    for (const Case& c : log2_cases) {
        expect_near(decaylr::log2(c.argument), c.expected, 98, "log2", c.argument.hi);
    }
    for (const Case& c : sine_cases) {
        const SinCos angle = decaylr::sincos_quarter(c.argument);
        expect_near(angle.sin, c.expected, 65, "sine", c.argument.hi);
    }
    for (const Case& c : cosine_cases) {
        const SinCos angle = decaylr::sincos_quarter(c.argument);
        expect_near(angle.cos, c.expected, 65, "cosine", c.argument.hi);
    }
    for (const Rounded& c : exp2_rounded) {
        expect_same(decaylr::exp2(c.argument), c.expected, "exp2", c.argument.hi);
    }
}

void check_powers_of_two() {
    for (int n = -1080; n <= 1030; ++n) {
        const double power = std::ldexp(1.0, n);
        expect_same(decaylr::exp2({static_cast<double>(n), 0.0}), power, "exp2", n);
        if (n < -1074 || n > 1023) continue;
        const double_double exponent = decaylr::log2(power);
        expect_same(exponent.hi, n, "log2 of a power of two", n);
        expect_same(exponent.lo, 0.0, "log2 of a power of two, rest", n);
    }
    expect_same(decaylr::exp2({1e18, 0.0}), infinity, "exp2", 1e18);
    expect_same(decaylr::exp2({-1e18, 0.0}), 0.0, "exp2", -1e18);
    expect_same(decaylr::exp2m1({0.0, 0.0}).hi, 0.0, "exp2m1", 0.0);
    expect_same(decaylr::exp2m1({1.0, 0.0}).hi, 1.0, "exp2m1", 1.0);
    expect_same(decaylr::exp2m1({-1.0, 0.0}).hi, -0.5, "exp2m1", -1.0);
}

// 2^log2(x) is x, in the subnormal range too.
void check_inverse() {
    for (int i = 0; i < 100000; ++i) {
        const double x = std::ldexp(0.5 + 0.5 * next_uniform(), i % 2098 - 1073);
        expect_same(decaylr::exp2(decaylr::log2(x)), x, "exp2(log2(x))", x);
    }
    for (int i = 0; i < 100000; ++i) {
        const double_double x = next_between(-0.5, 0.5);
        const Scaled s = decaylr::exp2_scaled(x);
        const double_double own = decaylr::log2(double_double{s.hi, s.lo});
        const double_double gap =
            decaylr::sub(decaylr::add(own, static_cast<double>(s.exponent)), x);
        expect(std::fabs(gap.hi) <= 0x1.8p-68, "log2(exp2(x))", x.hi);
    }
    for (int i = 0; i < 20000; ++i) {
        const double_double x = next_between(0.5, 2.0);
        const double_double y = next_between(0.5, 2.0);
        const double_double parts = decaylr::add(decaylr::log2(x), decaylr::log2(y));
        const double_double whole = decaylr::log2(decaylr::mul(x, y));
        const double_double gap = decaylr::sub(parts, whole);
        expect(std::fabs(gap.hi) <= 0x1p-97, "log2(x) + log2(y) = log2(x*y)", x.hi);
    }
}

void check_rounding() {
    // Half of the smallest subnormal: to even, unless lo says otherwise.
    expect_same(decaylr::round_scaled({1.0, 0.0, -1075}), 0.0, "round_scaled", 1.0);
    expect_same(decaylr::round_scaled({1.0, 0x1p-90, -1075}), 0x1p-1074, "round_scaled", 1.0);
    expect_same(decaylr::round_scaled({1.0, -0x1p-90, -1075}), 0.0, "round_scaled", 1.0);
    expect_same(decaylr::round_scaled({1.5, 0.0, -1074}), 0x1p-1073, "round_scaled", 1.5);
    expect_same(decaylr::round_scaled({1.5, -0x1p-90, -1074}), 0x1p-1074, "round_scaled", 1.5);
    expect_same(decaylr::round_scaled({1.25, 0.0, 1023}), 0x1.4p1023, "round_scaled", 1.25);
    expect_same(decaylr::round_scaled({1.25, 0.0, 1024}), infinity, "round_scaled", 1.25);
    expect_same(decaylr::round_scaled({0x1p-900, 0.0, 1900}), 0x1p1000, "round_scaled", 0x1p-900);
    expect_same(decaylr::round_scaled({0.0, 0.0, 5}), 0.0, "round_scaled", 0.0);
    expect_same(decaylr::round_scaled_times({1.0, 0.0, 3}, 0.0), 0.0, "times", 0.0);
    expect_same(decaylr::round_scaled_times({1.0, 0.0, 1074}, -0x1p-1074), -1.0, "times", -1.0);
    expect_same(
        decaylr::round_scaled_times({1.25, 0.0, -2000}, 0x1.8p1000), 0x1.ep-1000, "times", 1.25);
    for (int i = 0; i < 100000; ++i) {
        const double hi = 0.71 + 0.7 * next_uniform();
        const int n = i % 2110 - 1080;
        const double factor = std::ldexp(next_uniform() - 0.5, i % 40);
        const Scaled s{hi, 0.0, n};
        expect_same(decaylr::round_scaled(s), std::ldexp(hi, n), "round_scaled", hi);
        // Both ways round once: a multiple of 2^-26 times a factor of 26 bits is exact.
        const double few = std::floor(factor * 0x1p20) * 0x1p-20;
        const double short_hi = std::floor(hi * 0x1p20) * 0x1p-20;
        if (few == 0.0 || std::fabs(few) > 0x1p12) continue;
        expect_same(decaylr::round_scaled_times({short_hi, 0.0, n}, few),
                    std::ldexp(short_hi * few, n), "round_scaled_times", factor);
    }
}

void check_angles() {
    const SinCos begin = decaylr::sincos_quarter({0.0, 0.0});
    const SinCos end = decaylr::sincos_quarter({1.0, 0.0});
    expect(begin.sin.hi == 0.0 && begin.sin.lo == 0.0, "sine", 0.0);
    expect(begin.cos.hi == 1.0 && begin.cos.lo == 0.0, "cosine", 0.0);
    expect(end.sin.hi == 1.0 && end.sin.lo == 0.0, "sine", 1.0);
    expect(end.cos.hi == 0.0 && end.cos.lo == 0.0, "cosine", 1.0);
    for (int i = 0; i < 100000; ++i) {
        const double_double x = next_between(0.0, 1.0);
        const SinCos angle = decaylr::sincos_quarter(x);
        const double_double squares =
            decaylr::add(decaylr::mul(angle.sin, angle.sin), decaylr::mul(angle.cos, angle.cos));
        expect(std::fabs(decaylr::add(squares, -1.0).hi) <= 0x1p-64, "sin^2 + cos^2", x.hi);
        const SinCos mirror = decaylr::sincos_quarter(decaylr::add(decaylr::neg(x), 1.0));
        expect_near(mirror.cos, angle.sin, 63, "cos(1 - x) = sin(x)", x.hi);
        expect_near(mirror.sin, angle.cos, 63, "sin(1 - x) = cos(x)", x.hi);
    }
}

void check_growth() {
    for (int i = 0; i < 100000; ++i) {
        const double_double x = next_between(-1.0, 1.0);
        const Scaled s = decaylr::exp2_scaled(x);
        const int n = static_cast<int>(s.exponent);
        const double_double power{std::ldexp(s.hi, n), std::ldexp(s.lo, n)};
        const double_double grown = decaylr::add(decaylr::exp2m1(x), 1.0);
        expect_near(grown, power, 67, "exp2m1(x) + 1 = exp2(x)", x.hi);
    }
}

}  // namespace

int main() {
    check_arithmetic();
    check_tables();
    check_powers_of_two();
    check_inverse();
    check_rounding();
    check_angles();
    check_growth();
    if (failures > 0) std::printf("%d checks fail\n", failures);
    return failures == 0 ? 0 : 1;
}
