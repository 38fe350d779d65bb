#include "folds/fold.h"

#include "evaluation/interruption.h"
#include "evaluation/parallel_for.h"
#include "folds/monotone_range.h"
#include "folds/reductions.h"

namespace decaylr {
namespace {

constexpr Int piece = 2048;               // values at a time: a third of a first-level cache
constexpr Int short_run = 512;            // such runs are prepared together, several a piece
constexpr Int long_piece = Int{1} << 16;  // positions per piece where closed sums are tried first
constexpr Int growth = 16;                // how much longer the piece after a closed one may be

// One run of a window.
struct RunWindow {
    const Node& node;
    Run run;
    Int start, steps;

    // In closed form; none also where an intermediate result would overflow.
    ClosedSum closed_sum(Int p, Int n) const {
        const ClosedSum sum = node.sum(run, whole_positions, p, n);
        if (!sum || std::isfinite(to_double(*sum))) return sum;
        // Values that grow to infinity have an infinite sum.
        return sum->hi == node.at(run, p + (n - 1)) ? sum : ClosedSum();
    }
    Int distinct_count(Int p, Int n) const { return node.distinct_count(run, whole_positions, p, n); }
    Sum sum_of_values(Int p, Int n) const {
        double values[piece];
        Sum sum;
        for (Int i = 0; i < n; i += piece) {
            leave_if_asked();
            const Int some = std::min(piece, n - i);
            node.fill(run, p + i, some, values);
            sum.add(values, some);
        }
        return sum;
    }
};

// Runs so short that a piece holds several, with a free element before each.
template <class Make, class Result>
void fold_short_runs(const Node& node, const Window& w, Run begin, Run end, const Make& make,
                     const Result& result) {
    double buffer[lanes + piece];
    const Int pitch = w.steps + 1;
    const Run together = piece / pitch;
    for (Run r = begin; r < end; r += together) {
        leave_if_asked();
        const Run some = std::min(together, end - r);
        double* values = buffer + lanes;
        node.fill_rows(w.first_run + r, some, w.start, w.steps, values, pitch);
        for (Run i = 0; i < some; ++i, values += pitch) {
            auto fold = make(r + i, RunWindow{node, w.first_run + r + i, w.start, w.steps});
            fold.take(w.start, values, w.steps);
            result(r + i, fold);
        }
    }
}

template <class Fold>
void take_values(Fold& fold, const RunWindow& row, Int p, Int count) {
    double buffer[lanes + piece];
    double* values = buffer + lanes;
    for (Int i = 0; i < count; i += piece) {
        leave_if_asked();
        const Int n = std::min(piece, count - i);
        row.node.fill(row.run, p + i, n, values);
        fold.take(p + i, values, n);
    }
}

// Pieces grow while they are closed, so that a run takes few of them however long it is. Longer
// ones end with a part of the schedule: one that has no closed form must not spoil the others'.
template <class Fold>
void fold_long_run(Fold& fold, const RunWindow& row) {
    const Int stop = row.start + (row.steps - 1);  // the last position, to be below 2^63
    for (Int p = row.start, most = long_piece; !fold.done();) {
        leave_if_asked();
        const Int own = std::min(most, row.node.part_end(row.run, whole_positions, p) - p);
        const Int count = std::min(std::max(own, long_piece) - 1, stop - p) + 1;
        const bool closed = fold.closed(p, count);
        if (!closed && count > long_piece) {
            most = long_piece;
            continue;
        }
        if (!closed) take_values(fold, row, p, count);
        if (stop - p < count) return;
        p += count;
        if (closed) most = most > max_int / growth ? max_int : most * growth;
    }
}

// The size of a run: as many positions, or what closed sums of them take.
Int size_of_run(const Node& node, const Window& w) {
    if (w.runs == 0 || w.steps == 0) return w.steps;
    const Int tried = w.steps > long_piece ? w.steps : 1;
    const bool closed = node.sum(w.first_run, whole_positions, w.start, tried).has_value();
    return closed ? std::min(w.steps, 500 + std::min(w.steps, 16 * long_piece) / 128) : w.steps;
}

// Folds each run of a window, whose size is what it costs in values. make(r, row) gives an object for one of them. It may do pieces
// of a run without their values, by closed(p, n); else take(p, values, n) is given them, whole
// blocks of them until the run's end, and may write to values[-1]. When it is done(), or the run
// is, result(r, object) takes what it found.
template <class Make, class Result>
void fold_runs(const Program& program, const Window& w, ThreadBudget budget, Int size,
               const Make& make, const Result& result) {
    const Node& node = program.root();
    const auto work = [&](Run begin, Run end) {
        if (w.steps <= short_run) return fold_short_runs(node, w, begin, end, make, result);
        for (Run r = begin; r < end; ++r) {
            const RunWindow row{node, w.first_run + r, w.start, w.steps};
            auto fold = make(r, row);
            fold_long_run(fold, row);
            result(r, fold);
        }
    };
    parallel_for(w.runs, size, budget, work);
}

struct ExtremesOfRun {
    RunWindow row;
    Peak peak;
    Sum sum = {};
    double first = 0.0, last = 0.0;

    explicit ExtremesOfRun(const RunWindow& where)
        : row(where), peak{-std::numeric_limits<double>::infinity(), where.start} {}
    bool done() const { return false; }
    bool closed(Int p, Int n) {
        const ClosedSum part = row.closed_sum(p, n);
        if (!part) return false;
        sum.add(*part);
        each_monotone_range(row.node, row.run, p, row.distinct_count(p, n),
                            [&](const MonotoneRange& s) {
                                update_peak(peak, s);
                                return true;
                            });
        ends(p, row.node.at(row.run, p), row.node.at(row.run, p + (n - 1)));
        return true;
    }
    void take(Int p, const double* values, Int n) {
        sum.add(values, n);
        peak.consider(values, n, p);
        ends(p, values[0], values[n - 1]);
    }

   private:
    void ends(Int p, double begin, double end) {
        if (p == row.start) first = begin;
        last = end;
    }
};

struct FirstBelow {
    RunWindow row;
    Int from;
    double limit;
    Int found = -1;

    bool done() const { return found >= 0; }
    bool closed(Int p, Int n) {
        const Int skipped = std::clamp<Int>(from - p, 0, n);
        const Int begin = p + skipped, some = row.distinct_count(begin, n - skipped);
        each_monotone_range(row.node, row.run, begin, some, [&](const MonotoneRange& s) {
            const Int at = first_at_most(s, limit);
            if (at < s.size) found = s.first + at;
            return !done();
        });
        return true;
    }
    void take(Int p, const double* values, Int n) {
        const Int skipped = std::clamp<Int>(from - p, 0, n);
        const Int at = skipped + first_at_most(values + skipped, n - skipped, limit);
        if (at < n) found = p + at;
    }
};

struct CountBelow {
    RunWindow row;
    double limit;
    Int found = 0;

    bool done() const { return false; }
    bool closed(Int p, Int n) {
        const Int some = row.distinct_count(p, n);
        found += n / some * count(p, some) + count(p, n % some);
        return true;
    }
    void take(Int, const double* values, Int n) { found += count_under(values, n, limit); }

   private:
    Int count(Int p, Int n) const {
        Int under = 0;
        each_monotone_range(row.node, row.run, p, n, [&](const MonotoneRange& s) {
            under += count_under(s, limit);
            return true;
        });
        return under;
    }
};

struct AnnealingOfRun {
    Int start;
    AnnealingWeights weights;
    Annealing area = {};
    double before = 0.0;

    bool done() const { return false; }
    bool closed(Int, Int) const { return false; }
    void take(Int p, double* values, Int n) {
        values[-1] = p == start ? values[0] : before;
        before = values[n - 1];
        area.add(weights, values, n);
    }
};

struct AnnealingAtOfRun {
    Int start;
    AnnealingWeights weights;
    const Int* indices;  // ascending
    Int count;
    double* out;
    Annealing area = {};
    double before = 0.0;
    Int seen = 0;

    bool done() const { return seen == count; }
    bool closed(Int, Int) const { return false; }
    void take(Int p, double* values, Int n) {
        values[-1] = p == start ? values[0] : before;
        before = values[n - 1];
        for (const Int k = p - start; seen < count && indices[seen] - k < n; ++seen) {
            Annealing until = area;
            until.add(weights, values, indices[seen] - k + 1);
            out[seen] = until.value();
        }
        area.add(weights, values, n);
    }
};

struct TotalsOfRun {
    RunWindow row;
    const Int* indices;  // ascending
    Int count;
    double* out;
    Sum sum = {};
    Int seen = 0;

    bool done() const { return seen == count; }
    bool closed(Int p, Int n) {
        const ClosedSum all = row.closed_sum(p, n);
        if (!all) return false;
        each_within(p, n, [&](Int many) {
            const ClosedSum part = row.closed_sum(p, many);
            Sum until = sum;
            if (part) until.add(*part);
            else until.add(row.sum_of_values(p, many));
            return until.value();
        });
        sum.add(*all);
        return true;
    }
    void take(Int p, const double* values, Int n) {
        each_within(p, n, [&](Int many) {
            Sum until = sum;
            until.add(values, many);
            return until.value();
        });
        sum.add(values, n);
    }

   private:
    // out = total(positions from p on) for the indices within n positions.
    template <class Total>
    void each_within(Int p, Int n, Total&& total) {
        const Int k = p - row.start;
        for (; seen < count && indices[seen] - k < n; ++seen) {
            out[seen] = total(indices[seen] - k + 1);
        }
    }
};

}  // namespace

void fold_extremes(const Program& program, const Window& w, ThreadBudget budget, Extremes out) {
    fold_runs(
        program, w, budget, size_of_run(program.root(), w),
        [](Run, const RunWindow& row) { return ExtremesOfRun(row); },
        [&](Run r, const ExtremesOfRun& found) {
            out.initial[r] = found.first;
            out.peak[r] = found.peak.value;
            out.peak_at[r] = found.peak.at;
            out.final[r] = found.last;
            out.total[r] = found.sum.value();
        });
}

void first_below(const Program& program, const Window& w, ThreadBudget budget, const Int* from,
                 const double* limit, Int* out) {
    fold_runs(
        program, w, budget, size_of_run(program.root(), w),
        [&](Run r, const RunWindow& row) { return FirstBelow{row, from[r], limit[r]}; },
        [&](Run r, const FirstBelow& fold) { out[r] = fold.found; });
}

void count_below(const Program& program, const Window& w, ThreadBudget budget, const double* limit,
                 Int* out) {
    fold_runs(
        program, w, budget, size_of_run(program.root(), w),
        [&](Run r, const RunWindow& row) { return CountBelow{row, limit[r]}; },
        [&](Run r, const CountBelow& fold) { out[r] = fold.found; });
}

void annealing(const Program& program, const Window& w, ThreadBudget budget, const double* momentum,
               double* out) {
    fold_runs(
        program, w, budget, w.steps,
        [&](Run r, const RunWindow& row) {
            return AnnealingOfRun{row.start, AnnealingWeights(momentum[r])};
        },
        [&](Run r, const AnnealingOfRun& fold) { out[r] = fold.area.value(); });
}

void annealing_at(const Program& program, const Window& w, ThreadBudget budget,
                  const double* momentum, const Int* indices, Int count, double* out) {
    fold_runs(
        program, w, budget, w.steps,
        [&](Run r, const RunWindow& row) {
            return AnnealingAtOfRun{row.start, AnnealingWeights(momentum[r]), indices, count,
                                    out + r * count};
        },
        [](Run, const AnnealingAtOfRun&) {});
}

void totals_at(const Program& program, const Window& w, ThreadBudget budget, const Int* indices,
               Int count, double* out) {
    fold_runs(
        program, w, budget, size_of_run(program.root(), w),
        [&](Run r, const RunWindow& row) {
            return TotalsOfRun{row, indices, count, out + r * count};
        },
        [](Run, const TotalsOfRun&) {});
}

}  // namespace decaylr
