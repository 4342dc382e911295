"""SPIFFS images, written and read, as the Arduino core for the ESP8266 mounts them.

Source: the core's ``cores/esp8266/spiffs`` (``spiffs_nucleus.h`` for the format, TECH_SPEC for
the idea) with its ``spiffs_config.h``: pages of 256 bytes, 16-bit ids, names of 32 bytes with the
closing zero, no metadata, a magic number that does not depend on the length, aligned tables.

An image is a row of blocks (4096 bytes; 8192 with 512K). The first page of a block is its look-up
page: the object id of every other page in it (0xFFFF free, 0 deleted, bit 15 set for an index
page), the magic number and the count of erasures. The other pages begin with object id, span
index and flags. A file is one object: an index header page (name, size, the first 105 page
numbers), data pages of 251 bytes each, and further index pages of 124 numbers.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping

from dsmrforge.errors import ForgeError
from dsmrforge.image.names import FileEntry, check_path, check_tree

PAGE = 256
NAME_MAX = 31
"""Bytes in a name, leading slash included; the 32nd is a zero."""
DATA_PER_PAGE = PAGE - 5
SPARE_BLOCKS = 2
"""Blocks that stay free: without them the device cannot clean up and write again."""
BLOCKS = (4096, 8192)

_MAGIC = (0x20140529 ^ PAGE) & 0xFFFF
_MAGIC_AT = PAGE - 4  # the erase count follows it
_FREE = 0xFFFF
_DELETED = 0
_INDEX = 0x8000
_EMPTY_SIZE = 0xFFFFFFFF  # "not written yet": the device fills it in place on the first append
_TYPE_FILE = 1

_HEADER_TABLE_AT = 46
_TABLE_AT = 8
_HEADER_ENTRIES = (PAGE - _HEADER_TABLE_AT) // 2
_ENTRIES = (PAGE - _TABLE_AT) // 2

# Flags are cleared as a page goes through its life, because flash bits only go from 1 to 0.
_USED, _FINAL, _DATA, _INDEX_KEPT, _KEPT = 0x01, 0x02, 0x04, 0x40, 0x80
_DATA_FLAGS = 0xFF & ~(_USED | _FINAL)
_INDEX_FLAGS = 0xFF & ~(_USED | _FINAL | _DATA)


def pages_for(size: int) -> int:
    """The pages that a file of ``size`` bytes takes: its data, and its index pages."""
    data = -(-size // DATA_PER_PAGE)
    more = max(0, data - _HEADER_ENTRIES)
    return 1 + data + -(-more // _ENTRIES)


def page_capacity(size: int, block: int = 4096) -> int:
    """The pages that files may take in an image of ``size`` bytes, the spare blocks left out.

    Raises ForgeError for a block size that the core does not have, or a size that is not a
    multiple of it or leaves no block.
    """
    if block not in BLOCKS:
        raise ForgeError(f"SPIFFS has no block size of {block} bytes", "use 4096 or 8192")
    blocks = size // block
    if size % block or not SPARE_BLOCKS < blocks <= 0xFFFF * PAGE // block:
        raise ForgeError(
            f"a SPIFFS image cannot have {size:,} bytes in blocks of {block:,}",
            f"use a multiple of {block:,}, and at least {(SPARE_BLOCKS + 1) * block:,}",
        )
    return (blocks - SPARE_BLOCKS) * (block // PAGE - 1)


def check_spiffs_name(name: str) -> bytes:
    """The bytes of a name as SPIFFS stores it; raises ForgeError when it cannot be stored."""
    stored = check_path(name)
    if len(stored) > NAME_MAX:
        raise ForgeError(
            f"file name {name!r} has {len(stored)} bytes, SPIFFS takes {NAME_MAX}",
            f"shorten it by {len(stored) - NAME_MAX}; the leading slash and folders count",
        )
    return stored


def write_spiffs(files: Mapping[str, bytes], size: int, block: int = 4096) -> bytes:
    """An image of ``size`` bytes that holds ``files``; the same files give the same bytes.

    Raises ForgeError when a name cannot be stored, when the files do not fit (with the bytes
    needed and available, counted in pages of 256), and as :func:`page_capacity`.
    """
    available = page_capacity(size, block)
    names = {name: check_spiffs_name(name) for name in sorted(files)}
    check_tree(names)
    needed = sum(pages_for(len(files[name])) for name in names)
    if needed > available:
        raise ForgeError(
            f"the files need {needed * PAGE:,} bytes ({needed} pages of {PAGE}), a SPIFFS image of "
            f"{size // 1024}K has room for {available * PAGE:,} ({available} pages)",
            "leave files out, or choose a larger file system",
        )
    writer = _Writer(size, block)
    for name, stored in names.items():
        writer.add(stored, files[name])
    return bytes(writer.image)


class _Writer:
    """Fills a formatted image page by page, from the first block on."""

    def __init__(self, size: int, block: int) -> None:
        self.image = bytearray(b"\xff" * size)
        self._block = block
        self._next_page = 1
        self._next_id = 1
        for number in range(size // block):
            # A different count in every block, as the device's own format leaves them.
            struct.pack_into("<HH", self.image, number * block + _MAGIC_AT, _MAGIC, number)

    def add(self, name: bytes, content: bytes) -> None:
        object_id = self._next_id
        self._next_id += 1
        index = self._take(object_id | _INDEX, 0, _INDEX_FLAGS)
        struct.pack_into(
            "<IB32s", self.image, index + 8, len(content) or _EMPTY_SIZE, _TYPE_FILE, name
        )
        entry, last = index + _HEADER_TABLE_AT, index + PAGE
        index_span = 0
        for span, start in enumerate(range(0, len(content), DATA_PER_PAGE)):
            if entry + 2 > last:
                index_span += 1
                index = self._take(object_id | _INDEX, index_span, _INDEX_FLAGS)
                entry, last = index + _TABLE_AT, index + PAGE
            page = self._take(object_id, span, _DATA_FLAGS)
            chunk = content[start : start + DATA_PER_PAGE]
            self.image[page + 5 : page + 5 + len(chunk)] = chunk
            struct.pack_into("<H", self.image, entry, page // PAGE)
            entry += 2

    def _take(self, object_id: int, span: int, flags: int) -> int:
        """Enter the next free page into its look-up page; return its offset."""
        offset = self._next_page * PAGE
        within = offset % self._block
        struct.pack_into("<H", self.image, offset - within + (within // PAGE - 1) * 2, object_id)
        struct.pack_into("<HHB", self.image, offset, object_id, span, flags)
        self._next_page += 1
        if (self._next_page * PAGE) % self._block == 0:
            self._next_page += 1  # a look-up page
        return offset


def is_spiffs(data: bytes, block: int = 4096) -> bool:
    """Whether the device would mount this: every block has the magic number, but for one.

    One may lack it, because the power may have gone while it was erased.
    """
    blocks = len(data) // block
    if len(data) % block or not SPARE_BLOCKS < blocks <= 0xFFFF * PAGE // block:
        return False
    return sum(not _has_magic(data, at) for at in range(0, len(data), block)) <= 1


def list_spiffs(data: bytes, block: int = 4096) -> tuple[FileEntry, ...]:
    """The files in an image, by name. Raises ForgeError when it is no SPIFFS image."""
    return tuple(FileEntry(name, size) for name, (_, size) in _Reader(data, block).files().items())


def spiffs_used(data: bytes, block: int = 4096) -> int:
    """The bytes in pages that files take, of the 256 times :func:`page_capacity` that they may.

    Raises ForgeError when it is no SPIFFS image.
    """
    return len(_Reader(data, block).pages) * PAGE


def read_spiffs(data: bytes, block: int = 4096) -> dict[str, bytes]:
    """The files in an image, fresh or as a device left it, with old pages lying about.

    Of two files with one name the first counts, as on the device. Raises ForgeError when it is no
    SPIFFS image or a file in it is damaged. Takes time and memory in proportion to the image,
    whatever is in it.
    """
    reader = _Reader(data, block)
    return {name: reader.content(name, *where) for name, where in reader.files().items()}


class _Reader:
    """The live pages of an image, by object id (with the index bit) and span."""

    def __init__(self, data: bytes, block: int) -> None:
        if block not in BLOCKS or not is_spiffs(data, block):
            raise ForgeError(
                f"this is not a SPIFFS image with blocks of {block:,} bytes",
                "give the filesystem.bin of a build, or what was read from a device",
            )
        self._data = data
        self.pages: dict[tuple[int, int], int] = {}
        for start in range(0, len(data), block):
            if not _has_magic(data, start):
                continue  # half erased: the device finishes that when it mounts
            ids = struct.unpack_from(f"<{block // PAGE - 1}H", data, start)
            for number, object_id in enumerate(ids, start // PAGE + 1):
                if object_id not in (_FREE, _DELETED):
                    self._enter(object_id, number)

    def _enter(self, object_id: int, number: int) -> None:
        written_id, span, flags = struct.unpack_from("<HHB", self._data, number * PAGE)
        if written_id != object_id or flags & (_USED | _FINAL | _KEPT) != _KEPT:
            return
        if bool(flags & _DATA) == bool(object_id & _INDEX):
            return
        if object_id & _INDEX and span == 0 and not flags & _INDEX_KEPT:
            return  # a file whose removal had begun
        # A page is copied before the old one is deleted. When the power went in between there
        # are two; the device takes the first it meets.
        self.pages.setdefault((object_id, span), number)

    def files(self) -> dict[str, tuple[int, int]]:
        """Object id and size in bytes, by name."""
        found: dict[str, tuple[int, int]] = {}
        headers = ((n, key[0]) for key, n in self.pages.items() if key[0] & _INDEX and not key[1])
        for number, object_id in sorted(headers):
            size, _, stored = struct.unpack_from("<IB32s", self._data, number * PAGE + 8)
            name = stored.partition(b"\0")[0].decode("utf-8", "backslashreplace")
            found.setdefault(name, (object_id & ~_INDEX, 0 if size == _EMPTY_SIZE else size))
        return dict(sorted(found.items()))

    def content(self, name: str, object_id: int, size: int) -> bytes:
        if size > len(self._data):
            raise _damaged(name, f"it says that it has {size:,} bytes, more than the whole image")
        spans = -(-size // DATA_PER_PAGE)
        table: list[int] = []
        index_span = 0
        while len(table) < spans:
            index = self.pages.get((object_id | _INDEX, index_span))
            if index is None:
                raise _damaged(name, f"its index page {index_span} is missing")
            start = _TABLE_AT if index_span else _HEADER_TABLE_AT
            entries = _ENTRIES if index_span else _HEADER_ENTRIES
            table += struct.unpack_from(f"<{entries}H", self._data, index * PAGE + start)
            index_span += 1
        chunks = [self._chunk(name, object_id, span, table[span]) for span in range(spans)]
        return b"".join(chunks)[:size]

    def _chunk(self, name: str, object_id: int, span: int, number: int) -> bytes:
        flags = self._data_flags(object_id, span, number)
        if flags is None or not flags & _KEPT:
            # The device writes the new page, deletes the old one and corrects the index last.
            # When the power went in between, the new page says itself where it belongs
            # (SPIFFS_check looks for it in the same way); was it not yet marked as final, then
            # the old one still holds what it held.
            moved = self.pages.get((object_id, span))
            if moved is not None:
                number = moved
            elif flags is None:
                raise _damaged(name, f"its bytes from {span * DATA_PER_PAGE:,} on are missing")
        return self._data[number * PAGE + 5 : (number + 1) * PAGE]

    def _data_flags(self, object_id: int, span: int, number: int) -> int | None:
        """The flags of a page that holds this part of the object, deleted or not; else None."""
        if (number + 1) * PAGE > len(self._data):
            return None
        written_id, written_span, flags = struct.unpack_from("<HHB", self._data, number * PAGE)
        holds = flags & (_USED | _FINAL | _DATA) == _DATA
        return flags if holds and (written_id, written_span) == (object_id, span) else None


def _has_magic(data: bytes, block_start: int) -> bool:
    return data.startswith(_MAGIC.to_bytes(2, "little"), block_start + _MAGIC_AT)


def _damaged(name: str, why: str) -> ForgeError:
    return ForgeError(
        f"file {name!r} in the SPIFFS image is damaged: {why}",
        "read the image from the device once more",
    )
