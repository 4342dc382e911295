// The P1 port: the UART's receiving side, and the pin that asks the meter to send.
#pragma once

#include "../../device/uart.h"
#include "config.h"

namespace dsmr::esp8266 {

class MeterPort final : public Uart {
 public:
  // Holds 44 ms at 115200 baud: opening a file or a turn of the network's takes no more.
  static constexpr size_t BUFFER = 512;
  // Version "auto" goes over to the other speed after so long without a telegram's end. The
  // slowest meters send every 10 s.
  static constexpr uint32_t AUTO_MS = 30000;

  void begin();
  // The meter is asked to be silent, and what it sent is forgotten.
  void end();
  void step(uint32_t now);

  size_t read(uint8_t* out, size_t size) override;

 private:
  void look_for_end(const uint8_t* data, size_t size);

  uint32_t end_seen_ = 0;  // milliseconds
  bool slow_ = P1_VERSION == 2 || P1_VERSION == 3;
  uint8_t last_ = 0;
};

}  // namespace dsmr::esp8266
