// Listener and Connection on lwIP's own interface: nothing here blocks, and all memory but lwIP's
// is in the pool. (The core's WiFiServer and WiFiClient allocate for each caller, and wait when
// they write and when they close.)
//
// lwIP calls back between two turns of the loop, or when something in one yields; never within
// these functions.
#pragma once

#include <lwip/tcp.h>

#include "../../net/connection.h"

namespace dsmr::esp8266 {

class TcpConnection final : public Connection {
 public:
  bool free() const { return state_ == State::free; }
  bool waiting() const { return state_ == State::waiting; }
  // Takes a caller in, to wait until it is handed out.
  void adopt(tcp_pcb* pcb);
  Connection* hand_out();
  // Ends a close() whose peer takes nothing any more.
  void step(uint32_t now);

  size_t read(uint8_t* out, size_t size) override;
  bool at_end() override;
  size_t write(const uint8_t* data, size_t size) override;
  void close() override;

 private:
  enum class State : uint8_t { free, waiting, open, closing };

  static err_t on_received(void* self, tcp_pcb* pcb, pbuf* data, err_t error);
  static err_t on_sent(void* self, tcp_pcb* pcb, uint16_t size);
  static void on_lost(void* self, err_t error);

  void discard_received();
  bool all_acknowledged() const;
  // Leaves the rest of the closing to lwIP; the place in the pool is free again.
  void let_go();
  void abort();
  tcp_pcb* detach();

  tcp_pcb* pcb_ = nullptr;     // nullptr: lwIP has lost it
  pbuf* received_ = nullptr;   // a chain, not yet read
  uint32_t closed_at_ = 0;     // milliseconds
  State state_ = State::free;
  bool ended_ = false;         // the peer has sent its last
};

class TcpListener final : public Listener {
 public:
  // Those that are served, those that wait for it, and those that are being closed.
  static constexpr uint8_t MAX_CONNECTIONS = 8;

  explicit TcpListener(uint16_t port) : port_(port) {}
  // Starts to listen when it is first called, which may take several calls: the set-up portal's
  // web server had the same port.
  Connection* accept() override;
  void step(uint32_t now);

 private:
  static err_t on_caller(void* self, tcp_pcb* pcb, err_t error);
  bool listen();

  TcpConnection connections_[MAX_CONNECTIONS];
  tcp_pcb* pcb_ = nullptr;
  uint16_t port_;
  uint8_t turn_ = 0;
};

}  // namespace dsmr::esp8266
