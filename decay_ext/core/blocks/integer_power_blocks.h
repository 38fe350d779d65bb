// A straight line between two values, and its second and third power, by blocks.
//
// A block of 64 positions is counted from its position nearest to the smaller end: m positions on,
// the value is a + m (b + m (c + m d)), each coefficient rounded once from a double-double. With t
// the fraction of the distance from the zero end and h = 1/steps, the weight is (t + m h)^n or 1 -
// (t - m h)^n, whichever is 0 at the smaller end.
#pragma once

#include "blocks/end_weights.h"
#include "tree/block_fill.h"
#include "tree/node.h"

namespace decaylr {

template <int power>
class IntegerPowerBlocks {
   public:
    // `from_end`: the smaller end is at `steps`.
    IntegerPowerBlocks(const EndWeights& weights, const Endpoints& endpoints, bool from_end)
        : IntegerPowerBlocks(weights, endpoints.length, endpoints.start, endpoints.left, from_end) {
    }
    DECAYLR_LANE IntegerPowerBlocks(const EndWeights& weights, double_double length,
                                    double_double start, double_double left, bool from_end)
        : weights_(weights),
          length_(length),
          origin_{from_end ? left.hi : start.hi, from_end ? left.lo : start.lo},
          away_(from_end ? -1.0 : 1.0),
          step_(div(double_double{1.0, 0.0}, length)),
          square_(mul(step_, step_)),
          turn_(weights.upward ? 1.0 : -1.0),
          last_(power == 2 ? turn_ * weights.part(square_) : weights.part(mul(square_, step_))),
          end_(end_of_blocks(floor_in_double(left), from_end)),
          from_end_(from_end) {}

    double at(Int p) const {
        if (static_cast<double>(p) >= end_) return level(from_base(static_cast<double>(p)));
        const Int j = p % block;
        const Terms t = terms(begin(p - j));
        return t.value(static_cast<double>(from_end_ ? block - 1 - j : j), last_);
    }
    template <class Real>
    void fill(Int first, Int count, Real* out) const {
        const double left = std::max(end_ - static_cast<double>(first), 0.0);
        const Int inside = std::min(static_cast<Int>(std::min(left, 0x1p62)), count);
        if (inside > 0) fill_blocks(first, inside, out);
        if (inside == count) return;
        if (weights_.upward) fill_levels<true>(first + inside, count - inside, out + inside);
        else fill_levels<false>(first + inside, count - inside, out + inside);
    }

    // The value at a number, without branches.
    DECAYLR_LANE double lane(double x) const {
        const double j = x - block * std::floor(x * (1.0 / block));
        const double first = from_end_ ? x - j + (block - 1.0) : x - j;
        const double blocked = terms<power == 1>(from_base(first))
                                   .value(from_end_ ? block - 1.0 - j : j, last_);
        const double alone = weights_.with(weight<power == 1>(from_base(x)));
        return x >= end_ ? alone : blocked;
    }

   private:
    template <class Real>
    void fill_blocks(Int first, Int count, Real* out) const {
        double a[together], b[together], c[together], away[block];
        for (int j = 0; j < block; ++j) away[j] = from_end_ ? block - 1 - j : j;
        const double last = last_;
        each_block(
            first, count, out, [&](Int k, int n) { prepare(k, n, a, b, c); },
            [&](int i, int j, int n, Real* to) {
                const Terms t{a[i], b[i], c[i]};
                fill_block(j, n, to, [&](int m) { return t.value(away[m], last); });
            });
    }
    // Positions outside of blocks, each from its own weight.
    template <bool grows, class Real>
    void fill_levels(Int first, Int count, Real* out) const {
        const IntegerPowerBlocks own = *this;
        fill_each(first, count, out, [own](double p) {
            return own.weights_.with(own.weight<grows>(own.from_base(p)));
        });
    }
    struct Terms {
        double a, b, c;
        // The last coefficient is that of every block.
        DECAYLR_LANE double value(double m, double last) const {
            if (power == 1) return a + m * b;
            return a + m * (b + m * (power == 2 ? last : c + m * last));
        }
    };

    // How far from the smaller end.
    DECAYLR_LANE double_double from_base(double p) const { return add(origin_, away_ * p); }
    double_double begin(Int first) const {
        return from_base(static_cast<double>(from_end_ ? first + block - 1 : first));
    }
    double level(double_double gone) const {
        return weights_.with(weights_.upward ? weight<true>(gone) : weight<false>(gone));
    }
    // `grows`: the weight is that of the larger end; of a line both are the same.
    template <bool grows>
    DECAYLR_LANE double_double weight(double_double gone) const {
        const double_double near = mul(step_, gone);
        if (power == 1) return near;
        const double_double far = mul(step_, sub(length_, gone));
        if (grows) return power == 2 ? mul(near, near) : mul(mul(near, near), near);
        return mul(near, add(power == 2 ? far : add(mul(far, far), far), 1.0));
    }
    template <bool grows>
    DECAYLR_LANE Terms terms(double_double gone) const {
        if (power == 1) return {weights_.with(weight<grows>(gone)), weights_.part(step_), 0.0};
        const double_double t = mul(step_, grows ? gone : sub(length_, gone));
        const double_double slope = mul(power == 2 ? t : mul(t, t), step_);
        constexpr double times = power;
        return {weights_.with(weight<grows>(gone)), weights_.part(mul(slope, times)),
                power == 2 ? 0.0 : turn_ * weights_.part(mul(mul(t, square_), times))};
    }
    Terms terms(double_double gone) const {
        return weights_.upward ? terms<true>(gone) : terms<false>(gone);
    }
    void prepare(Int k, int count, double* a, double* b, double* c) const {
        if (weights_.upward) prepare<true>(begin(k * block), count, a, b, c);
        else prepare<false>(begin(k * block), count, a, b, c);
    }
    template <bool grows>
    void prepare(double_double first, int count, double* a, double* b, double* c) const {
        const IntegerPowerBlocks own = *this;
        const double stride = away_ * block;
        for (int i = 0; i < whole_lanes(count); ++i) {
            const Terms t = own.terms<grows>(add(first, stride * static_cast<double>(i)));
            a[i] = t.a;
            b[i] = t.b;
            c[i] = t.c;
        }
    }

    EndWeights weights_;
    double_double length_, origin_;
    double away_;
    double_double step_, square_;
    double turn_, last_, end_;
    bool from_end_;
};

}  // namespace decaylr
