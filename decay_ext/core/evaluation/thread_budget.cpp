#include "evaluation/thread_budget.h"

#include <pthread.h>

#include <atomic>

namespace decaylr {
namespace {

std::atomic<int> working{0}, most_working{0};

// A child of fork() has the thread that forked alone, which was not at work.
void nobody_works() {
    working = 0;
    most_working = 0;
}
[[maybe_unused]] const int registered = pthread_atfork(nullptr, nullptr, nobody_works);

void remember(int now) {
    int most = most_working;
    while (most < now && !most_working.compare_exchange_weak(most, now)) {}
}

}  // namespace

Caller::Caller() { remember(++working); }
Caller::~Caller() { leave_work(); }

bool take_place(Team team) {
    int now = working;
    do {
        if (team.shared && now >= team.most) return false;
    } while (!working.compare_exchange_weak(now, now + 1));
    remember(now + 1);
    return true;
}

bool give_way(Team team) {
    int now = working;
    do {
        if (!team.shared || now <= team.most) return false;
    } while (!working.compare_exchange_weak(now, now - 1));
    return true;
}

void leave_work() { --working; }

int at_work() { return working; }

int most_at_work() { return most_working.exchange(working); }

}  // namespace decaylr
