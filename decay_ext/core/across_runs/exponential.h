// Exponentials of many runs at a few positions, vectorized across runs.
//
// The value is A[k] * P[j], as in a row (see curves/exponential.h), P[j] the product of two
// powers of which the left one changes every 8 positions.
#pragma once

#include "blocks/geometric.h"
#include "tree/own_numbers.h"
#include "tree/run_logarithms.h"

namespace decaylr {

class ExponentialAcrossRuns {
   public:
    // `plain`: not a staircase. Without an end nothing is clipped.
    ExponentialAcrossRuns(bool plain, const Column& init, const RunLogarithms& rates,
                          const Column* end, Run first, int runs)
        : plain_(plain), runs_(runs) {
        init.read(first, runs, init_);
        rates.read(first, runs, high_, low_);
        std::fill(least_, least_ + runs, -std::numeric_limits<double>::infinity());
        std::fill(most_, most_ + runs, std::numeric_limits<double>::infinity());
        if (end) clip(*end, first);
    }
    // Whether all values up to `last`, and their factors, are normal numbers.
    bool applies(Int last) const {
        const double p = static_cast<double>(last);
        int applies = 0;
        for (int i = 0; i < runs_; ++i) {
            const double size = std::fabs(init_[i]), rate = std::fabs(high_[i]);
            applies += (size > 0x1p-300) & (size < 0x1p300) & (rate <= 14.0) & (rate * p <= 600.0);
        }
        return plain_ && applies == runs_ && p < two_53;
    }
    void fill(Int first, Int count, double* out, Int pitch) {
        for (Int k = 0; k < count; ++k) {
            const Int j = (first + k) % block;
            if (k == 0 || j == 0) anchor(first + k - j);
            if (k == 0 || j % 8 == 0) turn(j - j % 8);
            show(j % 8, out + k * pitch);
        }
    }

   private:
    void clip(const Column& end, Run first) {
        double ends[many_runs];
        end.read(first, runs_, ends);
        for (int i = 0; i < runs_; ++i) {
            const double slope = init_[i] * high_[i];
            least_[i] = slope < 0.0 ? ends[i] : least_[i];
            most_[i] = slope > 0.0 ? ends[i] : most_[i];
        }
    }
    DECAYLR_LANE Parts slope(int i) const { return in_parts({high_[i], low_[i]}); }
    void anchor(Int p) {
        const double from = static_cast<double>(p);
        for (int i = 0; i < runs_; ++i) {
            anchor_[i] = GeometricSequence(init_[i], {high_[i], low_[i]}).near_value(from);
        }
    }
    void turn(Int j) {
        const double from = static_cast<double>(j);
        for (int i = 0; i < runs_; ++i) {
            const PowerOfTwo left = power_of_two(slope(i), from);
            head_[i] = left.fraction.head;
            rest_[i] = left.fraction.rest;
            bits_[i] = left.bits;
        }
    }
    void show(Int j, double* out) const {
        const double from = static_cast<double>(j);
        double shown[many_runs];  // local, so that nothing aliases it
        for (int i = 0; i < runs_; ++i) {
            const PowerOfTwo left{{head_[i], rest_[i]}, bits_[i]};
            const PowerOfTwo right = power_of_two(slope(i), from);
            const double value = anchor_[i] * left.times(right.fraction, right.exponent());
            const double raised = value < least_[i] ? least_[i] : value;
            shown[i] = raised > most_[i] ? most_[i] : raised;
        }
        std::copy(shown, shown + runs_, out);
    }

    bool plain_;
    int runs_;
    double init_[many_runs], high_[many_runs], low_[many_runs];
    double least_[many_runs], most_[many_runs];
    double anchor_[many_runs], head_[many_runs], rest_[many_runs];
    std::uint64_t bits_[many_runs];
};

}  // namespace decaylr
