// What the logger's parts see of the parser: which telegrams are published, and what is in them.
// What each kind of line becomes is tested through the decode program, see tests/e2e.
#include "p1/parser.h"

#include <string.h>

#include <initializer_list>

#include "check.h"
#include "p1/crc16.h"
#include "telegrams.h"

using namespace dsmr;

namespace {

constexpr size_t LONGEST = 2048;

// A telegram's bytes, with the CRC that it should have.
struct Telegram {
  char text[LONGEST];
  size_t size = 0;

  explicit Telegram(const char* with_bang) {
    add(with_bang);
    const char* bang = strrchr(text, '!');
    const size_t covered = static_cast<size_t>(bang - text) + 1;
    const uint16_t crc = crc16(0, reinterpret_cast<const uint8_t*>(text), covered);
    size = covered;
    for (int shift = 12; shift >= 0; shift -= 4) text[size++] = "0123456789ABCDEF"[(crc >> shift) & 15];
    add("\r\n");
  }
  void add(const char* more) {
    const size_t length = strlen(more);
    memcpy(text + size, more, length + 1);
    size += length;
  }
};

void feed(Parser& parser, const char* text, size_t size, size_t chunk = LONGEST) {
  for (size_t at = 0; at < size; at += chunk) {
    const size_t left = size - at;
    parser.feed(reinterpret_cast<const uint8_t*>(text + at), left < chunk ? left : chunk);
  }
}
void feed(Parser& parser, const char* text) { feed(parser, text, strlen(text)); }
void feed(Parser& parser, const Telegram& telegram) { feed(parser, telegram.text, telegram.size); }

// The value of a field as text; "-" where the reading does not have it.
const char* value_of(const Parser& parser, const char* name) {
  static char text[64];
  Item item;
  if (!parser.reading().find(name, item)) return "-";
  if (item.is_number()) {
    format_decimal(item.value, text);
  } else if (item.is_text()) {
    for (uint16_t i = 0; i < item.length && i < 63; ++i) text[i] = item.text_char(i);
    text[item.length < 63 ? item.length : 63] = 0;
  } else {
    item.time.format(text);
  }
  return text;
}

const char SMALL[] = "/TST5\\A\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!";
const char OTHER[] = "/TST5\\B\r\n\r\n1-0:1.8.1(000002.000*kWh)\r\n!";

}  // namespace

TEST(nothing_is_published_before_the_first_telegram) {
  Parser parser;
  CHECK(parser.reading().empty());
  CHECK_EQ(parser.telegrams(), 0u);
}

TEST(a_good_telegram_is_published_at_its_last_crc_digit) {
  Parser parser;
  const Telegram telegram(telegrams::DUTCH);
  feed(parser, telegram.text, telegram.size - 3);
  CHECK_EQ(parser.telegrams(), 0u);
  feed(parser, telegram.text + telegram.size - 3, 1);
  CHECK_EQ(parser.telegrams(), 1u);
  CHECK_TEXT(value_of(parser, "identification"), "TST5\\METER-1");
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "123456.789");
  CHECK_TEXT(value_of(parser, "energy_returned_tariff1"), "0.010");
  CHECK_TEXT(value_of(parser, "electricity_tariff"), "0002");
  CHECK_TEXT(value_of(parser, "equipment_id"), "4B384547303034303436333935353037");
  CHECK_TEXT(value_of(parser, "timestamp"), "101209113020W");
  CHECK_TEXT(value_of(parser, "gas_delivered"), "12785.123");
  CHECK_TEXT(value_of(parser, "water_delivered"), "-");
}

TEST(chunks_of_any_size_give_the_same) {
  const Telegram telegram(telegrams::DUTCH);
  Parser at_once;
  feed(at_once, telegram);
  for (size_t chunk = 1; chunk < 64; ++chunk) {
    Parser parser;
    feed(parser, telegram.text, telegram.size, chunk);
    CHECK_EQ(parser.telegrams(), 1u);
    CHECK_TEXT(value_of(parser, "voltage_l1"), "220.1");
    CHECK_TEXT(value_of(parser, "gas_equipment_id"), "3232323241424344");
    CHECK_EQ(parser.reading().bytes(), at_once.reading().bytes());
  }
}

TEST(a_bad_crc_publishes_nothing_and_is_counted_and_the_next_telegram_is_read) {
  Parser parser;
  Telegram damaged(SMALL);
  damaged.text[25] ^= 1;
  feed(parser, damaged);
  CHECK_EQ(parser.telegrams(), 0u);
  CHECK_EQ(parser.crc_errors(), 1u);
  CHECK(parser.reading().empty());
  feed(parser, Telegram(SMALL));
  CHECK_EQ(parser.telegrams(), 1u);
}

TEST(a_bad_telegram_leaves_the_reading_before_it) {
  Parser parser;
  feed(parser, Telegram(SMALL));
  Telegram damaged(OTHER);
  damaged.text[25] ^= 1;
  feed(parser, damaged);
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "1.000");
}

TEST(a_telegram_without_crc_is_published_when_the_line_falls_silent) {
  Parser parser;
  feed(parser, SMALL);
  feed(parser, "\r\n");
  CHECK_EQ(parser.telegrams(), 0u);
  parser.idle();
  CHECK_EQ(parser.telegrams(), 1u);
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "1.000");
}

TEST(a_telegram_without_crc_is_published_when_the_next_begins) {
  Parser parser;
  feed(parser, SMALL);
  feed(parser, "\r\n/");
  CHECK_EQ(parser.telegrams(), 1u);
}

TEST(a_meter_that_has_a_crc_is_not_believed_without) {
  Parser parser;
  feed(parser, Telegram(SMALL));
  feed(parser, OTHER);
  feed(parser, "\r\n");
  parser.idle();
  CHECK_EQ(parser.telegrams(), 1u);
  CHECK_EQ(parser.crc_errors(), 1u);
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "1.000");
}

TEST(data_after_a_bang_without_crc_show_that_it_was_none) {
  Parser parser;
  feed(parser, "/TST5\\A\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n!\r\n1-0:1.8.2(000001.000*kWh)\r\n");
  parser.idle();
  CHECK_EQ(parser.telegrams(), 0u);
  CHECK_EQ(parser.crc_errors(), 1u);
}

TEST(noise_after_a_telegram_without_crc_does_it_no_harm) {
  Parser parser;
  feed(parser, SMALL);
  feed(parser, "\r\n\x01\xff!(garbage)\r\n(((\r\n");
  parser.idle();
  CHECK_EQ(parser.telegrams(), 1u);
}

TEST(a_telegram_cut_off_in_a_line_is_lost_alone) {
  Parser parser;
  const Telegram whole(telegrams::DUTCH);
  for (size_t cut = 1; cut + 6 < whole.size; ++cut) {
    const uint32_t before = parser.telegrams();
    feed(parser, whole.text, cut);
    feed(parser, Telegram(OTHER));
    CHECK_EQ(parser.telegrams(), before + 1);
    CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "2.000");
    CHECK_TEXT(value_of(parser, "identification"), "TST5\\B");
    CHECK_TEXT(value_of(parser, "gas_delivered"), "-");
  }
}

TEST(a_meter_that_never_sends_a_bang_is_read_from_its_second_telegram) {
  Parser parser;
  const char* unended = "/TST5\\A\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n";
  feed(parser, unended);
  parser.idle();
  CHECK_EQ(parser.telegrams(), 0u);  // it may have been cut off
  feed(parser, unended);
  CHECK_EQ(parser.telegrams(), 0u);
  parser.idle();
  CHECK_EQ(parser.telegrams(), 1u);
  feed(parser, unended);
  feed(parser, unended);
  CHECK_EQ(parser.telegrams(), 2u);
}

TEST(a_reading_that_is_too_small_leaves_out_what_does_not_fit) {
  // 90 lines of some 10 bytes each do not fit in 512 bytes; the first ones do.
  static char text[LONGEST * 2];
  strcpy(text, "/TST5\\A\r\n\r\n1-0:1.8.1(000001.000*kWh)\r\n0-0:96.13.0(");
  const size_t digits = READING_BYTES * 2 + 100;
  const size_t at = strlen(text);
  memset(text + at, 'A', digits);
  strcpy(text + at + digits, ")\r\n1-0:1.7.0(00.001*kW)\r\n!");
  Parser parser;
  feed(parser, text);
  feed(parser, "\r\n");
  parser.idle();
  CHECK_EQ(parser.telegrams(), 1u);
  CHECK_TEXT(value_of(parser, "message_long"), "-");
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "1.000");
  CHECK_TEXT(value_of(parser, "power_delivered"), "0.001");
}

TEST(only_channels_1_to_4_are_mbus_devices) {
  // 15 is what the table has in the place of a channel that may be any.
  for (const char* channel : {"0", "5", "14", "15", "16", "255"}) {
    Telegram telegram("!");
    telegram.size = 0;
    telegram.add("/TST5\\A\r\n\r\n");
    for (const char* line : {":24.1.0(003)\r\n", ":96.1.0(4730)\r\n",
                             ":24.2.1(101209112500W)(12785.123*m3)\r\n"}) {
      telegram.add("0-");
      telegram.add(channel);
      telegram.add(line);
    }
    telegram.add("1-0:1.8.1(000001.000*kWh)\r\n!");
    Parser parser;
    feed(parser, Telegram(telegram.text));
    CHECK_EQ(parser.telegrams(), 1u);
    CHECK_TEXT(value_of(parser, "gas_delivered"), "-");
    CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "1.000");
    size_t at = 0;
    Item item;
    while (parser.reading().next(at, item)) CHECK_EQ(item.channel, 0);
  }
}

TEST(fields_are_found_by_row_by_name_and_by_kind) {
  Parser parser;
  feed(parser, Telegram(telegrams::TWO_MBUS));
  Item item;
  CHECK(parser.reading().find(F_MBUS_DELIVERED, item, MbusKind::gas));
  CHECK_EQ(item.value.mantissa, 112384);
  CHECK_EQ(item.channel, 2);
  CHECK(parser.reading().find(F_MBUS_DELIVERED, item, MbusKind::water));
  CHECK_EQ(item.value.mantissa, 872234);
  CHECK(!parser.reading().find(F_MBUS_DELIVERED, item, MbusKind::heat));
  CHECK(!parser.reading().find(NO_FIELD, item));
  CHECK(!parser.reading().find("gas_delivere", item));
  CHECK(parser.reading().find("gas_delivered", item));
  char text[24];
  field_obis(item, text);
  CHECK_TEXT(text, "0-2:24.2.1");
}

TEST(decimals_are_the_meters_own_and_no_digit_is_lost) {
  Parser parser;
  feed(parser, Telegram(telegrams::ODD_DECIMALS));
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "12345");
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff2"), "1.3456");
  CHECK_TEXT(value_of(parser, "current_l1"), "0.27");
  feed(parser, Telegram(telegrams::HUGE));
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff1"), "999999999999999999");
  CHECK_TEXT(value_of(parser, "energy_delivered_tariff2"), "0.000001");
}
