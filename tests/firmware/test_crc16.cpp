// The CRC against the definition, bit by bit.
#include "p1/crc16.h"

#include "check.h"

namespace {

uint16_t bit_by_bit(uint16_t crc, const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 1) != 0 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
  }
  return crc;
}

uint32_t next_random(uint32_t& state) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

}  // namespace

TEST(crc_of_the_catalogues_check_text) {
  // CRC-16/ARC's check value.
  CHECK_EQ(dsmr::crc16(0, reinterpret_cast<const uint8_t*>("123456789"), 9), 0xBB3D);
}

TEST(crc_equals_its_definition_for_every_length_and_any_start) {
  uint8_t data[80];
  uint32_t state = 1;
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(next_random(state));
  for (size_t size = 0; size <= 70; ++size) {
    for (size_t from = 0; from < 8; ++from) {
      const uint16_t start = static_cast<uint16_t>(next_random(state));
      CHECK_EQ(dsmr::crc16(start, data + from, size), bit_by_bit(start, data + from, size));
    }
  }
}

TEST(crc_in_two_parts_is_the_crc_of_the_whole) {
  uint8_t data[64];
  uint32_t state = 7;
  for (uint8_t& byte : data) byte = static_cast<uint8_t>(next_random(state));
  const uint16_t whole = dsmr::crc16(0, data, sizeof data);
  for (size_t cut = 0; cut <= sizeof data; ++cut) {
    CHECK_EQ(dsmr::crc16(dsmr::crc16(0, data, cut), data + cut, sizeof data - cut), whole);
  }
}
