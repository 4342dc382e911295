// What a service answers a request with.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <new>

#include "../device/file_store.h"
#include "fields.h"
#include "http_request.h"
#include "writer.h"

namespace dsmr {

enum class ContentType : uint8_t {
  json, text, html, css, script, svg, png, icon, csv, gzip, bytes,
};

// Writes a document from its snapshot. Called several times for one answer (see Writer), so it
// must write the same every time: everything that may change belongs in the snapshot.
using Document = void (*)(const void* snapshot, Writer& out);

// Bytes that a session holds for a snapshot: a Reading and a little more.
constexpr size_t HTTP_SNAPSHOT_BYTES = READING_BYTES < 384 ? 448 : READING_BYTES + 64;

struct HttpAnswer {
  static constexpr size_t TAG_BYTES = 8;

  // Makes the snapshot that the document will be written from. `request` stays valid.
  template <typename T>
  T& snapshot(Document write) {
    static_assert(sizeof(T) <= HTTP_SNAPSHOT_BYTES && alignof(T) <= 8, "too large for a session");
    document = write;
    return *new (storage) T();
  }
  // A document that needs no snapshot.
  void constant(Document write, ContentType content) {
    document = write;
    type = content;
  }
  // A JSON error; `text` is for people.
  void error(uint16_t code, FlashText text) {
    status = code;
    type = ContentType::json;
    message = text;
    document = nullptr;
  }

  uint16_t status = 200;
  ContentType type = ContentType::json;
  bool cached = false;     // a client may keep it for a minute
  bool encoded = false;    // the file holds gzip for a client that sees what is inside
  bool tagged = false;     // `tag` is set
  bool stream = false;     // the next broadcast (see HttpServer), instead of a document or a file
  uint8_t tag[TAG_BYTES] = {};
  Document document = nullptr;
  File* file = nullptr;    // the session closes it
  FlashText message = {nullptr};
  void* storage = nullptr;
};

class HttpHandler {
 public:
  virtual void handle(const HttpRequest& request, HttpAnswer& answer) = 0;

 protected:
  ~HttpHandler() = default;  // not virtual: that would link operator delete
};

// The entity tag's 18 characters, quotes included.
void write_tag(Writer& out, const uint8_t tag[HttpAnswer::TAG_BYTES]);
// Status line and header lines, the empty line included. `length`: of the body.
void write_head(Writer& out, const HttpAnswer& answer, uint32_t length, bool chunks);
// {"error":{"status":404,"message":"..."}}
void write_error(Writer& out, const HttpAnswer& answer);

}  // namespace dsmr
