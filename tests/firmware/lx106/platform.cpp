// What a test program needs on the bare lx106: start-up, output and exit through the emulator's
// `simcall`, and the arithmetic that is in the real chip's ROM and so not in its libgcc.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

namespace {

int simulator_call(int call, int a, int b, int c) {
  register int a2 __asm__("a2") = call;
  register int a3 __asm__("a3") = a;
  register int a4 __asm__("a4") = b;
  register int a5 __asm__("a5") = c;
  __asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
  return a2;
}

constexpr int CALL_EXIT = 1;
constexpr int CALL_WRITE = 4;

// Long division, a bit at a time.
template <typename T>
T divide(T number, T by, T* rest) {
  T quotient = 0;
  T left = 0;
  for (int bit = sizeof(T) * 8 - 1; bit >= 0; --bit) {
    left = (left << 1) | ((number >> bit) & 1);
    if (left >= by) {
      left -= by;
      quotient |= T{1} << bit;
    }
  }
  *rest = left;
  return quotient;
}

template <typename U, typename S>
U magnitude(S value) {
  return value < 0 ? 0 - static_cast<U>(value) : static_cast<U>(value);
}

}  // namespace

void check_put(const char* text) {
  simulator_call(CALL_WRITE, 1, reinterpret_cast<int>(text), static_cast<int>(strlen(text)));
}

extern "C" {

uint32_t __udivsi3(uint32_t a, uint32_t b) {
  uint32_t rest;
  return divide(a, b, &rest);
}
uint32_t __umodsi3(uint32_t a, uint32_t b) {
  uint32_t rest;
  divide(a, b, &rest);
  return rest;
}
int32_t __divsi3(int32_t a, int32_t b) {
  uint32_t rest;
  const uint32_t q = divide(magnitude<uint32_t>(a), magnitude<uint32_t>(b), &rest);
  return static_cast<int32_t>((a < 0) != (b < 0) ? 0 - q : q);
}
int32_t __modsi3(int32_t a, int32_t b) {
  uint32_t rest;
  divide(magnitude<uint32_t>(a), magnitude<uint32_t>(b), &rest);
  return static_cast<int32_t>(a < 0 ? 0 - rest : rest);
}
uint64_t __muldi3(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  for (; b != 0; b >>= 1, a <<= 1) {
    if ((b & 1) != 0) product += a;
  }
  return product;
}
uint64_t __udivdi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  return divide(a, b, &rest);
}
uint64_t __umoddi3(uint64_t a, uint64_t b) {
  uint64_t rest;
  divide(a, b, &rest);
  return rest;
}

// A destructor of a class with virtual functions refers to it; nothing here is ever deleted.
void _ZdlPvj(void*, unsigned) {}
int atexit(void (*)()) { return 0; }
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
void* __dso_handle = nullptr;
void __cxa_pure_virtual() { simulator_call(CALL_EXIT, 3, 0, 0); }

using Constructor = void (*)();
extern Constructor __constructors_start[];
extern Constructor __constructors_end[];

[[noreturn]] void start_lx106() {
  for (Constructor* c = __constructors_start; c != __constructors_end; ++c) (*c)();
  simulator_call(CALL_EXIT, check::run() == 0 ? 0 : 1, 0, 0);
  for (;;) {
  }
}

}  // extern "C"
