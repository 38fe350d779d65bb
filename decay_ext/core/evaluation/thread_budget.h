// How many threads of this process evaluate, over all calls: calls that come from several threads
// at once share the processors.
#pragma once

namespace decaylr {

// How many threads a call may use, the caller's included. A shared budget also bounds the active
// threads of the whole process; a budget of the call's own ignores what other calls do.
struct ThreadBudget {
    int most;
    bool shared;

    ThreadBudget(int own) : most(own), shared(false) {}
    ThreadBudget(int number, bool with_others) : most(number), shared(with_others) {}
};

// The caller's own thread: counted while it works, but never refused.
class CallerThread {
   public:
    CallerThread();
    ~CallerThread();
    CallerThread(const CallerThread&) = delete;
    CallerThread& operator=(const CallerThread&) = delete;
};

// Counts a helper thread in if the budget allows it; release_if_over_budget or release_thread
// counts it out.
bool claim_thread(ThreadBudget budget);

// Counts a helper thread out if more are active than the budget allows.
bool release_if_over_budget(ThreadBudget budget);

void release_thread();

int active_threads();

// The most that were active at once since the last call of this function.
int peak_active_threads();

}  // namespace decaylr
