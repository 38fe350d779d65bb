// The floating-point environment that the core is written for: round to nearest, subnormal numbers
// kept, no exception traps.
//
// Others change it: torch.set_flush_denormal, libraries that were linked with -ffast-math, fesetround.
// So every call into the core, and every helper thread, holds a FloatEnvironment. What it guards
// must be a call that is not inlined: compilers move arithmetic across a change of the environment.
#pragma once

#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace decaylr {

#if defined(__SSE2__)

using FloatControl = std::uint32_t;
// All bits but the six that record exceptions; of these, those that mask exceptions are to be set.
constexpr FloatControl control_bits = 0xffc0, expected_control = 0x1f80;
inline FloatControl read_float_control() { return _mm_getcsr(); }
inline void write_float_control(FloatControl control) { _mm_setcsr(control); }

#elif defined(__aarch64__)

using FloatControl = std::uint64_t;
constexpr FloatControl control_bits = ~FloatControl{0}, expected_control = 0;
inline FloatControl read_float_control() {
    FloatControl control;
    asm volatile("mrs %0, fpcr" : "=r"(control));
    return control;
}
inline void write_float_control(FloatControl control) {
    asm volatile("msr fpcr, %0" : : "r"(control) : "memory");
}

#else
#error "decaylr reads and writes the floating-point environment of x86-64 and aarch64 only"
#endif

// Sets the environment up where it is another one, and restores it at the end of its scope.
class FloatEnvironment {
   public:
    FloatEnvironment() : before_(read_float_control()) {
        if (changed()) write_float_control(expected_control);
    }
    ~FloatEnvironment() {
        if (changed()) write_float_control(before_);
    }
    FloatEnvironment(const FloatEnvironment&) = delete;
    FloatEnvironment& operator=(const FloatEnvironment&) = delete;

   private:
    bool changed() const { return (before_ & control_bits) != expected_control; }
    const FloatControl before_;
};

}  // namespace decaylr
