// Geometric sequences init * 2**(L * n + phase) for whole n, rounded once: what exponential and
// step schedules are made of.
#pragma once

#include "arithmetic/block_math.h"
#include "tree/block_fill.h"
#include "tree/node.h"

namespace decaylr {

// init * gamma**n, rounded once.
inline double decayed(double init, double gamma, Int n) {
    if (n == 0 || gamma == 1.0) return init;
    if (gamma == 0.0) return 0.0 * init;
    return round_scaled_times(exp2_scaled(mul(log2(gamma), exact(n))), init);
}

class GeometricSequence {
   public:
    DECAYLR_LANE GeometricSequence(double init, double_double log2_rate,
                                   double_double phase = {0.0, 0.0})
        : slope_(in_parts(log2_rate)), init_(init), log2_(log2_rate), phase_(phase) {
        constexpr std::uint64_t one = 0x3ff0000000000000, exponent = 0x7ff0000000000000;
        const std::uint64_t bits = detail::bits_of(init);
        exponent_ = (bits & exponent) - one;
        fraction_ = detail::in_halves({detail::from_bits(bits - exponent_), 0.0});
        const double power = static_cast<double>(static_cast<int>(bits >> 52 & 0x7ff) - 1023);
        spare_ = std::fabs(init) < 0x1p-1000 ? -1.0 : 900.0 - std::fabs(power);
    }

    double operator()(Int n) const {
        const double k = static_cast<double>(n);
        if (near(k)) return phase_.hi == 0.0 ? near_value(k) : near_value_with_phase(k);
        return round_scaled_times(exp2_scaled(add(mul(log2_, exact(n)), phase_)), init_);
    }
    // The values at first + i * stride, i < count. `out` must have room for whole vectors (lanes).
    void values(Int first, int stride, int count, double* out) const {
        const double from = static_cast<double>(first), step = static_cast<double>(stride);
        const int n = whole_lanes(count);
        if (!near(from + step * static_cast<double>(n))) {
            for (int i = 0; i < count; ++i) out[i] = (*this)(first + i * Int{stride});
            return;
        }
        const GeometricSequence own = *this;
        if (phase_.hi == 0.0) {
            for (int i = 0; i < n; ++i) {
                out[i] = own.near_value(from + step * static_cast<double>(i));
            }
            return;
        }
        for (int i = 0; i < n; ++i) {
            out[i] = own.near_value_with_phase(from + step * static_cast<double>(i));
        }
    }
    // Of n >= 1 values from `first` on.
    double_double sum(Int first, Int n) const {
        return sum_of_powers(init_, log2_, phase_, first, n);
    }
    // The same for a staircase, where each value holds for `size` positions.
    double_double sum_of_stairs(Int first, Int count, Int size) const {
        const Int stair = first / size;
        const Int held = std::min(size - first % size, count);
        const Int whole = (count - held) / size, rest = (count - held) % size;
        double_double sum = sum_of_equal((*this)(stair), held);
        if (whole > 0) {
            const double stairs = this->sum(stair + 1, whole).hi;
            sum = add(sum, sum_of_equal(stairs, size));
        }
        return rest > 0 ? add(sum, sum_of_equal((*this)(stair + 1 + whole), rest)) : sum;
    }
    // From number n on. Values that are surely 0 or infinite are equal.
    Monotonicity monotonicity(Int n) const {
        Monotonicity own = monotonicity_of_growth(init_, log2_.hi);
        const double gone = (2200.0 - std::copysign(phase_.hi, phase_.hi * log2_.hi)) /
                                std::fabs(log2_.hi) +
                            1.0;
        if (!(gone < 0.5 * two_63)) return own;
        const Int from = static_cast<Int>(std::max(gone, 0.0));
        if (n >= from) return {Trend::constant};
        own.until = from;
        return own;
    }
    const Parts& slope() const { return slope_; }
    // The value at n where n is exact and the values up to n are normal numbers.
    DECAYLR_LANE double near_value(double n) const {
        const PowerOfTwo power = power_of_two(slope_, n);
        return power.times(fraction_, exponent_);
    }

    DECAYLR_LANE double near_value_with_phase(double n) const {
        const PowerOfTwo power = power_of_two(detail::remainder(slope_, n, phase_));
        return power.times(fraction_, exponent_);
    }

   private:
    bool near(double n) const {
        return n < two_53 && std::fabs(log2_.hi) * n + std::fabs(phase_.hi) <= spare_;
    }

    Parts slope_;
    Pair fraction_;  // init between 1 and 2, or -1 and -2
    std::uint64_t exponent_;
    double init_, spare_;
    double_double log2_, phase_;
};

}  // namespace decaylr
