// What one telegram said.
//
// A Reading is a list of packed records, not a slot per field: it holds only what the meter sent,
// takes about a quarter of the telegram's size, and costs no RAM for fields that a meter lacks.
// A record is
//
//   field | info | [channel<<5 | unit] | payload
//
// number: info = decimals<<3 | (bytes-1), payload the mantissa in that many bytes, two's
// complement, least significant first. stamped, hourly: 4 bytes of Timestamp, then as a number.
// clock: 4 bytes of Timestamp. text, list: info = the length's low byte; payload a byte with its
// high bits and the packing flag, then the characters, or half as many bytes where all of them
// were upper-case hex digits. The bracketed byte is there where FieldDef::any_unit says so.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "field.h"
#include "timestamp.h"

namespace dsmr {

// A decimal number: mantissa / 10^decimals. At most 18 digits, 15 of them decimals.
struct Decimal {
  int64_t mantissa = 0;
  uint8_t decimals = 0;
};

// One field of a Reading, unpacked.
struct Item {
  uint8_t field = NO_FIELD;
  Kind kind = Kind::number;
  Unit unit = Unit::none;
  uint8_t channel = 0;                // 1 to 4 for an M-Bus field, else 0
  MbusKind mbus = MbusKind::unknown;  // where this channel is the one that bears the kind's name
  Decimal value;                      // number, stamped, hourly
  Timestamp time;                     // clock, stamped, hourly; may be unset
  const uint8_t* text = nullptr;      // text, list: see text_char
  uint16_t length = 0;                // text, list: characters
  bool hex_packed = false;
  bool medium_one = false;            // the meter writes `1-1:` where others write `1-0:`

  char text_char(uint16_t i) const;
  bool is_text() const { return kind == Kind::text || kind == Kind::list; }
  bool is_number() const {
    return kind == Kind::number || kind == Kind::stamped || kind == Kind::hourly;
  }
};

class Reading {
 public:
  // Bytes for records, from the settings; a text that does not fit is left out.
  static constexpr size_t CAPACITY = READING_BYTES;
  static constexpr uint16_t TEXT_MAX = 0x7FFF;

  bool empty() const { return used_ == 0; }
  size_t bytes() const { return used_; }

  // Walks the records: `size_t at = 0; Item item; while (reading.next(at, item)) ...`.
  bool next(size_t& at, Item& item) const;
  // The value of the row F_POWER_DELIVERED, ... or of another row for the same value. For an
  // M-Bus row (F_MBUS_...): of the channel that bears `kind`'s name.
  bool find(uint8_t field, Item& item, MbusKind kind = MbusKind::unknown) const;
  // The value that a client calls `name`, "power_delivered" or "gas_delivered".
  bool find(const char* name, Item& item) const;

 private:
  friend class Parser;

  // Which channel bears the name "gas", which "water", ...: by type, then by the newest capture
  // time, passing over channels without an id or a reading.
  void name_channels();
  void name_rivals();
  bool put(uint8_t byte) {
    if (used_ >= CAPACITY) return false;
    data_[used_++] = byte;
    return true;
  }

  uint16_t used_ = 0;
  bool medium_one_ = false;
  uint8_t mbus_[4] = {};  // per channel: the kind whose name it bears
  uint8_t data_[CAPACITY];
};

// The name that clients see, NUL-ended: "power_delivered", "gas_delivered", "mbus2_delivered".
// Returns its length; `out` holds at least FIELD_NAME_MAX + 1 bytes.
size_t field_name(const Item& item, char* out);
// "1-0:1.8.1", NUL-ended, empty for the identification; `out` holds at least 20 bytes.
size_t field_obis(const Item& item, char* out);
size_t format_key(uint32_t key, char* out);
// The value with the meter's own decimals, "-0.063"; `out` holds at least 24 bytes.
size_t format_decimal(const Decimal& value, char* out);

}  // namespace dsmr
