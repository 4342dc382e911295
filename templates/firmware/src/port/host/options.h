// The host program's command line.
#pragma once

#include <stdint.h>

namespace dsmr::host {

struct Options {
  const char* bind = "127.0.0.1";
  const char* files = nullptr;  // a directory; without one the file system is empty
  uint16_t http_port = 0;       // 0: any that is free
};

// Reads the command line; on a mistake says so on standard error and returns false.
bool parse_options(int argc, char** argv, Options& options);
// Hands the options to the port, before setup().
void configure(const Options& options);

}  // namespace dsmr::host
