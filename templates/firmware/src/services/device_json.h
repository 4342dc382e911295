// /api/v1/dev: what the device knows of itself.
#pragma once

#include "../net/http_answer.h"
#include "meter_source.h"

namespace dsmr {

// {"devinfo":[{"name":"hostname","value":"esp01-dsmr"}, ...]}
void answer_device(const MeterSource& source, HttpAnswer& answer);
// {"time":[{"name":"time","value":"2010-12-09T11:30:20+01:00"},
// {"name":"epoch","value":1291890620}]} by the meter's clock as it stood in the last telegram.
void answer_time(const MeterSource& source, HttpAnswer& answer);

}  // namespace dsmr
