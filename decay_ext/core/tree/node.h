// One node of a compiled schedule: a curve or a combinator.
#pragma once

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "tree/block_fill.h"
#include "tree/buffer.h"
#include "tree/closed_sum.h"
#include "tree/column.h"
#include "tree/grid.h"
#include "tree/monotonicity.h"
#include "tree/transpose.h"

namespace decaylr {

// Positions that are evaluated together where preparing a run is expensive.
constexpr Int many_positions = 4096;
// Runs that are evaluated together: their coefficients stay in the first-level cache.
constexpr int many_runs = 64;

// How many nodes a tree has: on its longest path, and in all. A part that stands in it twice counts
// twice.
struct Extent {
    int levels;
    Int nodes;
};

class Node {
   public:
    virtual ~Node() = default;

    virtual Extent extent() const = 0;
    int levels() const { return extent().levels; }

    // The value of one run at number n of a grid. Every other route must give these bits.
    virtual double at(Run run, const Grid& grid, Int n) const = 0;

    // The values of one run at `count` consecutive numbers.
    virtual void fill(Run run, const Grid& grid, Int first, Int count, double* out) const {
        for (Int i = 0; i < count; ++i) out[i] = at(run, grid, first + i);
    }

    // The same, rounded once more to float32.
    virtual void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const {
        double scratch[many_positions];
        for (Int i = 0; i < count; i += many_positions) {
            const Int n = std::min(many_positions, count - i);
            fill(run, grid, first + i, n, scratch);
            for (Int j = 0; j < n; ++j) out[i + j] = static_cast<float>(scratch[j]);
        }
    }

    // Those at numbers in any order.
    virtual void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                              double* out) const {
        for (Int i = 0; i < count; ++i) out[i] = at(run, grid, numbers[i]);
    }

    // Those of consecutive runs at whole positions; row r begins at out + r * pitch.
    virtual void fill_rows(Run first_run, Run runs, Int first, Int count, double* out,
                           Int pitch) const {
        for (Run r = 0; r < runs; ++r) fill(first_run + r, whole_positions, first, count, out + r * pitch);
    }

    // The values of consecutive runs at a few consecutive positions, written by position: those at
    // first + k begin at out + k * pitch.
    virtual void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                                  Int pitch) const {
        if (count > 1) return transpose_rows(first_run, runs, first, count, out, pitch);
        for (Run r = 0; r < runs; ++r) out[r] = at(first_run + r, first);
    }

    // Those of consecutive runs, each at a number of a grid of its own.
    virtual void fill_own_numbers(Run first_run, Run runs, const Grid* grids, const Int* numbers,
                                  double* out) const {
        for (Run r = 0; r < runs; ++r) out[r] = at(first_run + r, grids[r], numbers[r]);
    }

    // What spares folds the values: the sum over `count` consecutive numbers in closed form, and
    // whether the values rise or fall from a number on.
    virtual ClosedSum sum(Run, const Grid&, Int, Int) const { return {}; }
    virtual Monotonicity monotonicity(Run, const Grid&, Int) const { return {}; }
    // How many of the first of `count` values contain all of them: the later ones repeat them.
    virtual Int distinct_count(Run, const Grid&, Int, Int count) const { return count; }
    // Up to where (exclusive) a run is made of the part that a number belongs to.
    virtual Int part_end(Run, const Grid&, Int) const { return max_int; }

    // Whether some position may be refused, and the refusal (std::domain_error).
    virtual bool refuses() const { return false; }
    virtual void check(Run, const Grid&, Int) const {}
    // Whether all positions after a refused one are refused too, so that the last one decides.
    virtual bool refuses_onward() const { return true; }

    // The same at whole positions,
    double at(Run run, Int p) const { return at(run, whole_positions, p); }
    void fill(Run run, Int first, Int count, double* out) const {
        fill(run, whole_positions, first, count, out);
    }
    void fill(Run run, Int first, Int count, float* out) const {
        fill_narrow(run, whole_positions, first, count, out);
    }
    void check(Run run, Int p) const { check(run, whole_positions, p); }
    // at one that need not be whole, 0 <= x < 2^63,
    double at_real(Run run, double x) const {
        return at(run, grid_of(x), static_cast<Int>(x));
    }
    void check_real(Run run, double x) const { check(run, grid_of(x), static_cast<Int>(x)); }
    // and for code that is generic in the kind of value.
    void fill_as(Run run, const Grid& grid, Int first, Int count, double* out) const {
        fill(run, grid, first, count, out);
    }
    void fill_as(Run run, const Grid& grid, Int first, Int count, float* out) const {
        fill_narrow(run, grid, first, count, out);
    }

   private:
    // Tiles evaluated by run and written by position. Never inlined: its buffer must not stand in
    // the frames of combinators that call each other.
    __attribute__((noinline)) void transpose_rows(Run first_run, Run runs, Int first, Int count,
                                                  double* out, Int pitch) const {
        double scratch[chunk];
        for (Int k = 0; k < count; k += chunk / lanes) {
            const Int steps = std::min(count - k, chunk / lanes);
            for (Run r = 0; r < runs; r += chunk / steps) {
                const Run some = std::min(runs - r, chunk / steps);
                fill_rows(first_run + r, some, first + k, steps, scratch, steps);
                transpose(scratch, steps, some, steps, out + k * pitch + r, pitch);
            }
        }
    }
};

// The tree of a node with these children.
inline Extent extent_above(const std::vector<NodePtr>& children) {
    Extent tree{1, 1};
    for (const auto& child : children) {
        const Extent below = child->extent();
        tree.levels = std::max(tree.levels, below.levels + 1);
        tree.nodes += below.nodes;
    }
    return tree;
}

// Whether a curve prepares several runs together.
template <class Curve, class = void>
struct prepares_rows : std::false_type {};
template <class Curve>
struct prepares_rows<Curve, std::void_t<decltype(&Curve::fill_rows)>> : std::true_type {};
template <class Curve, class = void>
struct evaluates_across_runs : std::false_type {};
template <class Curve>
struct evaluates_across_runs<Curve, std::void_t<decltype(&Curve::across_runs)>> : std::true_type {};

template <class Curve, class = void>
struct evaluates_own_numbers : std::false_type {};
template <class Curve>
struct evaluates_own_numbers<Curve, std::void_t<decltype(&Curve::own_numbers)>> : std::true_type {};

// Whether a row writes float32 by itself.
template <class Row, class = void>
struct fills_narrow : std::false_type {};
template <class Row>
struct fills_narrow<Row, std::void_t<decltype(std::declval<const Row&>().fill(
                             Int{}, Int{}, static_cast<float*>(nullptr)))>> : std::true_type {};

// Whether a row evaluates numbers in any order together.
template <class Row, class = void>
struct fills_numbers : std::false_type {};
template <class Row>
struct fills_numbers<Row, std::void_t<decltype(&Row::fill_numbers)>> : std::true_type {};

// Whether the rows of a curve have closed sums, and know their monotonicity.
template <class Row, class = void>
struct sums_closed : std::false_type {};
template <class Row>
struct sums_closed<Row, std::void_t<decltype(&Row::sum)>> : std::true_type {};
template <class Row, class = void>
struct knows_monotonicity : std::false_type {};
template <class Row>
struct knows_monotonicity<Row, std::void_t<decltype(&Row::monotonicity)>> : std::true_type {};

// The numbers of at most `many_runs` runs, each on a grid of its own, and the fractions of their
// positions.
struct OwnNumbers {
    int runs;
    double number[many_runs], high[many_runs], low[many_runs];

    OwnNumbers(const Grid* grids, const Int* numbers, int count) : runs(count) {
        int near = 1;
        for (int i = 0; i < count; ++i) {
            number[i] = static_cast<double>(numbers[i]);
            high[i] = grids[i].fraction().hi;
            low[i] = grids[i].fraction().lo;
            near &= grids[i].unit() && numbers[i] < Int{1} << 51 ? 1 : 0;
        }
        near_ = near != 0;
    }
    // Whether all steps are 1, and the numbers exact as doubles with room to spare.
    bool near() const { return near_; }
    DECAYLR_LANE double_double fraction(int i) const { return {high[i], low[i]}; }

   private:
    bool near_;
};

// A node whose runs are prepared into a row: `Curve::row(run, grid)` gives an object with at(n) and
// fill(first, count, out), perhaps with sum(first, count) and monotonicity(first), for numbers of
// the grid, whose number 0 is less than a step after the curve's beginning. A curve may have a fill_rows of its own, with the arguments of the node's, and
// across_runs(first, runs), for `many_runs` runs at most, which evaluates one position of all runs
// at a time (vectors across runs): fill(first, count, out, pitch), if applies(last position). So has
// own_numbers(first, runs), where each run has a number of its own: fill(numbers, out), if applies().
// The row of whole positions that all runs share is prepared once, when the node is built.
template <class Curve>
class CurveNode final : public Node {
    using Row = decltype(std::declval<const Curve&>().row(Run{0}, whole_positions));

   public:
    using Node::at;
    using Node::fill;

    explicit CurveNode(const Spec& spec) : curve_(spec) {
        if (spec.runs == 1) shared_.emplace(curve_.row(0, whole_positions));
    }
    Extent extent() const override { return {1, 1}; }
    double at(Run run, const Grid& grid, Int n) const override {
        if (n == 0 && grid.begins_whole()) return at(run, grid.begin());
        return with_row(run, grid, [&](const Row& row, Int back) { return row.at(n - back); });
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        fill_row(run, grid, first, count, out);
    }
    void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const override {
        if constexpr (fills_narrow<Row>::value) fill_row(run, grid, first, count, out);
        else Node::fill_narrow(run, grid, first, count, out);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        if constexpr (fills_numbers<Row>::value) {
            if (grid.unit()) {
                return with_row(run, grid, [&](const Row& row, Int) {
                    row.fill_numbers(numbers, count, out);
                });
            }
        }
        for (Int i = 0; i < count; ++i) out[i] = at(run, grid, numbers[i]);
    }
    void fill_rows(Run first_run, Run runs, Int first, Int count, double* out,
                   Int pitch) const override {
        if constexpr (prepares_rows<Curve>::value) {
            return curve_.fill_rows(first_run, runs, first, count, out, pitch);
        }
        Node::fill_rows(first_run, runs, first, count, out, pitch);
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        if (!shared_) {
            if constexpr (evaluates_across_runs<Curve>::value) {
                return fill_groups(first_run, runs, first, count, out, pitch);
            }
        }
        if (!shared_ && count > 1) {
            return Node::fill_across_runs(first_run, runs, first, count, out, pitch);
        }
        for (Int k = 0; k < count; ++k) {
            double* to = out + k * pitch;
            if (shared_) std::fill(to, to + runs, shared_->at(first + k));
            else fill_position(first_run, runs, first + k, to);
        }
    }
    void fill_own_numbers(Run first_run, Run runs, const Grid* grids, const Int* numbers,
                          double* out) const override {
        if constexpr (evaluates_own_numbers<Curve>::value) {
            for (Run r = 0; r < runs; r += many_runs) {
                const int n = static_cast<int>(std::min<Run>(many_runs, runs - r));
                const OwnNumbers own(grids + r, numbers + r, n);
                auto group = curve_.own_numbers(first_run + r, n);
                if (own.near() && group.applies()) {
                    group.fill(own, out + r);
                } else {
                    Node::fill_own_numbers(first_run + r, n, grids + r, numbers + r, out + r);
                }
            }
        } else {
            Node::fill_own_numbers(first_run, runs, grids, numbers, out);
        }
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        if constexpr (sums_closed<Row>::value) {
            return with_row(run, grid, [&](const Row& row, Int back) {
                return row.sum(first - back, count);
            });
        }
        return Node::sum(run, grid, first, count);
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        if constexpr (knows_monotonicity<Row>::value) {
            return with_row(run, grid, [&](const Row& row, Int back) {
                return moved(row.monotonicity(first - back), back);
            });
        }
        return Node::monotonicity(run, grid, first);
    }

   private:
    // f(row, back) of the row whose number n - back is number n of the grid.
    template <class F>
    auto with_row(Run run, const Grid& grid, F&& f) const {
        if (shared_ && grid.whole()) return f(*shared_, Int{0});
        if (grid.unit()) return f(curve_.row(run, grid), Int{0});
        const Grid::Moved own = grid.normalized();
        return f(curve_.row(run, own.grid), own.back);
    }
    // Where a grid of another distance begins at a whole position, its value is that position's.
    template <class Real>
    void fill_row(Run run, const Grid& grid, Int first, Int count, Real* out) const {
        if (first == 0 && count > 0 && grid.begins_whole()) {
            *out++ = static_cast<Real>(at(run, grid.begin()));
            ++first, --count;
        }
        with_row(run, grid, [&](const Row& row, Int back) { row.fill(first - back, count, out); });
    }
    void fill_groups(Run first_run, Run runs, Int first, Int count, double* out, Int pitch) const {
        for (Run r = 0; r < runs; r += many_runs) {
            const int n = static_cast<int>(std::min<Run>(many_runs, runs - r));
            auto group = curve_.across_runs(first_run + r, n);
            if (group.applies(first + (count - 1))) {
                group.fill(first, count, out + r, pitch);
                continue;
            }
            for (Int k = 0; k < count; ++k) {
                fill_position(first_run + r, n, first + k, out + k * pitch + r);
            }
        }
    }
    // Flattened, so that a row that is used only once stays in registers.
    __attribute__((flatten)) void fill_position(Run first_run, Run runs, Int p, double* out) const {
        for (Run r = 0; r < runs; ++r) out[r] = curve_.row(first_run + r, whole_positions).at(p);
    }

    Curve curve_;
    std::optional<Row> shared_;
};

// out[i] = f(first + i) for whole positions below 2^53: the hot loop of curves without blocks,
// which must be vectorized: f and one store, the positions by an addition and a conversion. 32-bit
// counters convert to vectors of doubles on every instruction set; 64-bit ones need AVX-512.
template <class Real, class F>
inline void fill_each(Int first, Int count, Real* out, F&& f) {
    for (Int done = 0; done < count; done += chunk) {
        const double from = static_cast<double>(first + done);
        const int n = static_cast<int>(std::min(chunk, count - done));
        Real* values = out + done;
        for (int i = 0; i < n; ++i) values[i] = static_cast<Real>(f(from + static_cast<double>(i)));
    }
}

// out[i] = f(x) for the numbers in any order, brought into [first, last], which is below 2^52.
template <class F>
inline void fill_each_number(const Int* numbers, Int count, Int first, Int last, double* out,
                             F&& f) {
    constexpr int together = 64;
    double values[together];  // local, so that nothing aliases it
    for (Int done = 0; done < count; done += together) {
        const int n = static_cast<int>(std::min<Int>(together, count - done));
        for (int i = 0; i < n; ++i) {
            values[i] = small_double(std::clamp(numbers[done + i], first, last));
        }
        for (int i = n; i % lanes != 0; ++i) values[i] = values[n - 1];
        const int many = whole_lanes(n);
        for (int i = 0; i < many; ++i) values[i] = f(values[i]);
        std::copy(values, values + n, out + done);
    }
}

// Fills [first, first + count) of a curve that is `init` at 0, if that is its beginning, `end` from
// `steps` on, and given by body(p, n, out) inside.
template <class Real, class Body>
inline void fill_interior(Int first, Int count, bool begins, const Boundary& steps, double init,
                          double end, Real* out, Body&& body) {
    Int i = 0;
    if (begins && first <= 0 && count > 0) {
        out[i++] = static_cast<Real>(steps.value > 0.0 ? init : end);
    }
    const Int inside = count == i ? 0 : positions_before(first + i, steps, count - i);
    if (inside > 0) body(first + i, inside, out + i);
    for (i += inside; i < count; ++i) out[i] = static_cast<Real>(end);
}

// Fills a curve that is constant from p to next(p): value(p) is taken once a plateau.
template <class Real, class Value, class Next>
inline void fill_plateaus(Int first, Int count, Real* out, Value&& value, Next&& next) {
    for (Int i = 0; i < count;) {
        const Int p = first + i;
        const Int n = positions_before(p, next(p), count - i);
        std::fill(out + i, out + i + n, static_cast<Real>(value(p)));
        i += n;
    }
}

// A cycle up to this length is copied rather than evaluated anew: it stays in a cache.
constexpr Int longest_copied = Int{1} << 14;

// out[i] = out[i - length] for length <= i < count: copies that grow, but stay in a cache.
template <class Real>
inline void repeat_values(Real* out, Int length, Int count) {
    const Int most = std::max(longest_copied / length, Int{1}) * length;
    for (Int done = length; done < count;) {
        const Int n = std::min({most, done, count - done});
        std::copy(out, out + n, out + done);
        done += n;
    }
}

}  // namespace decaylr
