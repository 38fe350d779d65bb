// Metric-driven scales of many runs: one state machine, with the peers' rules as variants.
#pragma once

#include "tree/position.h"

#include <vector>

namespace decaylr {

enum class PlateauRule { torch, keras, optax, paddle, thinc, greedy };

// What the user chose; columns of one element, or of one per run (stride 1).
struct PlateauColumn {
    const double* values = nullptr;
    Int stride = 0;
    double operator[](Int run) const { return values[run * stride]; }
};

struct PlateauParameters {
    PlateauRule rule = PlateauRule::torch;
    bool highest = false;   // the metric is to rise
    bool relative = false;  // the threshold is a share of the best
    PlateauColumn factor, patience, cooldown, threshold, min_value, max_value, eps, atol;
    PlateauColumn accumulation_size, min_scale, warmup, reset_start;
    Int window_size = 0;  // of the moving average; 0 without one
};

// What an update changes, one element per run.
struct PlateauState {
    double* scale;
    double* best;
    double* sum;          // of the metrics gathered (optax: their mean; greedy: in the window)
    double* kept;         // greedy: the value that the last change gave
    double* window;       // window_size per run, the oldest overwritten
    Int* seen;            // metrics counted into `sum`; keras, paddle, thinc: any at all
    Int* bad;             // metrics in a row without an improvement
    Int* good;            // metrics in a row with one
    Int* cooldown;        // metrics left to ignore after a decrease
    Int* warmup;          // and after an increase
    Int* resets;          // decreases left at the floor before the reset
};

// One metric per run. `base` is each run's own value without the scale, at its position now.
void update_plateau(const PlateauParameters& parameters, const PlateauState& state,
                    const double* base, const double* metrics, Int runs);

}  // namespace decaylr
