// What this firmware is. The only code that a changed build id recompiles.
#pragma once

#include "../device/flash.h"

namespace dsmr {

FlashText build_version();
FlashText build_id();

}  // namespace dsmr
