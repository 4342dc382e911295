#include "rest.h"

#include "../net/text.h"
#include "device_json.h"
#include "field_json.h"
#include "legacy_json.h"

namespace dsmr {

namespace {

using Answerer = void (*)(const MeterSource& source, HttpAnswer& answer);

// One field of a telegram: found once, then known by its row and channel.
struct FieldSnapshot {
  Reading reading;
  uint8_t field;
  uint8_t channel;
};

void write_list(const Reading& reading, Writer& out, FlashText name, bool (*wanted)(const Item&)) {
  Json json(out);
  json.open_object();
  json.key(name);
  json.open_array();
  size_t at = 0;
  Item item;
  while (!json.full() && reading.next(at, item)) {
    if (wanted == nullptr || wanted(item)) write_field(json, item);
  }
  json.close_array();
  json.close_object();
}

void write_actual(const void* snapshot, Writer& out) {
  write_list(*static_cast<const Reading*>(snapshot), out, FT("actual"), is_actual);
}

void write_fields(const void* snapshot, Writer& out) {
  write_list(*static_cast<const Reading*>(snapshot), out, FT("fields"), nullptr);
}

void write_info(const void* snapshot, Writer& out) {
  write_list(*static_cast<const Reading*>(snapshot), out, FT("info"), is_info);
}

void write_one_field(const void* snapshot, Writer& out) {
  const FieldSnapshot& one = *static_cast<const FieldSnapshot*>(snapshot);
  Json json(out);
  json.open_object();
  json.key(FT("fields"));
  json.open_array();
  size_t at = 0;
  Item item;
  while (one.reading.next(at, item)) {
    if (item.field != one.field || item.channel != one.channel) continue;
    write_field(json, item);
    break;
  }
  json.close_array();
  json.close_object();
}

void actual(const MeterSource& source, HttpAnswer& answer) {
  answer.snapshot<Reading>(write_actual) = source.parser.reading();
}

void fields(const MeterSource& source, HttpAnswer& answer) {
  answer.snapshot<Reading>(write_fields) = source.parser.reading();
}

void info(const MeterSource& source, HttpAnswer& answer) {
  answer.snapshot<Reading>(write_info) = source.parser.reading();
}

void legacy(const MeterSource& source, HttpAnswer& answer) {
  answer.snapshot<Reading>(write_legacy) = source.parser.reading();
}

void one_field(const MeterSource& source, const char* name, HttpAnswer& answer) {
  Item item;
  if (!source.parser.reading().find(name, item)) {
    answer.error(404, FT("the last telegram has no such field"));
    return;
  }
  FieldSnapshot& one = answer.snapshot<FieldSnapshot>(write_one_field);
  one.reading = source.parser.reading();
  one.field = item.field;
  one.channel = item.channel;
}

void telegram(const MeterSource&, HttpAnswer& answer) {
  answer.stream = true;
  answer.type = ContentType::text;
}

struct Route {
  const char* path;
  Answerer answerer;
};

const char PATH_ACTUAL[] DSMR_FLASH = "/api/v1/sm/actual";
const char PATH_FIELDS[] DSMR_FLASH = "/api/v1/sm/fields";
const char PATH_INFO[] DSMR_FLASH = "/api/v1/sm/info";
const char PATH_TELEGRAM[] DSMR_FLASH = "/api/v1/sm/telegram";
const char PATH_DEVICE[] DSMR_FLASH = "/api/v1/dev/info";
const char PATH_TIME[] DSMR_FLASH = "/api/v1/dev/time";
const char PATH_LEGACY[] DSMR_FLASH = "/getActual.json";

const Route ROUTES[] DSMR_FLASH = {
    {PATH_ACTUAL, actual},      {PATH_FIELDS, fields}, {PATH_INFO, info},
    {PATH_TELEGRAM, telegram},  {PATH_DEVICE, answer_device}, {PATH_TIME, answer_time},
    {PATH_LEGACY, legacy},
};

}  // namespace

bool Rest::handle(const HttpRequest& request, HttpAnswer& answer) {
  for (const Route& entry : ROUTES) {
    const Route route = flash_load(entry);
    if (!same(request.path, FlashText{route.path})) continue;
    route.answerer(source_, answer);
    return true;
  }
  const size_t fields_length = begins(request.path, FT("/api/v1/sm/fields/"));
  if (fields_length != 0) {
    one_field(source_, request.path + fields_length, answer);
    return true;
  }
  if (begins(request.path, FT("/api/")) == 0) return false;
  answer.error(404, FT("the API has no such path"));
  return true;
}

}  // namespace dsmr
