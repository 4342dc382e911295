// The HTTP server with scripted callers: answers, limits, time-outs, crowds.
#include "check.h"
#include "http_world.h"

using namespace http_world;

TEST(a_document_longer_than_the_window_arrives_whole) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send(GET);
  world.steps(20);
  CHECK(caller.closed());
  CHECK(caller.begins("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"));
  CHECK(caller.has("\r\nContent-Length: 1890\r\n"));
  CHECK(caller.has("\r\nConnection: close\r\n"));
  CHECK(caller.has("\r\nCache-Control: no-store\r\n"));
  CHECK(counts_to_500(caller.body()));
  CHECK_EQ(world.handled, 1);
}

TEST(a_document_is_the_same_however_slowly_it_is_taken) {
  const size_t takes[] = {1, 2, 7, 100, 511, 512, 513};
  for (const size_t size : takes) {
    World world;
    FakeConnection caller;
    caller.set_piece(1);
    caller.set_takes(size);
    world.listener.call(caller);
    caller.send(GET);
    world.steps(4000);
    CHECK(caller.closed());
    CHECK(counts_to_500(caller.body()));
  }
}

TEST(head_has_the_length_and_no_body) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("HEAD /doc HTTP/1.1\r\nHost: x\r\n\r\n");
  world.steps(10);
  CHECK(caller.closed());
  CHECK(caller.has("\r\nContent-Length: 1890\r\n"));
  CHECK_TEXT(caller.body(), "");
}

TEST(a_file_is_sent_and_closed) {
  World world;
  char data[3000];
  for (size_t i = 0; i < sizeof(data); ++i) data[i] = static_cast<char>('a' + i % 26);
  world.file.data = data;
  world.file.size_ = sizeof(data);
  FakeConnection caller;
  caller.set_takes(200);
  world.listener.call(caller);
  caller.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
  world.steps(100);
  CHECK(caller.closed());
  CHECK(caller.has("\r\nContent-Length: 3000\r\n"));
  CHECK_EQ(strlen(caller.body()), 3000);
  CHECK(memcmp(caller.body(), data, 3000) == 0);
  CHECK_EQ(world.file.opened, 0);
}

TEST(a_file_that_shrinks_meanwhile_ends_early_and_is_closed) {
  World world;
  char data[3000];
  memset(data, 'a', sizeof(data));
  world.file.data = data;
  world.file.size_ = sizeof(data);
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
  world.steps(3);
  world.file.size_ = 100;
  world.steps(20);
  CHECK(caller.closed());
  CHECK(strlen(caller.body()) < 3000);
  CHECK_EQ(world.file.opened, 0);
}

TEST(an_empty_file_is_an_empty_answer) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
  world.steps(10);
  CHECK(caller.closed());
  CHECK(caller.has("\r\nContent-Length: 0\r\n"));
  CHECK_EQ(world.file.opened, 0);
}

TEST(errors_are_json) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
  world.steps(10);
  CHECK(caller.begins("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"));
  CHECK_TEXT(caller.body(), "{\"error\":{\"status\":404,\"message\":\"no such path\"}}");
}

TEST(a_wrong_method_is_told_the_right_ones) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("POST /doc HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  world.steps(10);
  CHECK(caller.begins("HTTP/1.1 405 "));
  CHECK(caller.has("\r\nAllow: GET, HEAD\r\n"));
  CHECK_EQ(world.handled, 0);
}

TEST(a_refused_caller_is_read_empty_before_the_connection_closes) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET / HTTP/1.1\r\nX: ");
  char noise[5000];
  memset(noise, 'x', sizeof(noise));
  caller.send(noise, sizeof(noise));
  world.steps(30, 1);
  CHECK(caller.begins("HTTP/1.1 431 "));
  CHECK_EQ(caller.unread(), 0);
  CHECK(!caller.closed());
  world.steps(10, 50);
  CHECK(caller.closed());
}

TEST(a_caller_that_never_stops_sending_is_cut_off) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("nonsense\r\n");
  world.steps(5);
  CHECK(caller.begins("HTTP/1.1 400 "));
  for (int i = 0; i < 1000 && !caller.closed(); ++i) {
    caller.send("xxx");
    world.steps(1, 100);
  }
  CHECK(caller.closed());
}

TEST(half_a_request_and_silence_times_out) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET /doc HT");
  world.steps(49, 100);
  CHECK_EQ(caller.answer_size(), 0);
  world.steps(5, 100);
  CHECK(caller.begins("HTTP/1.1 408 "));
  CHECK(caller.closed());
}

TEST(a_request_that_trickles_in_times_out_too) {
  World world;
  FakeConnection caller;
  caller.set_piece(1);
  world.listener.call(caller);
  caller.send("GET /doc HTTP/1.1\r\nHost: a-name-that-goes-on-and-on-and-on\r\n");
  world.steps(60, 100);
  CHECK(caller.begins("HTTP/1.1 408 "));
}

TEST(silence_from_the_start_is_closed_without_a_word) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  world.steps(60, 100);
  CHECK(caller.closed());
  CHECK_EQ(caller.answer_size(), 0);
}

TEST(a_caller_who_hangs_up_frees_the_session) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send("GET /d");
  caller.hang_up();
  world.steps(3);
  CHECK(caller.closed());
  CHECK(!world.sessions[0].busy());
}

TEST(who_has_closed_its_sending_side_is_answered) {
  World world;
  FakeConnection caller;
  world.listener.call(caller);
  caller.send(GET);
  caller.hang_up();
  world.steps(20);
  CHECK(counts_to_500(caller.body()));
}

TEST(a_caller_who_takes_nothing_is_dropped) {
  World world;
  FakeConnection caller;
  caller.set_takes(0);
  world.listener.call(caller);
  caller.send(GET);
  world.steps(48, 100);
  CHECK(!caller.closed());
  world.steps(5, 100);
  CHECK(caller.closed());
}

TEST(a_caller_who_takes_a_byte_now_and_then_is_dropped_in_the_end) {
  World world;
  FakeConnection caller;
  caller.set_takes(1);
  world.listener.call(caller);
  caller.send(GET);
  world.steps(70, 1000);
  CHECK(caller.closed());
  CHECK(caller.answer_size() < 100);
}

TEST(fifty_callers_are_all_served) {
  World world;
  static FakeConnection callers[50];
  for (FakeConnection& caller : callers) {
    world.listener.call(caller);
    caller.send(GET);
  }
  world.steps(1000, 1);
  for (FakeConnection& caller : callers) CHECK(counts_to_500(caller.body()));
}

TEST(silent_callers_do_not_keep_others_out_for_long) {
  World world;
  FakeConnection silent[20];
  FakeConnection caller;
  for (FakeConnection& each : silent) world.listener.call(each);
  world.listener.call(caller);
  caller.send(GET);
  for (int ms = 0; ms < 2000; ms += 5) world.steps(1, 5);
  CHECK(counts_to_500(caller.body()));
}

TEST(half_requests_give_way_when_others_wait) {
  World world;
  FakeConnection half[4];
  FakeConnection caller;
  for (FakeConnection& each : half) {
    each.send("GET ");
    world.listener.call(each);
  }
  world.listener.call(caller);
  caller.send(GET);
  for (int ms = 0; ms < 1500; ms += 5) world.steps(1, 5);
  CHECK(half[0].begins("HTTP/1.1 408 "));
  CHECK(counts_to_500(caller.body()));
}
