#include "build_info.h"

#include "build.h"

namespace dsmr {

FlashText build_version() { return FT(VERSION); }
FlashText build_id() { return FT(BUILD_ID); }

}  // namespace dsmr
