// What a schedule does past its length: repeat, mirror, raise.
#pragma once

#include "combinators/cycles.h"
#include "combinators/moved.h"

namespace decaylr {

// What happens past the length.
enum class EndMode { repeat, mirror, raise };

inline EndMode end_mode_named(const std::string& mode) {
    if (mode == "repeat") return EndMode::repeat;
    if (mode == "mirror") return EndMode::mirror;
    if (mode == "raise") return EndMode::raise;
    throw std::invalid_argument("unknown ending " + mode);
}

// Past its length a schedule starts again, is mirrored back and forth, or refuses the position.
class Ending final : public Moved<Ending> {
   public:
    using Moved::fill;

    explicit Ending(const Spec& spec)
        : Moved(spec),
          length_(spec.column("length")),
          mode_(end_mode_named(spec.option("mode", ""))) {}
    bool refuses() const override { return mode_ == EndMode::raise || Moved::refuses(); }
    bool refuses_onward() const override {
        return mode_ == EndMode::raise ? child_->refuses_onward() : !child_->refuses();
    }
    double at(Run run, const Grid& grid, Int n) const override {
        if (mode_ == EndMode::raise) return child_->at(run, grid, n);
        const Cycle cycle = cycle_of(run, grid, n);
        return child_->at(run, cycle.grid, cycle.number(n));
    }
    void check(Run run, const Grid& grid, Int n) const override {
        if (mode_ == EndMode::raise) return check_end(run, grid, n);
        const Cycle cycle = cycle_of(run, grid, n);
        child_->check(run, cycle.grid, cycle.number(n));
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        if (mode_ == EndMode::raise) return child_->fill(run, grid, first, count, out);
        const Int period = period_of(run, grid);
        const bool copied = period > 0 && period <= longest_copied;
        const Int evaluated = copied ? std::min(period, count) : count;
        fill_cycles(run, grid, first, evaluated, out);
        if (evaluated < count) repeat_values(out, evaluated, count);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        if (mode_ == EndMode::raise) return child_->fill_numbers(run, grid, numbers, count, out);
        if (period_of(run, grid) == 0) {
            return fill_numbers_by_lanes(run, grid, numbers, count, out);
        }
        const Int length = length_.boundary(run).whole;
        each_chunk<Int>(levels(), count, [&](Int i, Int n, Int* local) {
            for (Int j = 0; j < n; ++j) {
                const Int p = numbers[i + j], rest = p % length;
                const bool back = mode_ == EndMode::mirror && p / length % 2 != 0;
                local[j] = back ? length - rest : rest;
            }
            child_->fill_numbers(run, grid, local, n, out + i);
        });
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        if (mode_ == EndMode::raise) return child_->sum(run, grid, first, count);
        const Int period = period_of(run, grid);
        if (period == 0) return sum_over_cycles(run, grid, first, count);
        return sum_of_cycles(period, first, count,
                             [&](Int p, Int n) { return sum_of_part(run, p, n); });
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        if (mode_ == EndMode::raise) return child_->monotonicity(run, grid, first);
        const Cycle cycle = cycle_of(run, grid, first);
        const Grid& inside = cycle.grid;
        const Int local = cycle.number(first), left = cycle.next - first;
        Monotonicity own = cycle.back ? monotonicity_backwards(run, inside, local, left)
                                      : child_->monotonicity(run, inside, local);
        own = moved(own, first - local);
        own.until = std::min(own.until, cycle.next);
        return own;
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        return mode_ == EndMode::raise ? child_->part_end(run, grid, first) : max_int;
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        if (mode_ == EndMode::raise) return child_->distinct_count(run, grid, first, count);
        const Int period = period_of(run, grid);
        return period > 0 ? std::min(period, count) : count;
    }
    Grid::Moved inside(Run, const Grid& grid, Int) const { return {grid, 0}; }
    bool inside_of(const Lane& lane, Int count, LaneInside& inside) const {
        inside.own = {*lane.grid, 0};
        if (mode_ == EndMode::raise) return true;
        const Cycle cycle = cycle_of(lane.run, *lane.grid, lane.number);
        inside.own = {cycle.grid, lane.number - cycle.number(lane.number)};
        return count == 1 || (!cycle.back && stays(lane.number, cycle.next, count));
    }

   private:
    // The numbers up to `next` are those of the child's grid, forwards or backwards: `from` at
    // number `at`.
    struct Cycle {
        Int next;
        Grid grid;
        bool back;
        Int from, at;

        Int number(Int n) const { return back ? from - (n - at) : from + (n - at); }
    };
    Cycle cycle_of(Run run, const Grid& grid, Int n) const {
        const Boundary length = length_.boundary(run);
        const EqualCycle own = equal_cycle(grid, length, n);
        if (mode_ != EndMode::mirror || !own.odd) {
            return {own.next, own.inside.grid, false, n - own.inside.back, n};
        }
        const MirroredCycle back = mirrored(grid, length, own);
        return {own.next, back.grid, true, back.from, back.at};
    }
    // After how many numbers all values come again; 0 where they do not.
    Int period_of(Run run, const Grid& grid) const {
        const Boundary length = length_.boundary(run);
        if (!grid.whole() || !length.integral || length.whole > max_int / 2) return 0;
        return mode_ == EndMode::mirror ? 2 * length.whole : length.whole;
    }
    void fill_cycles(Run run, const Grid& grid, Int first, Int count, double* out) const {
        for (Int i = 0; i < count;) {
            const Cycle cycle = cycle_of(run, grid, first + i);
            const Int n = positions_before(first + i, cycle.next, count - i);
            const Int from = cycle.number(cycle.back ? first + i + (n - 1) : first + i);
            child_->fill(run, cycle.grid, from, n, out + i);
            if (cycle.back) std::reverse(out + i, out + i + n);
            i += n;
        }
    }
    ClosedSum sum_over_cycles(Run run, const Grid& grid, Int first, Int count) const {
        double_double sum{0.0, 0.0};
        int cycles = 0;
        for (Int i = 0; i < count;) {
            if (++cycles > most_cycles) return {};
            const Cycle cycle = cycle_of(run, grid, first + i);
            const Int n = positions_before(first + i, cycle.next, count - i);
            if (n < least_summed && n < count) return {};
            const Int from = cycle.number(cycle.back ? first + i + (n - 1) : first + i);
            const ClosedSum own = child_->sum(run, cycle.grid, from, n);
            if (!own) return {};
            sum = add(sum, *own);
            i += n;
        }
        return sum;
    }
    // Of a mirrored cycle from number `local` of the child on, backwards: that of the child's range
    // that ends there. It is looked for from the child's beginning on, among the first few ranges.
    Monotonicity monotonicity_backwards(Run run, const Grid& inside, Int local,
                                        Int left) const {
        const Int end = local;
        Monotonicity own = child_->monotonicity(run, inside, 0);
        Int begin = 0;
        for (int tries = 0; own.until <= end; ++tries) {
            if (tries == 64) return {Trend::unknown, saturated_sum(local, left)};
            begin = own.until;
            own = child_->monotonicity(run, inside, begin);
        }
        const Int until = begin == 0 ? left : std::min(left, end - begin + 1);
        return {opposite(own.trend), saturated_sum(local, until), own.size};
    }
    // Of a cycle of whole positions, n from the p-th on; those past the length are mirrored.
    ClosedSum sum_of_part(Run run, Int p, Int n) const {
        const Int length = length_.boundary(run).whole;
        const Int ahead = std::clamp<Int>(length - p, 0, n), back = n - ahead;
        ClosedSum sum = double_double{0.0, 0.0};
        if (ahead > 0) sum = child_->sum(run, whole_positions, p, ahead);
        if (back == 0 || !sum) return sum;
        const Int from = 2 * length - (p + n) + 1;
        const ClosedSum mirrored = child_->sum(run, whole_positions, from, back);
        return mirrored ? ClosedSum(add(*sum, *mirrored)) : mirrored;
    }
    void check_end(Run run, const Grid& grid, Int n) const {
        const Boundary length = length_.boundary(run);
        if (grid.past(n, length)) {
            const double position = grid.position(n).hi;
            throw std::domain_error("position must be at most the length " + text(length.value) +
                                    " of a schedule that ends with \"raise\", got " +
                                    text(position));
        }
        child_->check(run, grid, n);
    }
    static std::string text(double x) {
        const bool whole = x == std::floor(x) && std::fabs(x) < two_53;
        return whole ? std::to_string(static_cast<Int>(x)) : std::to_string(x);
    }

    static constexpr int most_cycles = 4096;
    static constexpr Int least_summed = 4096;  // shorter cycles are added up value by value
    Column length_;
    EndMode mode_;
};

}  // namespace decaylr
