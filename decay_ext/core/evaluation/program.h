// A compiled schedule: immutable, shared between threads, evaluated by tables or lookups.
#pragma once

#include "evaluation/thread_budget.h"
#include "tree/node.h"

namespace decaylr {

// The positions start + k * stride, k < steps, of runs first_run .. first_run + runs - 1.
struct Window {
    Run first_run, runs;
    Int start, stride, steps;
};

enum class Layout { runs, steps };

// Positions of a lookup: one for all, or one per value.
struct Lookup {
    const Int* integers = nullptr;
    const double* reals = nullptr;
    Int stride = 1;              // 0: one position for all
    const Run* runs = nullptr;   // null: run i * run_stride for value i
    Run run_stride = 1;
    Int count = 0;
};

class Program {
   public:
    Program(NodePtr root, Run runs) : root_(std::move(root)), runs_(runs) {}

    const Node& root() const { return *root_; }
    Run runs() const { return runs_; }

    // Writes values by run and position, or by position and run.
    template <class Real>
    void table(const Window& window, Layout layout, ThreadBudget budget, Real* out) const;

    // Writes one value per lookup. Says which is the first position outside [0, 2^63), -1 if none
    // is; where one is, some values are not written.
    Int gather(const Lookup& lookup, ThreadBudget budget, double* out) const;

    // Throws std::domain_error if the schedule refuses one of the positions.
    void check(const Window& window) const;
    void check(const Lookup& lookup) const;

   private:
    NodePtr root_;
    Run runs_;
};

// The values of one run at consecutive window positions from index k on.
template <class Real>
void fill_window(const Node& node, Run run, const Window& window, Int k, Int count, Real* out);

}  // namespace decaylr
