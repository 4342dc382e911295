#include "field_json.h"

namespace dsmr {

namespace {

void write_time(Json& json, Timestamp time) {
  if (!time.is_set()) return json.null();
  char text[Timestamp::LENGTH + 1];
  time.format(text);
  json.string(text);
}

void write_value(Json& json, const Item& item) {
  if (item.is_text()) {
    json.open_string();
    for (uint16_t i = 0; i < item.length; ++i) {
      json.character(static_cast<uint8_t>(item.text_char(i)));
    }
    json.close_string();
  } else if (item.kind == Kind::clock) {
    write_time(json, item.time);
  } else {
    char text[24];
    format_decimal(item.value, text);
    json.number(text);
  }
}

// The parts C and D of a field's code A-B:C.D.E.
uint8_t part_c(uint32_t key) { return static_cast<uint8_t>(key >> 16); }
uint8_t part_d(uint32_t key) { return static_cast<uint8_t>(key >> 8); }

}  // namespace

void write_field(Json& json, const Item& item) {
  char name[FIELD_NAME_MAX + 1];
  field_name(item, name);
  json.open_object();
  json.key(FT("name"));
  json.string(name);
  json.key(FT("value"));
  write_value(json, item);
  if (item.is_number() && item.unit != Unit::none) {
    json.key(FT("unit"));
    json.string(unit_text(item.unit));
  }
  if (item.is_number() && item.kind != Kind::number && item.time.is_set()) {
    json.key(FT("timestamp"));
    write_time(json, item.time);
  }
  json.close_object();
}

bool is_actual(const Item& item) {
  if (item.kind == Kind::clock) return true;
  if (item.field == F_ELECTRICITY_TARIFF) return true;
  if (!item.is_number()) return false;
  if (item.kind != Kind::number) return true;  // with a capture time: M-Bus, the month's peak
  // OBIS, group D: 8 is a counter, 7 a value of now, 4 the demand of the running quarter (with C
  // 1 or 2; else it is a threshold).
  const uint32_t key = flash_word(FIELD_KEYS[item.field]);
  if (key >> 28 != 1) return false;
  return part_d(key) == 8 || part_d(key) == 7 || (part_d(key) == 4 && part_c(key) <= 2);
}

bool is_info(const Item& item) {
  if (item.field == F_MBUS_DEVICE_TYPE) return true;
  // 0-0:96.13.x are messages.
  const uint32_t key = flash_word(FIELD_KEYS[item.field]);
  return item.kind == Kind::text && (key >> 8 & 0xFFFFu) != (96u << 8 | 13u);
}

}  // namespace dsmr
