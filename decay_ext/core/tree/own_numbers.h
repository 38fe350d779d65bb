// A number for each of some runs.
#pragma once

#include "tree/grid.h"

namespace decaylr {

// Runs that are evaluated together: their coefficients stay in the first-level cache.
constexpr int many_runs = 64;

// The numbers of at most `many_runs` runs, each on a grid of its own, and the fractions of their
// positions.
struct OwnNumbers {
    int runs;
    double number[many_runs], high[many_runs], low[many_runs];

    OwnNumbers(const Grid* grids, const Int* numbers, int count) : runs(count) {
        int near = 1;
        for (int i = 0; i < count; ++i) {
            number[i] = static_cast<double>(numbers[i]);
            high[i] = grids[i].fraction().hi;
            low[i] = grids[i].fraction().lo;
            near &= grids[i].unit() && numbers[i] < Int{1} << 51 ? 1 : 0;
        }
        near_ = near != 0;
    }
    // Whether all steps are 1, and the numbers exact as doubles with room to spare.
    bool near() const { return near_; }
    DECAYLR_LANE double_double fraction(int i) const { return {high[i], low[i]}; }

   private:
    bool near_;
};

}  // namespace decaylr
