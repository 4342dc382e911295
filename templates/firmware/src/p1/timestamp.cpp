#include "timestamp.h"

namespace dsmr {
namespace {

constexpr uint32_t DAY = 86400;
constexpr uint32_t DAYS_1970_TO_2000 = 10957;

bool leap(uint32_t year) { return year % 4 == 0; }  // 2000 to 2068 has no exception

uint32_t month_days(uint32_t year, uint32_t month) {
  if (month == 2) return leap(year) ? 29 : 28;
  return 30 + ((month + (month >> 3)) & 1);
}

// Days from 2000-01-01 to the first of January of 2000 + year.
uint32_t days_before(uint32_t year) { return year * 365 + (year + 3) / 4; }

void two_digits(char* out, uint32_t value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
}

}  // namespace

Timestamp Timestamp::from_packed(uint32_t packed) {
  Timestamp result;
  result.packed_ = packed;
  return result;
}

Timestamp Timestamp::from_digits(uint32_t date, uint32_t time, bool summer) {
  const uint32_t year = date / 10000;
  const uint32_t month = date / 100 % 100;
  const uint32_t day = date % 100;
  const uint32_t hour = time / 10000;
  const uint32_t minute = time / 100 % 100;
  const uint32_t second = time % 100;
  // Year 68 would not fit in 31 bits of seconds; meters write 70 and 63 with impossible days for
  // "never".
  if (year > 67 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return Timestamp();
  }
  uint32_t days = days_before(year) + day - 1;
  // 367/12 days a month, rounded, but for February's one or two days less.
  days += (367 * month - 362) / 12;
  if (month > 2) days -= leap(year) ? 1 : 2;
  return from_packed((days * DAY + hour * 3600 + minute * 60 + second) << 1 | (summer ? 1 : 0));
}

uint32_t Timestamp::unix_seconds() const {
  return local_seconds() + DAYS_1970_TO_2000 * DAY - (summer() ? 7200 : 3600);
}

Timestamp::Parts Timestamp::parts() const {
  Parts p;
  uint32_t days = local_seconds() / DAY;
  uint32_t rest = local_seconds() % DAY;
  uint32_t year = days / 366;
  while (days_before(year + 1) <= days) ++year;
  days -= days_before(year);
  uint32_t month = 1;
  while (days >= month_days(year, month)) days -= month_days(year, month++);
  p.year = static_cast<uint8_t>(year);
  p.month = static_cast<uint8_t>(month);
  p.day = static_cast<uint8_t>(days + 1);
  p.hour = static_cast<uint8_t>(rest / 3600);
  rest %= 3600;
  p.minute = static_cast<uint8_t>(rest / 60);
  p.second = static_cast<uint8_t>(rest % 60);
  return p;
}

void Timestamp::format(char out[LENGTH + 1]) const {
  const Parts p = parts();
  const uint8_t fields[6] = {p.year, p.month, p.day, p.hour, p.minute, p.second};
  for (uint8_t i = 0; i < 6; ++i) two_digits(out + 2 * i, fields[i]);
  out[12] = summer() ? 'S' : 'W';
  out[LENGTH] = 0;
}

void Timestamp::format_iso(char out[ISO_LENGTH + 1]) const {
  const Parts p = parts();
  const uint8_t fields[6] = {p.year, p.month, p.day, p.hour, p.minute, p.second};
  const char separators[] = "--T::";
  out[0] = '2';
  out[1] = '0';
  for (uint8_t i = 0; i < 6; ++i) {
    two_digits(out + 2 + 3 * i, fields[i]);
    if (i < 5) out[4 + 3 * i] = separators[i];
  }
  const char* zone = summer() ? "+02:00" : "+01:00";
  for (uint8_t i = 0; i < 7; ++i) out[19 + i] = zone[i];
}

}  // namespace dsmr
