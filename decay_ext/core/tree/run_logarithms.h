// The binary logarithm of each run's factor per step (decay_rate, gamma).
#pragma once

#include <vector>

#include "arithmetic/elementary.h"
#include "tree/column.h"

namespace decaylr {

// Computed once, when a program is built: a logarithm costs more than the powers of a short row.
class RunLogarithms {
   public:
    static constexpr int piece = 256;

    // Calls take(run, n, high, low) for every `piece` runs.
    template <class Take>
    RunLogarithms(Run runs, Take&& take)
        : high_(static_cast<std::size_t>(runs)), low_(high_.size()) {
        for (Run run = 0; run < runs; run += piece) {
            const int n = static_cast<int>(std::min<Run>(piece, runs - run));
            take(run, n, high_.data() + run, low_.data() + run);
        }
    }
    double_double operator()(Run run) const {
        const std::size_t i = high_.size() == 1 ? 0 : static_cast<std::size_t>(run);
        return {high_[i], low_[i]};
    }
    // Those of `count` runs from `first` on.
    void read(Run first, int count, double* high, double* low) const {
        if (high_.size() == 1) {
            std::fill(high, high + count, high_[0]);
            std::fill(low, low + count, low_[0]);
        } else {
            std::copy(high_.data() + first, high_.data() + first + count, high);
            std::copy(low_.data() + first, low_.data() + first + count, low);
        }
    }

   private:
    std::vector<double> high_, low_;
};

// Bounded: at the bound a single step makes any value 0 or infinite.
DECAYLR_LANE double_double bounded_logarithm(double_double exact) {
    const bool inside = detail::magnitude(exact.hi) <= 0x1p300;
    const double bound = exact.hi > 0.0 ? 0x1p300 : -0x1p300;
    return {inside ? exact.hi : bound, inside ? exact.lo : 0.0};
}

// log2(x), for 0 the lower bound.
DECAYLR_LANE double_double log2_or_bound(double x) {
    const bool positive = x > 0.0;
    const double_double exact = detail::log2_lane({positive ? x : 1.0, 0.0});
    return {positive ? exact.hi : -0x1p300, positive ? exact.lo : 0.0};
}

// (hi[i], lo[i]) = logarithm(i), i < n: vectors, with divisions and loads from log2's table.
template <class Logarithm>
inline void each_logarithm(int n, double* high, double* low, Logarithm&& logarithm) {
    for (int i = 0; i < n; ++i) {
        const double_double value = logarithm(i);
        high[i] = value.hi;
        low[i] = value.lo;
    }
}

// Those of a parameter.
inline RunLogarithms logarithms_of(const Column& column, Run runs) {
    return {column.stride ? runs : 1, [&](Run run, int n, double* high, double* low) {
                double x[RunLogarithms::piece];
                for (int i = 0; i < n; ++i) x[i] = column(run + i);
                each_logarithm(n, high, low, [&](int i) { return log2_or_bound(x[i]); });
            }};
}

}  // namespace decaylr
