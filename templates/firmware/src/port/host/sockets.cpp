#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dsmr::host {

namespace {

bool activity = false;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

void SocketConnection::adopt(int fd) {
  waiting_ = {fd, 0};
  ended_ = broken_ = false;
  // The chip's TCP holds a few segments; a slow reader is noticed here as early as there.
  const int buffer = 4096;
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

size_t SocketConnection::read(uint8_t* out, size_t size) {
  waiting_.events = 0;
  if (ended_ || size == 0) return 0;
  const ssize_t count = recv(waiting_.fd, out, size, MSG_DONTWAIT);
  if (count > 0) {
    activity = true;
    return static_cast<size_t>(count);
  }
  if (count < 0 && would_block()) {
    waiting_.events = POLLIN;
  } else {
    ended_ = true;
    broken_ = count < 0;
  }
  return 0;
}

bool SocketConnection::at_end() {
  if (ended_) return true;
  uint8_t next;
  const ssize_t count = recv(waiting_.fd, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count > 0) return false;
  if (count < 0 && would_block()) {
    waiting_.events = POLLIN;
    return false;
  }
  ended_ = true;
  broken_ = broken_ || count < 0;
  return true;
}

size_t SocketConnection::write(const uint8_t* data, size_t size) {
  waiting_.events = 0;
  if (broken_) {
    activity = true;
    return size;
  }
  const ssize_t count = send(waiting_.fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && !would_block()) {
    broken_ = activity = true;
    return size;
  }
  const size_t taken = count < 0 ? 0 : static_cast<size_t>(count);
  if (taken != 0) activity = true;
  if (taken < size) waiting_.events = POLLOUT;
  return taken;
}

void SocketConnection::close() {
  shutdown(waiting_.fd, SHUT_WR);
  ::close(waiting_.fd);
  waiting_ = Waiting();
  activity = true;
}

bool SocketListener::listen(const char* address, uint16_t port) {
  addrinfo hints = {};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  char service[8];
  snprintf(service, sizeof(service), "%u", unsigned{port});
  addrinfo* found = nullptr;
  const int error = getaddrinfo(address, service, &hints, &found);
  if (error != 0) {
    fprintf(stderr, "cannot listen on %s: %s\n", address, gai_strerror(error));
    return false;
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  sockaddr_storage bound = {};
  socklen_t length = sizeof(bound);
  const bool good =
      fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      bind(fd, found->ai_addr, found->ai_addrlen) == 0 && ::listen(fd, BACKLOG) == 0 &&
      getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length) == 0;
  if (!good) {
    fprintf(stderr, "cannot listen on %s, port %u: %s\n", address, unsigned{port}, strerror(errno));
    if (fd >= 0) ::close(fd);
  } else {
    waiting_.fd = fd;
    // The port stands in the same place in an IPv4 and an IPv6 address.
    port_ = ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
  }
  freeaddrinfo(found);
  return good;
}

void SocketListener::close() {
  for (SocketConnection& connection : connections_) {
    if (connection.open()) connection.close();
  }
  if (waiting_.fd >= 0) ::close(waiting_.fd);
  waiting_ = Waiting();
}

Connection* SocketListener::accept() {
  waiting_.events = 0;
  for (SocketConnection& connection : connections_) {
    if (connection.open()) continue;
    const int fd = accept4(waiting_.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (would_block()) waiting_.events = POLLIN;
      return nullptr;
    }
    activity = true;
    connection.adopt(fd);
    return &connection;
  }
  return nullptr;
}

int SocketListener::waits(pollfd* out) const {
  int count = 0;
  if (waiting_.events != 0) out[count++] = {waiting_.fd, waiting_.events, 0};
  for (const SocketConnection& connection : connections_) {
    const Waiting& waiting = connection.waiting();
    if (waiting.events != 0) out[count++] = {waiting.fd, waiting.events, 0};
  }
  return count;
}

bool SocketListener::take_activity() {
  const bool was = activity;
  activity = false;
  return was;
}

}  // namespace dsmr::host
