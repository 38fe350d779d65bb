// What a schedule does past its length: repeat, mirror, raise.
#pragma once

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
    explicit Ending(const Spec& spec)
        : Moved(spec),
          length_(spec.column("length")),
          mode_(end_mode_named(spec.option("mode", ""))) {}
    bool refuses() const override { return mode_ == EndMode::raise || Moved::refuses(); }
    bool refuses_onward() const override {
        return mode_ == EndMode::raise ? child_->refuses_onward() : !child_->refuses();
    }
    void check(Run run, Int p) const override { verify_end(run, p); }
    void check_fraction(Run run, double_double p) const override { verify_end(run, p); }
    void fill(Run run, Int first, Int count, double* out) const override {
        const Boundary length = length_.boundary(run);
        if (mode_ == EndMode::raise) return child_->fill(run, first, count, out);
        if (!length.integral) return Node::fill(run, first, count, out);
        const bool copied = length.whole <= longest_copied / 2;
        const Int evaluated = copied ? std::min(cycle(length.whole), count) : count;
        fill_cycles(run, length.whole, first, evaluated, out);
        if (evaluated < count) repeat_values(out, evaluated, count);
    }
    ClosedSum sum(Run run, Int first, Int count) const override {
        if (mode_ == EndMode::raise) return child_->sum(run, first, count);
        const Boundary length = length_.boundary(run);
        if (!length.integral || length.whole > max_int / 2) return {};
        return sum_of_cycles(cycle(length.whole), first, count,
                             [&](Int p, Int n) { return sum_of_part(run, length.whole, p, n); });
    }
    Monotonicity monotonicity(Run run, Int first) const override {
        if (mode_ == EndMode::raise) return child_->monotonicity(run, first);
        const Boundary length = length_.boundary(run);
        if (!length.integral) return {};
        const Int local = first % length.whole, begin = first - local;
        const bool back = mode_ == EndMode::mirror && first / length.whole % 2 != 0;
        Monotonicity own = moved_forward(back ? mirrored(run, length.whole, local)
                                              : child_->monotonicity(run, local), begin);
        const bool far = length.whole > max_int - begin;
        own.until = std::min(own.until, far ? max_int : begin + length.whole);
        return own;
    }
    Int part_end(Run run, Int first) const override {
        return mode_ == EndMode::raise ? child_->part_end(run, first) : max_int;
    }
    Int distinct_count(Run run, Int first, Int count) const override {
        if (mode_ == EndMode::raise) return child_->distinct_count(run, first, count);
        const Boundary length = length_.boundary(run);
        const bool cycles = length.integral && length.whole <= max_int / 2;
        return cycles ? std::min(cycle(length.whole), count) : count;
    }
    template <class P, class F>
    double moved(Run run, P p, F&& f) const {
        if (mode_ == EndMode::raise) return f(p);
        return cycled(p, length_.boundary(run), f);
    }

   private:
    // Of a mirrored cycle from its position `local` on: that of the child's range that ends there,
    // backwards. It is looked for from the child's beginning on, among the first few ranges.
    Monotonicity mirrored(Run run, Int length, Int local) const {
        const Int end = length - local;
        Monotonicity own = child_->monotonicity(run, 0);
        Int begin = 0;
        for (int tries = 0; own.until <= end; ++tries) {
            if (tries == 64) return {};
            begin = own.until;
            own = child_->monotonicity(run, begin);
        }
        return {opposite(own.trend), begin == 0 ? length : length - begin + 1, own.size};
    }
    Int cycle(Int length) const { return mode_ == EndMode::mirror ? 2 * length : length; }
    // Of a cycle, n positions from the p-th on; those past the length are mirrored.
    ClosedSum sum_of_part(Run run, Int length, Int p, Int n) const {
        const Int ahead = std::clamp<Int>(length - p, 0, n), back = n - ahead;
        ClosedSum sum = double_double{0.0, 0.0};
        if (ahead > 0) sum = child_->sum(run, p, ahead);
        if (back == 0 || !sum) return sum;
        const ClosedSum mirrored = child_->sum(run, 2 * length - (p + n) + 1, back);
        return mirrored ? ClosedSum(add(*sum, *mirrored)) : mirrored;
    }
    void fill_cycles(Run run, Int length, Int first, Int count, double* out) const {
        for (Int i = 0; i < count;) {
            const Int cycle = (first + i) / length, local = (first + i) % length;
            const Int n = std::min(length - local, count - i);
            if (mode_ == EndMode::mirror && cycle % 2 != 0) {
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
        const Boundary length = length_.boundary(run);
        if (mode_ == EndMode::raise && reached(p, length) && nearest(p) != length.value) {
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
    double cycled(Int p, const Boundary& length, F&& f) const {
        if (!length.integral) return cycled(exact(p), length, f);
        const Int local = p % length.whole;
        if (mode_ == EndMode::mirror && (p / length.whole) % 2 != 0) return f(length.whole - local);
        return f(local);
    }
    template <class F>
    double cycled(double_double p, const Boundary& length, F&& f) const {
        const double cycle = std::floor(p.hi / length.value);
        const double_double local = sub(p, mul(double_double{length.value, 0.0}, cycle));
        const bool back = mode_ == EndMode::mirror && cycle != 2.0 * std::floor(cycle / 2.0);
        return with_position(back ? sub(double_double{length.value, 0.0}, local) : local, f);
    }
    Column length_;
    EndMode mode_;
};

}  // namespace decaylr
