#include "evaluation/interruption.h"

#include <time.h>

namespace decaylr {
namespace {

// A key, not a thread_local variable: that takes memory when a thread first reads it, and ends the
// process where there is none.
pthread_key_t make_key() {
    pthread_key_t made;
    if (pthread_key_create(&made, nullptr) != 0) throw std::bad_alloc();
    return made;
}
const pthread_key_t key = make_key();

// The coarse clock takes a quarter of the time of the fine one, and is right to a few milliseconds.
std::int64_t milliseconds() {
    timespec now;
#if defined(CLOCK_MONOTONIC_COARSE)
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
#else
    clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 + 1;
}

}  // namespace

LongCall* present_call() { return static_cast<LongCall*>(pthread_getspecific(key)); }

void work_for(LongCall* call) { pthread_setspecific(key, call); }

LongCall::LongCall(void (*ask)())
    : ask_(ask), caller_(pthread_self()), outer_(present_call()) {
    work_for(this);
}

LongCall::~LongCall() { work_for(outer_); }

void LongCall::look() {
    if (left_.load(std::memory_order_relaxed)) throw CallLeft();
    if (!pthread_equal(caller_, pthread_self())) return;
    const std::int64_t now = milliseconds();
    if (asked_ == 0) asked_ = now;
    if (now - asked_ < patience) return;
    asked_ = now;
    try {
        ask_();
    } catch (...) {
        left_ = true;
        throw;
    }
}

}  // namespace decaylr
