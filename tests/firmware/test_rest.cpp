// The REST documents, made from telegrams by the firmware's own parser.
#include "services/rest.h"

#include "check.h"
#include "fakes.h"
#include "telegrams.h"

using namespace dsmr;

namespace {

void fill(DeviceInfo& info) {
  info.uptime_seconds = 3661;
  info.free_heap = 21200;
  info.chip_id = 0xA1B2C3;
  info.flash_size = 1048576;
  info.fs_total = 117501;
  info.rssi = -67;
  const uint8_t mac[6] = {0x5C, 0xCF, 0x7F, 0xA1, 0xB2, 0xC3};
  const uint8_t ip[4] = {192, 168, 1, 9};
  memcpy(info.mac, mac, sizeof(mac));
  memcpy(info.ip, ip, sizeof(ip));
  strcpy(info.ssid, "Caf\xC3\xA9 \"5\"");
  strcpy(info.reset_reason, "Power On");
}

struct World {
  explicit World(const char* telegram = "") {
    parser.feed(reinterpret_cast<const uint8_t*>(telegram), strlen(telegram));
    parser.idle();
  }
  // The body of the answer to a GET of `path`.
  const char* get(const char* path) {
    HttpRequest request;
    strcpy(request.target, path);
    request.path = request.target;
    answer = HttpAnswer();
    answer.storage = storage;
    handled = rest.handle(request, answer);
    Writer out(0, reinterpret_cast<uint8_t*>(body), sizeof(body) - 1);
    if (answer.document != nullptr) {
      answer.document(storage, out);
    } else if (handled && !answer.stream) {
      write_error(out, answer);
    }
    body[out.filled()] = '\0';
    return body;
  }

  Parser parser;
  fakes::FakeClock clock;
  MeterSource source{parser, clock, fill};
  Rest rest{source};
  HttpAnswer answer;
  bool handled = false;
  alignas(8) uint8_t storage[HTTP_SNAPSHOT_BYTES];
  char body[8192];
};

bool has(const char* text, const char* part) { return strstr(text, part) != nullptr; }

}  // namespace

TEST(actual_has_what_an_owner_watches_in_the_telegrams_order) {
  World world(telegrams::DUTCH);
  CHECK_TEXT(world.get("/api/v1/sm/actual"),
             "{\"actual\":[{\"name\":\"timestamp\",\"value\":\"101209113020W\"},"
             "{\"name\":\"energy_delivered_tariff1\",\"value\":123456.789,\"unit\":\"kWh\"},"
             "{\"name\":\"energy_returned_tariff1\",\"value\":0.010,\"unit\":\"kWh\"},"
             "{\"name\":\"electricity_tariff\",\"value\":\"0002\"},"
             "{\"name\":\"power_delivered\",\"value\":1.193,\"unit\":\"kW\"},"
             "{\"name\":\"voltage_l1\",\"value\":220.1,\"unit\":\"V\"},"
             "{\"name\":\"current_l1\",\"value\":1,\"unit\":\"A\"},"
             "{\"name\":\"power_delivered_l1\",\"value\":1.111,\"unit\":\"kW\"},"
             "{\"name\":\"gas_delivered\",\"value\":12785.123,\"unit\":\"m3\","
             "\"timestamp\":\"101209112500W\"}]}");
  CHECK_EQ(world.answer.status, 200);
}

TEST(fields_has_everything) {
  World world(telegrams::DUTCH);
  const char* const body = world.get("/api/v1/sm/fields");
  CHECK(has(body, "{\"fields\":[{\"name\":\"identification\",\"value\":\"TST5\\\\METER-1\"},"));
  CHECK(has(body, "{\"name\":\"electricity_failures\",\"value\":4}"));
  CHECK(has(body, "{\"name\":\"electricity_failure_log\",\"value\":\"(1)(0-0:96.7.19)"));
  CHECK(has(body, "{\"name\":\"message_long\",\"value\":\"303132\"}"));
  CHECK(has(body, "{\"name\":\"gas_equipment_id\",\"value\":\"3232323241424344\"}"));
}

TEST(info_names_the_meter_and_its_parts) {
  World world(telegrams::DUTCH);
  CHECK_TEXT(world.get("/api/v1/sm/info"),
             "{\"info\":[{\"name\":\"identification\",\"value\":\"TST5\\\\METER-1\"},"
             "{\"name\":\"p1_version\",\"value\":\"50\"},"
             "{\"name\":\"equipment_id\",\"value\":\"4B384547303034303436333935353037\"},"
             "{\"name\":\"electricity_tariff\",\"value\":\"0002\"},"
             "{\"name\":\"gas_device_type\",\"value\":3},"
             "{\"name\":\"gas_equipment_id\",\"value\":\"3232323241424344\"}]}");
}

TEST(one_field_by_its_name) {
  World world(telegrams::DUTCH);
  CHECK_TEXT(world.get("/api/v1/sm/fields/power_delivered"),
             "{\"fields\":[{\"name\":\"power_delivered\",\"value\":1.193,\"unit\":\"kW\"}]}");
  CHECK_TEXT(world.get("/api/v1/sm/fields/gas_delivered"),
             "{\"fields\":[{\"name\":\"gas_delivered\",\"value\":12785.123,\"unit\":\"m3\","
             "\"timestamp\":\"101209112500W\"}]}");
  world.get("/api/v1/sm/fields/power_returned");
  CHECK_EQ(world.answer.status, 404);
  world.get("/api/v1/sm/fields/");
  CHECK_EQ(world.answer.status, 404);
  world.get("/api/v1/sm/fields/power_delivered/");
  CHECK_EQ(world.answer.status, 404);
}

TEST(each_mbus_channel_has_its_own_name) {
  World world(telegrams::TWO_MBUS);
  CHECK(has(world.get("/api/v1/sm/fields/water_delivered"), "\"value\":872.234,\"unit\":\"m3\""));
  CHECK(has(world.get("/api/v1/sm/fields/gas_delivered"), "\"value\":112.384,\"unit\":\"m3\""));
}

TEST(without_a_telegram_lists_are_empty) {
  World world;
  CHECK_TEXT(world.get("/api/v1/sm/actual"), "{\"actual\":[]}");
  CHECK_TEXT(world.get("/api/v1/sm/fields"), "{\"fields\":[]}");
  CHECK_TEXT(world.get("/api/v1/sm/info"), "{\"info\":[]}");
  CHECK_TEXT(world.get("/getActual.json"), "{}");
  CHECK_TEXT(world.get("/api/v1/dev/time"),
             "{\"time\":[{\"name\":\"time\",\"value\":null},{\"name\":\"epoch\",\"value\":null}]}");
  CHECK(has(world.get("/api/v1/dev/info"), "\"last_telegram_seconds\",\"value\":null"));
}

TEST(time_is_the_meters) {
  World world(telegrams::DUTCH);
  CHECK_TEXT(world.get("/api/v1/dev/time"),
             "{\"time\":[{\"name\":\"time\",\"value\":\"2010-12-09T11:30:20+01:00\"},"
             "{\"name\":\"epoch\",\"value\":1291890620}]}");
}

TEST(a_snapshot_stays_as_it_was) {
  World world(telegrams::DUTCH);
  world.get("/api/v1/sm/fields/power_delivered");
  const Document document = world.answer.document;
  world.parser.feed(reinterpret_cast<const uint8_t*>(telegrams::TWO_MBUS),
                    strlen(telegrams::TWO_MBUS));
  world.parser.idle();
  CHECK_EQ(world.parser.telegrams(), 2);
  uint8_t body[200] = {};
  Writer out(0, body, sizeof(body) - 1);
  document(world.storage, out);
  CHECK_TEXT(reinterpret_cast<const char*>(body),
             "{\"fields\":[{\"name\":\"power_delivered\",\"value\":1.193,\"unit\":\"kW\"}]}");
}

TEST(device_info_lists_what_the_port_knows) {
  World world(telegrams::DUTCH);
  world.source.last_telegram = world.clock.now;
  world.clock.now += 7999;
  const char* const body = world.get("/api/v1/dev/info");
  CHECK(strncmp(body, "{\"devinfo\":[{\"name\":\"hostname\",\"value\":\"", 40) == 0);
  CHECK(has(body, "{\"name\":\"uptime\",\"value\":3661,\"unit\":\"s\"}"));
  CHECK(has(body, "{\"name\":\"telegrams\",\"value\":1}"));
  CHECK(has(body, "{\"name\":\"crc_errors\",\"value\":0}"));
  CHECK(has(body, "{\"name\":\"last_telegram_seconds\",\"value\":7,\"unit\":\"s\"}"));
  CHECK(has(body, "{\"name\":\"free_heap\",\"value\":21200,\"unit\":\"bytes\"}"));
  CHECK(has(body, "{\"name\":\"chip_id\",\"value\":\"A1B2C3\"}"));
  CHECK(has(body, "{\"name\":\"mac\",\"value\":\"5C:CF:7F:A1:B2:C3\"}"));
  CHECK(has(body, "{\"name\":\"ip\",\"value\":\"192.168.1.9\"}"));
  CHECK(has(body, "{\"name\":\"ssid\",\"value\":\"Caf\xC3\xA9 \\\"5\\\"\"}"));
  CHECK(has(body, "{\"name\":\"rssi\",\"value\":-67,\"unit\":\"dBm\"}"));
  CHECK(has(body, "{\"name\":\"fs_used\",\"value\":0}"));
  CHECK(!has(body, "sketch_size"));
  CHECK(has(body, "{\"name\":\"reset_reason\",\"value\":\"Power On\"}]}"));
}

TEST(the_old_loggers_answer_has_its_names_and_strings) {
  World world(telegrams::DUTCH);
  CHECK_TEXT(world.get("/getActual.json"),
             "{\"Timestamp\":\"101209113020W\",\"Energy_Delivered\":\"123456.789\","
             "\"Energy_Returned\":\"0.010\",\"Gas_Delivered\":\"12785.123\","
             "\"Energy_Delivered_Tariff1\":\"123456.789\",\"Energy_Returned_Tariff1\":\"0.010\","
             "\"Power_Delivered\":\"1.193\",\"Voltage_l1\":\"220.1\",\"Current_l1\":\"1\","
             "\"Power_Delivered_l1\":\"1111\"}");
}

TEST(the_old_loggers_answer_adds_tariffs_and_keeps_its_decimals) {
  World world(telegrams::ODD_DECIMALS);
  CHECK_TEXT(world.get("/getActual.json"),
             "{\"Energy_Delivered\":\"12346.345\",\"Energy_Delivered_Tariff1\":\"12345.000\","
             "\"Energy_Delivered_Tariff2\":\"1.345\",\"Power_Delivered\":\"0.120\","
             "\"Current_l1\":\"0.27\",\"Power_Delivered_l1\":\"20\"}");
}

TEST(numbers_beyond_all_reason_do_no_harm) {
  World world(telegrams::HUGE);
  CHECK(has(world.get("/getActual.json"), "\"Energy_Delivered\":\""));
  CHECK(has(world.get("/api/v1/sm/actual"), "\"value\":999999999999999999,\"unit\":\"kWh\""));
}

TEST(the_telegram_is_streamed) {
  World world(telegrams::DUTCH);
  world.get("/api/v1/sm/telegram");
  CHECK(world.handled);
  CHECK(world.answer.stream);
  CHECK_EQ(static_cast<int>(world.answer.type), static_cast<int>(ContentType::text));
}

TEST(unknown_api_paths_are_the_apis_404_and_others_are_not_its_own) {
  World world;
  const char* const unknown[] = {"/api/", "/api/v1/sm/actuals", "/api/v1/sm/actual/", "/api/v2/x"};
  for (const char* path : unknown) {
    world.get(path);
    CHECK(world.handled);
    CHECK_EQ(world.answer.status, 404);
  }
  const char* const other[] = {"/", "/api", "/index.html", "/getActual.jso", "/GetActual.json"};
  for (const char* path : other) {
    world.get(path);
    CHECK(!world.handled);
  }
}
