#include "p1/timestamp.h"

#include "check.h"

using dsmr::Timestamp;

TEST(a_winter_time_stamp_is_utc_plus_one) {
  const Timestamp time = Timestamp::from_digits(101209, 113020, false);
  CHECK(time.is_set());
  CHECK_EQ(time.unix_seconds(), 1291890620u);
  char text[Timestamp::ISO_LENGTH + 1];
  time.format(text);
  CHECK_TEXT(text, "101209113020W");
  time.format_iso(text);
  CHECK_TEXT(text, "2010-12-09T11:30:20+01:00");
}

TEST(a_summer_time_stamp_is_utc_plus_two) {
  const Timestamp time = Timestamp::from_digits(220901, 152201, true);
  CHECK_EQ(time.unix_seconds(), 1662038521u);
  char text[Timestamp::ISO_LENGTH + 1];
  time.format_iso(text);
  CHECK_TEXT(text, "2022-09-01T15:22:01+02:00");
}

TEST(the_hour_that_comes_twice_in_october_is_two_hours) {
  const Timestamp first = Timestamp::from_digits(261025, 23000, true);
  const Timestamp second = Timestamp::from_digits(261025, 23000, false);
  CHECK_EQ(second.unix_seconds() - first.unix_seconds(), 3600u);
}

TEST(placeholders_and_impossible_dates_are_unset) {
  CHECK(!Timestamp::from_digits(0, 0, false).is_set());
  CHECK(!Timestamp::from_digits(632525, 252525, false).is_set());
  CHECK(!Timestamp::from_digits(700101, 0, false).is_set());
  CHECK(!Timestamp::from_digits(230229, 0, false).is_set());
  CHECK(!Timestamp::from_digits(230431, 0, false).is_set());
  CHECK(!Timestamp::from_digits(231301, 0, false).is_set());
  CHECK(!Timestamp::from_digits(230100, 0, false).is_set());
  CHECK(!Timestamp::from_digits(230101, 240000, false).is_set());
  CHECK(!Timestamp::from_digits(230101, 6000, false).is_set());
  CHECK(!Timestamp::from_digits(230101, 60, false).is_set());
}

TEST(every_day_until_2068_comes_back_and_follows_the_one_before) {
  uint32_t expected = 0;
  for (uint32_t year = 0; year <= 67; ++year) {
    for (uint32_t month = 1; month <= 12; ++month) {
      for (uint32_t day = 1; day <= 31; ++day) {
        const Timestamp time =
            Timestamp::from_digits(year * 10000 + month * 100 + day, 235959, day % 2 == 0);
        if (!time.is_set()) continue;
        CHECK_EQ(time.local_seconds(), expected + 86399);
        expected += 86400;
        const Timestamp::Parts parts = time.parts();
        CHECK(parts.year == year && parts.month == month && parts.day == day);
        CHECK(parts.hour == 23 && parts.minute == 59 && parts.second == 59);
      }
    }
  }
  CHECK_EQ(expected / 86400, 68u * 365 + 17);
}
