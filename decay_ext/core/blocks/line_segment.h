// A straight line between two knots.
#pragma once

#include <algorithm>

#include "tree/node.h"

namespace decaylr {

// The power of two by which values are scaled up where their products would be subnormal. No
// value is above 2^900.
inline double lift_of(double largest) { return largest < 0x1p-600 ? 0x1p400 : 1.0; }

// A sum of lifted values, of the size that they have: rounded once where that is small.
inline double_double lowered(double_double sum, double back) {
    return back == 1.0 ? sum : double_double{to_double(sum) * back, 0.0};
}

// Between whole knots (left * (end - p) + right * (p - start)) / width, weighed from both ends
// with the division taken out of the loop: four roundings, none of a difference. Between
// others the same with the second words of slopes and differences.
class LineSegment {
   public:
    // `whole`: start and end are whole numbers below 2^53.
    LineSegment(double_double start, double_double end, bool whole, double left, double right)
        : start_(start),
          end_(end),
          whole_(whole),
          flat_(left == right),
          level_(left) {
        const double lift = lift_of(std::max(std::fabs(left), std::fabs(right)));
        back_ = 1.0 / lift;
        if (whole_) {
            left_.hi = left * lift / (end_.hi - start_.hi);
            right_.hi = right * lift / (end_.hi - start_.hi);
        } else {
            const double_double width = sub(end_, start_);
            left_ = div(double_double{left * lift, 0.0}, width);
            right_ = div(double_double{right * lift, 0.0}, width);
        }
    }
    // At a number past the start and before the end.
    double at(Int p) const {
        if (flat_) return level_;
        return whole_ ? weigh(static_cast<double>(p))
                      : weigh(sub(end_, exact(p)), sub(exact(p), start_));
    }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        const LineSegment own = *this;
        if (flat_) {
            std::fill(out, out + n, static_cast<Real>(level_));
        } else if (whole_) {
            fill_each(p, n, out, [own](double x) { return own.weigh(x); });
        } else if (end_.hi < two_53) {
            fill_each(p, n, out, [own](double x) {
                return own.weigh(add(own.end_, -x), add(neg(own.start_), x));
            });
        } else {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(at(p + i));
        }
    }

    ClosedSum sum(Int p, Int n) const {
        if (flat_) return sum_of_equal(level_, n);
        if (!(end_.hi < 0x1p52)) return {};
        const double many = static_cast<double>(n);
        const double_double middle = {static_cast<double>(p) + 0.5 * (many - 1.0), 0.0};
        const double_double mean =
            add(mul(sub(end_, middle), left_), mul(sub(middle, start_), right_));
        return lowered(mul(mean, many), back_);
    }

   private:
    DECAYLR_LANE double weigh(double p) const {
        return (left_.hi * (end_.hi - p) + right_.hi * (p - start_.hi)) * back_;
    }
    DECAYLR_LANE double weigh(double_double ahead, double_double gone) const {
        const double rest = (left_.hi * ahead.lo + left_.lo * ahead.hi) +
                            (right_.hi * gone.lo + right_.lo * gone.hi);
        return (left_.hi * ahead.hi + (right_.hi * gone.hi + rest)) * back_;
    }

    double_double start_, end_;
    bool whole_, flat_;
    double level_, back_;
    double_double left_{0.0, 0.0}, right_{0.0, 0.0};
};

}  // namespace decaylr
