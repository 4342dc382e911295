#include "tcp.h"

#include <Arduino.h>

namespace dsmr::esp8266 {

namespace {

// From close() until the peer must have all of it; the longest that anybody holds our memory.
constexpr uint32_t CLOSE_MS = 5000;

size_t least(size_t a, size_t b) { return a < b ? a : b; }

}  // namespace

void TcpConnection::adopt(tcp_pcb* pcb) {
  pcb_ = pcb;
  ended_ = false;
  state_ = State::waiting;
  tcp_arg(pcb, this);
  tcp_recv(pcb, on_received);
  tcp_sent(pcb, on_sent);
  tcp_err(pcb, on_lost);
  tcp_nagle_disable(pcb);
}

Connection* TcpConnection::hand_out() {
  state_ = State::open;
  return this;
}

err_t TcpConnection::on_received(void* self, tcp_pcb* pcb, pbuf* data, err_t) {
  TcpConnection& connection = *static_cast<TcpConnection*>(self);
  if (data == nullptr) {
    connection.ended_ = true;
  } else if (connection.state_ == State::closing) {
    tcp_recved(pcb, data->tot_len);
    pbuf_free(data);
  } else if (connection.received_ == nullptr) {
    connection.received_ = data;
  } else {
    pbuf_cat(connection.received_, data);
  }
  return ERR_OK;
}

err_t TcpConnection::on_sent(void* self, tcp_pcb*, uint16_t) {
  TcpConnection& connection = *static_cast<TcpConnection*>(self);
  if (connection.state_ == State::closing && connection.all_acknowledged()) connection.let_go();
  return ERR_OK;
}

// lwIP has freed the pcb already.
void TcpConnection::on_lost(void* self, err_t) {
  TcpConnection& connection = *static_cast<TcpConnection*>(self);
  connection.pcb_ = nullptr;
  connection.ended_ = true;
  if (connection.state_ == State::open) return;
  connection.discard_received();
  connection.state_ = State::free;
}

size_t TcpConnection::read(uint8_t* out, size_t size) {
  if (received_ == nullptr) return 0;
  const uint16_t count = static_cast<uint16_t>(least(size, received_->tot_len));
  pbuf_copy_partial(received_, out, count, 0);
  received_ = pbuf_free_header(received_, count);
  if (pcb_ != nullptr) tcp_recved(pcb_, count);
  return count;
}

bool TcpConnection::at_end() { return ended_ && received_ == nullptr; }

size_t TcpConnection::write(const uint8_t* data, size_t size) {
  if (pcb_ == nullptr) return size;  // nobody is there to miss it
  const uint16_t count = static_cast<uint16_t>(least(size, tcp_sndbuf(pcb_)));
  if (count == 0 || tcp_write(pcb_, data, count, TCP_WRITE_FLAG_COPY) != ERR_OK) return 0;
  tcp_output(pcb_);
  return count;
}

void TcpConnection::close() {
  discard_received();
  if (pcb_ == nullptr) {
    state_ = State::free;
    return;
  }
  state_ = State::closing;
  closed_at_ = millis();
  if (tcp_shutdown(pcb_, 0, 1) != ERR_OK) return abort();
  if (all_acknowledged()) let_go();
}

void TcpConnection::step(uint32_t now) {
  if (state_ == State::closing && now - closed_at_ >= CLOSE_MS) abort();
}

bool TcpConnection::all_acknowledged() const { return tcp_sndbuf(pcb_) == TCP_SND_BUF; }

void TcpConnection::discard_received() {
  if (received_ == nullptr) return;
  // lwIP answers a close with bytes unread by a reset.
  if (pcb_ != nullptr) tcp_recved(pcb_, received_->tot_len);
  pbuf_free(received_);
  received_ = nullptr;
}

tcp_pcb* TcpConnection::detach() {
  tcp_pcb* pcb = pcb_;
  tcp_arg(pcb, nullptr);
  tcp_recv(pcb, nullptr);
  tcp_sent(pcb, nullptr);
  tcp_err(pcb, nullptr);
  pcb_ = nullptr;
  state_ = State::free;
  return pcb;
}

// The end has been sent, or lwIP will try again to: this cannot fail.
void TcpConnection::let_go() { tcp_close(detach()); }

void TcpConnection::abort() { tcp_abort(detach()); }

bool TcpListener::listen() {
  tcp_pcb* pcb = tcp_new();
  if (pcb == nullptr) return false;
  ip_set_option(pcb, SOF_REUSEADDR);
  // Callers inherit it: when memory is short, an update's connection goes before theirs.
  tcp_setprio(pcb, TCP_PRIO_MIN);
  if (tcp_bind(pcb, IP_ADDR_ANY, port_) == ERR_OK) pcb_ = tcp_listen(pcb);
  if (pcb_ == nullptr) {
    tcp_close(pcb);
    return false;
  }
  tcp_arg(pcb_, this);
  tcp_accept(pcb_, on_caller);
  return true;
}

// With an error as its answer lwIP resets the caller.
err_t TcpListener::on_caller(void* self, tcp_pcb* pcb, err_t error) {
  if (pcb == nullptr || error != ERR_OK) return ERR_VAL;
  for (TcpConnection& connection : static_cast<TcpListener*>(self)->connections_) {
    if (!connection.free()) continue;
    connection.adopt(pcb);
    return ERR_OK;
  }
  return ERR_MEM;
}

Connection* TcpListener::accept() {
  if (pcb_ == nullptr && !listen()) return nullptr;
  // In turn, so that none waits for ever.
  for (uint8_t i = 0; i < MAX_CONNECTIONS; ++i) {
    turn_ = static_cast<uint8_t>((turn_ + 1) % MAX_CONNECTIONS);
    if (connections_[turn_].waiting()) return connections_[turn_].hand_out();
  }
  return nullptr;
}

void TcpListener::step(uint32_t now) {
  for (TcpConnection& connection : connections_) connection.step(now);
}

}  // namespace dsmr::esp8266
