#include "evaluation/program.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "evaluation/nontemporal_copy.h"
#include "evaluation/parallel_for.h"
#include "tree/transpose.h"

namespace decaylr {
namespace {

constexpr Int long_row = Int{1} << 16;  // positions of a piece of a row, or of a group of rows
constexpr Int few_steps = 32;           // with fewer positions per run, blocks do not pay off

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

constexpr Int tile_steps = 512;         // a tile of a table by steps stays in a second-level cache
constexpr Run tile_runs = 128;
constexpr Run strip_runs = 8;
constexpr Int line = 8;  // doubles of a cache line

// Whether a table is larger than what a processor's caches keep of it.
template <class Real>
bool beyond_caches(const Window& w) {
    static const Int kept = bytes_kept_by_caches();
    return w.runs * w.steps > kept / static_cast<Int>(sizeof(Real));
}

// Rows that follow each other in `out`: several whole ones, or a piece of one. They are evaluated
// into a buffer that stays in a cache and copied from there with non-temporal stores, unless the
// evaluation takes longer than the copy: then plain stores, which overlap with it, cost nothing.
template <class Real>
void copy_rows_nontemporal(const Node& node, Run first_run, Run runs, const Window& w, Int k,
                           Int count, Real* out) {
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
            nontemporal_copy(scratch, some * n, to);
            slow = evaluated - start > Clock::now() - evaluated;
        }
    }
    nontemporal_fence();
}

// Long rows are cut into pieces, short ones are prepared together.
template <class Real>
void table_by_runs(const Node& node, const Window& w, ThreadBudget budget, Real* out) {
    const Int piece = std::min(w.steps, long_row);
    const Int pieces = (w.steps + piece - 1) / piece;
    const Run together = std::max<Int>(1, long_row / piece);
    const Int groups = (w.runs + together - 1) / together;
    const bool large = beyond_caches<Real>(w);
    const Int size = std::min(together, w.runs) * piece;
    parallel_for(groups * pieces, size, budget, [&](Int begin, Int end) {
        for (Int unit = begin; unit < end; ++unit) {
            const Run row = unit / pieces * together;
            const Int k = unit % pieces * piece;
            const Run runs = std::min(together, w.runs - row);
            const Int count = std::min(piece, w.steps - k);
            Real* to = out + row * w.steps + k;
            if (large) copy_rows_nontemporal(node, w.first_run + row, runs, w, k, count, to);
            else fill_rows(node, w.first_run + row, runs, w, k, count, to, w.steps);
        }
    });
}

// A tile of a table by steps: `runs` by `steps`, from the k-th position of the window on.
struct Tile {
    Run first_run, runs;
    Int k, steps;
};

// A strip of runs at a time is evaluated by run, in the first-level cache, and written as
// columns. Rows are padded by one cache line, so that columns do not compete for one set of the
// cache.
template <class Real>
void fill_tile(const Node& node, const Window& w, const Tile& tile, Real* out, Int pitch) {
    double rows[strip_runs * (tile_steps + line)];
    for (Run r = 0; r < tile.runs; r += strip_runs) {
        const Run some = std::min(strip_runs, tile.runs - r);
        fill_rows(node, tile.first_run + r, some, w, tile.k, tile.steps, rows, tile_steps + line);
        transpose(rows, tile_steps + line, some, tile.steps, out + r, pitch);
    }
}

// A tile that is put together in cache and copied from there: a strip's own columns would be
// written to as many lines of memory, which lie in as many pages.
template <class Real>
void copy_tile(const Node& node, const Window& w, const Tile& tile, bool large, Real* out) {
    constexpr Int pitch = tile_runs + line;
    const std::unique_ptr<Real[]> columns(new Real[tile_steps * pitch]);
    fill_tile(node, w, tile, columns.get(), pitch);
    for (Int s = 0; s < tile.steps; ++s) {
        const Real* row = columns.get() + s * pitch;
        if (large) nontemporal_copy(row, tile.runs, out + s * w.runs);
        else std::copy_n(row, tile.runs, out + s * w.runs);
    }
    if (large) nontemporal_fence();
}

// Tiles of positions enough to share what a run prepares, and of runs enough to write whole lines.
template <class Real>
void table_by_steps(const Node& node, const Window& w, ThreadBudget budget, Real* out) {
    const Int across = (w.runs + tile_runs - 1) / tile_runs;
    const Int down = (w.steps + tile_steps - 1) / tile_steps;
    const bool large = beyond_caches<Real>(w);
    const bool straight = w.runs <= strip_runs || w.runs * w.steps <= Int{1} << 16;
    const Int size = std::min(tile_runs, w.runs) * std::min(tile_steps, w.steps);
    parallel_for(across * down, size, budget, [&](Int begin, Int end) {
        for (Int unit = begin; unit < end; ++unit) {
            const Run row = unit % across * tile_runs;
            const Int k = unit / across * tile_steps;
            const Tile tile{w.first_run + row, std::min(tile_runs, w.runs - row), k,
                            std::min(tile_steps, w.steps - k)};
            Real* to = out + k * w.runs + row;
            if (straight) fill_tile(node, w, tile, to, w.runs);
            else copy_tile(node, w, tile, large, to);
        }
    });
}

// Few positions of many runs.
void table_of_steps(const Node& node, const Window& w, ThreadBudget budget, double* out) {
    parallel_for(w.runs, w.steps, budget, [&](Int begin, Int end) {
        node.fill_across_runs(w.first_run + begin, end - begin, w.start, w.steps, out + begin,
                              w.runs);
    });
}

bool accepts(const Node& node, Run run, Int p) {
    try {
        node.check(run, p);
        return true;
    } catch (const std::domain_error&) {
        return false;
    }
}

// The index of the first position that is refused, of a window whose last one is.
Int first_refused(const Node& node, Run run, const Window& w) {
    Int low = 0, high = w.steps - 1;
    while (low < high) {
        const Int middle = low + (high - low) / 2;
        if (accepts(node, run, w.start + middle * w.stride)) low = middle + 1;
        else high = middle;
    }
    return low;
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
    if (w.stride == 1) return node.fill(run, first, count, out);
    for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(node.at(run, first + i * w.stride));
}
template void fill_window<double>(const Node&, Run, const Window&, Int, Int, double*);
template void fill_window<float>(const Node&, Run, const Window&, Int, Int, float*);

template <class Real>
void Program::table(const Window& window, Layout layout, ThreadBudget budget, Real* out) const {
    if (window.runs == 0 || window.steps == 0) return;
    if constexpr (std::is_same_v<Real, double>) {
        const bool few = window.steps < few_steps && window.stride == 1;
        if (layout == Layout::steps && few) return table_of_steps(*root_, window, budget, out);
    }
    if (layout == Layout::runs) table_by_runs(*root_, window, budget, out);
    else table_by_steps(*root_, window, budget, out);
}
template void Program::table<double>(const Window&, Layout, ThreadBudget, double*) const;
template void Program::table<float>(const Window&, Layout, ThreadBudget, float*) const;

void Program::gather(const Lookup& lookup, ThreadBudget budget, double* out) const {
    const Node& node = *root_;
    parallel_for(lookup.count, 1, budget, [&](Int begin, Int end) {
        const bool one_each = !lookup.runs && lookup.run_stride == 1;
        if (one_each && lookup.integers && lookup.stride == 0) {
            const Run runs = end - begin;
            return node.fill_across_runs(begin, runs, lookup.integers[0], 1, out + begin, runs);
        }
        each(lookup, begin, end, [&](Int i, Run run, auto p) {
            if constexpr (std::is_same_v<decltype(p), Int>) out[i] = node.at(run, p);
            else out[i] = node.at_real(run, p);
        });
    });
}

void Program::check(const Window& w) const {
    if (!root_->refuses() || w.steps == 0) return;
    const bool onward = root_->refuses_onward();
    for (Run r = 0; r < w.runs; ++r) {
        const Run run = w.first_run + r;
        if (onward && accepts(*root_, run, w.start + (w.steps - 1) * w.stride)) continue;
        Int k = onward ? first_refused(*root_, run, w) : 0;
        for (; k < w.steps; ++k) root_->check(run, w.start + k * w.stride);
    }
}

void Program::check(const Lookup& lookup) const {
    if (!root_->refuses()) return;
    each(lookup, 0, lookup.count, [&](Int, Run run, auto p) {
        if constexpr (std::is_same_v<decltype(p), Int>) root_->check(run, p);
        else root_->check_real(run, p);
    });
}

}  // namespace decaylr
