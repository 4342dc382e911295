// Plain assertions for firmware tests: no exceptions, no heap, no stdio, so that the same tests
// run here under sanitizers and on the bare lx106 processor in an emulator.
//
//   TEST(what_is_expected) { CHECK(true); CHECK_EQ(1 + 1, 2); CHECK_TEXT("x", "x"); }
//
// check_main.cpp has main() for this computer. Another platform supplies check_put() and calls
// check::run(), after the static constructors.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

// Where results are written.
void check_put(const char* text);

namespace check {

struct Test {
  Test(const char* test_name, void (*test_body)()) : name(test_name), body(test_body) {
    Test** last = &first();
    while (*last != nullptr) last = &(*last)->next;
    *last = this;
  }
  static Test*& first() {
    static Test* head = nullptr;
    return head;
  }
  const char* name;
  void (*body)();
  Test* next = nullptr;
};

inline bool failed = false;  // the running test

inline void put_number(long long value) {
  char text[24];
  char* at = text + sizeof(text);
  *--at = '\0';
  unsigned long long rest = value < 0 ? 0ULL - static_cast<unsigned long long>(value)
                                      : static_cast<unsigned long long>(value);
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) *--at = '-';
  check_put(at);
}

inline void fail(const char* file, int line, const char* what) {
  failed = true;
  check_put(file);
  check_put(":");
  put_number(line);
  check_put(": ");
  check_put(what);
  check_put("\n");
}

inline void truth(bool good, const char* file, int line, const char* what) {
  if (!good) fail(file, line, what);
}

inline void equal(long long is, long long expected, const char* file, int line, const char* what) {
  if (is == expected) return;
  fail(file, line, what);
  check_put("  is       ");
  put_number(is);
  check_put("\n  expected ");
  put_number(expected);
  check_put("\n");
}

inline void text(const char* is, const char* expected, const char* file, int line,
                 const char* what) {
  if (strcmp(is, expected) == 0) return;
  fail(file, line, what);
  check_put("  is       ");
  check_put(is);
  check_put("\n  expected ");
  check_put(expected);
  check_put("\n");
}

// Runs every test; returns how many failed.
inline int run() {
  int passed = 0;
  int failures = 0;
  for (Test* test = Test::first(); test != nullptr; test = test->next) {
    failed = false;
    test->body();
    if (failed) {
      ++failures;
      check_put("FAILED ");
      check_put(test->name);
      check_put("\n");
    } else {
      ++passed;
    }
  }
  put_number(passed);
  check_put(" passed, ");
  put_number(failures);
  check_put(" failed\n");
  return failures;
}

}  // namespace check

#define TEST(name)                                 \
  static void name();                              \
  static check::Test test_##name(#name, name);     \
  static void name()

#define CHECK(condition) check::truth((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQ(is, expected)                                                               \
  check::equal(static_cast<long long>(is), static_cast<long long>(expected), __FILE__, __LINE__, \
               #is " == " #expected)
#define CHECK_TEXT(is, expected) check::text((is), (expected), __FILE__, __LINE__, #is)
