#include "crc16.h"

#include <string.h>

// No table: the polynomial is (x + 1)(x^15 + x + 1). Modulo the first factor a message is its
// parity; modulo the second x^15 is x + 1, x^60 is x^4 + 1 and x^64 is x^8 + x^4, so eight bytes
// go in with four shifts. The two remainders make the CRC by the Chinese remainder theorem.
// That takes half the steps of a table of 256 words, and none of its kilobyte.
//
// Bits are reflected: the lowest bit of a word is its highest power of x, and multiplying by x
// shifts right.

namespace dsmr {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as they lie in memory");

constexpr uint16_t POLYNOMIAL = 0xA001;
constexpr uint16_t SECOND_FACTOR = 0xC001;  // x^15 + x + 1 in the places of a CRC

bool parity(uint64_t word) {
  uint32_t bits = static_cast<uint32_t>(word ^ word >> 32);
  bits ^= bits >> 16;
  bits ^= bits >> 8;
  bits ^= bits >> 4;
  return ((0x6996u >> (bits & 15)) & 1) != 0;
}

// What a multiple of x^`power` becomes modulo x^15 + x + 1, where x^`power` is x^`distance` + 1:
// the `count` bits for the powers from `power` on move to the powers from 0 and from `distance`.
uint64_t fold(uint64_t word, uint8_t power, uint8_t distance, uint8_t count) {
  const uint8_t at = static_cast<uint8_t>(64 - power - count);
  const uint64_t bits = (word >> at) & ((uint64_t{1} << count) - 1);
  return word ^ bits << at ^ bits << (64 - count) ^ bits << (64 - count - distance);
}

// `count` bytes, 2 to 8, as the lowest powers of a word.
uint64_t short_word(const uint8_t* data, size_t count) {
  uint64_t word = 0;
  for (const uint8_t* p = data; p != data + count; ++p) word = word >> 8 | uint64_t{*p} << 56;
  return word;
}

}  // namespace

uint16_t crc16(uint16_t crc, const uint8_t* data, size_t size) {
  const uint8_t* const end = data + size;
  // The CRC so far is added to the first two bytes: with a lone byte before the words it goes bit
  // by bit.
  if (size % 8 == 1) {
    crc ^= *data++;
    for (uint8_t bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0));
    }
  }
  if (data == end) return crc;
  const size_t odd = static_cast<size_t>(end - data) % 8;
  const size_t first = odd != 0 ? odd : 8;
  uint64_t rest = short_word(data, first) ^ uint64_t{crc} << (64 - 8 * first);
  uint64_t sum = rest;
  for (data += first; data != end; data += 8) {
    uint64_t word;
    memcpy(&word, data, 8);
    sum ^= word;
    // x^64 times the rest: to the powers 4 and 8 up, and what goes over the top once more.
    uint64_t over = rest << 56;
    over = (over ^ over << 4 ^ rest) >> 4;
    rest = word ^ over ^ over >> 4;
  }
  // A CRC is the remainder of x^16 times the message.
  const uint64_t over = rest << 48;
  rest = rest >> 16 ^ over >> 8 ^ over >> 4;
  rest = fold(rest, 60, 4, 4);
  rest = fold(rest, 30, 2, 30);
  rest = fold(rest, 30, 2, 2);
  rest = fold(rest, 15, 1, 15);
  rest = fold(rest, 15, 1, 1);
  uint32_t remainder = static_cast<uint32_t>(rest >> 48);
  if (parity(rest) != parity(sum)) remainder ^= SECOND_FACTOR;
  return static_cast<uint16_t>(remainder);
}

}  // namespace dsmr
