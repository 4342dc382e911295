#include "network.h"

#include <Arduino.h>
#include <ArduinoOTA.h>
#include <ESP8266WiFi.h>
#include <ESP8266mDNS.h>
#include <WiFiManager.h>

#include <memory>

#include "../../services/build_info.h"
#include "config.h"
#include "secrets.h"

namespace dsmr::esp8266 {

namespace {

// A FlashText as an ordinary string, for libraries that know nothing else.
class Copy {
 public:
  explicit Copy(FlashText text) { strncpy_P(text_, text.address, sizeof(text_) - 1); }
  const char* text() const { return text_; }
  operator const char*() const { return text_; }

 private:
  char text_[64] = {};
};

// The name tells the address to open. It has 32 bytes, so a long host name is cut off.
void name_access_point(char (&name)[33]) {
  uint8_t mac[6];
  WiFi.macAddress(mac);
  const Copy host(FT(HOST_NAME));
  snprintf_P(name, sizeof(name), PSTR("%.17s-%02X-192.168.4.1"), host.text(), mac[5]);
}

}  // namespace

void join_wifi() {
  char name[33];
  name_access_point(name);
  // On the heap, and gone afterwards: it is large, and so is what it needs of the stack.
  auto manager = std::make_unique<WiFiManager>();
  const char* menu[] = {"wifi", "exit"};
  manager->setMenu(menu, 2);
  manager->setHostname(Copy(FT(HOST_NAME)));
  manager->setConfigPortalTimeout(PORTAL_SECONDS);
  if (!manager->autoConnect(name, Copy(FT(PORTAL_PASSWORD)))) ESP.restart();
}

void start_updates(void (*on_update)()) {
  ArduinoOTA.setHostname(Copy(FT(HOST_NAME)));
  ArduinoOTA.setPort(OTA_PORT);
  ArduinoOTA.setPasswordHash(Copy(FT(OTA_PASSWORD_MD5)));
  ArduinoOTA.onStart(on_update);
  ArduinoOTA.begin();
  // How `dsmrforge discover` tells a logger from any other web server.
  const auto service = MDNS.addService(nullptr, "http", "tcp", HTTP_PORT);
  MDNS.addServiceTxt(service, "product", "dsmrforge");
  MDNS.addServiceTxt(service, "board", Copy(FT(BOARD)));
  MDNS.addServiceTxt(service, "version", Copy(build_version()));
  MDNS.addServiceTxt(service, "build", Copy(build_id()));
}

void serve_updates() { ArduinoOTA.handle(); }

}  // namespace dsmr::esp8266
