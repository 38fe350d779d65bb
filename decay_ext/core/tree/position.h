// Positions and the boundaries they are compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "arithmetic/double_double.h"

namespace decaylr {

using Run = std::int64_t;
using Int = std::int64_t;

constexpr Int max_int = std::numeric_limits<Int>::max();
constexpr double two_53 = 9007199254740992.0;
constexpr double two_63 = 9223372036854775808.0;

inline double_double exact(Int p) {
    const double hi = static_cast<double>(p);
    if (hi >= two_63) return {hi, static_cast<double>(p - max_int) - 1.0};
    return {hi, static_cast<double>(p - static_cast<Int>(hi))};
}

// 0 <= n < 2^52 as a double, without a conversion: those of 64 bits need AVX-512.
DECAYLR_LANE double small_double(Int n) {
    const std::uint64_t bits = static_cast<std::uint64_t>(n) | 0x4330000000000000;
    return detail::from_bits(bits) - 0x1p52;
}

// A boundary, a step size or a period. Integral ones are compared as integers.
struct Boundary {
    Int whole;     // its floor
    double value;  // the number itself, rounded where it is an int64 above 2^53
    bool integral;

    // What is left of it above its floor.
    double fraction() const {
        return integral || whole == max_int ? 0.0 : value - static_cast<double>(whole);
    }
};

inline Boundary make_boundary(Int value) { return {value, static_cast<double>(value), true}; }

inline Boundary make_boundary(double value) {
    if (!(value < two_63)) return {max_int, value, false};
    const double floor = std::floor(value);
    return {static_cast<Int>(floor), value, floor == value};
}

inline bool reached(Int p, const Boundary& m) { return m.integral ? p >= m.whole : p > m.whole; }

inline double_double exact(const Boundary& m) {
    return m.integral ? exact(m.whole) : double_double{m.value, 0.0};
}

// The first integer position at or after the boundary.
inline Int first_position(const Boundary& m) {
    return m.integral || m.whole == max_int ? m.whole : m.whole + 1;
}

// How many of `count` positions from p on lie before `stop`, at least the one at p.
inline Int positions_before(Int p, Int stop, Int count) {
    return p == max_int ? count : std::min(stop - p, count);
}

// Whether all of them do.
inline bool stays(Int p, Int stop, Int count) { return positions_before(p, stop, count) == count; }

// How many of `count` positions from p on lie before the boundary. One of 2^63 or more comes after
// the last position, which the first position at or after it cannot say.
inline Int positions_before(Int p, const Boundary& m, Int count) {
    if (reached(p, m)) return 0;
    if (!m.integral && m.whole == max_int) return count;
    return std::min(first_position(m) - p, count);
}

// a + b and a - b within the range of int64.
inline Int saturated_sum(Int a, Int b) {
    Int sum;
    return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? -max_int - 1 : max_int) : sum;
}

// The largest whole number up to q, as a double.
DECAYLR_LANE double floor_in_double(double_double q) {
    const double floor = std::floor(q.hi);
    return floor == q.hi && q.lo < 0.0 ? floor - 1.0 : floor;
}

// Whether a number is below 2^63, which its first word may be rounded to.
inline bool is_position(double_double x) {
    return x.hi < two_63 || (x.hi == two_63 && x.lo < 0.0);
}

// The largest whole number up to q; beyond the range of int64 the nearest one in it.
inline Int floor_of(double_double q) {
    const double hi = std::floor(q.hi);
    const double lo = hi == q.hi ? std::floor(q.lo) : 0.0;
    if (!(hi > -two_63)) return -max_int - 1;
    if (hi > two_63) return max_int;
    if (hi == two_63) return lo < 0.0 ? max_int - (static_cast<Int>(-lo) - 1) : max_int;
    return static_cast<Int>(hi) + static_cast<Int>(lo);
}

// n / size, rounded down, and what is left: n = quotient * size + rest, exactly. A quotient that
// does not fit is the largest number, yet what is left and whether the quotient is odd are right.
struct Division {
    Int quotient;
    double_double rest;
    bool odd;
};

namespace detail {

__extension__ using Wide = __int128;

// By 128-bit integers: size = m * 2^-shift, m below 2^53. What is left of n * 2^shift is that of
// 2 m, by steps that do not overflow.
inline Division divide_by_integers(Int n, double size) {
    int exponent = 0;
    const double fraction = std::frexp(size, &exponent);
    const Int m = static_cast<Int>(std::ldexp(fraction, 53));
    const int shift = 53 - exponent;
    // Then n * 2^shift is below 2^118.
    const bool moderate = static_cast<double>(n) < size * (2.0 * two_63);
    const Wide exactly = moderate ? (static_cast<Wide>(n) << shift) / m : max_int;
    Wide rest = n % (2 * m);
    for (int left = shift; left > 0; left -= 63) rest = (rest << std::min(left, 63)) % (2 * m);
    const bool odd = rest >= m;
    const Int quotient = static_cast<Int>(std::min<Wide>(exactly, max_int));
    const double last = static_cast<double>(static_cast<Int>(odd ? rest - m : rest));
    return {quotient, {std::ldexp(last, -shift), 0.0}, odd};
}

}  // namespace detail

inline Division divide(Int n, const Boundary& size) {
    if (size.integral) {
        const Int quotient = n / size.whole;
        return {quotient, exact(n % size.whole), quotient % 2 != 0};
    }
    if (size.value >= two_53) return {0, exact(n), false};  // not below 2^63: it is not integral
    const double x = static_cast<double>(n);
    double quotient = std::floor(x / size.value);
    if (!(x < two_53 && quotient < two_53)) return detail::divide_by_integers(n, size.value);
    // The quotient may be one off; products of two doubles are exact as double-doubles.
    double_double rest = sub(double_double{x, 0.0}, two_prod(quotient, size.value));
    if (rest.hi < 0.0) {
        quotient -= 1.0;
        rest = sub(double_double{x, 0.0}, two_prod(quotient, size.value));
    } else if (rest.hi >= size.value) {
        quotient += 1.0;
        rest = sub(double_double{x, 0.0}, two_prod(quotient, size.value));
    }
    const Int number = static_cast<Int>(quotient);
    return {number, rest, number % 2 != 0};
}

// The first whole position at or after number * size.
inline Int first_of_multiple(Int number, const Boundary& size) {
    if (size.integral) return number > max_int / size.whole ? max_int : number * size.whole;
    const double k = static_cast<double>(number);
    if (k < two_53 && k * size.value < two_63) {
        const double_double begin = two_prod(k, size.value);
        const Int floor = floor_of(begin);
        const bool whole = begin.hi == std::floor(begin.hi) && begin.lo == std::floor(begin.lo);
        return whole ? floor : floor + 1;
    }
    const double_double begin = mul(exact(number), size.value);
    if (!is_position(begin)) return max_int;
    Int first = std::max<Int>(floor_of(begin), 0);
    while (first > 0 && divide(first - 1, size).quotient >= number) --first;
    while (first < max_int && divide(first, size).quotient < number) ++first;
    return first;
}

}  // namespace decaylr
