// Curves between two values evaluated across runs: each lane of a vector is a run.
#pragma once

#include "tree/node.h"
#include "tree/own_numbers.h"

namespace decaylr {

// The parameters of at most `many_runs` runs: init at 0, end from steps on.
struct EndpointsOfRuns {
    int runs;
    double init[many_runs], end[many_runs], steps[many_runs];

    EndpointsOfRuns(const Column& inits, const Column& ends, const Column& lengths, Run first,
                    int count)
        : runs(count) {
        inits.read(first, count, init);
        ends.read(first, count, end);
        lengths.read(first, count, steps);
    }
    // Whether steps - p is exact in all runs for all p up to `last`.
    bool exact_until(Int last) const {
        int exact = 0;
        for (int i = 0; i < runs; ++i) exact += steps[i] < two_53;
        return exact == runs && static_cast<double>(last) < two_53;
    }
    // Whether all runs are so short that their lengths and positions are exact with room to spare.
    bool short_enough() const {
        int short_runs = 0;
        for (int i = 0; i < runs; ++i) short_runs += steps[i] < 0x1p51;
        return short_runs == runs;
    }
    // Of run i at number n + fraction, where its formula gives `inside`.
    DECAYLR_LANE double shown(int i, double n, double_double fraction, double inside) const {
        const double_double left = add(add(fraction, n), -steps[i]);
        const bool past = left.hi >= 0.0 || init[i] == end[i];
        const bool first = n == 0.0 && fraction.hi == 0.0;
        return past ? end[i] : first ? init[i] : inside;
    }
    // Each run at a number of its own; value(i, n, fraction) is what its formula gives.
    template <class Value>
    void fill(const OwnNumbers& own, double* out, Value&& value) const {
        double values[many_runs];  // local, so that nothing aliases it
        for (int i = 0; i < runs; ++i) {
            const double n = own.number[i];
            values[i] = shown(i, n, own.fraction(i), value(i, n, own.fraction(i)));
        }
        std::copy(values, values + runs, out);
    }
    // Whether all ends are of a size that blocks of lines are for.
    bool moderate() const {
        int moderate = 0;
        for (int i = 0; i < runs; ++i) {
            const double size = std::max(std::fabs(init[i]), std::fabs(end[i]));
            const double change = std::fabs(init[i] - end[i]);
            moderate += (size < 0x1p900) & (size > 0x1p-600) & (change > 0x1p-600);
        }
        return moderate == runs;
    }
    // The value of run i at p, where its formula gives `inside`.
    DECAYLR_LANE double shown(int i, double p, double inside) const {
        const bool past = p >= steps[i] || init[i] == end[i];
        return past ? end[i] : p == 0.0 ? init[i] : inside;
    }
};

}  // namespace decaylr
