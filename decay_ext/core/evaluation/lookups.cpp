// Values at positions in any order.
#include <algorithm>
#include <atomic>

#include "evaluation/interruption.h"
#include "evaluation/parallel_for.h"
#include "evaluation/program.h"

namespace decaylr {
namespace {

// Calls f(i, run, position) for every lookup.
template <class F>
void each(const Lookup& lookup, Int begin, Int end, F&& f) {
    for (Int i = begin; i < end; ++i) {
        const Run run = lookup.runs ? lookup.runs[i] : i * lookup.run_stride;
        const Int at = i * lookup.stride;
        if (lookup.integers) f(i, run, lookup.integers[at]);
        else f(i, run, lookup.reals[at]);
    }
}

// Whether a position is in [0, 2^63).
int placed(Int p) { return p >= 0 ? 1 : 0; }
int placed(double p) { return p >= 0.0 && p < two_63 ? 1 : 0; }

// Copies a chunk of positions: the caller's array may change meanwhile. Says how many come before
// the first that is misplaced. Loops without branches, so that compilers vectorize them.
template <class Position>
Int copy_placed(const Position* positions, Int count, Position* to) {
    std::copy(positions, positions + count, to);
    int all = 1;
    for (Int i = 0; i < count; ++i) all &= placed(to[i]);
    if (all) return count;
    Int first = 0;
    while (placed(to[first])) ++first;
    return first;
}

// Whether positions are first, first + 1, ...: at least 0, as their last one fits. Eight loads, eight
// subtractions and comparisons of whole vectors a round, as memory delivers them.
bool consecutive(Int first, const Int* positions, Int count) {
    if (!placed(first) || first > max_int - count) return false;
    int together = 1;
    for (Int i = 0; i < count; ++i) together &= positions[i] == first + i ? 1 : 0;
    return together != 0;
}

// Consecutive positions are found, by pieces; others are evaluated together.
void look_up(const Node& node, Run run, const Int* positions, Int count, double* out) {
    constexpr Int piece = 64;
    Int apart = 0;  // where those begin that are not consecutive
    const auto evaluate_apart = [&](Int until) {
        if (until == apart) return;
        node.fill_numbers(run, whole_positions, positions + apart, until - apart, out + apart);
    };
    for (Int i = 0; i < count;) {
        Int n = std::min(piece, count - i);
        if (consecutive(positions[i], positions + i, n)) {
            while (i + n < count && positions[i + n] - 1 == positions[i + n - 1]) ++n;
            evaluate_apart(i);
            node.fill(run, positions[i], n, out + i);
            apart = i + n;
        }
        i += n;
    }
    evaluate_apart(count);
}

// The same of real positions: chunks of whole ones are looked up as such.
void look_up(const Node& node, Run run, const double* positions, Int count, double* out) {
    Int whole[many_positions];
    int all_whole = 1;
    for (Int i = 0; i < count; ++i) all_whole &= positions[i] == std::floor(positions[i]) ? 1 : 0;
    if (!all_whole) {
        for (Int i = 0; i < count; ++i) out[i] = node.at_real(run, positions[i]);
        return;
    }
    std::transform(positions, positions + count, whole,
                   [](double p) { return static_cast<Int>(p); });
    look_up(node, run, whole, count, out);
}

// Positions of one run, by chunks. Says how many come before the first that is misplaced.
template <class Position>
Int gather_run(const Node& node, Run run, const Position* positions, Int count, double* out) {
    Position own[many_positions];
    for (Int i = 0; i < count; i += many_positions) {
        const Int n = std::min(many_positions, count - i);
        if constexpr (std::is_same_v<Position, Int>) {
            const Int first = positions[i];
            if (consecutive(first, positions + i, n)) {
                node.fill(run, first, n, out + i);
                continue;
            }
        }
        const Int good = copy_placed(positions + i, n, own);
        if (good < n) return i + good;
        look_up(node, run, own, n, out + i);
    }
    return count;
}
Int gather_run(const Node& node, Run run, const Lookup& lookup, Int begin, Int count,
               double* out) {
    if (lookup.stride != 0) {
        return lookup.integers ? gather_run(node, run, lookup.integers + begin, count, out)
                               : gather_run(node, run, lookup.reals + begin, count, out);
    }
    std::fill(out, out + count, lookup.integers ? node.at(run, lookup.integers[0])
                                                : node.at_real(run, lookup.reals[0]));
    return count;
}

// How many lookups from the i-th on are of consecutive runs at one whole position.
Int across_runs(const Lookup& lookup, Int i, Int end) {
    if (lookup.stride == 0 || !lookup.integers) return 0;
    Int next = i + 1;
    while (next < end && lookup.runs[next] == lookup.runs[next - 1] + 1 &&
           lookup.integers[next] == lookup.integers[i]) {
        ++next;
    }
    return next - i;
}

// Lookups of the same run are done together, and those of consecutive runs at one position.
Int gather_by_run(const Node& node, const Lookup& lookup, Int begin, Int end, double* out) {
    for (Int i = begin; i < end;) {
        const Run run = lookup.runs[i];
        if (const Int across = across_runs(lookup, i, end); across > 1) {
            if (!placed(lookup.integers[i])) return i;
            node.fill_across_runs(run, across, lookup.integers[i], 1, out + i, across);
            i += across;
            continue;
        }
        Int next = i + 1;
        while (next < end && lookup.runs[next] == run) ++next;
        const Int good = gather_run(node, run, lookup, i, next - i, out + i);
        if (good < next - i) return i + good;
        i = next;
    }
    return end;
}

// One lookup of each run.
Int gather_each(const Node& node, const Lookup& lookup, Int begin, Int end, double* out) {
    if (lookup.integers && lookup.stride == 0) {
        const Run runs = end - begin;
        node.fill_across_runs(begin, runs, lookup.integers[0], 1, out + begin, runs);
        return end;
    }
    Int good = end;
    each(lookup, begin, end, [&](Int i, Run run, auto p) {
        if (!placed(p)) good = std::min(good, i);
        else if constexpr (std::is_same_v<decltype(p), Int>) out[i] = node.at(run, p);
        else out[i] = node.at_real(run, p);
    });
    return good;
}

}  // namespace

Int Program::gather(const Lookup& lookup, ThreadBudget budget, double* out) const {
    const Node& node = *root_;
    std::atomic<Int> misplaced{max_int};
    if (lookup.count > 0 && lookup.stride == 0) {
        if (!(lookup.integers ? placed(lookup.integers[0]) : placed(lookup.reals[0]))) return 0;
    }
    parallel_for(lookup.count, cost_of_value(node), budget, [&](Int begin, Int end) {
        const Int good = lookup.runs              ? gather_by_run(node, lookup, begin, end, out)
                         : lookup.run_stride == 1 ? gather_each(node, lookup, begin, end, out)
                         : begin + gather_run(node, 0, lookup, begin, end - begin, out + begin);
        if (good == end) return;
        Int known = misplaced.load();
        while (good < known && !misplaced.compare_exchange_weak(known, good)) {}
    });
    return misplaced == max_int ? -1 : misplaced.load();
}

void Program::check(const Lookup& lookup) const {
    if (!root_->refuses()) return;
    LeaveIfAsked leave;
    each(lookup, 0, lookup.count, [&](Int, Run run, auto p) {
        leave();
        if (!placed(p)) return;
        if constexpr (std::is_same_v<decltype(p), Int>) root_->check(run, p);
        else root_->check_real(run, p);
    });
}

}  // namespace decaylr
