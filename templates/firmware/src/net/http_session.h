// One caller of the HTTP server, from its first byte to the end of the answer.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "connection.h"
#include "http_answer.h"

namespace dsmr {

// What the server hands a session for one step.
struct HttpTurn {
  uint32_t now;      // milliseconds
  uint8_t* scratch;  // for this step only
  size_t size;       // bytes of scratch
  bool crowded;      // somebody waits for a session
  bool may_stream;   // one more caller may wait for a telegram
};

class HttpSession {
 public:
  // How long a caller may take, in milliseconds.
  static constexpr uint32_t REQUEST_TIME = 5000;        // until the request is there
  static constexpr uint32_t CROWDED_REQUEST_TIME = 1000;  // the same while others wait
  static constexpr uint32_t CROWDED_SILENT_TIME = 250;    // the same, before its first byte
  static constexpr uint32_t WRITE_TIME = 5000;          // without taking a single byte
  static constexpr uint32_t WHOLE_TIME = 60000;         // from the first byte to the last
  static constexpr uint32_t STREAM_TIME = 15000;        // until a broadcast begins
  static constexpr uint32_t LINGER_TIME = 2000;         // see linger()
  static constexpr uint32_t LINGER_QUIET = 300;

  bool busy() const { return state_ != State::free; }
  // Receives a broadcast, or waits for one.
  bool receiving() const { return state_ == State::streaming; }
  bool streaming() const { return state_ == State::waiting || receiving(); }

  void open(Connection& connection, uint32_t now);
  // Does one piece of work: reads, or writes at most one window.
  void step(const HttpTurn& turn, HttpHandler& handler);

  // A broadcast: see HttpServer.
  void stream_begin(uint32_t now);
  void stream_data(const uint8_t* data, size_t size);
  void stream_end(bool complete);

 private:
  enum class State : uint8_t { free, request, answer, waiting, streaming, linger };

  // Bytes on their way from a broadcast to the caller.
  struct Fifo {
    static constexpr uint16_t SIZE = HTTP_SNAPSHOT_BYTES - 12;
    uint16_t head;
    uint16_t count;
    uint16_t chunk;  // bytes in the chunk that is being sent
    uint16_t sent;   // bytes of that chunk that are sent, its own head included
    bool ended;
    bool complete;
    bool failed;     // bytes were lost
    uint8_t data[SIZE];
  };

  union Storage {
    HttpRequestReader reader;                          // state request
    Fifo fifo;                                         // states waiting and streaming
    alignas(8) uint8_t snapshot[HTTP_SNAPSHOT_BYTES];  // state answer
  };
  static_assert(sizeof(Storage) == HTTP_SNAPSHOT_BYTES, "the snapshot is the largest");

  void read_request(const HttpTurn& turn, HttpHandler& handler);
  void respond(const HttpTurn& turn, HttpHandler& handler);
  void refuse(uint16_t status);
  void begin_answer();
  void write_body(Writer& out) const;
  void write_answer(const HttpTurn& turn);
  void await_stream(const HttpTurn& turn);
  void write_stream(const HttpTurn& turn);
  void linger(const HttpTurn& turn);
  bool send(const HttpTurn& turn, size_t size, size_t& taken);
  void finish(uint32_t now);
  void drop();

  Connection* connection_ = nullptr;
  HttpAnswer answer_;
  uint32_t started_ = 0;
  uint32_t progress_ = 0;   // when the caller last took or sent something
  uint32_t position_ = 0;   // bytes of the answer that are sent
  uint32_t length_ = 0;     // of the answer, head included; of a stream, the head's
  uint32_t content_length_ = 0;  // what Content-Length says
  State state_ = State::free;
  bool head_only_ = false;
  bool chunks_ = false;
  bool unread_ = false;     // the caller may have sent more than was read
  Storage storage_;
};

}  // namespace dsmr
