"""What both file systems ask of a file's name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsmrforge.errors import ForgeError

EXAMPLE = "/index.html"


@dataclass(frozen=True)
class FileEntry:
    """A file in an image: its name, with the leading slash, and its size in bytes."""

    name: str
    size: int


def check_path(name: str) -> bytes:
    """Make sure that a name is a plain absolute path; return it as the bytes that are stored.

    Raises ForgeError when it does not start with a slash, has an empty part, ``.`` or ``..`` in
    it, or a character that a path on a computer cannot have everywhere.
    """
    parts = name.split("/")
    if parts[0] or len(parts) < 2:
        raise ForgeError(
            f"file name {name!r} does not start with a slash", f"write it like {EXAMPLE}"
        )
    if any(part in ("", ".", "..") for part in parts[1:]):
        raise ForgeError(
            f"file name {name!r} has an empty part, '.' or '..' in it", f"write it like {EXAMPLE}"
        )
    bad = sorted({letter for letter in name if letter < " " or letter in '\\:*?"<>|\x7f'})
    if bad:
        raise ForgeError(
            f"file name {name!r} has {bad[0]!r} in it", "rename the file: letters, digits, - _ ."
        )
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise ForgeError(
            f"file name {name!r} is not valid Unicode", "rename the file: letters, digits, - _ ."
        ) from None


def check_tree(names: Iterable[str]) -> None:
    """Refuse ``/a`` beside ``/a/b``: no device that has folders, and no computer, can hold both."""
    every = set(names)
    for name in sorted(every):
        parent = name.rpartition("/")[0]
        while parent:
            if parent in every:
                raise ForgeError(
                    f"{parent} is both a file and the folder of {name}", "rename one of them"
                )
            parent = parent.rpartition("/")[0]
