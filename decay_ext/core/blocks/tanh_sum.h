// The sum of a tanh.
#pragma once

#include "arithmetic/taylor.h"
#include "blocks/block_sum.h"
#include "blocks/end_weights.h"

namespace decaylr {

template <int count>
struct TanhTerms {
    double hi[count], lo[count];
    double series[orders][count];
};

// The weight w = 1 / (1 + exp(y)), y a straight line, has the derivative -w (1 - w) y'. Its
// series converges for |x| < pi; blocks reach |x| <= 1/8, so that the remainder, from x^14 on, is
// below 2^-60.
class TanhSum {
   public:
    // y / ln 2 is slope * p + start.
    TanhSum(const EndWeights& weights, double_double change, double_double slope,
            double_double start)
        : change_(change), base_(weights.base), slope_(slope), start_(start) {
        constexpr double ln2 = 0x1.62e42fefa39efp-1;
        rate_ = slope.hi * ln2;
        const double longest = 0.25 / std::fabs(rate_);
        length_ = longest < 0x1p40 ? std::max(static_cast<Int>(longest), Int{1}) : Int{1} << 40;
    }
    double_double of(Int p, Int n) const {
        TanhTerms<centres> terms;
        return sum_of_blocks(*this, terms, p, n, [this](Int at) { return at + length_; });
    }

    void prepare(const double (&centre)[centres], TanhTerms<centres>& out) const {
        const TanhSum own = *this;
        Taylor<centres> series;
        double hi[centres], lo[centres], weight[centres], rest[centres];  // no aliasing
        for (int k = 0; k < centres; ++k) {
            const double_double power = exp2_words(add(mul(own.slope_, centre[k]), own.start_));
            const double_double whole = div(double_double{1.0, 0.0}, add(power, 1.0));
            const double_double value = add(mul(whole, own.change_), own.base_);
            hi[k] = value.hi;
            lo[k] = value.lo;
            weight[k] = whole.hi;
            rest[k] = power.hi * whole.hi;
        }
        logistic_series(weight, rest, series);
        for (int i = 0; i < orders; ++i) Lanes<centres>::store(series.c[i + 1], out.series[i]);
        for (int k = 0; k < centres; ++k) {
            out.hi[k] = hi[k];
            out.lo[k] = lo[k];
        }
    }
    DECAYLR_LANE double even_terms(const TanhTerms<centres>& t, int k, const EvenSums& sums) const {
        const auto& s = t.series;
        return sums.of(s[1][k], s[3][k], s[5][k], s[7][k], s[9][k], s[11][k], change_.hi, rate_);
    }

   private:
    double_double change_;
    double base_;
    double_double slope_, start_;
    double rate_;
    Int length_;
};

}  // namespace decaylr
