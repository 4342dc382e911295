// FileStore on the core's SPIFFS or LittleFS, whichever the settings name.
#pragma once

#include <FS.h>

#include "../../device/file_store.h"

namespace dsmr::esp8266 {

class FlashFile final : public File {
 public:
  bool taken() const { return taken_; }
  void adopt(const fs::File& file);
  // From here on there is nothing to read; the object stays its reader's until close().
  void lose() { file_ = fs::File(); }

  size_t size() override { return size_; }
  size_t read(size_t offset, uint8_t* out, size_t size) override;
  void close() override;

 private:
  fs::File file_;
  size_t size_ = 0;
  bool taken_ = false;
};

class FlashFiles final : public FileStore {
 public:
  static constexpr uint8_t MAX_OPEN = 5;  // what the core's SPIFFS has room for

  // A flash without a file system gets an empty one.
  void mount();
  void unmount();
  void sizes(uint32_t& total, uint32_t& used) const;

  dsmr::File* open(const char* name) override;

 private:
  FlashFile files_[MAX_OPEN];
};

}  // namespace dsmr::esp8266
