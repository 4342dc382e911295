// The port to POSIX: standard input is the meter, sockets are the network.
#include "../port.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "directory.h"
#include "options.h"
#include "sockets.h"

namespace dsmr::port {

namespace {

// The longest sleep; the logger's own times (silence, flashes) are longer or do not matter.
constexpr int SLEEP_MS = 20;

class MonotonicClock final : public Clock {
 public:
  uint32_t millis() override {
    const uint64_t at = now();
    if (start_ == 0) start_ = at;
    return static_cast<uint32_t>(at - start_);
  }

 private:
  static uint64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<uint64_t>(time.tv_sec) * 1000u +
           static_cast<uint64_t>(time.tv_nsec) / 1000000u;
  }
  uint64_t start_ = 0;
};

// Standard input, read only when poll() says that it will not block: O_NONBLOCK would hold for
// every program that shares it.
class InputUart final : public Uart {
 public:
  size_t read(uint8_t* out, size_t size) override {
    if (!ready_) return 0;
    ready_ = false;
    const ssize_t count = ::read(STDIN_FILENO, out, size);
    if (count > 0) {
      active_ = true;
      return static_cast<size_t>(count);
    }
    ended_ = count == 0;
    return 0;
  }
  bool ended() const { return ended_; }
  void set_ready(short events) {
    if ((events & POLLNVAL) != 0) ended_ = true;
    ready_ = !ended_ && events != 0;
  }
  bool take_activity() {
    const bool was = active_;
    active_ = false;
    return was;
  }

 private:
  bool ready_ = false;
  bool active_ = false;
  bool ended_ = false;
};

class NoLed final : public Led {
 public:
  void set(bool) override {}
};

MonotonicClock the_clock;
InputUart the_uart;
NoLed the_led;
host::Directory the_files;
host::SocketListener the_listener;
host::Options the_options;

}  // namespace

void setup() {
  the_files.mount(the_options.files);
  if (!the_listener.listen(the_options.bind, the_options.http_port)) exit(1);
  printf("ready http=%u\n", unsigned{the_listener.port()});
  fflush(stdout);
}

// Sleeps until there is something to do. poll() is asked in any case, since it also tells
// whether the meter's bytes can be read.
void loop() {
  pollfd waits[1 + 1 + host::SocketListener::MAX_CONNECTIONS];
  int count = 0;
  if (!the_uart.ended()) waits[count++] = {STDIN_FILENO, POLLIN, 0};
  count += the_listener.waits(waits + count);
  const bool sockets = the_listener.take_activity();
  const bool busy = the_uart.take_activity() || sockets;
  const int ready = poll(waits, static_cast<nfds_t>(count), busy ? 0 : SLEEP_MS);
  the_uart.set_ready(!the_uart.ended() && ready > 0 ? waits[0].revents : short{0});
}

Clock& clock() { return the_clock; }
Uart& uart() { return the_uart; }
Led& led() { return the_led; }
FileStore& files() { return the_files; }
Listener& http() { return the_listener; }

void fill(DeviceInfo& info) {
  info.uptime_seconds = the_clock.millis() / 1000;
  const uint8_t mac[6] = {0x02, 0, 0, 0, 0, 0x01};  // a locally administered address
  memcpy(info.mac, mac, sizeof(mac));
  info.ip[0] = 127;
  info.ip[3] = 1;
  snprintf(info.reset_reason, sizeof(info.reset_reason), "program start");
}

}  // namespace dsmr::port

namespace dsmr::host {

void configure(const Options& options) { port::the_options = options; }

}  // namespace dsmr::host
