"""Leaves out of the image what the core's script forces into it and this firmware never calls.

printf and scanf of floating point: 18 KB. Runs after the platform's own script.
"""

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()

UNUSED = {"_printf_float", "_scanf_float"}

kept = []
for flag in env["LINKFLAGS"]:
    if flag in UNUSED and kept and kept[-1] == "-u":
        kept.pop()
    else:
        kept.append(flag)
env.Replace(LINKFLAGS=kept)
