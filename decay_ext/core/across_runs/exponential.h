// Exponentials of many runs at a few numbers each, vectorized across runs.
//
// The value is A[k] * P[j], as in a row (see curves/exponential.h), P[j] the product of two
// powers of which the left one changes every 8 positions.
#pragma once

#include "across_runs/endpoints_of_lanes.h"
#include "blocks/geometric.h"
#include "tree/run_logarithms.h"

namespace decaylr {

class ExponentialLanes {
   public:
    // `plain`: not a staircase. Without an end nothing is clipped.
    ExponentialLanes(bool plain, const Column& inits, const RunLogarithms& rates,
                     const Column* ends, const CurveLanes& lanes)
        : plain_(plain), lanes_(lanes) {
        lanes.read(inits, init_);
        for (int i = 0; i < lanes.many; ++i) rate_.set(i, rates(lanes.run(i)));
        set_slopes();
        std::fill(least_, least_ + lanes.many, -std::numeric_limits<double>::infinity());
        std::fill(most_, most_ + lanes.many, std::numeric_limits<double>::infinity());
        if (ends) clip(*ends);
    }
    // Whether all values, and their factors, are normal numbers.
    bool applies(Int count) const {
        const double last = static_cast<double>(count);
        int applies = 0;
        for (int i = 0; i < lanes_.many; ++i) {
            const double size = std::fabs(init_[i]), rate = std::fabs(rate_.high[i]);
            const double p = lanes_.number[i] + last;
            const bool plain = (size > 0x1p-300) & (size < 0x1p300) & (rate <= 14.0);
            applies += plain & (rate * p + std::fabs(phase_.high[i]) <= 600.0);
        }
        return plain_ && applies == lanes_.many && lanes_.near(count);
    }
    void fill(Int count, double* out, Int pitch) {
        for (Int k = 0; k < count; ++k) {
            if (lanes_.all_whole()) each<block>(k, [this](int i, double n) { anchor<true>(i, n); });
            else each<block>(k, [this](int i, double n) { anchor<false>(i, n); });
            each<8>(k, [this](int i, double n) { turn(i, n); });
            show(k, out + k * pitch);
        }
    }

   private:
    // The logarithm of a step's factor, and that of the first value over the initial one.
    void set_slopes() {
        if (lanes_.all_whole()) {
            std::fill(phase_.high, phase_.high + lanes_.many, 0.0);
            std::fill(phase_.low, phase_.low + lanes_.many, 0.0);
            return;
        }
        for (int i = 0; i < lanes_.many; ++i) {
            const double_double rate = rate_.at(i), over = lanes_.over.at(i);
            phase_.set(i, mul(rate, div(lanes_.offset.at(i), over)));
            rate_.set(i, div(mul(rate, lanes_.times.at(i)), over));
        }
    }
    void clip(const Column& column) {
        double ends[many_lanes];
        lanes_.read(column, ends);
        for (int i = 0; i < lanes_.many; ++i) {
            const double rise = std::copysign(1.0, init_[i]) * rate_.high[i];
            least_[i] = rise < 0.0 ? ends[i] : least_[i];
            most_[i] = rise > 0.0 ? ends[i] : most_[i];
        }
    }
    template <int size, class Prepare>
    void each(Int k, Prepare&& prepare) {
        const double on = static_cast<double>(k);
        prepare_blocks<size>(
            lanes_, k, [&](int i) { prepare(i, lanes_.number[i] + on); },
            [&] {
                for (int i = 0; i < lanes_.many; ++i) prepare(i, lanes_.number[i] + on);
            });
    }
    DECAYLR_LANE Parts slope(int i) const { return in_parts(rate_.at(i)); }
    template <bool whole>
    DECAYLR_LANE void anchor(int i, double n) {
        first_[i] = multiple_below<block>(n);
        const GeometricSequence sequence(init_[i], rate_.at(i), phase_.at(i));
        anchor_[i] = whole ? sequence.near_value(first_[i])
                           : sequence.near_value_with_phase(first_[i]);
    }
    DECAYLR_LANE void turn(int i, double n) {
        turned_[i] = multiple_below<8>(n);
        const PowerOfTwo left = power_of_two(slope(i), turned_[i] - first_[i]);
        head_[i] = left.fraction.head;
        rest_[i] = left.fraction.rest;
        bits_[i] = left.bits;
    }
    void show(Int k, double* out) const {
        const double on = static_cast<double>(k);
        double shown[many_lanes];  // local, so that nothing aliases it
        for (int i = 0; i < lanes_.many; ++i) {
            const PowerOfTwo left{{head_[i], rest_[i]}, bits_[i]};
            const PowerOfTwo right = power_of_two(slope(i), lanes_.number[i] + on - turned_[i]);
            const double value = anchor_[i] * left.times(right.fraction, right.exponent());
            const double raised = value < least_[i] ? least_[i] : value;
            shown[i] = raised > most_[i] ? most_[i] : raised;
        }
        std::copy(shown, shown + lanes_.many, out);
    }

    bool plain_;
    const CurveLanes& lanes_;
    double init_[many_lanes], least_[many_lanes], most_[many_lanes];
    LaneWords rate_, phase_;
    // Of the block, and the eighth of it, that a lane's number lies in.
    double first_[many_lanes], anchor_[many_lanes];
    double turned_[many_lanes], head_[many_lanes], rest_[many_lanes];
    std::uint64_t bits_[many_lanes];
};

}  // namespace decaylr
