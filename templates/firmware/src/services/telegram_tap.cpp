#include "telegram_tap.h"

namespace dsmr {

size_t TelegramTap::slice(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '/' && i != 0) return i;
    if (data[i] == '\n') return i + 1;
  }
  return size;
}

void TelegramTap::feed(const uint8_t* data, size_t size, uint32_t telegrams, uint32_t now) {
  if (size == 0) return;
  // A telegram without a CRC is known to be complete only when the next one begins, by this very
  // slice; one without a line end after its CRC is complete before this slice.
  if (open_ && data[0] == '/' && telegrams != telegrams_) {
    end(true);
    line_start_ = true;
  }
  if (data[0] == '/' && line_start_) {
    end(false);
    open_ = true;
    length_ = 0;
    telegrams_ = telegrams;
    server_.stream_begin(now);
  }
  if (open_) {
    server_.stream_data(data, size);
    length_ += size;
  }
  line_start_ = data[size - 1] == '\n';
  if (line_start_ && telegrams != telegrams_) end(true);
  if (length_ > MAX_TELEGRAM) end(false);
}

void TelegramTap::silence(uint32_t telegrams) {
  end(telegrams != telegrams_);
  line_start_ = true;
}

void TelegramTap::end(bool complete) {
  if (open_) server_.stream_end(complete);
  open_ = false;
}

}  // namespace dsmr
