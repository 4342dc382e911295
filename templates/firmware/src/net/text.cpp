#include "text.h"

#include <string.h>

namespace dsmr {

size_t begins(const char* text, FlashText flash) {
  for (size_t i = 0;; ++i) {
    const char c = static_cast<char>(flash_byte(flash.address + i));
    if (c == '\0') return i;
    if (c != text[i]) return 0;
  }
}

bool same(const char* text, FlashText flash) {
  const size_t length = begins(text, flash);
  return length != 0 ? text[length] == '\0' : *text == '\0' && flash_byte(flash.address) == 0;
}

bool ends(const char* text, FlashText flash) {
  size_t length = 0;
  while (flash_byte(flash.address + length) != 0) ++length;
  const size_t have = strlen(text);
  return have >= length && same(text + have - length, flash);
}

}  // namespace dsmr
