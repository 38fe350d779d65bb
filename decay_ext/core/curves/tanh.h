// tanh, by blocks of 64 positions, or of 32, 16 or 8 where it is steep.
//
// The weight of init is (1 - tanh(a)) / 2 = 1 / (1 + exp(2 a)), a from lower to upper; that of end
// is the same of -a. With w the weight at the centre of a block and v = 1 - w, the weight m
// positions on is w / (1 + v E) = w - w v E / (1 + v E): there exp(2 a) is 1 + E times what it is
// at the centre, in every block of a run. So the value is that of the centre, as a double-double,
// plus a correction that passes at most 14 roundings: for |E| < 0.15 it is below 0.15 of the value
// (of the larger end, where the ends differ in sign), and its error below 2.1 ulp.
#pragma once

#include "blocks/tanh_sum.h"
#include "tree/block_fill.h"

namespace decaylr {

class TanhRow {
   public:
    TanhRow(double init, double end, const Boundary& steps, double lower, double upper,
            const Grid& grid)
        : weights_(end, init),
          end_(grid.first_at(steps)),
          passed_(grid.start()),
          length_(grid.in_steps(exact(steps))),
          lower_(bounded(lower)),
          upper_(bounded(upper)),
          change_(two_sum(weights_.other, -weights_.base)) {
        constexpr double_double twice{2.0 * log2_e.hi, 2.0 * log2_e.lo};
        turned_ = weights_.upward ? twice : neg(twice);
        slope_ = div(mul(two_sum(upper_, -lower_), turned_), length_);
        start_ = add(mul(turned_, lower_), mul(slope_, passed_));
        const double last = turned_.hi * upper_, least = -std::max({start_.hi, last, 0.0});
        lanes_ = length_.hi < (grid.whole() ? two_53 : 0.5 * two_53) &&
                 std::fabs(start_.hi) < 850.0 && std::fabs(last) < 850.0 && weights_.unit == 1.0 &&
                 exponent_of(weights_.other) + least > -900.0;
        while (size_ > shortest && !gentle()) size_ /= 2;
        blocks_ = gentle();
    }

    double at(Int p) const {
        if (!lanes_ || reached(p, end_)) return precise(p);
        if (!blocks_) return alone(static_cast<double>(p));
        const Int j = p % size_;
        const Terms t = terms(static_cast<double>(p - j) + half());
        return t.value(grown(static_cast<double>(j) - half()));
    }
    void fill_numbers(const Int* numbers, Int count, double* out) const {
        const TanhRow own = *this;
        const Int last = std::min(first_position(end_), Int{1} << 52) - 1;
        if (!lanes_ || last < 0) {
            for (Int i = 0; i < count; ++i) out[i] = at(numbers[i]);
            return;
        }
        if (blocks_) {
            const double size = static_cast<double>(size_), per_size = 1.0 / size;
            fill_each_number(numbers, count, 0, last, out, [own, size, per_size](double x) {
                const double centre = size * std::floor(x * per_size) + own.half();
                return own.terms(centre).value(own.grown(x - centre));
            });
        } else {
            fill_each_number(numbers, count, 0, last, out, [own](double x) { return own.alone(x); });
        }
        for (Int i = 0; i < count; ++i) {
            if (numbers[i] > last) out[i] = at(numbers[i]);
        }
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        const Int inside = positions_before(first, end_, count);
        if (inside > 0) fill_inside(first, inside, out);
        if (inside == count) return;
        std::fill(out + inside, out + count, static_cast<Real>(at(first + inside)));
    }

    ClosedSum sum(Int first, Int count) const {
        const Int inside = positions_before(first, end_, count);
        if (!lanes_ || inside > std::max((Int{1} << 52) - first, Int{0})) return {};
        double_double sum{0.0, 0.0};
        if (inside > 0) sum = TanhSum(weights_, change_, slope_, start_).of(first, inside);
        if (inside == count) return sum;
        return add(sum, sum_of_equal(at(first + inside), count - inside));
    }
    // The weight of init falls where the argument rises.
    Monotonicity monotonicity(Int first) const {
        if (reached(first, end_) || lower_ == upper_) return {Trend::constant};
        const double init = weights_.upward ? weights_.other : weights_.base;
        const double end = weights_.upward ? weights_.base : weights_.other;
        const Trend trend = trend_between(init, end);
        return {lower_ < upper_ ? trend : opposite(trend), first_position(end_),
                sign_change(init, end)};
    }

   private:
    static constexpr int shortest = 8;

    struct Terms {
        double hi, lo, part, rest;
        DECAYLR_LANE double value(double grown) const {
            return hi + (lo + part * grown / (1.0 + rest * grown));
        }
    };

    static double exponent_of(double x) {
        return static_cast<double>(static_cast<int>(detail::bits_of(x) >> 52 & 0x7ff) - 1023);
    }
    DECAYLR_LANE double half() const { return 0.5 * static_cast<double>(size_); }
    // Whether |E| stays below 0.15.
    bool gentle() const { return std::fabs(slope_.hi) * half() < 0.2; }
    // 2 a / ln 2, negated where the weight is that of end.
    DECAYLR_LANE double_double exponent(double p) const { return add(mul(slope_, p), start_); }
    DECAYLR_LANE double grown(double m) const { return exp2m1(mul(slope_, m)).hi; }
    DECAYLR_LANE double_double value(double_double weight) const {
        return add(mul(weight, change_), weights_.base);
    }
    DECAYLR_LANE double alone(double p) const {
        return to_double(value(div(double_double{1.0, 0.0}, add(exp2_words(exponent(p)), 1.0))));
    }
    DECAYLR_LANE Terms terms(double centre) const {
        const double_double power = exp2_words(exponent(centre));
        const double_double weight = div(double_double{1.0, 0.0}, add(power, 1.0));
        const double_double middle = value(weight);
        const double rest = power.hi * weight.hi;
        return {middle.hi, middle.lo, -(change_.hi * weight.hi) * rest, rest};
    }

    template <class Real>
    void fill_inside(Int p, Int n, Real* out) const {
        const TanhRow own = *this;
        if (!lanes_) {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(p + i));
        } else if (blocks_) {
            fill_blocks(p, n, out);
        } else {
            fill_each(p, n, out, [own](double x) { return own.alone(x); });
        }
    }
    template <class Real>
    void fill_blocks(Int p, Int n, Real* out) const {
        const TanhRow own = *this;
        constexpr int most = together * block / shortest;
        double hi[most], lo[most], part[most], rest[most], growth[block];
        const double size = static_cast<double>(size_), middle = half();
        for (int j = 0; j < size_; ++j) growth[j] = own.grown(static_cast<double>(j) - middle);
        const int each = block / size_;
        each_block(
            p, n, out,
            [&](Int k, int blocks) {
                const double first = static_cast<double>(k * block) + middle;
                for (int i = 0; i < whole_lanes(blocks * each); ++i) {
                    const Terms t = own.terms(first + size * static_cast<double>(i));
                    hi[i] = t.hi;
                    lo[i] = t.lo;
                    part[i] = t.part;
                    rest[i] = t.rest;
                }
            },
            [&](int b, int j, int many, Real* to) {
                for (int end = j + many; j < end;) {
                    const int i = b * each + j / size_, from = j % size_;
                    const int some = std::min(size_ - from, end - j);
                    const Terms t{hi[i], lo[i], part[i], rest[i]};
                    fill_some(from, some, to, [&](int m) { return t.value(growth[m]); });
                    j += some;
                    to += some;
                }
            });
    }
    // Parts of a block have a loop of their own.
    template <class Real, class Value>
    static void fill_some(int from, int n, Real* out, Value&& value) {
        if (n >= block) return fill_block(from, n, out, value);
        for (int i = 0; i < n; ++i) out[i] = static_cast<Real>(value(from + i));
    }
    double_double argument(Int p) const {
        if (reached(p, end_)) return {upper_, 0.0};
        const double_double gone = add(passed_, exact(p)), left = sub(length_, gone);
        return add(mul(div(left, length_), lower_), mul(div(gone, length_), upper_));
    }
    double precise(Int p) const {
        const double_double x = mul(argument(p), turned_);
        if (x.hi > 1000.0) return weights_.with(round_scaled(exp2_scaled(neg(x))));
        if (x.hi < -1000.0) return weights_.with(1.0);
        const Scaled grown = exp2_scaled(x);
        const double_double power{
            round_scaled({grown.hi, 0.0, grown.exponent}),
            grown.lo == 0.0 ? 0.0 : round_scaled({grown.lo, 0.0, grown.exponent})};
        return weights_.with(div(double_double{1.0, 0.0}, add(power, 1.0)));
    }

    EndWeights weights_;
    Boundary end_;                   // from which number on upper is held
    double_double passed_, length_;  // before number 0, and of all of it, in steps
    double lower_, upper_;
    double_double change_, turned_, start_, slope_;
    int size_ = block;  // of a block
    bool lanes_, blocks_;
};

class Tanh {
   public:
    explicit Tanh(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          lower_(spec.column("lower")),
          upper_(spec.column("upper")) {}
    TanhRow row(Run run, const Grid& grid) const {
        return {init_(run), end_(run), steps_.boundary(run), lower_(run), upper_(run), grid};
    }

   private:
    Column init_, end_, steps_, lower_, upper_;
};

}  // namespace decaylr
