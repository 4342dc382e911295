#include "recorder.h"

#include <algorithm>

namespace dsmr::decode {

namespace {

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

}  // namespace

void Recorder::on_start() { notes_.clear(); }

void Recorder::on_line(LineResult result, uint32_t key) {
  if (result != LineResult::stored && result != LineResult::absent) {
    notes_.push_back({result, key, events_});
  }
  ++events_;
}

void Recorder::on_telegram(Crc crc, const Reading& staged) {
  telegrams_.push_back({crc, staged, std::move(notes_)});
  notes_.clear();
}

// Some meters never send the `!`. Where this one does, a telegram without was cut off.
void Recorder::finish() {
  const auto unended = [](const Telegram& telegram) { return telegram.crc == Crc::unended; };
  if (std::all_of(telegrams_.begin(), telegrams_.end(), unended)) return;
  telegrams_.erase(std::remove_if(telegrams_.begin(), telegrams_.end(), unended),
                   telegrams_.end());
}

void LineFinder::run() {
  Parser parser;
  parser.set_listener(this);
  for (at_ = 0; at_ < input_.size(); ++at_) {
    parser.feed(reinterpret_cast<const uint8_t*>(input_.data()) + at_, 1);
  }
  parser.finish();
}

void LineFinder::on_line(LineResult, uint32_t) {
  std::string line = before(at_);
  const size_t end = at_ < input_.size() ? at_ : input_.size();
  // DSMR 2 and 3: the value alone on its own line belongs to the line before.
  if (!line.empty() && line[0] == '(') {
    size_t start = end;
    while (start > 0 && is_line_end(input_[start - 1])) --start;
    start -= line.size() < start ? line.size() : start;
    line = before(start) + line;
  }
  lines_.push_back(line);
}

// The last line that ends at or before `end` and is not empty.
std::string LineFinder::before(size_t end) const {
  if (end > input_.size()) end = input_.size();
  while (end > 0 && is_line_end(input_[end - 1])) --end;
  size_t start = end;
  while (start > 0 && !is_line_end(input_[start - 1])) --start;
  return input_.substr(start, end - start);
}

}  // namespace dsmr::decode
