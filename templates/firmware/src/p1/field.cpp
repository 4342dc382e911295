#include "field.h"

#include "field_table.h"

namespace dsmr {
namespace {

uint8_t search(uint32_t key) {
  uint8_t low = 0;
  for (uint8_t left = sizeof SORTED_ROWS; left > 1;) {
    const uint8_t half = left / 2;
    if (flash_word(FIELD_KEYS[flash_byte(SORTED_ROWS + low + half)]) <= key) low += half;
    left -= half;
  }
  const uint8_t row = flash_byte(SORTED_ROWS + low);
  return flash_word(FIELD_KEYS[row]) == key ? row : NO_FIELD;
}

// The nth of NUL-ended texts that stand one after the other.
FlashText nth_text(const char* texts, uint8_t n) {
  while (n > 0) {
    if (flash_byte(texts++) == 0) --n;
  }
  return FlashText{texts};
}

const char UNIT_TEXTS[] DSMR_FLASH = "\0kWh\0kvarh\0kW\0kvar\0kVA\0V\0A\0Hz\0m3\0GJ\0s";

}  // namespace

uint8_t find_field(uint32_t key, uint8_t likely) {
  const uint32_t medium = key >> 24;
  const bool channel = medium >= 1 && medium <= 4;
  const uint32_t any = channel ? key | uint32_t{ANY_CHANNEL} << 24 : key;
  if (likely < FIELD_COUNT && flash_word(FIELD_KEYS[likely]) == any) return likely;
  uint8_t row = search(key);
  if (row == NO_FIELD && channel) row = search(any);
  if (row == NO_FIELD && medium == 0x11) row = search(key & ~(uint32_t{15} << 24));
  return row;
}

FlashText field_text(FieldDef def) { return FlashText{FIELD_NAMES + def.name()}; }

FlashText unit_text(Unit unit) { return nth_text(UNIT_TEXTS, static_cast<uint8_t>(unit)); }

FlashText mbus_kind_text(MbusKind kind) {
  return nth_text(MBUS_KIND_NAMES, static_cast<uint8_t>(kind));
}

MbusKind mbus_kind_of(uint32_t type) {
  return type < 16 ? static_cast<MbusKind>(flash_word(MBUS_KINDS[type])) : MbusKind::unknown;
}

}  // namespace dsmr
