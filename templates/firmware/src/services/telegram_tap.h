// Passes the next telegram on to the HTTP sessions that wait for it, byte for byte as it comes
// in. There is no telegram buffer, so whether it was a good one is known only at its end.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../net/http_server.h"

namespace dsmr {

class TelegramTap {
 public:
  static constexpr size_t MAX_TELEGRAM = 16384;  // Luxembourg's longest has 12 KB

  explicit TelegramTap(HttpServer& server) : server_(server) {}

  // How many of `data` to feed to the parser before passing them to feed(): up to a line's end,
  // or up to the next '/'.
  static size_t slice(const uint8_t* data, size_t size);
  // A slice that the parser was fed; `telegrams`: how many it has published by now.
  void feed(const uint8_t* data, size_t size, uint32_t telegrams, uint32_t now);
  // The line fell silent.
  void silence(uint32_t telegrams);

 private:
  void end(bool complete);

  HttpServer& server_;
  size_t length_ = 0;       // of the telegram so far
  uint32_t telegrams_ = 0;  // published when it began
  bool open_ = false;
  bool line_start_ = true;
};

}  // namespace dsmr
