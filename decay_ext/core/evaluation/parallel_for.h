// A parallel loop on threads that live for one call only, so that a fork() never meets them.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "arithmetic/float_environment.h"
#include "evaluation/interruption.h"
#include "evaluation/ready_to_throw.h"
#include "evaluation/thread_budget.h"

namespace decaylr {

// The size of work is measured in values of a table, or what takes as long. Threads take it in
// pieces; a long piece is surely worth a thread of its own.
constexpr std::int64_t long_piece_values = std::int64_t{1} << 18;

// For how many seconds work is timed on the caller's thread, which tells how long the rest will
// take, and how much of it a helper thread must get: starting one costs tens of microseconds.
#ifdef DECAYLR_EAGER_THREADS
constexpr std::int64_t piece_values = 64;  // for tests of threads themselves
constexpr double trial = 0.0, share = 1e-12;
#else
constexpr std::int64_t piece_values = std::int64_t{1} << 13;
constexpr double trial = 50e-6, share = 150e-6;
#endif

// The items of a call, taken in pieces of `grain` by the caller's thread and by helpers.
template <class Work>
class SharedWork {
   public:
    SharedWork(std::int64_t count, std::int64_t grain, ThreadBudget budget, const Work& work)
        : count_(count), grain_(grain), budget_(budget), work_(work) {}
    ~SharedWork() {
        next_ = count_;  // there is more to do only where the caller's thread has thrown
        join();
    }

    // Long pieces are handed out at once: few would be left after timing the first ones. Otherwise
    // the first pieces are timed. Later looks find threads that other calls have released.
    void run(bool long_pieces) {
        using Clock = std::chrono::steady_clock;
        if (long_pieces) call_helpers(budget_.most);
        const auto start = Clock::now();
        double look = trial;
        std::int64_t done = 0;
        while (const std::int64_t some = take()) {
            done += some;
            const double taken = std::chrono::duration<double>(Clock::now() - start).count();
            if (taken < look) continue;
            look = 2 * taken;
            const double rest = taken / static_cast<double>(done) * static_cast<double>(left());
            call_helpers(long_pieces ? budget_.most : rest / share - 1.0);
        }
        wait();
        join();
        if (error_) std::rethrow_exception(error_);
    }

   private:
    std::int64_t left() const { return std::max<std::int64_t>(count_ - next_, 0); }

    // Does the next piece and returns its size, 0 where none is left.
    std::int64_t take() {
        const std::int64_t from = next_.fetch_add(grain_);
        if (from >= count_) return 0;
        const std::int64_t some = std::min(grain_, count_ - from);
        leave_if_asked();
        work_(from, from + some);
        return some;
    }

    // Starts helper threads up to the number that pays off, within the budget and the pieces left.
    void call_helpers(double pay) {
        const std::int64_t pieces = (left() + grain_ - 1) / grain_;
        const auto most = static_cast<double>(std::min<std::int64_t>(budget_.most, pieces) - 1);
        int missing = static_cast<int>(std::min(pay, most)) - helping_;
        for (; missing > 0 && claim_thread(budget_); --missing) {
            ++helping_;
            try {
                auto reserve = std::make_unique<MemoryReserve>();
                helpers_.emplace_back([this, held = std::move(reserve)]() mutable {
                    held.reset();
                    help();
                });
            } catch (const std::exception&) {  // the system grants no more threads
                --helping_;
                return release_thread();
            }
        }
    }

    void help() {
        be_ready_to_throw();
        const FloatEnvironment exact;
        bool placed = true;
        work_for(call_);
        try {
            while (placed && take() > 0) placed = !release_if_over_budget(budget_);
        } catch (...) {
            if (!failed_.exchange(true)) error_ = std::current_exception();
            next_ = count_;
        }
        if (placed) release_thread();
        const std::lock_guard<std::mutex> guard(mutex_);
        --helping_;
        ended_.notify_one();
    }

    // Until the helpers have ended, or the call is to be left.
    void wait() {
        std::unique_lock<std::mutex> guard(mutex_);
        while (helping_ > 0) {
            ended_.wait_for(guard, std::chrono::milliseconds(LongCall::patience));
            guard.unlock();
            leave_if_asked();
            guard.lock();
        }
    }

    void join() {
        for (auto& helper : helpers_) helper.join();
        helpers_.clear();
    }

    const std::int64_t count_, grain_;
    const ThreadBudget budget_;
    const Work& work_;
    LongCall* const call_ = present_call();
    std::atomic<std::int64_t> next_{0};
    std::atomic<int> helping_{0};
    std::atomic<bool> failed_{false};
    std::exception_ptr error_;
    std::mutex mutex_;
    std::condition_variable ended_;  // a helper
    std::vector<std::thread> helpers_;
};

// Calls work(begin, end) over [0, count), items of a size of `values` each, on as many threads of
// the budget as pay off. Which thread takes a piece never changes a value.
template <class Work>
void parallel_for(std::int64_t count, std::int64_t values, ThreadBudget budget, const Work& work) {
    if (count <= 0) return;
    const std::int64_t size = std::max<std::int64_t>(values, 1);
    const std::int64_t grain = std::max<std::int64_t>(piece_values / size, 1);
    if (count <= grain && size <= piece_values) return work(0, count);  // over before it counts
    const CallerThread here;
    if (budget.most <= 1 || count <= grain) {
        const std::int64_t alone = std::max(grain, values_between_looks / size);
        for (std::int64_t from = 0; from < count; from += alone) {
            leave_if_asked();
            work(from, std::min(from + alone, count));
        }
        return;
    }
    SharedWork<Work>(count, grain, budget, work).run(size >= long_piece_values);
}

}  // namespace decaylr
