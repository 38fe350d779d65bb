// Laws that predict the loss of a training from its learning-rate schedule.
//
// All sums begin at position 0. `warmup_sum` is added to the sum of all rates: what was summed
// before. Changes of the rate up to position `drops_from` do not count.
#pragma once

#include "evaluation/program.h"

namespace decaylr {

// Which losses are asked for: at `count` ascending positions of each run, and where they go.
struct Losses {
    const Int* at;
    Int count;
    double* out;
};

struct AnnealingLaw {
    double l0, a, alpha, c, momentum;
    double warmup_sum;
    Int drops_from;
};

// l0 + a S1^-alpha - c S2, followed by S1 and S2: the sum of the rates, and the annealing area.
void annealing_law(const Program& program, const Losses& losses, ThreadBudget budget,
                   const AnnealingLaw& law);

struct MultiPower {
    double l0, a, alpha, b, c, beta, gamma;
    double warmup_sum;
    Int drops_from;
};

// l0 + a S^-alpha - b sum_k (v_{k-1} - v_k) (1 - (1 + c v_k^-gamma S_k)^-beta), where S is the sum of
// all rates up to the position, S_k that from k on. With slopes, the loss is followed by its
// derivatives with respect to the seven constants.
void multi_power(const Program& program, const Losses& losses, ThreadBudget budget,
                 const MultiPower& law, bool slopes);

struct Functional {
    double l0, c1, s, c2, c3, c4, gamma;
    double warmup_sum;
    Int drops_from;
};

// l0 + c1 S^-s - c2 sum_k max(v_{k-1} - v_k, 0) (c3 + T_k^-s) (1 - (1 + c4 (S - T_k))^-gamma), where T_k
// is the sum of the rates up to k. With slopes as above.
void functional(const Program& program, const Losses& losses, ThreadBudget budget,
                const Functional& law, bool slopes);

// The three terms of the bound on the last iterate of convex training, for distance and gradients
// of 1: 1 / (2 S), sum v^2 / (2 S), and half the sum over k before the last position of
// v_k / a_k * g_k / (a_k + v_k), where a_k is the sum of the rates after k and g_k the sum of the
// squares of those from k on.
void convex_bound(const Program& program, const Losses& losses, ThreadBudget budget);

}  // namespace decaylr
