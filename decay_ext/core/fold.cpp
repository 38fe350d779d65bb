#include "fold.h"

#include "threads.h"

namespace decaylr {
namespace {

constexpr Int piece = 2048;  // values at a time: a third of a first-level cache
constexpr int lanes = 32;    // enough sums side by side to hide an addition's latency

// A sum with its rounding errors summed beside it.
struct Sum {
    double high = 0.0, low = 0.0;

    void add(double x) {
        const dd s = two_sum(high, x);
        high = s.hi;
        low += s.lo;
    }
    // The loop over lanes must be vector additions and subtractions alone, with the lanes
    // kept in registers over all rounds.
    void add(const double* values, Int count) {
        double highs[lanes] = {}, lows[lanes] = {};
        Int i = 0;
        for (; i + lanes <= count; i += lanes) {
            for (int l = 0; l < lanes; ++l) {
                const dd s = two_sum(highs[l], values[i + l]);
                highs[l] = s.hi;
                lows[l] += s.lo;
            }
        }
        for (int l = 0; i < count; ++i, ++l) {
            const dd s = two_sum(highs[l], values[i]);
            highs[l] = s.hi;
            lows[l] += s.lo;
        }
        for (int l = 0; l < lanes; ++l) {
            add(highs[l]);
            low += lows[l];
        }
    }
    double value() const { return std::isfinite(high) ? high + low : high; }
};

// The largest of some values, which are numbers: vector maxima.
double largest_of(const double* values, Int count) {
    double most[lanes];
    std::fill(most, most + lanes, values[0]);
    Int i = 0;
    for (; i + lanes <= count; i += lanes) {
        for (int l = 0; l < lanes; ++l) most[l] = most[l] < values[i + l] ? values[i + l] : most[l];
    }
    for (; i < count; ++i) most[0] = most[0] < values[i] ? values[i] : most[0];
    return *std::max_element(most, most + lanes);
}

// Calls visit(k, values, count) for consecutive pieces of a run until it returns false.
template <class Visit>
void walk(const Node& node, Run run, const Window& w, Visit&& visit) {
    double values[piece];
    for (Int k = 0; k < w.steps; k += piece) {
        const Int count = std::min(piece, w.steps - k);
        fill_window(node, run, w, k, count, values);
        if (!visit(k, static_cast<const double*>(values), count)) return;
    }
}

template <class Work>
void each_run(const Window& w, int threads, const Work& work) {
    const Int grain = std::max<Int>(1, values_per_thread / std::max<Int>(w.steps, 1));
    parallel_for(w.runs, grain, threads, [&](Int begin, Int end) {
        for (Run r = begin; r < end; ++r) work(r);
    });
}

}  // namespace

void fold_extremes(const Program& program, const Window& w, int threads, Extremes out) {
    each_run(w, threads, [&](Run r) {
        Sum sum;
        double first = 0.0, last = 0.0, peak = 0.0;
        Int peak_at = 0;
        walk(program.root(), w.first_run + r, w, [&](Int k, const double* values, Int count) {
            if (k == 0) first = peak = values[0];
            const double largest = largest_of(values, count);
            if (largest > peak) {
                peak = largest;
                peak_at = k + (std::find(values, values + count, largest) - values);
            }
            last = values[count - 1];
            sum.add(values, count);
            return true;
        });
        out.initial[r] = first;
        out.peak[r] = peak;
        out.peak_at[r] = w.start + peak_at * w.stride;
        out.final[r] = last;
        out.total[r] = sum.value();
    });
}

void first_below(const Program& program, const Window& w, int threads, const Int* from,
                 const double* limit, Int* out) {
    each_run(w, threads, [&](Run r) {
        out[r] = -1;
        walk(program.root(), w.first_run + r, w, [&](Int k, const double* values, Int count) {
            for (Int i = 0; i < count; ++i) {
                const Int position = w.start + (k + i) * w.stride;
                if (values[i] <= limit[r] && position >= from[r]) {
                    out[r] = position;
                    return false;
                }
            }
            return true;
        });
    });
}

void count_below(const Program& program, const Window& w, int threads, const double* limit,
                 Int* out) {
    each_run(w, threads, [&](Run r) {
        Int below = 0;
        walk(program.root(), w.first_run + r, w, [&](Int, const double* values, Int count) {
            for (Int i = 0; i < count; ++i) below += values[i] < limit[r];
            return true;
        });
        out[r] = below;
    });
}

void annealing(const Program& program, const Window& w, int threads, const double* momentum,
               double* out) {
    each_run(w, threads, [&](Run r) {
        Sum sum;
        double before = 0.0, m = 0.0;
        walk(program.root(), w.first_run + r, w, [&](Int k, const double* values, Int count) {
            if (k == 0) before = values[0];
            double annealed[piece];  // summed apart: the recurrence is slow enough alone
            for (Int i = 0; i < count; ++i) {
                m = momentum[r] * m + (before - values[i]);
                before = values[i];
                annealed[i] = m;
            }
            sum.add(annealed, count);
            return true;
        });
        out[r] = sum.value();
    });
}

void totals_at(const Program& program, const Window& w, int threads, const Int* indices, Int count,
               double* out) {
    each_run(w, threads, [&](Run r) {
        Sum sum;
        Int done = 0;
        walk(program.root(), w.first_run + r, w, [&](Int k, const double* values, Int n) {
            for (; done < count && indices[done] < k + n; ++done) {
                Sum part = sum;
                part.add(values, indices[done] - k + 1);
                out[r * count + done] = part.value();
            }
            sum.add(values, n);
            return done < count;
        });
    });
}

}  // namespace decaylr
