// Puts the logger together; the same for every port.
#include "logger.h"
#include "port/port.h"

namespace {

dsmr::Logger logger(dsmr::port::clock(), dsmr::port::uart(), dsmr::port::led(),
                    dsmr::port::files(), dsmr::port::http(), dsmr::port::fill);

}  // namespace

// As Arduino's core declares them.
extern "C" {

void setup() {
  dsmr::port::setup();
  logger.start();
}

void loop() {
  dsmr::port::loop();
  logger.step();
}

}  // extern "C"
