// The walk of a law over the rates of one run: from the last position to the first, so that every
// partial sum "from here to the end" grows by what is added and nothing cancels.
#pragma once

#include <memory>

#include "evaluation/parallel_for.h"
#include "evaluation/program.h"
#include "laws/laws.h"
#include "laws/rate_pieces.h"

namespace decaylr {

constexpr int positions_together = 32;  // of one run, which share what a piece is prepared for

// A law has: start(node, run, last), before each run; prepare(piece, size), for the first `size`
// rates of a piece; add(state), their terms to the sums of a position behind them; and
// result(state, out). The memory for it does not depend on the number of positions.
template <class Law>
class Walk {
   public:
    template <class... Constants>
    explicit Walk(const Constants&... constants) : law_(constants...) {}

    // out[i] of the ascending positions at[i], i < count <= positions_together.
    void run(const Node& node, Run run, const Int* at, int count, double* out) {
        const Int last = at[count - 1];
        law_.start(node, run, last);
        int left = count;  // positions before those of the present piece
        for (Int begin = last / rates_in_piece * rates_in_piece; begin >= 0;
             begin -= rates_in_piece) {
            const int size = static_cast<int>(std::min<Int>(rates_in_piece, last - begin + 1));
            piece_.read(node, run, begin, size);
            const int behind = left;
            for (; left > 0 && at[left - 1] >= begin; --left) {
                states_[left - 1] = {};
                law_.prepare(piece_, static_cast<int>(at[left - 1] - begin) + 1);
                law_.add(states_[left - 1]);
            }
            if (behind == count) continue;
            law_.prepare(piece_, size);
            for (int i = behind; i < count; ++i) law_.add(states_[i]);
        }
        for (int i = 0; i < count; ++i) law_.result(states_[i], out + i * Law::width);
    }

   private:
    Law law_;
    RatePiece piece_;
    typename Law::State states_[positions_together];
};

// out[run][position][Law::width]. The items of work are groups of positions of one run.
template <class Law, class... Constants>
void each_loss(const Program& program, const Losses& asked, ThreadBudget budget,
               const Constants&... constants) {
    const Int groups = (asked.count + positions_together - 1) / positions_together;
    const Int pieces = asked.at[asked.count - 1] / rates_in_piece + 1;
    const Int in_group = std::min<Int>(asked.count, positions_together);
    const auto work = [&](Int begin, Int end) {
        const auto walk = std::make_unique<Walk<Law>>(constants...);
        for (Int item = begin; item < end; ++item) {
            const Int first = item % groups * positions_together;
            const int some = static_cast<int>(std::min<Int>(positions_together, asked.count - first));
            const Run run = item / groups;
            walk->run(program.root(), run, asked.at + first, some,
                      asked.out + (run * asked.count + first) * Law::width);
        }
    };
    parallel_for(program.runs() * groups, pieces * rates_in_piece * (4 + 4 * in_group), budget, work);
}

}  // namespace decaylr
