// Combinators that evaluate one child at another position: advance, stretch, staircase.
#pragma once

#include "curves/plateaus.h"
#include "tree/node.h"

namespace decaylr {

// Base of combinators with one child. `Derived::inside(run, grid, n)` gives the child's grid that a
// number belongs to, from which number `back` of it is counted, and up to where (exclusive) that
// holds.
template <class Derived>
class Moved : public Node {
   public:
    using Node::at;
    using Node::check;
    using Node::fill;

    explicit Moved(const Spec& spec)
        : child_(spec.children.at(0)), extent_(extent_above({child_})) {}
    Extent extent() const override { return extent_; }
    bool refuses() const override { return child_->refuses(); }
    bool refuses_onward() const override { return child_->refuses_onward(); }
    double at(Run run, const Grid& grid, Int n) const override {
        const Grid::Moved own = self().inside(run, grid, n);
        return child_->at(run, own.grid, saturated_sum(n, -own.back));
    }
    void check(Run run, const Grid& grid, Int n) const override {
        const Grid::Moved own = self().inside(run, grid, n);
        child_->check(run, own.grid, saturated_sum(n, -own.back));
    }
    // Lanes all of whose numbers belong to one grid of the child (`inside_of` says which) are
    // evaluated together.
    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        with_room<RoomForLanes, 1>(levels(), [&](RoomForLanes* room) {
            int some = 0;
            room->grids.clear();
            for (int i = 0; i < many; ++i) {
                LaneInside inside;
                if (!self().inside_of(lanes[i], count, inside)) {
                    this->fill_lane(lanes[i], count, out + i, pitch);
                    continue;
                }
                room->of[some] = i;
                room->factor[some] = inside.factor;
                room->own[some++] = {lanes[i].run, room->grids.keep(inside.own.grid),
                                     saturated_sum(lanes[i].number, -inside.own.back)};
            }
            if (some == 0) return;
            child_->fill_lanes(room->own, some, count, room->values, many_lanes);
            self().show_lanes(*room, some, count);
            room->scatter(some, count, out, pitch);
        });
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        this->fill_runs_by_lanes(first_run, runs, first, count, out, pitch);
    }

   protected:
    // The child's grid for `count` numbers of a lane, if there is one.
    bool inside_of(const Lane& lane, Int count, LaneInside& inside) const {
        if (count > 1) return false;
        inside.own = self().inside(lane.run, *lane.grid, lane.number);
        return true;
    }
    // What the child's values are shown as.
    void show_lanes(RoomForLanes&, int, Int) const {}

    NodePtr child_;

   private:
    Extent extent_;
    const Derived& self() const { return static_cast<const Derived&>(*this); }
};

class Advance final : public Moved<Advance> {
   public:
    using Moved::fill;

    explicit Advance(const Spec& spec) : Moved(spec), by_(spec.column("by")) {}
    bool inside_of(const Lane& lane, Int count, LaneInside& inside) const {
        inside.own = this->inside(lane.run, *lane.grid, lane.number);
        return count == 1 || fits(*lane.grid, inside.own, lane.number, count);
    }
    Grid::Moved inside(Run run, const Grid& grid, Int n) const {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (grid.unit() || fits(grid, own, n, 0)) return own;
        return {own.grid.kept(), own.back};
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (!fits(grid, own, first, count)) return Node::fill(run, grid, first, count, out);
        child_->fill(run, own.grid, first - own.back, count, out);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        const Int largest = grid.unit() ? 0 : *std::max_element(numbers, numbers + count);
        if (!grid.unit() && !fits(grid, own, largest, 0)) {
            return Node::fill_numbers(run, grid, numbers, count, out);
        }
        each_chunk<Int>(levels(), count, [&](Int i, Int n, Int* later) {
            for (Int j = 0; j < n; ++j) later[j] = saturated_sum(numbers[i + j], -own.back);
            child_->fill_numbers(run, own.grid, later, n, out + i);
        });
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        const Boundary by = by_.boundary(first_run);
        if (by_.stride != 0 || !by.integral || first > max_int - count - by.whole) {
            return fill_runs_by_lanes(first_run, runs, first, count, out, pitch);
        }
        child_->fill_across_runs(first_run, runs, first + by.whole, count, out, pitch);
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (!fits(grid, own, first, count)) return {};
        return child_->sum(run, own.grid, first - own.back, count);
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (!fits(grid, own, first, 0)) return {};
        return moved(child_->monotonicity(run, own.grid, first - own.back), own.back);
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (!fits(grid, own, first, count)) return count;
        return child_->distinct_count(run, own.grid, first - own.back, count);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        const Grid::Moved own = grid.advanced(by_.boundary(run));
        if (!fits(grid, own, first, 0)) return max_int;
        const Int end = child_->part_end(run, own.grid, first - own.back);
        return end == max_int ? max_int : saturated_sum(end, own.back);
    }

   private:
    // Whether all numbers have later ones: here, or where a grid of another distance is numbered from
    // a curve's own beginning.
    static bool fits(const Grid& grid, const Grid::Moved& own, Int first, Int count) {
        const Int back = grid.unit() ? own.back : own.grid.normalized().back;
        return back >= 0 || first <= max_int - count + back;
    }
    Column by_;
};

// The child at position * times / ratio.
class Stretch final : public Moved<Stretch> {
   public:
    using Moved::fill;

    explicit Stretch(const Spec& spec)
        : Moved(spec), ratio_(spec.column("ratio")), times_(spec.column_or("over", 1.0)) {}
    Grid::Moved inside(Run run, const Grid& grid, Int) const { return {scaled(run, grid), 0}; }
    bool inside_of(const Lane& lane, Int, LaneInside& inside) const {
        inside.own = {scaled(lane.run, *lane.grid), 0};
        return true;
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        child_->fill(run, scaled(run, grid), first, count, out);
    }
    void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const override {
        child_->fill_narrow(run, scaled(run, grid), first, count, out);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        child_->fill_numbers(run, scaled(run, grid), numbers, count, out);
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        return child_->sum(run, scaled(run, grid), first, count);
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return child_->monotonicity(run, scaled(run, grid), first);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        return child_->part_end(run, scaled(run, grid), first);
    }

   private:
    Grid scaled(Run run, const Grid& grid) const {
        return grid.scaled(exact(times_.boundary(run)), exact(ratio_.boundary(run)));
    }
    Column ratio_, times_;
};

// The child at whole multiples of a size. Where that is whole they are whole positions of the
// child, else numbers of a grid.
class Staircase final : public Moved<Staircase> {
   public:
    using Moved::fill;

    explicit Staircase(const Spec& spec) : Moved(spec), every_(spec.column("every")) {}
    Grid::Moved inside(Run run, const Grid& grid, Int n) const {
        const Boundary every = every_.boundary(run);
        const Int stair = grid.quotient(n, every);
        if (!every.integral) return {stairs_grid(every), n - stair};
        return {whole_positions, n - std::min(stair, max_int / every.whole) * every.whole};
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        const Boundary every = every_.boundary(run);
        if (grid.whole() && every.integral && every.whole == 1) {
            return child_->fill(run, grid, first, count, out);
        }
        Stairs(every, grid).fill<chunk>(
            first, count, out, [&](Int stair, int many, double* levels) {
                fill_stairs(run, every, stair, many, levels);
            });
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        const Boundary every = every_.boundary(run);
        const Grid own = every.integral ? whole_positions : stairs_grid(every);
        const Int times = every.integral ? every.whole : 1, last = max_int / times;
        each_chunk<Int>(levels(), count, [&](Int i, Int n, Int* at) {
            for (Int j = 0; j < n; ++j) {
                at[j] = std::min(grid.quotient(numbers[i + j], every), last) * times;
            }
            child_->fill_numbers(run, own, at, n, out + i);
        });
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return {Trend::constant, Stairs(every_.boundary(run), grid).next(first)};
    }

   private:
    static Grid stairs_grid(const Boundary& every) {
        return whole_positions.scaled(exact(every), {1.0, 0.0});
    }
    void fill_stairs(Run run, const Boundary& every, Int stair, int many, double* levels) const {
        if (!every.integral) {
            return child_->fill(run, stairs_grid(every), stair, many, levels);
        }
        const Int last = max_int / every.whole;
        with_room<Int>(this->levels(), [&](Int* at) {
            for (int i = 0; i < many; ++i) at[i] = std::min(stair + i, last) * every.whole;
            child_->fill_numbers(run, whole_positions, at, many, levels);
        });
    }
    Column every_;
};

}  // namespace decaylr
