// CRC-16/ARC: reflected polynomial 0xA001, initial value 0, no final xor (DSMR 5.0.2 P1 section
// 6.2, over `/` up to and including `!`).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace dsmr {

uint16_t crc16(uint16_t crc, const uint8_t* data, size_t size);

}  // namespace dsmr
