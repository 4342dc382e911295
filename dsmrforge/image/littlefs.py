"""LittleFS images, written and read, as the Arduino core for the ESP8266 mounts them.

Source: the core's ``libraries/LittleFS/src/LittleFS.h`` and its littlefs 2.5.1, which knows disk
version 2.0 only; littlefs-python's own defaults do not mount there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import littlefs

from dsmrforge.errors import ForgeError
from dsmrforge.image.names import FileEntry, check_path, check_tree

NAME_MAX = 31
"""Bytes in one part of a path: the core's own check refuses the 32nd."""
INLINE_MAX = 64
"""Bytes in the largest file that lies in its folder's own block (the cache's size)."""
DISK_VERSION = 0x00020000
BLOCKS = (4096, 8192)

_MAGIC = b"littlefs"
_MAGIC_AT = 8
_SUPERBLOCKS = 2
_TYPE_FILE, _TYPE_FOLDER = 1, 2


def check_littlefs_name(name: str) -> bytes:
    """The bytes of a name; raises ForgeError when the device could not open it."""
    stored = check_path(name)
    for part in stored.split(b"/"):
        if len(part) > NAME_MAX:
            raise ForgeError(
                f"file name {name!r} has a part of {len(part)} bytes, LittleFS takes {NAME_MAX}",
                f"shorten it by {len(part) - NAME_MAX}",
            )
    return stored


def write_littlefs(files: Mapping[str, bytes], size: int, block: int = 4096) -> bytes:
    """An image of ``size`` bytes that holds ``files``; folders are made as the names ask for them.

    Raises ForgeError when a name cannot be stored or the files do not fit (with the bytes needed
    and available, the former by a lower bound).
    """
    if block not in BLOCKS or size % block or size < (_SUPERBLOCKS + 1) * block:
        raise ForgeError(
            f"a LittleFS image cannot have {size:,} bytes in blocks of {block:,}",
            "use blocks of 4096 or 8192, and at least three",
        )
    for name in files:
        check_littlefs_name(name)
    check_tree(files)
    context = littlefs.UserContext(size)
    try:
        volume = _volume(context, block)
        volume.format()
        volume.mount()
        for name in sorted(files):
            folder = name.rpartition("/")[0]
            if folder:
                volume.makedirs(folder, exist_ok=True)
            _write(volume, name, files[name])
        volume.unmount()
    except littlefs.LittleFSError as error:
        if error.code == littlefs.LittleFSError.Error.LFS_ERR_NOSPC:
            raise _full(files, size, block) from None
        raise ForgeError(
            f"the LittleFS image could not be written: {error}",
            "report this with the list of files",
        ) from error
    return bytes(context.buffer)


def is_littlefs(data: bytes, block: int = 4096) -> bool:
    """Whether this mounts as LittleFS with this block size."""
    try:
        _mount(data, block)
    except (ForgeError, littlefs.LittleFSError):
        return False
    return True


def list_littlefs(data: bytes, block: int = 4096) -> tuple[FileEntry, ...]:
    """The files in an image, by name. Raises ForgeError when it cannot be read."""
    try:
        return tuple(sorted(_walk(_mount(data, block)), key=lambda file: file.name))
    except (littlefs.LittleFSError, OSError, UnicodeError) as error:
        raise _unreadable(block) from error


def read_littlefs(data: bytes, block: int = 4096) -> dict[str, bytes]:
    """The files in an image, by name. Raises ForgeError when it cannot be read."""
    try:
        volume = _mount(data, block)
        entries = sorted(_walk(volume), key=lambda file: file.name)
        if sum(entry.size for entry in entries) > len(data):
            raise _unreadable(block)
        return {entry.name: _read(volume, entry) for entry in entries}
    except (littlefs.LittleFSError, OSError, UnicodeError) as error:
        raise _unreadable(block) from error


def littlefs_used(data: bytes, block: int = 4096) -> int:
    """The bytes in blocks that are taken. Raises ForgeError when the image cannot be read."""
    try:
        return _mount(data, block).used_block_count * block
    except littlefs.LittleFSError as error:
        raise _unreadable(block) from error


def _volume(context: littlefs.UserContext, block: int) -> littlefs.LittleFS:
    return littlefs.LittleFS(
        context=context,
        mount=False,
        block_size=block,
        block_count=len(context.buffer) // block,
        name_max=NAME_MAX + 1,
        disk_version=DISK_VERSION,
        read_size=64,
        prog_size=64,
        cache_size=64,
        lookahead_size=64,
        block_cycles=16,
    )


def _write(volume: littlefs.LittleFS, name: str, content: bytes) -> None:
    # Not volume.open(), here and below: when closing fails, for want of space perhaps, its file
    # object closes once more as it is collected, and littlefs aborts the process.
    handle = littlefs.lfs.file_open(volume.fs, name, "w")
    littlefs.lfs.file_write(volume.fs, handle, content)
    littlefs.lfs.file_close(volume.fs, handle)


def _read(volume: littlefs.LittleFS, entry: FileEntry) -> bytes:
    handle = littlefs.lfs.file_open(volume.fs, entry.name, "r")
    content = littlefs.lfs.file_read(volume.fs, handle, entry.size)
    littlefs.lfs.file_close(volume.fs, handle)
    return content


def _mount(data: bytes, block: int) -> littlefs.LittleFS:
    whole = not len(data) % block and len(data) >= (_SUPERBLOCKS + 1) * block
    if not whole or not any(data.startswith(_MAGIC, at + _MAGIC_AT) for at in (0, block)):
        raise _unreadable(block)
    # littlefs may write while it mounts: it gets a copy.
    volume = _volume(littlefs.UserContext(buffer=bytearray(data)), block)
    volume.mount()
    return volume


def _walk(volume: littlefs.LittleFS) -> Iterator[FileEntry]:
    """Every file, with its whole path."""
    folders = [""]
    # A folder takes two blocks. More of them than that: a damaged image that leads in a circle.
    for _ in range(volume.block_count):
        if not folders:
            return
        folder = folders.pop()
        for found in volume.scandir(folder or "/"):
            path = f"{folder}/{found.name}"
            if found.type == _TYPE_FOLDER:
                folders.append(path)
            elif found.type == _TYPE_FILE:
                yield FileEntry(path, found.size)
    raise littlefs.LittleFSError(littlefs.LittleFSError.Error.LFS_ERR_CORRUPT)


def _full(files: Mapping[str, bytes], size: int, block: int) -> ForgeError:
    # What the folders' entries take is known only by writing them: this is a lower bound.
    folders = {name.rpartition("/")[0] for name in files} - {""}
    blocks = _SUPERBLOCKS + 2 * len(folders)
    blocks += sum(_blocks_for(len(content), block) for content in files.values())
    return ForgeError(
        f"the files need at least {max(blocks * block, size + block):,} bytes, a LittleFS image of "
        f"{size // 1024}K has {size:,} in blocks of {block:,}",
        "leave files out, or choose a larger file system",
    )


def _blocks_for(size: int, block: int) -> int:
    """The blocks of a file: littlefs's DESIGN.md, "CTZ skip-lists"."""
    if size <= INLINE_MAX:
        return 0
    count = 1
    room = block
    while room < size:
        # Block n begins with pointers of 4 bytes, one more than n has zero bits at its end.
        room += block - 4 * (count & -count).bit_length()
        count += 1
    return count


def _unreadable(block: int) -> ForgeError:
    return ForgeError(
        f"this is not a sound LittleFS image with blocks of {block:,} bytes",
        "give the filesystem.bin of a build, or what was read from a device",
    )
