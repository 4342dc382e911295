// The parser's framing: where telegrams and lines begin and end, and which are believed.
// What stands inside a line's parentheses: parser_values.h and parser_texts.h.
#include "parser.h"

#include <string.h>

#include "crc16.h"
#include "inlining.h"
#include "parser_texts.h"
#include "parser_values.h"

namespace dsmr {
namespace {

// A header is a dozen characters; one whose record ends beyond this is noise with a `/` in it.
constexpr uint16_t HEADER_END_MAX = 128;
static_assert(HEADER_END_MAX <= Reading::CAPACITY, "a header always fits");
// Bytes of a text's record before its characters: field, length, length and packing.
constexpr uint16_t TEXT_HEAD = 3;

// Some meters write `1-0:72:32.0`: the separators' kind says nothing that their order does not.
inline bool is_separator(uint32_t c) {
  constexpr uint32_t SET = 1u << ('*' - '*') | 1u << ('-' - '*') | 1u << ('.' - '*') |
                           1u << (':' - '*');
  const uint32_t at = c - '*';
  return at < 32 && ((SET >> at) & 1) != 0;
}

inline bool hex_digit(uint8_t c, uint8_t& value) {
  if (c >= '0' && c <= '9') {
    value = c - '0';
  } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
    value = (c | 0x20) - 'a' + 10;
  } else {
    return false;
  }
  return true;
}

}  // namespace

void Parser::feed(const uint8_t* p, size_t size) {
  const uint8_t* const end = p + size;
  span_ = p;
  // Each reader takes bytes in its state and returns at the first that belongs to another.
  while (p != end) {
    if (state_ == State::code) {  // by far the most frequent
      p = read_code(p, end);
      continue;
    }
    switch (state_) {
      case State::hunt:
        if (*p == '/') start(p);
        ++p;
        break;
      case State::header: p = read_header(p, end); break;
      case State::code:
      case State::found: break;
      case State::number: p = read_number(p, end); break;
      case State::unit: p = read_unit(p, end); break;
      case State::text: p = read_text(p, end); break;
      case State::skip: p = read_skip(p, end); break;
      case State::between: p = read_between(p, end); break;
      case State::bang: p = read_bang(p, end); break;
    }
  }
  if (state_ != State::hunt && state_ != State::bang) take_crc(end);
}

void Parser::take_crc(const uint8_t* end) {
  const size_t size = static_cast<size_t>(end - span_);
  crc_ = crc16(crc_, span_, size);
  if (second_) second_crc_ = crc16(second_crc_, span_, size);
  span_ = end;
}

// Begins a telegram at a `/`.
void Parser::start(const uint8_t* slash) {
  if (ended_) {
    conclude(Crc::absent);
  } else if (state_ != State::hunt) {
    abandon(false);
  }
  restart();
  crc_ = 0;
  second_ = false;
  span_ = slash;
  state_ = State::header;
  begin_text(F_IDENTIFICATION);
}

// Empties the staged Reading for a new telegram.
inline void Parser::restart() {
  Reading& reading = staged();
  reading.used_ = 0;
  reading.medium_one_ = false;
  for (uint8_t& kind : reading.mbus_) kind = 0;
  for (uint32_t& bits : seen_) bits = 0;
  likely_ = F_IDENTIFICATION + 1;
  ended_ = false;
  awaiting_value_ = false;
  last_result_ = LineResult::not_obis;  // the header is no data line
  if (listener_ != nullptr) listener_->on_start();
}

// A `/` that may be the text's own or the next telegram's beginning: both CRCs go on from here.
inline void Parser::start_second(const uint8_t* slash) {
  take_crc(slash);
  second_crc_ = 0;
  second_ = true;
  slash_ = length_;
}

const uint8_t* Parser::read_header(const uint8_t* p, const uint8_t* end) {
  packing_ = false;
  Reading& reading = staged();
  for (; p != end; ++p) {
    const uint8_t c = *p;
    if (c <= '/') {
      length_ = static_cast<uint16_t>(reading.used_ - text_);
      if (c == '\r' || c == '\n') {
        end_header();
        return p;
      }
      if (c == '/') start_second(p);
    }
    if (reading.used_ >= HEADER_END_MAX) {
      state_ = State::hunt;
      ++lost_;
      return p;
    }
    reading.data_[reading.used_++] = c;
  }
  return p;
}

inline void Parser::end_header() {
  close_text();
  header_end_ = staged().used_;
  header_slash_ = slash_;
  begin_line();
}

// One of the code's five numbers is complete. A sixth, the 255 of `1-0:1.8.1*255`, says nothing.
inline void Parser::end_number(uint32_t number) {
  const uint32_t part = part_++;
  if (part < 2) {
    key_ = key_ << 4 | number;
    // No such medium or channel, and 15 is the table's own sign for any: never five parts.
    if (number >= ANY_CHANNEL) part_ = 8;
  } else if (part < 5) {
    key_ = key_ << 8 | number;
  }
}

// A number of one or two digits and the character after it, which stops being part of `p`.
DSMR_ONCE bool short_number(const uint8_t*& p, uint8_t after, uint32_t& key) {
  uint32_t number = static_cast<uint32_t>(p[0]) - '0';
  const uint32_t digit = static_cast<uint32_t>(p[1]) - '0';
  if (number >= 10) return false;
  if (digit < 10) {
    number = number * 10 + digit;
    ++p;
  }
  key = key << 8 | number;
  p += 2;
  return p[-1] == after;
}

// The usual case in few steps: all of `A-B:C.D.E(` is there and no part has three digits. Sets
// key_ and returns what follows, or returns nullptr: then it takes the careful way.
DSMR_ONCE const uint8_t* Parser::read_whole_code(const uint8_t* p, const uint8_t* end) {
  if (end - p < 16) return nullptr;
  uint32_t begin;
  memcpy(&begin, p, 4);
  // `-` and `:` in their places, and what is between them has the high half of a digit ...
  if ((begin & 0xFFF0FFF0u) != (':' << 24 | '0' << 16 | '-' << 8 | '0')) return nullptr;
  // ... and is one.
  if (((begin + 0x00060006u) & 0x00400040u) != 0) return nullptr;
  uint32_t key = (begin & 15) << 4 | ((begin >> 16) & 15);
  p += 4;
  if (!short_number(p, '.', key) || !short_number(p, '.', key) || !short_number(p, '(', key)) {
    return nullptr;
  }
  key_ = key;
  return p;
}

const uint8_t* Parser::read_code_slowly(const uint8_t* p, const uint8_t* end) {
  if (awaiting_value_) {
    // The line before has all but its value; it may follow in parentheses.
    while (p != end && (*p == '\r' || *p == '\n' || *p == ' ')) ++p;
    if (p == end) return p;
    awaiting_value_ = false;
    line_begun_ = false;
    if (*p == '(') {
      open_group();
      return p + 1;
    }
    end_line();
  }
  if (!line_begun_) {
    key_ = 0;
    part_ = 0;
    number_ = 0;
  }
  uint32_t number = number_;
  const uint8_t* const begin = p;
  for (; p != end; ++p) {
    const uint32_t c = *p;
    const uint32_t digit = c - '0';
    if (digit < 10) {
      number = number * 10 + digit;
      if (number <= 255) continue;
      break;
    }
    if (is_separator(c)) {
      end_number(number);
      number = 0;
      continue;
    }
    if (c == '(') {
      end_number(number);
      if (part_ != 5 && part_ != 6) break;
      state_ = State::found;
      return p + 1;
    }
    line_begun_ = line_begun_ || p != begin;
    if (c == '\r' || c == '\n') {
      if (line_begun_) {
        result_ = LineResult::not_obis;
        key_ = 0;
        end_line();
        number = 0;
      }
      return p + 1;
    }
    if (c == '/') {
      start(p);
      return p + 1;
    }
    if (c == '!') return end_of_data(p);
    if ((c == ' ' || c == 0) && !line_begun_) continue;
    break;
  }
  line_begun_ = line_begun_ || p != begin;
  number_ = static_cast<uint8_t>(number);
  if (p == end) return p;
  line_begun_ = true;
  key_ = 0;
  result_ = LineResult::not_obis;
  state_ = State::between;
  return p;
}

// The line's code is in key_, and the `(` is next.
DSMR_ONCE void Parser::look_up() {
  state_ = State::skip;
  // Lines mostly come in the table's order.
  field_ = likely_;
  if (flash_word(FIELD_KEYS[field_]) != key_) {
    field_ = find_field(key_, field_);
    if (field_ == NO_FIELD) {
      result_ = LineResult::unknown;
      return;
    }
    if (key_ >> 24 == 0x11 && flash_word(FIELD_KEYS[field_]) >> 24 == 0x10) {
      staged().medium_one_ = true;
    }
  }
  likely_ = field_ + 1;
  if (ended_) {
    // A data line after `!`: that was no end but a damaged byte.
    conclude(Crc::bad);
    return;
  }
  def_ = field_def(field_);
  if (def_.kind() == Kind::number && def_.group() == 0) {
    unit_ = 0;
    begin_number();
  } else {
    open_group();
  }
}

const uint8_t* Parser::read_code(const uint8_t* p, const uint8_t* end) {
  for (;;) {
    const uint8_t* after = nullptr;
    if (!line_begun_) after = read_whole_code(p, end);
    if (after == nullptr) {
      after = read_code_slowly(p, end);
      if (state_ != State::found) return after;
    }
    look_up();
    if (state_ != State::number || after == end) return after;
    p = read_number(after, end);
    if (state_ != State::code || p == end) return p;
  }
}

const uint8_t* Parser::read_between(const uint8_t* p, const uint8_t* end) {
  for (; p != end; ++p) {
    switch (*p) {
      case '(': open_group(); return p + 1;
      case '/': start(p); return p + 1;
      case '!': return end_of_data(p);
      case '\r':
      case '\n':
        end_of_line();
        ++p;
        return p != end && *p == '\n' ? p + 1 : p;
      default: break;
    }
  }
  return p;
}

const uint8_t* Parser::read_skip(const uint8_t* p, const uint8_t* end) {
  do {
    const uint8_t c = *p;
    if (c > '/') continue;  // nothing that ends anything
    if (c == ')') {
      ++group_;
      state_ = State::between;
      return p + 1;
    }
    if (c == '\r' || c == '\n') {
      fail(LineResult::unclosed);
      end_line();
      return p + 1;
    }
    if (c == '/') {
      if (ended_) {
        start(p);
        return p + 1;
      }
      field_ = NO_FIELD;
      begin_text(NO_FIELD);
      if (state_ == State::text) return p;
      // No room to look at it.
    }
  } while (++p != end);
  return p;
}

// A line break outside parentheses.
inline void Parser::end_of_line() {
  if (waits_for_value()) {
    awaiting_value_ = true;
    line_begun_ = true;
    state_ = State::code;
  } else {
    end_line();
  }
}

void Parser::end_line() {
  if (field_ != NO_FIELD && def_.kind() == Kind::list) close_list();
  finish_line();
}

// A `!` outside parentheses.
const uint8_t* Parser::end_of_data(const uint8_t* bang) {
  if (ended_) {
    state_ = State::between;
    return bang + 1;
  }
  if (state_ == State::between || line_begun_ || awaiting_value_) end_line();
  take_crc(bang + 1);
  state_ = State::bang;
  part_ = 0;
  given_crc_ = 0;
  return bang + 1;
}

const uint8_t* Parser::read_bang(const uint8_t* p, const uint8_t* end) {
  for (; p != end; ++p) {
    uint8_t digit;
    if (hex_digit(*p, digit)) {
      given_crc_ = static_cast<uint16_t>(given_crc_ << 4 | digit);
      if (++part_ < 4) continue;
      check_crc();
      return p + 1;
    }
    if (part_ > 0) {
      check_crc();
      return p;
    }
    if (*p == ' ') continue;
    if (*p == '\r' || *p == '\n' || *p == 0 || *p == '/') {
      ended_ = true;
      begin_line();
      return p;
    }
    conclude(Crc::bad);
    return p;
  }
  return p;
}

void Parser::check_crc() {
  if (second_ && second_crc_ == given_crc_ && crc_ != given_crc_) {
    drop_first_header();
    crc_ = given_crc_;
  }
  conclude(crc_ == given_crc_ ? Crc::ok : Crc::bad);
}

// The header held a `/`, and the telegram began there: the name is what follows it.
inline void Parser::drop_first_header() {
  if (header_slash_ == NO_SLASH) return;
  Reading& reading = staged();
  const uint16_t drop = static_cast<uint16_t>(header_slash_ + 1);
  const uint16_t length = static_cast<uint16_t>(header_end_ - TEXT_HEAD - drop);
  reading.data_[1] = static_cast<uint8_t>(length);
  for (uint16_t i = TEXT_HEAD; i + drop < reading.used_; ++i) {
    reading.data_[i] = reading.data_[i + drop];
  }
  reading.used_ = static_cast<uint16_t>(reading.used_ - drop);
}

// An unclosed text held a `/`: a telegram was cut off inside it, and the next one's header is
// what follows the `/`.
inline void Parser::adopt_header() {
  Reading& reading = staged();
  const uint8_t* name = reading.data_ + reading.used_ - (length_ - slash_ - 1);
  const uint16_t length = static_cast<uint16_t>(length_ - slash_ - 1);
  ++lost_;
  restart();
  crc_ = second_crc_;
  second_ = false;
  begin_text(F_IDENTIFICATION);
  for (uint16_t i = 0; i < length; ++i) put_text(name[i]);  // moves down: never overtakes itself
  end_header();
}

// The telegram is complete as far as it goes: publish it or not, and wait for the next.
void Parser::conclude(Crc crc) {
  Reading& reading = staged();
  const bool says_nothing = reading.used_ <= header_end_;
  const bool with_crc = crc == Crc::ok || crc == Crc::bad;
  reading.name_channels();
  if (listener_ != nullptr && (with_crc || !says_nothing)) listener_->on_telegram(crc, reading);
  bool publish = crc == Crc::ok;
  if (crc == Crc::absent) publish = !crc_seen_ && !says_nothing;
  if (crc == Crc::unended) publish = !bang_seen_ && !says_nothing && unended_before_;
  if (publish) {
    staged_ = staged_ == readings_ ? readings_ + 1 : readings_;
    ++telegrams_;
  } else if (crc == Crc::unended) {
    ++lost_;
  } else if (with_crc || !says_nothing) {
    ++crc_errors_;
  }
  unended_before_ = crc == Crc::unended;
  bang_seen_ = bang_seen_ || crc != Crc::unended;
  crc_seen_ = crc_seen_ || crc == Crc::ok;
  ended_ = false;
  second_ = false;
  state_ = State::hunt;
}

// The telegram has no end. One that stopped after a whole line may be all that its meter sends.
void Parser::abandon(bool for_good) {
  if (state_ == State::between && for_good) end_line();
  if (state_ == State::code && awaiting_value_) end_line();
  const bool well_formed =
      last_result_ != LineResult::not_obis && last_result_ != LineResult::unclosed;
  if (state_ == State::code && !line_begun_ && well_formed) {
    unended_before_ = unended_before_ || for_good;
    conclude(Crc::unended);
  } else {
    ++lost_;
    state_ = State::hunt;
  }
}

void Parser::idle() {
  if (ended_) {
    conclude(Crc::absent);
  } else if (state_ == State::bang) {
    if (part_ > 0) {
      check_crc();
    } else {
      conclude(Crc::absent);
    }
  } else if (state_ != State::hunt && !bang_seen_ && unended_before_) {
    abandon(false);
  }
}

void Parser::finish() {
  idle();
  if (state_ != State::hunt) abandon(true);
}

}  // namespace dsmr
