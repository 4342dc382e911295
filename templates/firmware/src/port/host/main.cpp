// The firmware as a program: what Arduino's core does on the chip.
#include <signal.h>

#include "options.h"

extern "C" void setup();
extern "C" void loop();

namespace {

volatile sig_atomic_t stop = 0;

void on_signal(int) { stop = 1; }

}  // namespace

int main(int argc, char** argv) {
  dsmr::host::Options options;
  if (!dsmr::host::parse_options(argc, argv, options)) return 2;
  dsmr::host::configure(options);
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  setup();
  while (stop == 0) loop();
  return 0;
}
