#pragma once

#include <stdint.h>

namespace dsmr {

// What the device knows of itself. A session takes a copy, so that an answer in several pieces is
// of one moment. Texts are NUL-terminated.
struct DeviceInfo {
  uint32_t uptime_seconds = 0;
  uint32_t free_heap = 0;        // bytes; 0: not known
  uint32_t largest_block = 0;    // bytes, the largest allocation that would succeed
  uint32_t chip_id = 0;
  uint32_t flash_size = 0;       // bytes
  uint32_t sketch_size = 0;      // bytes
  uint32_t ota_space = 0;        // bytes, the largest upload that the device would take
  uint32_t fs_total = 0;         // bytes
  uint32_t fs_used = 0;          // bytes
  int8_t rssi = 0;               // dBm; 0: not on Wi-Fi
  uint8_t mac[6] = {};
  uint8_t ip[4] = {};
  char ssid[33] = {};
  char reset_reason[32] = {};
};

}  // namespace dsmr
