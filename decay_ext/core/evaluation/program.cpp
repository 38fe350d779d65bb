#include "evaluation/program.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>

#include "evaluation/interruption.h"
#include "evaluation/nontemporal_copy.h"
#include "evaluation/parallel_for.h"
#include "tree/transpose.h"

namespace decaylr {
namespace {


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
    const std::unique_ptr<Real[]> scratch(new Real[length]);
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
            fill_rows(node, row, some, w, k + i, n, slow ? to : scratch.get(),
                      slow ? count : n);
            if (slow) continue;
            const auto evaluated = Clock::now();
            nontemporal_copy(scratch.get(), some * n, to);
            slow = evaluated - start > Clock::now() - evaluated;
        }
    }
    nontemporal_fence();
}

// Long rows are cut into pieces, short ones are prepared together.
template <class Real>
void table_by_runs(const Node& node, const Window& w, ThreadBudget budget, Real* out) {
    const Int at_once = values_at_once(node);
    const Int piece = std::min(w.steps, at_once);
    const Int pieces = (w.steps + piece - 1) / piece;
    const Run together = std::max<Int>(1, at_once / piece);
    const Int groups = (w.runs + together - 1) / together;
    const bool large = beyond_caches<Real>(w);
    const Int size = std::min(together, w.runs) * piece * cost_of_value(node);
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
        leave_if_asked();
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
    const Int height = std::clamp<Int>(values_at_once(node) / strip_runs, lanes, tile_steps);
    const Int down = (w.steps + height - 1) / height;
    const bool large = beyond_caches<Real>(w);
    const bool straight = w.runs <= strip_runs || w.runs * w.steps <= Int{1} << 16;
    const Int values = std::min(tile_runs, w.runs) * std::min(height, w.steps);
    const Int size = values * cost_of_value(node);
    parallel_for(across * down, size, budget, [&](Int begin, Int end) {
        for (Int unit = begin; unit < end; ++unit) {
            const Run row = unit % across * tile_runs;
            const Int k = unit / across * height;
            const Tile tile{w.first_run + row, std::min(tile_runs, w.runs - row), k,
                            std::min(height, w.steps - k)};
            Real* to = out + k * w.runs + row;
            if (straight) fill_tile(node, w, tile, to, w.runs);
            else copy_tile(node, w, tile, large, to);
        }
    });
}

// Few positions of many runs, written by run: evaluated across runs, a tile at a time, and turned.
template <class Real>
void turned_table_of_steps(const Node& node, const Window& w, ThreadBudget budget, Real* out) {
    parallel_for(w.runs, w.steps * cost_of_value(node), budget, [&](Int begin, Int end) {
        double values[few_steps * tile_runs];
        for (Run r = begin; r < end; r += tile_runs) {
            const Run some = std::min(tile_runs, end - r);
            node.fill_across_runs(w.first_run + r, some, w.start, w.steps, values, tile_runs);
            transpose(values, tile_runs, w.steps, some, out + r * w.steps, w.steps);
        }
    });
}

// Few positions of many runs.
void table_of_steps(const Node& node, const Window& w, ThreadBudget budget, double* out) {
    parallel_for(w.runs, w.steps * cost_of_value(node), budget, [&](Int begin, Int end) {
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

constexpr Int picked_stride = 16;  // up to here consecutive values cost less than single ones

// out[i] = values[i * stride]. Of small strides, which are constants here, loads and shuffles of
// whole vectors.
template <Int stride, class Real>
void pick(const double* values, Int count, Real* out) {
    for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(values[i * stride]);
}
template <class Real>
void pick(const double* values, Int stride, Int count, Real* out) {
    if (stride == 2) return pick<2>(values, count, out);
    if (stride == 3) return pick<3>(values, count, out);
    if (stride == 4) return pick<4>(values, count, out);
    for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(values[i * stride]);
}

// Every stride-th of consecutive values, which stay in the first-level cache.
template <class Real>
void fill_picked(const Node& node, Run run, Int first, Int stride, Int count, Real* out) {
    constexpr Int together = many_positions / 2;
    double values[together];
    const Int some = (together - 1) / stride + 1;
    for (Int i = 0; i < count; i += some) {
        const Int n = std::min(some, count - i);
        node.fill(run, first + i * stride, (n - 1) * stride + 1, values);
        pick(values, stride, n, out + i);
    }
}

}  // namespace

template <class Real>
void fill_window(const Node& node, Run run, const Window& w, Int k, Int count, Real* out) {
    const Int first = w.start + k * w.stride;
    if (w.stride == 1) return node.fill(run, first, count, out);
    if (w.stride <= picked_stride) return fill_picked(node, run, first, w.stride, count, out);
    Int positions[chunk];
    double values[chunk];
    for (Int i = 0; i < count; i += chunk) {
        const Int n = std::min(chunk, count - i);
        for (Int j = 0; j < n; ++j) positions[j] = first + (i + j) * w.stride;
        node.fill_numbers(run, whole_positions, positions, n, values);
        std::copy(values, values + n, out + i);
    }
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
    if (window.steps < few_steps && window.stride == 1 && window.runs >= few_steps &&
        layout == Layout::runs) {
        return turned_table_of_steps(*root_, window, budget, out);
    }
    if (layout == Layout::runs) table_by_runs(*root_, window, budget, out);
    else table_by_steps(*root_, window, budget, out);
}
template void Program::table<double>(const Window&, Layout, ThreadBudget, double*) const;
template void Program::table<float>(const Window&, Layout, ThreadBudget, float*) const;

void Program::check(const Window& w) const {
    if (!root_->refuses() || w.steps == 0) return;
    const bool onward = root_->refuses_onward();
    LeaveIfAsked leave;
    for (Run r = 0; r < w.runs; ++r) {
        leave();
        const Run run = w.first_run + r;
        if (onward && accepts(*root_, run, w.start + (w.steps - 1) * w.stride)) continue;
        Int k = onward ? first_refused(*root_, run, w) : 0;
        for (; k < w.steps; ++k) {
            leave();
            root_->check(run, w.start + k * w.stride);
        }
    }
}

}  // namespace decaylr
