// What the HTTP server passes on to all callers who wait for it.
#include "check.h"
#include "http_world.h"

using namespace http_world;

namespace {

// The body of a chunked answer; false where it is not complete.
bool unchunk(const char* body, char* out) {
  for (;;) {
    size_t size = 0;
    for (; *body != '\r'; ++body) {
      const int digit = *body <= '9' ? *body - '0' : *body - 'a' + 10;
      if (*body == '\0' || digit < 0 || digit > 15) return false;
      size = size * 16 + static_cast<size_t>(digit);
    }
    body += 2;
    if (strlen(body) < size + 2) return false;
    memcpy(out, body, size);
    out += size;
    body += size;
    if (body[0] != '\r' || body[1] != '\n') return false;
    body += 2;
    if (size != 0) continue;
    *out = '\0';
    return *body == '\0';
  }
}

}  // namespace

TEST(a_broadcast_reaches_all_who_wait_whole) {
  World world;
  FakeConnection callers[3];
  const size_t takes[] = {100000, 1, 50};
  for (size_t i = 0; i < 3; ++i) {
    callers[i].set_takes(takes[i]);
    callers[i].send(STREAM);
    world.listener.call(callers[i]);
  }
  world.steps(10);
  for (FakeConnection& caller : callers) CHECK_EQ(caller.answer_size(), 0);
  world.server.stream_begin(world.now);
  char sent[1001] = {};
  for (int i = 0; i < 100; ++i) {
    const char* const piece = "0123456789";
    strcat(sent, piece);
    world.server.stream_data(reinterpret_cast<const uint8_t*>(piece), 10);
    world.steps(150, 1);
  }
  world.server.stream_end(true);
  world.steps(4000, 1);
  for (FakeConnection& caller : callers) {
    char body[1100];
    CHECK(caller.closed());
    CHECK(caller.begins("HTTP/1.1 200 OK\r\nContent-Type: text/plain"));
    CHECK(caller.has("\r\nTransfer-Encoding: chunked\r\n"));
    CHECK(!caller.has("Content-Length"));
    CHECK(unchunk(caller.body(), body));
    CHECK_TEXT(body, sent);
  }
}

TEST(a_broadcast_that_turns_out_bad_has_no_last_chunk) {
  World world;
  FakeConnection caller;
  caller.send(STREAM);
  world.listener.call(caller);
  world.steps(10);
  world.server.stream_begin(world.now);
  world.server.stream_data(reinterpret_cast<const uint8_t*>("abc"), 3);
  world.steps(10);
  world.server.stream_end(false);
  world.steps(10);
  CHECK(caller.closed());
  CHECK_TEXT(caller.body(), "3\r\nabc\r\n");
}

TEST(who_reads_a_broadcast_too_slowly_gets_an_incomplete_one) {
  World world;
  FakeConnection slow;
  slow.set_takes(0);
  slow.send(STREAM);
  world.listener.call(slow);
  world.steps(10);
  world.server.stream_begin(world.now);
  uint8_t piece[128] = {};
  for (int i = 0; i < 10; ++i) world.server.stream_data(piece, sizeof(piece));
  world.server.stream_end(true);
  slow.set_takes(100000);
  world.steps(20);
  CHECK(slow.closed());
  char body[2000];
  CHECK(!unchunk(slow.body(), body));
}

TEST(http_1_0_gets_a_broadcast_without_chunks) {
  World world;
  FakeConnection caller;
  caller.send("GET /stream HTTP/1.0\r\n\r\n");
  world.listener.call(caller);
  world.steps(10);
  world.server.stream_begin(world.now);
  world.server.stream_data(reinterpret_cast<const uint8_t*>("abc"), 3);
  world.server.stream_end(true);
  world.steps(10);
  CHECK(caller.closed());
  CHECK(!caller.has("chunked"));
  CHECK_TEXT(caller.body(), "abc");
}

TEST(waiting_for_a_broadcast_ends_after_15_seconds) {
  World world;
  FakeConnection caller;
  caller.send(STREAM);
  world.listener.call(caller);
  world.steps(140, 100);
  CHECK_EQ(caller.answer_size(), 0);
  world.steps(20, 100);
  CHECK(caller.closed());
  CHECK(caller.begins("HTTP/1.1 503 "));
  CHECK(caller.has("application/json"));
}

TEST(one_session_stays_free_of_broadcasts) {
  World world;
  FakeConnection waiting[4];
  for (FakeConnection& each : waiting) {
    each.send(STREAM);
    world.listener.call(each);
  }
  world.steps(30);
  CHECK(waiting[3].begins("HTTP/1.1 503 "));
  FakeConnection caller;
  caller.send(GET);
  world.listener.call(caller);
  world.steps(40);
  CHECK(counts_to_500(caller.body()));
  for (int i = 0; i < 3; ++i) CHECK(!waiting[i].closed());
}

TEST(who_hangs_up_while_waiting_frees_the_session) {
  World world;
  FakeConnection caller;
  caller.send(STREAM);
  world.listener.call(caller);
  world.steps(5);
  caller.hang_up();
  world.steps(5);
  CHECK(caller.closed());
  CHECK(!world.sessions[0].busy());
}

TEST(head_of_a_broadcast_does_not_wait) {
  World world;
  FakeConnection caller;
  caller.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  world.listener.call(caller);
  world.steps(5);
  CHECK(caller.closed());
  CHECK(caller.begins("HTTP/1.1 200 OK"));
  CHECK_TEXT(caller.body(), "");
}
