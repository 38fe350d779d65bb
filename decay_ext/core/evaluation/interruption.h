// How a long call is left early, by Ctrl-C for example.
//
// The thread that makes a call asks now and then whether it is to go on; its helpers look at a
// flag. Both happen in leave_if_asked, which loops call once for each piece of their work.
#pragma once

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <new>

#include "tree/node.h"

namespace decaylr {

// What ends the work of the helpers of a call that is left.
struct CallLeft : std::exception {
    const char* what() const noexcept override { return "the call was left"; }
};

// A call of the present thread, until the end of its scope.
class LongCall {
   public:
    // `ask` throws where the call is to be left. It is called on this thread, at most every
    // `patience` milliseconds.
    explicit LongCall(void (*ask)());
    ~LongCall();
    LongCall(const LongCall&) = delete;
    LongCall& operator=(const LongCall&) = delete;

    static constexpr std::int64_t patience = 50;

    void look();

   private:
    void (*const ask_)();
    const pthread_t caller_;
    LongCall* const outer_;
    std::atomic<bool> left_{false};
    std::int64_t asked_ = 0;  // when, in milliseconds; 0 before the first look
};

// The call that this thread works for; null where nothing may stop it.
LongCall* present_call();

// Makes a helper thread work for a call.
void work_for(LongCall* call);

// Throws where the call that this thread works for is to be left. It takes about 10 ns.
inline void leave_if_asked() {
    if (LongCall* call = present_call()) call->look();
}

// The same for loops whose rounds are too short for that: it looks every 256th time.
class LeaveIfAsked {
   public:
    void operator()() {
        if (++rounds_ % 256 == 0) leave_if_asked();
    }

   private:
    unsigned rounds_ = 0;
};

// How many values of a small tree are evaluated between two looks; and of any tree: fewer where it
// has many nodes.
constexpr Int values_between_looks = Int{1} << 16;
inline Int values_at_once(const Node& node) {
    constexpr Int least = 64, small_tree = 16;
    const Int share = values_between_looks * small_tree / node.extent().nodes;
    return std::clamp(share / least * least, least, values_between_looks);
}
// What a value of the tree costs, in values of a small one.
inline Int cost_of_value(const Node& node) { return values_between_looks / values_at_once(node); }

}  // namespace decaylr
