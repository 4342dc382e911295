// The field table: what the catalogue (dsmrforge/fields.toml) says, as the firmware holds it.
// The tables themselves are generated: include/fields.h, include/field_table.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../device/flash.h"
#include "fields.h"

namespace dsmr {

// How the groups after an OBIS code are read.
enum class Kind : uint8_t {
  number,   // (value*unit)
  text,     // (text)
  clock,    // (TST)
  stamped,  // (TST)(value*unit)
  hourly,   // (TST)(status)(period)(n)(code)(unit)[CRLF](value), DSMR 2 and 3
  list,     // all groups as they are: failure log, monthly peaks
};

// What a value is given in, whatever prefix the meter used.
enum class Unit : uint8_t { none, kWh, kvarh, kW, kvar, kVA, V, A, Hz, m3, GJ, s };

// "kWh", "m3", ...; an empty text for Unit::none.
FlashText unit_text(Unit unit);

// One row of the table, in a word that is read from flash at once.
struct FieldDef {
  uint32_t word;

  static constexpr FieldDef make(uint32_t name, uint32_t seen, Kind kind, Unit unit,
                                 uint32_t group, bool mbus, bool any_unit) {
    return {name | seen << 12 | static_cast<uint32_t>(kind) << 20 |
            static_cast<uint32_t>(unit) << 23 | group << 27 | static_cast<uint32_t>(mbus) << 29 |
            static_cast<uint32_t>(any_unit) << 30};
  }
  // Where the name begins in the string of names.
  uint16_t name() const { return word & 0xFFF; }
  // The number of the value that the row stands for: rows that mean the same share it. An M-Bus
  // row has this and the next three, one a channel.
  uint8_t value() const { return static_cast<uint8_t>(word >> 12); }
  Kind kind() const { return static_cast<Kind>((word >> 20) & 7); }
  // The unit where the line names none.
  Unit unit() const { return static_cast<Unit>((word >> 23) & 15); }
  // Which group, or which part between commas, holds the value.
  uint8_t group() const { return (word >> 27) & 3; }
  // The name is only the part after "gas_", "water_", "mbus1_".
  bool mbus() const { return (word >> 29) & 1; }
  // The line's own unit is kept, with the value.
  bool any_unit() const { return (word >> 30) & 1; }
  // The record has a unit or a time stamp.
  bool has_extras() const { return (word & (7u << 20 | 1u << 30)) != 0; }
};
static_assert(sizeof(FieldDef) == 4, "read from flash in one word");

constexpr uint8_t NO_FIELD = 255;
// B in the key of a field that any M-Bus channel can have.
constexpr uint8_t ANY_CHANNEL = 15;

constexpr uint32_t obis_key(uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e) {
  return a << 28 | b << 24 | c << 16 | d << 8 | e;
}

// The rows: codes, with one more that no line has, and definitions.
extern const uint32_t FIELD_KEYS[FIELD_COUNT + 1];
extern const FieldDef FIELD_DEFS[FIELD_COUNT];
inline FieldDef field_def(uint8_t field) { return flash_load(FIELD_DEFS[field]); }
// The row of a code, the first where several share it, or NO_FIELD. M-Bus channels 1 to 4 find
// the rows for any channel, and `1-1:` finds what others send as `1-0:` (Switzerland). `likely` is
// tried first.
uint8_t find_field(uint32_t key, uint8_t likely);
FlashText field_text(FieldDef def);
FlashText mbus_kind_text(MbusKind kind);
// What an M-Bus device of this type (0-n:24.1.0) measures.
MbusKind mbus_kind_of(uint32_t type);

}  // namespace dsmr
