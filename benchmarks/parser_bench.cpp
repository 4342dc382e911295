// Reads one telegram so many times: parser_bench FILE TIMES CHUNK
// Prints how many telegrams were published, and the bytes of RAM of parser and Readings.
#include <stdio.h>
#include <stdlib.h>

#include "p1/parser.h"

static uint8_t telegram[4096];
static dsmr::Parser parser;

int main(int, char** argv) {
  FILE* file = fopen(argv[1], "rb");
  if (file == nullptr) return 1;
  const size_t size = fread(telegram, 1, sizeof telegram, file);
  const size_t chunk = static_cast<size_t>(atoi(argv[3]));
  for (int times = atoi(argv[2]); times > 0; --times) {
    for (size_t at = 0; at < size; at += chunk) {
      parser.feed(telegram + at, size - at < chunk ? size - at : chunk);
    }
  }
  printf("%u %zu %zu\n", static_cast<unsigned>(parser.telegrams()), sizeof parser, size);
  return 0;
}
