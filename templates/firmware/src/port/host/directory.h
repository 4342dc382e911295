// A FileStore over a directory, as flat as SPIFFS.
#pragma once

#include "../../device/file_store.h"

namespace dsmr::host {

class DirectoryFile final : public File {
 public:
  bool is_open() const { return fd_ >= 0; }
  void adopt(int fd, size_t size) {
    fd_ = fd;
    size_ = size;
  }
  size_t size() override { return size_; }
  size_t read(size_t offset, uint8_t* out, size_t size) override;
  void close() override;

 private:
  int fd_ = -1;
  size_t size_ = 0;
};

class Directory final : public FileStore {
 public:
  static constexpr int MAX_OPEN = 5;     // as SPIFFS on the chip
  static constexpr size_t MAX_NAME = 31;  // likewise, with the leading '/'

  // nullptr: no file system.
  void mount(const char* path) { path_ = path; }
  File* open(const char* name) override;

 private:
  const char* path_ = nullptr;
  DirectoryFile files_[MAX_OPEN];
};

}  // namespace dsmr::host
