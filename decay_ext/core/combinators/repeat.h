// repeat: cycle c shows floor + (child(local) - floor) * value_scale**c.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "blocks/geometric.h"
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
        : period_(period.integral ? exact(period.whole) : double_double{period.value, 0.0}),
          growth_(growth),
          decay_(decay),
          floor_(floor),
          count_(count),
          whole_(whole),
          first_(whole && !period.integral ? make_boundary(std::floor(period.value)) : period) {}

    // The cycle that holds p; past the last one, the last.
    Cycle find(double_double p) const {
        return growth_ == 1.0 ? find_equal(p) : find_from(first_cycle(), p);
    }
    // The same from waypoints of the run. A walk that has gone far beyond them prepares more.
    Cycle find(double_double p, const WaypointsOfRuns* all, Run run) const {
        if (growth_ == 1.0) return find_equal(p);
        const Waypoints* known = all ? all->of(run) : nullptr;
        const Cycle start = known ? nearest(*known, p) : first_cycle();
        const Cycle found = find_from(start, p);
        const Int walked = found.number - start.number;
        if (all && walked > (known ? known->apart : many_cycles)) {
            all->extend(run, known, waypoints_to(found.number));
        }
        return found;
    }
    // The cycle that holds p, which comes after the beginning of another one.
    Cycle find_after(const Cycle& cycle, double_double p) const {
        return growth_ == 1.0 ? find_equal(p) : find_from(cycle, p);
    }
    bool over(const Cycle& cycle, double_double p) const {
        return last(cycle.number) && sub(sub(p, cycle.begin), cycle.length).hi >= 0.0;
    }
    // Where the last of `count` cycles ends.
    double total() const {
        const Cycle cycle = find(double_double{two_63, 0.0});
        return last(cycle.number) ? to_double(add(cycle.begin, cycle.length))
                                  : std::numeric_limits<double>::infinity();
    }
    // Whether a cycle is as long as the period, so that the child is not scaled to it.
    bool plain(const Cycle& cycle) const {
        return cycle.length.hi == period_.hi && cycle.length.lo == period_.lo;
    }
    // The child's position for p inside a cycle.
    double_double local(const Cycle& cycle, double_double p) const {
        if (over(cycle, p)) return period_;
        const double_double since = sub(p, cycle.begin);
        return plain(cycle) ? since : scaled(since, period_.hi, cycle.length);
    }
    // What a cycle's values above the floor are multiplied by.
    double factor(const Cycle& cycle) const { return decayed(1.0, decay_, cycle.number); }
    double shown(double factor, double value) const {
        return decay_ == 1.0 ? value : floor_ + (value - floor_) * factor;
    }
    double period() const { return period_.hi; }
    // Whether all cycles are as long as the period, which is whole; and show the same.
    bool equal() const {
        return growth_ == 1.0 && first_.integral && period_.lo == 0.0 &&
               period_.hi == first_.value;
    }
    bool same() const { return equal() && decay_ == 1.0; }
    Int length() const { return first_.whole; }
    // The period of the values before `stop`; 0 where they are not periodic.
    Int again() const {
        const bool same = growth_ == 1.0 && decay_ == 1.0 && first_.integral;
        return same && first_.whole <= longest_copied ? first_.whole : 0;
    }
    Int stop() const {
        return count_.whole > max_int / first_.whole ? max_int : count_.whole * first_.whole;
    }

   private:
    static constexpr Int many_cycles = 64, most_waypoints = 256;

    Cycle first_cycle() const { return {0, {0.0, 0.0}, length_of(period_), period_}; }
    Cycle after(const Cycle& cycle, double_double begin) const {
        const double_double grown = mul(cycle.grown, growth_);
        return {cycle.number + 1, begin, length_of(grown), grown};
    }
    // Whether p comes before the beginning of a cycle.
    bool before(double_double p, double_double begin) const {
        return !(begin.hi <= p.hi) || (begin.hi == p.hi && whole_ && begin.lo > p.lo);
    }
    Cycle find_from(Cycle cycle, double_double p) const {
        while (!last(cycle.number)) {
            const double_double next = add(cycle.begin, cycle.length);
            if (before(p, next)) break;
            cycle = after(cycle, next);
        }
        return cycle;
    }
    Cycle nearest(const Waypoints& known, double_double p) const {
        std::size_t low = 0, high = known.cycles.size();
        while (high - low > 1) {
            const std::size_t middle = low + (high - low) / 2;
            if (before(p, known.cycles[middle].begin)) high = middle;
            else low = middle;
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
            cycle = after(cycle, add(cycle.begin, cycle.length));
        }
        return made;
    }
    bool last(Int number) const { return number >= count_.whole - 1; }
    // Rounded down as float64 has it: 10 * 1.2 is 12. Above 2^53 the second word counts too.
    double_double length_of(double_double grown) const {
        if (!whole_) return grown;
        const double hi = std::floor(grown.hi);
        return hi < two_53 ? double_double{hi, 0.0} : quick_two_sum(hi, std::floor(grown.lo));
    }
    Cycle find_equal(double_double p) const {
        Int number = first_.integral ? whole_part(p) / first_.whole : quotient(p, first_);
        if (last(number)) number = count_.whole - 1;
        const double_double length =
            first_.integral ? exact(first_.whole) : double_double{first_.value, 0.0};
        return {number, mul(exact(number), length), length, length};
    }

    double_double period_;
    double growth_, decay_, floor_;
    Boundary count_;
    bool whole_;
    Boundary first_;  // the length of the first cycle
};

class Repeat final : public Moved<Repeat> {
   public:
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
    void fill(Run run, Int first, Int count, double* out) const override {
        const RepeatRow row = this->row(run);
        const Int again = row.again(), equal = equals(row, first, count);
        if (equal <= again) return fill_cycles(run, row, first, count, out);
        fill_cycles(run, row, first, again, out);
        repeat_values(out, again, equal);
        if (equal < count) fill_cycles(run, row, first + equal, count - equal, out + equal);
    }
    void fill_narrow(Run run, Int first, Int count, float* out) const override {
        const RepeatRow row = this->row(run);
        const Int again = row.again(), equal = equals(row, first, count);
        if (equal <= again) return Node::fill_narrow(run, first, count, out);
        Node::fill_narrow(run, first, again, out);
        repeat_values(out, again, equal);
        if (equal < count) Node::fill_narrow(run, first + equal, count - equal, out + equal);
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        const RepeatRow row = this->row(run);
        if (!row.same()) return {};
        const Int inside = first < row.stop() ? positions_before(first, row.stop(), count) : 0;
        ClosedSum sum = double_double{0.0, 0.0};
        if (inside > 0) {
            sum = sum_of_cycles(row.length(), first, inside,
                                [&](Int p, Int n) { return child_->sum(run, p, n); });
        }
        if (inside == count || !sum) return sum;
        return add(*sum, sum_of_equal(at(run, first + inside), count - inside));
    }
    Monotonicity monotonicity(Run run, Int first) const override {
        const RepeatRow row = this->row(run);
        if (!row.same()) return {};
        if (first >= row.stop()) return {Trend::constant};
        const Int local = first % row.length(), begin = first - local;
        Monotonicity own = moved_forward(child_->monotonicity(run, local), begin);
        own.until = std::min(own.until, row.length() > max_int - begin ? max_int
                                                                       : begin + row.length());
        return own;
    }
    Int distinct_count(Run run, Int first, Int count) const override {
        const RepeatRow row = this->row(run);
        const bool cycles = row.same() && first < row.stop() && row.stop() - first >= count;
        return cycles ? std::min(row.length(), count) : count;
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        const RepeatRow row = this->row(run);
        const Cycle cycle = find(row, run, exact(p));
        return shown(row, cycle, row.factor(cycle), exact(p), f);
    }

   private:
    RepeatRow row(Run run) const {
        return {period_.boundary(run), growth_(run),         decay_(run),
                floor_(run),           count_.boundary(run), whole_};
    }
    Cycle find(const RepeatRow& row, Run run, double_double p) const {
        return row.find(p, waypoints_ ? &*waypoints_ : nullptr, run);
    }
    // How many of `count` positions from p on lie in cycles that are all the same.
    static Int equals(const RepeatRow& row, Int p, Int count) {
        return row.again() == 0 || p >= row.stop() ? 0 : positions_before(p, row.stop(), count);
    }
    void fill_cycles(Run run, const RepeatRow& row, Int first, Int count, double* out) const {
        Cycle cycle = find(row, run, exact(first));
        for (Int i = 0; i < count;) {
            const double_double p = exact(first + i);
            if (i > 0) cycle = row.find_after(cycle, p);
            const double left = to_double(sub(add(cycle.begin, cycle.length), p));
            const bool over = row.over(cycle, p);
            const bool rest = over || !(left < static_cast<double>(count - i));
            const Int n = rest ? count - i : std::max(static_cast<Int>(std::ceil(left)), Int{1});
            fill_cycle(run, row, cycle, over, first + i, n, out + i);
            i += n;
        }
    }
    // Values of positions of one cycle, or past the last one.
    void fill_cycle(Run run, const RepeatRow& row, const Cycle& cycle, bool over, Int first, Int n,
                    double* out) const {
        const double factor = row.factor(cycle);
        const auto child = [&](auto q) { return child_->value(run, q); };
        if (over) {
            std::fill(out, out + n, shown(row, cycle, factor, exact(first), child));
            return;
        }
        const double_double since = sub(exact(first), cycle.begin);
        if (!is_whole(since)) {
            for (Int i = 0; i < n; ++i) {
                out[i] = shown(row, cycle, factor, exact(first + i), child);
            }
            return;
        }
        if (row.plain(cycle)) {
            child_->fill(run, whole_part(since), n, out);
        } else {
            child_->fill_scaled(run, whole_part(since), n, row.period(), cycle.length, out);
        }
        for (Int i = 0; i < n; ++i) out[i] = row.shown(factor, out[i]);
    }
    template <class F>
    static double shown(const RepeatRow& row, const Cycle& cycle, double factor, double_double p,
                        F&& f) {
        return row.shown(factor, with_position(row.local(cycle, p), f));
    }

    Column period_, count_, growth_, decay_, floor_;
    bool whole_;
    std::optional<WaypointsOfRuns> waypoints_;  // where cycles grow
};

}  // namespace decaylr
