// Cosines of many runs at a few numbers each, vectorized across runs.
#pragma once

#include "across_runs/endpoints_of_lanes.h"
#include "blocks/cosine_blocks.h"

namespace decaylr {

class CosineLanes {
   public:
    // `plain`: no exponent but 1.
    CosineLanes(bool plain, const Column& inits, const Column& ends, const Column& lengths,
                const CurveLanes& lanes)
        : plain_(plain), of_(inits, ends, lengths, lanes) {}
    bool applies(Int count) const { return plain_ && of_.near(count); }
    void fill(Int count, double* out, Int pitch) {
        for (Int k = 0; k < count; ++k) {
            if (of_.lanes.all_whole()) prepare_lanes<true>(k);
            else prepare_lanes<false>(k);
            of_.show(k, out + k * pitch, [this](int i, double n) __attribute__((always_inline)) {
                return value(i, n);
            });
            if (beyond_blocks(k)) show_levels(k, out + k * pitch);
        }
    }

   private:
    template <bool all_whole>
    DECAYLR_LANE CosineBlocks blocks(int i) const {
        const EndWeights weights(of_.end[i], of_.init[i]);
        if (all_whole) return {of_.steps[i], weights};
        return CosineBlocks::of_lane(of_.lanes.whole[i] != 0.0, of_.length.at(i), of_.start.at(i),
                                     of_.left.at(i), weights);
    }
    template <bool all_whole>
    void prepare_lanes(Int k) {
        prepare_blocks<block>(
            of_.lanes, k, [&](int i) { prepare<all_whole>(i, k); },
            [&] {
                for (int i = 0; i < of_.many(); ++i) prepare<all_whole>(i, k);
            });
    }
    // The block that the k-th number of a lane lies in.
    template <bool all_whole>
    DECAYLR_LANE void prepare(int i, Int k) {
        const CosineBlocks blocks = this->blocks<all_whole>(i);
        const double n = of_.lanes.number[i] + static_cast<double>(k);
        first_[i] = multiple_below<block>(n);
        const CosineBlocks::Terms t = blocks.terms<all_whole>(first_[i]);
        a_[i] = t.a;
        b_[i] = t.b;
        c_[i] = t.c;
        const Parts slope = blocks.slope();
        head_[i] = slope.head;
        middle_[i] = slope.middle;
        rest_[i] = slope.rest;
        place_[i] = blocks.place(0.0);
        end_[i] = blocks.end();
    }
    DECAYLR_LANE double value(int i, double n) const {
        const double j = n - first_[i];
        const double place = place_[i] > 0.0 ? place_[i] - j : j;
        const CosineBlocks::Terms t{a_[i], b_[i], c_[i]};
        return t.value(CosineBlocks::part({head_[i], middle_[i], rest_[i]}, place));
    }
    bool beyond_blocks(Int k) const {
        const double on = static_cast<double>(k);
        int some = 0;
        for (int i = 0; i < of_.many(); ++i) {
            const double n = of_.lanes.number[i] + on;
            some += (n >= end_[i]) & of_.before_end(i, n);
        }
        return some > 0;
    }
    void show_levels(Int k, double* out) const {
        double shown[many_lanes];
        const bool all_whole = of_.lanes.all_whole();
        of_.show(k, shown, [this, all_whole](int i, double n) __attribute__((always_inline)) {
            return all_whole ? blocks<true>(i).level<true>(n) : blocks<false>(i).level<false>(n);
        });
        const double on = static_cast<double>(k);
        for (int i = 0; i < of_.many(); ++i) {
            out[i] = of_.lanes.number[i] + on >= end_[i] ? shown[i] : out[i];
        }
    }

    bool plain_;
    EndpointsOfLanes of_;
    // Of the block that a lane's number lies in: see CosineBlocks.
    double first_[many_lanes], a_[many_lanes], b_[many_lanes], c_[many_lanes], end_[many_lanes];
    double head_[many_lanes], middle_[many_lanes], rest_[many_lanes], place_[many_lanes];
};

}  // namespace decaylr
