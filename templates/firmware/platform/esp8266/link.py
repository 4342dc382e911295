"""Leaves out of the image what the core forces into it and this firmware never calls.

Runs after the platform's own script.
"""

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()

# printf and scanf of floating point: 18 KB.
UNUSED = {"_printf_float", "_scanf_float"}
# Replaced by the empty functions of src/port/esp8266/left_out.cpp: 15 KB.
LEFT_OUT = ("printf", "vprintf", "puts", "putchar", "__register_frame_info", "SPIFFS_check")

kept = []
for flag in env["LINKFLAGS"]:
    if flag in UNUSED and kept and kept[-1] == "-u":
        kept.pop()
    else:
        kept.append(flag)
env.Replace(LINKFLAGS=kept)
env.Append(LINKFLAGS=[f"-Wl,--wrap={name}" for name in LEFT_OUT])
