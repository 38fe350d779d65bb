// Loops over consecutive numbers, and over numbers in any order.
#pragma once

#include <algorithm>

#include "tree/block_fill.h"
#include "tree/buffer.h"

namespace decaylr {

// out[i] = f(first + i) for whole positions below 2^53: the hot loop of curves without blocks,
// which must be vectorized: f and one store, the positions by an addition and a conversion. 32-bit
// counters convert to vectors of doubles on every instruction set; 64-bit ones need AVX-512.
template <class Real, class F>
inline void fill_each(Int first, Int count, Real* out, F&& f) {
    for (Int done = 0; done < count; done += chunk) {
        const double from = static_cast<double>(first + done);
        const int n = static_cast<int>(std::min(chunk, count - done));
        Real* values = out + done;
        for (int i = 0; i < n; ++i) values[i] = static_cast<Real>(f(from + static_cast<double>(i)));
    }
}

// out[i] = f(x) for the numbers in any order, brought into [first, last], which is below 2^52.
template <class F>
inline void fill_each_number(const Int* numbers, Int count, Int first, Int last, double* out,
                             F&& f) {
    constexpr int together = 64;
    double values[together];  // local, so that nothing aliases it
    for (Int done = 0; done < count; done += together) {
        const int n = static_cast<int>(std::min<Int>(together, count - done));
        for (int i = 0; i < n; ++i) {
            values[i] = small_double(std::clamp(numbers[done + i], first, last));
        }
        for (int i = n; i % lanes != 0; ++i) values[i] = values[n - 1];
        const int many = whole_lanes(n);
        for (int i = 0; i < many; ++i) values[i] = f(values[i]);
        std::copy(values, values + n, out + done);
    }
}

// Fills [first, first + count) of a curve that is `init` at 0, if that is its beginning, `end` from
// `steps` on, and given by body(p, n, out) inside.
template <class Real, class Body>
inline void fill_interior(Int first, Int count, bool begins, const Boundary& steps, double init,
                          double end, Real* out, Body&& body) {
    Int i = 0;
    if (begins && first <= 0 && count > 0) {
        out[i++] = static_cast<Real>(steps.value > 0.0 ? init : end);
    }
    const Int inside = count == i ? 0 : positions_before(first + i, steps, count - i);
    if (inside > 0) body(first + i, inside, out + i);
    for (i += inside; i < count; ++i) out[i] = static_cast<Real>(end);
}

// Fills a curve that is constant from p to next(p): value(p) is taken once a plateau.
template <class Real, class Value, class Next>
inline void fill_plateaus(Int first, Int count, Real* out, Value&& value, Next&& next) {
    for (Int i = 0; i < count;) {
        const Int p = first + i;
        const Int n = positions_before(p, next(p), count - i);
        std::fill(out + i, out + i + n, static_cast<Real>(value(p)));
        i += n;
    }
}

// A cycle up to this length is copied rather than evaluated anew: it stays in a cache.
constexpr Int longest_copied = Int{1} << 14;

// out[i] = out[i - length] for length <= i < count: copies that grow, but stay in a cache.
template <class Real>
inline void repeat_values(Real* out, Int length, Int count) {
    const Int most = std::max(longest_copied / length, Int{1}) * length;
    for (Int done = length; done < count;) {
        const Int n = std::min({most, done, count - done});
        std::copy(out, out + n, out + done);
        done += n;
    }
}

}  // namespace decaylr
