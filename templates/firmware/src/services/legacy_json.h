// /getActual.json, as the DSMRlogger2HTTP of 2019 gave it: one object, every value a string.
#pragma once

#include "../net/writer.h"

namespace dsmr {

// `snapshot`: a Reading.
void write_legacy(const void* snapshot, Writer& out);

}  // namespace dsmr
