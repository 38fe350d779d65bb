// Curves between two values at numbers of many runs: each is a lane of vectors.
#pragma once

#include "blocks/end_weights.h"
#include "tree/block_fill.h"
#include "tree/curve_lanes.h"

namespace decaylr {

// What lanes know of their runs: as `Endpoints` has it for one.
struct EndpointsOfLanes {
    const CurveLanes& lanes;
    double init[many_lanes], end[many_lanes];
    double steps[many_lanes];        // the length as a parameter
    LaneWords length, start, left;  // in steps of the grids; not set where all are of whole positions

    EndpointsOfLanes(const Column& inits, const Column& ends, const Column& lengths,
                     const CurveLanes& of)
        : lanes(of) {
        lanes.read(inits, init);
        lanes.read(ends, end);
        lanes.read(lengths, steps);
        if (lanes.all_whole()) return;
        for (int i = 0; i < lanes.many; ++i) {
            const double_double times = lanes.times.at(i), over = lanes.over.at(i);
            const double_double own = div(mul(double_double{steps[i], 0.0}, over), times);
            const double_double gone = div(lanes.offset.at(i), times);
            length.set(i, own);
            start.set(i, gone);
            left.set(i, lanes.whole[i] != 0.0 ? own : sub(own, gone));
        }
    }
    int many() const { return lanes.many; }
    // Whether the first `count` numbers and the lengths are exact with room to spare.
    bool near(Int count) const {
        int short_runs = 0;
        for (int i = 0; i < lanes.many; ++i) {
            const double own = lanes.all_whole() ? steps[i] : length.high[i];
            short_runs += (steps[i] < 0x1p51) & (own < 0x1p51);
        }
        return short_runs == lanes.many && lanes.near(count);
    }
    // The k-th value of all lanes, where value(i, n) is what the formula gives.
    template <class Value>
    void show(Int k, double* out, Value&& value) const {
        if (lanes.all_whole()) show_as<true>(k, out, value);
        else show_as<false>(k, out, value);
    }
    // Whether lane i has not come to its end at number n.
    DECAYLR_LANE bool before_end(int i, double n) const {
        return lanes.all_whole() ? n < steps[i] : !past(i, n);
    }

   private:
    // As Grid::reached has it, whose steps are 1 or of another length.
    DECAYLR_LANE bool past(int i, double n) const {
        const double_double times = lanes.times.at(i), over = lanes.over.at(i);
        const double_double offset = lanes.offset.at(i);
        const bool unit = times.hi == over.hi && times.lo == over.lo;
        const double_double by_unit = add(offset, -(steps[i] - n));
        const double_double place = add(mul(times, double_double{n, 0.0}), offset);
        const double_double by_steps = sub(place, mul(double_double{steps[i], 0.0}, over));
        return !((unit ? by_unit.hi : by_steps.hi) < 0.0);
    }
    template <bool all_whole, class Value>
    void show_as(Int k, double* out, Value&& value) const {
        double values[many_lanes];  // local, so that nothing aliases it
        const double on = static_cast<double>(k);
        for (int i = 0; i < lanes.many; ++i) {
            const double n = lanes.number[i] + on;
            const bool over = (all_whole ? n >= steps[i] : past(i, n)) || init[i] == end[i];
            const bool first = n == 0.0 && (all_whole || start.high[i] == 0.0);
            const double inside = value(i, n);
            values[i] = over ? end[i] : first ? init[i] : inside;
        }
        std::copy(values, values + lanes.many, out);
    }
};

// Calls one(i) for the lanes that have come to a new block at their k-th number, or all() at the
// first number and where that is many of them: both prepare a lane for its block.
template <int size, class One, class All>
inline void prepare_blocks(const CurveLanes& lanes, Int k, One&& one, All&& all) {
    if (k == 0) return all();
    int begun[many_lanes], count = 0;
    const double on = static_cast<double>(k);
    for (int i = 0; i < lanes.many; ++i) {
        const double n = lanes.number[i] + on;
        begun[i] = multiple_below<size>(n) == n ? 1 : 0;
        count += begun[i];
    }
    if (4 * count > lanes.many) return all();
    if (count == 0) return;
    for (int i = 0; i < lanes.many; ++i) {
        if (begun[i]) one(i);
    }
}

}  // namespace decaylr
