// The positions of a piece at which the rate changes: the others add nothing to a sum over drops.
#pragma once

#include "folds/reductions.h"
#include "laws/lane_powers.h"
#include "laws/rate_pieces.h"

namespace decaylr {

// The changes of a piece in the order of positions, from `begin` to the arrays' end. The gap of a
// change is the sum of the rates after it, up to the end of the piece.
struct Drops {
    int begin = rates_in_piece;
    double drop[rates_in_piece], rate[rates_in_piece];
    double gap[rates_in_piece], gap_rest[rates_in_piece];
    double_double total{0.0, 0.0};  // of all rates of the piece

    int count() const { return rates_in_piece - begin; }

    // Those of the first `size` rates. The gap holds the rate that follows the change itself if
    // `own_rate`. Only changes after position `since` count.
    void find(const RatePiece& piece, int size, Int since, bool own_rate) {
        PairSum sum;
        begin = rates_in_piece;
        for (int i = size - 1; i >= 0; --i) {
            const double_double after = sum.value;
            sum.add(piece[i]);
            const double_double own = own_rate ? sum.value : after;
            const int at = begin - 1;
            drop[at] = piece[i - 1] - piece[i];
            rate[at] = piece[i];
            gap[at] = own.hi;
            gap_rest[at] = own.lo;
            begin = drop[at] != 0.0 && piece.begin + i > since ? at : begin;
        }
        total = sum.value;
    }
};

}  // namespace decaylr
