#include "laws/laws.h"
#include "laws/rate_pieces.h"
#include "laws/walk.h"

namespace decaylr {
namespace {

class ConvexBoundWalk {
   public:
    static constexpr int width = 3;
    struct State {
        PairSum rates, squares, ratios;
        bool begun = false;
    };

    void start(const Node&, Run, Int) {}
    void prepare(const RatePiece& piece, int size) {
        piece_ = &piece;
        size_ = size;
    }
    // Each rate against the sums of the later ones, from the last one back.
    void add(State& state) const {
        int i = size_;
        if (!state.begun) take(state, (*piece_)[--i]);
        state.begun = true;
        while (i > 0) {
            const double rate = (*piece_)[--i];
            const double after = state.rates.total();
            take(state, rate);
            const double all = state.rates.total();
            const double squares = state.squares.total();
            if (rate > 0.0) state.ratios.add((rate / after) * (squares / all));
        }
    }
    void result(const State& state, double* out) const {
        const double twice = 2.0 * state.rates.total();
        out[0] = 1.0 / twice;
        out[1] = twice > 0.0 ? state.squares.total() / twice : 0.0;
        out[2] = 0.5 * state.ratios.total();
    }

   private:
    static void take(State& state, double rate) {
        state.rates.add(rate);
        state.squares.add(two_prod(rate, rate));
    }

    const RatePiece* piece_ = nullptr;
    int size_ = 0;
};

}  // namespace

void convex_bound(const Program& program, const Losses& losses, ThreadBudget budget) {
    each_loss<ConvexBoundWalk>(program, losses, budget);
}

}  // namespace decaylr
