// Constants that stay in flash.
//
// On the ESP8266 .rodata is copied into RAM at start-up. What is marked DSMR_FLASH stays in the
// memory-mapped flash instead, which can be read only in aligned 32-bit words: read it with the
// functions here, never through the pointer. (Section name: the core's eagle.app.v6.common.ld.h,
// `*(.irom.text .irom.text.*)`.) On any other processor it is an ordinary constant.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define DSMR_STR2(x) #x
#define DSMR_STR(x) DSMR_STR2(x)
#if defined(__XTENSA__)
#define DSMR_FLASH \
  __attribute__((section(".irom.text.dsmr." DSMR_STR(__COUNTER__)), aligned(4)))
#else
#define DSMR_FLASH __attribute__((aligned(4)))
#endif

namespace dsmr {

// A character string in flash, ended by a NUL.
struct FlashText {
  const char* address;
  explicit operator bool() const { return address != nullptr; }
};

// FT("text"): a FlashText literal; only inside functions that are neither inline nor templates.
#define FT(text)                                   \
  (__extension__({                                 \
    static const char flash_[] DSMR_FLASH = text;  \
    ::dsmr::FlashText{flash_};                     \
  }))

inline uint8_t flash_byte(const void* address) {
#if defined(__XTENSA__)
  const uintptr_t a = reinterpret_cast<uintptr_t>(address);
  const uint32_t word = *reinterpret_cast<const volatile uint32_t*>(a & ~uintptr_t{3});
  return static_cast<uint8_t>(word >> ((a & 3) * 8));
#else
  return *static_cast<const uint8_t*>(address);
#endif
}

// One number of a table. volatile, here as everywhere: where only one byte of a word is needed the
// compiler would load that byte alone.
inline uint32_t flash_word(const uint32_t& number) {
#if defined(__XTENSA__)
  return *static_cast<const volatile uint32_t*>(&number);
#else
  return number;
#endif
}

// A copy of a constant whose size is a multiple of 4, taken word by word.
template <typename T>
inline T flash_load(const T& constant) {
  static_assert(sizeof(T) % 4 == 0 && alignof(T) >= 4, "flash is read in aligned words");
#if defined(__XTENSA__)
  using Word __attribute__((may_alias)) = uint32_t;
  T copy;
  // Nor may it turn the loop into memcpy, which reads bytes.
  const volatile Word* from = reinterpret_cast<const volatile Word*>(&constant);
  Word* to = reinterpret_cast<Word*>(&copy);
  for (size_t i = 0; i < sizeof(T) / 4; ++i) to[i] = from[i];
  return copy;
#else
  return constant;
#endif
}

}  // namespace dsmr
