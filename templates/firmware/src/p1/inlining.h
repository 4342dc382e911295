// What the compiler is told about the parser's functions.
#pragma once

// Merge it with its caller. -Os takes a function that is called once for one that is not worth
// merging when it belongs to a class.
#define DSMR_ONCE __attribute__((always_inline)) inline
// Keep it apart: it is seldom called, and its caller often.
#define DSMR_SELDOM __attribute__((noinline)) inline
