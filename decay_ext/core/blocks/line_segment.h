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
// fractional knots the same in double-double arithmetic.
class LineSegment {
   public:
    LineSegment(const Boundary& start, const Boundary& end, double left, double right)
        : start_(exact(start)),
          end_(exact(end)),
          whole_(start.integral && end.integral && end.value < two_53),
          flat_(left == right),
          level_(left) {
        const double lift = lift_of(std::max(std::fabs(left), std::fabs(right)));
        back_ = 1.0 / lift;
        left_ = left * lift;
        right_ = right * lift;
        if (!whole_) return;
        left_ /= end_.hi - start_.hi;
        right_ /= end_.hi - start_.hi;
    }
    // At a position past the start and before the end.
    double at(Int p) const {
        if (flat_) return level_;
        return whole_ ? weigh(static_cast<double>(p)) : precise(exact(p));
    }
    double at(double_double p) const {
        if (flat_) return level_;
        return whole_ ? weigh(p) : precise(p);
    }
    template <class Real>
    void fill(Int p, Int n, Real* out) const {
        const LineSegment own = *this;
        if (flat_) {
            std::fill(out, out + n, static_cast<Real>(level_));
        } else if (whole_) {
            fill_each(p, n, out, [own](double x) { return own.weigh(x); });
        } else if (end_.hi < two_53) {
            fill_each(p, n, out, [own](double x) { return own.precise({x, 0.0}); });
        } else {
            for (Int i = 0; i < n; ++i) out[i] = static_cast<Real>(precise(exact(p + i)));
        }
    }

    ClosedSum sum(Int p, Int n) const {
        if (flat_) return sum_of_equal(level_, n);
        if (!(end_.hi < 0x1p52)) return {};
        const double many = static_cast<double>(n);
        const double_double middle = {static_cast<double>(p) + 0.5 * (many - 1.0), 0.0};
        const double_double weighed =
            add(mul(sub(end_, middle), left_), mul(sub(middle, start_), right_));
        const double_double mean = whole_ ? weighed : div(weighed, sub(end_, start_));
        return lowered(mul(mean, many), back_);
    }

   private:
    DECAYLR_LANE double weigh(double p) const {
        return (left_ * (end_.hi - p) + right_ * (p - start_.hi)) * back_;
    }
    double weigh(double_double p) const {
        const double_double ahead = sub(end_, p), gone = sub(p, start_);
        const double rest = left_ * ahead.lo + right_ * gone.lo;
        return (left_ * ahead.hi + (right_ * gone.hi + rest)) * back_;
    }
    DECAYLR_LANE double precise(double_double p) const {
        const double_double width = sub(end_, start_);
        const double_double ahead = div(sub(end_, p), width), gone = div(sub(p, start_), width);
        return to_double(add(mul(ahead, left_), mul(gone, right_))) * back_;
    }

    double_double start_, end_;
    bool whole_, flat_;
    double level_, left_, right_, back_;
};

}  // namespace decaylr
