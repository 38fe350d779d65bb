// The node of a curve, whose runs are prepared into rows.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "tree/curve_lanes.h"
#include "tree/node.h"

namespace decaylr {

// Whether a curve prepares several runs together.
template <class Curve, class = void>
struct prepares_rows : std::false_type {};
template <class Curve>
struct prepares_rows<Curve, std::void_t<decltype(&Curve::fill_rows)>> : std::true_type {};

// Whether a curve evaluates lanes.
template <class Curve, class = void>
struct evaluates_lanes : std::false_type {};
template <class Curve>
struct evaluates_lanes<Curve, std::void_t<decltype(&Curve::lanes)>> : std::true_type {};

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

// A node whose runs are prepared into a row: `Curve::row(run, grid)` gives an object with at(n) and
// fill(first, count, out), perhaps with sum(first, count) and monotonicity(first), for numbers of
// the grid, whose number 0 is less than a step after the curve's beginning.
//
// A curve may have a fill_rows of its own, with the arguments of the node's. It may also have
// lanes(CurveLanes), which evaluates a number of each lane at a time (vectors across lanes):
// fill(count, out, pitch), if applies(count). The row of whole positions that all runs share is
// prepared once, when the node is built.
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
        if constexpr (evaluates_lanes<Curve>::value) {
            return fill_numbers_by_lanes(run, grid, numbers, count, out);
        }
        Node::fill_numbers(run, grid, numbers, count, out);
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
        if (shared_) {
            for (Int k = 0; k < count; ++k) {
                std::fill_n(out + k * pitch, runs, shared_->at(first + k));
            }
        } else if constexpr (evaluates_lanes<Curve>::value) {
            fill_runs_together(first_run, runs, first, count, out, pitch);
        } else {
            fill_runs_apart(first_run, runs, first, count, out, pitch);
        }
    }
    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        if constexpr (evaluates_lanes<Curve>::value) fill_lanes_together(lanes, many, count, out, pitch);
        else Node::fill_lanes(lanes, many, count, out, pitch);
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
    __attribute__((noinline)) void fill_lanes_together(const Lane* lanes, int many, Int count,
                                                       double* out, Int pitch) const {
        const CurveLanes own(lanes, many);
        auto group = curve_.lanes(own);
        if (group.applies(count)) group.fill(count, out, pitch);
        else Node::fill_lanes(lanes, many, count, out, pitch);
    }
    // Consecutive runs at the same whole positions.
    void fill_runs_together(Run first_run, Run runs, Int first, Int count, double* out,
                            Int pitch) const {
        for (Run r = 0; r < runs; r += many_lanes) {
            const int many = static_cast<int>(std::min<Run>(many_lanes, runs - r));
            const CurveLanes own(first_run + r, many, first);
            auto group = curve_.lanes(own);
            if (group.applies(count)) group.fill(count, out + r, pitch);
            else fill_runs_apart(first_run + r, many, first, count, out + r, pitch);
        }
    }
    void fill_runs_apart(Run first_run, Run runs, Int first, Int count, double* out,
                         Int pitch) const {
        if (count == 1) fill_position(first_run, runs, first, out);
        else Node::fill_across_runs(first_run, runs, first, count, out, pitch);
    }
    // Flattened, so that a row that is used only once stays in registers.
    __attribute__((flatten)) void fill_position(Run first_run, Run runs, Int p, double* out) const {
        for (Run r = 0; r < runs; ++r) out[r] = curve_.row(first_run + r, whole_positions).at(p);
    }

    Curve curve_;
    std::optional<Row> shared_;
};

}  // namespace decaylr
