// The port to Arduino's core for the ESP8266.
#include "../port.h"

#include <Arduino.h>
#include <ArduinoOTA.h>
#include <ESP8266WiFi.h>
#include <user_interface.h>

#include "config.h"
#include "files.h"
#include "meter.h"
#include "network.h"
#include "tcp.h"

namespace dsmr::port {

namespace {

class ArduinoClock final : public Clock {
 public:
  uint32_t millis() override { return ::millis(); }
};

class PinLed final : public Led {
 public:
  void begin() {
    set(false);
    if constexpr (LED_PIN >= 0) pinMode(LED_PIN, OUTPUT);
  }
  void set(bool lit) override {
    if constexpr (LED_PIN >= 0) digitalWrite(LED_PIN, lit != LED_ACTIVE_LOW ? HIGH : LOW);
  }
};

ArduinoClock the_clock;
PinLed the_led;
esp8266::MeterPort the_meter;
esp8266::FlashFiles the_files;
esp8266::TcpListener the_listener(HTTP_PORT);
bool updating = false;

// Called before the first byte is written.
void prepare_for_update() {
  updating = true;
  the_meter.end();
  if (ArduinoOTA.getCommand() == U_FS) the_files.unmount();
}

// A failed update leaves everything as it was before.
void resume() {
  updating = false;
  the_files.mount();
  the_meter.begin();
  wifi_set_sleep_type(MODEM_SLEEP_T);  // the updater leaves it off, which costs current
}

}  // namespace

void setup() {
  the_led.begin();
  the_files.mount();
  // On while Wi-Fi is sought, and for as long as the set-up portal is open.
  the_led.set(true);
  esp8266::join_wifi();
  esp8266::start_updates(prepare_for_update);
  the_meter.begin();
}

void loop() {
  esp8266::serve_updates();
  if (updating) resume();
  const uint32_t now = millis();
  the_meter.step(now);
  the_listener.step(now);
}

Clock& clock() { return the_clock; }
Uart& uart() { return the_meter; }
Led& led() { return the_led; }
FileStore& files() { return the_files; }
Listener& http() { return the_listener; }

void fill(DeviceInfo& info) {
  info.uptime_seconds = static_cast<uint32_t>(micros64() / 1000000u);
  info.free_heap = ESP.getFreeHeap();
  info.largest_block = ESP.getMaxFreeBlockSize();
  info.chip_id = ESP.getChipId();
  info.flash_size = ESP.getFlashChipRealSize();
  info.sketch_size = ESP.getSketchSize();
  info.ota_space = ESP.getFreeSketchSpace();
  the_files.sizes(info.fs_total, info.fs_used);
  WiFi.macAddress(info.mac);
  const IPAddress address = WiFi.localIP();
  for (uint8_t i = 0; i < 4; ++i) info.ip[i] = address[i];
  if (WiFi.status() == WL_CONNECTED) info.rssi = WiFi.RSSI();
  station_config station;  // its password goes no further
  if (wifi_station_get_config(&station)) {
    memcpy(info.ssid, station.ssid, sizeof(station.ssid));
  }
  strncpy(info.reset_reason, ESP.getResetReason().c_str(), sizeof(info.reset_reason) - 1);
}

}  // namespace dsmr::port
