#include "program.h"

#include <chrono>

#include "stream.h"
#include "threads.h"
#include "transpose.h"

namespace decaylr {
namespace {

constexpr Int long_row = Int{1} << 16;  // positions of a piece of a row, or of a group of rows
constexpr Int few_steps = 32;           // fewer positions of a run than pay for a block of its own

// Consecutive rows; row r begins at out + r * pitch.
void fill_rows(const Node& node, Run first_run, Run runs, const Window& w, Int k, Int count,
               double* out, Int pitch) {
    if (w.stride == 1) return node.fill_rows(first_run, runs, w.start + k, count, out, pitch);
    for (Run r = 0; r < runs; ++r) {
        fill_window(node, first_run + r, w, k, count, out + r * pitch);
    }
}
void fill_rows(const Node& node, Run first_run, Run runs, const Window& w, Int k, Int count,
               float* out, Int pitch) {
    for (Run r = 0; r < runs; ++r) {
        fill_window(node, first_run + r, w, k, count, out + r * pitch);
    }
}

// Whether a table is larger than what a processor's caches keep of it.
template <class Real>
bool beyond_caches(const Window& w) {
    static const Int kept = kept_by_caches();
    return w.runs * w.steps > kept / static_cast<Int>(sizeof(Real));
}

// Rows that follow each other in `out`: several whole ones, or a piece of one. They are evaluated
// where they stay in a cache, and streamed from there, unless the first takes longer: then plain
// writing, which goes on beside it, costs nothing.
template <class Real>
void stream_rows(const Node& node, Run first_run, Run runs, const Window& w, Int k, Int count,
                 Real* out) {
    using Clock = std::chrono::steady_clock;
    constexpr Int length = Int{1} << 13;
    Real scratch[length];
    const Int piece = std::min(count, length);
    const Run together = length / piece;
    bool slow = false;
    for (Run r = 0; r < runs; r += together) {
        const Run some = std::min(together, runs - r);
        for (Int i = 0; i < count; i += piece) {
            const Int n = std::min(piece, count - i);
            Real* to = out + r * count + i;
            const auto start = Clock::now();
            const Run row = first_run + r;
            fill_rows(node, row, some, w, k + i, n, slow ? to : scratch, slow ? count : n);
            if (slow) continue;
            const auto evaluated = Clock::now();
            stream(scratch, some * n, to);
            slow = evaluated - start > Clock::now() - evaluated;
        }
    }
    end_stream();
}

// Long rows are cut into pieces, short ones are prepared together.
template <class Real>
void table_by_runs(const Node& node, const Window& w, int threads, Real* out) {
    const Int piece = std::min(w.steps, long_row);
    const Int pieces = (w.steps + piece - 1) / piece;
    const Run together = std::max<Int>(1, long_row / piece);
    const Int groups = (w.runs + together - 1) / together;
    const bool large = beyond_caches<Real>(w);
    parallel_for(groups * pieces, 1, threads, [&](Int begin, Int end) {
        for (Int unit = begin; unit < end; ++unit) {
            const Run row = unit / pieces * together;
            const Int k = unit % pieces * piece;
            const Run runs = std::min(together, w.runs - row);
            const Int count = std::min(piece, w.steps - k);
            Real* to = out + row * w.steps + k;
            if (large) stream_rows(node, w.first_run + row, runs, w, k, count, to);
            else fill_rows(node, w.first_run + row, runs, w, k, count, to, w.steps);
        }
    });
}

// Tiles of runs by positions, evaluated by run and written by position: positions enough to
// share what a run prepares, runs enough to write whole lines of memory. Rows of a tile lie
// a line more than their length apart, so that columns do not meet in one set of the cache.
template <class Real>
void table_by_steps(const Node& node, const Window& w, int threads, Real* out) {
    constexpr Int tile_length = Int{1} << 14, most_steps = 256, line = 8;
    const Int tile_steps = std::min(w.steps, most_steps);
    const Int length = tile_steps + line;
    const Run tile_runs = std::min<Run>(w.runs, tile_length / length / line * line);
    const Int across = (w.runs + tile_runs - 1) / tile_runs;
    const Int down = (w.steps + tile_steps - 1) / tile_steps;
    parallel_for(across * down, 1, threads, [&](Int begin, Int end) {
        double scratch[tile_length];
        for (Int tile = begin; tile < end; ++tile) {
            const Run row = tile % across * tile_runs;
            const Int k = tile / across * tile_steps;
            const Run runs = std::min(tile_runs, w.runs - row);
            const Int steps = std::min(tile_steps, w.steps - k);
            fill_rows(node, w.first_run + row, runs, w, k, steps, scratch, length);
            transpose(scratch, length, runs, steps, out + k * w.runs + row, w.runs);
        }
    });
}

// Few positions of many runs.
void table_of_steps(const Node& node, const Window& w, int threads, double* out) {
    const Run grain = std::max<Run>(values_per_thread / w.steps, 1);
    parallel_for(w.runs, grain, threads, [&](Int begin, Int end) {
        node.fill_steps(w.first_run + begin, end - begin, w.start, w.steps, out + begin, w.runs);
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

template <class Real>
void fill_window(const Node& node, Run run, const Window& w, Int k, Int count, Real* out) {
    const Int first = w.start + k * w.stride;
    if (w.stride == 1) return node.fill_as(run, first, count, out);
    for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(node.at(run, first + i * w.stride));
}
template void fill_window<double>(const Node&, Run, const Window&, Int, Int, double*);
template void fill_window<float>(const Node&, Run, const Window&, Int, Int, float*);

template <class Real>
void Program::table(const Window& window, Layout layout, int threads, Real* out) const {
    if (window.runs == 0 || window.steps == 0) return;
    if constexpr (std::is_same_v<Real, double>) {
        const bool few = window.steps < few_steps && window.stride == 1;
        if (layout == Layout::steps && few) return table_of_steps(*root_, window, threads, out);
    }
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
            const Run runs = end - begin;
            return node.fill_steps(begin, runs, lookup.integers[0], 1, out + begin, runs);
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
