// The logger as a whole over a port that does what the test tells it: meter, telegrams passed on
// to clients, LED.
#include "logger.h"

#include "check.h"
#include "fakes.h"
#include "telegrams.h"

using namespace dsmr;

namespace {

// 4FEE: the CRC-16/ARC of what is before it.
constexpr const char* GOOD = "/A\r\n1-0:1.7.0(1*kW)\r\n!4FEE\r\n";
constexpr const char* BAD = "/A\r\n1-0:1.7.0(1*kW)\r\n!0000\r\n";

void fill(DeviceInfo&) {}

struct World {
  World() { logger.start(); }
  void run(int turns, uint32_t ms = 1) {
    for (int i = 0; i < turns; ++i) {
      clock.now += ms;
      logger.step();
    }
  }
  void meter(const char* text) {
    uart.send(text);
    run(100);
  }
  void ask(fakes::FakeConnection& caller, const char* path) {
    caller.send("GET ");
    caller.send(path);
    caller.send(" HTTP/1.0\r\n\r\n");
    listener.call(caller);
    run(20);
  }

  fakes::FakeClock clock;
  fakes::FakeUart uart;
  fakes::FakeLed led;
  fakes::FakeFiles files;
  fakes::FakeListener listener;
  Logger logger{clock, uart, led, files, listener, fill};
};

}  // namespace

TEST(five_flashes_at_the_start_then_one_at_every_telegram) {
  World world;
  world.run(1500);
  CHECK_EQ(world.led.flashes, 5);
  CHECK(!world.led.lit);
  world.meter(GOOD);
  CHECK_EQ(world.led.flashes, 6);
  world.meter(BAD);
  CHECK_EQ(world.led.flashes, 6);
  world.run(200);
  CHECK(!world.led.lit);
}

TEST(what_the_meter_says_is_served) {
  World world;
  world.meter(GOOD);
  fakes::FakeConnection caller;
  world.ask(caller, "/api/v1/sm/fields/power_delivered");
  CHECK_TEXT(caller.body(),
             "{\"fields\":[{\"name\":\"power_delivered\",\"value\":1,\"unit\":\"kW\"}]}");
}

TEST(a_telegram_without_a_crc_counts_after_silence) {
  World world;
  world.meter(telegrams::DUTCH);
  fakes::FakeConnection early;
  world.ask(early, "/api/v1/sm/actual");
  CHECK_TEXT(early.body(), "{\"actual\":[]}");
  world.run(200);
  fakes::FakeConnection late;
  world.ask(late, "/api/v1/sm/actual");
  CHECK(late.has("power_delivered"));
}

TEST(the_next_telegram_is_passed_on_as_it_came) {
  World world;
  fakes::FakeConnection caller;
  world.meter("1-0:1.7.0(the end of one)\r\n!1234\r\n");
  world.ask(caller, "/api/v1/sm/telegram");
  CHECK_EQ(caller.answer_size(), 0);
  world.meter(GOOD);
  CHECK(caller.closed());
  CHECK_TEXT(caller.body(), GOOD);
}

TEST(a_telegram_is_passed_on_however_its_bytes_are_cut) {
  char stream[256];
  strcpy(stream, GOOD);
  strcat(stream, GOOD);
  const size_t size = strlen(stream);
  for (size_t cut = 1; cut < size; ++cut) {
    World world;
    fakes::FakeConnection caller;
    world.ask(caller, "/api/v1/sm/telegram");
    char piece[256];
    memcpy(piece, stream, cut);
    piece[cut] = '\0';
    world.meter(piece);
    world.meter(stream + cut);
    CHECK(caller.closed());
    CHECK_TEXT(caller.body(), GOOD);
  }
}

TEST(a_telegram_without_a_crc_is_passed_on_at_silence_or_at_the_next) {
  World world;
  fakes::FakeConnection first;
  world.ask(first, "/api/v1/sm/telegram");
  world.meter(telegrams::TWO_MBUS);
  CHECK(!first.closed());
  world.run(300);
  CHECK(first.closed());
  CHECK_TEXT(first.body(), telegrams::TWO_MBUS);

  fakes::FakeConnection second;
  world.ask(second, "/api/v1/sm/telegram");
  world.meter(telegrams::TWO_MBUS);
  world.meter(telegrams::TWO_MBUS);
  CHECK(second.closed());
  CHECK_TEXT(second.body(), telegrams::TWO_MBUS);
}

TEST(a_telegram_without_a_line_end_is_passed_on) {
  World world;
  fakes::FakeConnection caller;
  world.ask(caller, "/api/v1/sm/telegram");
  world.meter("/A\r\n1-0:1.7.0(1*kW)\r\n!4FEE/A\r\n1-0:1.7.0(");
  CHECK(caller.closed());
  CHECK_TEXT(caller.body(), "/A\r\n1-0:1.7.0(1*kW)\r\n!4FEE");
}

TEST(a_bad_telegram_ends_in_an_incomplete_answer) {
  World world;
  world.meter(GOOD);
  fakes::FakeConnection caller;
  caller.send("GET /api/v1/sm/telegram HTTP/1.1\r\nHost: x\r\n\r\n");
  world.listener.call(caller);
  world.run(20);
  world.meter(BAD);
  world.run(300);
  CHECK(caller.closed());
  CHECK(caller.has("chunked"));
  CHECK(!caller.has("\r\n0\r\n\r\n"));
}

TEST(a_cut_off_telegram_does_not_reach_who_waits_for_the_next) {
  World world;
  fakes::FakeConnection early;
  world.ask(early, "/api/v1/sm/telegram");
  world.meter("/A\r\n1-0:1.7.0(1*k");
  fakes::FakeConnection late;
  world.ask(late, "/api/v1/sm/telegram");
  world.meter("\r\n");
  world.meter(GOOD);
  CHECK(early.closed());
  CHECK(late.closed());
  CHECK_TEXT(late.body(), GOOD);
}

TEST(an_endless_telegram_is_given_up) {
  World world;
  fakes::FakeConnection caller;
  world.ask(caller, "/api/v1/sm/telegram");
  world.meter("/A\r\n");
  for (int i = 0; i < 1000; ++i) world.meter("0-0:96.13.0(303132)\r\n");
  CHECK(caller.closed());
}
