#pragma once

#include <stdint.h>

namespace dsmr {

// A meter's time stamp, YYMMDDhhmmssX: X is S (summer, UTC+2) or W (winter, UTC+1). (DSMR 5.0.2
// P1 section 6.2, TST.)
//
// Packed in 32 bits: seconds since 2000-01-01 00:00:00 on the meter's own clock in the upper 31,
// summer in the lowest; good until 2068. All ones: unset.
class Timestamp {
 public:
  static constexpr uint32_t UNSET = 0xFFFFFFFFu;
  static constexpr uint8_t LENGTH = 13;
  static constexpr uint8_t ISO_LENGTH = 25;

  struct Parts {
    uint8_t year, month, day, hour, minute, second;  // year: since 2000
  };

  Timestamp() = default;
  static Timestamp from_packed(uint32_t packed);
  // From YYMMDD and hhmmss as numbers; impossible and placeholder dates are unset.
  static Timestamp from_digits(uint32_t date, uint32_t time, bool summer);

  bool is_set() const { return packed_ != UNSET; }
  bool summer() const { return (packed_ & 1u) != 0; }
  uint32_t packed() const { return packed_; }
  // Seconds since 2000-01-01 00:00:00 on the meter's clock (summer time included).
  uint32_t local_seconds() const { return packed_ >> 1; }
  // Seconds since 1970-01-01 UTC, by arithmetic on S and W, never by a zone's rules.
  uint32_t unix_seconds() const;
  Parts parts() const;
  // "101209113020W" and a NUL.
  void format(char out[LENGTH + 1]) const;
  // "2010-12-09T11:30:20+01:00" and a NUL.
  void format_iso(char out[ISO_LENGTH + 1]) const;

 private:
  uint32_t packed_ = UNSET;
};

}  // namespace dsmr
