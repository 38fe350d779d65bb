// Cycles of equal length on a grid.
#pragma once

#include "tree/grid.h"

namespace decaylr {

// A cycle that a number of a grid is in: the numbers first .. next - 1, whose positions in the cycle
// are those of another grid, counted from `inside.back`.
struct EqualCycle {
    Int number, next;
    Grid::Moved inside;
};

// The whole position and the grid of a position that need not be whole.
inline Grid::Moved place_of(double_double q) {
    const Int whole = floor_of(q);
    return {Grid(sub(q, exact(whole))), -whole};
}

inline EqualCycle equal_cycle(const Grid& grid, const Boundary& size, Int number) {
    const Int next = number == max_int ? max_int : grid.first_of(number + 1, size);
    if (grid.whole() && size.integral) return {number, next, {grid, number * size.whole}};
    if (!grid.unit()) return {number, next, grid.since(mul(exact(size), exact(number)))};
    // All numbers of the cycle share the fraction that the first of them has.
    const Int first = grid.first_of(number, size);
    const Grid::Moved begin = place_of(grid.divided(first, size).rest);
    return {number, next, {begin.grid, first + begin.back}};
}

}  // namespace decaylr
