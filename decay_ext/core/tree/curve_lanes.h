// The lanes of a curve, as arrays that vectors are loaded from.
#pragma once

#include "arithmetic/elementary.h"
#include "tree/column.h"
#include "tree/lanes.h"

namespace decaylr {

// As many double-doubles.
struct LaneWords {
    double high[many_lanes], low[many_lanes];

    DECAYLR_LANE double_double at(int i) const { return {high[i], low[i]}; }
    DECAYLR_LANE void set(int i, double_double x) {
        high[i] = x.hi;
        low[i] = x.lo;
    }
};

// Runs, numbers and grids. Grids of other distances are numbered from the first position that is not
// below 0, as for a row (see CurveNode).
class CurveLanes {
   public:
    int many;
    double number[many_lanes];
    double whole[many_lanes];        // 1 where numbers are positions, else 0
    LaneWords offset, times, over;  // of the grids; not set where all are of whole positions

    CurveLanes(const Lane* lanes, int count) : many(count) {
        for (int i = 0; i < many; ++i) {
            run_[i] = lanes[i].run;
            number[i] = static_cast<double>(lanes[i].number);
            last_ = std::max(last_, lanes[i].number);
            consecutive_ &= lanes[i].run == lanes[0].run + i ? 1 : 0;
            all_whole_ &= lanes[i].grid->whole() ? 1 : 0;
        }
        if (!all_whole_) read_grids(lanes);
        if (!all_unit_) normalize();
    }
    // Of consecutive runs at one whole position.
    CurveLanes(Run first_run, int count, Int position) : many(count), last_(position) {
        for (int i = 0; i < many; ++i) run_[i] = first_run + i;
        std::fill(number, number + many, static_cast<double>(position));
    }
    CurveLanes(const CurveLanes&) = delete;
    CurveLanes& operator=(const CurveLanes&) = delete;

    bool all_whole() const { return all_whole_ != 0; }
    // Whether the first `count` numbers are exact with room to spare, and none of them has a row of
    // its own.
    bool near(Int count) const { return near_ && last_ < (Int{1} << 51) - count; }
    Run run(int i) const { return run_[i]; }
    // The parameters of the runs.
    void read(const Column& column, double* to) const {
        if (column.stride == 0 || consecutive_) return column.read(run_[0], many, to);
        if (!column.reals) {
            for (int i = 0; i < many; ++i) to[i] = column(run_[i]);
            return;
        }
        const double* from = column.reals;
        for (int i = 0; i < many; ++i) to[i] = from[run_[i]];
    }

   private:
    void read_grids(const Lane* lanes) {
        for (int i = 0; i < many; ++i) {
            const Grid& grid = *lanes[i].grid;
            whole[i] = grid.whole() ? 1.0 : 0.0;
            offset.set(i, grid.offset());
            times.set(i, grid.times());
            over.set(i, grid.over());
            if (grid.unit()) continue;
            all_unit_ = false;
            near_ = near_ && !(lanes[i].number == 0 && grid.begins_whole());
        }
    }
    // As Grid::normalized, where the shift fits; units stay as they are.
    void normalize() {
        int far = 0;
        for (int i = 0; i < many; ++i) {
            const double_double from = offset.at(i), step = times.at(i);
            const double_double steps = div(from, step);
            double shift = floor_in_double(steps);
            double_double rest = sub(from, mul(step, shift));
            const bool below = rest.hi < 0.0;
            const double_double raised = add(rest, step);
            const double_double lowered = sub(rest, step);
            const bool above = !below && !(lowered.hi < 0.0);
            const bool unit = step.hi == over.high[i] && step.lo == over.low[i];
            shift = unit ? 0.0 : below ? shift - 1.0 : above ? shift + 1.0 : shift;
            rest.hi = unit ? from.hi : below ? raised.hi : above ? lowered.hi : rest.hi;
            rest.lo = unit ? from.lo : below ? raised.lo : above ? lowered.lo : rest.lo;
            offset.set(i, rest);
            number[i] += shift;
            far += detail::magnitude(shift) < 0x1p50 ? 0 : 1;
        }
        near_ = near_ && far == 0;
    }

    Run run_[many_lanes];
    Int last_ = 0;
    int consecutive_ = 1, all_whole_ = 1;
    bool all_unit_ = true, near_ = true;
};

}  // namespace decaylr
