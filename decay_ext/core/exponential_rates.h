// How fast an exponential decays: the binary logarithm of one position's factor, of every run.
#pragma once

#include <vector>

#include "blend.h"

namespace decaylr {

// Taken once, when a program is built: a logarithm costs more than the powers of a short row.
class Rates {
   public:
    explicit Rates(const Spec& spec)
        : rate_(spec.column(form_of(spec))),
          size_(spec.column_or("decay_steps", 1.0)),
          init_(spec.column("init_value")),
          steps_(spec.column_or("final_steps", 1.0)),
          form_(form_of(spec)[0]),
          staircase_(spec.flag("staircase")) {
        const bool final_varies = form_ == 'f' && (init_.stride || steps_.stride);
        const Run runs = rate_.stride || size_.stride || final_varies ? spec.runs : 1;
        high_.resize(static_cast<std::size_t>(runs));
        low_.resize(high_.size());
        for (Run run = 0; run < runs; run += chunk) take(run, std::min<Run>(chunk, runs - run));
    }
    dd operator()(Run run) const {
        const std::size_t i = high_.size() == 1 ? 0 : static_cast<std::size_t>(run);
        return {high_[i], low_[i]};
    }
    // The logarithms of consecutive runs are `stride()` apart.
    const double* high(Run run) const { return high_.data() + run * stride(); }
    const double* low(Run run) const { return low_.data() + run * stride(); }
    Int stride() const { return high_.size() == 1 ? 0 : 1; }

   private:
    static std::string form_of(const Spec& spec) {
        for (const char* form : {"time_constant", "half_life", "final_value"}) {
            if (spec.has(form)) return form;
        }
        return "decay_rate";
    }
    // Beyond these no position tells a time from a longer or a shorter one.
    DECAYLR_LANE static double within_range(double time) {
        const double raised = time < 0x1p-900 ? 0x1p-900 : time;
        return raised > 0x1p900 ? 0x1p900 : raised;
    }
    // Bounded to where one position makes the value 0 or infinite.
    DECAYLR_LANE static dd bounded(dd exact) {
        const bool inside = detail::magnitude(exact.hi) <= 0x1p300;
        const double bound = exact.hi > 0.0 ? 0x1p300 : -0x1p300;
        return {inside ? exact.hi : bound, inside ? exact.lo : 0.0};
    }
    // The logarithms of n runs; vectors, with divisions and loads from the table of log2.
    template <class Logarithm>
    void each(Run run, Int n, Logarithm&& logarithm) {
        double* high = high_.data() + run;
        double* low = low_.data() + run;
        for (Int i = 0; i < n; ++i) {
            const dd value = bounded(logarithm(i));
            high[i] = value.hi;
            low[i] = value.lo;
        }
    }
    // log2 of the factor of one position, or of one stair of a staircase.
    void take(Run run, Int n) {
        double rate[chunk], time[chunk], init[chunk];
        const Column& times = form_ == 'd' ? size_ : form_ == 'f' ? steps_ : rate_;
        for (Int i = 0; i < n; ++i) {
            rate[i] = rate_(run + i);
            time[i] = within_range(form_ == 'd' && staircase_ ? 1.0 : times(run + i));
            init[i] = std::fabs(init_(run + i));
        }
        switch (form_) {
            case 'd':
                return each(run, n, [&](Int i) {
                    return div(detail::log2_lane({rate[i], 0.0}), time[i]);
                });
            case 't':
                return each(run, n, [&](Int i) { return neg(div(log2_e, time[i])); });
            case 'h':
                return each(run, n, [&](Int i) { return div(dd{-1.0, 0.0}, time[i]); });
            default:
                return each(run, n, [&](Int i) {
                    const dd from = detail::log2_lane({init[i], 0.0});
                    return div(sub(detail::log2_lane({std::fabs(rate[i]), 0.0}), from), time[i]);
                });
        }
    }

    Column rate_, size_, init_, steps_;
    std::vector<double> high_, low_;
    char form_;
    bool staircase_;
};

}  // namespace decaylr
