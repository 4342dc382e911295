// Reads an HTTP request, byte by byte, within fixed bounds.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dsmr {

// What a service is asked. Valid while the handler runs.
struct HttpRequest {
  static constexpr size_t MAX_TARGET = 200;   // characters of path and query; more: 414
  static constexpr size_t MAX_HEADERS = 2048;  // bytes of all header lines; more: 431
  static constexpr size_t MAX_TAG = 23;

  bool head = false;          // HEAD: the answer's head only
  bool chunks = false;        // HTTP/1.1: understands chunked encoding
  bool gzip = false;          // understands Content-Encoding: gzip
  const char* path = "";      // percent-decoded, begins with '/', without a ".." segment
  const char* query = "";     // as it was sent, without the '?'
  char tag[MAX_TAG + 1] = {};  // If-None-Match, one entity tag with its quotes; or empty
  char target[MAX_TARGET + 1];  // what path and query point into
};

// Lives in a session's storage, so it has no constructor: call start().
class HttpRequestReader {
 public:
  void start();
  // Takes bytes until the request's head is complete or refused; returns how many it took.
  size_t feed(const uint8_t* data, size_t size);
  // True once something other than an empty line has come.
  bool begun() const { return state_ != State::before; }
  bool complete() const { return state_ == State::complete; }
  // The status to refuse the request with: 400, 405, 413, 414 or 431; 0: nothing against it yet.
  uint16_t refusal() const { return refusal_; }
  // After complete(): fills `request` and returns true, or sets refusal() and returns false.
  bool take(HttpRequest& request);

 private:
  enum class State : uint8_t {
    before, method, target, version, line_end, line, name, value_start, value, last_end, complete,
  };

  void byte(uint8_t c);
  void version_byte(uint8_t c);
  void header_byte(uint8_t c);
  void store(uint8_t c);
  void header();
  void refuse(uint16_t status) {
    refusal_ = status;
    state_ = State::complete;
  }

  static constexpr uint8_t MAX_NAME = 18;   // the longest name that matters has 17 characters
  static constexpr uint8_t MAX_VALUE = 79;  // of a value, the rest is passed over

  State state_;
  bool known_method_;
  bool head_;
  bool chunks_;
  bool host_;
  bool body_;
  bool gzip_;
  uint8_t name_length_;
  uint8_t value_length_;
  uint16_t refusal_;
  uint16_t target_length_;
  uint16_t header_bytes_;
  char name_[MAX_NAME + 1];
  char value_[MAX_VALUE + 1];
  char tag_[HttpRequest::MAX_TAG + 1];
  char target_[HttpRequest::MAX_TARGET + 1];
};

}  // namespace dsmr
