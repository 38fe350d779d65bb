// What makes memory that is missing a std::bad_alloc in every thread.
//
// The C library gives a thread what it needs to throw when it first does, and ends the process where
// no memory is left for that. So a thread asks for it at the beginning of its work.
#pragma once

#include <sys/mman.h>

#include <exception>
#include <new>

namespace decaylr {

inline void be_ready_to_throw() {
    [[maybe_unused]] volatile int asked = std::uncaught_exceptions();  // not to be optimized away
}

// Address space that a new thread frees for that purpose. It cannot use what was freed otherwise: a
// thread's first allocations are whole pages where there is no space for a heap of its own.
class MemoryReserve {
   public:
    MemoryReserve()
        : pages_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
        if (pages_ == MAP_FAILED) throw std::bad_alloc();
    }
    ~MemoryReserve() { munmap(pages_, size); }
    MemoryReserve(const MemoryReserve&) = delete;
    MemoryReserve& operator=(const MemoryReserve&) = delete;

   private:
    static constexpr std::size_t size = std::size_t{1} << 16;
    void* const pages_;
};

}  // namespace decaylr
