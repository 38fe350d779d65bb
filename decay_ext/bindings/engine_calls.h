// What long calls into the core hold, and how many threads they may use.
#pragma once

#include <pybind11/pybind11.h>

#include "arithmetic/float_environment.h"
#include "evaluation/interruption.h"
#include "evaluation/ready_to_throw.h"
#include "evaluation/thread_budget.h"

#include <utility>

namespace decaylr {

// Throws what a signal's handler raised: KeyboardInterrupt after Ctrl-C. Python runs handlers in its
// main thread only; in others nothing happens here.
inline void run_signal_handlers() {
    const pybind11::gil_scoped_acquire gil;
    if (PyErr_CheckSignals() != 0) throw pybind11::error_already_set();
}

// What a long call into the core holds: Python's lock is free, signals are answered.
struct Unlocked {
    Unlocked() { be_ready_to_throw(); }
    const pybind11::gil_scoped_release release;
    const FloatEnvironment exact;
    LongCall call{run_signal_handlers};
};

using Threads = std::pair<int, bool>;  // how many, and whether they are shared with other calls

inline ThreadBudget budget_of(Threads threads) { return {threads.first, threads.second}; }

}  // namespace decaylr
