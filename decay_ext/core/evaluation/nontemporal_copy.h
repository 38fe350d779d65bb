// Copies with non-temporal stores, which bypass the caches, for tables that do not fit into them:
// a cache line that is written whole is not read from memory first, which would take as long as
// the writing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#if defined(__unix__)
#include <unistd.h>
#endif

namespace decaylr {

// How many bytes a reader may hope to find in a cache after they are written: those of the last
// level, but no more than 32 MiB, since a part of it is what one process gets of a cache that many
// cores share. Where 300 MiB are said to be there, 32 MiB took 0.79 ns a double to write with plain
// stores and 0.52 to read again, non-temporally 0.47 and 0.55; from 48 MiB on 0.98 and 0.66 against
// 0.43 and 0.67. 8 MiB were as fast either way, 4 MiB faster with plain stores.
inline std::int64_t bytes_kept_by_caches() {
    constexpr std::int64_t most = std::int64_t{32} << 20;
#if defined(_SC_LEVEL3_CACHE_SIZE)
    const std::int64_t level3 = sysconf(_SC_LEVEL3_CACHE_SIZE);  // 0 or -1 where nothing is known
    return level3 > 0 ? std::min(level3, most) : most;
#else
    return most;
#endif
}

namespace detail {

constexpr std::int64_t line = 64;  // bytes of a cache line

// One line, to an address that is a multiple of it.
inline void nontemporal_copy_line(const char* from, char* to) {
#if defined(__AVX512F__)
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to), _mm512_loadu_si512(from));
#elif defined(__AVX__)
    for (int i = 0; i < line; i += 32) {
        const __m256i part = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + i));
        _mm256_stream_si256(reinterpret_cast<__m256i*>(to + i), part);
    }
#elif defined(__SSE2__)
    for (int i = 0; i < line; i += 16) {
        const __m128i part = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + i));
        _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), part);
    }
#else
    std::memcpy(to, from, static_cast<std::size_t>(line));
#endif
}

}  // namespace detail

// After this fence other threads may read what was copied.
inline void nontemporal_fence() {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

template <class Real>
inline void nontemporal_copy(const Real* values, std::int64_t count, Real* out) {
    using detail::line;
    const std::int64_t bytes = count * static_cast<std::int64_t>(sizeof(Real));
    const char* from = reinterpret_cast<const char*>(values);
    char* to = reinterpret_cast<char*>(out);
    const std::uintptr_t past = reinterpret_cast<std::uintptr_t>(to) % line;
    std::int64_t i = std::min((line - static_cast<std::int64_t>(past)) % line, bytes);
    std::memcpy(to, from, static_cast<std::size_t>(i));
    for (; i + line <= bytes; i += line) detail::nontemporal_copy_line(from + i, to + i);
    std::memcpy(to + i, from + i, static_cast<std::size_t>(bytes - i));
}

}  // namespace decaylr
