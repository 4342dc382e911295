// An HTTP server with four sessions whose only document is the numbers up to 500.
#pragma once

#include "fakes.h"
#include "net/http_server.h"

namespace http_world {

using namespace dsmr;
using fakes::FakeConnection;
using fakes::FakeFile;
using fakes::FakeListener;

constexpr const char* GET = "GET /doc HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* STREAM = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";

struct Count {
  uint32_t to;
};

inline void write_count(const void* snapshot, Writer& out) {
  for (uint32_t i = 0; i < static_cast<const Count*>(snapshot)->to; ++i) {
    out.number(i);
    out.put(' ');
  }
}

struct World : HttpHandler {
  void handle(const HttpRequest& request, HttpAnswer& answer) override {
    ++handled;
    strcpy(path, request.path);
    if (strcmp(path, "/stream") == 0) {
      answer.stream = true;
      answer.type = ContentType::text;
    } else if (strcmp(path, "/file") == 0) {
      answer.file = &file;
      ++file.opened;
      answer.type = ContentType::csv;
    } else if (strcmp(path, "/doc") == 0) {
      answer.snapshot<Count>(write_count).to = 500;
    } else {
      answer.error(404, FT("no such path"));
    }
  }
  void steps(int count, uint32_t ms = 0) {
    for (int i = 0; i < count; ++i) {
      now += ms;
      server.step(now);
    }
  }

  FakeListener listener;
  HttpSession sessions[4];
  HttpServer server{listener, *this, sessions, 4};
  FakeFile file;
  char path[HttpRequest::MAX_TARGET + 1] = {};
  int handled = 0;
  uint32_t now = 0xFFFFF000u;  // millis() is about to wrap
};

inline bool counts_to_500(const char* text) {
  uint8_t expected[4096];
  const Count count = {500};
  Writer out(0, expected, sizeof(expected) - 1);
  write_count(&count, out);
  expected[out.filled()] = 0;
  return strcmp(text, reinterpret_cast<const char*>(expected)) == 0;
}

}  // namespace http_world
