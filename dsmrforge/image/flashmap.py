"""Where everything lies on a 1 MB flash: the layouts of the Arduino core for the ESP8266.

Source: the core's linker scripts ``tools/sdk/ld/eagle.flash.1m*.ld``. All addresses are offsets
from the start of the flash, in bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from dsmrforge.errors import ForgeError

FLASH_SIZE = 0x100000
"""The whole chip: 1 MB."""
SECTOR = 0x1000
"""The least that can be erased: 4096 bytes."""
EBOOT_START = 0x00000
"""The boot loader eboot, one sector. A firmware.bin starts here, not at the app."""
APP_START = 0x01000
"""The app; its length and CRC are at its offsets 0x10 and 0x14."""
EEPROM_START = 0xFB000
"""The EEPROM sector; every file system ends here."""
RF_CAL_START = 0xFC000
"""The radio's calibration, one sector."""
SDK_START = 0xFD000
"""The SDK's own settings (the Wi-Fi network among them), three sectors."""


@dataclass(frozen=True)
class Layout:
    """How one linker script divides the flash.

    ``fs_start`` and ``fs_end`` are offsets in bytes; ``block`` is the block size, in bytes, that
    the core gives to SPIFFS and to LittleFS alike (0 when there is no file system).
    """

    name: str
    fs_start: int
    fs_end: int
    block: int

    @property
    def fs_size(self) -> int:
        """Bytes in the file system."""
        return self.fs_end - self.fs_start

    @property
    def max_image(self) -> int:
        """Bytes in the largest firmware.bin, eboot included, that may lie below the file system.

        This is what PlatformIO checks. What an update over the air can carry is about half of it:
        see :mod:`dsmrforge.image.ota`.
        """
        return self.fs_start

    @property
    def ldscript(self) -> str:
        """The linker script's file name, for ``board_build.ldscript``."""
        return f"eagle.flash.{self.name}.ld"


def _layout(kilobytes: int, block: int) -> Layout:
    name = f"1m{kilobytes}" if kilobytes else "1m"
    return Layout(name, EEPROM_START - kilobytes * 1024, EEPROM_START, block)


LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        _layout(0, 0),
        _layout(64, 4096),
        _layout(128, 4096),
        _layout(144, 4096),
        _layout(160, 4096),
        _layout(192, 4096),
        _layout(256, 4096),
        _layout(512, 8192),
    )
}
"""Every 1 MB layout of the core, by the name in its linker script: 1m, 1m64 … 1m512."""


def layout_for(size_bytes: int) -> Layout:
    """The layout whose file system has exactly ``size_bytes`` bytes.

    Raises ForgeError, naming the sizes that exist, for any other size.
    """
    for layout in LAYOUTS.values():
        if layout.fs_size == size_bytes and layout.fs_size:
            return layout
    sizes = ", ".join(f"{one.fs_size // 1024}K" for one in LAYOUTS.values() if one.fs_size)
    raise ForgeError(
        f"no 1 MB flash layout has a file system of {size_bytes:,} bytes",
        f"use one of {sizes}",
        exit_code=2,
    )


def ceil_sector(size: int) -> int:
    """``size`` bytes rounded up to whole sectors, as the flash is erased and the updater counts."""
    return -(-size // SECTOR) * SECTOR
