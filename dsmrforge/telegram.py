"""Writes P1 telegrams: the frame and its check. What is in the lines is the caller's.

Source: DSMR P1 companion standard 5.0.2, section 6.2; facts of older versions beside it.
"""

from __future__ import annotations

from collections.abc import Iterable


def _crc_table() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
        table.append(crc)
    return tuple(table)


_TABLE = _crc_table()


def crc16(data: bytes) -> int:
    """CRC-16/ARC of ``data``: reflected polynomial 0xA001, initial 0, no final xor."""
    crc = 0
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc


def frame(
    identification: str, lines: Iterable[str], *, blank: bool = True, crc: bool = True
) -> bytes:
    """One telegram: ``/identification``, the lines, ``!`` and its CRC.

    ``blank`` is the empty line after the header (Fluvius meters leave it out in practice);
    ``crc=False`` ends with a bare ``!``, as DSMR 2 and 3 do. Characters are Latin-1.
    """
    head = [f"/{identification}", ""] if blank else [f"/{identification}"]
    body = "\r\n".join([*head, *lines]).encode("latin-1") + b"\r\n!"
    return body + (b"%04X\r\n" % crc16(body) if crc else b"\r\n")
