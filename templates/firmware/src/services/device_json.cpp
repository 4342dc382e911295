#include "device_json.h"

#include "../net/json.h"
#include "build_info.h"
#include "config.h"

namespace dsmr {

namespace {

struct DeviceSnapshot {
  DeviceInfo info;
  uint32_t telegrams;
  uint32_t crc_errors;
  uint32_t lost;
  uint32_t last_seconds;  // since the last telegram
};

// {"name":...,"value":... up to the value, and the rest of it.
void open(Json& json, FlashText name) {
  json.open_object();
  json.key(FT("name"));
  json.string(name);
  json.key(FT("value"));
}

void text(Json& json, FlashText name, FlashText value) {
  open(json, name);
  json.string(value);
  json.close_object();
}

void number(Json& json, FlashText name, uint32_t value) {
  open(json, name);
  json.number(value);
  json.close_object();
}

// A number that the port may not know: 0 leaves it out.
void amount(Json& json, FlashText name, uint32_t value, FlashText unit) {
  if (value == 0) return;
  open(json, name);
  json.number(value);
  json.key(FT("unit"));
  json.string(unit);
  json.close_object();
}

char hex_digit(uint32_t value) {
  value &= 15u;
  return static_cast<char>(value < 10 ? '0' + value : 'A' + value - 10);
}

void mac(Json& json, const uint8_t (&address)[6]) {
  open(json, FT("mac"));
  json.open_string();
  for (uint8_t i = 0; i < 6; ++i) {
    if (i != 0) json.character(':');
    json.character(static_cast<uint8_t>(hex_digit(address[i] >> 4)));
    json.character(static_cast<uint8_t>(hex_digit(address[i])));
  }
  json.close_string();
  json.close_object();
}

void ip(Json& json, const uint8_t (&address)[4]) {
  char text[16];
  char* to = text;
  for (uint8_t i = 0; i < 4; ++i) {
    if (i != 0) *to++ = '.';
    const uint8_t part = address[i];
    if (part >= 100) *to++ = static_cast<char>('0' + part / 100);
    if (part >= 10) *to++ = static_cast<char>('0' + part / 10 % 10);
    *to++ = static_cast<char>('0' + part % 10);
  }
  *to = '\0';
  open(json, FT("ip"));
  json.string(text);
  json.close_object();
}

void chip(Json& json, uint32_t id) {
  open(json, FT("chip_id"));
  json.open_string();
  for (int8_t shift = 20; shift >= 0; shift = static_cast<int8_t>(shift - 4)) {
    json.character(static_cast<uint8_t>(hex_digit(id >> shift)));
  }
  json.close_string();
  json.close_object();
}

void write_meter(Json& json, const DeviceSnapshot& device) {
  open(json, FT("uptime"));
  json.number(device.info.uptime_seconds);
  json.key(FT("unit"));
  json.string(FT("s"));
  json.close_object();
  number(json, FT("telegrams"), device.telegrams);
  number(json, FT("crc_errors"), device.crc_errors);
  number(json, FT("lost_telegrams"), device.lost);
  open(json, FT("last_telegram_seconds"));
  if (device.telegrams == 0) {
    json.null();
  } else {
    json.number(device.last_seconds);
  }
  json.key(FT("unit"));
  json.string(FT("s"));
  json.close_object();
}

void write_hardware(Json& json, const DeviceInfo& info) {
  const FlashText bytes = FT("bytes");
  amount(json, FT("free_heap"), info.free_heap, bytes);
  amount(json, FT("largest_block"), info.largest_block, bytes);
  chip(json, info.chip_id);
  mac(json, info.mac);
  ip(json, info.ip);
  if (info.ssid[0] != '\0') {
    open(json, FT("ssid"));
    json.utf8(info.ssid);
    json.close_object();
  }
  if (info.rssi != 0) {
    open(json, FT("rssi"));
    json.number(int32_t{info.rssi});
    json.key(FT("unit"));
    json.string(FT("dBm"));
    json.close_object();
  }
  amount(json, FT("flash_size"), info.flash_size, bytes);
  amount(json, FT("sketch_size"), info.sketch_size, bytes);
  amount(json, FT("ota_space"), info.ota_space, bytes);
  amount(json, FT("fs_total"), info.fs_total, bytes);
  if (info.fs_total != 0) number(json, FT("fs_used"), info.fs_used);
  open(json, FT("reset_reason"));
  json.string(info.reset_reason);
  json.close_object();
}

void write_device(const void* snapshot, Writer& out) {
  const DeviceSnapshot& device = *static_cast<const DeviceSnapshot*>(snapshot);
  Json json(out);
  json.open_object();
  json.key(FT("devinfo"));
  json.open_array();
  text(json, FT("hostname"), FT(HOST_NAME));
  text(json, FT("version"), build_version());
  text(json, FT("build"), build_id());
  text(json, FT("board"), FT(BOARD));
  write_meter(json, device);
  write_hardware(json, device.info);
  json.close_array();
  json.close_object();
}

void write_time(const void* snapshot, Writer& out) {
  const Timestamp time = *static_cast<const Timestamp*>(snapshot);
  Json json(out);
  json.open_object();
  json.key(FT("time"));
  json.open_array();
  open(json, FT("time"));
  if (time.is_set()) {
    char text[Timestamp::ISO_LENGTH + 1];
    time.format_iso(text);
    json.string(text);
  } else {
    json.null();
  }
  json.close_object();
  open(json, FT("epoch"));
  if (time.is_set()) {
    json.number(time.unix_seconds());
  } else {
    json.null();
  }
  json.close_object();
  json.close_array();
  json.close_object();
}

}  // namespace

void answer_device(const MeterSource& source, HttpAnswer& answer) {
  DeviceSnapshot& device = answer.snapshot<DeviceSnapshot>(write_device);
  source.fill(device.info);
  device.telegrams = source.parser.telegrams();
  device.crc_errors = source.parser.crc_errors();
  device.lost = source.parser.lost();
  device.last_seconds = (source.clock.millis() - source.last_telegram) / 1000;
}

void answer_time(const MeterSource& source, HttpAnswer& answer) {
  Timestamp& time = answer.snapshot<Timestamp>(write_time);
  Item item;
  if (source.parser.reading().find(F_TIMESTAMP, item)) time = item.time;
}

}  // namespace dsmr
