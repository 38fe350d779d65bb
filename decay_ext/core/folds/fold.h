// Reductions over positions that never store the table.
#pragma once

#include "evaluation/program.h"

namespace decaylr {

struct Extremes {
    double *initial, *peak, *final, *total;
    Int* peak_at;
};

// First and last value, peak and its first position, sum: one of each per run.
void fold_extremes(const Program& program, const Window& window, ThreadBudget budget, Extremes out);

// The first position at or after from[run] whose value is at or under limit[run], else -1.
void first_below(const Program& program, const Window& window, ThreadBudget budget, const Int* from,
                 const double* limit, Int* out);

// How many positions have a value under limit[run].
void count_below(const Program& program, const Window& window, ThreadBudget budget,
                 const double* limit, Int* out);

// S2 of the annealing law: the sum of m_i = momentum * m_{i-1} + (v_{i-1} - v_i), m_0 = 0.
void annealing(const Program& program, const Window& window, ThreadBudget budget,
               const double* momentum, double* out);

// The same up to and including each of `count` ascending window indices; by run, then index.
void annealing_at(const Program& program, const Window& window, ThreadBudget budget,
                  const double* momentum, const Int* indices, Int count, double* out);

// Sums of the values at positions up to and including each of `count` ascending window
// indices; by run, then index.
void totals_at(const Program& program, const Window& window, ThreadBudget budget,
               const Int* indices, Int count, double* out);

}  // namespace decaylr
