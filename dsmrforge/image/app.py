"""The header of a firmware.bin: read it, and refuse an image that would not start.

A firmware.bin is two ESP8266 images in one file: eboot at 0 and the app at 0x1000. Source: the
core's ``tools/elf2bin.py`` (what is written where, and the CRC) and ``bootloaders/eboot``.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from dsmrforge.errors import ForgeError
from dsmrforge.image.flashmap import APP_START, Layout

MAGIC = 0xE9
FLASH_MODES = {0: "qio", 1: "qout", 2: "dio", 3: "dout"}
FLASH_FREQUENCIES = {0: "40m", 1: "26m", 2: "20m", 15: "80m"}
FLASH_SIZES = {0: "512K", 1: "256K", 2: "1M", 3: "2M", 4: "4M", 8: "8M", 9: "16M"}

_LENGTH_AT = APP_START + 16
_CRC_AT = APP_START + 20
_CHECKSUM_SEED = 0xEF
_MAX_SEGMENTS = 16  # the ROM takes no more
_BIT_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True)
class AppHeader:
    """What a firmware.bin says about itself, and whether its contents agree.

    ``flash_mode``, ``flash_freq`` and ``flash_size`` are those of the eboot header at 0, which the
    chip's ROM obeys. ``segments`` and ``entry`` are the app's. ``length`` (bytes) and ``crc`` are
    the words at 0x1010 and 0x1014.
    """

    flash_mode: str
    flash_freq: str
    flash_size: str
    segments: int
    entry: int
    length: int
    crc: int
    crc_ok: bool
    checksum_ok: bool


def image_crc(data: bytes) -> int:
    """The CRC of a firmware.bin, its own length and CRC words counted as zero.

    CRC-32 with polynomial 0x04C11DB7, most significant bit first, start 0xFFFFFFFF, no final
    inversion (elf2bin's ``crc8266``). zlib's runs the other way round; reversing the bits before
    and after makes them the same, and takes a millisecond instead of seconds.
    """
    reflected = zlib.crc32(_as_linked(data).translate(_BIT_REVERSED)) ^ 0xFFFFFFFF
    return int(f"{reflected:032b}"[::-1], 2)


def read_app_header(data: bytes) -> AppHeader:
    """Read the headers of a firmware.bin.

    Raises ForgeError when it is no firmware.bin at all: too short, no magic byte, segments that
    run beyond the end. A wrong length, CRC or checksum is reported in the result.
    """
    if data[:2] == b"\x1f\x8b":
        raise ForgeError(
            "the firmware image is already compressed with gzip",
            "give the firmware.bin itself; its flash mode can only be checked uncompressed",
        )
    if len(data) < _CRC_AT + 4:
        raise _not_firmware(f"it has {len(data):,} bytes, too few for eboot and an app")
    for offset in (0, APP_START):
        if data[offset] != MAGIC:
            raise _not_firmware(f"byte 0x{offset:X} is 0x{data[offset]:02X}, not 0x{MAGIC:02X}")
    _, _, mode, freq_size = struct.unpack_from("<4B", data, 0)
    segments, end, checksum = _app_segments(_as_linked(data))
    length, crc = struct.unpack_from("<2I", data, _LENGTH_AT)
    # The checksum is the last byte of the 16 that the segments' end falls into.
    checksum_at = end | 15
    return AppHeader(
        flash_mode=FLASH_MODES.get(mode, f"0x{mode:02X}"),
        flash_freq=FLASH_FREQUENCIES.get(freq_size & 15, f"0x{freq_size & 15:X}"),
        flash_size=FLASH_SIZES.get(freq_size >> 4, f"0x{freq_size >> 4:X}"),
        segments=segments,
        entry=struct.unpack_from("<I", data, APP_START + 4)[0],
        length=length,
        crc=crc,
        crc_ok=crc == image_crc(data),
        checksum_ok=checksum_at < len(data) and data[checksum_at] == checksum,
    )


def check_app(data: bytes, layout: Layout, flash_mode: str = "dout") -> AppHeader:
    """Make sure that a firmware.bin would start on a 1 MB board with this layout.

    Raises ForgeError, with what was found and what would do, for: no firmware at all, a flash
    mode or flash size that is not the board's, an image that was cut short or changed, an image
    that reaches into the file system. Returns the header.
    """
    header = read_app_header(data)
    if header.flash_mode != flash_mode:
        raise ForgeError(
            f"the firmware is built for flash mode {header.flash_mode}, the board has {flash_mode}",
            f"set board_build.flash_mode = {flash_mode} and build again: the board would not start",
        )
    if header.flash_size != "1M":
        raise ForgeError(
            f"the firmware is built for a flash of {header.flash_size}, the board has 1M",
            f"set board_build.ldscript = {layout.ldscript} and build again",
        )
    if header.length != len(data):
        raise ForgeError(
            f"the firmware says that it has {header.length:,} bytes, the file has {len(data):,}",
            "build again: the file was cut short or added to",
        )
    if not (header.crc_ok and header.checksum_ok):
        what = "checksum" if header.crc_ok else "CRC"
        raise ForgeError(
            f"the firmware's {what} is wrong", "build again: the file was changed after the build"
        )
    if len(data) > layout.max_image:
        raise ForgeError(
            f"the firmware has {len(data):,} bytes, layout {layout.name} leaves room for "
            f"{layout.max_image:,}",
            "leave a section out of the settings, or choose a smaller file system",
        )
    return header


def _as_linked(data: bytes) -> bytes:
    """The image as it was before elf2bin filled in its length and CRC: both were zero.

    The CRC and the app's own checksum are those of that state.
    """
    return data[:_LENGTH_AT] + bytes(8) + data[_CRC_AT + 4 :]


def _app_segments(data: bytes) -> tuple[int, int, int]:
    """The app's number of segments, the offset behind the last one, and their checksum."""
    count = data[APP_START + 1]
    if not 0 < count <= _MAX_SEGMENTS:
        raise _not_firmware(f"its app has {count} segments")
    position = APP_START + 8
    checksum = _CHECKSUM_SEED
    for number in range(count):
        if position + 8 > len(data):
            raise _not_firmware(f"it ends before its segment {number + 1} of {count}")
        (size,) = struct.unpack_from("<I", data, position + 4)
        position += 8
        if size > len(data) - position:
            raise _not_firmware(f"its segment {number + 1} of {count} runs beyond the end")
        checksum ^= _xor(data[position : position + size])
        position += size
    return count, position, checksum


def _xor(data: bytes) -> int:
    """All bytes combined by exclusive or: fold the whole number in half until a byte is left."""
    value = int.from_bytes(data, "little")
    bits = 8
    while bits < len(data) * 8:
        bits *= 2
    while bits > 8:
        bits //= 2
        value = (value >> bits) ^ (value & ((1 << bits) - 1))
    return value


def _not_firmware(why: str) -> ForgeError:
    return ForgeError(
        f"this is not a firmware image for the ESP8266: {why}",
        "give the firmware.bin that the build left in dist/",
    )
