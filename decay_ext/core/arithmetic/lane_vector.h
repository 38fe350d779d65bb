// Sixteen numbers that are computed together: two vectors of AVX-512, four of AVX2.
//
// Recurrences are written once for any number type: with `LaneVector` they run for sixteen centres
// at a time, in registers, with `double` for one, by the same operations.
#pragma once

#include <cstring>

#include "arithmetic/double_double.h"

namespace decaylr {

typedef double Eight __attribute__((vector_size(64)));

struct LaneVector {
    static constexpr int count = 16;
    Eight low, high;

    DECAYLR_LANE static LaneVector all(double x) {
        const Eight zero{};
        return {zero + x, zero + x};
    }
    DECAYLR_LANE static LaneVector load(const double* from) {
        LaneVector made;
        std::memcpy(&made.low, from, sizeof made.low);
        std::memcpy(&made.high, from + 8, sizeof made.high);
        return made;
    }
    DECAYLR_LANE void store(double* to) const {
        std::memcpy(to, &low, sizeof low);
        std::memcpy(to + 8, &high, sizeof high);
    }
};

DECAYLR_LANE LaneVector operator+(const LaneVector& a, const LaneVector& b) {
    return {a.low + b.low, a.high + b.high};
}
DECAYLR_LANE LaneVector operator-(const LaneVector& a, const LaneVector& b) {
    return {a.low - b.low, a.high - b.high};
}
DECAYLR_LANE LaneVector operator*(const LaneVector& a, const LaneVector& b) {
    return {a.low * b.low, a.high * b.high};
}
DECAYLR_LANE LaneVector operator*(double a, const LaneVector& b) {
    return {a * b.low, a * b.high};
}
DECAYLR_LANE LaneVector operator/(const LaneVector& a, const LaneVector& b) {
    return {a.low / b.low, a.high / b.high};
}

// The number type of `count` centres, one or sixteen, and how it is read and written.
template <int count>
struct Lanes {
    static_assert(count == LaneVector::count);
    using Number = LaneVector;
    DECAYLR_LANE static Number all(double x) { return LaneVector::all(x); }
    DECAYLR_LANE static Number load(const double* from) { return LaneVector::load(from); }
    DECAYLR_LANE static void store(const Number& x, double* to) { x.store(to); }
};
template <>
struct Lanes<1> {
    using Number = double;
    DECAYLR_LANE static Number all(double x) { return x; }
    DECAYLR_LANE static Number load(const double* from) { return *from; }
    DECAYLR_LANE static void store(Number x, double* to) { *to = x; }
};

}  // namespace decaylr
