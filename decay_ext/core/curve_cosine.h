// cosine: end + (init - end) * ((1 + cos(pi * (p/steps)**k)) / 2)**exponent.
//
// With k = exponent = 1 the weight is the squared sine of the remaining quarter
// turn, so nothing cancels near the end. A block of 64 positions is one angle `a`
// and 64 small angles b_m: sin(a+b)^2 = sin(a)^2 + sin(2a) sin(b) cos(b) + cos(2a) sin(b)^2.
#pragma once

#include "blend.h"
#include "block_fill.h"
#include "block_math.h"

namespace decaylr {

// The cosine with k = exponent = 1, at whole positions inside of it.
class CosineBlocks {
   public:
    // The value is base + change * sin^2 of q / steps quarter turns, q positions from the
    // end of smaller magnitude.
    CosineBlocks(const Ends& ends, const Blend& blend)
        : slope_(in_parts(div(dd{2.0, 0.0}, ends.steps))),
          small_slope_{0.5 * slope_.head, 0.5 * slope_.middle, 0.5 * slope_.rest},
          base_(blend.base),
          unit_(blend.unit),
          change_(detail::in_halves(two_sum(blend.other, -blend.base))),
          origin_(blend.upward ? ends.steps : 0.0),
          turn_(blend.upward ? -1.0 : 1.0),
          from_end_(blend.upward) {
        const Int last = ends.mark.whole + 1;
        blocked_ = ends.steps < 2.0 * block ? 0 : from_end_ ? last - last % block : max_int;
    }
    double at(Int p) const {
        if (p >= blocked_) return level(from_base(static_cast<double>(p)));
        const Int j = p % block;
        return terms(begin(p - j)).value(part(from_end_ ? block - 1 - j : j));
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        const Int inside = std::clamp<Int>(blocked_ - first, 0, count);
        if (inside > 0) fill_blocks(first, inside, out);
        if (inside < count) fill_levels(first + inside, count - inside, out + inside);
    }

   private:
    struct Terms {
        double a, b, c;
        DECAYLR_LANE double value(SineProducts part) const {
            return a + (b * part.sine_cosine + c * part.sine_squared);
        }
    };

    // Exact, as steps < 2^53.
    DECAYLR_LANE double from_base(double p) const { return origin_ + turn_ * p; }
    // Small angles grow away from the base: a block from the end begins at its last position.
    double begin(Int first) const {
        return from_base(static_cast<double>(from_end_ ? first + block - 1 : first));
    }
    DECAYLR_LANE double raised(Pair share) const {
        const dd sum = two_sum(base_, change_.head * share.head);
        return (sum.hi + (sum.lo + change_.beside(share))) * unit_;
    }
    // The value q positions from the base.
    DECAYLR_LANE double level(double q) const { return raised(half_turn(slope_, q).share); }
    DECAYLR_LANE SineProducts part(double m) const { return sine_products(small_slope_, m); }
    DECAYLR_LANE Terms terms(double q) const {
        const HalfTurn twice = half_turn(slope_, q);
        const Pair cosine =
            detail::paired(1.0, -2.0 * twice.share.head, -2.0 * twice.share.rest);
        return {raised(twice.share), change_.times(twice.sine) * unit_,
                change_.times(cosine) * unit_};
    }

    template <class Real>
    void fill_levels(Int first, Int count, Real* out) const {
        const CosineBlocks own = *this;
        fill_each(first, count, out, [own](double p) { return own.level(own.from_base(p)); });
    }
    template <class Real>
    void fill_blocks(Int first, Int count, Real* out) const {
        double sine_cosine[block], sine_squared[block];
        double a[together], b[together], c[together];
        columns(sine_cosine, sine_squared);
        each_block(
            first, count, out, [&](Int k, int n) { prepare(k, n, a, b, c); },
            [&](int i, int j, int n, Real* to) {
                const Terms t{a[i], b[i], c[i]};
                fill_block(j, n, to, [&](int m) {
                    return t.value({sine_cosine[m], sine_squared[m]});
                });
            });
    }
    void columns(double* sine_cosine, double* sine_squared) const {
        const CosineBlocks own = *this;
        const double from = from_end_ ? block - 1 : 0.0;
        for (int j = 0; j < block; ++j) {
            const SineProducts small = own.part(from + own.turn_ * static_cast<double>(j));
            sine_cosine[j] = small.sine_cosine;
            sine_squared[j] = small.sine_squared;
        }
    }
    void prepare(Int k, int count, double* a, double* b, double* c) const {
        const CosineBlocks own = *this;
        const double first = begin(k * block), step = turn_ * block;
        for (int i = 0; i < whole_lanes(count); ++i) {
            const Terms t = own.terms(first + step * static_cast<double>(i));
            a[i] = t.a;
            b[i] = t.b;
            c[i] = t.c;
        }
    }

    Parts slope_, small_slope_;
    double base_, unit_;
    Pair change_;
    double origin_, turn_;
    bool from_end_;
    Int blocked_;  // where blocks end: a block from the end must not begin past it
};

class CosineRow {
   public:
    CosineRow(double init, double end, const Mark& steps, double exponent, double k)
        : ends_(init, end, steps),
          blend_(end, init),
          blocks_(ends_, blend_),
          exponent_(bounded(exponent)),
          k_(bounded(k)),
          plain_(exponent == 1.0 && k == 1.0),
          whole_(plain_ && ends_.steps < two_53) {}

    double at(Int p) const {
        if (ends_.past(p)) return ends_.end;
        if (p <= 0) return ends_.init;
        return whole_ ? blocks_.at(p) : direct(exact(p));
    }
    double at(dd p) const { return ends_.past(p) ? ends_.end : direct(p); }
    void fill(Int first, Int count, double* out) const {
        fill_interior(first, count, ends_.mark, ends_.init, ends_.end, out,
                      [this](Int p, Int n, double* to) { inside(p, n, to); });
    }

   private:
    void inside(Int p, Int n, double* out) const {
        if (whole_ && n >= 4) return blocks_.fill(p, n, out);
        for (Int i = 0; i < n; ++i) out[i] = at(p + i);
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
    CosineBlocks blocks_;
    double exponent_, k_;
    bool plain_, whole_;
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
