// The logger: meter in, clients out. The same on every port.
#pragma once

#include "device/blinker.h"
#include "device/uart.h"
#include "net/http_server.h"
#include "p1/parser.h"
#include "services/meter_source.h"
#include "services/rest.h"
#include "services/telegram_tap.h"
#include "services/web.h"

namespace dsmr {

class Logger : private HttpHandler {
 public:
  static constexpr uint8_t HTTP_SESSIONS = 4;
  static constexpr size_t PIECE = 128;           // bytes of the meter's in one turn of the loop
  static constexpr uint32_t SILENCE_MS = 200;    // between telegrams, never inside one

  Logger(Clock& clock, Uart& uart, Led& led, FileStore& files, Listener& http,
         void (*fill)(DeviceInfo&));

  void start();
  // One turn of the loop: takes at most a PIECE from the meter, lets one HTTP session work.
  void step();

 private:
  void handle(const HttpRequest& request, HttpAnswer& answer) override;
  void read_meter(uint32_t now);

  Clock& clock_;
  Uart& uart_;
  Parser parser_;
  Blinker blinker_;
  MeterSource source_;
  Rest rest_;
  Web web_;
  HttpSession sessions_[HTTP_SESSIONS];
  HttpServer server_;
  TelegramTap tap_;
  uint32_t last_byte_ = 0;
  bool receiving_ = false;
};

}  // namespace dsmr
