"""Builds firmware images the way the Arduino core's elf2bin lays them out."""

import random
import struct

FLASH_MODES = {"qio": 0, "qout": 1, "dio": 2, "dout": 3}


def slow_crc(data: bytes) -> int:
    """The CRC bit by bit, straight from its definition: independent of the package's."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return crc


def part(header: bytes, segments: list[tuple[int, bytes]], entry: int = 0x40100004) -> bytes:
    """One ESP8266 image: header, segments, zeros, checksum in the last byte of a row of 16."""
    body = bytes([0xE9, len(segments)]) + header + struct.pack("<I", entry)
    checksum = 0xEF
    for address, content in segments:
        body += struct.pack("<II", address, len(content)) + content
        for byte in content:
            checksum ^= byte
    return body + bytes(15 - len(body) % 16) + bytes([checksum])


def firmware(
    size: int = 6000,
    mode: str = "dout",
    freq_size: int = 0x20,
    *,
    content: bytes = b"",
    crc: int | None = None,
) -> bytes:
    """A firmware.bin of ``size`` bytes, rounded up to a multiple of 16.

    ``content`` is what its code begins with; zeros follow. ``crc`` saves computing it slowly.
    """
    header = bytes([FLASH_MODES[mode], freq_size])
    eboot = part(header, [(0x4010F000, random.Random(0).randbytes(900))]).ljust(4096, b"\xaa")
    data_segment = bytes(range(100))
    code = bytes(8) + content
    # Two segment headers and the app's own are 24 bytes; the checksum is one.
    code = code.ljust(size - len(eboot) - 24 - len(data_segment) - 1, b"\0")
    raw = bytearray(eboot + part(header, [(0x40201010, code), (0x3FFE8000, data_segment)]))
    # As elf2bin does: the checksum above and the CRC here see zeros where length and CRC go.
    struct.pack_into("<II", raw, 0x1010, len(raw), slow_crc(bytes(raw)) if crc is None else crc)
    return bytes(raw)
