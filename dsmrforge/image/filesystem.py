"""File-system images of either kind: pack files for a layout, and unpack an image of any origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dsmrforge.errors import ForgeError
from dsmrforge.image import littlefs, spiffs
from dsmrforge.image.flashmap import Layout
from dsmrforge.image.names import FileEntry

Kind = Literal["spiffs", "littlefs"]


@dataclass(frozen=True)
class ImageInfo:
    """What is in an image. ``block``, ``size`` and ``used`` are bytes.

    ``used`` counts whole pages (SPIFFS) or blocks (LittleFS), with what the file system itself
    needs; ``files`` is sorted by name.
    """

    kind: Kind
    block: int
    size: int
    used: int
    files: tuple[FileEntry, ...]


def check_name(kind: Kind, name: str) -> None:
    """Raise ForgeError when a file of this name cannot lie in an image of this kind."""
    if kind == "spiffs":
        spiffs.check_spiffs_name(name)
    else:
        littlefs.check_littlefs_name(name)


def pack(kind: Kind, files: Mapping[str, bytes], layout: Layout) -> bytes:
    """The image that holds ``files`` and fills the layout's file system exactly.

    Raises ForgeError for a name that cannot be stored, for files that do not fit, and for a
    layout without a file system.
    """
    if not layout.fs_size:
        raise ForgeError(
            f"layout {layout.name} has no file system", "choose one that has, such as 1m128"
        )
    if kind == "spiffs":
        return spiffs.write_spiffs(files, layout.fs_size, layout.block)
    return littlefs.write_littlefs(files, layout.fs_size, layout.block)


def unpack(data: bytes) -> tuple[Kind, dict[str, bytes]]:
    """The kind of an image, and its files by name.

    Raises ForgeError when it is of neither kind, or a file in it is damaged.
    """
    kind, block = recognise(data)
    if kind == "spiffs":
        return kind, spiffs.read_spiffs(data, block)
    return kind, littlefs.read_littlefs(data, block)


def inspect(data: bytes) -> ImageInfo:
    """What is in an image, without reading the files. Raises ForgeError as :func:`unpack`."""
    kind, block = recognise(data)
    if kind == "spiffs":
        used, files = spiffs.spiffs_used(data, block), spiffs.list_spiffs(data, block)
    else:
        used, files = littlefs.littlefs_used(data, block), littlefs.list_littlefs(data, block)
    return ImageInfo(kind, block, len(data), used, files)


def recognise(data: bytes) -> tuple[Kind, int]:
    """The kind and the block size in bytes of an image, found from its contents.

    Raises ForgeError when it is of neither kind.
    """
    # LittleFS first: it checks itself with a CRC. Blocks of 4096 before 8192: the magic number
    # of every second SPIFFS block of 4096 lies where a block of 8192 would have it.
    for block in littlefs.BLOCKS:
        if littlefs.is_littlefs(data, block):
            return "littlefs", block
    for block in spiffs.BLOCKS:
        if spiffs.is_spiffs(data, block):
            return "spiffs", block
    raise ForgeError(
        f"these {len(data):,} bytes are neither a SPIFFS nor a LittleFS image",
        "give the filesystem.bin of a build, or what was read from a device",
    )
