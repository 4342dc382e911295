// The HTTP request reader: what it takes, what it refuses, and where the bytes are cut.
#include "net/http_request.h"

#include "check.h"

using dsmr::HttpRequest;
using dsmr::HttpRequestReader;

namespace {

char text[8192];

// Feeds `data` in pieces; returns the refusal, 0 for a complete request, 1 for an unfinished one.
uint16_t read(const char* data, HttpRequest& request, size_t piece = 100000) {
  HttpRequestReader reader;
  reader.start();
  const size_t size = strlen(data);
  for (size_t at = 0; at < size && !reader.complete();) {
    const size_t left = size - at;
    at += reader.feed(reinterpret_cast<const uint8_t*>(data) + at, left < piece ? left : piece);
  }
  if (!reader.complete()) return 1;
  return reader.take(request) ? uint16_t{0} : reader.refusal();
}

uint16_t read(const char* data) {
  HttpRequest request;
  return read(data, request);
}

// GET of `target`.
uint16_t get(const char* target, HttpRequest& request) {
  strcpy(text, "GET ");
  strcat(text, target);
  strcat(text, " HTTP/1.1\r\nHost: x\r\n\r\n");
  return read(text, request);
}

uint16_t get(const char* target) {
  HttpRequest request;
  return get(target, request);
}

// A GET with this header line.
uint16_t with_header(const char* line, HttpRequest& request) {
  strcpy(text, "GET / HTTP/1.1\r\nHost: x\r\n");
  strcat(text, line);
  strcat(text, "\r\n\r\n");
  return read(text, request);
}

uint16_t with_header(const char* line) {
  HttpRequest request;
  return with_header(line, request);
}

}  // namespace

TEST(a_request_is_read_however_it_is_cut) {
  const char* const data =
      "GET /api/v1/sm/actual?x=1 HTTP/1.1\r\nHost: esp01-dsmr.local\r\n"
      "Accept-Encoding: gzip, deflate\r\nIf-None-Match: \"0011223344556677\"\r\n\r\n";
  for (size_t piece = 1; piece < 170; ++piece) {
    HttpRequest request;
    CHECK_EQ(read(data, request, piece), 0);
    CHECK_TEXT(request.path, "/api/v1/sm/actual");
    CHECK_TEXT(request.query, "x=1");
    CHECK_TEXT(request.tag, "\"0011223344556677\"");
    CHECK(request.gzip);
    CHECK(request.chunks);
    CHECK(!request.head);
  }
}

TEST(nothing_is_complete_before_the_empty_line) {
  const char* const data = "HEAD /x HTTP/1.0\r\nA: b\r\n\r\n";
  strcpy(text, data);
  for (size_t size = 0; size < strlen(data); ++size) {
    text[size] = '\0';
    CHECK_EQ(read(text), 1);
    strcpy(text, data);
  }
  HttpRequest request;
  CHECK_EQ(read(data, request), 0);
  CHECK(request.head);
  CHECK(!request.chunks);
}

TEST(bare_line_feeds_and_empty_lines_before_are_accepted) {
  CHECK_EQ(read("\r\n\nGET / HTTP/1.1\nHost: x\n\n"), 0);
  CHECK_EQ(read("\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n"), 400);
}

TEST(bytes_behind_the_request_are_left_alone) {
  HttpRequestReader reader;
  reader.start();
  const char* const data = "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /more";
  CHECK_EQ(reader.feed(reinterpret_cast<const uint8_t*>(data), strlen(data)), 27);
  CHECK(reader.complete());
}

TEST(what_is_no_request_is_refused) {
  CHECK_EQ(read(" / HTTP/1.1\r\n"), 400);
  CHECK_EQ(read("\x16\x03\x01"), 400);
  CHECK_EQ(read("GET\r\n"), 400);
  CHECK_EQ(read("GET /\r\n"), 400);  // HTTP/0.9
  CHECK_EQ(read("GET  / HTTP/1.1\r\n"), 400);
  CHECK_EQ(read("GET /\x01 HTTP/1.1\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/2.0\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.x\r\n"), 400);
  CHECK_EQ(read("GET / http/1.1\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.1 and much more of it\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.1\rX\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.1\r\nHost: x\rY"), 400);
  CHECK_EQ(read("AVERYLONGMETHODNAMEINDEED / HTTP/1.1\r\n"), 400);
}

TEST(header_lines_must_be_header_lines) {
  CHECK_EQ(with_header("A: \t b \t "), 0);
  CHECK_EQ(with_header("A:"), 0);
  CHECK_EQ(with_header(": b"), 400);
  CHECK_EQ(with_header("A b: c"), 400);
  CHECK_EQ(with_header("A : c"), 400);
  CHECK_EQ(with_header("A: b\r\n folded"), 400);
  CHECK_EQ(with_header("A: \x01"), 400);
  CHECK_EQ(with_header("no colon"), 400);
}

TEST(http_1_1_needs_a_host) {
  CHECK_EQ(read("GET / HTTP/1.1\r\n\r\n"), 400);
  CHECK_EQ(read("GET / HTTP/1.0\r\n\r\n"), 0);
  CHECK_EQ(read("GET / HTTP/1.1\r\nhOST:\r\n\r\n"), 0);
}

TEST(only_get_and_head_are_known) {
  const char* const methods[] = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "GETX", "GE"};
  for (const char* method : methods) {
    strcpy(text, method);
    strcat(text, " / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK_EQ(read(text), 405);
  }
  CHECK_EQ(read("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"), 405);
}

TEST(a_request_has_no_body) {
  CHECK_EQ(with_header("Content-Length: 0"), 0);
  CHECK_EQ(with_header("Content-Length: 5"), 413);
  CHECK_EQ(with_header("Content-Length: 99999999999999999999999999"), 413);
  CHECK_EQ(with_header("Content-Length: -1"), 400);
  CHECK_EQ(with_header("Content-Length: 1x"), 400);
  CHECK_EQ(with_header("Content-Length:"), 400);
  CHECK_EQ(with_header("Content-Length: 0\r\nContent-Length: 7"), 413);
  CHECK_EQ(with_header("Transfer-Encoding: chunked"), 413);
  CHECK_EQ(read("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"), 405);
}

TEST(a_target_may_have_200_characters) {
  char target[HttpRequest::MAX_TARGET + 2];
  memset(target, 'a', sizeof(target));
  target[0] = '/';
  target[HttpRequest::MAX_TARGET] = '\0';
  HttpRequest request;
  CHECK_EQ(get(target, request), 0);
  CHECK_TEXT(request.path, target);
  target[HttpRequest::MAX_TARGET] = 'a';
  target[HttpRequest::MAX_TARGET + 1] = '\0';
  CHECK_EQ(get(target), 414);
}

TEST(header_lines_may_have_2048_bytes) {
  strcpy(text, "GET / HTTP/1.1\r\nHost: x\r\nA: ");
  const size_t begin = strlen("GET / HTTP/1.1\r\n");
  const size_t end = strlen("\r\n\r\n");
  size_t size = strlen(text);
  while (size - begin + end < HttpRequest::MAX_HEADERS) text[size++] = 'b';
  strcpy(text + size, "\r\n\r\n");
  CHECK_EQ(read(text), 0);
  strcpy(text + size, "b\r\n\r\n");
  CHECK_EQ(read(text), 431);
}

TEST(targets_are_decoded_and_split) {
  HttpRequest request;
  CHECK_EQ(get("/a%20b%2Fc?q=%20&r", request), 0);
  CHECK_TEXT(request.path, "/a b/c");
  CHECK_TEXT(request.query, "q=%20&r");
  CHECK_EQ(get("/what%3F", request), 0);
  CHECK_TEXT(request.path, "/what?");
  CHECK_TEXT(request.query, "");
  CHECK_EQ(get("/%", request), 400);
  CHECK_EQ(get("/%4", request), 400);
  CHECK_EQ(get("/%4g", request), 400);
  CHECK_EQ(get("/%00", request), 400);
  CHECK_EQ(get("/%0a", request), 400);
  CHECK_EQ(get("x", request), 400);
}

TEST(no_path_climbs) {
  CHECK_EQ(get("/.."), 400);
  CHECK_EQ(get("/../etc/passwd"), 400);
  CHECK_EQ(get("/a/../b"), 400);
  CHECK_EQ(get("/a/%2e%2E/b"), 400);
  CHECK_EQ(get("/a%2f..%2fb"), 400);
  CHECK_EQ(get("/a/.."), 400);
  CHECK_EQ(get("/..a/b..html"), 0);
  CHECK_EQ(get("/.../"), 0);
}

TEST(the_absolute_form_is_understood) {
  HttpRequest request;
  CHECK_EQ(get("http://esp01-dsmr.local/a?b", request), 0);
  CHECK_TEXT(request.path, "/a");
  CHECK_TEXT(request.query, "b");
  CHECK_EQ(get("http://esp01-dsmr.local", request), 0);
  CHECK_TEXT(request.path, "/");
}

TEST(gzip_is_taken_only_where_it_is_wanted) {
  HttpRequest request;
  const struct {
    const char* line;
    bool gzip;
  } cases[] = {
      {"Accept-Encoding: gzip", true},           {"Accept-Encoding: deflate, GZIP;q=0.5", true},
      {"Accept-Encoding: gzip;q=0", false},      {"Accept-Encoding: gzip; q=0.000, br", false},
      {"Accept-Encoding: br", false},            {"Accept-Encoding:", false},
      {"Accept-Encoding: gzip;q=0.001", true},   {"Accept: gzip", false},
  };
  for (const auto& each : cases) {
    CHECK_EQ(with_header(each.line, request), 0);
    CHECK_EQ(request.gzip, each.gzip);
    request = HttpRequest();
  }
}

TEST(an_entity_tag_is_kept_unless_it_is_too_long) {
  HttpRequest request;
  CHECK_EQ(with_header("If-None-Match: W/\"0123456789abcdef\"", request), 0);
  CHECK_TEXT(request.tag, "\"0123456789abcdef\"");
  request = HttpRequest();
  CHECK_EQ(with_header("If-None-Match: \"0123456789abcdef0123456789abcdef\"", request), 0);
  CHECK_TEXT(request.tag, "");
}

TEST(names_of_any_length_are_passed_over) {
  memset(text, 0, sizeof(text));
  char line[600];
  memset(line, 'n', sizeof(line));
  strcpy(line + 400, ": value");
  CHECK_EQ(with_header(line), 0);
  CHECK_EQ(with_header("Content-Length-And-More: 5"), 0);
  CHECK_EQ(with_header("Transfer-Encodings: 5"), 0);
}
