// What the services know of the meter and the device.
#pragma once

#include <stdint.h>

#include "../device/clock.h"
#include "../device/device_info.h"
#include "../p1/parser.h"

namespace dsmr {

struct MeterSource {
  const Parser& parser;
  Clock& clock;
  void (*fill)(DeviceInfo& info);  // the figures that only the port knows
  uint32_t last_telegram = 0;      // millis() when the last good one was complete
};

}  // namespace dsmr
