// Schedules one after the other.
#pragma once

#include <string>
#include <vector>

#include "tree/node.h"

namespace decaylr {

// Part i from boundary i-1 to boundary i, at positions counted from boundary i-1.
class Join final : public Node {
   public:
    explicit Join(const Spec& spec) : parts_(spec.children) {
        for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
            boundaries_.push_back(spec.column("boundary" + std::to_string(i)));
            const bool integral = boundaries_.back().boundary(0).integral;
            aligned_ = aligned_ && boundaries_.back().stride == 0 && integral;
        }
        for (const auto& part : parts_) refuses_ = refuses_ || part->refuses();
    }
    bool refuses() const override { return refuses_; }
    bool refuses_onward() const override {
        return std::none_of(parts_.begin(), parts_.end() - 1,
                            [](const NodePtr& part) { return part->refuses(); }) &&
               parts_.back()->refuses_onward();
    }
    double at(Run run, Int p) const override { return locate<Value>(run, p); }
    double at_fraction(Run run, double_double p) const override { return locate<Value>(run, p); }
    void check(Run run, Int p) const override { locate<Check>(run, p); }
    void check_fraction(Run run, double_double p) const override { locate<Check>(run, p); }
    void fill(Run run, Int first, Int count, double* out) const override {
        fill_parts(run, first, count, out);
    }
    void fill_narrow(Run run, Int first, Int count, float* out) const override {
        fill_parts(run, first, count, out);
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        if (!aligned_) return Node::fill_across_runs(first_run, runs, first, count, out, pitch);
        Int k = 0;
        for (std::size_t part = phase(first_run, first); k < count; ++part) {
            const Int n = place(first_run, part, first + k, count - k);
            const Int begin = part == 0 ? 0 : boundaries_[part - 1].boundary(first_run).whole;
            if (n > 0) {
                parts_[part]->fill_across_runs(first_run, runs, first + k - begin, n,
                                               out + k * pitch, pitch);
            }
            k += n;
        }
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        double_double sum{0.0, 0.0};
        Int i = 0;
        for (std::size_t part = phase(run, first); i < count; ++part) {
            const Int n = place(run, part, first + i, count - i);
            if (n == 0) continue;
            const Boundary begin = beginning(run, part);
            if (!begin.integral) return {};
            const ClosedSum some = parts_[part]->sum(run, first + i - begin.whole, n);
            if (!some) return {};
            sum = add(sum, *some);
            i += n;
        }
        return sum;
    }
    Monotonicity monotonicity(Run run, Int first) const override {
        const std::size_t part = phase(run, first);
        const Boundary begin = beginning(run, part);
        const Int n = place(run, part, first, max_int - first);
        if (!begin.integral) return {Trend::unknown, first + n};
        Monotonicity own =
            moved_forward(parts_[part]->monotonicity(run, first - begin.whole), begin.whole);
        own.until = std::min(own.until, first + n);
        return own;
    }

    Int distinct_count(Run run, Int first, Int count) const override {
        const std::size_t part = phase(run, first);
        const Boundary begin = beginning(run, part);
        if (!begin.integral || place(run, part, first, count) < count) return count;
        return parts_[part]->distinct_count(run, first - begin.whole, count);
    }
    Int part_end(Run run, Int first) const override {
        const std::size_t part = phase(run, first);
        const Boundary begin = beginning(run, part);
        const Int own = first + place(run, part, first, max_int - first);
        if (!begin.integral) return own;
        const Int inside = parts_[part]->part_end(run, first - begin.whole);
        return inside > max_int - begin.whole ? own : std::min(own, begin.whole + inside);
    }

   private:
    struct Value {
        template <class P>
        static double of(const Node& node, Run run, P p) { return node.value(run, p); }
    };
    struct Check {
        template <class P>
        static double of(const Node& node, Run run, P p) { return node.verify(run, p); }
    };

    static constexpr std::size_t few = 8;  // boundaries that are compared one after the other
    template <class P>
    std::size_t phase(Run run, P p) const {
        std::size_t low = 0, i = boundaries_.size();
        while (i - low > few) {
            const std::size_t middle = low + (i - low) / 2;
            if (reached(p, boundaries_[middle].boundary(run))) low = middle + 1;
            else i = middle;
        }
        while (i > low && !reached(p, boundaries_[i - 1].boundary(run))) --i;
        return i;
    }
    // How many of `count` positions from p on belong to a part that does not begin after p.
    Int place(Run run, std::size_t part, Int p, Int count) const {
        if (part == boundaries_.size()) return count;
        return positions_before(p, boundaries_[part].boundary(run), count);
    }
    Boundary beginning(Run run, std::size_t part) const {
        return part == 0 ? make_boundary(Int{0}) : boundaries_[part - 1].boundary(run);
    }
    template <class What, class P>
    double locate(Run run, P p) const {
        const std::size_t i = phase(run, p);
        if (i == 0) return What::of(*parts_[0], run, p);
        return since(p, boundaries_[i - 1].boundary(run),
                     [&](auto q) { return What::of(*parts_[i], run, q); });
    }
    template <class Real>
    void fill_parts(Run run, Int first, Int count, Real* out) const {
        Int i = 0;
        for (std::size_t part = phase(run, first); i < count; ++part) {
            const Int n = place(run, part, first + i, count - i);
            if (n > 0) fill_part(run, part, first + i, n, out + i);
            i += n;
        }
    }
    template <class Real>
    void fill_part(Run run, std::size_t part, Int first, Int count, Real* out) const {
        if (part == 0) return parts_[0]->fill_as(run, first, count, out);
        const Boundary begin = boundaries_[part - 1].boundary(run);
        if (begin.integral) return parts_[part]->fill_as(run, first - begin.whole, count, out);
        for (Int i = 0; i < count; ++i) {
            out[i] = static_cast<Real>(
                since(first + i, begin, [&](auto q) { return parts_[part]->value(run, q); }));
        }
    }

    std::vector<NodePtr> parts_;
    std::vector<Column> boundaries_;
    bool refuses_ = false;
    bool aligned_ = true;  // all runs change parts at the same integers
};

}  // namespace decaylr
