// Writes JSON, commas included. It does not check that what is opened gets closed.
#pragma once

#include "writer.h"

namespace dsmr {

class Json {
 public:
  explicit Json(Writer& out) : out_(out) {}

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_array() { open('['); }
  void close_array() { close(']'); }
  void key(FlashText name);
  void null();
  void number(uint32_t value);
  void number(int32_t value);
  // A number that is text already.
  void number(const char* text);
  void string(FlashText text);
  // Bytes from 0x80 on are taken for Latin-1.
  void string(const char* text);
  // Well-formed UTF-8 stays as it is; a byte that is not is taken for Latin-1.
  void utf8(const char* text);
  // A string in pieces.
  void open_string() { open('"'); }
  void character(uint8_t c);
  void close_string() { close('"'); }

  // True once nothing that follows will be sent: see Writer::full.
  bool full() const { return out_.full(); }

 private:
  void open(char bracket);
  void close(char bracket);
  void comma();

  Writer& out_;
  bool comma_ = false;  // a value stands before this place
};

}  // namespace dsmr
