// The sum of the second or third power of a straight line between two values.
#pragma once

#include "blocks/end_weights.h"

namespace decaylr {

// Of n numbers from p on, strictly inside. With t the fraction of the distance from the
// smaller end, the weight is t^power or 1 - (1 - t)^power, taken as 2 t - t^2 or 3 t - 3 t^2 + t^3.
inline double_double sum_of_integer_power(const EndWeights& weights, const Endpoints& endpoints,
                                          int power, bool from_end, Int p, Int n) {
    const double many = static_cast<double>(n);
    const double middle = static_cast<double>(p) + 0.5 * (many - 1.0);
    const PowerSums sums(from_end ? endpoints.remaining(middle) : endpoints.elapsed(middle), many);
    const double_double step = div(double_double{1.0, 0.0}, endpoints.length);
    const double_double square = mul(step, step);
    const double_double one = mul(sums.one, step), two = mul(sums.two, square);
    const double_double three = mul(mul(sums.three, square), step);
    double_double weight = power == 2 ? two : three;
    if (!weights.upward) {
        weight = power == 2 ? sub(mul(one, 2.0), two) : add(mul(sub(one, two), 3.0), three);
    }
    return add(sum_of_equal(weights.base, n), mul(weight, two_sum(weights.other, -weights.base)));
}

}  // namespace decaylr
