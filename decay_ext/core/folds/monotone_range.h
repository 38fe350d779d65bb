// Maxima, counts and crossings in a monotone range of a run's values, by bisection.
//
// Every computed value is within a few units in the last place of the exact one. So where two
// values differ by more than that rounding margin, the exact ones are in the same order, and so
// are all that lie farther along the range.
#pragma once

#include "evaluation/interruption.h"

namespace decaylr {

// `size` positions of a run from `first` on, of the given monotonicity.
struct MonotoneRange {
    const Node& node;
    Run run;
    Int first, size;
    Monotonicity monotonicity;

    double at(Int i) const { return node.at(run, first + i); }
};

// The largest value and its first position.
struct Peak {
    double value;
    Int at;

    // Of values that begin at position p, all of them after the peak so far.
    void consider(const double* values, Int count, Int p);
};

// Calls visit(range) for the monotone ranges of `count` positions until it returns false.
template <class Visit>
void each_monotone_range(const Node& node, Run run, Int first, Int count, Visit&& visit) {
    LeaveIfAsked leave;
    while (count > 0) {
        leave();
        const Monotonicity monotonicity = node.monotonicity(run, whole_positions, first);
        const Int size = positions_before(first, monotonicity.until, count);
        if (!visit(MonotoneRange{node, run, first, size, monotonicity})) return;
        count -= size;
        if (count > 0) first += size;  // the position after the last one may not exist
    }
}

void update_peak(Peak& peak, const MonotoneRange& range);

// How many positions come before the first whose value is at most the limit.
Int first_at_most(const MonotoneRange& range, double limit);

// How many values are below the limit.
Int count_under(const MonotoneRange& range, double limit);

}  // namespace decaylr
