// exponential: init * 2**(L * p), L the binary logarithm of one position's factor.
//
// Two levels: with p = 64 k + j the value is A[k] * P[j], A[k] = init * 2**(64 L k)
// and P[j] = 2**(L j), both rounded once from a double-double exponent.
#pragma once

#include <algorithm>
#include <vector>

#include "blend.h"
#include "curve_cosine.h"

namespace decaylr {

class ExponentialRow {
   public:
    ExponentialRow(double init, dd log2_rate, bool staircase, Mark size, bool clipped, double end)
        : init_(init), log2_(log2_rate), size_(size), staircase_(staircase) {
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
        if (direct_ || count < block / 4) {
            for (Int i = 0; i < count; ++i) out[i] = at(first + i);
            return;
        }
        double factors[block];
        for (Int j = 0; j < block; ++j) factors[j] = factor(j);
        for (Int i = 0; i < count;) {
            const Int p = first + i;
            const double base = anchor(p / block);
            const double* from = factors + p % block;
            const Int n = std::min(block - p % block, count - i);
            for (Int j = 0; j < n; ++j) out[i + j] = clip(base * from[j]);
            i += n;
        }
    }

   private:
    double anchor(Int k) const {
        const dd p = mul(exact(k), static_cast<double>(block));
        return round_scaled_times(exp2_scaled(mul(log2_, p)), init_);
    }
    double factor(Int j) const { return exp2(mul(log2_, static_cast<double>(j))); }
    double stage(Int n) const {
        if (direct_) return round_scaled_times(exp2_scaled(mul(log2_, exact(n))), init_);
        return anchor(n / block) * factor(n % block);
    }
    double clip(double value) const {
        const double raised = value < low_ ? low_ : value;
        return raised > high_ ? high_ : raised;
    }
    double init_, low_, high_;
    dd log2_;
    Mark size_;
    bool staircase_, direct_;
};

class Exponential {
   public:
    explicit Exponential(const Spec& spec)
        : init_(spec.column("init_value")),
          size_(spec.column_or("decay_steps", 1.0)),
          end_(spec.column_or("end_value", 0.0)),
          staircase_(spec.flag("staircase")),
          clipped_(spec.has("end_value")) {
        for (const char* form : {"decay_rate", "time_constant", "half_life", "final_value"}) {
            if (spec.has(form)) {
                form_ = form[0];
                rate_ = spec.column(form);
            }
        }
        if (form_ == 'f') final_at_ = spec.column("final_steps");
        const Run distinct = varies() ? spec.runs : 1;
        for (Run run = 0; distinct <= cached_runs && run < distinct; ++run) {
            log2_.push_back(bounded_logarithm(run));
        }
    }
    ExponentialRow row(Run run) const {
        const dd rate = log2_.empty() ? bounded_logarithm(run) : log2_[log2_.size() == 1 ? 0 : run];
        return {init_(run), rate, staircase_, size_.mark(run), clipped_, end_(run)};
    }

   private:
    static constexpr Run cached_runs = 4096;

    bool varies() const {
        return rate_.stride || size_.stride || (form_ == 'f' && (init_.stride || final_at_.stride));
    }
    // The same bounded to where one position makes the value 0 or infinite.
    dd bounded_logarithm(Run run) const {
        const dd exact = logarithm(run);
        return std::fabs(exact.hi) <= 0x1p300 ? exact : dd{exact.hi > 0.0 ? 0x1p300 : -0x1p300, 0.0};
    }
    // Beyond these no position tells a time from a longer or a shorter one.
    static double within_range(double time) { return std::clamp(time, 0x1p-900, 0x1p900); }
    // log2 of the factor of one position, or of one stair of a staircase.
    dd logarithm(Run run) const {
        switch (form_) {
            case 'd': {
                const dd log2_rate = log2(rate_(run));
                return staircase_ ? log2_rate : div(log2_rate, within_range(size_(run)));
            }
            case 't': return neg(div(log2_e, within_range(rate_(run))));
            case 'h': return div(dd{-1.0, 0.0}, within_range(rate_(run)));
            default: {
                const double init = std::fabs(init_(run));
                const double final_value = std::fabs(rate_(run));
                return div(sub(log2(final_value), log2(init)), within_range(final_at_(run)));
            }
        }
    }

    Column init_, rate_, size_, end_, final_at_;
    std::vector<dd> log2_;
    char form_ = 'd';
    bool staircase_, clipped_;
};

}  // namespace decaylr
