// Which way the values of a run go: what folds know of them without looking at each.
#pragma once

#include <algorithm>
#include <cmath>

#include "tree/position.h"

namespace decaylr {

enum class Trend { unknown, constant, rising, falling };

// From a position up to `until` the values go one way, but for what rounding does to them: it
// moves them by at most a few units in the last place, where a curve changes sign of `size`.
// Constant values have the same bits.
struct Course {
    Trend trend = Trend::unknown;
    Int until = max_int;
    double size = 0.0;
};

// By how much values of about `value` must differ for their order to be that of the exact
// ones: twice what four units in the last place could make of it, and as much again.
inline double doubt(const Course& course, double value) {
    return 0x1p-48 * std::max(course.size, std::fabs(value)) + 0x1p-1070;
}

inline Trend trend_between(double init, double end) {
    return init < end ? Trend::rising : end < init ? Trend::falling : Trend::constant;
}

// Where init and end have different signs, rounding is relative to the larger of them.
inline double sign_change(double init, double end) {
    const bool changes = (init < 0.0 && end > 0.0) || (end < 0.0 && init > 0.0);
    return changes ? std::max(std::fabs(init), std::fabs(end)) : 0.0;
}

// From init at 0 one way to end at the mark, which holds.
inline Course course_between(Int first, double init, double end, const Mark& mark) {
    if (reached(first, mark)) return {Trend::constant};
    return {trend_between(init, end), first_position(mark), sign_change(init, end)};
}

// Of init * 2^(log2_rate * p) and the like.
inline Course course_of_growth(double init, double log2_rate) {
    return {trend_between(0.0, init * (log2_rate > 0.0 ? 1.0 : log2_rate < 0.0 ? -1.0 : 0.0))};
}

inline Trend opposite(Trend trend) {
    return trend == Trend::rising    ? Trend::falling
           : trend == Trend::falling ? Trend::rising
                                     : trend;
}

// The same counted from a position that is earlier, or later, by so many.
inline Course moved_forward(Course course, Int by) {
    course.until = course.until > max_int - by ? max_int : course.until + by;
    return course;
}
inline Course moved_back(Course course, Int by) {
    if (course.until < max_int) course.until -= by;
    return course;
}

// What becomes of it when values are multiplied by a factor.
inline Course multiplied(const Course& course, double factor) {
    if (factor == 0.0 && course.trend != Trend::unknown) return {Trend::constant, course.until};
    return {factor < 0.0 ? opposite(course.trend) : course.trend, course.until,
            course.size * std::fabs(factor)};
}

}  // namespace decaylr
