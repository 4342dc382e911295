#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "config.h"

namespace dsmr::host {

namespace {

bool parse_port(const char* text, uint16_t& port) {
  char* end = nullptr;
  const long value = strtol(text, &end, 10);
  if (end == text || *end != '\0' || value < 0 || value > 65535) return false;
  port = static_cast<uint16_t>(value);
  return true;
}

}  // namespace

bool parse_options(int argc, char** argv, Options& options) {
  static const option known[] = {{"http-port", required_argument, nullptr, 'p'},
                                 {"bind", required_argument, nullptr, 'b'},
                                 {"files", required_argument, nullptr, 'f'},
                                 {nullptr, 0, nullptr, 0}};
  options.http_port = HTTP_PORT;
  bool good = true;
  for (int c; good && (c = getopt_long(argc, argv, "", known, nullptr)) != -1;) {
    if (c == 'p') {
      good = parse_port(optarg, options.http_port);
      if (!good) fprintf(stderr, "%s: no port number: %s\n", argv[0], optarg);
    } else if (c == 'b') {
      options.bind = optarg;
    } else if (c == 'f') {
      options.files = optarg;
    } else {
      good = false;
    }
  }
  if (good && optind == argc) return true;
  fprintf(stderr,
          "Usage: %s [--http-port N] [--bind ADDRESS] [--files DIR] < telegrams\n"
          "Port 0 is any free one; it is printed once the logger serves.\n",
          argv[0]);
  return false;
}

}  // namespace dsmr::host
