// cosine: end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent.
//
// With k = exponent = 1 the weight is the squared sine of the remaining quarter
// turn, so nothing cancels near the end. A block of 64 positions is one angle `a`
// and 64 small angles b_m: sin(a+b)^2 = sin(a)^2 + sin(2a) sin(b) cos(b) + cos(2a) sin(b)^2.
#pragma once

#include "blend.h"

namespace decaylr {

constexpr Int block = 64;

class CosineRow {
   public:
    CosineRow(double init, double end, const Mark& steps, double exponent, double k)
        : ends_(init, end, steps),
          blend_(end, init),
          exponent_(bounded(exponent)),
          k_(bounded(k)),
          plain_(exponent == 1.0 && k == 1.0),
          blocks_(plain_ && ends_.steps >= 2.0 * block && ends_.steps < two_53) {}

    double at(Int p) const {
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        if (!blocks_) return direct(exact(p));
        const Int k = p / block;
        if (tail(k)) return direct(exact(p));
        return terms(k).value(part(offset(p, k)));
    }
    double at(dd p) const { return ends_.past(p) ? ends_.end : direct(p); }
    void fill(Int first, Int count, double* out) const {
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, double* to) { inside(p, n, to); });
    }

   private:
    struct Part {
        double sine_cosine, sine_squared;
    };
    struct Terms {
        double a, b, c;
        double value(const Part& part) const {
            return a + (b * part.sine_cosine + c * part.sine_squared);
        }
    };

    // The last, incomplete block of a curve based at its end is taken directly.
    bool tail(Int k) const {
        return blend_.upward && ends_.remaining(exact(k * block + block - 1)).hi < 0.0;
    }
    // Small angles grow away from the smaller end: forward from init, backward from end.
    Int offset(Int p, Int k) const {
        return blend_.upward ? k * block + block - 1 - p : p - k * block;
    }
    dd quarter(dd q) const { return div(q, ends_.steps); }
    Part part(Int m) const {
        const SinCos angle = sincos_quarter(quarter(exact(m)));
        return {to_double(mul(angle.sin, angle.cos)), to_double(mul(angle.sin, angle.sin))};
    }
    Terms terms(Int k) const {
        const dd from = blend_.upward ? ends_.remaining(exact(k * block + block - 1))
                                      : exact(k * block);
        const SinCos angle = sincos_quarter(quarter(from));
        const dd sine_squared = mul(angle.sin, angle.sin);
        const dd twice_sine = mul(angle.sin, 2.0);
        return {blend_.with(sine_squared), blend_.part(mul(twice_sine, angle.cos)),
                blend_.part(sub(mul(angle.cos, angle.cos), sine_squared))};
    }

    void inside(Int p, Int n, double* out) const {
        if (!blocks_ || n < block / 4) {
            for (Int i = 0; i < n; ++i) out[i] = at(p + i);
            return;
        }
        double sine_cosine[block], sine_squared[block];
        for (Int m = 0; m < block; ++m) {
            const Part small = part(m);
            const Int j = offset(m, 0);  // so that both columns run with the position
            sine_cosine[j] = small.sine_cosine;
            sine_squared[j] = small.sine_squared;
        }
        for (Int k = p / block; k <= (p + n - 1) / block; ++k) {
            const Int from = std::max(p, k * block);
            const Int to = std::min(p + n, (k + 1) * block);
            double* values = out + (from - p);
            if (tail(k)) {
                for (Int i = from; i < to; ++i) values[i - from] = direct(exact(i));
                continue;
            }
            const Terms t = terms(k);
            const Int j = from - k * block;
            for (Int i = 0; i < to - from; ++i) {
                values[i] = t.value({sine_cosine[j + i], sine_squared[j + i]});
            }
        }
    }

    double direct(dd p) const {
        if (plain_) {
            const dd share = blend_.upward ? ends_.remaining(p) : p;
            const dd sine = sincos_quarter(div(share, ends_.steps)).sin;
            return blend_.with(mul(sine, sine));
        }
        const dd gone = div(p, ends_.steps);
        const dd left = div(ends_.remaining(p), ends_.steps);
        if (!(left.hi > 0.0)) return ends_.end;
        if (k_ == 1.0) return weighed(gone, left);
        return weighed(power_of(gone, k_), one_minus_power(gone, left, k_));
    }
    // gone + left = 1, each accurate: the shares of the half turn behind and ahead.
    double weighed(dd gone, dd left) const {
        const dd ahead = sincos_quarter(left).sin;
        const dd behind = sincos_quarter(gone).sin;
        const dd x = mul(ahead, ahead);
        const dd xc = mul(behind, behind);
        if (exponent_ == 1.0) return blend_.with(blend_.upward ? x : xc);
        if (!(x.hi > 0.0)) return ends_.end;
        if (blend_.upward && blend_.base == 0.0) {
            return blend_.part(exp2_scaled(mul(log2(x), exponent_)));
        }
        return blend_.with(blend_.upward ? power_of(x, exponent_)
                                         : one_minus_power(x, xc, exponent_));
    }

    Ends ends_;
    Blend blend_;
    double exponent_, k_;
    bool plain_, blocks_;
};

class Cosine {
   public:
    explicit Cosine(const Spec& spec)
        : init_(spec.column("init_value")),
          end_(spec.column("end_value")),
          steps_(spec.column("steps")),
          exponent_(spec.column("exponent")),
          k_(spec.column("k")) {}
    CosineRow row(Run run) const {
        return {init_(run), end_(run), steps_.mark(run), exponent_(run), k_(run)};
    }

   private:
    Column init_, end_, steps_, exponent_, k_;
};

}  // namespace decaylr
