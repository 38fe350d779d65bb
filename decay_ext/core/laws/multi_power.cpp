#include "laws/drops.h"
#include "laws/laws.h"
#include "laws/response.h"
#include "laws/walk.h"

namespace decaylr {
namespace {

constexpr double smallest_rate = 0x1p-900;  // smaller ones count as 0

template <bool slopes>
class MultiPowerWalk {
   public:
    static constexpr int width = slopes ? 8 : 1;
    struct State {
        PairSum after;
        Sum response, by_beta, by_log, by_gamma;
    };

    explicit MultiPowerWalk(const MultiPower& law) : law_(law) {}

    void start(const Node&, Run, Int) {}
    void prepare(const RatePiece& piece, int size) {
        drops_.find(piece, size, law_.drops_from, true);
        for (int i = drops_.begin; i < rates_in_piece; ++i) {
            const bool none = drops_.rate[i] < smallest_rate;
            const double log2_rate = lane_log2(none ? 1.0 : drops_.rate[i]);
            const double scale = law_.c * lane_exp2(-law_.gamma * log2_rate);
            scale_[i] = none ? HUGE_VAL : scale;
            minus_log_[i] = -ln_2 * log2_rate;
        }
    }
    void add(State& state) {
        const double_double after = state.after.value;
        const double beta = law_.beta;
        for (int i = drops_.begin; i < rates_in_piece; ++i) {
            const double gap = (drops_.gap[i] + after.hi) + (drops_.gap_rest[i] + after.lo);
            const Response r = response(gap > 0.0 ? scale_[i] * gap : 0.0, beta);
            terms_[0][i] = drops_.drop[i] * r.gain;
            if constexpr (slopes) {
                terms_[1][i] = drops_.drop[i] * r.by_power;
                terms_[2][i] = drops_.drop[i] * r.by_log;
                terms_[3][i] = drops_.drop[i] * r.by_log * minus_log_[i];
            }
        }
        sum_up(state.response, 0);
        if constexpr (slopes) {
            sum_up(state.by_beta, 1);
            sum_up(state.by_log, 2);
            sum_up(state.by_gamma, 3);
        }
        state.after.add(drops_.total);
    }
    void result(const State& state, double* out) const {
        PairSum sum = state.after;
        sum.add(law_.warmup_sum);
        const double power = power_of_sum(sum.value, -law_.alpha);
        const double response = state.response.value();
        out[0] = (law_.l0 + law_.a * power) - law_.b * response;
        if constexpr (slopes) {
            out[1] = 1.0;
            out[2] = power;
            out[3] = -law_.a * power * (ln_2 * to_double(log2(sum.value)));
            out[4] = -response;
            out[5] = -law_.b * state.by_log.value() / law_.c;
            out[6] = -law_.b * state.by_beta.value();
            out[7] = -law_.b * state.by_gamma.value();
        }
    }

   private:
    void sum_up(Sum& sum, int which) const {
        sum.add(terms_[which] + drops_.begin, drops_.count());
    }

    MultiPower law_;
    Drops drops_;
    double scale_[rates_in_piece], minus_log_[rates_in_piece];
    double terms_[slopes ? 4 : 1][rates_in_piece];
};

}  // namespace

void multi_power(const Program& program, const Losses& losses, ThreadBudget budget,
                 const MultiPower& law, bool slopes) {
    if (slopes) return each_loss<MultiPowerWalk<true>>(program, losses, budget, law);
    each_loss<MultiPowerWalk<false>>(program, losses, budget, law);
}

}  // namespace decaylr
