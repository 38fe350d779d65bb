// Reductions of values to one: sums, extremes, counts and annealing areas, by vectors.
#pragma once

#include <cmath>

#include "arithmetic/double_double.h"
#include "tree/block_fill.h"

namespace decaylr {

// The extremes of values that are numbers; of none they are infinite.
double largest_of(const double* values, Int count);
double smallest_of(const double* values, Int count);

Int count_under(const double* values, Int count, double limit);

// The first place of a value that is at least, or at most, the limit; `count` if there is none.
Int first_at_least(const double* values, Int count, double limit);
Int first_at_most(const double* values, Int count, double limit);

// A compensated sum: the rounding errors are summed in a second word.
class Sum {
   public:
    void add(double x) {
        const double_double s = two_sum(high_, x);
        high_ = s.hi;
        low_ += s.lo;
    }
    void add(double_double x) {
        add(x.hi);
        low_ += x.lo;
    }
    void add(const Sum& other) { add(double_double{other.high_, other.low_}); }
    // For values of one sign the error is at most 3 * 2^-53 of their sum. That of equal values
    // is exact.
    void add(const double* values, Int count);
    double value() const { return std::isfinite(high_) ? high_ + low_ : high_; }

   private:
    double high_ = 0.0, low_ = 0.0;
};

// Weights of the differences d in m_i = momentum * m_{i-1} + d_i: with `age` the differences after
// one of them, it adds momentum^age to m at a block's end, and 1 + momentum + ... + momentum^age
// to the sum of m. The oldest comes first. All weights are positive, so nothing cancels.
class AnnealingWeights {
   public:
    explicit AnnealingWeights(double momentum);

    // What m adds to the sum over n positions, 1 <= n <= 64.
    double spent_after(Int n) const { return momentum_ * spent[block - n]; }

    double left[block], spent[block];
    double_double whole_block;  // what m keeps over 64 positions

   private:
    double momentum_;
};

// S2 of the annealing law: the sum of m_i = momentum * m_{i-1} + (v_{i-1} - v_i), m_0 = 0.
class Annealing {
   public:
    // values[-1] is the value before, that of a run's first is itself. All pieces but a run's
    // last are whole blocks.
    void add(const AnnealingWeights& weights, const double* values, Int count);
    double value() const;

   private:
    void add_rest(const AnnealingWeights& weights, const double* values, Int count);

    double m_[lanes] = {}, high_[lanes] = {}, low_[lanes] = {};
};

}  // namespace decaylr
