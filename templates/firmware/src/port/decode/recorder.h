// What the parser makes of an input, kept for printing. A host program: it may use the heap.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <vector>

#include "../../p1/parser.h"

namespace dsmr::decode {

struct LineNote {
  LineResult result;
  uint32_t key;
  size_t event;  // its number among all on_line() calls
};

struct Telegram {
  Crc crc = Crc::absent;
  Reading reading;
  std::vector<LineNote> notes;  // lines that were not simply stored or absent
};

// Collects telegrams as a ParserListener.
class Recorder final : public ParserListener {
 public:
  void on_start() override;
  void on_line(LineResult result, uint32_t key) override;
  void on_telegram(Crc crc, const Reading& staged) override;
  // After the input's end.
  void finish();

  const std::vector<Telegram>& telegrams() const { return telegrams_; }

 private:
  std::vector<Telegram> telegrams_;
  std::vector<LineNote> notes_;
  size_t events_ = 0;
};

// Finds each line's text: the same input byte by byte, so that an event tells where it happened.
class LineFinder final : public ParserListener {
 public:
  explicit LineFinder(const std::string& input) : input_(input) {}

  void run();
  // The text of the on_line() call with this number, without its line end.
  std::string line(size_t event) const { return event < lines_.size() ? lines_[event] : ""; }

  void on_start() override {}
  void on_line(LineResult result, uint32_t key) override;
  void on_telegram(Crc, const Reading&) override {}

 private:
  std::string before(size_t end) const;

  const std::string& input_;
  size_t at_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace dsmr::decode
