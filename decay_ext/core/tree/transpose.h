// A tile of rows written as columns.
#pragma once

#include <cstring>

#include "tree/position.h"

namespace decaylr {

// to[s * pitch + r] = from[r * length + s] for r < runs, s < steps. Squares of 4 x 4 are loads,
// shuffles and stores of vectors, without a scalar move.
template <class Real>
inline void transpose(const double* from, Int length, Run runs, Int steps, Real* to, Int pitch) {
    typedef double Four __attribute__((vector_size(32)));
    typedef Real Shown __attribute__((vector_size(4 * sizeof(Real))));
    const Run whole_runs = runs & ~Run{3};
    const Int whole_steps = steps & ~Int{3};
    for (Int s = 0; s < whole_steps; s += 4) {
        for (Run r = 0; r < whole_runs; r += 4) {
            Four row[4];
            for (int i = 0; i < 4; ++i) {
                std::memcpy(&row[i], from + (r + i) * length + s, sizeof(Four));
            }
            const Four even = __builtin_shufflevector(row[0], row[1], 0, 4, 2, 6);
            const Four odd = __builtin_shufflevector(row[0], row[1], 1, 5, 3, 7);
            const Four next_even = __builtin_shufflevector(row[2], row[3], 0, 4, 2, 6);
            const Four next_odd = __builtin_shufflevector(row[2], row[3], 1, 5, 3, 7);
            const Four column[4] = {__builtin_shufflevector(even, next_even, 0, 1, 4, 5),
                                    __builtin_shufflevector(odd, next_odd, 0, 1, 4, 5),
                                    __builtin_shufflevector(even, next_even, 2, 3, 6, 7),
                                    __builtin_shufflevector(odd, next_odd, 2, 3, 6, 7)};
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
