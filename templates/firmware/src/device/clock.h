#pragma once

#include <stdint.h>

namespace dsmr {

// Time since start-up. Wraps after 49.7 days: compare differences, never values.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual uint32_t millis() = 0;
};

}  // namespace dsmr
