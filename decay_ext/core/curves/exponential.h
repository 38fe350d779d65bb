// exponential: init * 2**(L * p), L the binary logarithm of one position's factor.
//
// Two levels: with p = 64 k + j the value is A[k] * P[j], A[k] = init * 2**(64 L k)
// and P[j] = 2**(L j), both rounded once from a double-double exponent. P[8 a + b] is the
// product of 2**(8 L a) and 2**(L b): 16 powers for 64.
#pragma once

#include "across_runs/exponential.h"
#include "blocks/end_weights.h"
#include "curves/plateaus.h"

namespace decaylr {

// The factors P of a block; |L| is at most 14, so that they are normal numbers.
class Factors {
   public:
    explicit Factors(const Parts& slope) : slope_(slope) {}
    double at(Int j) const {
        const PowerOfTwo left = power_of_two(slope_, static_cast<double>(j & ~7));
        const PowerOfTwo right = power_of_two(slope_, static_cast<double>(j & 7));
        return left.times(right.fraction, right.exponent());
    }
    void fill(double* out) const {
        static constexpr double places[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                              0, 8, 16, 24, 32, 40, 48, 56};
        const Parts slope = slope_;
        double head[16], rest[16];
        std::uint64_t bits[16];
        for (int i = 0; i < 16; ++i) {
            const PowerOfTwo power = power_of_two(slope, places[i]);
            head[i] = power.fraction.head;
            rest[i] = power.fraction.rest;
            bits[i] = power.bits;
        }
        for (int a = 0; a < 8; ++a) {
            const PowerOfTwo left{{head[8 + a], rest[8 + a]}, bits[8 + a]};
            for (int b = 0; b < 8; ++b) {
                out[8 * a + b] = left.times({head[b], rest[b]}, bits[b] << 52);
            }
        }
    }

   private:
    Parts slope_;
};

class ExponentialRow {
   public:
    ExponentialRow(double init, double_double log2_rate, bool staircase, const Boundary& size,
                   bool clipped, double end, const Grid& grid)
        : ExponentialRow(init, staircase ? log2_rate : grid.per_step(log2_rate),
                         staircase || grid.whole() ? double_double{0.0, 0.0}
                                                   : mul(log2_rate, grid.origin()),
                         staircase, {size, grid}, clipped, end) {}

    double at(Int p) const { return clip(staircase_ ? sequence_(stairs_.at(p)) : level(p)); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        if (staircase_) {
            return stairs_.fill(first, count, out, [this](Int n, int many, double* values) {
                sequence_.values(n, 1, many, values);
                for (int i = 0; i < many; ++i) values[i] = clip(values[i]);
            });
        }
        if (direct_ || count < 4) {
            for (Int i = 0; i < count; ++i) out[i] = static_cast<Real>(at(first + i));
            return;
        }
        if (clipped_) {
            const double low = low_, high = high_;
            fill_blocks(first, count, out, [=](double value) { return clip(value, low, high); });
        } else {
            fill_blocks(first, count, out, [](double value) { return value; });
        }
    }
    ClosedSum sum(Int first, Int count) const {
        if (staircase_ && !stairs_.equal()) {
            if (stairs_.length() < short_plateau) return {};
            return sum_of_plateaus(first, count, [this](Int p) { return at(p); },
                                   [this](Int p) { return stairs_.next(p); });
        }
        const Int free = before_bound(first, count);
        double_double sum{0.0, 0.0};
        if (free > 0) {
            sum = staircase_ ? sequence_.sum_of_stairs(first, free, stairs_.size())
                             : sequence_.sum(first, free);
        }
        return free < count ? add(sum, sum_of_equal(at(first + free), count - free)) : sum;
    }
    Monotonicity monotonicity(Int first) const {
        Monotonicity free = staircase_ ? stairs_.monotonicity(first, sequence_)
                                       : sequence_.monotonicity(first);
        if (clipped_ && held(first, free)) return {Trend::constant};
        if (staircase_) {
            return monotonicity_of_plateau(first, stairs_.next(first), free);
        }
        // Where it begins to be is worth looking for far from the start, where folds take long pieces.
        if (!clipped_ || first < (Int{1} << 16) || !held(max_int, free)) return free;
        for (Int low = first, high = max_int; high - low > 1;) {
            const Int middle = low + (high - low) / 2;
            if (held(middle, free)) free.until = std::min(free.until, high = middle);
            else low = middle;
        }
        return free;
    }

   private:
    ExponentialRow(double init, double_double log2_rate, double_double phase, bool staircase,
                   const Stairs& stairs, bool clipped, double end)
        : sequence_(init, log2_rate, phase),
          stairs_(stairs),
          staircase_(staircase),
          clipped_(clipped) {
        const double sign = init > 0.0 ? 1.0 : init < 0.0 ? -1.0 : 0.0;
        const double slope = sign * log2_rate.hi;
        low_ = clipped && slope < 0.0 ? end : -std::numeric_limits<double>::infinity();
        high_ = clipped && slope > 0.0 ? end : std::numeric_limits<double>::infinity();
        // Where A[k] or P[j] could overflow or underflow although their product does not.
        direct_ = std::fabs(log2_rate.hi) > 14.0 ||
                  (log2_rate.hi > 0.0 && std::fabs(init) < 0x1p-900);
    }
    // Whether the value at p is clipped well beyond its bound: then it is constant from there on.
    bool held(Int p, const Monotonicity& free) const {
        const double own = staircase_ ? sequence_(stairs_.at(p)) : level(p);
        const double shown = clip(own);
        return std::fabs(own - shown) > rounding_margin(free, shown);
    }
    bool bounded(double shown) const { return shown == low_ || shown == high_; }
    // How many of `count` positions have values inside the bound.
    Int before_bound(Int first, Int count) const {
        if (!clipped_ || !bounded(at(first + (count - 1)))) return count;
        Int low = 0, high = count - 1;
        while (low < high) {
            const Int middle = low + (high - low) / 2;
            if (bounded(at(first + middle))) high = middle;
            else low = middle + 1;
        }
        return low;
    }
    template <class Real, class Shown>
    void fill_blocks(Int first, Int count, Real* out, Shown&& shown) const {
        double anchors[together], factors[block];
        Factors(sequence_.slope()).fill(factors);
        each_block(
            first, count, out,
            [&](Int k, int n) { sequence_.values(k * block, block, n, anchors); },
            [&](int b, int j, int n, Real* to) {
                const double base = anchors[b];
                fill_block(j, n, to, [&](int i) { return shown(base * factors[i]); });
            });
    }
    double level(Int n) const {
        const Int j = n % block;
        return direct_ ? sequence_(n) : sequence_(n - j) * Factors(sequence_.slope()).at(j);
    }
    double clip(double value) const { return clip(value, low_, high_); }
    static double clip(double value, double low, double high) {
        const double raised = value < low ? low : value;
        return raised > high ? high : raised;
    }

    GeometricSequence sequence_;
    double low_, high_;
    Stairs stairs_;
    bool staircase_, clipped_, direct_;
};

// The factor of a run: from position to position or, of a staircase, from stair to stair.
class Rate {
   public:
    explicit Rate(const Spec& spec)
        : rate_(spec.column(form_of(spec))),
          time_(form_of(spec) == "decay_rate"    ? spec.column_or("decay_steps", 1.0)
                : form_of(spec) == "final_value" ? spec.column("final_steps")
                                                 : rate_),
          init_(spec.column("init_value")),
          form_(form_of(spec)[0]),
          staircase_(spec.flag("staircase")) {}
    RunLogarithms logarithms(Run runs) const {
        const bool varies = rate_.stride || time_.stride || (form_ == 'f' && init_.stride);
        return {varies ? runs : 1,
                [this](Run run, int n, double* high, double* low) { take(run, n, high, low); }};
    }

   private:
    static std::string form_of(const Spec& spec) {
        for (const char* form : {"time_constant", "half_life", "final_value"}) {
            if (spec.has(form)) return form;
        }
        return "decay_rate";
    }
    // Beyond these bounds the time constant changes no value at any position.
    static double within_range(double time) { return std::clamp(time, 0x1p-900, 0x1p900); }
    void take(Run run, int n, double* high, double* low) const {
        double rate[RunLogarithms::piece], time[RunLogarithms::piece], init[RunLogarithms::piece];
        for (int i = 0; i < n; ++i) {
            rate[i] = std::fabs(rate_(run + i));
            time[i] = form_ == 'd' && staircase_ ? 1.0 : within_range(time_(run + i));
            init[i] = std::fabs(init_(run + i));
        }
        const auto each = [&](auto&& logarithm) {
            each_logarithm(n, high, low,
                           [&](int i) { return bounded_logarithm(div(logarithm(i), time[i])); });
        };
        switch (form_) {
            case 'd': return each([&](int i) { return detail::log2_lane({rate[i], 0.0}); });
            case 't': return each([](int) { return neg(log2_e); });
            case 'h':
                return each([](int) { return double_double{-1.0, 0.0}; });
            default:
                return each([&](int i) {
                    return sub(detail::log2_lane({rate[i], 0.0}),
                               detail::log2_lane({init[i], 0.0}));
                });
        }
    }

    Column rate_, time_, init_;
    char form_;
    bool staircase_;
};

class Exponential {
   public:
    explicit Exponential(const Spec& spec)
        : init_(spec.column("init_value")),
          size_(spec.column_or("decay_steps", 1.0)),
          end_(spec.column_or("end_value", 0.0)),
          rates_(Rate(spec).logarithms(spec.runs)),
          staircase_(spec.flag("staircase")),
          clipped_(spec.has("end_value")) {}
    ExponentialRow row(Run run, const Grid& grid) const {
        return {init_(run), rates_(run), staircase_, size_.boundary(run), clipped_, end_(run), grid};
    }
    ExponentialLanes lanes(const CurveLanes& lanes) const {
        return {!staircase_, init_, rates_, clipped_ ? &end_ : nullptr, lanes};
    }

   private:
    Column init_, size_, end_;
    RunLogarithms rates_;
    bool staircase_, clipped_;
};

}  // namespace decaylr
