#include "program.h"

#include "threads.h"

namespace decaylr {
namespace {

constexpr Int long_row = Int{1} << 16;  // longer rows are cut into pieces of this many positions
constexpr Int scratch_length = 4096;    // doubles that stay in the first-level cache

void fill_row(const Node& node, Run run, const Window& w, Int k, Int count, double* out) {
    fill_window(node, run, w, k, count, out);
}
void fill_row(const Node& node, Run run, const Window& w, Int k, Int count, float* out) {
    double scratch[scratch_length];
    for (Int i = 0; i < count; i += scratch_length) {
        const Int n = std::min(scratch_length, count - i);
        fill_window(node, run, w, k + i, n, scratch);
        for (Int j = 0; j < n; ++j) out[i + j] = static_cast<float>(scratch[j]);
    }
}

template <class Real>
void table_by_runs(const Node& node, const Window& w, int threads, Real* out) {
    const Int piece = std::min(w.steps, long_row);
    const Int pieces = (w.steps + piece - 1) / piece;
    const Int grain = std::max<Int>(1, values_per_thread / piece);
    parallel_for(w.runs * pieces, grain, threads, [&](Int begin, Int end) {
        for (Int unit = begin; unit < end; ++unit) {
            const Run row = unit / pieces;
            const Int k = unit % pieces * piece;
            const Int count = std::min(piece, w.steps - k);
            fill_row(node, w.first_run + row, w, k, count, out + row * w.steps + k);
        }
    });
}

// Tiles of runs by positions, evaluated by run and written by position.
template <class Real>
void table_by_steps(const Node& node, const Window& w, int threads, Real* out) {
    constexpr Int tile_runs = 16, tile_steps = scratch_length / tile_runs;
    const Int across = (w.runs + tile_runs - 1) / tile_runs;
    const Int down = (w.steps + tile_steps - 1) / tile_steps;
    parallel_for(across * down, 8, threads, [&](Int begin, Int end) {
        double scratch[scratch_length];
        for (Int tile = begin; tile < end; ++tile) {
            const Run row = tile % across * tile_runs;
            const Int k = tile / across * tile_steps;
            const Run runs = std::min(tile_runs, w.runs - row);
            const Int steps = std::min(tile_steps, w.steps - k);
            for (Run r = 0; r < runs; ++r) {
                fill_window(node, w.first_run + row + r, w, k, steps, scratch + r * tile_steps);
            }
            for (Int s = 0; s < steps; ++s) {
                Real* to = out + (k + s) * w.runs + row;
                for (Run r = 0; r < runs; ++r) {
                    to[r] = static_cast<Real>(scratch[r * tile_steps + s]);
                }
            }
        }
    });
}

double value_at(const Node& node, Run run, double position) {
    return with_position(dd{position, 0.0}, [&](auto p) { return node.value(run, p); });
}

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

}  // namespace

void fill_window(const Node& node, Run run, const Window& w, Int k, Int count, double* out) {
    const Int first = w.start + k * w.stride;
    if (w.stride == 1) return node.fill(run, first, count, out);
    for (Int i = 0; i < count; ++i) out[i] = node.at(run, first + i * w.stride);
}

template <class Real>
void Program::table(const Window& window, Layout layout, int threads, Real* out) const {
    if (window.runs == 0 || window.steps == 0) return;
    if (layout == Layout::runs) table_by_runs(*root_, window, threads, out);
    else table_by_steps(*root_, window, threads, out);
}
template void Program::table<double>(const Window&, Layout, int, double*) const;
template void Program::table<float>(const Window&, Layout, int, float*) const;

void Program::gather(const Lookup& lookup, int threads, double* out) const {
    const Node& node = *root_;
    parallel_for(lookup.count, values_per_thread, threads, [&](Int begin, Int end) {
        const bool one_each = !lookup.runs && lookup.run_stride == 1;
        if (one_each && lookup.integers && lookup.stride == 0) {
            return node.fill_runs(begin, end - begin, lookup.integers[0], out + begin);
        }
        each(lookup, begin, end, [&](Int i, Run run, auto p) {
            if constexpr (std::is_same_v<decltype(p), Int>) out[i] = node.at(run, p);
            else out[i] = value_at(node, run, p);
        });
    });
}

void Program::check(const Window& w) const {
    if (!root_->refuses()) return;
    for (Run r = 0; r < w.runs; ++r) {
        for (Int k = 0; k < w.steps; ++k) root_->check(w.first_run + r, w.start + k * w.stride);
    }
}

void Program::check(const Lookup& lookup) const {
    if (!root_->refuses()) return;
    each(lookup, 0, lookup.count, [&](Int, Run run, auto p) {
        if constexpr (std::is_same_v<decltype(p), Int>) root_->check(run, p);
        else with_position(dd{p, 0.0}, [&](auto q) { return root_->verify(run, q); });
    });
}

}  // namespace decaylr
