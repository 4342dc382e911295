"""Write the files of an image into a folder, and nowhere else."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

from dsmrforge.errors import ForgeError
from dsmrforge.image.names import check_path, check_tree


def extract(files: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write ``files`` (by their names in the image) below ``folder``; return what was written.

    Every name is checked before the first file is written. Each file is written beside its place
    and renamed, so that an interruption leaves the old one or the new one. Raises ForgeError for
    a name that would leave the folder (``..``, a drive, a backslash, a link that leads out of
    it), for two names that are one on a computer that ignores case, and when a file cannot be
    written.
    """
    parts = {name: _safe_parts(name) for name in files}
    check_tree("/" + "/".join(one) for one in parts.values())
    seen: dict[str, str] = {}
    for name, one in parts.items():
        other = seen.setdefault("/".join(one).casefold(), name)
        if other != name:
            raise ForgeError(
                f"{other!r} and {name!r} cannot lie in one folder on every computer",
                "take the one you need from the device by FTP",
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        root = folder.resolve()
        return [_write(root, one, files[name]) for name, one in parts.items()]
    except OSError as error:
        raise ForgeError(
            f"cannot write to {folder}: {error.strerror or error}", "choose another folder"
        ) from error


def _safe_parts(name: str) -> list[str]:
    """The parts of a name; one without a leading slash, counts as with it."""
    rooted = name if name.startswith("/") else "/" + name
    try:
        check_path(rooted)
    except ForgeError as error:
        raise ForgeError(
            f"the image holds a file that cannot be extracted safely: {error.message}",
            "list the image to see its names",
        ) from None
    return rooted[1:].split("/")


def _write(root: Path, parts: list[str], content: bytes) -> Path:
    target = root.joinpath(*parts)
    if not target.parent.resolve().is_relative_to(root):
        raise ForgeError(
            f"{'/'.join(parts)} would be written outside {root}: a folder there is a link",
            "choose an empty folder",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(content)
        beside.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
    return target
