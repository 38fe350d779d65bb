#include <vector>

#include "laws/drops.h"
#include "laws/laws.h"
#include "laws/response.h"
#include "laws/walk.h"

namespace decaylr {
namespace {

template <bool slopes>
class FunctionalWalk {
   public:
    static constexpr int width = slopes ? 8 : 1;
    struct State {
        PairSum after;
        Sum response, by_gamma, by_log, by_c3, by_s;
    };

    explicit FunctionalWalk(const Functional& law) : law_(law) {}

    // The sums of the rates before each piece.
    void start(const Node& node, Run run, Int last) {
        before_.assign(1, law_.warmup_sum);
        PairSum sum;
        sum.add(law_.warmup_sum);
        for (Int begin = 0; begin + rates_in_piece <= last; begin += rates_in_piece) {
            piece_.read(node, run, begin, rates_in_piece);
            for (int i = 0; i < rates_in_piece; ++i) sum.add(piece_[i]);
            before_.push_back(to_double(sum.value));
        }
    }
    void prepare(const RatePiece& piece, int size) {
        drops_.find(piece, size, law_.drops_from, false);
        const double_double whole =
            two_sum(before_[static_cast<std::size_t>(piece.begin / rates_in_piece)],
                    to_double(drops_.total));
        for (int i = drops_.begin; i < rates_in_piece; ++i) {
            const double fall = drops_.drop[i] > 0.0 ? drops_.drop[i] : 0.0;
            const double time = (whole.hi - drops_.gap[i]) + (whole.lo - drops_.gap_rest[i]);
            const double log2_time = lane_log2(time > 0x1p-900 ? time : 0x1p-900);
            const double power = lane_exp2(-law_.s * log2_time);
            fall_[i] = fall;
            weight_[i] = fall * (law_.c3 + power);
            weight_by_s_[i] = fall * power * (-ln_2 * log2_time);
        }
    }
    void add(State& state) {
        const double_double after = state.after.value;
        const double c4 = law_.c4, gamma = law_.gamma;
        for (int i = drops_.begin; i < rates_in_piece; ++i) {
            const double gap = (drops_.gap[i] + after.hi) + (drops_.gap_rest[i] + after.lo);
            const Response r = response(c4 * gap, gamma);
            terms_[0][i] = weight_[i] * r.gain;
            if constexpr (slopes) {
                terms_[1][i] = weight_[i] * r.by_power;
                terms_[2][i] = weight_[i] * r.by_log;
                terms_[3][i] = fall_[i] * r.gain;
                terms_[4][i] = weight_by_s_[i] * r.gain;
            }
        }
        sum_up(state.response, 0);
        if constexpr (slopes) {
            sum_up(state.by_gamma, 1);
            sum_up(state.by_log, 2);
            sum_up(state.by_c3, 3);
            sum_up(state.by_s, 4);
        }
        state.after.add(drops_.total);
    }
    void result(const State& state, double* out) const {
        PairSum sum = state.after;
        sum.add(law_.warmup_sum);
        const double power = power_of_sum(sum.value, -law_.s);
        const double response = state.response.value();
        out[0] = (law_.l0 + law_.c1 * power) - law_.c2 * response;
        if constexpr (slopes) {
            out[1] = 1.0;
            out[2] = power;
            out[3] = -law_.c1 * power * (ln_2 * to_double(log2(sum.value))) -
                     law_.c2 * state.by_s.value();
            out[4] = -response;
            out[5] = -law_.c2 * state.by_c3.value();
            out[6] = -law_.c2 * state.by_log.value() / law_.c4;
            out[7] = -law_.c2 * state.by_gamma.value();
        }
    }

   private:
    void sum_up(Sum& sum, int which) const {
        sum.add(terms_[which] + drops_.begin, drops_.count());
    }

    Functional law_;
    Drops drops_;
    RatePiece piece_;
    std::vector<double> before_;
    double fall_[rates_in_piece], weight_[rates_in_piece], weight_by_s_[rates_in_piece];
    double terms_[slopes ? 5 : 1][rates_in_piece];
};

}  // namespace

void functional(const Program& program, const Losses& losses, ThreadBudget budget,
                const Functional& law, bool slopes) {
    if (slopes) return each_loss<FunctionalWalk<true>>(program, losses, budget, law);
    each_loss<FunctionalWalk<false>>(program, losses, budget, law);
}

}  // namespace decaylr
