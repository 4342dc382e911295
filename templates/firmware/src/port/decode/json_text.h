// JSON of anything, as text: the decode program's output.
#pragma once

#include <stdint.h>

#include <string>

namespace dsmr::decode {

// A JSON string; control characters and bytes from 0x80 on as \u00XX (Latin-1).
inline std::string quoted(const std::string& text) {
  static const char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char signed_c : text) {
    const uint8_t c = static_cast<uint8_t>(signed_c);
    if (c < 0x20 || c >= 0x7F) {
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += static_cast<char>(c);
    }
  }
  return out + '"';
}

// Puts `separator` between the parts of a list.
class Separator {
 public:
  const char* next() {
    const char* const now = first_ ? "" : ",";
    first_ = false;
    return now;
  }

 private:
  bool first_ = true;
};

}  // namespace dsmr::decode
