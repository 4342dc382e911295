// Listener and Connection on POSIX sockets that never block.
#pragma once

#include <poll.h>
#include <stdint.h>

#include "../../net/connection.h"

namespace dsmr::host {

// What a socket waits for, so that the loop can sleep: known from its last call. `events` are
// poll's; a call that got something done clears them, since more may follow at once.
struct Waiting {
  int fd = -1;
  short events = 0;
};

class SocketConnection final : public Connection {
 public:
  bool open() const { return waiting_.fd >= 0; }
  void adopt(int fd);
  const Waiting& waiting() const { return waiting_; }

  size_t read(uint8_t* out, size_t size) override;
  bool at_end() override;
  size_t write(const uint8_t* data, size_t size) override;
  void close() override;

 private:
  Waiting waiting_;
  bool ended_ = false;
  bool broken_ = false;
};

class SocketListener final : public Listener {
 public:
  static constexpr int MAX_CONNECTIONS = 16;
  static constexpr int BACKLOG = 64;

  // Starts to listen; false: it says why on standard error. Port 0 is any free one.
  bool listen(const char* address, uint16_t port);
  uint16_t port() const { return port_; }
  void close();

  Connection* accept() override;

  // Fills in what to poll for; returns how many. Room for MAX_CONNECTIONS + 1.
  int waits(pollfd* out) const;
  // Whether anything was done since the last call of this.
  bool take_activity();

 private:
  SocketConnection connections_[MAX_CONNECTIONS];
  Waiting waiting_;
  uint16_t port_ = 0;
};

}  // namespace dsmr::host
