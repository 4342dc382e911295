// The window writer and the JSON writer on top of it.
#include "net/json.h"

#include "check.h"

using dsmr::Json;
using dsmr::Writer;

namespace {

constexpr size_t SIZE = 512;

struct Page {
  uint8_t bytes[SIZE] = {};
  const char* text(const Writer& out) {
    bytes[out.filled()] = 0;
    return reinterpret_cast<const char*>(bytes);
  }
};

void document(Writer& out) {
  Json json(out);
  json.open_object();
  json.key(FT("list"));
  json.open_array();
  for (uint32_t i = 0; i < 40; ++i) json.number(i * i);
  json.close_array();
  json.key(FT("end"));
  json.null();
  json.close_object();
}

}  // namespace

TEST(commas_stand_between_values_and_nowhere_else) {
  Page page;
  Writer out(0, page.bytes, SIZE - 1);
  Json json(out);
  json.open_object();
  json.key(FT("a"));
  json.open_array();
  json.open_object();
  json.close_object();
  json.number(uint32_t{4294967295u});
  json.number(int32_t{-2147483647 - 1});
  json.number("-0.063");
  json.close_array();
  json.key(FT("b"));
  json.string(FT("x"));
  json.key(FT("c"));
  json.open_array();
  json.close_array();
  json.close_object();
  CHECK_TEXT(page.text(out), "{\"a\":[{},4294967295,-2147483648,-0.063],\"b\":\"x\",\"c\":[]}");
}

TEST(strings_escape_what_json_does_not_allow) {
  Page page;
  Writer out(0, page.bytes, SIZE - 1);
  Json json(out);
  json.string("a\"b\\c/\x01\n\x7F\x80\xFF");
  CHECK_TEXT(page.text(out), "\"a\\\"b\\\\c/\\u0001\\u000a\\u007f\\u0080\\u00ff\"");
}

TEST(utf8_stays_and_anything_else_is_latin_1) {
  Page page;
  Writer out(0, page.bytes, SIZE - 1);
  Json json(out);
  json.utf8("Caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8F\xA0");
  // A lone byte, a cut-off sequence, an overlong form, a surrogate.
  json.utf8("\xE9|\xE2\x82|\xC0\xAF|\xED\xA0\x80");
  CHECK_TEXT(page.text(out),
             "\"Caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8F\xA0\","
             "\"\\u00e9|\\u00e2\\u0082|\\u00c0\\u00af|\\u00ed\\u00a0\\u0080\"");
}

TEST(hex_has_at_least_the_digits_asked_for) {
  Page page;
  Writer out(0, page.bytes, SIZE - 1);
  out.hex(0, 1);
  out.put(' ');
  out.hex(0x1f, 4);
  out.put(' ');
  out.hex(0xDEADBEEF, 1);
  CHECK_TEXT(page.text(out), "0 001f deadbeef");
}

TEST(windows_of_any_size_put_together_give_the_document) {
  Page whole;
  Writer all(0, whole.bytes, SIZE - 1);
  document(all);
  Writer count(0, nullptr, 0);
  document(count);
  CHECK_EQ(count.position(), all.filled());
  CHECK(!count.full());
  for (size_t size = 1; size < 60; ++size) {
    char joined[SIZE] = {};
    size_t at = 0;
    while (at < count.position()) {
      uint8_t window[64];
      memset(window, '#', sizeof(window));
      Writer out(static_cast<uint32_t>(at), window, size);
      document(out);
      CHECK(out.filled() != 0);
      CHECK_EQ(window[out.filled()], '#');
      if (out.filled() == 0) return;
      memcpy(joined + at, window, out.filled());
      at += out.filled();
    }
    CHECK_TEXT(joined, whole.text(all));
  }
}

TEST(a_window_is_full_once_nothing_more_fits) {
  uint8_t window[4];
  Writer out(2, window, 4);
  out.text("abcde");
  CHECK(!out.full());
  CHECK_EQ(out.filled(), 3);
  out.put('f');
  CHECK(out.full());
  out.text("gh");
  CHECK_EQ(out.position(), 8);
  CHECK(memcmp(window, "cdef", 4) == 0);
}
