// A straight line between two values, and those of many runs at a few numbers each, vectorized
// across runs.
#pragma once

#include <algorithm>

#include "across_runs/endpoints_of_lanes.h"
#include "blocks/integer_power_blocks.h"

namespace decaylr {

struct Line {
    double from_init, from_end, back;

    DECAYLR_LANE static Line between(double init, double end, double steps) {
        const double a = std::fabs(init), b = std::fabs(end);
        const double small = a < b ? a : b, large = a < b ? b : a;
        const double steepest = large / steps;
        // Slopes that would be subnormal or infinite are kept 2^600 higher or lower.
        const bool tiny = (small == 0.0 ? steepest : small / steps) < 0x1p-960 && large < 0x1p400;
        const bool huge = steepest > 0x1p1000;
        const double lift = tiny ? 0x1p600 : huge ? 0x1p-600 : 1.0;
        return {init * lift / steps, end * lift / steps, 1.0 / lift};
    }
    DECAYLR_LANE double weigh(double left, double gone) const {
        return (from_init * left + from_end * gone) * back;
    }
};

class LinearLanes {
   public:
    LinearLanes(const Column& inits, const Column& ends, const Column& lengths,
                const CurveLanes& lanes)
        : of_(inits, ends, lengths, lanes) {}
    bool applies(Int count) const { return of_.near(count) && (of_.lanes.all_whole() || moderate()); }
    void fill(Int count, double* out, Int pitch) {
        if (of_.lanes.all_whole()) return fill_whole(count, out, pitch);
        for (Int k = 0; k < count; ++k) {
            of_.show(k, out + k * pitch, [this](int i, double n) __attribute__((always_inline)) {
                return of_.lanes.whole[i] != 0.0 ? line(i).weigh(of_.steps[i] - n, n)
                                                 : between(i).lane(n);
            });
        }
    }

   private:
    DECAYLR_LANE Line line(int i) const {
        return Line::between(of_.init[i], of_.end[i], of_.steps[i]);
    }
    DECAYLR_LANE IntegerPowerBlocks<1> between(int i) const {
        const EndWeights weights(of_.end[i], of_.init[i]);
        return {weights, of_.length.at(i), of_.start.at(i), of_.left.at(i), weights.upward};
    }
    void fill_whole(Int count, double* out, Int pitch) {
        for (int i = 0; i < of_.many(); ++i) {
            const Line own = line(i);
            from_init_[i] = own.from_init;
            from_end_[i] = own.from_end;
            back_[i] = own.back;
        }
        for (Int k = 0; k < count; ++k) {
            of_.show(k, out + k * pitch, [this](int i, double n) __attribute__((always_inline)) {
                const Line own{from_init_[i], from_end_[i], back_[i]};
                return own.weigh(of_.steps[i] - n, n);
            });
        }
    }
    // Whether all ends are of a size that blocks of lines are for.
    bool moderate() const {
        int moderate = 0;
        for (int i = 0; i < of_.many(); ++i) {
            const double size = std::max(std::fabs(of_.init[i]), std::fabs(of_.end[i]));
            const double change = std::fabs(of_.init[i] - of_.end[i]);
            moderate += (size < 0x1p900) & (size > 0x1p-600) & (change > 0x1p-600);
        }
        return moderate == of_.many();
    }

    EndpointsOfLanes of_;
    double from_init_[many_lanes], from_end_[many_lanes], back_[many_lanes];
};

class ConstantLanes {
   public:
    ConstantLanes(const Column& values, const CurveLanes& lanes) : many_(lanes.many) {
        lanes.read(values, value_);
    }
    bool applies(Int) const { return true; }
    void fill(Int count, double* out, Int pitch) const {
        for (Int k = 0; k < count; ++k) std::copy(value_, value_ + many_, out + k * pitch);
    }

   private:
    int many_;
    double value_[many_lanes];
};

}  // namespace decaylr
