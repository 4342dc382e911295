#include "unit_reader.h"

namespace dsmr {
namespace {

constexpr PackedUnit pack(const char* text) {
  PackedUnit packed = 0;
  while (*text) packed = packed << 8 | static_cast<uint8_t>(*text++);
  return packed;
}

struct Base {
  uint32_t high, low;  // the lower-case text, packed
  Unit unit;
  int8_t exponent;  // a value in the base times 10^exponent is in `unit`
  uint8_t power;    // 3 for a volume: a prefix counts three times
  uint8_t unused;
};

constexpr Base base(const char* text, Unit unit, int8_t exponent, uint8_t power = 1) {
  return {static_cast<uint32_t>(pack(text) >> 32), static_cast<uint32_t>(pack(text)), unit,
          exponent, power, 0};
}

const Base BASES[] DSMR_FLASH = {
    base("wh", Unit::kWh, -3), base("varh", Unit::kvarh, -3), base("w", Unit::kW, -3),
    base("var", Unit::kvar, -3), base("va", Unit::kVA, -3),   base("v", Unit::V, 0),
    base("a", Unit::A, 0),     base("hz", Unit::Hz, 0),       base("m3", Unit::m3, 0, 3),
    base("m\xb3", Unit::m3, 0, 3), base("m\xc2\xb3", Unit::m3, 0, 3), base("l", Unit::m3, -3),
    base("j", Unit::GJ, -9),   base("s", Unit::s, 0),
};

bool find_base(PackedUnit text, Base& found) {
  for (const Base& candidate : BASES) {
    found = flash_load(candidate);
    if (found.low == static_cast<uint32_t>(text) && found.high == text >> 32) return true;
  }
  return false;
}

bool prefix_exponent(char prefix, int8_t& exponent) {
  switch (prefix) {
    case 'G': exponent = 9; return true;
    case 'M': exponent = 6; return true;
    case 'k':
    case 'K': exponent = 3; return true;
    case 'h': exponent = 2; return true;
    case 'd': exponent = -1; return true;
    case 'c': exponent = -2; return true;
    case 'm': exponent = -3; return true;
    default: return false;
  }
}

}  // namespace

// In the order of Unit.
const PackedUnit PACKED_UNITS[] DSMR_FLASH = {
    0, pack("kWh"), pack("kvarh"), pack("kW"), pack("kvar"), pack("kVA"),
    pack("V"), pack("A"), pack("Hz"), pack("m3"), pack("GJ"), pack("s"),
};

bool read_unit_text(PackedUnit text, Unit& unit, int8_t& shift) {
  PackedUnit lower = 0;
  uint8_t first_at = 0;  // bits below the first character
  for (uint8_t at = 0; at < 64; at += 8) {
    uint8_t c = static_cast<uint8_t>(text >> at);
    if (c == 0) break;
    first_at = at;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    lower |= PackedUnit{c} << at;
  }
  Base found;
  int8_t exponent = 0;
  if (!find_base(lower, found)) {
    const char prefix = static_cast<char>(text >> first_at);
    const PackedUnit rest = lower & ((PackedUnit{1} << first_at) - 1);
    if (!prefix_exponent(prefix, exponent) || !find_base(rest, found)) return false;
  }
  unit = found.unit;
  shift = static_cast<int8_t>(found.exponent + exponent * found.power);
  return true;
}

}  // namespace dsmr
