// interpolate: through knots, flat outside; kinds previous, linear, pchip, cubic.
#pragma once

#include "blocks/cubic_segment.h"
#include "blocks/knot_slopes.h"
#include "blocks/line_segment.h"
#include "curves/plateaus.h"

namespace decaylr {

enum class Through { previous, linear, smooth };

// Of a run: its slopes at the knots, and the power of two they and the values are to be lifted by.
struct Slopes {
    const dd* at;
    double lift;
};

class InterpolateRow {
   public:
    InterpolateRow(Marks knots, const Column& values, Run run, Through through,
                   const Slopes& slopes)
        : knots_(knots), values_(values), run_(run), through_(through), slopes_(slopes) {}

    double at(Int p) const { return value(p); }
    double at(dd p) const { return value(p); }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        each_piece(first, count, [&](Int reached, Int p, Int n) {
            fill_piece(reached, p, n, out + (p - first));
            return true;
        });
    }
    ClosedSum sum(Int first, Int count) const {
        ClosedSum sum = dd{0.0, 0.0};
        each_piece(first, count, [&](Int reached, Int p, Int n) {
            const ClosedSum part = sum_of_piece(reached, p, n);
            sum = part ? ClosedSum(add(*sum, *part)) : ClosedSum();
            return sum.has_value();
        });
        return sum;
    }
    // From knot to knot. A cubic goes one way if its slopes at the knots do, and are at most three
    // times that of the line between them (Fritsch and Carlson, 1980).
    Course course(Int first) const {
        const Int reached = knots_.reached_by(first);
        const Int stop = reached < knots_.size() ? first_position(knots_[reached]) : max_int;
        if (holds(reached)) return {Trend::constant, stop};
        const double left = values_(run_, reached - 1), right = values_(run_, reached);
        const bool one_way = through_ == Through::linear || cubic(reached).one_way();
        const Trend trend = one_way ? trend_between(left, right) : Trend::unknown;
        return {trend, stop, sign_change(left, right)};
    }

   private:
    // Whether the last value reached holds until the next knot, and what it is.
    bool holds(Int reached) const {
        return reached == 0 || reached == knots_.size() || through_ == Through::previous;
    }
    double level(Int reached) const { return values_(run_, std::max<Int>(reached - 1, 0)); }

    template <class P>
    double value(P p) const {
        const Int reached = knots_.reached_by(p);
        if (holds(reached) || !past(p, knots_[reached - 1])) return level(reached);
        return through_ == Through::linear ? line(reached).at(p) : cubic(reached).at(p);
    }
    // Calls visit(reached, p, n) for positions between two knots until it returns false.
    template <class Visit>
    void each_piece(Int first, Int count, Visit&& visit) const {
        Int reached = knots_.reached_by(first);
        for (Int i = 0; i < count;) {
            const Int p = first + i;
            while (reached < knots_.size() && decaylr::reached(p, knots_[reached])) ++reached;
            const Int stop = reached < knots_.size() ? first_position(knots_[reached]) : max_int;
            const Int n = room(p, stop, count - i);
            if (!visit(reached, p, n)) return;
            i += n;
        }
    }
    // Of n positions from p on, how many show a knot's value.
    Int levels(Int reached, Int p, Int n) const {
        return holds(reached) ? n : past(p, knots_[reached - 1]) ? 0 : 1;
    }
    ClosedSum sum_of_piece(Int reached, Int p, Int n) const {
        const Int level_until = levels(reached, p, n);
        const dd known = sum_of_equal(level(reached), level_until);
        if (level_until == n) return known;
        p += level_until, n -= level_until;
        const ClosedSum rest =
            through_ == Through::linear ? line(reached).sum(p, n) : cubic(reached).sum(p, n);
        return rest ? ClosedSum(add(known, *rest)) : rest;
    }
    template <class Real>
    void fill_piece(Int reached, Int p, Int n, Real* out) const {
        const Int level_until = levels(reached, p, n);
        std::fill(out, out + level_until, static_cast<Real>(level(reached)));
        if (level_until == n) return;
        p += level_until, n -= level_until, out += level_until;
        if (through_ == Through::linear) line(reached).fill(p, n, out);
        else cubic(reached).fill(p, n, out);
    }
    template <class P>
    static bool past(P p, const Mark& m) { return sub(exact(p), exact(m)).hi > 0.0; }

    // The interval that ends with the next knot.
    LinePiece line(Int reached) const {
        return {knots_[reached - 1], knots_[reached], values_(run_, reached - 1),
                values_(run_, reached)};
    }
    CubicPiece cubic(Int reached) const {
        const Mark start = knots_[reached - 1], end = knots_[reached];
        const dd width = sub(exact(end), exact(start));
        const double lift = slopes_.lift;
        return {start, end,
                {values_(run_, reached - 1) * lift, values_(run_, reached) * lift,
                 mul(slopes_.at[reached - 1], width), mul(slopes_.at[reached], width)},
                1.0 / lift};
    }

    Marks knots_;
    const Column& values_;
    Run run_;
    Through through_;
    Slopes slopes_;
};

class Interpolate {
   public:
    explicit Interpolate(const Spec& spec)
        : positions_(spec.column("positions")), values_(spec.column("values")) {
        const std::string kind = spec.option("kind", "linear");
        through_ = kind == "previous" ? Through::previous
                   : kind == "linear" ? Through::linear
                                      : Through::smooth;
        if (values_.length != positions_.length) {
            throw std::invalid_argument("interpolate needs one value per position");
        }
        if (through_ == Through::smooth) prepare(spec.runs, kind == "pchip");
    }
    InterpolateRow row(Run run) const {
        if (lifts_.empty()) return {{positions_, run}, values_, run, through_, {nullptr, 1.0}};
        const std::size_t own = lifts_.size() == 1 ? 0 : static_cast<std::size_t>(run);
        const dd* slopes = slopes_.data() + own * static_cast<std::size_t>(values_.length);
        return {{positions_, run}, values_, run, through_, {slopes, lifts_[own]}};
    }

   private:
    void prepare(Run runs, bool pchip) {
        const Run distinct = positions_.stride || values_.stride ? runs : 1;
        const Int n = values_.length;
        slopes_.resize(static_cast<std::size_t>(distinct * n));
        lifts_.resize(static_cast<std::size_t>(distinct));
        std::vector<dd> x(n), y(n);
        for (Run run = 0; run < distinct; ++run) {
            double largest = 0.0;
            for (Int i = 0; i < n; ++i) largest = std::max(largest, std::fabs(values_(run, i)));
            lifts_[run] = lift_of(largest);
            for (Int i = 0; i < n; ++i) {
                x[i] = exact(positions_.mark(run, i));
                y[i] = {values_(run, i) * lifts_[run], 0.0};
            }
            if (pchip) pchip_slopes(x, y, slopes_.data() + run * n);
            else spline_slopes(x, y, slopes_.data() + run * n);
        }
    }

    Column positions_, values_;
    Through through_;
    std::vector<dd> slopes_;
    std::vector<double> lifts_;
};

}  // namespace decaylr
