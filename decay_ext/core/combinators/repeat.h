// repeat: cycle c shows floor + (child(local) - floor) * value_scale**c.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "blocks/geometric.h"
#include "combinators/cycles.h"
#include "combinators/moved.h"

namespace decaylr {

// Where one cycle lies: its number, first position and length; of cycles that grow also the length
// before it is made whole, from which that of the next one follows.
struct Cycle {
    Int number;
    double_double begin, length, grown;
};

// Some of the cycles of a run that have been walked through, from the first one on, at even
// distances. Each is as the walk found it, so that a walk from there finds the same cycles.
struct Waypoints {
    std::vector<Cycle> cycles;
    Int apart;                                    // how many cycles from one to the next
    std::unique_ptr<const Waypoints> shorter;  // the ones before: other threads may use them
};

// Waypoints of all runs, which whoever walks far prepares for those who come later. Nothing is
// locked: a forked process could find a lock taken for good.
class WaypointsOfRuns {
   public:
    explicit WaypointsOfRuns(Run runs) : lists_(static_cast<std::size_t>(runs)) {}
    ~WaypointsOfRuns() {
        for (auto& list : lists_) delete list.load();
    }
    WaypointsOfRuns(const WaypointsOfRuns&) = delete;
    WaypointsOfRuns& operator=(const WaypointsOfRuns&) = delete;

    const Waypoints* of(Run run) const { return at(run).load(std::memory_order_acquire); }
    // Shows a longer list to others, if none of them has been faster.
    void extend(Run run, const Waypoints* shorter, std::unique_ptr<Waypoints> longer) const {
        longer->shorter.reset(shorter);
        if (at(run).compare_exchange_strong(shorter, longer.get(), std::memory_order_acq_rel)) {
            longer.release();
        } else {
            longer->shorter.release();
        }
    }

   private:
    std::atomic<const Waypoints*>& at(Run run) const {
        return lists_[lists_.size() == 1 ? 0 : static_cast<std::size_t>(run)];
    }
    mutable std::vector<std::atomic<const Waypoints*>> lists_;
};

class RepeatRow {
   public:
    RepeatRow(const Boundary& period, double growth, double decay, double floor,
              const Boundary& count, bool whole)
        : period_(period),
          growth_(growth),
          decay_(decay),
          floor_(floor),
          count_(count),
          whole_(whole),
          first_(whole && !period.integral ? make_boundary(std::floor(period.value)) : period) {}

    bool grows() const { return growth_ != 1.0; }
    // Of cycles that grow, the one that a number of a grid is in; past the last one, the last. A
    // walk from waypoints of the run that has gone far beyond them prepares more.
    Cycle find(const Grid& grid, Int n, const WaypointsOfRuns* all, Run run) const {
        const Waypoints* known = all ? all->of(run) : nullptr;
        const Cycle start = known ? nearest(*known, grid, n) : first_cycle();
        const Cycle found = find_after(start, grid, n);
        const Int walked = found.number - start.number;
        if (all && walked > (known ? known->apart : many_cycles)) {
            all->extend(run, known, waypoints_to(found.number));
        }
        return found;
    }
    // The same from the beginning of a cycle before it.
    Cycle find_after(Cycle cycle, const Grid& grid, Int n) const {
        while (!last(cycle.number)) {
            const double_double next = end_of(cycle);
            if (!grid.reached(n, next)) break;
            cycle = after(cycle, next);
        }
        return cycle;
    }
    static double_double end_of(const Cycle& cycle) { return add(cycle.begin, cycle.length); }
    // Where the last of `count` cycles ends.
    double total() const {
        if (!grows() || !(count_.value < two_63)) return count_.value * first_.value;
        const Cycle cycle = find_after(first_cycle(), whole_positions, max_int);
        return last(cycle.number) ? to_double(end_of(cycle))
                                  : std::numeric_limits<double>::infinity();
    }
    // The grid on which the child is as long as a cycle.
    Grid fitted(const Grid& grid, double_double length) const {
        const bool plain = sub(length, exact(period_)).hi == 0.0;
        return plain ? grid : grid.scaled(exact(period_), length);
    }
    // What a cycle's values above the floor are multiplied by.
    double factor(Int number) const { return decayed(1.0, decay_, number); }
    bool decays() const { return decay_ != 1.0; }
    double shown(double factor, double value) const {
        return decays() ? floor_ + (value - floor_) * factor : value;
    }
    void show(double factor, double* values, Int count) const {
        if (!decays()) return;
        const double floor = floor_;
        for (Int i = 0; i < count; ++i) values[i] = floor + (values[i] - floor) * factor;
    }
    const Boundary& period() const { return period_; }
    // The length of the first cycle: of all where they do not grow.
    const Boundary& first() const { return first_; }
    double_double first_length() const { return exact(first_); }
    // Whether a cycle is the last one, or after it.
    bool last(Int number) const { return ends() && number >= count_.whole - 1; }
    bool past(Int number) const { return ends() && number > count_.whole - 1; }
    Int last_number() const { return count_.whole - 1; }
    bool ends() const { return count_.value < two_63; }
    // Whether whole positions are the child's, shifted by whole cycles.
    bool aligned(const Grid& grid) const {
        return !grows() && grid.whole() && period_.integral;
    }
    Int stop() const {
        return count_.whole > max_int / first_.whole ? max_int : count_.whole * first_.whole;
    }

   private:
    static constexpr Int many_cycles = 64, most_waypoints = 256;

    Cycle first_cycle() const {
        const double_double period = exact(period_);
        return {0, {0.0, 0.0}, length_of(period), period};
    }
    Cycle after(const Cycle& cycle, double_double begin) const {
        const double_double grown = mul(cycle.grown, growth_);
        return {cycle.number + 1, begin, length_of(grown), grown};
    }
    static Cycle nearest(const Waypoints& known, const Grid& grid, Int n) {
        std::size_t low = 0, high = known.cycles.size();
        while (high - low > 1) {
            const std::size_t middle = low + (high - low) / 2;
            if (grid.reached(n, known.cycles[middle].begin)) low = middle;
            else high = middle;
        }
        return known.cycles[low];
    }
    // As many cycles again as there are up to one of them.
    std::unique_ptr<Waypoints> waypoints_to(Int number) const {
        auto made = std::make_unique<Waypoints>();
        const Int cycles = 2 * number;
        made->apart = std::max(many_cycles, cycles / most_waypoints + 1);
        Cycle cycle = first_cycle();
        for (Int i = 0; i <= cycles; ++i) {
            if (i % made->apart == 0) made->cycles.push_back(cycle);
            if (last(cycle.number) || !(cycle.begin.hi < two_63)) break;
            cycle = after(cycle, end_of(cycle));
        }
        return made;
    }
    // Rounded down as float64 has it: 10 * 1.2 is 12. Above 2^53 the second word counts too.
    double_double length_of(double_double grown) const {
        if (!whole_) return grown;
        const double hi = std::floor(grown.hi);
        return hi < two_53 ? double_double{hi, 0.0} : quick_two_sum(hi, std::floor(grown.lo));
    }

    Boundary period_;
    double growth_, decay_, floor_;
    Boundary count_;
    bool whole_;
    Boundary first_;  // the length of the first cycle
};

class Repeat final : public Moved<Repeat> {
   public:
    using Moved::fill;

    explicit Repeat(const Spec& spec)
        : Moved(spec),
          period_(spec.column("period")),
          count_(spec.column_or("count", std::numeric_limits<double>::infinity())),
          growth_(spec.column("period_scale")),
          decay_(spec.column("value_scale")),
          floor_(spec.column("floor")),
          whole_(spec.option("lengths", "floor") == "floor") {
        if (!growth_.is(1.0)) {
            const bool varies = period_.stride || count_.stride || growth_.stride;
            waypoints_.emplace(varies ? spec.runs : 1);
        }
    }
    bool refuses_onward() const override { return !child_->refuses(); }
    double at(Run run, const Grid& grid, Int n) const override {
        const RepeatRow row = this->row(run);
        const Shown own = shown_at(row, run, grid, n, nullptr);
        return row.shown(own.factor, child_->at(run, own.inside.grid, own.number(n)));
    }
    void check(Run run, const Grid& grid, Int n) const override {
        const Shown own = shown_at(row(run), run, grid, n, nullptr);
        child_->check(run, own.inside.grid, own.number(n));
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        const RepeatRow row = this->row(run);
        const Int again = period_of(row, grid), equal = equals(row, again, first, count);
        if (equal <= again) return fill_cycles(run, row, grid, first, count, out);
        fill_cycles(run, row, grid, first, again, out);
        repeat_values(out, again, equal);
        if (equal == count) return;
        fill_cycles(run, row, grid, first + equal, count - equal, out + equal);
    }
    void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const override {
        const RepeatRow row = this->row(run);
        const Int again = period_of(row, grid), equal = equals(row, again, first, count);
        if (equal <= again) return Node::fill_narrow(run, grid, first, count, out);
        Node::fill_narrow(run, grid, first, again, out);
        repeat_values(out, again, equal);
        if (equal == count) return;
        Node::fill_narrow(run, grid, first + equal, count - equal, out + equal);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        const RepeatRow row = this->row(run);
        if (!row.aligned(grid)) return fill_numbers_by_lanes(run, grid, numbers, count, out);
        each_chunk<Int>(levels(), count, [&](Int i, Int n, Int* local) {
            fill_aligned(run, row, numbers + i, n, local, out + i);
        });
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        const RepeatRow row = this->row(run);
        if (!row.aligned(grid) || row.decays()) {
            return sum_over_cycles(run, row, grid, first, count);
        }
        const Int inside = first < row.stop() ? positions_before(first, row.stop(), count) : 0;
        ClosedSum sum = double_double{0.0, 0.0};
        if (inside > 0) {
            sum = sum_of_cycles(row.first().whole, first, inside, [&](Int p, Int n) {
                return child_->sum(run, whole_positions, p, n);
            });
        }
        if (inside == count || !sum) return sum;
        return add(*sum, sum_of_equal(at(run, grid, first + inside), count - inside));
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        const RepeatRow row = this->row(run);
        const Shown own = shown_at(row, run, grid, first, nullptr);
        if (own.over) return {Trend::constant};
        if (row.decays()) return {Trend::unknown, own.next};
        const Int local = own.number(first);
        Monotonicity found =
            moved(child_->monotonicity(run, own.inside.grid, local), first - local);
        found.until = std::min(found.until, own.next);
        return found;
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        const RepeatRow row = this->row(run);
        if (!row.aligned(grid) || row.decays()) return count;
        const bool cycles = first < row.stop() && row.stop() - first >= count;
        return cycles ? std::min(row.first().whole, count) : count;
    }
    Grid::Moved inside(Run, const Grid& grid, Int) const { return {grid, 0}; }
    bool inside_of(const Lane& lane, Int count, LaneInside& inside) const {
        const Shown shown = shown_at(row(lane.run), lane.run, *lane.grid, lane.number, nullptr);
        inside = {{shown.inside.grid, lane.number - shown.number(lane.number)}, shown.factor};
        return count == 1 || (!shown.over && stays(lane.number, shown.next, count));
    }
    void show_lanes(RoomForLanes& room, int some, Int count) const {
        if (decay_.is(1.0)) return;
        for (int i = 0; i < some; ++i) {
            const RepeatRow row = this->row(room.own[i].run);
            for (Int k = 0; k < count; ++k) {
                double& value = room.values[k * many_lanes + i];
                value = row.shown(room.factor[i], value);
            }
        }
    }

   private:
    // What the numbers up to `next` show: numbers of the child's grid or, past the last cycle, the
    // child at its period.
    struct Shown {
        Int next;
        Grid::Moved inside;
        double factor;
        bool over;

        Int number(Int n) const { return over ? -inside.back : n - inside.back; }
    };

    RepeatRow row(Run run) const {
        return {period_.boundary(run), growth_(run),         decay_(run),
                floor_(run),           count_.boundary(run), whole_};
    }
    // `walked`: of cycles that grow one before the number, replaced by the number's own.
    Shown shown_at(const RepeatRow& row, Run run, const Grid& grid, Int n,
                   std::optional<Cycle>* walked) const {
        if (!row.grows()) return equal_shown_at(row, grid, n);
        const WaypointsOfRuns* all = waypoints_ ? &*waypoints_ : nullptr;
        const Cycle cycle = walked && *walked ? row.find_after(**walked, grid, n)
                                              : row.find(grid, n, all, run);
        if (walked) *walked = cycle;
        const double_double end = RepeatRow::end_of(cycle);
        if (row.last(cycle.number) && grid.reached(n, end)) return past(row, cycle.number);
        const Grid::Moved begin = grid.since(cycle.begin);
        return {first_position(grid.first_at(end)),
                {row.fitted(begin.grid, cycle.length), begin.back},
                row.factor(cycle.number),
                false};
    }
    Shown equal_shown_at(const RepeatRow& row, const Grid& grid, Int n) const {
        const EqualCycle cycle = equal_cycle(grid, row.first(), n);
        if (row.past(cycle.number)) return past(row, row.last_number());
        const Grid inside = row.fitted(cycle.inside.grid, row.first_length());
        return {cycle.next, {inside, cycle.inside.back}, row.factor(cycle.number), false};
    }
    static Shown past(const RepeatRow& row, Int number) {
        return {max_int, place_of(exact(row.period())), row.factor(number), true};
    }
    // After how many numbers the values of a few cycles come again; 0 where they do not.
    static Int period_of(const RepeatRow& row, const Grid& grid) {
        const bool same = row.aligned(grid) && !row.decays();
        return same && row.first().whole <= longest_copied ? row.first().whole : 0;
    }
    // How many of `count` positions from p on lie in cycles that are all the same.
    static Int equals(const RepeatRow& row, Int again, Int p, Int count) {
        return again == 0 || p >= row.stop() ? 0 : positions_before(p, row.stop(), count);
    }
    void fill_cycles(Run run, const RepeatRow& row, const Grid& grid, Int first, Int count,
                     double* out) const {
        std::optional<Cycle> walked;
        for (Int i = 0; i < count;) {
            const Shown own = shown_at(row, run, grid, first + i, &walked);
            const Int n = positions_before(first + i, own.next, count - i);
            const Int from = own.number(first + i);
            double* to = out + i;
            if (own.over) std::fill(to, to + n, child_->at(run, own.inside.grid, from));
            else child_->fill(run, own.inside.grid, from, n, to);
            row.show(own.factor, to, n);
            i += n;
        }
    }
    void fill_aligned(Run run, const RepeatRow& row, const Int* numbers, Int count, Int* local,
                      double* out) const {
        const Int size = row.first().whole, last = row.ends() ? row.last_number() : max_int;
        for (Int i = 0; i < count; ++i) {
            local[i] = numbers[i] / size > last ? size : numbers[i] % size;
        }
        child_->fill_numbers(run, whole_positions, local, count, out);
        if (!row.decays()) return;
        Int known = -1;
        double factor = 1.0;
        for (Int i = 0; i < count; ++i) {
            const Int number = std::min(numbers[i] / size, last);
            if (number != known) factor = row.factor(number);
            known = number;
            out[i] = row.shown(factor, out[i]);
        }
    }
    // Where cycles are not all the same, of a few long ones.
    ClosedSum sum_over_cycles(Run run, const RepeatRow& row, const Grid& grid, Int first,
                              Int count) const {
        if (row.decays()) return {};
        std::optional<Cycle> walked;
        double_double sum{0.0, 0.0};
        int cycles = 0;
        for (Int i = 0; i < count;) {
            const Shown own = shown_at(row, run, grid, first + i, &walked);
            const Int n = positions_before(first + i, own.next, count - i);
            if (++cycles > most_cycles || (n < least_summed && n < count)) return {};
            const Int from = own.number(first + i);
            if (own.over) {
                const double held = child_->at(run, own.inside.grid, from);
                return add(sum, sum_of_equal(held, n));
            }
            const ClosedSum part = child_->sum(run, own.inside.grid, from, n);
            if (!part) return {};
            sum = add(sum, *part);
            i += n;
        }
        return sum;
    }

    static constexpr int most_cycles = 4096;
    static constexpr Int least_summed = 4096;  // shorter cycles are added up value by value
    Column period_, count_, growth_, decay_, floor_;
    bool whole_;
    std::optional<WaypointsOfRuns> waypoints_;  // where cycles grow
};

}  // namespace decaylr
