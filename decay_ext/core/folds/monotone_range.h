// What folds find in a stretch of a run's values that go one way, from a few of them.
//
// By law every value is within a few units in the last place of the exact one. So where a value
// is beyond another by more than that doubt, the exact ones are in that order, and with them
// all that are farther along a stretch.
#pragma once

#include "tree/node.h"

namespace decaylr {

// `size` positions of a run from `first` on, which go as `course` says.
struct Stretch {
    const Node& node;
    Run run;
    Int first, size;
    Course course;

    double at(Int i) const { return node.at(run, first + i); }
};

// The largest value and its first position.
struct Peak {
    double value;
    Int at;

    // Of values that begin at position p, all of them after the peak so far.
    void consider(const double* values, Int count, Int p);
};

// Calls visit(stretch) for the stretches of `count` positions until it returns false.
template <class Visit>
void each_stretch(const Node& node, Run run, Int first, Int count, Visit&& visit) {
    while (count > 0) {
        const Course course = node.course(run, first);
        const Int size = room(first, course.until, count);
        if (!visit(Stretch{node, run, first, size, course})) return;
        first += size;
        count -= size;
    }
}

void raise_peak(Peak& peak, const Stretch& stretch);

// How many positions come before the first whose value is at most the limit.
Int first_at_most(const Stretch& stretch, double limit);

// How many values are below the limit.
Int count_under(const Stretch& stretch, double limit);

}  // namespace decaylr
