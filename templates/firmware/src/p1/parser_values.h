// Part of the parser: numbers, units and time stamps inside a line's parentheses.
// parser.cpp alone includes this and parser_texts.h: one translation unit, because -Os then merges
// what is called once, a sixth of all instructions.
#pragma once

#include "inlining.h"
#include "parser.h"

namespace dsmr {
namespace {

constexpr uint8_t STAMP_DIGITS = 12;
constexpr uint8_t HOURLY_UNIT_GROUP = 5;
constexpr uint8_t HOURLY_VALUE_GROUP = 6;
constexpr uint8_t DIGITS_MAX = 18;
constexpr uint8_t DECIMALS_MAX = 15;
// The largest mantissa that takes one more digit.
constexpr uint64_t MANTISSA_LIMIT = 100000000000000000u;
constexpr Unit NO_UNIT = static_cast<Unit>(255);
// The largest record of a number: head, channel, time, mantissa.
constexpr size_t NUMBER_MAX = 2 + 1 + 4 + 8;

inline uint8_t* put_time(uint8_t* out, Timestamp time) {
  for (uint32_t rest = time.packed(), i = 0; i < 4; ++i, rest >>= 8) {
    *out++ = static_cast<uint8_t>(rest);
  }
  return out;
}

}  // namespace

// A `(`, or a `,` between two values of one group.
inline void Parser::open_group() {
  state_ = State::skip;
  if (field_ == NO_FIELD) return;
  switch (def_.kind()) {
    case Kind::text:
      if (group_ == 0) begin_text(field_);
      return;
    case Kind::list:
      if (group_ == 0) begin_text(field_);
      if (field_ == NO_FIELD) return;
      state_ = State::text;
      put_text('(');
      return;
    case Kind::number:
      // A code's second value is the next row.
      while (def_.group() < group_ && field_ + 1 < FIELD_COUNT &&
             flash_word(FIELD_KEYS[field_ + 1]) == flash_word(FIELD_KEYS[field_])) {
        def_ = field_def(++field_);
      }
      if (def_.group() != group_) return;
      break;
    case Kind::clock:
      if (group_ > 0) return;
      break;
    case Kind::stamped:
      if (group_ > 1) return;
      break;
    case Kind::hourly:
      if (group_ == HOURLY_UNIT_GROUP) {
        unit_ = 0;
        unit_length_ = 0;
        state_ = State::unit;
        return;
      }
      if (group_ != 0 && group_ != HOURLY_VALUE_GROUP) return;
      break;
  }
  if (group_ != HOURLY_VALUE_GROUP) unit_ = 0;
  begin_number();
}

inline void Parser::begin_number() {
  mantissa_ = 0;
  digits_ = 0;
  decimals_ = 0;
  zone_ = 0;
  dot_ = false;
  negative_ = false;
  state_ = State::number;
}

// DSMR 2 and 3: the line had everything but the value, which is on the next line.
DSMR_ONCE bool Parser::waits_for_value() const {
  return group_ == HOURLY_VALUE_GROUP && field_ != NO_FIELD && def_.kind() == Kind::hourly &&
         result_ == LineResult::absent;
}

inline void Parser::begin_line() {
  state_ = State::code;
  group_ = 0;
  field_ = NO_FIELD;
  result_ = LineResult::absent;
  line_begun_ = false;
}

// The line is complete, and so is what it says.
DSMR_ONCE void Parser::finish_line() {
  if (listener_ != nullptr && !ended_) listener_->on_line(result_, key_);
  last_result_ = result_;
  begin_line();
}

// The line is wrong, or of no use from here on.
inline void Parser::fail(LineResult result) {
  result_ = result;
  field_ = NO_FIELD;
  state_ = State::skip;
}

// Whether the value is the telegram's first of its kind: of a repeated line, the first wins.
DSMR_ONCE bool Parser::first_time() {
  uint8_t value = def_.value();
  if (def_.mbus()) value = static_cast<uint8_t>(value + ((key_ >> 24) & 15) - 1);
  uint32_t& bits = seen_[value / 32];
  const uint32_t bit = uint32_t{1} << (value % 32);
  if ((bits & bit) != 0) {
    fail(LineResult::repeated);
    return false;
  }
  bits |= bit;
  return true;
}

// The byte of a record that holds M-Bus channel and unit; the record is about to be written.
inline uint8_t Parser::channel_byte(Unit unit) {
  Reading& reading = staged();
  uint8_t channel = 0;
  if (def_.mbus()) {
    channel = (key_ >> 24) & 15;
    if (field_ == F_MBUS_DEVICE_TYPE) {
      const MbusKind kind = mbus_kind_of(static_cast<uint32_t>(mantissa_));
      reading.mbus_[channel - 1] = static_cast<uint8_t>(kind);
    }
  }
  return static_cast<uint8_t>(channel << 5 | static_cast<uint8_t>(unit));
}

inline void Parser::take_time() {
  if (digits_ == STAMP_DIGITS && zone_ != 0) {
    time_ = Timestamp::from_digits(static_cast<uint32_t>(mantissa_ / 1000000),
                                   static_cast<uint32_t>(mantissa_ % 1000000), zone_ == 'S');
  }
  if (def_.kind() != Kind::clock || !time_.is_set() || !first_time()) return;
  Reading& reading = staged();
  if (reading.used_ > Reading::CAPACITY - NUMBER_MAX) {
    fail(LineResult::overflow);
    return;
  }
  uint8_t* out = reading.data_ + reading.used_;
  *out++ = field_;
  *out++ = 0;
  out = put_time(out, time_);
  reading.used_ = static_cast<uint16_t>(out - reading.data_);
  result_ = LineResult::stored;
}

// Brings a number to the unit that its record will have, from another than the field's usual one.
// Returns that unit, or NO_UNIT where the line is wrong.
DSMR_SELDOM Unit Parser::convert_number() {
  Unit unit = def_.unit();
  int8_t shift = 0;
  if (!read_unit_text(unit_, unit, shift) || (unit != def_.unit() && !def_.any_unit())) {
    fail(LineResult::bad_unit);
    return NO_UNIT;
  }
  int decimals = decimals_ - shift;
  for (; decimals < 0 && mantissa_ < MANTISSA_LIMIT; ++decimals) mantissa_ *= 10;
  if (decimals < 0 || decimals > DECIMALS_MAX) {
    fail(LineResult::too_long);
    return NO_UNIT;
  }
  decimals_ = static_cast<uint8_t>(decimals);
  return unit;
}

// The parts of a number's record that only some fields have.
DSMR_SELDOM uint8_t* Parser::put_extras(uint8_t* out, Unit unit) {
  if (def_.any_unit()) *out++ = channel_byte(unit);
  return def_.kind() == Kind::number ? out : put_time(out, time_);
}

DSMR_ONCE void Parser::take_number() {
  Unit unit = def_.unit();
  if (unit_ != 0 && unit_ != packed_unit(unit)) {
    unit = convert_number();
    if (unit == NO_UNIT) return;
  }
  if (decimals_ > DECIMALS_MAX) {
    fail(LineResult::too_long);
    return;
  }
  if (!first_time()) return;
  Reading& reading = staged();
  if (reading.used_ > Reading::CAPACITY - NUMBER_MAX) {
    fail(LineResult::overflow);
    return;
  }
  uint8_t* out = reading.data_ + reading.used_;
  *out++ = field_;
  uint8_t* const info = out++;
  if (def_.has_extras()) out = put_extras(out, unit);
  int64_t rest = static_cast<int64_t>(mantissa_);
  if (negative_) rest = -rest;
  // As many bytes as keep the sign.
  uint8_t* const first = out;
  bool whole;
  do {
    *out++ = static_cast<uint8_t>(rest);
    whole = static_cast<uint64_t>(rest + 128) < 256;
    rest >>= 8;
  } while (!whole);
  *info = static_cast<uint8_t>(decimals_ << 3 | (out - first - 1));
  reading.used_ = static_cast<uint16_t>(out - reading.data_);
  result_ = LineResult::stored;
}

// Whether the digits are the line's value, which take_number() then stores. What else they are, a
// time stamp or a mistake, is done here.
inline bool Parser::is_value() {
  const Kind kind = def_.kind();
  if (kind != Kind::number) {
    // A reading without its time stamp has the value in the first group.
    const bool bare = kind == Kind::stamped && digits_ > 0 &&
                      (dot_ || unit_ != 0 || digits_ < STAMP_DIGITS - 2);
    if (group_ == 0) {
      time_ = Timestamp();
      if (!bare) {
        take_time();
        return false;
      }
    }
    if (kind == Kind::hourly && group_ == HOURLY_UNIT_GROUP) return false;
  }
  if (zone_ != 0) fail(LineResult::bad_number);
  return zone_ == 0 && digits_ > 0;
}

// A number, unit or time stamp is complete at a `)` or a `,`.
DSMR_ONCE const uint8_t* Parser::close_value(const uint8_t* p, const uint8_t* end) {
  const bool more = *p++ == ',';
  if (more && flash_word(FIELD_KEYS[field_ + 1]) != flash_word(FIELD_KEYS[field_])) {
    fail(LineResult::bad_number);  // one value only: this is no list, and no decimal comma either
    return p;
  }
  if ((def_.kind() == Kind::number && digits_ > 0 && zone_ == 0) || is_value()) take_number();
  if (state_ == State::skip && more) return p;  // it was wrong: to the end of the group
  ++group_;
  state_ = State::between;
  if (more) {
    open_group();
  } else if (end - p >= 2 && p[0] == '\r' && p[1] == '\n' && !waits_for_value()) {
    finish_line();
    p += 2;
  }
  return p;
}

inline const uint8_t* Parser::read_unit(const uint8_t* p, const uint8_t* end) {
  const uint8_t* const begin = p;
  PackedUnit unit = unit_;
  uint8_t c = 0;
  if (p != end) {
    do {
      c = *p;
      if (c < '0') break;
      unit = unit << 8 | c;
    } while (++p != end);
  }
  unit_ = unit;
  const size_t length = unit_length_ + static_cast<size_t>(p - begin);
  if (length > sizeof unit) {
    fail(LineResult::bad_unit);
    return p;
  }
  if (p == end) {
    unit_length_ = static_cast<uint8_t>(length);
    return p;
  }
  if (c == ')' || c == ',') return close_value(p, end);
  if (c == '\r' || c == '\n') {
    fail(LineResult::unclosed);
    end_line();
    return p + 1;
  }
  fail(LineResult::bad_unit);
  return p;
}

inline const uint8_t* Parser::read_number(const uint8_t* p, const uint8_t* end) {
  uint64_t mantissa = mantissa_;
  size_t digits = digits_;
  const uint8_t* begin = p;
  const uint8_t* point = dot_ ? p : nullptr;
  uint32_t c;
  do {
    c = *p;
    const uint32_t digit = c - '0';
    if (digit < 10) {
      mantissa = mantissa * 10 + digit;  // wraps after 19 digits: see DIGITS_MAX
    } else if (c == '.' && point == nullptr) {
      point = p + 1;
      --digits;
    } else {
      break;
    }
  } while (++p != end);
  mantissa_ = mantissa;
  digits += static_cast<size_t>(p - begin);
  if (digits > DIGITS_MAX) {
    fail(LineResult::too_long);
    return p;
  }
  digits_ = static_cast<uint8_t>(digits);
  if (point != nullptr) {
    dot_ = true;
    decimals_ = static_cast<uint8_t>(decimals_ + (p - point));
  }
  if (p == end) return p;
  if (c == '*') {
    state_ = State::unit;
    unit_ = 0;
    unit_length_ = 0;
    return read_unit(p + 1, end);
  }
  if (c == ')' || c == ',') return read_unit(p, end);  // which finds none, or the one before
  if ((c == '-' || c == '+') && digits_ == 0 && !dot_ && !negative_) {
    negative_ = c == '-';
  } else if ((c == 'S' || c == 'W' || c == 's' || c == 'w') && digits_ == STAMP_DIGITS && !dot_) {
    zone_ = static_cast<char>(c & ~0x20u);
  } else if (c == '\r' || c == '\n') {
    fail(LineResult::unclosed);
    end_line();
  } else {
    fail(LineResult::bad_number);
    return p;
  }
  return p + 1;
}

}  // namespace dsmr
