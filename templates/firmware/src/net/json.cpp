#include "json.h"

namespace dsmr {

namespace {

// How many bytes the UTF-8 sequence at `text` has; 0 where there is none. RFC 3629: no overlong
// forms, no surrogates, nothing above U+10FFFF.
uint8_t utf8_length(const char* text) {
  const auto at = [text](uint8_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = at(0);
  uint8_t length;
  uint8_t low = 0x80;
  uint8_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at(1) < low || at(1) > high) return 0;
  for (uint8_t i = 2; i < length; ++i) {
    if (at(i) < 0x80 || at(i) > 0xBF) return 0;
  }
  return length;
}

}  // namespace

void Json::comma() {
  if (comma_) out_.put(',');
  comma_ = true;
}

void Json::open(char bracket) {
  comma();
  out_.put(bracket);
  comma_ = false;
}

void Json::close(char bracket) {
  out_.put(bracket);
  comma_ = true;
}

void Json::key(FlashText name) {
  string(name);
  out_.put(':');
  comma_ = false;
}

void Json::null() {
  comma();
  out_.text(FT("null"));
}

void Json::number(uint32_t value) {
  comma();
  out_.number(value);
}

void Json::number(int32_t value) {
  comma();
  if (value < 0) out_.put('-');
  out_.number(value < 0 ? 0u - static_cast<uint32_t>(value) : static_cast<uint32_t>(value));
}

void Json::number(const char* text) {
  comma();
  out_.text(text);
}

void Json::string(FlashText text) {
  open_string();
  for (const char* at = text.address;; ++at) {
    const uint8_t c = flash_byte(at);
    if (c == 0) break;
    character(c);
  }
  close_string();
}

void Json::string(const char* text) {
  open_string();
  for (; *text != '\0'; ++text) character(static_cast<uint8_t>(*text));
  close_string();
}

void Json::utf8(const char* text) {
  open_string();
  while (*text != '\0') {
    uint8_t length = utf8_length(text);
    if (length == 0) {
      character(static_cast<uint8_t>(*text++));
    } else {
      for (; length != 0; --length) out_.put(*text++);
    }
  }
  close_string();
}

void Json::character(uint8_t c) {
  if (c < 0x20 || c >= 0x7F) {
    out_.text(FT("\\u"));
    out_.hex(c, 4);
    return;
  }
  if (c == '"' || c == '\\') out_.put('\\');
  out_.put(static_cast<char>(c));
}

}  // namespace dsmr
