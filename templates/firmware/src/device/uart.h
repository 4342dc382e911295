#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dsmr {

// The P1 port's receiving side. Never blocks.
class Uart {
 public:
  virtual ~Uart() = default;
  // Takes up to `size` received bytes; 0 when none are waiting.
  virtual size_t read(uint8_t* out, size_t size) = 0;
};

}  // namespace dsmr
