// Room for what a combinator asks its children for, a chunk at a time.
#pragma once

#include <memory>

#include "tree/position.h"

namespace decaylr {

// What is evaluated together where a buffer must be small enough for any stack.
constexpr Int chunk = 512;
// The room of combinators: so large that what children prepare for a chunk hardly counts, so small
// that two of them stay in a first-level cache.
constexpr Int room_size = 2048;
// Such room is on the stack up to this many levels above the curves, on the heap where trees are
// higher: their evaluation takes long enough for that, and threads may have small stacks.
constexpr int levels_on_stack = 6;

namespace detail {

// The function that calls itself from level to level must not hold the room on the stack, hence
// these two are never inlined.
template <class T, Int size, class F>
__attribute__((noinline)) void with_room_on_stack(F& f) {
    T room[size];
    f(static_cast<T*>(room));
}
template <class T, Int size, class F>
__attribute__((noinline)) void with_room_on_heap(F& f) {
    const std::unique_ptr<T[]> room(new T[size]);
    f(room.get());
}

}  // namespace detail

// Calls f with room for `size` elements, for a node so many levels above the curves.
template <class T, Int size = room_size, class F>
inline void with_room(int levels, F&& f) {
    if (levels <= levels_on_stack) detail::with_room_on_stack<T, size>(f);
    else detail::with_room_on_heap<T, size>(f);
}

// Calls f(from, n, room) for each chunk of `count` elements.
template <class T, class F>
inline void each_chunk(int levels, Int count, F&& f) {
    with_room<T>(levels, [&](T* room) {
        for (Int from = 0; from < count; from += room_size) {
            f(from, std::min(room_size, count - from), room);
        }
    });
}

}  // namespace decaylr
