// Cosines of many runs at few positions: the lanes of a vector are runs.
#pragma once

#include "cosine_blocks.h"

namespace decaylr {

class CosineSteps {
   public:
    // `plain`: no exponent but 1.
    CosineSteps(bool plain, const Column& init, const Column& end, const Column& steps, Run first,
                int runs)
        : plain_(plain), runs_(runs) {
        init.read(first, runs, init_);
        end.read(first, runs, end_);
        steps.read(first, runs, steps_);
    }
    // Whether positions left are exact in all runs.
    bool usual(Int last) const {
        int usual = 0;
        for (int i = 0; i < runs_; ++i) usual += steps_[i] < two_53;
        return plain_ && usual == runs_ && static_cast<double>(last) < two_53;
    }
    void fill(Int first, Int count, double* out, Int pitch) {
        for (Int k = 0; k < count; ++k) {
            const Int p = first + k, j = p % block;
            if (k == 0 || j == 0) begin(static_cast<double>(p - j));
            double* to = out + k * pitch;
            show(static_cast<double>(p), static_cast<double>(j), to);
            if (beyond_blocks(static_cast<double>(p))) level(static_cast<double>(p), to);
        }
    }

   private:
    DECAYLR_LANE CosineBlocks blocks(int i) const {
        return {steps_[i], Blend(end_[i], init_[i])};
    }
    void begin(double first) {
        for (int i = 0; i < runs_; ++i) {
            const CosineBlocks of = blocks(i);
            const CosineBlocks::Terms t = of.terms(first);
            a_[i] = t.a;
            b_[i] = t.b;
            c_[i] = t.c;
            const Parts slope = of.slope();
            head_[i] = slope.head;
            middle_[i] = slope.middle;
            rest_[i] = slope.rest;
            place_[i] = of.place(0.0);
            blocks_end_[i] = of.end();
        }
    }
    // What a curve shows at its ends, else the value inside.
    DECAYLR_LANE double ended(int i, double p, double inside) const {
        const bool past = p >= steps_[i] || init_[i] == end_[i];
        return past ? end_[i] : p == 0.0 ? init_[i] : inside;
    }
    void show(double p, double j, double* out) const {
        double shown[many_runs];  // no parameter can alias it
        for (int i = 0; i < runs_; ++i) {
            const CosineBlocks::Terms t{a_[i], b_[i], c_[i]};
            const double place = place_[i] > 0.0 ? place_[i] - j : j;
            shown[i] = ended(i, p, t.value(
                                       CosineBlocks::part({head_[i], middle_[i], rest_[i]}, place)));
        }
        std::copy(shown, shown + runs_, out);
    }
    bool beyond_blocks(double p) const {
        int some = 0;
        for (int i = 0; i < runs_; ++i) some += (p >= blocks_end_[i]) & (p < steps_[i]);
        return some > 0;
    }
    void level(double p, double* out) const {
        double shown[many_runs];
        for (int i = 0; i < runs_; ++i) {
            const double inside = ended(i, p, blocks(i).level(p));
            shown[i] = p >= blocks_end_[i] ? inside : out[i];
        }
        std::copy(shown, shown + runs_, out);
    }

    bool plain_;
    int runs_;
    double init_[many_runs], end_[many_runs], steps_[many_runs];
    // Of the blocks that p lies in: see CosineBlocks.
    double a_[many_runs], b_[many_runs], c_[many_runs], blocks_end_[many_runs];
    double head_[many_runs], middle_[many_runs], rest_[many_runs], place_[many_runs];
};

}  // namespace decaylr
