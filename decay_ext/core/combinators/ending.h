// What a schedule does past its length: repeat, mirror, raise.
#pragma once

#include "combinators/moved.h"

namespace decaylr {

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

}  // namespace decaylr
