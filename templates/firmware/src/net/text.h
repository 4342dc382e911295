// Comparing texts in RAM with texts in flash.
#pragma once

#include <stddef.h>

#include "../device/flash.h"

namespace dsmr {

// Whether both are the same.
bool same(const char* text, FlashText flash);
// The length of `flash` where `text` begins with it, else 0.
size_t begins(const char* text, FlashText flash);
// Whether `text` ends in `flash`.
bool ends(const char* text, FlashText flash);

}  // namespace dsmr
