// A tile of rows written as columns.
#pragma once

#include <cstring>

#include "tree/position.h"

namespace decaylr {

// Four lanes of a pair of vectors, numbered 0 to 7. GCC before 12 only shuffles by a mask.
typedef double FourLanes __attribute__((vector_size(32)));
template <int a, int b, int c, int d>
inline void shuffle(FourLanes& to, const FourLanes& first, const FourLanes& second) {
#if __has_builtin(__builtin_shufflevector)
    to = __builtin_shufflevector(first, second, a, b, c, d);
#else
    typedef long long Mask __attribute__((vector_size(32)));
    to = __builtin_shuffle(first, second, Mask{a, b, c, d});
#endif
}

// to[s * pitch + r] = from[r * length + s] for r < runs, s < steps. Squares of 4 x 4 are loads,
// shuffles and stores of vectors, without a scalar move.
template <class Real>
inline void transpose(const double* from, Int length, Run runs, Int steps, Real* to, Int pitch) {
    typedef Real Shown __attribute__((vector_size(4 * sizeof(Real))));
    const Run whole_runs = runs & ~Run{3};
    const Int whole_steps = steps & ~Int{3};
    for (Int s = 0; s < whole_steps; s += 4) {
        for (Run r = 0; r < whole_runs; r += 4) {
            FourLanes row[4], even, odd, next_even, next_odd, column[4];
            for (int i = 0; i < 4; ++i) {
                std::memcpy(&row[i], from + (r + i) * length + s, sizeof(FourLanes));
            }
            shuffle<0, 4, 2, 6>(even, row[0], row[1]);
            shuffle<1, 5, 3, 7>(odd, row[0], row[1]);
            shuffle<0, 4, 2, 6>(next_even, row[2], row[3]);
            shuffle<1, 5, 3, 7>(next_odd, row[2], row[3]);
            shuffle<0, 1, 4, 5>(column[0], even, next_even);
            shuffle<0, 1, 4, 5>(column[1], odd, next_odd);
            shuffle<2, 3, 6, 7>(column[2], even, next_even);
            shuffle<2, 3, 6, 7>(column[3], odd, next_odd);
            for (int i = 0; i < 4; ++i) {
                const Shown shown = __builtin_convertvector(column[i], Shown);
                std::memcpy(to + (s + i) * pitch + r, &shown, sizeof(Shown));
            }
        }
    }
    for (Int s = 0; s < steps; ++s) {
        for (Run r = s < whole_steps ? whole_runs : 0; r < runs; ++r) {
            to[s * pitch + r] = static_cast<Real>(from[r * length + s]);
        }
    }
}

}  // namespace decaylr
