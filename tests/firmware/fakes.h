// Stand-ins for a port: a network, a file system and a clock that do what a test tells them.
#pragma once

#include <stdint.h>
#include <string.h>

#include "device/clock.h"
#include "device/file_store.h"
#include "device/led.h"
#include "device/uart.h"
#include "net/connection.h"

namespace fakes {

// A caller whose bytes arrive, and whose answer is taken, in pieces of any size.
class FakeConnection final : public dsmr::Connection {
 public:
  void send(const char* text) { send(text, strlen(text)); }
  void send(const char* data, size_t size) {
    memcpy(incoming_ + received_, data, size);
    received_ += size;
  }
  // Read and write at most so many bytes at a time.
  void set_piece(size_t piece) { piece_ = piece; }
  void set_takes(size_t takes) { takes_ = takes; }
  void hang_up() { hung_up_ = true; }

  const char* answer() {
    outgoing_[written_] = '\0';
    return outgoing_;
  }
  const char* body() {
    const char* end = strstr(answer(), "\r\n\r\n");
    return end == nullptr ? "" : end + 4;
  }
  size_t answer_size() const { return written_; }
  size_t unread() const { return received_ - read_; }
  bool closed() const { return closed_; }
  bool begins(const char* text) { return strncmp(answer(), text, strlen(text)) == 0; }
  bool has(const char* text) { return strstr(answer(), text) != nullptr; }

  size_t read(uint8_t* out, size_t size) override {
    size_t count = received_ - read_;
    if (count > size) count = size;
    if (count > piece_) count = piece_;
    memcpy(out, incoming_ + read_, count);
    read_ += count;
    return count;
  }
  bool at_end() override { return hung_up_ && read_ == received_; }
  size_t write(const uint8_t* data, size_t size) override {
    if (size > takes_) size = takes_;
    if (size > sizeof(outgoing_) - 1 - written_) size = sizeof(outgoing_) - 1 - written_;
    memcpy(outgoing_ + written_, data, size);
    written_ += size;
    return size;
  }
  void close() override { closed_ = true; }

 private:
  char incoming_[8192];
  char outgoing_[16384];
  size_t received_ = 0;
  size_t read_ = 0;
  size_t written_ = 0;
  size_t piece_ = 100000;
  size_t takes_ = 100000;
  bool hung_up_ = false;
  bool closed_ = false;
};

class FakeListener final : public dsmr::Listener {
 public:
  void call(FakeConnection& connection) { waiting_[count_++] = &connection; }
  size_t waiting() const { return count_ - taken_; }
  dsmr::Connection* accept() override { return taken_ < count_ ? waiting_[taken_++] : nullptr; }

 private:
  FakeConnection* waiting_[64] = {};
  size_t count_ = 0;
  size_t taken_ = 0;
};

class FakeFile final : public dsmr::File {
 public:
  size_t size() override { return size_; }
  size_t read(size_t offset, uint8_t* out, size_t size) override {
    if (offset >= size_) return 0;
    if (size > size_ - offset) size = size_ - offset;
    memcpy(out, data + offset, size);
    return size;
  }
  void close() override { --opened; }

  const char* name = nullptr;
  const char* data = nullptr;
  size_t size_ = 0;
  int opened = 0;
};

class FakeFiles final : public dsmr::FileStore {
 public:
  FakeFile& add(const char* name, const char* data, size_t size) {
    FakeFile& file = files_[count_++];
    file.name = name;
    file.data = data;
    file.size_ = size;
    return file;
  }
  dsmr::File* open(const char* name) override {
    for (size_t i = 0; i < count_; ++i) {
      if (strcmp(files_[i].name, name) != 0) continue;
      ++files_[i].opened;
      return &files_[i];
    }
    return nullptr;
  }

 private:
  FakeFile files_[8];
  size_t count_ = 0;
};

class FakeClock final : public dsmr::Clock {
 public:
  uint32_t millis() override { return now; }
  uint32_t now = 1000;
};

class FakeUart final : public dsmr::Uart {
 public:
  void send(const char* text) {
    data_ = text;
    left_ = strlen(text);
  }
  size_t read(uint8_t* out, size_t size) override {
    if (size > left_) size = left_;
    memcpy(out, data_, size);
    data_ += size;
    left_ -= size;
    return size;
  }

 private:
  const char* data_ = "";
  size_t left_ = 0;
};

class FakeLed final : public dsmr::Led {
 public:
  void set(bool on) override {
    if (on && !lit) ++flashes;
    lit = on;
  }
  bool lit = false;
  int flashes = 0;
};

}  // namespace fakes
