#include "meter.h"

#include <Arduino.h>

namespace dsmr::esp8266 {

namespace {

constexpr bool AUTO = P1_VERSION == 0;

// Data request is active high, and released to high impedance: never pulled to ground.
void request(bool wanted) {
  if constexpr (REQUEST_PIN >= 0) {
    if (wanted) {
      digitalWrite(REQUEST_PIN, HIGH);
      pinMode(REQUEST_PIN, OUTPUT);
    } else {
      pinMode(REQUEST_PIN, INPUT);
    }
  }
}

}  // namespace

void MeterPort::begin() {
  // Transmits nothing: the pin may have the LED.
  Serial.setRxBufferSize(BUFFER);
  Serial.begin(slow_ ? 9600 : 115200, slow_ ? SERIAL_7E1 : SERIAL_8N1, SERIAL_RX_ONLY, 1,
               UART_INVERTS);
  end_seen_ = millis();
  request(true);
}

void MeterPort::end() {
  request(false);
  Serial.end();
}

void MeterPort::step(uint32_t now) {
  if (!AUTO || now - end_seen_ < AUTO_MS) return;
  slow_ = !slow_;
  begin();
}

size_t MeterPort::read(uint8_t* out, size_t size) {
  const int count = Serial.read(reinterpret_cast<char*>(out), size);
  if (count <= 0) return 0;
  if (AUTO) look_for_end(out, static_cast<size_t>(count));
  return static_cast<size_t>(count);
}

// A '!' at a line's start: at the wrong speed that is hardly ever seen.
void MeterPort::look_for_end(const uint8_t* data, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    if (data[i] == '!' && last_ == '\n') end_seen_ = millis();
    last_ = data[i];
  }
}

}  // namespace dsmr::esp8266
