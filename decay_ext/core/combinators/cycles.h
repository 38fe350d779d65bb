// Cycles of equal length on a grid.
#pragma once

#include "tree/grid.h"

namespace decaylr {

// The cycle that a number of a grid is in, up to `next`. Inside of it number n - back of another
// grid is at the position in the cycle; `first` is the first one of steps of 1.
struct EqualCycle {
    Int number;  // the largest number where it does not fit
    bool odd;
    Int first, next;
    Grid::Moved inside;
};

// The same backwards, from the end of the cycle: number from - (n - at) of the grid.
struct MirroredCycle {
    Grid grid;
    Int from, at;
};

// The whole position and the grid of a position that need not be whole.
inline Grid::Moved place_of(double_double q) {
    const Int whole = floor_of(q);
    return {Grid(sub(q, exact(whole))), -whole};
}

// Of steps of 1: all numbers of the cycle share the fraction that the first of them has.
inline EqualCycle equal_cycle_of_steps(const Grid& grid, const Boundary& size, Int n) {
    Division found = grid.divided(n, size);
    Int first = n - floor_of(found.rest);
    if (!grid.short_fraction()) {  // then the rest may be rounded
        first = grid.first_of(found.quotient, size);
        found.rest = grid.divided(first, size).rest;
    }
    const double_double fraction = sub(found.rest, exact(floor_of(found.rest)));
    const double_double left = sub(exact(size), fraction);
    const Int whole = floor_of(left);
    const bool more = whole < max_int && sub(left, exact(whole)).hi > 0.0;
    const Int steps = more ? whole + 1 : whole;
    return {found.quotient, found.odd, first, saturated_sum(first, steps), {Grid(fraction), first}};
}

// That of number n.
inline EqualCycle equal_cycle(const Grid& grid, const Boundary& size, Int n) {
    if (grid.whole() && size.integral) {
        const Int number = n / size.whole, begin = number * size.whole;
        return {number, number % 2 != 0, begin, saturated_sum(begin, size.whole), {grid, begin}};
    }
    if (grid.unit()) return equal_cycle_of_steps(grid, size, n);
    const Int number = grid.quotient(n, size);
    // Past the last cycle that has a number, positions are those after its end.
    const bool numbered = number != max_int;
    const Int next = numbered ? grid.first_of(number + 1, size) : max_int;
    const Grid::Moved inside = grid.since(mul(exact(size), exact(number)));
    return {number, numbered && number % 2 != 0, n, next, inside};
}

inline MirroredCycle mirrored(const Grid& grid, const Boundary& size, const EqualCycle& cycle) {
    if (grid.unit()) {
        const Grid::Moved begin = place_of(sub(exact(size), cycle.inside.grid.fraction()));
        return {begin.grid, -begin.back, cycle.first};
    }
    const Int last = cycle.next == max_int ? max_int : cycle.next - 1;
    const double_double end = mul(exact(size), exact(saturated_sum(cycle.number, 1)));
    const Grid::Moved own = grid.mirrored(end, last);
    return {own.grid, -own.back, last};
}

}  // namespace decaylr
