#include "blinker.h"

namespace dsmr {

void Blinker::flash(uint8_t times, uint16_t period, uint32_t now) {
  halves_ = static_cast<uint8_t>(2 * times);
  period_ = period;
  since_ = now;
  led_.set(halves_ != 0);
}

void Blinker::step(uint32_t now) {
  if (halves_ == 0 || now - since_ < period_) return;
  since_ = now;
  --halves_;
  led_.set(halves_ % 2 == 0 && halves_ != 0);
}

}  // namespace dsmr
