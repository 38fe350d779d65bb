// Whether the values of a run rise or fall from a position on: what lets folds find extremes
// and crossings without evaluating every position.
#pragma once

#include <algorithm>
#include <cmath>

#include "tree/position.h"

namespace decaylr {

enum class Trend { unknown, constant, rising, falling };

// From a position up to `until` (exclusive) the exact values are monotone, so that the computed
// ones are up to rounding: each is within a few units in the last place of the exact value or,
// where the curve changes sign, of `size`. Constant values have the same bits.
struct Monotonicity {
    Trend trend = Trend::unknown;
    Int until = max_int;
    double size = 0.0;
};

// How far apart two values of about this size must be for their order to be that of the exact
// values: twice the error bound of four units in the last place, with a factor of two to spare.
inline double rounding_margin(const Monotonicity& monotonicity, double value) {
    return 0x1p-48 * std::max(monotonicity.size, std::fabs(value)) + 0x1p-1070;
}

inline Trend trend_between(double init, double end) {
    return init < end ? Trend::rising : end < init ? Trend::falling : Trend::constant;
}

// Where init and end have different signs, rounding is relative to the larger of them.
inline double sign_change(double init, double end) {
    const bool changes = (init < 0.0 && end > 0.0) || (end < 0.0 && init > 0.0);
    return changes ? std::max(std::fabs(init), std::fabs(end)) : 0.0;
}

// Of a curve that is monotone from init at 0 to end at the boundary and constant after it.
inline Monotonicity monotonicity_between(Int first, double init, double end,
                                         const Boundary& boundary) {
    if (reached(first, boundary)) return {Trend::constant};
    return {trend_between(init, end), first_position(boundary), sign_change(init, end)};
}

// Of init * 2^(log2_rate * p) and the like.
inline Monotonicity monotonicity_of_growth(double init, double log2_rate) {
    return {trend_between(0.0, init * (log2_rate > 0.0 ? 1.0 : log2_rate < 0.0 ? -1.0 : 0.0))};
}

inline Trend opposite(Trend trend) {
    return trend == Trend::rising    ? Trend::falling
           : trend == Trend::falling ? Trend::rising
                                     : trend;
}

// The same with numbers that are later by so many.
inline Monotonicity moved(Monotonicity monotonicity, Int by) {
    if (monotonicity.until < max_int) monotonicity.until = saturated_sum(monotonicity.until, by);
    return monotonicity;
}

// The monotonicity of the values multiplied by a factor.
inline Monotonicity multiplied(const Monotonicity& monotonicity, double factor) {
    if (factor == 0.0 && monotonicity.trend != Trend::unknown) {
        return {Trend::constant, monotonicity.until};
    }
    return {factor < 0.0 ? opposite(monotonicity.trend) : monotonicity.trend, monotonicity.until,
            monotonicity.size * std::fabs(factor)};
}

}  // namespace decaylr
