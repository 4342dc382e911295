// What a port supplies to main.cpp: one object of each kind, made before set-up.
#pragma once

#include "../device/clock.h"
#include "../device/device_info.h"
#include "../device/file_store.h"
#include "../device/led.h"
#include "../device/uart.h"
#include "../net/connection.h"

namespace dsmr::port {

// Brings up the UART, the file system, the network and over-the-air updates. May take as long as
// it must (Wi-Fi, the set-up portal); nothing else runs until it returns.
void setup();
// The port's share of one turn of the loop: OTA, mDNS, Wi-Fi upkeep.
void loop();

Clock& clock();
Uart& uart();
Led& led();
FileStore& files();
Listener& http();
// The figures of /api/v1/dev/info that only the port knows.
void fill(DeviceInfo& info);

}  // namespace dsmr::port
