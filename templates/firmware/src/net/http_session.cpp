#include "http_session.h"

namespace dsmr {

namespace {
constexpr size_t READ_PIECE = 256;
constexpr uint16_t MAX_CHUNK = 256;
}  // namespace

void HttpSession::open(Connection& connection, uint32_t now) {
  connection_ = &connection;
  answer_ = HttpAnswer();
  started_ = progress_ = now;
  head_only_ = chunks_ = unread_ = false;
  state_ = State::request;
  new (&storage_.reader) HttpRequestReader;
  storage_.reader.start();
}

void HttpSession::step(const HttpTurn& turn, HttpHandler& handler) {
  switch (state_) {
    case State::free: return;
    case State::request: return read_request(turn, handler);
    case State::answer: return write_answer(turn);
    case State::waiting: return await_stream(turn);
    case State::streaming: return write_stream(turn);
    case State::linger: return linger(turn);
  }
}

void HttpSession::read_request(const HttpTurn& turn, HttpHandler& handler) {
  HttpRequestReader& reader = storage_.reader;
  const size_t piece = turn.size < READ_PIECE ? turn.size : READ_PIECE;
  const size_t count = connection_->read(turn.scratch, piece);
  if (count == 0 && connection_->at_end()) return drop();
  const size_t used = reader.feed(turn.scratch, count);
  if (reader.complete()) {
    if (used < count) unread_ = true;
    return respond(turn, handler);
  }
  uint32_t limit = REQUEST_TIME;
  if (turn.crowded) limit = reader.begun() ? CROWDED_REQUEST_TIME : CROWDED_SILENT_TIME;
  if (turn.now - started_ < limit) return;
  // A browser opens connections ahead of need; such a one is not told off, only closed.
  if (!reader.begun()) return drop();
  refuse(408);
  progress_ = turn.now;
}

void HttpSession::respond(const HttpTurn& turn, HttpHandler& handler) {
  HttpRequest request;  // a copy: the answer's snapshot takes the reader's place
  progress_ = turn.now;
  if (!storage_.reader.take(request)) {
    unread_ = true;
    return refuse(storage_.reader.refusal());
  }
  head_only_ = request.head;
  chunks_ = request.chunks;
  answer_.storage = storage_.snapshot;
  handler.handle(request, answer_);
  if (!answer_.stream || head_only_) return begin_answer();
  if (!turn.may_stream) {
    answer_ = HttpAnswer();
    answer_.error(503, FT("others wait for the telegram already"));
    return begin_answer();
  }
  Fifo* fifo = new (&storage_.fifo) Fifo;
  fifo->head = fifo->count = fifo->chunk = fifo->sent = 0;
  fifo->ended = fifo->complete = fifo->failed = false;
  started_ = turn.now;
  state_ = State::waiting;
}

void HttpSession::refuse(uint16_t status) {
  answer_ = HttpAnswer();
  answer_.error(status, FlashText{nullptr});
  begin_answer();
}

void HttpSession::begin_answer() {
  Writer body(0, nullptr, 0);
  write_body(body);
  content_length_ = answer_.file != nullptr ? static_cast<uint32_t>(answer_.file->size())
                                            : body.position();
  Writer head(0, nullptr, 0);
  write_head(head, answer_, content_length_, chunks_);
  // A HEAD's head tells the length of the body that a GET would have.
  length_ = head.position() + (head_only_ ? 0 : content_length_);
  position_ = 0;
  state_ = State::answer;
}

void HttpSession::write_body(Writer& out) const {
  if (answer_.file != nullptr || answer_.stream || answer_.status == 304) return;
  if (answer_.document != nullptr) {
    answer_.document(storage_.snapshot, out);
  } else {
    write_error(out, answer_);
  }
}

void HttpSession::write_answer(const HttpTurn& turn) {
  const uint32_t head_length = length_ - (head_only_ ? 0 : content_length_);
  size_t size = 0;
  if (position_ < head_length || answer_.file == nullptr) {
    Writer out(position_, turn.scratch, turn.size);
    write_head(out, answer_, content_length_, chunks_);
    if (!head_only_) write_body(out);
    size = out.filled();
  }
  if (answer_.file != nullptr && !head_only_) {
    const size_t offset = position_ + size - head_length;
    size += answer_.file->read(offset, turn.scratch + size, turn.size - size);
  }
  if (size > length_ - position_) size = length_ - position_;
  size_t taken = 0;
  // A file that became shorter meanwhile: the caller sees that bytes are missing.
  if (size == 0 || !send(turn, size, taken)) return drop();
  position_ += static_cast<uint32_t>(taken);
  if (position_ == length_) finish(turn.now);
}

// Gives `size` bytes of scratch to the connection. False: the caller takes nothing any more.
bool HttpSession::send(const HttpTurn& turn, size_t size, size_t& taken) {
  taken = connection_->write(turn.scratch, size);
  if (taken != 0) progress_ = turn.now;
  return turn.now - progress_ < WRITE_TIME && turn.now - started_ < WHOLE_TIME;
}

void HttpSession::await_stream(const HttpTurn& turn) {
  if (connection_->at_end()) return drop();
  if (turn.now - started_ < STREAM_TIME) return;
  answer_ = HttpAnswer();
  answer_.error(503, FT("no telegram began within 15 seconds"));
  begin_answer();
  started_ = progress_ = turn.now;
}

void HttpSession::stream_begin(uint32_t now) {
  if (state_ != State::waiting) return;
  Writer head(0, nullptr, 0);
  write_head(head, answer_, 0, chunks_);
  length_ = head.position();
  position_ = 0;
  progress_ = now;
  state_ = State::streaming;
}

void HttpSession::stream_data(const uint8_t* data, size_t size) {
  if (state_ != State::streaming || storage_.fifo.ended) return;
  Fifo& fifo = storage_.fifo;
  if (size > size_t{Fifo::SIZE} - fifo.count) {
    fifo.failed = true;
    return;
  }
  size_t to = size_t{fifo.head} + fifo.count;
  for (size_t i = 0; i < size; ++i, ++to) fifo.data[to % Fifo::SIZE] = data[i];
  fifo.count = static_cast<uint16_t>(fifo.count + size);
}

void HttpSession::stream_end(bool complete) {
  if (state_ != State::streaming || storage_.fifo.ended) return;
  storage_.fifo.ended = true;
  storage_.fifo.complete = complete;
}

void HttpSession::write_stream(const HttpTurn& turn) {
  Fifo& fifo = storage_.fifo;
  size_t taken = 0;
  if (position_ < length_) {
    Writer out(position_, turn.scratch, turn.size);
    write_head(out, answer_, 0, chunks_);
    if (!send(turn, out.filled(), taken)) return drop();
    position_ += static_cast<uint32_t>(taken);
    return;
  }
  // Without its last chunk an answer is plainly incomplete; that is how a caller learns that the
  // telegram was not a good one, or that it took too long to read it.
  if (fifo.failed || (fifo.ended && !fifo.complete)) return drop();
  if (fifo.sent == 0) {
    fifo.chunk = fifo.count < MAX_CHUNK ? fifo.count : MAX_CHUNK;
    if (fifo.chunk == 0 && !fifo.ended) {
      progress_ = turn.now;
      if (connection_->at_end() || turn.now - started_ >= WHOLE_TIME) drop();
      return;
    }
    if (fifo.chunk == 0 && !chunks_) return finish(turn.now);
  }
  Writer out(fifo.sent, turn.scratch, turn.size);
  if (chunks_) {
    out.hex(fifo.chunk, 1);
    out.text(FT("\r\n"));
  }
  for (uint16_t i = 0; i < fifo.chunk; ++i) {
    out.put(static_cast<char>(fifo.data[(size_t{fifo.head} + i) % Fifo::SIZE]));
  }
  if (chunks_) out.text(FT("\r\n"));
  if (!send(turn, out.filled(), taken)) return drop();
  fifo.sent = static_cast<uint16_t>(fifo.sent + taken);
  if (fifo.sent != out.position()) return;
  if (fifo.chunk == 0) return finish(turn.now);
  fifo.head = static_cast<uint16_t>((size_t{fifo.head} + fifo.chunk) % Fifo::SIZE);
  fifo.count = static_cast<uint16_t>(fifo.count - fifo.chunk);
  fifo.sent = 0;
}

// Reads on and throws away for a while: closing a connection on which bytes are unread resets
// it, and the reset can overtake the answer.
void HttpSession::linger(const HttpTurn& turn) {
  const size_t count = connection_->read(turn.scratch, turn.size);
  if (count != 0) progress_ = turn.now;
  const uint32_t quiet = turn.crowded ? LINGER_QUIET / 4 : LINGER_QUIET;
  const bool over = turn.now - progress_ >= quiet || turn.now - started_ >= LINGER_TIME;
  if (over || (count == 0 && connection_->at_end())) drop();
}

void HttpSession::finish(uint32_t now) {
  if (!unread_) return drop();
  if (answer_.file != nullptr) answer_.file->close();
  answer_.file = nullptr;
  started_ = progress_ = now;
  state_ = State::linger;
}

void HttpSession::drop() {
  if (answer_.file != nullptr) answer_.file->close();
  answer_.file = nullptr;
  connection_->close();
  connection_ = nullptr;
  state_ = State::free;
}

}  // namespace dsmr
