// A straight line between two values, and those of many runs at a few positions, vectorized
// across runs.
#pragma once

#include <algorithm>

#include "across_runs/endpoints_of_runs.h"

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

// The same by double-doubles, where the position or the length is not whole.
struct PreciseLine {
    double_double from_init, from_end;
    double back;

    DECAYLR_LANE static PreciseLine between(double init, double end, double back,
                                            double_double steps) {
        const double lift = 1.0 / back;
        return {div(double_double{init * lift, 0.0}, steps),
                div(double_double{end * lift, 0.0}, steps), back};
    }
    DECAYLR_LANE double weigh(double_double left, double_double gone) const {
        const double rest = (from_init.hi * left.lo + from_init.lo * left.hi) +
                            (from_end.hi * gone.lo + from_end.lo * gone.hi);
        return (from_init.hi * left.hi + (from_end.hi * gone.hi + rest)) * back;
    }
};

class LinearAcrossRuns {
   public:
    LinearAcrossRuns(const EndpointsOfRuns& of) : of_(of) {}
    bool applies(Int last) const {
        return of_.exact_until(last) && (of_.whole() || of_.short_enough());
    }
    void fill(Int first, Int count, double* out, Int pitch) {
        const bool whole = of_.whole();
        begin();
        if (!whole) begin_precise();
        for (Int k = 0; k < count; ++k) {
            const double p = static_cast<double>(first + k);
            if (whole) show(p, out + k * pitch);
            else show_precise(p, out + k * pitch);
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
    void begin_precise() {
        for (int i = 0; i < of_.runs; ++i) {
            const PreciseLine line =
                PreciseLine::between(of_.init[i], of_.end[i], back_[i], {of_.steps[i], 0.0});
            init_high_[i] = line.from_init.hi;
            init_low_[i] = line.from_init.lo;
            end_high_[i] = line.from_end.hi;
            end_low_[i] = line.from_end.lo;
        }
    }
    // Runs with whole lengths among others keep their own formula.
    void show_precise(double p, double* out) const {
        double shown[many_runs];
        for (int i = 0; i < of_.runs; ++i) {
            const double steps = of_.steps[i];
            const Line line{from_init_[i], from_end_[i], back_[i]};
            const PreciseLine precise{{init_high_[i], init_low_[i]},
                                      {end_high_[i], end_low_[i]},
                                      back_[i]};
            const double at_whole = line.weigh(steps - p, p);
            const double between = precise.weigh(two_sum(steps, -p), {p, 0.0});
            const bool whole = std::floor(steps) == steps;
            shown[i] = of_.shown(i, p, whole ? at_whole : between);
        }
        std::copy(shown, shown + of_.runs, out);
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
    double init_high_[many_runs], init_low_[many_runs], end_high_[many_runs], end_low_[many_runs];
};

// The same where each run has a number of its own, between whole positions too.
class LinearOfOwnNumbers {
   public:
    LinearOfOwnNumbers(const EndpointsOfRuns& of) : of_(of) {}
    bool applies() const { return of_.short_enough(); }
    void fill(const OwnNumbers& own, double* out) const {
        double shown[many_runs];  // local, so that nothing aliases it
        for (int i = 0; i < of_.runs; ++i) {
            const double n = own.number[i];
            shown[i] = of_.shown(i, n, own.fraction(i), value(i, n, own.fraction(i)));
        }
        std::copy(shown, shown + of_.runs, out);
    }

   private:
    DECAYLR_LANE double value(int i, double n, double_double fraction) const {
        const double steps = of_.steps[i];
        const Line line = Line::between(of_.init[i], of_.end[i], steps);
        const PreciseLine precise =
            PreciseLine::between(of_.init[i], of_.end[i], line.back, {steps, 0.0});
        const double_double left = sub(double_double{steps, 0.0}, fraction);
        const double between = precise.weigh(add(left, -n), add(fraction, n));
        const bool whole = fraction.hi == 0.0 && std::floor(steps) == steps;
        return whole ? line.weigh(steps - n, n) : between;
    }

    EndpointsOfRuns of_;
};

}  // namespace decaylr
