// Serves HTTP/1.1 to a fixed number of callers at once; the next one waits until one is done.
//
// Services decide what to answer (HttpHandler). A broadcast goes to every session whose answer is
// `stream`: those that wait when it begins get all of it, the others wait for the next one.
#pragma once

#include "http_session.h"

namespace dsmr {

class HttpServer {
 public:
  // Bytes of the longest piece that is made and sent in one step.
  static constexpr size_t WINDOW = 512;

  // `sessions` belong to the server from here on.
  HttpServer(Listener& listener, HttpHandler& handler, HttpSession* sessions, uint8_t count)
      : listener_(listener), handler_(handler), sessions_(sessions), count_(count) {}

  // Takes a caller in; gives its turn to one session, and to every one that receives a broadcast.
  void step(uint32_t now);

  void stream_begin(uint32_t now);
  void stream_data(const uint8_t* data, size_t size);
  // `complete`: all of it was good; else the callers see an incomplete answer.
  void stream_end(bool complete);

 private:
  HttpSession* next_session();
  uint8_t streams() const;

  Listener& listener_;
  HttpHandler& handler_;
  HttpSession* sessions_;
  Connection* caller_ = nullptr;  // taken in, but no session is free
  uint8_t count_;
  uint8_t turn_ = 0;
  uint8_t scratch_[WINDOW];
};

}  // namespace dsmr
