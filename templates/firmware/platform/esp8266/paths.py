"""Keeps this computer's paths out of the image: smaller, the same everywhere, and nobody's name.

The core's assertions carry __FILE__. Runs before the platform's own script.
"""

from SCons.Script import DefaultEnvironment

env = DefaultEnvironment()
platform = env.PioPlatform()
for folder in (
    platform.get_package_dir("framework-arduinoespressif8266"),
    env.subst("$PROJECT_LIBDEPS_DIR/$PIOENV"),
    env.GetProjectConfig().get("platformio", "globallib_dir"),
):
    env.Append(CCFLAGS=[f"-fmacro-prefix-map={folder}="])
