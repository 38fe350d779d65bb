// A straight line between two values, and those of many runs at a few positions, vectorized
// across runs.
#pragma once

#include <algorithm>

#include "across_runs/endpoints_of_runs.h"
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

class LinearAcrossRuns {
   public:
    LinearAcrossRuns(const EndpointsOfRuns& of) : of_(of) {}
    bool applies(Int last) const { return of_.exact_until(last); }
    void fill(Int first, Int count, double* out, Int pitch) {
        begin();
        for (Int k = 0; k < count; ++k) {
            show(static_cast<double>(first + k), out + k * pitch);
        }
    }

   private:
    void begin() {
        for (int i = 0; i < of_.runs; ++i) {
            const Line line = Line::between(of_.init[i], of_.end[i], of_.steps[i]);
            from_init_[i] = line.from_init;
            from_end_[i] = line.from_end;
            back_[i] = line.back;
        }
    }
    void show(double p, double* out) const {
        double shown[many_runs];  // local, so that nothing aliases it
        for (int i = 0; i < of_.runs; ++i) {
            const Line line{from_init_[i], from_end_[i], back_[i]};
            shown[i] = of_.shown(i, p, line.weigh(of_.steps[i] - p, p));
        }
        std::copy(shown, shown + of_.runs, out);
    }

    EndpointsOfRuns of_;
    double from_init_[many_runs], from_end_[many_runs], back_[many_runs];
};

// The same where each run has a number of its own, between whole positions too.
class LinearOfOwnNumbers {
   public:
    LinearOfOwnNumbers(const EndpointsOfRuns& of) : of_(of) {}
    bool applies() const { return of_.short_enough() && of_.moderate(); }
    void fill(const OwnNumbers& own, double* out) const {
        of_.fill(own, out, [this](int i, double n, double_double fraction)
                               __attribute__((always_inline)) { return value(i, n, fraction); });
    }

   private:
    DECAYLR_LANE double value(int i, double n, double_double fraction) const {
        const double steps = of_.steps[i];
        const Line line = Line::between(of_.init[i], of_.end[i], steps);
        const EndWeights weights(of_.end[i], of_.init[i]);
        const double_double length{steps, 0.0};
        const IntegerPowerBlocks<1> between(weights, length, fraction, sub(length, fraction),
                                            weights.upward);
        return fraction.hi == 0.0 ? line.weigh(steps - n, n) : between.lane(n);
    }

    EndpointsOfRuns of_;
};

}  // namespace decaylr
