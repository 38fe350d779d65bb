// Work shared between threads that live for one call, so that a fork never meets them.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace decaylr {

// Below this many values a second thread costs more than it saves.
constexpr std::int64_t values_per_thread = std::int64_t{1} << 15;

inline int pays(std::int64_t values, int limit) {
    const std::int64_t most = std::max<std::int64_t>(values / values_per_thread, 1);
    return static_cast<int>(std::min<std::int64_t>(most, limit));
}

// Calls work(begin, end) over [0, count) in pieces of `grain`, on up to `threads` threads.
// `work` must not throw. Which thread takes a piece never changes a value.
template <class Work>
void parallel_for(std::int64_t count, std::int64_t grain, int threads, const Work& work) {
    std::atomic<std::int64_t> next{0};
    const auto take = [&] {
        for (;;) {
            const std::int64_t begin = next.fetch_add(grain);
            if (begin >= count) return;
            work(begin, std::min(begin + grain, count));
        }
    };
    std::vector<std::thread> team;
    const std::int64_t pieces = (count + grain - 1) / grain;
    const int extra = static_cast<int>(std::min<std::int64_t>(threads, pieces)) - 1;
    for (int i = 0; i < extra; ++i) {
        try {
            team.emplace_back(take);
        } catch (const std::system_error&) {
            break;  // the system grants no more threads: those there are do the work
        }
    }
    take();
    for (auto& thread : team) thread.join();
}

}  // namespace decaylr
