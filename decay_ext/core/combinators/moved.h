// Combinators that evaluate one child at another position: advance, stretch, staircase.
#pragma once

#include "tree/node.h"

namespace decaylr {

// Base of combinators with one child that is evaluated at another position:
// `double Derived::moved(run, p, f)` calls f with the child's position.
template <class Derived>
class Moved : public Node {
   public:
    explicit Moved(const Spec& spec) : child_(spec.children.at(0)) {}
    bool refuses() const override { return child_->refuses(); }
    bool refuses_onward() const override { return child_->refuses_onward(); }
    double at(Run run, Int p) const override { return value_of(run, p); }
    double at_fraction(Run run, double_double p) const override { return value_of(run, p); }
    void check(Run run, Int p) const override { verify_child(run, p); }
    void check_fraction(Run run, double_double p) const override { verify_child(run, p); }

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
        const Boundary by = by_.boundary(run);
        if (!by.integral || first > max_int - count - by.whole) {
            return Node::fill(run, first, count, out);
        }
        child_->fill(run, first + by.whole, count, out);
    }
    void fill_across_runs(Run first_run, Run runs, Int first, Int count, double* out,
                          Int pitch) const override {
        const Boundary by = by_.boundary(first_run);
        if (by_.stride != 0 || !by.integral || first > max_int - count - by.whole) {
            return Node::fill_across_runs(first_run, runs, first, count, out, pitch);
        }
        child_->fill_across_runs(first_run, runs, first + by.whole, count, out, pitch);
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        const Boundary by = by_.boundary(run);
        if (!by.integral || first > max_int - count - by.whole) return {};
        return child_->sum(run, first + by.whole, count);
    }
    Monotonicity monotonicity(Run run, Int first) const override {
        const Boundary by = by_.boundary(run);
        if (!by.integral || first > max_int - by.whole) return {};
        return moved_back(child_->monotonicity(run, first + by.whole), by.whole);
    }
    Int distinct_count(Run run, Int first, Int count) const override {
        const Boundary by = by_.boundary(run);
        if (!by.integral || first > max_int - count - by.whole) return count;
        return child_->distinct_count(run, first + by.whole, count);
    }
    Int part_end(Run run, Int first) const override {
        const Boundary by = by_.boundary(run);
        if (!by.integral || first > max_int - by.whole) return max_int;
        const Int end = child_->part_end(run, first + by.whole);
        return end == max_int ? max_int : end - by.whole;
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        return forward(p, by_.boundary(run), f);
    }

   private:
    template <class F>
    static double forward(Int p, const Boundary& by, F&& f) {
        if (by.integral) return f(p > max_int - by.whole ? max_int : p + by.whole);
        return with_position(add(exact(p), by.value), f);
    }
    template <class F>
    static double forward(double_double p, const Boundary& by, F&& f) {
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
        const Boundary every = every_.boundary(run);
        fill_plateaus(first, count, out, [&](Int p) { return at(run, p); },
                      [&](Int p) { return next_multiple(p, every); });
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        const Boundary every = every_.boundary(run);
        const Int stair = quotient(p, every);
        if (every.integral) return f(stair * every.whole);
        return with_position(mul(exact(stair), every.value), f);
    }

   private:
    Column every_;
};

}  // namespace decaylr
