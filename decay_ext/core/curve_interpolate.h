// interpolate: through knots, flat outside; kinds previous, linear, pchip, cubic.
#pragma once

#include "curve_steps.h"
#include "slopes.h"

namespace decaylr {

enum class Through { previous, linear, smooth };

class InterpolateRow {
   public:
    InterpolateRow(Marks knots, const Column& values, Run run, Through through, const dd* slopes)
        : knots_(knots), values_(values), run_(run), through_(through), slopes_(slopes) {}

    double at(Int p) const { return value(p, knots_.reached_by(p)); }
    double at(dd p) const { return value(p, knots_.reached_by(p)); }
    void fill(Int first, Int count, double* out) const {
        for (Int i = 0; i < count;) {
            const Int p = first + i;
            const Int reached = knots_.reached_by(p);
            const Int stop = reached < knots_.size() ? first_position(knots_[reached]) : max_int;
            const Int n = room(p, stop, count - i);
            for (Int j = 0; j < n; ++j) out[i + j] = value(p + j, reached);
            i += n;
        }
    }

   private:
    template <class P>
    double value(P p, Int reached) const {
        if (reached == 0) return values_(run_, 0);
        const Int i = reached - 1;
        const double left = values_(run_, i);
        if (reached == knots_.size() || through_ == Through::previous) return left;
        const dd start = at_mark(i);
        const dd since = sub(exact(p), start);
        if (since.hi <= 0.0) return left;
        const dd width = sub(at_mark(reached), start);
        const double right = values_(run_, reached);
        if (through_ == Through::linear) {
            const dd gone = div(since, width);
            const dd ahead = div(sub(width, since), width);
            return to_double(add(mul(ahead, left), mul(gone, right)));
        }
        return hermite(div(since, width), width, left, right, i);
    }
    dd at_mark(Int i) const {
        const Mark m = knots_[i];
        return m.integral ? exact(m.whole) : dd{m.value, 0.0};
    }
    // Cubic with the given values and slopes at both ends of an interval.
    double hermite(dd t, dd width, double left, double right, Int i) const {
        const dd w = sub(dd{1.0, 0.0}, t);
        const dd rise = two_sum(right, -left);
        const dd from = sub(mul(slopes_[i], width), rise);
        const dd to = sub(rise, mul(slopes_[i + 1], width));
        const dd bend = mul(mul(t, w), add(mul(from, w), mul(to, t)));
        return to_double(add(add(mul(w, left), mul(t, right)), bend));
    }

    Marks knots_;
    const Column& values_;
    Run run_;
    Through through_;
    const dd* slopes_;
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
        const Int slot = slopes_.size() == static_cast<std::size_t>(values_.length) ? 0 : run;
        const dd* slopes = slopes_.empty() ? nullptr : slopes_.data() + slot * values_.length;
        return {{positions_, run}, values_, run, through_, slopes};
    }

   private:
    void prepare(Run runs, bool pchip) {
        const Run distinct = positions_.stride || values_.stride ? runs : 1;
        const Int n = values_.length;
        slopes_.resize(static_cast<std::size_t>(distinct * n));
        std::vector<dd> x(n), y(n);
        for (Run run = 0; run < distinct; ++run) {
            for (Int i = 0; i < n; ++i) {
                const Mark m = positions_.mark(run, i);
                x[i] = m.integral ? exact(m.whole) : dd{m.value, 0.0};
                y[i] = {values_(run, i), 0.0};
            }
            if (pchip) pchip_slopes(x, y, slopes_.data() + run * n);
            else spline_slopes(x, y, slopes_.data() + run * n);
        }
    }

    Column positions_, values_;
    Through through_;
    std::vector<dd> slopes_;
};

}  // namespace decaylr
