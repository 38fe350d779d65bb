// Cosines of many runs at a few positions, vectorized across runs.
#pragma once

#include "across_runs/endpoints_of_runs.h"
#include "blocks/cosine_blocks.h"

namespace decaylr {

class CosineAcrossRuns {
   public:
    // `plain`: no exponent but 1.
    CosineAcrossRuns(bool plain, const EndpointsOfRuns& of) : plain_(plain), of_(of) {}
    bool applies(Int last) const { return plain_ && of_.exact_until(last); }
    void fill(Int first, Int count, double* out, Int pitch) {
        for (Int k = 0; k < count; ++k) {
            const Int whole = first + k;
            const double p = static_cast<double>(whole), j = static_cast<double>(whole % block);
            if (k == 0 || j == 0.0) begin(p - j);
            show(p, j, out + k * pitch);
            if (beyond_blocks(p)) level(p, out + k * pitch);
        }
    }

   private:
    DECAYLR_LANE CosineBlocks blocks(int i) const {
        return {of_.steps[i], EndWeights(of_.end[i], of_.init[i])};
    }
    void begin(double first) {
        for (int i = 0; i < of_.runs; ++i) {
            const CosineBlocks blocks = this->blocks(i);
            const CosineBlocks::Terms t = blocks.terms(first);
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
    }
    void show(double p, double j, double* out) const {
        double shown[many_runs];  // local, so that nothing aliases it
        for (int i = 0; i < of_.runs; ++i) {
            const Parts slope{head_[i], middle_[i], rest_[i]};
            const double place = place_[i] > 0.0 ? place_[i] - j : j;
            const CosineBlocks::Terms t{a_[i], b_[i], c_[i]};
            shown[i] = of_.shown(i, p, t.value(CosineBlocks::part(slope, place)));
        }
        std::copy(shown, shown + of_.runs, out);
    }
    bool beyond_blocks(double p) const {
        int some = 0;
        for (int i = 0; i < of_.runs; ++i) some += (p >= end_[i]) & (p < of_.steps[i]);
        return some > 0;
    }
    void level(double p, double* out) const {
        double shown[many_runs];
        for (int i = 0; i < of_.runs; ++i) {
            const double inside = of_.shown(i, p, blocks(i).level(p));
            shown[i] = p >= end_[i] ? inside : out[i];
        }
        std::copy(shown, shown + of_.runs, out);
    }

    bool plain_;
    EndpointsOfRuns of_;
    // Of the blocks that a position lies in: see CosineBlocks.
    double a_[many_runs], b_[many_runs], c_[many_runs], end_[many_runs];
    double head_[many_runs], middle_[many_runs], rest_[many_runs], place_[many_runs];
};

// The same where each run has a number of its own, between whole positions too.
class CosineOfOwnNumbers {
   public:
    CosineOfOwnNumbers(bool plain, const EndpointsOfRuns& of) : plain_(plain), of_(of) {}
    bool applies() const { return plain_ && of_.short_enough(); }
    void fill(const OwnNumbers& own, double* out) const {
        of_.fill(own, out, [this](int i, double n, double_double fraction)
                               __attribute__((always_inline)) { return value(i, n, fraction); });
    }

   private:
    DECAYLR_LANE double value(int i, double n, double_double fraction) const {
        const EndWeights weights(of_.end[i], of_.init[i]);
        const double_double length{of_.steps[i], 0.0};
        const CosineBlocks whole(of_.steps[i], weights);
        const CosineBlocks between =
            CosineBlocks::between(length, fraction, sub(length, fraction), weights);
        const double at_whole = whole.lane<true>(n), at_fraction = between.lane<false>(n);
        return fraction.hi == 0.0 ? at_whole : at_fraction;
    }

    bool plain_;
    EndpointsOfRuns of_;
};

}  // namespace decaylr
