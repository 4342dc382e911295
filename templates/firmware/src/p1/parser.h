// Telegrams out of bytes: framing, CRC, lines and values in one pass, without a telegram buffer.
//
// Values are staged in one Reading while the last good one stays readable in the other; a good CRC
// swaps them. Rules that are not in the specifications, and why:
// - A `/` at a line's start, or outside parentheses, begins a telegram wherever it comes: what was
//   before it was cut off. A `/` inside a text may be the text's own, or the next telegram after a
//   cut: an unclosed text tells, at the end of the line. A `/` inside the header is either: both
//   beginnings are kept, and the CRC decides.
// - `!` without digits ends the telegram only when no further data lines come; a damaged byte can
//   look like `!`.
// - A telegram without a CRC is published until the first good CRC was seen: from then on the
//   meter is known to have one, and its absence is damage.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "reading.h"
#include "unit_reader.h"

namespace dsmr {

enum class Crc : uint8_t {
  ok,
  bad,
  absent,   // ended by `!` alone
  unended,  // no `!`: the next telegram, silence or the end of input came first
};

enum class LineResult : uint8_t {
  stored,
  absent,    // known, but without a value: `()`
  repeated,  // the first line of a code wins
  unknown,   // a code that the catalogue does not have
  overflow,  // no room left in the Reading
  not_obis,  // not `A-B:C.D.E(...)`
  bad_number,
  bad_unit,
  too_long,  // more digits than a Decimal holds
  unclosed,  // no closing parenthesis
};

// Hears of every line and telegram. The logger has none; `dsmrforge decode` prints what it hears.
class ParserListener {
 public:
  virtual ~ParserListener() = default;
  virtual void on_start() = 0;
  // `key`: as in the field table, with the real channel; 0 where the line has no code.
  virtual void on_line(LineResult result, uint32_t key) = 0;
  virtual void on_telegram(Crc crc, const Reading& staged) = 0;
};

class Parser {
 public:
  Parser() = default;
  Parser(const Parser&) = delete;  // it points into itself
  Parser& operator=(const Parser&) = delete;

  void set_listener(ParserListener* listener) { listener_ = listener; }

  // Takes bytes as they come, any number at a time.
  void feed(const uint8_t* data, size_t size);
  // The line has been silent for 200 ms: what is complete without a CRC is complete now.
  void idle();
  // The input has ended for good.
  void finish();

  // The last good telegram; empty until there was one.
  const Reading& reading() const { return staged_ == readings_ ? readings_[1] : readings_[0]; }
  uint32_t telegrams() const { return telegrams_; }    // published, since start-up
  uint32_t crc_errors() const { return crc_errors_; }  // dropped for a bad or missing CRC
  uint32_t lost() const { return lost_; }              // dropped because they were cut off

 private:
  static constexpr uint16_t NO_SLASH = 0xFFFF;

  enum class State : uint8_t {
    hunt,     // outside a telegram, looking for `/`
    header,   // the line after `/`
    code,     // from a line's start up to `(`
    found,    // just after that `(`; only within read_code
    number,   // a value or a time stamp
    unit,     // after `*`
    text,     // kept as it is
    skip,     // inside parentheses, of no interest
    between,  // after `)`, and the rest of a line that makes no sense
    bang,     // after `!`
  };

  const uint8_t* read_header(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_code(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_code_slowly(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_whole_code(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_between(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_skip(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_bang(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_number(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_unit(const uint8_t* p, const uint8_t* end);
  const uint8_t* read_text(const uint8_t* p, const uint8_t* end);

  Reading& staged() { return *staged_; }
  void start(const uint8_t* slash);
  void start_second(const uint8_t* slash);
  void restart();
  void adopt_header();
  void drop_first_header();
  void end_header();
  void take_crc(const uint8_t* end);
  void check_crc();
  void conclude(Crc crc);
  void abandon(bool for_good);

  void begin_line();
  void end_number(uint32_t number);
  void look_up();
  void end_of_line();
  void end_line();
  void finish_line();
  const uint8_t* end_of_data(const uint8_t* bang);

  void open_group();
  void begin_number();
  bool waits_for_value() const;
  const uint8_t* close_value(const uint8_t* p, const uint8_t* end);
  bool is_value();
  void take_time();
  void take_number();
  Unit convert_number();
  uint8_t* put_extras(uint8_t* out, Unit unit);
  uint8_t channel_byte(Unit unit);
  void fail(LineResult result);
  bool first_time();

  void begin_text(uint8_t field);
  void put_text(uint8_t c);
  bool unpack_text();
  void end_text_group();
  void close_text();
  void close_list();
  void keep_text();
  void drop_text(LineResult result);

  ParserListener* listener_ = nullptr;
  const uint8_t* span_ = nullptr;  // bytes from here on are not in crc_ yet; within one feed()
  Reading* staged_ = readings_;    // the other one is published
  uint64_t mantissa_ = 0;          // also the digits of a time stamp
  PackedUnit unit_ = 0;
  uint32_t key_ = 0;               // the line's code
  FieldDef def_ = {};              // of field_
  Timestamp time_;                 // the line's capture time
  uint32_t telegrams_ = 0;
  uint16_t crc_errors_ = 0;
  uint16_t lost_ = 0;
  uint16_t crc_ = 0;               // from the telegram's first `/`
  uint16_t second_crc_ = 0;        // from a `/` inside the header or a text
  uint16_t given_crc_ = 0;
  uint16_t record_ = 0;            // where the line's record begins in the staged Reading
  uint16_t length_ = 0;            // characters of the text so far
  uint16_t slash_ = 0;             // how many of them stand before the last `/` in it
  uint16_t text_ = 0;              // where its characters begin in the staged Reading
  uint16_t header_end_ = 0;        // where the identification's record ends
  uint16_t header_slash_ = 0;      // slash_ in the header
  // Set anew for each line; together, so that the compiler sets them together.
  State state_ = State::hunt;
  LineResult result_ = LineResult::absent;
  uint8_t field_ = NO_FIELD;
  uint8_t group_ = 0;
  bool line_begun_ = false;        // something stands on this line
  LineResult last_result_ = LineResult::absent;  // of the line before
  uint8_t likely_ = 0;             // the row after that of the line before
  uint8_t part_ = 0;               // of the code: how many numbers; of the CRC: how many digits
  uint8_t number_ = 0;             // the code's number being read
  uint8_t unit_length_ = 0;        // characters in unit_
  // Set anew for each number.
  uint8_t digits_ = 0;             // at most DIGITS_MAX
  uint8_t decimals_ = 0;           // how many of them stand after the point
  char zone_ = 0;                  // S or W of a time stamp
  bool dot_ = false;
  bool negative_ = false;
  bool packing_ = false;           // the text so far is all upper-case hex digits
  bool second_ = false;            // second_crc_ counts
  bool awaiting_value_ = false;    // DSMR 2 and 3: the value is on the next line
  bool ended_ = false;             // `!` without digits was seen; nothing is staged any more
  bool bang_seen_ = false;         // this meter ends its telegrams with `!`
  bool crc_seen_ = false;          // this meter has a CRC
  bool unended_before_ = false;    // the last telegram had no `!` either
  uint32_t seen_[(VALUE_COUNT + 31) / 32] = {};
  Reading readings_[2];
};

}  // namespace dsmr
