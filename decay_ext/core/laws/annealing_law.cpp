#include <algorithm>
#include <vector>

#include "evaluation/parallel_for.h"
#include "folds/fold.h"
#include "laws/lane_powers.h"
#include "laws/laws.h"
#include "laws/rate_pieces.h"

namespace decaylr {
namespace {

// The sums of the rates up to each position, by run and position. They are added one by one, so that
// the bits do not depend on the positions that are asked for together.
void sum_rates(const Program& program, const Losses& losses, ThreadBudget budget, double* totals) {
    const Int steps = losses.at[losses.count - 1] + 1;
    parallel_for(program.runs(), steps, budget, [&](Run begin, Run end) {
        RatePiece piece;
        for (Run run = begin; run < end; ++run) {
            PairSum sum;
            Int seen = 0;
            for (Int from = 0; from < steps; from += rates_in_piece) {
                const Int some = std::min<Int>(rates_in_piece, steps - from);
                piece.read(program.root(), run, from, static_cast<int>(some));
                for (int i = 0; i < piece.count; ++i) {
                    sum.add(piece[i]);
                    for (; seen < losses.count && losses.at[seen] == from + i; ++seen) {
                        totals[run * losses.count + seen] = sum.total();
                    }
                }
            }
        }
    });
}

}  // namespace

void annealing_law(const Program& program, const Losses& losses, ThreadBudget budget,
                   const AnnealingLaw& law) {
    const Int* const end = losses.at + losses.count;
    const Int steps = end[-1] + 1;
    const Run runs = program.runs();
    const auto room = static_cast<std::size_t>(runs * losses.count);
    std::vector<double> totals(room);
    sum_rates(program, losses, budget, totals.data());

    // The area begins with the first change that counts: it is 0 at the positions before.
    const Int* const first = std::lower_bound(losses.at, end, law.drops_from);
    std::vector<Int> indices;
    for (const Int* at = first; at < end; ++at) indices.push_back(*at - law.drops_from);
    const auto before = static_cast<Int>(first - losses.at);
    const Int behind = losses.count - before;
    std::vector<double> areas(static_cast<std::size_t>(runs * behind));
    if (behind > 0) {
        const std::vector<double> momenta(static_cast<std::size_t>(runs), law.momentum);
        annealing_at(program, {0, runs, law.drops_from, 1, steps - law.drops_from}, budget,
                     momenta.data(), indices.data(), behind, areas.data());
    }
    for (Run run = 0; run < runs; ++run) {
        for (Int i = 0; i < losses.count; ++i) {
            const auto place = static_cast<std::size_t>(run * losses.count + i);
            const double power =
                power_of_sum(two_sum(totals[place], law.warmup_sum), -law.alpha);
            const double area =
                i < before ? 0.0 : areas[static_cast<std::size_t>(run * behind + i - before)];
            double* const out = losses.out + 3 * place;
            out[0] = (law.l0 + law.a * power) - law.c * area;
            out[1] = to_double(two_sum(totals[place], law.warmup_sum));
            out[2] = area;
        }
    }
}

}  // namespace decaylr
