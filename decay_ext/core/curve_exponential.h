// exponential: init * 2**(L * p), L the binary logarithm of one position's factor.
//
// Two levels: with p = 64 k + j the value is A[k] * P[j], A[k] = init * 2**(64 L k)
// and P[j] = 2**(L j), both rounded once from a double-double exponent. P[8 a + b] is the
// product of 2**(8 L a) and 2**(L b): 16 powers for 64.
#pragma once

#include "blend.h"
#include "block_fill.h"
#include "block_math.h"
#include "exponential_rates.h"

namespace decaylr {

// |L| is at most 14, so that the factors of a block are normal numbers.
class ExponentialBlocks {
   public:
    ExponentialBlocks(double init, dd log2_rate)
        : slope_(in_parts(log2_rate)), init_(init), log2_(log2_rate) {
        constexpr std::uint64_t one = 0x3ff0000000000000, exponent = 0x7ff0000000000000;
        const std::uint64_t bits = detail::bits_of(init);
        exponent_ = (bits & exponent) - one;
        fraction_ = detail::in_halves({detail::from_bits(bits - exponent_), 0.0});
        const double power = static_cast<double>(static_cast<int>(bits >> 52 & 0x7ff) - 1023);
        spare_ = std::fabs(init) < 0x1p-1000 ? -1.0 : 900.0 - std::fabs(power);
    }

    // Whether the anchors of the blocks up to k are normal numbers, and 64 k exact.
    bool near(Int k) const {
        const double first = static_cast<double>(k) * block;
        return first < two_53 && std::fabs(log2_.hi) * first <= spare_;
    }
    // init * 2^(L k) for k a multiple of 64 and `near`.
    DECAYLR_LANE double near_anchor(double k) const {
        const PowerOfTwo power = power_of_two(slope_, k);
        const double product = fraction_.times(power.fraction);
        return detail::from_bits(detail::bits_of(product) + power.exponent() + exponent_);
    }
    double anchor(Int k) const {
        if (near(k)) return near_anchor(static_cast<double>(k) * block);
        const dd p = mul(exact(k), static_cast<double>(block));
        return round_scaled_times(exp2_scaled(mul(log2_, p)), init_);
    }
    void anchors(Int k, int count, double* out) const {
        const int n = whole_lanes(count);
        if (!near(k + n - 1)) {
            for (int b = 0; b < count; ++b) out[b] = anchor(k + b);
            return;
        }
        const ExponentialBlocks own = *this;
        const double first = static_cast<double>(k) * block;
        for (int b = 0; b < n; ++b) {
            out[b] = own.near_anchor(first + static_cast<double>(b * block));
        }
    }
    double factor(Int j) const {
        const PowerOfTwo left = power_of_two(slope_, static_cast<double>(j & ~7));
        const PowerOfTwo right = power_of_two(slope_, static_cast<double>(j & 7));
        return product(left.fraction, right.fraction, left.exponent() + right.exponent());
    }
    void factors(double* out) const {
        const Parts slope = slope_;
        static constexpr double places[16] = {0, 1, 2,  3,  4,  5,  6,  7,
                                              0, 8, 16, 24, 32, 40, 48, 56};
        double head[16], rest[16];
        std::uint64_t exponent[16];
        for (int i = 0; i < 16; ++i) {
            const PowerOfTwo power = power_of_two(slope, places[i]);
            head[i] = power.fraction.head;
            rest[i] = power.fraction.rest;
            exponent[i] = power.exponent();
        }
        for (int a = 0; a < 8; ++a) {
            const Pair left{head[8 + a], rest[8 + a]};
            for (int b = 0; b < 8; ++b) {
                out[8 * a + b] = product(left, {head[b], rest[b]}, exponent[8 + a] + exponent[b]);
            }
        }
    }

   private:
    DECAYLR_LANE static double product(Pair left, Pair right, std::uint64_t exponent) {
        return detail::from_bits(detail::bits_of(left.times(right)) + exponent);
    }

    Parts slope_;
    Pair fraction_;  // init between 1 and 2, or -1 and -2
    std::uint64_t exponent_;
    double init_, spare_;
    dd log2_;
};

class ExponentialRow {
   public:
    ExponentialRow(double init, dd log2_rate, bool staircase, Mark size, bool clipped, double end)
        : blocks_(init, log2_rate),
          init_(init),
          log2_(log2_rate),
          size_(size),
          staircase_(staircase),
          clipped_(clipped) {
        const double sign = init > 0.0 ? 1.0 : init < 0.0 ? -1.0 : 0.0;
        const double slope = sign * log2_rate.hi;
        low_ = clipped && slope < 0.0 ? end : -std::numeric_limits<double>::infinity();
        high_ = clipped && slope > 0.0 ? end : std::numeric_limits<double>::infinity();
        // Where a factor could leave the range of a double that their product stays in.
        direct_ = std::fabs(log2_rate.hi) > 14.0 ||
                  (log2_rate.hi > 0.0 && std::fabs(init) < 0x1p-900);
    }

    double at(Int p) const {
        const Int n = staircase_ ? quotient(p, size_) : p;
        return clip(stage(n));
    }
    double at(dd p) const {
        if (staircase_) return clip(stage(quotient(p, size_)));
        return clip(round_scaled_times(exp2_scaled(mul(log2_, p)), init_));
    }
    void fill(Int first, Int count, double* out) const {
        if (staircase_) {
            return fill_plateaus(first, count, out, [this](Int p) { return at(p); },
                                 [this](Int p) { return next_multiple(p, size_); });
        }
        if (direct_ || count < 4) {
            for (Int i = 0; i < count; ++i) out[i] = at(first + i);
            return;
        }
        if (clipped_) {
            const double low = low_, high = high_;
            fill_blocks(first, count, out, [=](double value) { return clip(value, low, high); });
        } else {
            fill_blocks(first, count, out, [](double value) { return value; });
        }
    }

   private:
    template <class Real, class Shown>
    void fill_blocks(Int first, Int count, Real* out, Shown&& shown) const {
        double anchors[together], factors[block];
        blocks_.factors(factors);
        each_block(
            first, count, out, [&](Int k, int n) { blocks_.anchors(k, n, anchors); },
            [&](int b, int j, int n, Real* to) {
                const double base = anchors[b];
                fill_block(j, n, to, [&](int i) { return shown(base * factors[i]); });
            });
    }
    double stage(Int n) const {
        if (direct_) return round_scaled_times(exp2_scaled(mul(log2_, exact(n))), init_);
        return blocks_.anchor(n / block) * blocks_.factor(n % block);
    }
    double clip(double value) const { return clip(value, low_, high_); }
    static double clip(double value, double low, double high) {
        const double raised = value < low ? low : value;
        return raised > high ? high : raised;
    }

    ExponentialBlocks blocks_;
    double init_, low_, high_;
    dd log2_;
    Mark size_;
    bool staircase_, clipped_, direct_;
};

class Exponential {
   public:
    explicit Exponential(const Spec& spec)
        : init_(spec.column("init_value")),
          size_(spec.column_or("decay_steps", 1.0)),
          end_(spec.column_or("end_value", 0.0)),
          rates_(spec),
          staircase_(spec.flag("staircase")),
          clipped_(spec.has("end_value")) {}
    ExponentialRow row(Run run) const {
        return {init_(run), rates_(run), staircase_, size_.mark(run), clipped_, end_(run)};
    }

   private:
    Column init_, size_, end_;
    Rates rates_;
    bool staircase_, clipped_;
};

}  // namespace decaylr
