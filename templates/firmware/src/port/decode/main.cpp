// What the firmware's own parser makes of telegrams, as JSON: the program behind
// `dsmrforge decode`.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <memory>
#include <set>
#include <string>

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#endif

#include "json_text.h"
#include "recorder.h"

namespace dsmr::decode {

namespace {

constexpr size_t MAX_INPUT = size_t{256} << 20;
constexpr size_t SHORTEST_HEX_TEXT = 8;  // "0002" and "50" are no texts

const char* crc_text(Crc crc) {
  return crc == Crc::ok ? "ok" : crc == Crc::bad ? "bad" : "absent";
}

const char* reason(LineResult result) {
  switch (result) {
    case LineResult::repeated: return "the code came before, and the first line wins";
    case LineResult::overflow: return "no room left for it; reading_bytes in [p1] gives more";
    case LineResult::not_obis: return "not of the form A-B:C.D.E(...)";
    case LineResult::bad_number: return "not a number";
    case LineResult::bad_unit: return "not a unit of this field";
    case LineResult::too_long: return "more digits than 64 bits hold";
    case LineResult::unclosed: return "no closing parenthesis";
    default: return "";
  }
}

std::string text_of(const Item& item) {
  std::string text;
  for (uint16_t i = 0; i < item.length; ++i) text += item.text_char(i);
  return text;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// What a text in hex says; empty where it is not hex, or not printable ASCII.
std::string from_hex(const std::string& hex) {
  if (hex.size() < SHORTEST_HEX_TEXT || hex.size() % 2 != 0) return "";
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    const int high = hex_value(hex[i]);
    const int low = hex_value(hex[i + 1]);
    const int c = high * 16 + low;
    if (high < 0 || low < 0 || c < 0x20 || c > 0x7E) return "";
    text += static_cast<char>(c);
  }
  return text;
}

std::string iso(Timestamp time) {
  if (!time.is_set()) return "null";
  char text[Timestamp::ISO_LENGTH + 1];
  time.format_iso(text);
  return quoted(text);
}

std::string value_of(const Item& item) {
  if (item.is_text()) return quoted(text_of(item));
  char text[24];
  if (item.kind == Kind::clock) {
    if (!item.time.is_set()) return "null";
    item.time.format(text);
  } else {
    format_decimal(item.value, text);
  }
  return quoted(text);
}

std::string unit_of(const Item& item) {
  if (!item.is_number() || item.unit == Unit::none) return "null";
  std::string unit;
  for (const char* at = unit_text(item.unit).address;; ++at) {
    const uint8_t c = flash_byte(at);
    if (c == 0) return quoted(unit);
    unit += static_cast<char>(c);
  }
}

void print_field(const Item& item, const char* name) {
  char obis[20];
  field_obis(item, obis);
  printf("%s:{\"value\":%s,\"unit\":%s,\"obis\":%s", quoted(name).c_str(), value_of(item).c_str(),
         unit_of(item).c_str(), obis[0] == '\0' ? "null" : quoted(obis).c_str());
  if (item.is_text()) {
    const std::string text = item.kind == Kind::text ? from_hex(text_of(item)) : "";
    if (!text.empty()) printf(",\"text\":%s", quoted(text).c_str());
  } else if (item.kind != Kind::number) {
    printf(",\"timestamp\":%s", iso(item.time).c_str());
  }
  putchar('}');
}

void print_lines(const Telegram& telegram, const LineFinder& lines, bool unknown) {
  Separator comma;
  for (const LineNote& note : telegram.notes) {
    if ((note.result == LineResult::unknown) != unknown) continue;
    char obis[20] = "";
    if (note.key != 0) format_key(note.key, obis);
    printf("%s{\"obis\":%s,\"raw\":%s", comma.next(),
           obis[0] == '\0' ? "null" : quoted(obis).c_str(), quoted(lines.line(note.event)).c_str());
    if (!unknown) printf(",\"why\":%s", quoted(reason(note.result)).c_str());
    putchar('}');
  }
}

void print_telegram(const Telegram& telegram, const LineFinder& lines) {
  printf("{\"crc\":\"%s\",\"fields\":{", crc_text(telegram.crc));
  Separator comma;
  std::set<std::string> seen;
  size_t at = 0;
  Item item;
  while (telegram.reading.next(at, item)) {
    char name[FIELD_NAME_MAX + 1];
    field_name(item, name);
    if (!seen.insert(name).second) continue;  // two codes for one value: the first wins
    fputs(comma.next(), stdout);
    print_field(item, name);
  }
  fputs("},\"unknown\":[", stdout);
  print_lines(telegram, lines, true);
  fputs("],\"invalid\":[", stdout);
  print_lines(telegram, lines, false);
  fputs("]}", stdout);
}

bool read_all(FILE* file, std::string& input) {
  char piece[65536];
  for (size_t count; (count = fread(piece, 1, sizeof(piece), file)) != 0;) {
    input.append(piece, count);
    if (input.size() > MAX_INPUT) {
      errno = EFBIG;
      return false;
    }
  }
  return ferror(file) == 0;
}

int run(const char* path, size_t chunk) {
#if defined(_WIN32)
  _setmode(_fileno(stdin), _O_BINARY);
#endif
  FILE* const file = path == nullptr ? stdin : fopen(path, "rb");
  std::string input;
  const bool good = file != nullptr && read_all(file, input);
  if (!good) {
    fprintf(stderr, "cannot read %s: %s\n", path == nullptr ? "input" : path, strerror(errno));
  }
  if (file != nullptr && file != stdin) fclose(file);
  if (!good) return 1;

  Parser parser;
  Recorder recorder;
  parser.set_listener(&recorder);
  const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(input.data());
  for (size_t at = 0; at < input.size(); at += chunk) {
    const size_t left = input.size() - at;
    // A copy of just this chunk, so that a sanitizer sees a step beyond it.
    const size_t size = left < chunk ? left : chunk;
    const std::unique_ptr<uint8_t[]> piece(new uint8_t[size]);
    memcpy(piece.get(), bytes + at, size);
    parser.feed(piece.get(), size);
  }
  parser.finish();
  recorder.finish();
  LineFinder lines(input);
  lines.run();

  fputs("{\"telegrams\":[", stdout);
  Separator comma;
  for (const Telegram& telegram : recorder.telegrams()) {
    fputs(comma.next(), stdout);
    print_telegram(telegram, lines);
  }
  printf("],\"counts\":{\"bytes\":%zu,\"published\":%u,\"crc_errors\":%u,\"lost\":%u}}\n",
         input.size(), unsigned{parser.telegrams()}, unsigned{parser.crc_errors()},
         unsigned{parser.lost()});
  return fflush(stdout) == 0 ? 0 : 1;
}

int usage(const char* program) {
  fprintf(stderr,
          "Usage: %s [--chunk N] [FILE]\n"
          "N is how many bytes the parser gets at a time.\n",
          program);
  return 2;
}

}  // namespace

int start(int argc, char** argv) {
  size_t chunk = 4096;
  const char* path = nullptr;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--chunk") == 0) {
      char* end = nullptr;
      const long value = i + 1 < argc ? strtol(argv[++i], &end, 10) : 0;
      if (value < 1 || *end != '\0') return usage(argv[0]);
      chunk = static_cast<size_t>(value);
    } else if (path != nullptr || (argv[i][0] == '-' && argv[i][1] != '\0')) {
      return usage(argv[0]);
    } else if (strcmp(argv[i], "-") != 0) {
      path = argv[i];
    }
  }
  return run(path, chunk);
}

}  // namespace dsmr::decode

int main(int argc, char** argv) { return dsmr::decode::start(argc, argv); }
