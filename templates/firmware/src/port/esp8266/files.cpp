#include "files.h"

#include "config.h"

#if FILESYSTEM_LITTLEFS
#include <LittleFS.h>
#endif

namespace dsmr::esp8266 {

namespace {

fs::FS& flash() {
#if FILESYSTEM_LITTLEFS
  return LittleFS;
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // the core's advice; it is a setting
  return SPIFFS;
#pragma GCC diagnostic pop
#endif
}

}  // namespace

void FlashFile::adopt(const fs::File& file) {
  file_ = file;
  size_ = file_.size();
  taken_ = true;
}

size_t FlashFile::read(size_t offset, uint8_t* out, size_t size) {
  if (!file_) return 0;
  if (file_.position() != offset && !file_.seek(offset, fs::SeekSet)) return 0;
  const int count = file_.read(out, size);
  return count < 0 ? 0 : static_cast<size_t>(count);
}

void FlashFile::close() {
  file_ = fs::File();
  taken_ = false;
}

void FlashFiles::mount() { flash().begin(); }

void FlashFiles::unmount() {
  for (FlashFile& file : files_) file.lose();
  flash().end();
}

void FlashFiles::sizes(uint32_t& total, uint32_t& used) const {
  fs::FSInfo info;
  if (!flash().info(info)) return;
  total = info.totalBytes;
  used = info.usedBytes;
}

dsmr::File* FlashFiles::open(const char* name) {
  if (name[0] != '/') return nullptr;
  for (FlashFile& place : files_) {
    if (place.taken()) continue;
    fs::File file = flash().open(name, "r");
    if (!file || !file.isFile()) return nullptr;
    place.adopt(file);
    return &place;
  }
  return nullptr;
}

}  // namespace dsmr::esp8266
