// One field of a Reading as clients of the REST API see it.
#pragma once

#include "../net/json.h"
#include "../p1/reading.h"

namespace dsmr {

// {"name":"gas_delivered","value":12785.123,"unit":"m3","timestamp":"101209112500W"}
void write_field(Json& json, const Item& item);
// What an owner watches: clock, tariff, counters, what is measured now, M-Bus readings.
bool is_actual(const Item& item);
// What names the meter and its parts.
bool is_info(const Item& item);

}  // namespace dsmr
