// Combinators of values: sum, product, difference, quotient, negative, clip, select.
#pragma once

#include <array>

#include "tree/node.h"

namespace decaylr {

// Base of combinators that evaluate every child at their own position.
class Pointwise : public Node {
   public:
    using Node::at;
    using Node::check;
    using Node::fill;

    explicit Pointwise(const Spec& spec)
        : children_(spec.children), extent_(extent_above(spec.children)) {
        for (const auto& child : children_) refuses_ = refuses_ || child->refuses();
    }
    Extent extent() const override { return extent_; }
    bool refuses() const override { return refuses_; }
    bool refuses_onward() const override {
        return std::all_of(children_.begin(), children_.end(),
                           [](const NodePtr& child) { return child->refuses_onward(); });
    }
    void check(Run run, const Grid& grid, Int n) const override {
        for (const auto& child : children_) child->check(run, grid, n);
    }

   protected:
    std::vector<NodePtr> children_;
    Extent extent_;
    bool refuses_ = false;
};

struct Add {
    static double apply(double a, double b) { return a + b; }
};
struct Multiply {
    static double apply(double a, double b) { return a * b; }
};
struct Subtract {
    static double apply(double a, double b) { return a - b; }
};

// The children combined from left to right.
template <class Operation>
class Reduce final : public Pointwise {
   public:
    explicit Reduce(const Spec& spec) : Pointwise(spec) {
        if (children_.empty()) throw std::invalid_argument(spec.kind + " needs parts");
    }
    double at(Run run, const Grid& grid, Int n) const override {
        double value = children_[0]->at(run, grid, n);
        for (std::size_t c = 1; c < children_.size(); ++c) {
            value = Operation::apply(value, children_[c]->at(run, grid, n));
        }
        return value;
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        combine_chunks(count, out, [&](const Node& child, Int from, Int n, double* to) {
            child.fill(run, grid, first + from, n, to);
        });
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        combine_chunks(count, out, [&](const Node& child, Int from, Int n, double* to) {
            child.fill_numbers(run, grid, numbers + from, n, to);
        });
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        const Run most = std::max<Run>(chunk / count, 1);
        const Int steps = std::min(count, chunk);
        with_room<double>(levels(), [&](double* other) {
            for (Int k = 0; k < count; k += steps) {
                for (Run r = 0; r < runs; r += most) {
                    fill_tile(first_run + r, std::min(most, runs - r), first + k,
                              std::min(steps, count - k), out + k * pitch + r, pitch, other);
                }
            }
        });
    }

    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        children_[0]->fill_lanes(lanes, many, count, out, pitch);
        with_room<double>(levels(), [&](double* other) {
            for (std::size_t c = 1; c < children_.size(); ++c) {
                children_[c]->fill_lanes(lanes, many, count, other, many_lanes);
                for (Int k = 0; k < count; ++k) combine(out + k * pitch, other + k * many_lanes, many);
            }
        });
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        const Scaling scaling = scaling_of(run, grid, first);
        if (!scaling.part) return {};
        if (positions_before(first, scaling.held_until, count) < count) return {};
        const ClosedSum own = scaling.part->sum(run, grid, first, count);
        return own ? double_double{to_double(*own) * scaling.factor, 0.0} : own;
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return scaling_of(run, grid, first).monotonicity;
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        const Scaling scaling = scaling_of(run, grid, first);
        const bool held =
            scaling.part && positions_before(first, scaling.held_until, count) == count;
        return held ? scaling.part->distinct_count(run, grid, first, count) : count;
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        Int end = max_int;
        for (const auto& child : children_) end = std::min(end, child->part_end(run, grid, first));
        return end;
    }

   private:
    // fill(child, from, n, to) evaluates n values of a child, from the from-th on.
    template <class Fill>
    void combine_chunks(Int count, double* out, Fill&& fill) const {
        each_chunk<double>(levels(), count, [&](Int from, Int n, double* other) {
            fill(*children_[0], from, n, out + from);
            for (std::size_t c = 1; c < children_.size(); ++c) {
                fill(*children_[c], from, n, other);
                combine(out + from, other, n);
            }
        });
    }
    void fill_tile(Run first_run, Run runs, Int first, Int count, double* out, Int pitch,
                   double* other) const {
        children_[0]->fill_across_runs(first_run, runs, first, count, out, pitch);
        for (std::size_t c = 1; c < children_.size(); ++c) {
            children_[c]->fill_across_runs(first_run, runs, first, count, other, runs);
            for (Int k = 0; k < count; ++k) combine(out + k * pitch, other + k * runs, runs);
        }
    }
    static void combine(double* out, const double* other, Int n) {
        for (Int i = 0; i < n; ++i) out[i] = Operation::apply(out[i], other[i]);
    }
    // A product of which at most one part is not constant, as when runs scale one schedule.
    struct Scaling {
        const Node* part = nullptr;
        double factor = 1.0;
        Monotonicity monotonicity;
        Int held_until = max_int;  // where the other parts cease to be constant
    };
    Scaling scaling_of(Run run, const Grid& grid, Int first) const {
        std::array<Monotonicity, 8> monotonicities;
        const std::size_t parts = children_.size();
        if (!std::is_same_v<Operation, Multiply> || parts > monotonicities.size()) return {};
        for (std::size_t i = 0; i < parts; ++i) {
            monotonicities[i] = children_[i]->monotonicity(run, grid, first);
        }
        const auto end = monotonicities.begin() + parts;
        const auto varies = [](const Monotonicity& c) { return c.trend != Trend::constant; };
        const auto part = std::find_if(monotonicities.begin(), end - 1, varies);
        const std::size_t first_varying = static_cast<std::size_t>(part - monotonicities.begin());
        Scaling found{children_[first_varying].get(), 1.0, *part, max_int};
        for (auto other = monotonicities.begin(); other != end; ++other) {
            if (other == part) continue;
            if (varies(*other)) return {};
            const std::size_t i = static_cast<std::size_t>(other - monotonicities.begin());
            found.factor *= children_[i]->at(run, grid, first);
            found.held_until = std::min(found.held_until, other->until);
        }
        found.monotonicity.until = std::min(found.monotonicity.until, found.held_until);
        found.monotonicity = multiplied(found.monotonicity, found.factor);
        return found;
    }
};

// One child whose values are mapped by `Derived::map(run)`, a function of a value.
template <class Derived>
class Mapped : public Pointwise {
   public:
    using Pointwise::Pointwise;
    double at(Run run, const Grid& grid, Int n) const override {
        return mapping(run)(children_[0]->at(run, grid, n));
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        children_[0]->fill(run, grid, first, count, out);
        map_values(run, count, out);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        children_[0]->fill_numbers(run, grid, numbers, count, out);
        map_values(run, count, out);
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        children_[0]->fill_across_runs(first_run, runs, first, count, out, pitch);
        for (Int k = 0; k < count; ++k) {
            double* to = out + k * pitch;
            for (Run r = 0; r < runs; ++r) to[r] = mapping(first_run + r)(to[r]);
        }
    }
    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        children_[0]->fill_lanes(lanes, many, count, out, pitch);
        for (int i = 0; i < many; ++i) {
            const auto map = mapping(lanes[i].run);
            for (Int k = 0; k < count; ++k) out[k * pitch + i] = map(out[k * pitch + i]);
        }
    }

   private:
    void map_values(Run run, Int count, double* out) const {
        const auto map = mapping(run);
        for (Int i = 0; i < count; ++i) out[i] = map(out[i]);
    }
    auto mapping(Run run) const { return static_cast<const Derived*>(this)->map(run); }
};

class Negative final : public Mapped<Negative> {
   public:
    using Mapped::Mapped;
    auto map(Run) const {
        return [](double x) { return -x; };
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        const ClosedSum own = children_[0]->sum(run, grid, first, count);
        return own ? neg(*own) : own;
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return multiplied(children_[0]->monotonicity(run, grid, first), -1.0);
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        return children_[0]->distinct_count(run, grid, first, count);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override { return children_[0]->part_end(run, grid, first); }
};

class Quotient final : public Mapped<Quotient> {
   public:
    explicit Quotient(const Spec& spec) : Mapped(spec), divisor_(spec.column("divisor")) {}
    auto map(Run run) const {
        return [by = divisor_(run)](double x) { return x / by; };
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        const ClosedSum own = children_[0]->sum(run, grid, first, count);
        return own ? double_double{to_double(*own) / divisor_(run), 0.0} : own;
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return multiplied(children_[0]->monotonicity(run, grid, first), 1.0 / divisor_(run));
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        return children_[0]->distinct_count(run, grid, first, count);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override { return children_[0]->part_end(run, grid, first); }

   private:
    Column divisor_;
};

class Clip final : public Mapped<Clip> {
   public:
    explicit Clip(const Spec& spec)
        : Mapped(spec),
          lo_(spec.column_or("lo", -std::numeric_limits<double>::infinity())),
          hi_(spec.column_or("hi", std::numeric_limits<double>::infinity())) {}
    auto map(Run run) const {
        return [lo = lo_(run), hi = hi_(run)](double x) {
            const double raised = x < lo ? lo : x;
            return raised > hi ? hi : raised;
        };
    }

   private:
    Column lo_, hi_;
};

// Run r shows run row[r] of part[r]: what a batch of mixed families is made of.
class Select final : public Pointwise {
   public:
    explicit Select(const Spec& spec)
        : Pointwise(spec), part_(spec.column("part")), row_(spec.column("row")) {}
    double at(Run run, const Grid& grid, Int n) const override {
        return child(run).at(row_.integer(run), grid, n);
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        child(run).fill(row_.integer(run), grid, first, count, out);
    }
    void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const override {
        child(run).fill_narrow(row_.integer(run), grid, first, count, out);
    }
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        child(run).fill_numbers(row_.integer(run), grid, numbers, count, out);
    }
    void fill_rows(Run first_run, Run runs, Int first, Int count, double* out,
                   Int pitch) const override {
        together(first_run, runs, [&](Run at, const Node& part, Run row, Run n) {
            part.fill_rows(row, n, first, count, out + at * pitch, pitch);
        });
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        together(first_run, runs, [&](Run at, const Node& part, Run row, Run n) {
            part.fill_across_runs(row, n, first, count, out + at, pitch);
        });
    }
    // Lanes that follow each other and belong to one part are evaluated together.
    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        with_room<Lane, many_lanes>(levels(), [&](Lane* rows) {
            for (int at = 0; at < many;) {
                const Node& part = child(lanes[at].run);
                int n = 0;
                for (; at + n < many && &child(lanes[at + n].run) == &part; ++n) {
                    const Lane& lane = lanes[at + n];
                    rows[n] = {row_.integer(lane.run), lane.grid, lane.number};
                }
                part.fill_lanes(rows, n, count, out + at, pitch);
                at += n;
            }
        });
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        return child(run).sum(row_.integer(run), grid, first, count);
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        return child(run).monotonicity(row_.integer(run), grid, first);
    }
    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        return child(run).distinct_count(row_.integer(run), grid, first, count);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        return child(run).part_end(row_.integer(run), grid, first);
    }
    void check(Run run, const Grid& grid, Int n) const override {
        child(run).check(row_.integer(run), grid, n);
    }

   private:
    // Calls f(at, part, row, n) for each group of runs that are consecutive rows of one part.
    template <class F>
    void together(Run first, Run count, F&& f) const {
        for (Run at = 0; at < count;) {
            const Int part = part_.integer(first + at);
            const Run row = row_.integer(first + at);
            Run n = 1;
            while (at + n < count && part_.integer(first + at + n) == part &&
                   row_.integer(first + at + n) == row + n) {
                ++n;
            }
            f(at, child(first + at), row, n);
            at += n;
        }
    }
    const Node& child(Run run) const {
        return *children_[static_cast<std::size_t>(part_.integer(run))];
    }
    Column part_, row_;
};

}  // namespace decaylr
