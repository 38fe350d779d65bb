// Double-double arithmetic: an unevaluated sum of two doubles, about 106 bits.
//
// Only + - * / and sqrt are used, in a fixed order, so the bits are the same on every
// machine as long as the compiler does not contract (-ffp-contract=off). Bounds are those of
// Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic building blocks of
// double-word arithmetic" (2017), relative to the exact result, with u = 2^-53. They hold
// while no intermediate over- or underflows: products and dividends of 2^-900 to 2^1020.
// Outside that range Dekker's product and a fused one may also differ.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>

// Others that define __GNUC__, such as icc and nvc++, have fast math by default.
#if defined(__clang__)
#define DECAYLR_COMPILER_FITS (__clang_major__ >= 14)
#elif defined(__GNUC__) && !defined(__INTEL_COMPILER) && !defined(__NVCOMPILER)
#define DECAYLR_COMPILER_FITS (__GNUC__ >= 11)
#else
#define DECAYLR_COMPILER_FITS 0
#endif
#if !DECAYLR_COMPILER_FITS
#error "decaylr must be compiled by GCC 11 or Clang 14, or a later version of them"
#endif
#if defined(__FAST_MATH__) || __FINITE_MATH_ONLY__
#error "decaylr must be compiled without -ffast-math, which rewrites the sums that its words rest on"
#endif
#if FLT_EVAL_METHOD != 0
#error "decaylr needs doubles that are rounded to 64 bits: on x86 use -msse2 -mfpmath=sse"
#endif

// A branch-free function that must be inlined wherever it is called, so that compilers vectorize
// the loops around it.
#define DECAYLR_LANE [[gnu::always_inline]] inline

namespace decaylr {

// The unevaluated sum hi + lo, where hi is that sum rounded to nearest.
struct double_double {
    double hi, lo;
};

namespace detail {

DECAYLR_LANE std::uint64_t bits_of(double x) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

DECAYLR_LANE double from_bits(std::uint64_t bits) {
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// x rounded to 26 bits; the rest then fits 26 bits too. Rounding the bits as an integer is
// shorter than Veltkamp's product and cannot overflow.
DECAYLR_LANE double round26(double x) {
    return from_bits((bits_of(x) + 0x4000000) & 0xfffffffff8000000);
}

}  // namespace detail

// a + b exactly.
DECAYLR_LANE double_double two_sum(double a, double b) {
    const double s = a + b;
    const double t = s - a;
    return {s, (a - (s - t)) + (b - t)};
}

// a + b exactly, for |a| >= |b| or a = 0.
DECAYLR_LANE double_double quick_two_sum(double a, double b) {
    const double s = a + b;
    return {s, b - (s - a)};
}

// a * b exactly. The fused and Dekker's form agree, both being exact.
DECAYLR_LANE double_double two_prod(double a, double b) {
    const double p = a * b;
#ifdef __FMA__
    return {p, __builtin_fma(a, b, -p)};
#else
    const double ah = detail::round26(a);
    const double bh = detail::round26(b);
    const double al = a - ah;
    const double bl = b - bh;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
#endif
}

DECAYLR_LANE double to_double(double_double a) { return a.hi + a.lo; }

DECAYLR_LANE double_double neg(double_double a) { return {-a.hi, -a.lo}; }

// Error at most 3u^2 (cancellation included).
DECAYLR_LANE double_double add(double_double a, double_double b) {
    const double_double s = two_sum(a.hi, b.hi);
    const double_double t = two_sum(a.lo, b.lo);
    const double_double v = quick_two_sum(s.hi, s.lo + t.hi);
    return quick_two_sum(v.hi, t.lo + v.lo);
}

// Error at most 2u^2.
DECAYLR_LANE double_double add(double_double a, double b) {
    const double_double s = two_sum(a.hi, b);
    return quick_two_sum(s.hi, a.lo + s.lo);
}

DECAYLR_LANE double_double sub(double_double a, double_double b) { return add(a, neg(b)); }

// Error at most 5u^2.
DECAYLR_LANE double_double mul(double_double a, double_double b) {
    const double_double p = two_prod(a.hi, b.hi);
    const double cross = (a.hi * b.lo + a.lo * b.hi) + a.lo * b.lo;
    return quick_two_sum(p.hi, p.lo + cross);
}

// Error at most 3u^2.
DECAYLR_LANE double_double mul(double_double a, double b) {
    const double_double p = two_prod(a.hi, b);
    return quick_two_sum(p.hi, p.lo + a.lo * b);
}

// Error at most 3.5u^2.
DECAYLR_LANE double_double div(double_double a, double b) {
    const double quotient = a.hi / b;
    const double_double p = two_prod(quotient, b);
    const double rest = ((a.hi - p.hi) - p.lo) + a.lo;
    return quick_two_sum(quotient, rest / b);
}

// Error at most 15u^2; about 6u^2 is the worst ever seen.
DECAYLR_LANE double_double div(double_double a, double_double b) {
    const double quotient = a.hi / b.hi;
    const double_double p = mul(b, quotient);
    const double rest = (a.hi - p.hi) + (a.lo - p.lo);
    return quick_two_sum(quotient, rest / b.hi);
}

// For a >= 0, error at most 25/8 u^2 (Lefevre, Louvet, Muller, Picot and Rideau, 2023).
DECAYLR_LANE double_double sqrt(double_double a) {
    const double root = std::sqrt(a.hi);
    const double_double square = two_prod(root, root);
    const double rest = ((a.hi - square.hi) - square.lo) + a.lo;
    return quick_two_sum(root, root > 0.0 ? rest / (2.0 * root) : 0.0);
}

}  // namespace decaylr
