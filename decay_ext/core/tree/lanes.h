// Runs at numbers of their own, which are evaluated together: each is a lane of vectors.
#pragma once

#include <new>

#include "tree/grid.h"

namespace decaylr {

// A run at consecutive numbers of a grid, from `number` on.
struct Lane {
    Run run;
    const Grid* grid;
    Int number;
};

// Lanes that are evaluated together: their coefficients stay in the first-level cache. Each has few
// numbers: with more, blocks of positions are faster.
constexpr int many_lanes = 64;
constexpr Int few_steps = 32;

// Where the grids stand that a combinator gives its children's lanes. Those of whole positions are
// not kept: they are all the same.
class GridsOfLanes {
   public:
    void clear() { kept_ = 0; }
    const Grid* keep(const Grid& grid) {
        if (grid.whole()) return &whole_positions;
        return new (raw_ + sizeof(Grid) * static_cast<std::size_t>(kept_++)) Grid(grid);
    }

   private:
    alignas(Grid) unsigned char raw_[sizeof(Grid) * many_lanes];
    int kept_ = 0;
};

// Where a lane is inside of a combinator with one child.
struct LaneInside {
    Grid::Moved own;
    double factor = 1.0;
};

// What a combinator needs for its children's lanes: those that it asks a child for, which of its own
// they are, and their values, by number.
struct RoomForLanes {
    GridsOfLanes grids;
    Lane own[many_lanes] = {};
    int of[many_lanes];
    double factor[many_lanes];  // of the cycle that a lane is in
    double values[many_lanes * few_steps];

    void scatter(int many, Int count, double* out, Int pitch) const {
        for (Int k = 0; k < count; ++k) {
            for (int i = 0; i < many; ++i) out[k * pitch + of[i]] = values[k * many_lanes + i];
        }
    }
};

}  // namespace decaylr
