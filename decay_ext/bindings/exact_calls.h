// Calls of nodes from Cython, in the floating-point environment that they are written for.
#pragma once

#include "arithmetic/float_environment.h"
#include "tree/node.h"

namespace decaylr {

inline double exact_at(const Node* node, Run run, Int p) {
    const FloatEnvironment exact;
    return node->at(run, p);
}
inline double exact_at_real(const Node* node, Run run, double p) {
    const FloatEnvironment exact;
    return node->at_real(run, p);
}
inline void exact_fill(const Node* node, Run run, Int first, Int count, double* out) {
    const FloatEnvironment exact;
    node->fill(run, first, count, out);
}
// One position of `runs` runs.
inline void exact_values(const Node* node, Run runs, Int p, double* out) {
    const FloatEnvironment exact;
    node->fill_across_runs(0, runs, p, 1, out, runs);
}
// std::domain_error where one of `runs` runs refuses the position.
inline void exact_check(const Node* node, Run runs, Int p) {
    if (!node->refuses()) return;
    const FloatEnvironment exact;
    for (Run run = 0; run < runs; ++run) node->check(run, p);
}
inline void exact_check_real(const Node* node, Run runs, double p) {
    if (!node->refuses()) return;
    const FloatEnvironment exact;
    for (Run run = 0; run < runs; ++run) node->check_real(run, p);
}

}  // namespace decaylr
