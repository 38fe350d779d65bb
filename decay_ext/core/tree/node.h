// One node of a compiled schedule: a curve or a combinator.
#pragma once

#include <algorithm>
#include <vector>

#include "tree/block_fill.h"
#include "tree/buffer.h"
#include "tree/closed_sum.h"
#include "tree/column.h"
#include "tree/fills.h"
#include "tree/grid.h"
#include "tree/lanes.h"
#include "tree/monotonicity.h"
#include "tree/transpose.h"

namespace decaylr {

// Positions that are evaluated together where preparing a run is expensive.
constexpr Int many_positions = 4096;
// How many nodes a tree has: on its longest path, and in all. A part that stands in it twice counts
// twice.
struct Extent {
    int levels;
    Int nodes;
};

class Node {
   public:
    virtual ~Node() = default;

    virtual Extent extent() const = 0;
    int levels() const { return extent().levels; }

    // The value of one run at number n of a grid. Every other route must give these bits.
    virtual double at(Run run, const Grid& grid, Int n) const = 0;

    // The values of one run at `count` consecutive numbers.
    virtual void fill(Run run, const Grid& grid, Int first, Int count, double* out) const {
        for (Int i = 0; i < count; ++i) out[i] = at(run, grid, first + i);
    }

    // The same, rounded once more to float32.
    virtual void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const {
        double scratch[many_positions];
        for (Int i = 0; i < count; i += many_positions) {
            const Int n = std::min(many_positions, count - i);
            fill(run, grid, first + i, n, scratch);
            for (Int j = 0; j < n; ++j) out[i + j] = static_cast<float>(scratch[j]);
        }
    }

    // Those at numbers in any order.
    virtual void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                              double* out) const {
        for (Int i = 0; i < count; ++i) out[i] = at(run, grid, numbers[i]);
    }

    // Those of consecutive runs at whole positions; row r begins at out + r * pitch.
    virtual void fill_rows(Run first_run, Run runs, Int first, Int count, double* out,
                           Int pitch) const {
        for (Run r = 0; r < runs; ++r) fill(first_run + r, whole_positions, first, count, out + r * pitch);
    }

    // The values of consecutive runs at a few consecutive positions, written by position: those at
    // first + k begin at out + k * pitch.
    virtual void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                                  Int pitch) const {
        if (count > 1) return transpose_rows(first_run, runs, first, count, out, pitch);
        for (Run r = 0; r < runs; ++r) out[r] = at(first_run + r, first);
    }

    // Those of at most `many_lanes` runs, each at a few consecutive numbers of its own: those at the
    // k-th number begin at out + k * pitch.
    virtual void fill_lanes(const Lane* lanes, int many, Int count, double* out, Int pitch) const {
        for (int i = 0; i < many; ++i) fill_lane(lanes[i], count, out + i, pitch);
    }

    // What spares folds the values: the sum over `count` consecutive numbers in closed form, and
    // whether the values rise or fall from a number on.
    virtual ClosedSum sum(Run, const Grid&, Int, Int) const { return {}; }
    virtual Monotonicity monotonicity(Run, const Grid&, Int) const { return {}; }
    // How many of the first of `count` values contain all of them: the later ones repeat them.
    virtual Int distinct_count(Run, const Grid&, Int, Int count) const { return count; }
    // Up to where (exclusive) a run is made of the part that a number belongs to.
    virtual Int part_end(Run, const Grid&, Int) const { return max_int; }

    // Whether some position may be refused, and the refusal (std::domain_error).
    virtual bool refuses() const { return false; }
    virtual void check(Run, const Grid&, Int) const {}
    // Whether all positions after a refused one are refused too, so that the last one decides.
    virtual bool refuses_onward() const { return true; }

    // The same at whole positions,
    double at(Run run, Int p) const { return at(run, whole_positions, p); }
    void fill(Run run, Int first, Int count, double* out) const {
        fill(run, whole_positions, first, count, out);
    }
    void fill(Run run, Int first, Int count, float* out) const {
        fill_narrow(run, whole_positions, first, count, out);
    }
    void check(Run run, Int p) const { check(run, whole_positions, p); }
    // at one that need not be whole, 0 <= x < 2^63,
    double at_real(Run run, double x) const {
        return at(run, grid_of(x), static_cast<Int>(x));
    }
    void check_real(Run run, double x) const { check(run, grid_of(x), static_cast<Int>(x)); }
    // and for code that is generic in the kind of value.
    void fill_as(Run run, const Grid& grid, Int first, Int count, double* out) const {
        fill(run, grid, first, count, out);
    }
    void fill_as(Run run, const Grid& grid, Int first, Int count, float* out) const {
        fill_narrow(run, grid, first, count, out);
    }

   protected:
    // One lane by itself.
    void fill_lane(const Lane& lane, Int count, double* out, Int pitch) const {
        if (count == 1) {
            *out = at(lane.run, *lane.grid, lane.number);
            return;
        }
        double values[few_steps];
        fill(lane.run, *lane.grid, lane.number, count, values);
        for (Int k = 0; k < count; ++k) out[k * pitch] = values[k];
    }
    // What nodes that evaluate lanes faster than single runs have as fill_across_runs and
    // fill_numbers.
    void fill_runs_by_lanes(Run first_run, Run runs, Int first, Int count, double* out,
                            Int pitch) const {
        with_room<Lane, many_lanes>(levels(), [&](Lane* lanes) {
            for (Int k = 0; k < count; k += few_steps) {
                const Int steps = std::min(few_steps, count - k);
                for (Run r = 0; r < runs; r += many_lanes) {
                    const int many = static_cast<int>(std::min<Run>(many_lanes, runs - r));
                    for (int i = 0; i < many; ++i) {
                        lanes[i] = {first_run + r + i, &whole_positions, first + k};
                    }
                    fill_lanes(lanes, many, steps, out + k * pitch + r, pitch);
                }
            }
        });
    }
    void fill_numbers_by_lanes(Run run, const Grid& grid, const Int* numbers, Int count,
                               double* out) const {
        with_room<Lane, many_lanes>(levels(), [&](Lane* lanes) {
            for (Int from = 0; from < count; from += many_lanes) {
                const int many = static_cast<int>(std::min<Int>(many_lanes, count - from));
                for (int i = 0; i < many; ++i) lanes[i] = {run, &grid, numbers[from + i]};
                fill_lanes(lanes, many, 1, out + from, many_lanes);
            }
        });
    }

   private:
    // Tiles evaluated by run and written by position. Never inlined: its buffer must not stand in
    // the frames of combinators that call each other.
    __attribute__((noinline)) void transpose_rows(Run first_run, Run runs, Int first, Int count,
                                                  double* out, Int pitch) const {
        double scratch[chunk];
        for (Int k = 0; k < count; k += chunk / lanes) {
            const Int steps = std::min(count - k, chunk / lanes);
            for (Run r = 0; r < runs; r += chunk / steps) {
                const Run some = std::min(runs - r, chunk / steps);
                fill_rows(first_run + r, some, first + k, steps, scratch, steps);
                transpose(scratch, steps, some, steps, out + k * pitch + r, pitch);
            }
        }
    }
};

// The tree of a node with these children.
inline Extent extent_above(const std::vector<NodePtr>& children) {
    Extent tree{1, 1};
    for (const auto& child : children) {
        const Extent below = child->extent();
        tree.levels = std::max(tree.levels, below.levels + 1);
        tree.nodes += below.nodes;
    }
    return tree;
}

}  // namespace decaylr
