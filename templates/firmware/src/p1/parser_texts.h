// Part of the parser: texts and lists of groups, which are kept as they are. Included by parser.cpp
// alone, see parser_values.h.
#pragma once

#include <string.h>

#include "parser.h"

namespace dsmr {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as they lie in memory");

// The head of a text's record with a channel.
constexpr size_t TEXT_HEAD_MAX = 4;

// 0 to 15, or 255 for what is no upper-case hex digit.
inline uint8_t upper_hex(uint8_t c) {
  const uint8_t digit = static_cast<uint8_t>(c - '0');
  if (digit < 10) return digit;
  const uint8_t letter = static_cast<uint8_t>(c - 'A');
  return letter < 6 ? static_cast<uint8_t>(letter + 10) : 255;
}

// Packs 8 upper-case hex digits into 4 bytes; false where they are not all such digits. All eight
// at once, a byte of a word each.
inline bool pack_hex(const uint8_t* digits, uint8_t* out) {
  constexpr uint64_t EACH = 0x0101010101010101u;
  uint64_t text;
  memcpy(&text, digits, 8);
  const uint64_t letter = (text >> 6) & EACH;
  const uint64_t value = (text & EACH * 15) + letter * 9;
  // The high half is 3 for a digit and 4 for a letter; the value is 10 or more for letters only,
  // and less than 16.
  if ((text & EACH * 0xF0) != EACH * 0x30 + letter * 0x10 || (value & EACH * 0x10) != 0 ||
      (((value + EACH * 6) >> 4) & EACH) != letter) {
    return false;
  }
  uint64_t pairs = (value << 4 | value >> 8) & 0x00FF00FF00FF00FFu;
  pairs = (pairs | pairs >> 8) & 0x0000FFFF0000FFFFu;
  const uint32_t packed = static_cast<uint32_t>(pairs | pairs >> 16);
  memcpy(out, &packed, 4);
  return true;
}

}  // namespace

// Begins a text's record. For NO_FIELD the text is kept only to see what a `/` in it means.
inline void Parser::begin_text(uint8_t field) {
  Reading& reading = staged();
  record_ = reading.used_;
  length_ = 0;
  slash_ = NO_SLASH;
  packing_ = true;
  state_ = field == F_IDENTIFICATION ? State::header : State::text;
  if (Reading::CAPACITY - reading.used_ < TEXT_HEAD_MAX) {
    drop_text(LineResult::overflow);
    return;
  }
  uint8_t* out = reading.data_ + reading.used_;
  *out++ = field;
  ++out;  // the length, see close_text
  if (state_ == State::text && field != NO_FIELD && def_.any_unit()) {
    *out++ = channel_byte(Unit::none);
  }
  ++out;
  text_ = static_cast<uint16_t>(out - reading.data_);
  reading.used_ = text_;
}

inline void Parser::drop_text(LineResult result) {
  staged().used_ = record_;
  fail(result);
}

inline void Parser::put_text(uint8_t c) {
  Reading& reading = staged();
  bool fits = true;
  if (packing_) {
    const uint8_t nibble = upper_hex(c);
    if (nibble > 15) {
      fits = unpack_text();
    } else if (length_ & 1) {
      reading.data_[reading.used_ - 1] |= nibble;
    } else {
      fits = reading.put(static_cast<uint8_t>(nibble << 4));
    }
  }
  if (!packing_) fits = fits && reading.put(c);
  if (!fits || length_ >= Reading::TEXT_MAX) {
    drop_text(LineResult::overflow);
    return;
  }
  ++length_;
}

// Spreads the digits packed so far, a byte each: the text is not all hex after all.
inline bool Parser::unpack_text() {
  Reading& reading = staged();
  packing_ = false;
  if (size_t{text_} + length_ > Reading::CAPACITY) return false;
  for (uint16_t i = length_; i > 0; --i) {
    const uint8_t pair = reading.data_[text_ + (i - 1) / 2];
    const uint8_t nibble = ((i - 1) & 1) ? pair & 15 : pair >> 4;
    reading.data_[text_ + i - 1] =
        static_cast<uint8_t>(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
  }
  reading.used_ = static_cast<uint16_t>(text_ + length_);
  return true;
}

inline const uint8_t* Parser::read_text(const uint8_t* p, const uint8_t* end) {
  if (packing_ && (length_ & 1) == 0) {
    // Most texts are hex: eight digits at a time.
    Reading& reading = staged();
    uint8_t* out = reading.data_ + reading.used_;
    uint8_t* const first = out;
    size_t blocks = static_cast<size_t>(end - p) / 8;
    const size_t room = (Reading::CAPACITY - reading.used_) / 4;
    if (blocks > room) blocks = room;
    for (; blocks > 0 && pack_hex(p, out); --blocks) {
      p += 8;
      out += 4;
    }
    reading.used_ = static_cast<uint16_t>(out - reading.data_);
    length_ = static_cast<uint16_t>(length_ + 2 * (out - first));
  }
  for (; p != end && state_ == State::text; ++p) {
    const uint8_t c = *p;
    if (c == ')') {
      end_text_group();
      return p + 1;
    }
    if (c == '\r' || c == '\n') {
      if (slash_ != NO_SLASH) {
        take_crc(p);
        adopt_header();
        return p;
      }
      drop_text(LineResult::unclosed);
      end_line();
      return p + 1;
    }
    if (c == '/') start_second(p);
    put_text(c);
  }
  return p;
}

// The `)` of a text, of a group of a list, or of something skipped that held a `/`.
inline void Parser::end_text_group() {
  if (slash_ != NO_SLASH) second_ = false;  // it was the text's own
  state_ = State::between;
  ++group_;
  if (field_ == NO_FIELD) {
    staged().used_ = record_;
  } else if (def_.kind() == Kind::list) {
    put_text(')');
    state_ = State::between;  // also when there was no room for it
  } else if (length_ == 0) {
    staged().used_ = record_;
  } else {
    keep_text();
  }
}

// The text is complete: it counts, if it is the telegram's first of its kind.
inline void Parser::keep_text() {
  if (first_time()) {
    close_text();
    result_ = LineResult::stored;
  } else {
    staged().used_ = record_;
  }
}

// Writes the text's length into its record.
inline void Parser::close_text() {
  // An odd number of digits would leave half a byte: keep those as characters.
  if (packing_ && (length_ & 1) && !unpack_text()) {
    drop_text(LineResult::overflow);
    return;
  }
  Reading& reading = staged();
  reading.data_[record_ + 1] = static_cast<uint8_t>(length_);
  reading.data_[text_ - 1] = static_cast<uint8_t>(length_ >> 8 | (packing_ ? 0x80 : 0));
}

// At the end of its line a list is complete. One group alone, `()` or `(0)`, lists nothing.
inline void Parser::close_list() {
  if (group_ == 0) return;
  if (group_ == 1) {
    staged().used_ = record_;
  } else {
    keep_text();
  }
}

}  // namespace dsmr
