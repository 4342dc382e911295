// What the core refers to and this firmware never needs. The linker puts these in the place of
// the originals (platform/esp8266/link.py says which), and 15 KB stay out of the image.
#include <stdarg.h>
#include <stdint.h>

extern "C" {

// Nothing is ever printed: the UART only receives, and its transmit pin may have the LED.
int __wrap_printf(const char*, ...) { return 0; }
int __wrap_vprintf(const char*, va_list) { return 0; }
int __wrap_puts(const char*) { return 0; }
int __wrap_putchar(int) { return 0; }

// For the unwinder; there are no exceptions.
void __wrap___register_frame_info(const void*, void*) {}

// Mends a SPIFFS; reached only through the core's FS::check(), which nobody calls.
int32_t __wrap_SPIFFS_check(void*) { return -1; }

}  // extern "C"
