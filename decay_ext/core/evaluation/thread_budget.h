// How many threads of this process work, whoever called them: calls that come from several threads
// at once share the processors.
#pragma once

namespace decaylr {

// How many threads a call may use, its own among them. A shared number is also the most that work
// in the process together; a number of the call's own is obeyed whatever others do.
struct Team {
    int most;
    bool shared;

    Team(int own) : most(own), shared(false) {}
    Team(int number, bool with_others) : most(number), shared(with_others) {}
};

// The thread of a caller, which works even where too many do.
class Caller {
   public:
    Caller();
    ~Caller();
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;
};

// A place for a helper, if there is one; it is given back by give_way or leave_work.
bool take_place(Team team);

// Gives a helper's place back where more work than may.
bool give_way(Team team);

void leave_work();

int at_work();

// The most that worked at once since the last time that this was asked.
int most_at_work();

}  // namespace decaylr
