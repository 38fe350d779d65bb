#include "evaluation/thread_budget.h"

#include <pthread.h>

#include <atomic>

namespace decaylr {
namespace {

std::atomic<int> working{0}, most_working{0};

// A child of fork() has only the thread that forked, which was not evaluating.
void reset_after_fork() {
    working = 0;
    most_working = 0;
}
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, reset_after_fork);

void remember(int now) {
    int most = most_working;
    while (most < now && !most_working.compare_exchange_weak(most, now)) {}
}

}  // namespace

CallerThread::CallerThread() { remember(++working); }
CallerThread::~CallerThread() { release_thread(); }

bool claim_thread(ThreadBudget budget) {
    int now = working;
    do {
        if (budget.shared && now >= budget.most) return false;
    } while (!working.compare_exchange_weak(now, now + 1));
    remember(now + 1);
    return true;
}

bool release_if_over_budget(ThreadBudget budget) {
    int now = working;
    do {
        if (!budget.shared || now <= budget.most) return false;
    } while (!working.compare_exchange_weak(now, now - 1));
    return true;
}

void release_thread() { --working; }

int active_threads() { return working; }

int peak_active_threads() { return most_working.exchange(working); }

}  // namespace decaylr
