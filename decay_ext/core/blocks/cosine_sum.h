// The sum of half a cosine wave between two values.
#pragma once

#include "blocks/end_weights.h"

namespace decaylr {

// 1 - sin(n a) / (n sin(a)), a being 1 / steps of a quarter turn and n below steps + 1: so many
// numbers may lie inside a length that is not whole.
inline double_double spread_of_wave(double steps, double n) {
    if (n == 1.0) return {0.0, 0.0};
    if (n > 0.15 * steps) {
        const double_double sine = sincos_quarter(div(double_double{1.0, 0.0}, steps)).sin;
        const double_double angle = n > steps ? two_sum(2.0 * steps, -n) : double_double{n, 0.0};
        const double_double wide = sincos_quarter(div(angle, steps)).sin;
        return sub(double_double{1.0, 0.0}, div(wide, mul(sine, n)));
    }
    // By the series of sin(x) / x at a and at x = n a, whose difference is what is wanted, so
    // that nothing cancels: (x^2k - a^2k) / (2k + 1)!.
    constexpr double quarter_turn = 0x1.921fb54442d18p+0;
    const double a = quarter_turn / steps, near = a * a, far = (n * a) * (n * a);
    const double first = near * (n * n - 1.0);
    double difference = first / 6.0, terms = first, farther = far, factor = 1.0 / 6.0;
    double single = 1.0 - near / 6.0 * (1.0 - near / 20.0 * (1.0 - near / 42.0));
    for (int k = 2; k <= 8; ++k) {
        // x^2k - a^2k = a^2 (x^2(k-1) - a^2(k-1)) + x^2(k-1) (x^2 - a^2)
        terms = near * terms + farther * first;
        farther *= far;
        factor /= -2.0 * k * (2.0 * k + 1.0);
        difference += factor * terms;
    }
    return {difference / single, 0.0};
}

// Of n numbers from p on, strictly inside. The weight is the squared sine of the angle from the
// smaller end; its mean over n equidistant angles is s^2 (1 - spread) + spread / 2, with s the sine
// of the middle angle.
inline double_double sum_of_cosine(const EndWeights& weights, const Endpoints& endpoints, Int p,
                                   Int n) {
    const double many = static_cast<double>(n), steps = endpoints.length.hi;
    double_double middle{static_cast<double>(p) + 0.5 * (many - 1.0), 0.0};
    if (!(steps < 0x1p52)) middle = middle_of(p, n);  // else it is exact
    const double_double away =
        weights.upward ? sub(endpoints.left, middle) : add(middle, endpoints.start);
    const double_double sine = sincos_quarter(div(away, endpoints.length)).sin;
    const double_double spread = spread_of_wave(steps, many);
    const double_double lost = mul(mul(sine, sine), sub(double_double{1.0, 0.0}, spread));
    const double_double mean = add(lost, mul(spread, 0.5));
    return mul(add(mul(mean, two_sum(weights.other, -weights.base)), weights.base), many);
}

}  // namespace decaylr
