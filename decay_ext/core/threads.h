// Work shared between threads that live for one call, so that a fork never meets them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>
#include <vector>

namespace decaylr {

// A piece of work that is worth handing out: values of a lookup or a fold.
constexpr std::int64_t values_per_thread = std::int64_t{1} << 15;

// How long work is tried on the caller's thread, which tells how long the rest will take, and
// how much of it a thread must get: to start one costs tens of microseconds.
#ifdef DECAYLR_EAGER_THREADS
constexpr double trial = 0.0, share = 1e-12;  // for tests of threads themselves
#else
constexpr double trial = 50e-6, share = 100e-6;
#endif

// How many threads beside the caller's pay, after `done` of `count` took so many seconds.
inline int helpers(std::int64_t done, std::int64_t count, double seconds, int most) {
    if (seconds < trial) return 0;
    const double left = seconds * static_cast<double>(count - done) / static_cast<double>(done);
    return static_cast<int>(std::clamp(left / share - 1.0, 0.0, static_cast<double>(most)));
}

// Calls work(begin, end) over [begin, count) in pieces of `grain`, on the caller's thread and
// `helpers` more.
template <class Work>
void share_out(std::int64_t begin, std::int64_t count, std::int64_t grain, int helpers,
               const Work& work) {
    std::atomic<std::int64_t> next{begin};
    const auto take = [&] {
        for (;;) {
            const std::int64_t from = next.fetch_add(grain);
            if (from >= count) return;
            work(from, std::min(from + grain, count));
        }
    };
    std::vector<std::thread> team;
    const std::int64_t others = (count - begin - 1) / grain;  // pieces beside the caller's
    for (std::int64_t i = 0; i < std::min<std::int64_t>(helpers, others); ++i) {
        try {
            team.emplace_back(take);
        } catch (const std::system_error&) {
            break;  // the system grants no more threads: those there are do the work
        }
    }
    take();
    for (auto& thread : team) thread.join();
}

// Calls work(begin, end) over [0, count) in pieces of `grain`, on up to `threads` threads where
// that is faster than on one. `work` must not throw. Which thread takes a piece never changes a
// value.
template <class Work>
void parallel_for(std::int64_t count, std::int64_t grain, int threads, const Work& work) {
    if (threads <= 1 || count <= grain) {
        if (count > 0) work(0, count);
        return;
    }
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t done = 0; done < count;) {
        const std::int64_t end = std::min(done + grain, count);
        work(done, end);
        done = end;
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        const int more = helpers(done, count, taken.count(), threads - 1);
        if (more > 0) return share_out(done, count, grain, more, work);
    }
}

}  // namespace decaylr
