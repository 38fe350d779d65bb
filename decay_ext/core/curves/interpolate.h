// interpolate: through knots, flat outside; kinds previous, linear, pchip, cubic.
#pragma once

#include "blocks/cubic_segment.h"
#include "blocks/knot_slopes.h"
#include "blocks/line_segment.h"
#include "curves/plateaus.h"

namespace decaylr {

enum class InterpolationKind { previous, linear, smooth };

// The slopes of a run at its knots, and for each interval the power of two by which its cubic is
// lifted.
struct KnotSlopes {
    const LiftedSlope* at = nullptr;
    const double* lifts = nullptr;
};

class InterpolateRow {
   public:
    InterpolateRow(Boundaries knots, const Column& values, Run run, InterpolationKind kind,
                   const KnotSlopes& slopes)
        : knots_(knots), values_(values), run_(run), kind_(kind), slopes_(slopes) {}

    double at(Int p) const {
        const Int reached = knots_.reached_by(p);
        if (holds(reached) || !knots_.past(p, reached - 1)) return level(reached);
        return kind_ == InterpolationKind::linear ? line(reached).at(p) : cubic(reached).at(p);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        each_segment(first, count, [&](Int reached, Int p, Int n) {
            fill_segment(reached, p, n, out + (p - first));
            return true;
        });
    }
    ClosedSum sum(Int first, Int count) const {
        ClosedSum sum = double_double{0.0, 0.0};
        each_segment(first, count, [&](Int reached, Int p, Int n) {
            const ClosedSum part = sum_of_segment(reached, p, n);
            sum = part ? ClosedSum(add(*sum, *part)) : ClosedSum();
            return sum.has_value();
        });
        return sum;
    }
    // From knot to knot. A cubic is monotone if its slopes at both knots have the sign of the
    // secant and are at most three times as steep (Fritsch and Carlson, 1980).
    Monotonicity monotonicity(Int first) const {
        const Int reached = knots_.reached_by(first);
        const Int stop = reached < knots_.size() ? knots_.first(reached) : max_int;
        if (holds(reached)) return {Trend::constant, stop};
        const double left = values_(run_, reached - 1), right = values_(run_, reached);
        const bool monotone = kind_ == InterpolationKind::linear || cubic(reached).monotone();
        const Trend trend = monotone ? trend_between(left, right) : Trend::unknown;
        return {trend, stop, sign_change(left, right)};
    }

   private:
    // Whether the last value reached holds until the next knot, and what it is.
    bool holds(Int reached) const {
        return reached == 0 || reached == knots_.size() || kind_ == InterpolationKind::previous;
    }
    double level(Int reached) const { return values_(run_, std::max<Int>(reached - 1, 0)); }

    // Calls visit(reached, p, n) for positions between two knots until it returns false.
    template <class Visit>
    void each_segment(Int first, Int count, Visit&& visit) const {
        Int reached = knots_.reached_by(first);
        for (Int i = 0; i < count;) {
            const Int p = first + i;
            while (reached < knots_.size() && knots_.reached(p, reached)) ++reached;
            const Int stop = reached < knots_.size() ? knots_.first(reached) : max_int;
            const Int n = positions_before(p, stop, count - i);
            if (!visit(reached, p, n)) return;
            i += n;
        }
    }
    // How many of n positions from p on have the value of a knot.
    Int levels(Int reached, Int p, Int n) const {
        return holds(reached) ? n : knots_.past(p, reached - 1) ? 0 : 1;
    }
    ClosedSum sum_of_segment(Int reached, Int p, Int n) const {
        const Int level_until = levels(reached, p, n);
        const double_double known = sum_of_equal(level(reached), level_until);
        if (level_until == n) return known;
        p += level_until, n -= level_until;
        const ClosedSum rest =
            kind_ == InterpolationKind::linear ? line(reached).sum(p, n) : cubic(reached).sum(p, n);
        return rest ? ClosedSum(add(known, *rest)) : rest;
    }
    template <class Real>
    void fill_segment(Int reached, Int p, Int n, Real* out) const {
        const Int level_until = levels(reached, p, n);
        std::fill(out, out + level_until, static_cast<Real>(level(reached)));
        if (level_until == n) return;
        p += level_until, n -= level_until, out += level_until;
        if (kind_ == InterpolationKind::linear) line(reached).fill(p, n, out);
        else cubic(reached).fill(p, n, out);
    }
    // The interval that ends with the next knot.
    LineSegment line(Int reached) const {
        const Boundary start = knots_[reached - 1], end = knots_[reached];
        const bool whole =
            knots_.grid().whole() && start.integral && end.integral && end.value < two_53;
        return {knots_.grid().number_of(start), knots_.grid().number_of(end), whole,
                values_(run_, reached - 1), values_(run_, reached)};
    }
    CubicSegment cubic(Int reached) const {
        const Boundary start = knots_[reached - 1], end = knots_[reached];
        const double_double width = sub(exact(end), exact(start));
        const double lift = slopes_.lifts[reached - 1];
        return {knots_.grid().number_of(start),
                knots_.grid().number_of(end),
                knots_.first(reached - 1),
                knots_.first(reached),
                {values_(run_, reached - 1) * lift, values_(run_, reached) * lift,
                 mul(slopes_.at[reached - 1].at_lift(lift), width),
                 mul(slopes_.at[reached].at_lift(lift), width)},
                1.0 / lift};
    }

    Boundaries knots_;
    const Column& values_;
    Run run_;
    InterpolationKind kind_;
    KnotSlopes slopes_;
};

class Interpolate {
   public:
    explicit Interpolate(const Spec& spec)
        : positions_(spec.column("positions")), values_(spec.column("values")) {
        const std::string kind = spec.option("kind", "linear");
        kind_ = kind == "previous" ? InterpolationKind::previous
                : kind == "linear" ? InterpolationKind::linear
                                   : InterpolationKind::smooth;
        if (values_.length != positions_.length) {
            throw std::invalid_argument("interpolate needs one value per position");
        }
        if (kind_ == InterpolationKind::smooth) prepare(spec.runs, kind == "pchip");
    }
    InterpolateRow row(Run run, const Grid& grid) const {
        if (slopes_.empty()) return {{positions_, run, grid}, values_, run, kind_, {}};
        const auto n = static_cast<std::size_t>(values_.length);
        const std::size_t own = slopes_.size() == n ? 0 : static_cast<std::size_t>(run) * n;
        return {{positions_, run, grid}, values_, run, kind_, {&slopes_[own], &lifts_[own]}};
    }

   private:
    void prepare(Run runs, bool pchip) {
        const Run distinct = positions_.stride || values_.stride ? runs : 1;
        const auto n = static_cast<std::size_t>(values_.length);
        slopes_.resize(static_cast<std::size_t>(distinct) * n);
        lifts_.resize(slopes_.size());
        std::vector<double_double> x(n);
        std::vector<double> y(n);
        for (Run run = 0; run < distinct; ++run) {
            for (std::size_t i = 0; i < n; ++i) {
                x[i] = exact(positions_.boundary(run, static_cast<Int>(i)));
                y[i] = values_(run, static_cast<Int>(i));
            }
            const std::size_t own = static_cast<std::size_t>(run) * n;
            if (pchip) prepare_pchip(x, y, own);
            else prepare_spline(x, y, own);
        }
    }
    // The slopes of a pchip are those of its neighborhood: each interval has its own lift.
    void prepare_pchip(const std::vector<double_double>& x, const std::vector<double>& y,
                       std::size_t own) {
        std::vector<double> lifts(y.size(), 1.0);
        for (std::size_t i = 0; i + 1 < y.size(); ++i) {
            const double largest = std::max(std::fabs(y[i]), std::fabs(y[i + 1]));
            if (largest > 0.0) lifts[i] = lift_of(largest);
        }
        pchip_slopes(x, y, lifts, &slopes_[own]);
        std::copy(lifts.begin(), lifts.end(), &lifts_[own]);
    }
    // Those of a spline are everyone's: so is the lift.
    void prepare_spline(const std::vector<double_double>& x, const std::vector<double>& y,
                        std::size_t own) {
        double largest = 0.0;
        for (const double value : y) largest = std::max(largest, std::fabs(value));
        const double lift = lift_of(largest);
        std::vector<double_double> lifted(y.size()), slopes(y.size());
        for (std::size_t i = 0; i < y.size(); ++i) lifted[i] = {y[i] * lift, 0.0};
        spline_slopes(x, lifted, slopes.data());
        for (std::size_t i = 0; i < y.size(); ++i) {
            slopes_[own + i] = {slopes[i], lift};
            lifts_[own + i] = lift;
        }
    }

    Column positions_, values_;
    InterpolationKind kind_;
    std::vector<LiftedSlope> slopes_;
    std::vector<double> lifts_;  // that of each knot's next interval
};

}  // namespace decaylr
