// Loops over positions by blocks of 64 that begin at multiples of 64.
#pragma once

#include <algorithm>

#include "tree/position.h"

namespace decaylr {

constexpr int block = 64;

// How many blocks are prepared together, and the lanes of the widest vector: the coefficients of a
// group of blocks are computed by whole vectors.
constexpr int together = 32, lanes = 8;

inline int whole_lanes(int n) { return (n + lanes - 1) / lanes * lanes; }

// The largest multiple of a power of two up to n, 0 <= n < 2^51: without the function floor, which
// the baseline instruction set has not.
template <int size>
DECAYLR_LANE double multiple_below(double n) {
    constexpr double shift = 0x1.8p52 * size;
    const double near = (n + shift) - shift;
    return near > n ? near - size : near;
}

// The first number that is in no block, where `last` is the last one that is not past the curve's
// end: a block counted from there must not reach past it. Short curves have no blocks. The last
// multiple of 64 is found without a conversion.
DECAYLR_LANE double end_of_blocks(double last, bool from_end) {
    constexpr double shift = 0x1.8p58;
    const double after = last + 1.0;
    const double near = (after + shift) - shift, before = near - block;
    const double multiple = near > after ? before : near;
    const double end = from_end ? multiple : two_63;
    return last < 2.0 * block ? 0.0 : end;
}

// Calls prepare(k, n) for groups of n <= `together` blocks from block k on, then for each of them
// write(b, j, n, out): n positions from the j-th of block k + b.
template <class Real, class Prepare, class Write>
inline void each_block(Int first, Int count, Real* out, Prepare&& prepare, Write&& write) {
    Int k = first / block;
    int j = static_cast<int>(first % block);
    while (count > 0) {
        const Int left = (j + count + block - 1) / block;
        const int blocks = static_cast<int>(std::min<Int>(left, together));
        prepare(k, blocks);
        for (int b = 0; b < blocks; ++b) {
            const int n = static_cast<int>(std::min<Int>(block - j, count));
            write(b, j, n, out);
            out += n;
            count -= n;
            j = 0;
        }
        k += blocks;
    }
}

// out[i] = value(j + i) for i < n. A whole block has a loop of its own, without a scalar
// remainder. It is the hot loop of most curves and must be the arithmetic of the value on
// whole vectors and one store each, nothing else: of an exponential on AVX-512 eight times vmulpd
// with a factor in memory or a register and vmovupd, with a vcvtpd2ps between them for float32.
template <class Real, class Value>
inline void fill_block(int j, int n, Real* out, Value&& value) {
    if (n == block) {
        for (int i = 0; i < block; ++i) out[i] = static_cast<Real>(value(i));
    } else {
        for (int i = 0; i < n; ++i) out[i] = static_cast<Real>(value(j + i));
    }
}

}  // namespace decaylr
