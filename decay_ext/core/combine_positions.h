// Combinators of positions: join, advance, stretch, staircase, ending.
#pragma once

#include "curve_steps.h"
#include "node.h"

namespace decaylr {

// A combinator with one child, evaluated at another position:
// `double Derived::moved(run, p, f)` calls f with the child's position.
template <class Derived>
class Moved : public Node {
   public:
    explicit Moved(const Spec& spec) : child_(spec.children.at(0)) {}
    bool refuses() const override { return child_->refuses(); }
    double at(Run run, Int p) const override { return value_of(run, p); }
    double at_fraction(Run run, dd p) const override { return value_of(run, p); }
    void check(Run run, Int p) const override { verify_child(run, p); }
    void check_fraction(Run run, dd p) const override { verify_child(run, p); }

   protected:
    template <class P>
    double value_of(Run run, P p) const {
        return self().moved(run, p, [&](auto q) { return child_->value(run, q); });
    }
    template <class P>
    void verify_child(Run run, P p) const {
        self().moved(run, p, [&](auto q) { return child_->verify(run, q); });
    }
    NodePtr child_;

   private:
    const Derived& self() const { return static_cast<const Derived&>(*this); }
};

class Advance final : public Moved<Advance> {
   public:
    explicit Advance(const Spec& spec) : Moved(spec), by_(spec.column("by")) {}
    void fill(Run run, Int first, Int count, double* out) const override {
        const Mark by = by_.mark(run);
        if (!by.integral || first > max_int - count - by.whole) {
            return Node::fill(run, first, count, out);
        }
        child_->fill(run, first + by.whole, count, out);
    }
    void fill_steps(Run first_run, Run runs, Int first, Int count, double* out,
                    Int pitch) const override {
        const Mark by = by_.mark(first_run);
        if (by_.stride != 0 || !by.integral || first > max_int - count - by.whole) {
            return Node::fill_steps(first_run, runs, first, count, out, pitch);
        }
        child_->fill_steps(first_run, runs, first + by.whole, count, out, pitch);
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        const Mark by = by_.mark(run);
        if (!by.integral || first > max_int - count - by.whole) return {};
        return child_->sum(run, first + by.whole, count);
    }
    Course course(Run run, Int first) const override {
        const Mark by = by_.mark(run);
        if (!by.integral || first > max_int - by.whole) return {};
        return moved_back(child_->course(run, first + by.whole), by.whole);
    }
    Int fresh(Run run, Int first, Int count) const override {
        const Mark by = by_.mark(run);
        if (!by.integral || first > max_int - count - by.whole) return count;
        return child_->fresh(run, first + by.whole, count);
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        return forward(p, by_.mark(run), f);
    }

   private:
    template <class F>
    static double forward(Int p, const Mark& by, F&& f) {
        if (by.integral) return f(p > max_int - by.whole ? max_int : p + by.whole);
        return with_position(add(exact(p), by.value), f);
    }
    template <class F>
    static double forward(dd p, const Mark& by, F&& f) {
        return with_position(add(p, by.value), f);
    }
    Column by_;
};

class Stretch final : public Moved<Stretch> {
   public:
    explicit Stretch(const Spec& spec) : Moved(spec), ratio_(spec.column("ratio")) {}
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        return with_position(div(exact(p), ratio_(run)), f);
    }

   private:
    Column ratio_;
};

class Staircase final : public Moved<Staircase> {
   public:
    explicit Staircase(const Spec& spec) : Moved(spec), every_(spec.column("every")) {}
    void fill(Run run, Int first, Int count, double* out) const override {
        const Mark every = every_.mark(run);
        fill_plateaus(first, count, out, [&](Int p) { return at(run, p); },
                      [&](Int p) { return next_multiple(p, every); });
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        const Mark every = every_.mark(run);
        const Int stair = quotient(p, every);
        if (every.integral) return f(stair * every.whole);
        return with_position(mul(exact(stair), every.value), f);
    }

   private:
    Column every_;
};

enum class End { repeat, mirror, raise };

inline End end_named(const std::string& mode) {
    if (mode == "repeat") return End::repeat;
    if (mode == "mirror") return End::mirror;
    if (mode == "raise") return End::raise;
    throw std::invalid_argument("unknown ending " + mode);
}

// Past the length: start anew, go to and fro, or refuse.
class Ending final : public Moved<Ending> {
   public:
    explicit Ending(const Spec& spec)
        : Moved(spec), length_(spec.column("length")), end_(end_named(spec.option("mode", ""))) {}
    bool refuses() const override { return end_ == End::raise || Moved::refuses(); }
    void check(Run run, Int p) const override { verify_end(run, p); }
    void check_fraction(Run run, dd p) const override { verify_end(run, p); }
    void fill(Run run, Int first, Int count, double* out) const override {
        const Mark length = length_.mark(run);
        if (end_ == End::raise) return child_->fill(run, first, count, out);
        if (!length.integral) return Node::fill(run, first, count, out);
        const bool copied = length.whole <= longest_copied / 2;
        const Int again = end_ == End::mirror ? 2 * length.whole : length.whole;
        const Int evaluated = copied ? std::min(again, count) : count;
        fill_cycles(run, length.whole, first, evaluated, out);
        if (evaluated < count) repeat_values(out, again, count);
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        if (end_ == End::raise) return child_->sum(run, first, count);
        const Mark length = length_.mark(run);
        if (!length.integral || length.whole > max_int / 2) return {};
        return sum_of_cycles(cycle(length.whole), first, count,
                             [&](Int p, Int n) { return sum_of_part(run, length.whole, p, n); });
    }
    Course course(Run run, Int first) const override {
        if (end_ == End::raise) return child_->course(run, first);
        const Mark length = length_.mark(run);
        if (end_ == End::mirror || !length.integral) return {};
        const Int local = first % length.whole, begin = first - local;
        Course own = moved_forward(child_->course(run, local), begin);
        const bool far = length.whole > max_int - begin;
        own.until = std::min(own.until, far ? max_int : begin + length.whole);
        return own;
    }
    Int fresh(Run run, Int, Int count) const override {
        const Mark length = length_.mark(run);
        const bool cycles = end_ != End::raise && length.integral && length.whole <= max_int / 2;
        return cycles ? std::min(cycle(length.whole), count) : count;
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        if (end_ == End::raise) return f(p);
        return cycled(p, length_.mark(run), f);
    }

   private:
    Int cycle(Int length) const { return end_ == End::mirror ? 2 * length : length; }
    // Of a cycle, n positions from the p-th on; those past the length are mirrored.
    ClosedSum sum_of_part(Run run, Int length, Int p, Int n) const {
        const Int ahead = std::clamp<Int>(length - p, 0, n), back = n - ahead;
        ClosedSum sum = dd{0.0, 0.0};
        if (ahead > 0) sum = child_->sum(run, p, ahead);
        if (back == 0 || !sum) return sum;
        const ClosedSum mirrored = child_->sum(run, 2 * length - (p + n) + 1, back);
        return mirrored ? ClosedSum(add(*sum, *mirrored)) : mirrored;
    }
    void fill_cycles(Run run, Int length, Int first, Int count, double* out) const {
        for (Int i = 0; i < count;) {
            const Int cycle = (first + i) / length, local = (first + i) % length;
            const Int n = std::min(length - local, count - i);
            if (end_ == End::mirror && cycle % 2 != 0) {
                child_->fill(run, length - local - n + 1, n, out + i);
                std::reverse(out + i, out + i + n);
            } else {
                child_->fill(run, local, n, out + i);
            }
            i += n;
        }
    }
    template <class P>
    void verify_end(Run run, P p) const {
        const Mark length = length_.mark(run);
        if (end_ == End::raise && reached(p, length) && nearest(p) != length.value) {
            throw std::domain_error("position must be at most the length " + text(length.value) +
                                    " of a schedule that ends with \"raise\", got " +
                                    text(nearest(p)));
        }
        verify_child(run, p);
    }
    static std::string text(double x) {
        const bool whole = x == std::floor(x) && std::fabs(x) < two_53;
        return whole ? std::to_string(static_cast<Int>(x)) : std::to_string(x);
    }
    template <class F>
    double cycled(Int p, const Mark& length, F&& f) const {
        if (!length.integral) return cycled(exact(p), length, f);
        const Int local = p % length.whole;
        if (end_ == End::mirror && (p / length.whole) % 2 != 0) return f(length.whole - local);
        return f(local);
    }
    template <class F>
    double cycled(dd p, const Mark& length, F&& f) const {
        const double cycle = std::floor(p.hi / length.value);
        const dd local = sub(p, mul(dd{length.value, 0.0}, cycle));
        const bool back = end_ == End::mirror && cycle != 2.0 * std::floor(cycle / 2.0);
        return with_position(back ? sub(dd{length.value, 0.0}, local) : local, f);
    }
    Column length_;
    End end_;
};

// Part i from boundary i-1 to boundary i, at positions counted from boundary i-1.
class Join final : public Node {
   public:
    explicit Join(const Spec& spec) : parts_(spec.children) {
        for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
            boundaries_.push_back(spec.column("boundary" + std::to_string(i)));
            const bool integral = boundaries_.back().mark(0).integral;
            aligned_ = aligned_ && boundaries_.back().stride == 0 && integral;
        }
        for (const auto& part : parts_) refuses_ = refuses_ || part->refuses();
    }
    bool refuses() const override { return refuses_; }
    double at(Run run, Int p) const override { return locate<Value>(run, p); }
    double at_fraction(Run run, dd p) const override { return locate<Value>(run, p); }
    void check(Run run, Int p) const override { locate<Check>(run, p); }
    void check_fraction(Run run, dd p) const override { locate<Check>(run, p); }
    void fill(Run run, Int first, Int count, double* out) const override {
        fill_parts(run, first, count, out);
    }
    void fill_narrow(Run run, Int first, Int count, float* out) const override {
        fill_parts(run, first, count, out);
    }
    void fill_steps(Run first_run, Run runs, Int first, Int count, double* out,
                    Int pitch) const override {
        if (!aligned_) return Node::fill_steps(first_run, runs, first, count, out, pitch);
        Int k = 0;
        for (std::size_t part = phase(first_run, first); k < count; ++part) {
            const Int n = place(first_run, part, first + k, count - k);
            const Int begin = part == 0 ? 0 : boundaries_[part - 1].mark(first_run).whole;
            if (n > 0) {
                parts_[part]->fill_steps(first_run, runs, first + k - begin, n, out + k * pitch,
                                         pitch);
            }
            k += n;
        }
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        dd sum{0.0, 0.0};
        Int i = 0;
        for (std::size_t part = phase(run, first); i < count; ++part) {
            const Int n = place(run, part, first + i, count - i);
            if (n == 0) continue;
            const Mark begin = beginning(run, part);
            if (!begin.integral) return {};
            const ClosedSum some = parts_[part]->sum(run, first + i - begin.whole, n);
            if (!some) return {};
            sum = add(sum, *some);
            i += n;
        }
        return sum;
    }
    Course course(Run run, Int first) const override {
        const std::size_t part = phase(run, first);
        const Mark begin = beginning(run, part);
        const Int n = place(run, part, first, max_int - first);
        if (!begin.integral) return {Trend::unknown, first + n};
        Course own = moved_forward(parts_[part]->course(run, first - begin.whole), begin.whole);
        own.until = std::min(own.until, first + n);
        return own;
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

    template <class P>
    std::size_t phase(Run run, P p) const {
        std::size_t i = boundaries_.size();
        while (i > 0 && !reached(p, boundaries_[i - 1].mark(run))) --i;
        return i;
    }
    // How many of `count` positions from p on belong to a part that does not begin after p.
    Int place(Run run, std::size_t part, Int p, Int count) const {
        if (part == boundaries_.size()) return count;
        const Mark end = boundaries_[part].mark(run);
        return reached(p, end) ? 0 : room(p, first_position(end), count);
    }
    Mark beginning(Run run, std::size_t part) const {
        return part == 0 ? make_mark(Int{0}) : boundaries_[part - 1].mark(run);
    }
    template <class What, class P>
    double locate(Run run, P p) const {
        const std::size_t i = phase(run, p);
        if (i == 0) return What::of(*parts_[0], run, p);
        return since(p, boundaries_[i - 1].mark(run),
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
        const Mark begin = boundaries_[part - 1].mark(run);
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
