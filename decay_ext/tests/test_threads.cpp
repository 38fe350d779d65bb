// How calls share the threads of a process: the program to run under the thread sanitizer. Exits
// with 1 at the first count that differs.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>

#include "evaluation/parallel_for.h"

using namespace decaylr;

namespace {

using Items = std::int64_t;

void require(const char* what, std::int64_t got, std::int64_t want) {
    if (got == want) return;
    std::printf("%s: %lld instead of %lld\n", what, static_cast<long long>(got),
                static_cast<long long>(want));
    std::exit(1);
}

// Which threads have done how much.
struct Done {
    std::mutex mutex;
    std::multiset<std::thread::id> by;

    void add() {
        const std::lock_guard<std::mutex> guard(mutex);
        by.insert(std::this_thread::get_id());
    }
    Items mine() { return static_cast<Items>(by.count(std::this_thread::get_id())); }
};

void wait_for(const std::atomic<bool>& flag) {
    while (!flag) std::this_thread::yield();
}

void calls_share_a_budget() {
    const ThreadBudget four(4, true);
    const auto most_beside = [&](int others, ThreadBudget budget) {
        std::optional<CallerThread> held[5];
        for (int i = 0; i < others; ++i) held[i].emplace();
        peak_active_threads();
        const auto caller = std::this_thread::get_id();
        std::atomic<bool> began{false};  // by the caller, after it has called its helpers
        parallel_for(64, long_piece_values, budget, [&](Items, Items) {
            if (std::this_thread::get_id() == caller) began = true;
            wait_for(began);
        });
        require("given back", active_threads(), others);
        return peak_active_threads();
    };
    require("alone", most_beside(0, four), 4);
    require("beside two", most_beside(2, four), 4);
    require("beside four", most_beside(4, four), 5);
    require("a number of one's own", most_beside(5, ThreadBudget(3)), 8);
}

void a_helper_is_released_over_budget() {
    Done done;
    std::atomic<bool> helped{false}, crowded{false};
    std::optional<CallerThread> another;
    const auto caller = std::this_thread::get_id();
    parallel_for(64, long_piece_values, ThreadBudget(2, true), [&](Items, Items) {
        done.add();
        if (std::this_thread::get_id() != caller) {
            helped = true;
            return wait_for(crowded);
        }
        wait_for(helped);
        if (!another) another.emplace();
        crowded = true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // while it could take more
    });
    require("pieces of the caller", done.mine(), 63);
    require("active, without the helper", active_threads(), 1);
}

void a_later_look_finds_a_place() {
    Done done;
    std::optional<CallerThread> another(std::in_place);
    parallel_for(2000, piece_values, ThreadBudget(2, true), [&](Items begin, Items) {
        if (begin == 20) another.reset();
        done.add();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
    require("items", static_cast<Items>(done.by.size()), 2000);
    require("a helper came", done.mine() < 2000, 1);
    require("nobody left", active_threads(), 0);
}

void errors_reach_the_caller() {
    for (const bool in_helper : {false, true}) {
        const auto caller = std::this_thread::get_id();
        std::atomic<bool> helped{false}, began{false};
        bool caught = false;
        try {
            parallel_for(64, long_piece_values, ThreadBudget(3, true), [&](Items, Items) {
                const bool helper = std::this_thread::get_id() != caller;
                (helper ? helped : began) = true;
                if (helper == in_helper) throw std::runtime_error("thrown");
                wait_for(helper ? began : helped);
            });
        } catch (const std::runtime_error&) {
            caught = true;
        }
        require("caught", caught, 1);
        require("nobody left by an error", active_threads(), 0);
    }
}

void small_work_is_not_counted() {
    peak_active_threads();
    parallel_for(piece_values, 1, ThreadBudget(4, true),
                 [](Items, Items) { require("at work on little", active_threads(), 0); });
    require("most on little", peak_active_threads(), 0);
}

void a_child_begins_with_nobody() {
    const CallerThread held;
    const pid_t child = fork();
    if (child == 0) _exit(active_threads() + peak_active_threads());
    int status = -1;
    waitpid(child, &status, 0);
    require("at work in a child", WEXITSTATUS(status), 0);
    require("at work in its parent", active_threads(), 1);
}

void a_call_that_is_left_leaves_its_helpers() {
    for (const bool caller_waits : {false, true}) {
        const LongCall call([] { throw std::runtime_error("asked"); });
        const auto caller = std::this_thread::get_id();
        std::atomic<int> left{0};
        std::atomic<bool> helped{false};
        bool caught = false;
        try {
            parallel_for(2, long_piece_values, ThreadBudget(2), [&](Items, Items) {
                const bool helper = std::this_thread::get_id() != caller;
                if (helper) helped = true;
                else wait_for(helped);
                if (!helper && caller_waits) return;
                try {
                    for (;;) leave_if_asked();
                } catch (...) {
                    ++left;
                    throw;
                }
            });
        } catch (const std::runtime_error&) {
            caught = true;
        }
        require("left by what was asked", caught, 1);
        require("threads that have left", left, caller_waits ? 1 : 2);
        require("nobody left by a call that is left", active_threads(), 0);
    }
    require("no call is left over", present_call() == nullptr, 1);
}

}  // namespace

int main() {
    calls_share_a_budget();
    a_helper_is_released_over_budget();
    a_later_look_finds_a_place();
    errors_reach_the_caller();
    a_call_that_is_left_leaves_its_helpers();
    small_work_is_not_counted();
    a_child_begins_with_nobody();
    std::puts("calls share the threads of the process");
    return 0;
}
