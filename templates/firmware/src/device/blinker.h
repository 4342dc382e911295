// The LED's flashes, without waiting: step() is called in every turn of the loop.
#pragma once

#include <stdint.h>

#include "led.h"

namespace dsmr {

class Blinker {
 public:
  static constexpr uint16_t TELEGRAM_MS = 40;   // one flash at every telegram
  static constexpr uint16_t CONNECTED_MS = 100;  // five of them once Wi-Fi is there

  explicit Blinker(Led& led) : led_(led) {}

  // Flashes `times`, each `period` milliseconds lit and as long dark; takes the place of what was
  // going on.
  void flash(uint8_t times, uint16_t period, uint32_t now);
  void step(uint32_t now);
  bool flashing() const { return halves_ != 0; }

 private:
  Led& led_;
  uint32_t since_ = 0;
  uint16_t period_ = 0;
  uint8_t halves_ = 0;  // lit and dark parts still to come, this one included
};

}  // namespace dsmr
