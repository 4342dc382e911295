#include "reading.h"

namespace dsmr {
namespace {

constexpr uint8_t CHANNELS = 4;

uint32_t little_endian32(const uint8_t* p) {
  return p[0] | uint32_t{p[1]} << 8 | uint32_t{p[2]} << 16 | uint32_t{p[3]} << 24;
}

int64_t mantissa_of(const uint8_t* p, uint8_t bytes) {
  uint64_t value = (p[bytes - 1] & 0x80) ? ~uint64_t{0} : 0;
  for (uint8_t i = bytes; i > 0; --i) value = value << 8 | p[i - 1];
  return static_cast<int64_t>(value);
}

// Writes `value` in decimal; returns the end.
char* put_number(char* out, uint32_t value) {
  char digits[10];
  uint8_t n = 0;
  do {
    digits[n++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  while (n > 0) *out++ = digits[--n];
  return out;
}

char* put_text(char* out, FlashText text) {
  while (const uint8_t c = flash_byte(text.address++)) *out++ = static_cast<char>(c);
  return out;
}

}  // namespace

char Item::text_char(uint16_t i) const {
  if (!hex_packed) return static_cast<char>(text[i]);
  const uint8_t nibble = (i & 1) ? text[i / 2] & 15 : text[i / 2] >> 4;
  return static_cast<char>(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
}

bool Reading::next(size_t& at, Item& item) const {
  if (at >= used_) return false;
  const uint8_t* p = data_ + at;
  item = Item();
  item.field = *p++;
  const uint8_t info = *p++;
  item.medium_one = medium_one_;
  const FieldDef def = field_def(item.field);
  item.kind = def.kind();
  item.unit = def.unit();
  if (def.any_unit()) {
    const uint8_t extra = *p++;
    item.unit = static_cast<Unit>(extra & 15);
    item.channel = extra >> 5;
    if (item.channel > 0) item.mbus = static_cast<MbusKind>(mbus_[item.channel - 1]);
  }
  if (item.is_text()) {
    item.hex_packed = (*p & 0x80) != 0;
    item.length = static_cast<uint16_t>((*p++ & 0x7F) << 8 | info);
    item.text = p;
    p += item.hex_packed ? item.length / 2 : item.length;
  } else {
    if (item.kind != Kind::number) {
      item.time = Timestamp::from_packed(little_endian32(p));
      p += 4;
    }
    if (item.kind != Kind::clock) {
      const uint8_t bytes = (info & 7) + 1;
      item.value.decimals = info >> 3;
      item.value.mantissa = mantissa_of(p, bytes);
      p += bytes;
    }
  }
  at = static_cast<size_t>(p - data_);
  return true;
}

bool Reading::find(uint8_t field, Item& item, MbusKind kind) const {
  if (field == NO_FIELD) return false;
  const FieldDef wanted = field_def(field);
  size_t at = 0;
  while (next(at, item)) {
    if (item.mbus != kind) continue;
    const FieldDef def = field_def(item.field);
    if (def.value() == wanted.value() &&
        (kind != MbusKind::unknown || !def.mbus())) {
      return true;
    }
  }
  return false;
}

bool Reading::find(const char* name, Item& item) const {
  char candidate[FIELD_NAME_MAX + 1];
  size_t at = 0;
  while (next(at, item)) {
    field_name(item, candidate);
    size_t i = 0;
    while (candidate[i] != 0 && candidate[i] == name[i]) ++i;
    if (candidate[i] == 0 && name[i] == 0) return true;
  }
  return false;
}

void Reading::name_channels() {
  for (uint8_t i = 1; i < CHANNELS; ++i) {
    for (uint8_t j = 0; j < i; ++j) {
      if (mbus_[i] != 0 && mbus_[i] == mbus_[j]) {
        name_rivals();
        return;
      }
    }
  }
}

// Several channels are of one kind: a meter was replaced, and its old channel still answers.
void Reading::name_rivals() {
  struct Channel {
    bool has_id = false;
    bool has_reading = false;
    uint32_t time = 0;
  };
  Channel channels[CHANNELS];
  size_t at = 0;
  Item item;
  while (next(at, item)) {
    if (item.channel == 0) continue;
    Channel& channel = channels[item.channel - 1];
    if (item.is_number() && item.kind != Kind::number) {
      channel.has_reading = true;
      channel.time = item.time.is_set() ? item.time.unix_seconds() : 0;
    } else if (field_def(item.field).value() == field_def(F_MBUS_EQUIPMENT_ID).value()) {
      channel.has_id = true;
    }
  }
  for (uint8_t i = 1; i < CHANNELS; ++i) {
    for (uint8_t j = 0; j < i; ++j) {
      if (mbus_[i] == 0 || mbus_[i] != mbus_[j]) continue;
      const Channel& mine = channels[i];
      const Channel& other = channels[j];
      bool better = mine.time > other.time;
      if (mine.has_id != other.has_id) better = mine.has_id;
      if (mine.has_reading != other.has_reading) better = mine.has_reading;
      mbus_[better ? j : i] = 0;
      if (!better) break;
    }
  }
}

size_t field_name(const Item& item, char* out) {
  char* p = out;
  const FieldDef def = field_def(item.field);
  if (def.mbus()) {
    p = put_text(p, mbus_kind_text(item.mbus));
    if (item.mbus == MbusKind::unknown) *p++ = static_cast<char>('0' + item.channel);
    *p++ = '_';
  }
  p = put_text(p, field_text(def));
  *p = 0;
  return static_cast<size_t>(p - out);
}

size_t format_key(uint32_t key, char* out) {
  char* p = put_number(out, key >> 28);
  *p++ = '-';
  p = put_number(p, (key >> 24) & 15);
  *p++ = ':';
  p = put_number(p, (key >> 16) & 255);
  *p++ = '.';
  p = put_number(p, (key >> 8) & 255);
  *p++ = '.';
  p = put_number(p, key & 255);
  *p = 0;
  return static_cast<size_t>(p - out);
}

size_t field_obis(const Item& item, char* out) {
  uint32_t key = flash_word(FIELD_KEYS[item.field]);
  if (item.channel > 0) key = (key & ~(uint32_t{15} << 24)) | uint32_t{item.channel} << 24;
  if (item.medium_one && key >> 24 == 0x10) key |= uint32_t{1} << 24;
  *out = 0;
  return key == 0 ? 0 : format_key(key, out);
}

size_t format_decimal(const Decimal& value, char* out) {
  char digits[20];
  uint8_t n = 0;
  const bool negative = value.mantissa < 0;
  uint64_t rest = negative ? 0 - static_cast<uint64_t>(value.mantissa)
                           : static_cast<uint64_t>(value.mantissa);
  while (rest != 0 || n <= value.decimals) {
    digits[n++] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  char* p = out;
  if (negative) *p++ = '-';
  while (n > 0) {
    if (n == value.decimals) *p++ = '.';
    *p++ = digits[--n];
  }
  *p = 0;
  return static_cast<size_t>(p - out);
}

}  // namespace dsmr
