#include "logger.h"

namespace dsmr {

Logger::Logger(Clock& clock, Uart& uart, Led& led, FileStore& files, Listener& http,
               void (*fill)(DeviceInfo&))
    : clock_(clock),
      uart_(uart),
      blinker_(led),
      source_{parser_, clock, fill},
      rest_(source_),
      web_(files),
      server_(http, *this, sessions_, HTTP_SESSIONS),
      tap_(server_) {}

void Logger::start() { blinker_.flash(5, Blinker::CONNECTED_MS, clock_.millis()); }

void Logger::step() {
  const uint32_t now = clock_.millis();
  const uint32_t telegrams = parser_.telegrams();
  read_meter(now);
  if (parser_.telegrams() != telegrams) {
    source_.last_telegram = now;
    blinker_.flash(1, Blinker::TELEGRAM_MS, now);
  }
  server_.step(now);
  blinker_.step(now);
}

void Logger::read_meter(uint32_t now) {
  uint8_t piece[PIECE];
  const size_t size = uart_.read(piece, sizeof(piece));
  if (size == 0) {
    if (!receiving_ || now - last_byte_ < SILENCE_MS) return;
    receiving_ = false;
    parser_.idle();
    tap_.silence(parser_.telegrams());
    return;
  }
  receiving_ = true;
  last_byte_ = now;
  for (size_t at = 0; at < size;) {
    const size_t slice = TelegramTap::slice(piece + at, size - at);
    parser_.feed(piece + at, slice);
    tap_.feed(piece + at, slice, parser_.telegrams(), now);
    at += slice;
  }
}

void Logger::handle(const HttpRequest& request, HttpAnswer& answer) {
  if (!rest_.handle(request, answer)) web_.handle(request, answer);
}

}  // namespace dsmr
