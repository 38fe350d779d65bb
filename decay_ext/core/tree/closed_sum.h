// Sums of consecutive values of a curve in closed form, as a double-double.
#pragma once

#include <optional>

#include "arithmetic/elementary.h"
#include "tree/position.h"

namespace decaylr {

// None where a curve has no closed form; then its values are added up.
using ClosedSum = std::optional<double_double>;

// Whether double-double products are exact, and so the same on every instruction set.
inline bool moderate(double x) {
    const double size = std::fabs(x);
    return size == 0.0 || (size > 0x1p-700 && size < 0x1p700);
}

// The mean of n positions from p on; it may lie between two of them.
inline double_double middle_of(Int p, Int n) {
    return add(exact(p), mul(exact(n - 1), 0.5));
}

inline double_double sum_of_equal(double value, Int count) {
    const double n = static_cast<double>(count);
    return moderate(value) ? two_prod(value, n) : double_double{value * n, 0.0};
}

// Of a curve that is constant from p to next(p).
template <class Value, class Next>
inline double_double sum_of_plateaus(Int first, Int count, Value&& value, Next&& next) {
    double_double sum{0.0, 0.0};
    for (Int i = 0; i < count;) {
        const Int p = first + i, n = positions_before(p, next(p), count - i);
        sum = add(sum, sum_of_equal(value(p), n));
        i += n;
    }
    return sum;
}

// Of curves that are `init` at 0, if that is their beginning, `end` from `steps` on, and body(p, n) adds up inside; as
// `fill_interior` has it.
template <class Body>
inline ClosedSum sum_interior(Int first, Int count, bool begins, const Boundary& steps, double init,
                              double end, Body&& body) {
    if (!moderate(init) || !moderate(end)) return {};
    double_double sum{0.0, 0.0};
    if (begins && first <= 0 && count > 0) {
        sum.hi = steps.value > 0.0 ? init : end;
        ++first, --count;
    }
    const Int inside = count > 0 ? positions_before(first, steps, count) : 0;
    if (inside > 0) {
        const ClosedSum part = body(first, inside);
        if (!part) return {};
        sum = add(sum, *part);
        count -= inside;
    }
    return count > 0 ? add(sum, sum_of_equal(end, count)) : sum;
}

// Of cycles of the same values, of which part(p, n) adds up n from the p-th of a cycle on.
template <class Part>
inline ClosedSum sum_of_cycles(Int length, Int first, Int count, Part&& part) {
    const Int local = first % length, begun = std::min(length - local, count);
    const Int whole = (count - begun) / length, rest = (count - begun) % length;
    ClosedSum sum = part(local, begun);
    const auto then = [&](Int n, double times) {
        if (n == 0 || times == 0.0 || !sum) return;
        const ClosedSum more = part(Int{0}, n);
        sum = more ? ClosedSum(add(*sum, mul(*more, times))) : more;
    };
    then(length, static_cast<double>(whole));
    then(rest, 1.0);
    return sum;
}

// Sums of q, q^2 and q^3 over n numbers that are 1 apart around a middle below 2^52: with d the
// distance from the middle, only even powers of d do not cancel.
struct PowerSums {
    double_double one, two, three;

    PowerSums(double_double middle, double n) {
        const double_double square = mul(middle, middle);
        const double_double spread = div(double_double{n * n - 1.0, 0.0}, 12.0);  // the mean of d^2
        one = mul(middle, n);
        two = mul(add(square, spread), n);
        three = mul(mul(add(square, mul(spread, 3.0)), middle), n);
    }
};

// Of n >= 1 terms init * 2^(slope * p + phase) from p = first on: the largest of them times
// (1 - r^n) / (1 - r), r below 1. Rounded once.
inline double_double sum_of_powers(double init, double_double slope, double_double phase, Int first,
                                   Int n) {
    if (std::fabs(slope.hi) < 0x1p-200) return sum_of_equal(init, n);
    const bool falls = slope.hi < 0.0;
    const double_double fall = falls ? slope : neg(slope);
    const auto less_one = [](double_double x) {
        return exp2m1(x.hi < -900.0 ? double_double{-900.0, 0.0} : x);
    };
    const double_double terms = div(less_one(mul(fall, static_cast<double>(n))), less_one(fall));
    const Int largest = falls ? first : first + (n - 1);
    const Scaled top = exp2_scaled(add(mul(slope, exact(largest)), phase));
    const double_double product = mul(terms, double_double{top.hi, top.lo});
    return {round_scaled_times({product.hi, product.lo, top.exponent}, init), 0.0};
}

}  // namespace decaylr
