#include "http_server.h"

namespace dsmr {

void HttpServer::step(uint32_t now) {
  if (caller_ == nullptr) caller_ = listener_.accept();
  for (uint8_t i = 0; i < count_ && caller_ != nullptr; ++i) {
    if (sessions_[i].busy()) continue;
    sessions_[i].open(*caller_, now);
    caller_ = nullptr;
  }
  // One session stays free of telegrams, so that the page is served while others wait for them.
  const HttpTurn turn = {now, scratch_, WINDOW, caller_ != nullptr, streams() + 1 < count_};
  // A broadcast does not wait for its readers: they get a turn every time, documents in rotation.
  for (uint8_t i = 0; i < count_; ++i) {
    if (sessions_[i].receiving()) sessions_[i].step(turn, handler_);
  }
  HttpSession* session = next_session();
  if (session != nullptr) session->step(turn, handler_);
}

HttpSession* HttpServer::next_session() {
  for (uint8_t i = 0; i < count_; ++i) {
    turn_ = turn_ + 1 < count_ ? static_cast<uint8_t>(turn_ + 1) : uint8_t{0};
    if (sessions_[turn_].busy() && !sessions_[turn_].receiving()) return &sessions_[turn_];
  }
  return nullptr;
}

uint8_t HttpServer::streams() const {
  uint8_t streams = 0;
  for (uint8_t i = 0; i < count_; ++i) {
    if (sessions_[i].streaming()) ++streams;
  }
  return streams;
}

void HttpServer::stream_begin(uint32_t now) {
  for (uint8_t i = 0; i < count_; ++i) sessions_[i].stream_begin(now);
}

void HttpServer::stream_data(const uint8_t* data, size_t size) {
  for (uint8_t i = 0; i < count_; ++i) sessions_[i].stream_data(data, size);
}

void HttpServer::stream_end(bool complete) {
  for (uint8_t i = 0; i < count_; ++i) sessions_[i].stream_end(complete);
}

}  // namespace dsmr
