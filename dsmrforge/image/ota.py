"""Updates over the air: what fits, and the gzip image that a device takes.

The running firmware receives an update into the free flash right below the file system, and eboot
copies it to the start, inflating it when it is gzip. Source: the core's ``Updater.cpp``
(``UpdaterClass::begin``) and ``bootloaders/eboot/eboot.c`` (``copy_raw``).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from dsmrforge.errors import ForgeError
from dsmrforge.image.app import check_app
from dsmrforge.image.flashmap import SECTOR, Layout, ceil_sector

_GZIP_WINDOW = -15  # 32 KB, all that eboot has; negative: no zlib wrapper


@dataclass(frozen=True)
class OtaBudget:
    """Whether an image can be sent to a device that runs an image of ``running`` bytes.

    ``raw_spare`` and ``gzip_spare`` are the bytes by which the upload could grow; negative: the
    bytes that are too many. ``inflated_fits``: eboot can unpack the gzip image without reaching
    into the file system or overwriting what it has not read yet. No device checks that.
    """

    running: int
    raw_size: int
    gzip_size: int
    raw_fits: bool
    gzip_fits: bool
    raw_spare: int
    gzip_spare: int
    inflated_fits: bool


def ota_budget(image: bytes, layout: Layout, *, running: int | None = None) -> OtaBudget:
    """What sending ``image`` (a firmware.bin) takes, raw and as gzip, and what there is.

    The device's check is ``FS_start - ceil4k(upload) >= ceil4k(running sketch)``. ``running`` is
    the size in bytes of the image on the device; by default that of ``image`` itself, which is
    the question "will the next update fit?".
    """
    running = len(image) if running is None else running
    compressed = _compress(image)
    room = layout.fs_start - ceil_sector(running)  # whole sectors: so no need to round an upload up
    return OtaBudget(
        running=running,
        raw_size=len(image),
        gzip_size=len(compressed),
        raw_fits=len(image) <= room,
        gzip_fits=len(compressed) <= room,
        raw_spare=room - len(image),
        gzip_spare=room - len(compressed),
        inflated_fits=_inflates_in_place(compressed, len(image), layout),
    )


def gzip_image(data: bytes, layout: Layout, flash_mode: str = "dout") -> bytes:
    """Compress a firmware.bin for an update over the air.

    The result is one gzip member without name, time or anything behind it; the same image gives
    the same bytes. Raises ForgeError for everything that :func:`dsmrforge.image.app.check_app`
    refuses, because the device cannot look inside: it corrects the flash mode of a raw image, but
    a gzip image with a wrong one leaves a board that never starts again. Raises it, too, for an
    image that does not unpack below the file system.
    """
    check_app(data, layout, flash_mode)
    compressed = _compress(data)
    if not _inflates_in_place(compressed, len(data), layout):
        raise ForgeError(
            f"the firmware ({len(data):,} bytes, {len(compressed):,} as gzip) cannot be unpacked "
            f"below the file system of layout {layout.name} at {layout.fs_start:,}",
            "send it raw, or leave a section out of the settings",
        )
    return compressed


def _compress(data: bytes) -> bytes:
    # By hand, as zlib and Python write their own operating system into the header.
    header = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"
    deflate = zlib.compressobj(9, zlib.DEFLATED, _GZIP_WINDOW)
    body = deflate.compress(data) + deflate.flush()
    return header + body + struct.pack("<2I", zlib.crc32(data), len(data))


def _inflates_in_place(compressed: bytes, size: int, layout: Layout) -> bool:
    """Go through eboot's moves: does it ever erase a sector that it still has to read?

    The upload ends at the file system; eboot reads it a sector at a time, and writes from 0
    upwards, so towards it. An image close to the limit with an incompressible end would overtake.
    """
    if size > layout.fs_start:
        return False
    source = layout.fs_start - ceil_sector(len(compressed))
    inflate = zlib.decompressobj(31)
    rest = compressed
    for written in range(SECTOR, ceil_sector(size) + 1, SECTOR):
        inflate.decompress(rest, SECTOR)
        rest = inflate.unconsumed_tail
        read = ceil_sector(len(compressed) - len(rest))
        if written > source + read and read < len(compressed):
            return False
    return True
