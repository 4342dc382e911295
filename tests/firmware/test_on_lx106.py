"""The firmware's own C++ tests on the chip's processor, the lx106, in an emulator.

No Wi-Fi, no Arduino core and no flash chip are there: what runs is the portable code, compiled
with the core's flags (its tools/platformio-build.py) by Debian's lx106 compiler.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import compile as firmware
import pytest

LX106 = firmware.TESTS / "lx106"
COMPILER = "xtensa-lx106-elf-g++"
EMULATOR = "qemu-system-xtensa"
# Debian has no C++ headers for this target; those of another 32-bit, little-endian one serve.
CXX_HEADERS = Path("/usr/include/newlib/c++")
FLAGS = (
    "-Os",
    "-mlongcalls",
    "-mtext-section-literals",
    "-falign-functions=4",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    "-fno-use-cxa-atexit",
    "-std=gnu++17",
    "-Wall",
    "-Wextra",
    "-Werror",
)
SOURCES = sorted(firmware.TESTS.glob("test_*.cpp"))


def program(source: Path) -> Path:
    """An ELF file for the emulator."""
    folders = sorted(CXX_HEADERS.glob("*"))
    flags = [*FLAGS, *(f"-isystem{f}" for g in folders for f in (g, g / "arm-none-eabi"))]
    script = LX106 / "lx106.ld"
    return firmware.program(
        f"lx106-{source.stem}",
        [LX106 / "start.S", LX106 / "platform.cpp", source, *firmware.portable_sources()],
        flags,
        compiler=COMPILER,
        link=["-nostdlib", "-Wl,--gc-sections", f"-Wl,-T{script}", "-lc", "-lgcc"],
    )


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_cpp_tests_pass_on_the_chips_processor(
    source: Path, needs: Callable[[str, str], None]
) -> None:
    needs(COMPILER, "gcc-xtensa-lx106")
    needs(EMULATOR, "qemu-system-misc")
    command = [EMULATOR, "-M", "sim", "-cpu", "lx106", "-semihosting"]
    quiet = ["-display", "none", "-monitor", "none", "-serial", "stdio"]
    result = subprocess.run(
        [*command, *quiet, "-kernel", program(source)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    firmware.check_report(result)
