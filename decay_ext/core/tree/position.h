// Positions and the boundaries they are compared with.
//
// A position is an exact int64, or a double-double where it is fractional. Comparisons (which
// step, which phase, past the end or not) use the integer, or `hi` of a fraction; values of
// continuous curves use both words, so that a fractional position computed by a combinator
// costs no accuracy near a curve's end.
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
inline double_double exact(double_double p) { return p; }

inline double nearest(Int p) { return static_cast<double>(p); }
inline double nearest(double_double p) { return p.hi; }

// A boundary, a step size or a period. Integral ones are compared as integers.
struct Boundary {
    Int whole;     // its floor
    double value;  // the number itself, rounded where it is an int64 above 2^53
    bool integral;
};

inline Boundary make_boundary(Int value) { return {value, static_cast<double>(value), true}; }

inline Boundary make_boundary(double value) {
    if (!(value < two_63)) return {max_int, value, false};
    const double floor = std::floor(value);
    return {static_cast<Int>(floor), value, floor == value};
}

inline bool reached(Int p, const Boundary& m) { return m.integral ? p >= m.whole : p > m.whole; }
inline bool reached(double_double p, const Boundary& m) { return p.hi >= m.value; }

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

// How many of `count` positions from p on lie before the boundary. One of 2^63 or more comes after
// the last position, which the first position at or after it cannot say.
inline Int positions_before(Int p, const Boundary& m, Int count) {
    if (reached(p, m)) return 0;
    if (!m.integral && m.whole == max_int) return count;
    return std::min(first_position(m) - p, count);
}

// The whole number in q, at most the largest int64.
inline Int whole_part(double_double q) {
    const double hi = std::floor(q.hi);
    const double lo = hi == q.hi ? std::floor(q.lo) : 0.0;
    if (hi >= two_63) return lo < 0.0 ? max_int - (static_cast<Int>(-lo) - 1) : max_int;
    return static_cast<Int>(hi) + static_cast<Int>(lo);
}

inline bool is_whole(double_double q) {
    return q.hi == std::floor(q.hi) && q.lo == std::floor(q.lo);
}

// Calls f with an int64 where q is a whole number, else with q; below zero becomes zero.
template <class F>
inline double with_position(double_double q, F&& f) {
    if (!(q.hi > 0.0)) return f(Int{0});
    if (q.hi >= two_63 || is_whole(q)) return f(whole_part(q));
    return f(q);
}

// Calls f with the position counted from the boundary.
template <class F>
inline double since(Int p, const Boundary& m, F&& f) {
    if (m.integral) return f(p - m.whole);
    return with_position(sub(exact(p), double_double{m.value, 0.0}), f);
}
template <class F>
inline double since(double_double p, const Boundary& m, F&& f) {
    return with_position(sub(p, double_double{m.value, 0.0}), f);
}

// p * times / over: a position in a cycle that is scaled to another length.
template <class P>
inline double_double scaled(P p, double times, double_double over) {
    return div(mul(exact(p), times), over);
}

// floor(p / size): exact between integers, else the floor of the float64 quotient.
inline Int quotient(Int p, const Boundary& size) {
    if (size.integral) return p / size.whole;
    const double q = std::floor(static_cast<double>(p) / size.value);
    return q < two_63 ? static_cast<Int>(q) : max_int;
}
inline Int quotient(double_double p, const Boundary& size) {
    if (size.integral) return static_cast<Int>(std::floor(p.hi)) / size.whole;
    const double q = std::floor(p.hi / size.value);
    return q < two_63 ? static_cast<Int>(q) : max_int;
}

// The first integer position whose quotient by `size` exceeds that of p.
inline Int next_multiple(Int p, const Boundary& size) {
    const Int q = quotient(p, size);
    if (q == max_int || p == max_int) return max_int;
    if (size.integral) return q >= max_int / size.whole ? max_int : (q + 1) * size.whole;
    if (size.value < 1.0) return p + 1;
    const double guess = static_cast<double>(q + 1) * size.value;
    // Beyond every position; or near the last ones, where doubles are further apart than that.
    if (guess > 2.0 * two_63) return max_int;
    if (!(guess < 0.5 * two_63)) return p + 1;
    Int next = std::max(static_cast<Int>(guess), p + 1);
    while (next > p + 1 && quotient(next - 1, size) > q) --next;
    while (quotient(next, size) <= q) ++next;
    return next;
}

}  // namespace decaylr
