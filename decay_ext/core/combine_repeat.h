// repeat: cycle c shows floor + (child(local) - floor) * value_scale**c.
#pragma once

#include "combine_positions.h"

namespace decaylr {

// Where one cycle lies: its number, first position and length.
struct Cycle {
    Int number;
    dd begin, length;
};

class RepeatRow {
   public:
    RepeatRow(Mark period, double growth, double decay, double floor, Mark count, bool whole)
        : period_(period),
          growth_(growth),
          decay_(decay),
          floor_(floor),
          count_(count),
          whole_(whole) {
        if (whole_ && !period_.integral) period_ = make_mark(std::floor(period_.value));
    }

    // The cycle that holds p; past the last one, the last.
    Cycle find(dd p) const {
        if (growth_ == 1.0) return find_equal(p);
        dd grown{period_.value, 0.0};
        Cycle cycle{0, {0.0, 0.0}, grown};
        while (!last(cycle.number)) {
            const dd next = add(cycle.begin, cycle.length);
            if (!(next.hi <= p.hi) || (next.hi == p.hi && whole_ && next.lo > p.lo)) break;
            grown = mul(grown, growth_);
            cycle = {cycle.number + 1, next, length_of(grown)};
        }
        return cycle;
    }
    bool over(const Cycle& cycle, dd p) const {
        return last(cycle.number) && sub(sub(p, cycle.begin), cycle.length).hi >= 0.0;
    }
    // Where the last of `count` cycles ends.
    double total() const {
        const Cycle cycle = find(dd{two_63, 0.0});
        return last(cycle.number) ? to_double(add(cycle.begin, cycle.length))
                                  : std::numeric_limits<double>::infinity();
    }
    // The child's position for p inside a cycle.
    dd local(const Cycle& cycle, dd p) const {
        const dd since = sub(p, cycle.begin);
        if (growth_ == 1.0 || cycle.number == 0) return since;
        return decaylr::scaled(since, period_.value, cycle.length);
    }
    bool scaled(const Cycle& cycle) const { return growth_ != 1.0 && cycle.number != 0; }
    // What a cycle's values above the floor are multiplied by.
    double factor(const Cycle& cycle) const { return decayed(1.0, decay_, cycle.number); }
    double shown(double factor, double value) const {
        return decay_ == 1.0 ? value : floor_ + (value - floor_) * factor;
    }
    const Mark& period() const { return period_; }

   private:
    bool last(Int number) const { return number >= count_.whole - 1; }
    // Rounded down as float64 has it: 10 * 1.2 is 12. Above 2^53 the second word counts too.
    dd length_of(dd grown) const {
        if (!whole_) return grown;
        const double hi = std::floor(grown.hi);
        return hi < two_53 ? dd{hi, 0.0} : quick_two_sum(hi, std::floor(grown.lo));
    }
    Cycle find_equal(dd p) const {
        Int number = period_.integral ? whole_part(p) / period_.whole : quotient(p, period_);
        if (last(number)) number = count_.whole - 1;
        const dd length = period_.integral ? exact(period_.whole) : dd{period_.value, 0.0};
        return {number, mul(exact(number), length), length};
    }

    Mark period_;
    double growth_, decay_, floor_;
    Mark count_;
    bool whole_;
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
          whole_(spec.option("lengths", "floor") == "floor") {}
    void fill(Run run, Int first, Int count, double* out) const override {
        const RepeatRow row = this->row(run);
        if (!row.period().integral) return Node::fill(run, first, count, out);
        for (Int i = 0; i < count;) {
            const dd p = exact(first + i);
            const Cycle cycle = row.find(p);
            const double left = to_double(sub(add(cycle.begin, cycle.length), p));
            const bool over = row.over(cycle, p);
            const Int room = over || !(left < two_63) ? count - i
                                                      : static_cast<Int>(std::ceil(left));
            const Int n = std::min(room, count - i);
            fill_cycle(run, row, cycle, over, first + i, n, out + i);
            i += n;
        }
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        const RepeatRow row = this->row(run);
        const Cycle cycle = row.find(exact(p));
        return shown(row, cycle, row.factor(cycle), exact(p), f);
    }

   private:
    RepeatRow row(Run run) const {
        return {period_.mark(run), growth_(run), decay_(run), floor_(run), count_.mark(run), whole_};
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
        const dd since = sub(exact(first), cycle.begin);
        if (!is_whole(since)) {
            for (Int i = 0; i < n; ++i) {
                out[i] = shown(row, cycle, factor, exact(first + i), child);
            }
            return;
        }
        if (row.scaled(cycle)) {
            child_->fill_scaled(run, whole_part(since), n, row.period().value, cycle.length, out);
        } else {
            child_->fill(run, whole_part(since), n, out);
        }
        for (Int i = 0; i < n; ++i) out[i] = row.shown(factor, out[i]);
    }
    template <class F>
    static double shown(const RepeatRow& row, const Cycle& cycle, double factor, dd p, F&& f) {
        const dd local = row.over(cycle, p) ? dd{row.period().value, 0.0} : row.local(cycle, p);
        return row.shown(factor, with_position(local, f));
    }

    Column period_, count_, growth_, decay_, floor_;
    bool whole_;
};

}  // namespace decaylr
