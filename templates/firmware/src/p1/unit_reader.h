// Units as meters write them: a prefix and a base, "kWh", "W", "MJ", "dm3".
#pragma once

#include <stdint.h>

#include "field.h"

namespace dsmr {

// A unit's text, at most 8 characters, the last in the lowest byte. A longer one is no unit.
using PackedUnit = uint64_t;

// Reads prefix and base. On success, a value in the line's unit times 10^shift is in `unit`.
// The base's case does not matter, nor that of `k`; but `M` is not `m`.
bool read_unit_text(PackedUnit text, Unit& unit, int8_t& shift);

// The units' texts as most meters write them.
extern const PackedUnit PACKED_UNITS[];
inline PackedUnit packed_unit(Unit unit) {
  return flash_load(PACKED_UNITS[static_cast<uint8_t>(unit)]);
}

}  // namespace dsmr
