// Where documents are written to: a window on a text that is longer than the window.
//
// A session keeps no output buffer. It makes its document again from the beginning for every
// piece that it sends; the Writer counts what is written and keeps only what falls in the window.
// With a window of no size it is the pass that finds Content-Length.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../device/flash.h"

namespace dsmr {

class Writer {
 public:
  // Keeps the bytes from position `from` on, as many as `size`, in `window`.
  Writer(uint32_t from, uint8_t* window, size_t size) : from_(from), window_(window), size_(size) {}

  void put(char c) {
    const uint32_t at = position_++ - from_;  // before the window: wraps to far behind it
    if (at < size_) window_[at] = static_cast<uint8_t>(c);
  }
  void text(FlashText text);
  void text(const char* text);
  void number(uint32_t value);
  // Lower-case, at least `digits` digits.
  void hex(uint32_t value, uint8_t digits);

  // How many bytes were written in all.
  uint32_t position() const { return position_; }
  // How many bytes of the window are filled.
  size_t filled() const;
  // True once nothing that follows will be kept, so that a long document may stop. Never while
  // counting.
  bool full() const { return size_ != 0 && position_ >= from_ && position_ - from_ >= size_; }

 private:
  uint32_t position_ = 0;
  uint32_t from_;
  uint8_t* window_;
  size_t size_;
};

}  // namespace dsmr
