// Schedules one after the other.
#pragma once

#include <string>
#include <vector>

#include "tree/node.h"

namespace decaylr {

// Part i from boundary i-1 to boundary i, at positions counted from boundary i-1.
class Join final : public Node {
   public:
    using Node::at;
    using Node::check;
    using Node::fill;

    explicit Join(const Spec& spec)
        : parts_(spec.children), extent_(extent_above(spec.children)) {
        for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
            boundaries_.push_back(spec.column("boundary" + std::to_string(i)));
            const bool integral = boundaries_.back().boundary(0).integral;
            aligned_ = aligned_ && boundaries_.back().stride == 0 && integral;
        }
        for (const auto& part : parts_) refuses_ = refuses_ || part->refuses();
    }
    Extent extent() const override { return extent_; }
    bool refuses() const override { return refuses_; }
    bool refuses_onward() const override {
        return std::none_of(parts_.begin(), parts_.end() - 1,
                            [](const NodePtr& part) { return part->refuses(); }) &&
               parts_.back()->refuses_onward();
    }
    double at(Run run, const Grid& grid, Int n) const override {
        const std::size_t part = phase(run, grid, n);
        const Grid::Moved own = beginning(run, grid, part);
        return parts_[part]->at(run, own.grid, n - own.back);
    }
    void check(Run run, const Grid& grid, Int n) const override {
        const std::size_t part = phase(run, grid, n);
        const Grid::Moved own = beginning(run, grid, part);
        parts_[part]->check(run, own.grid, n - own.back);
    }
    void fill(Run run, const Grid& grid, Int first, Int count, double* out) const override {
        fill_parts(run, grid, first, count, out);
    }
    void fill_narrow(Run run, const Grid& grid, Int first, Int count, float* out) const override {
        fill_parts(run, grid, first, count, out);
    }
    // The numbers of each part are gathered and evaluated together.
    void fill_numbers(Run run, const Grid& grid, const Int* numbers, Int count,
                      double* out) const override {
        if (parts_.size() > few) return fill_numbers_by_lanes(run, grid, numbers, count, out);
        each_chunk<Int>(levels(), count, [&](Int i, Int n, Int* own) {
            with_room<double>(levels(), [&](double* values) {
                for (std::size_t part = 0; part < parts_.size(); ++part) {
                    fill_numbers_of(run, grid, part, numbers + i, n, own, values, out + i);
                }
            });
        });
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        if (!aligned_) return fill_runs_by_lanes(first_run, runs, first, count, out, pitch);
        Int k = 0;
        for (std::size_t part = phase(first_run, whole_positions, first); k < count; ++part) {
            const Int n = place(first_run, whole_positions, part, first + k, count - k);
            const Int begin = part == 0 ? 0 : boundaries_[part - 1].boundary(first_run).whole;
            if (n > 0) {
                parts_[part]->fill_across_runs(first_run, runs, first + k - begin, n,
                                               out + k * pitch, pitch);
            }
            k += n;
        }
    }
    // The lanes of each part are evaluated together.
    void fill_lanes(const Lane* lanes, int many, Int count, double* out,
                    Int pitch) const override {
        with_room<LanesOfParts, 1>(levels(), [&](LanesOfParts* room) {
            int left = take_lanes(lanes, many, count, out, pitch, *room);
            while (left > 0) left = fill_lanes_of(lanes, left, count, out, pitch, *room);
        });
    }
    ClosedSum sum(Run run, const Grid& grid, Int first, Int count) const override {
        double_double sum{0.0, 0.0};
        Int i = 0;
        for (std::size_t part = phase(run, grid, first); i < count; ++part) {
            const Int n = place(run, grid, part, first + i, count - i);
            if (n == 0) continue;
            const Grid::Moved own = beginning(run, grid, part);
            const ClosedSum some = parts_[part]->sum(run, own.grid, first + i - own.back, n);
            if (!some) return {};
            sum = add(sum, *some);
            i += n;
        }
        return sum;
    }
    Monotonicity monotonicity(Run run, const Grid& grid, Int first) const override {
        const std::size_t part = phase(run, grid, first);
        const Grid::Moved part_own = beginning(run, grid, part);
        const Int n = place(run, grid, part, first, max_int - first);
        Monotonicity own = moved(
            parts_[part]->monotonicity(run, part_own.grid, first - part_own.back), part_own.back);
        own.until = std::min(own.until, first + n);
        return own;
    }

    Int distinct_count(Run run, const Grid& grid, Int first, Int count) const override {
        const std::size_t part = phase(run, grid, first);
        if (place(run, grid, part, first, count) < count) return count;
        const Grid::Moved own = beginning(run, grid, part);
        return parts_[part]->distinct_count(run, own.grid, first - own.back, count);
    }
    Int part_end(Run run, const Grid& grid, Int first) const override {
        const std::size_t part = phase(run, grid, first);
        const Grid::Moved own = beginning(run, grid, part);
        const Int end = first + place(run, grid, part, first, max_int - first);
        const Int inside = parts_[part]->part_end(run, own.grid, first - own.back);
        return inside == max_int ? end : std::min(end, saturated_sum(inside, own.back));
    }

   private:
    static constexpr std::size_t few = 8;  // parts that are looked at one after the other

    // The part that a number is in.
    std::size_t phase(Run run, const Grid& grid, Int n) const {
        std::size_t low = 0, i = boundaries_.size();
        while (i - low > few) {
            const std::size_t middle = low + (i - low) / 2;
            if (grid.reached(n, boundaries_[middle].boundary(run))) low = middle + 1;
            else i = middle;
        }
        while (i > low && !grid.reached(n, boundaries_[i - 1].boundary(run))) --i;
        return i;
    }
    // How many of `count` numbers from n on belong to a part that does not begin after n.
    Int place(Run run, const Grid& grid, std::size_t part, Int n, Int count) const {
        if (part == boundaries_.size()) return count;
        return positions_before(n, grid.first_at(boundaries_[part].boundary(run)), count);
    }
    Grid::Moved beginning(Run run, const Grid& grid, std::size_t part) const {
        if (part == 0) return {grid, 0};
        return grid.since(boundaries_[part - 1].boundary(run));
    }
    // The part of each lane, and which of them are still to be evaluated.
    struct LanesOfParts {
        RoomForLanes room;
        int waiting[many_lanes];
        std::size_t part[many_lanes];
    };
    // Those that change parts are evaluated at once. Returns how many are left.
    int take_lanes(const Lane* lanes, int many, Int count, double* out, Int pitch,
                   LanesOfParts& all) const {
        int left = 0;
        for (int i = 0; i < many; ++i) {
            const Lane& lane = lanes[i];
            const std::size_t part = phase(lane.run, *lane.grid, lane.number);
            all.part[i] = part;
            if (count == 1 || place(lane.run, *lane.grid, part, lane.number, count) == count) {
                all.waiting[left++] = i;
            } else {
                fill_lane(lane, count, out + i, pitch);
            }
        }
        return left;
    }
    // Evaluates the lanes that wait in the part of the first of them; returns how many are left.
    int fill_lanes_of(const Lane* lanes, int waiting, Int count, double* out, Int pitch,
                      LanesOfParts& all) const {
        const std::size_t part = all.part[all.waiting[0]];
        int some = 0, left = 0;
        all.room.grids.clear();
        for (int w = 0; w < waiting; ++w) {
            const int i = all.waiting[w];
            if (all.part[i] != part) {
                all.waiting[left++] = i;
                continue;
            }
            const Grid::Moved begin = beginning(lanes[i].run, *lanes[i].grid, part);
            all.room.of[some] = i;
            all.room.own[some++] = {lanes[i].run, all.room.grids.keep(begin.grid),
                                    lanes[i].number - begin.back};
        }
        parts_[part]->fill_lanes(all.room.own, some, count, all.room.values, many_lanes);
        all.room.scatter(some, count, out, pitch);
        return left;
    }
    template <class Real>
    void fill_parts(Run run, const Grid& grid, Int first, Int count, Real* out) const {
        Int i = 0;
        for (std::size_t part = phase(run, grid, first); i < count; ++part) {
            const Int n = place(run, grid, part, first + i, count - i);
            if (n == 0) continue;
            const Grid::Moved own = beginning(run, grid, part);
            parts_[part]->fill_as(run, own.grid, first + i - own.back, n, out + i);
            i += n;
        }
    }
    // Those of one part; `own` and `values` are room for them.
    void fill_numbers_of(Run run, const Grid& grid, std::size_t part, const Int* numbers, Int count,
                         Int* own, double* values, double* out) const {
        const Grid::Moved begin = beginning(run, grid, part);
        Int many = 0;
        for (Int i = 0; i < count; ++i) {
            own[many] = numbers[i] - begin.back;
            many += phase(run, grid, numbers[i]) == part;
        }
        if (many == 0) return;
        parts_[part]->fill_numbers(run, begin.grid, own, many, values);
        for (Int i = 0, next = 0; i < count; ++i) {
            if (phase(run, grid, numbers[i]) == part) out[i] = values[next++];
        }
    }

    std::vector<NodePtr> parts_;
    std::vector<Column> boundaries_;
    Extent extent_;
    bool refuses_ = false;
    bool aligned_ = true;  // all runs change parts at the same integers
};

}  // namespace decaylr
