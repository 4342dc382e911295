#include "writer.h"

namespace dsmr {

void Writer::text(FlashText text) {
  for (const char* at = text.address;; ++at) {
    const char c = static_cast<char>(flash_byte(at));
    if (c == '\0') return;
    put(c);
  }
}

void Writer::text(const char* text) {
  for (; *text != '\0'; ++text) put(*text);
}

void Writer::number(uint32_t value) {
  char digits[10];
  uint8_t count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (count != 0) put(digits[--count]);
}

void Writer::hex(uint32_t value, uint8_t digits) {
  for (int8_t i = 7; i >= 0; --i) {
    const uint32_t left = value >> (4 * i);
    if (left == 0 && i >= digits) continue;
    const uint8_t digit = left & 15u;
    put(static_cast<char>(digit < 10 ? '0' + digit : 'a' + digit - 10));
  }
}

size_t Writer::filled() const {
  if (position_ <= from_) return 0;
  const uint32_t reached = position_ - from_;
  return reached < size_ ? reached : size_;
}

}  // namespace dsmr
