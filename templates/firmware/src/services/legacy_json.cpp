#include "legacy_json.h"

#include "../net/json.h"
#include "../p1/reading.h"

namespace dsmr {

namespace {

constexpr uint8_t OWN = 255;  // the meter's own decimals

// Unsigned, since a meter may send a number so absurd that it overflows.
int64_t ten_times(int64_t value) {
  return static_cast<int64_t>(static_cast<uint64_t>(value) * 10u);
}

int64_t sum(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

// A decimal number with exactly as many decimals: noughts are added, digits cut off. Powers of
// ten are had by moving the point, so that nothing is divided.
void write_fixed(Json& json, Decimal value, uint8_t decimals) {
  if (decimals == OWN) decimals = value.decimals;
  char text[24 + 4];
  size_t length = format_decimal(value, text);
  if (value.decimals > decimals) {
    length -= value.decimals - decimals;
    if (decimals == 0) --length;  // the point
  } else {
    if (value.decimals == 0 && decimals != 0) text[length++] = '.';
    for (uint8_t i = value.decimals; i < decimals; ++i) text[length++] = '0';
  }
  text[length] = '\0';
  json.string(text);
}

void write_number(Json& json, FlashText name, const Item& item, uint8_t decimals) {
  json.key(name);
  write_fixed(json, item.value, decimals);
}

class Legacy {
 public:
  Legacy(const Reading& reading, Json& json) : reading_(reading), json_(json) {}

  void time() {
    Item item;
    if (!reading_.find(F_TIMESTAMP, item) || !item.time.is_set()) return;
    char text[Timestamp::LENGTH + 1];
    item.time.format(text);
    json_.key(FT("Timestamp"));
    json_.string(text);
  }

  void number(FlashText name, uint8_t field, uint8_t decimals) {
    Item item;
    if (reading_.find(field, item)) write_number(json_, name, item, decimals);
  }

  // kW as whole W.
  void watts(FlashText name, uint8_t field) {
    Item item;
    if (!reading_.find(field, item)) return;
    uint8_t thousand = 3;
    for (; thousand != 0 && item.value.decimals != 0; --thousand) --item.value.decimals;
    for (; thousand != 0; --thousand) item.value.mantissa = ten_times(item.value.mantissa);
    write_number(json_, name, item, 0);
  }

  // The meter's own total, or else the sum of its tariffs.
  void energy(FlashText name, uint8_t total, uint8_t first, uint8_t second) {
    Item item;
    if (!reading_.find(total, item)) {
      Item other;
      const bool one = reading_.find(first, item);
      if (!reading_.find(second, one ? other : item)) {
        if (!one) return;
      } else if (one) {
        for (; item.value.decimals < other.value.decimals; ++item.value.decimals) {
          item.value.mantissa = ten_times(item.value.mantissa);
        }
        for (; other.value.decimals < item.value.decimals; ++other.value.decimals) {
          other.value.mantissa = ten_times(other.value.mantissa);
        }
        item.value.mantissa = sum(item.value.mantissa, other.value.mantissa);
      }
    }
    write_number(json_, name, item, 3);
  }

  void gas() {
    Item item;
    if (reading_.find(F_MBUS_DELIVERED, item, MbusKind::gas) ||
        reading_.find(F_GAS_DELIVERED, item)) {
      write_number(json_, FT("Gas_Delivered"), item, 3);
    }
  }

 private:
  const Reading& reading_;
  Json& json_;
};

}  // namespace

void write_legacy(const void* snapshot, Writer& out) {
  Json json(out);
  Legacy legacy(*static_cast<const Reading*>(snapshot), json);
  json.open_object();
  legacy.time();
  legacy.energy(FT("Energy_Delivered"), F_ENERGY_DELIVERED_TOTAL, F_ENERGY_DELIVERED_TARIFF1,
                F_ENERGY_DELIVERED_TARIFF2);
  legacy.energy(FT("Energy_Returned"), F_ENERGY_RETURNED_TOTAL, F_ENERGY_RETURNED_TARIFF1,
                F_ENERGY_RETURNED_TARIFF2);
  legacy.gas();
  legacy.number(FT("Energy_Delivered_Tariff1"), F_ENERGY_DELIVERED_TARIFF1, 3);
  legacy.number(FT("Energy_Delivered_Tariff2"), F_ENERGY_DELIVERED_TARIFF2, 3);
  legacy.number(FT("Energy_Returned_Tariff1"), F_ENERGY_RETURNED_TARIFF1, 3);
  legacy.number(FT("Energy_Returned_Tariff2"), F_ENERGY_RETURNED_TARIFF2, 3);
  legacy.number(FT("Power_Delivered"), F_POWER_DELIVERED, 3);
  legacy.number(FT("Power_Returned"), F_POWER_RETURNED, 3);
  legacy.number(FT("Voltage_l1"), F_VOLTAGE_L1, 1);
  legacy.number(FT("Current_l1"), F_CURRENT_L1, OWN);
  legacy.number(FT("Voltage_l2"), F_VOLTAGE_L2, 1);
  legacy.number(FT("Current_l2"), F_CURRENT_L2, OWN);
  legacy.number(FT("Voltage_l3"), F_VOLTAGE_L3, 1);
  legacy.number(FT("Current_l3"), F_CURRENT_L3, OWN);
  legacy.watts(FT("Power_Delivered_l1"), F_POWER_DELIVERED_L1);
  legacy.watts(FT("Power_Returned_l1"), F_POWER_RETURNED_L1);
  legacy.watts(FT("Power_Delivered_l2"), F_POWER_DELIVERED_L2);
  legacy.watts(FT("Power_Returned_l2"), F_POWER_RETURNED_L2);
  legacy.watts(FT("Power_Delivered_l3"), F_POWER_DELIVERED_L3);
  legacy.watts(FT("Power_Returned_l3"), F_POWER_RETURNED_L3);
  json.close_object();
}

}  // namespace dsmr
