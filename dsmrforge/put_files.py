"""Several files put in place together: all of them, or the folder stays as it was."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from dsmrforge.errors import ForgeError


def put_files(folder: Path, contents: Mapping[str, bytes], private: Collection[str] = ()) -> None:
    """Write ``contents``, by name, into ``folder``, which is made if it is not there.

    Each is written beside its place and renamed, so that no reader sees half of one. The names in
    ``private`` are readable by their owner only from their first byte on. ForgeError when that
    fails; what was there before is there then.
    """
    made = _make_folder(folder)
    staged: list[tuple[Path, Path]] = []
    before: list[tuple[Path, Path | None]] = []
    path = folder
    try:
        for name, content in contents.items():
            path = folder / name
            staged.append((path, _beside(path, content, name in private)))
        for path, new in staged:
            # a copy, not a rename: the file is in its place all the time
            old = _beside(path, path.read_bytes(), True) if path.exists() else None
            before.append((path, old))
            new.replace(path)
    except BaseException as error:  # Ctrl-C too
        for place, old in before:
            with suppress(OSError):
                if old is None:
                    place.unlink()
                else:
                    old.chmod(place.stat().st_mode & 0o777)
                    old.replace(place)
        _remove([new for _, new in staged])
        for parent in made:
            with suppress(OSError):
                parent.rmdir()
        if isinstance(error, OSError):
            raise cannot_write(path, error) from error
        raise
    _remove([old for _, old in before if old])


def _remove(paths: list[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _make_folder(folder: Path) -> list[Path]:
    """Make the folder and those above it; returns the new ones, innermost first."""
    try:
        new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return new


def _beside(path: Path, content: bytes, private: bool) -> Path:
    """``content`` in a new file in the folder of ``path``."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 600
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if not private:
            usual = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
            Path(name).chmod(usual)
    except BaseException:
        _remove([Path(name)])
        raise
    return Path(name)


def _umask() -> int:
    mask = os.umask(0o077)  # it can only be read by setting it
    os.umask(mask)
    return mask


def cannot_write(path: Path, error: OSError) -> ForgeError:
    """What to tell when ``path`` cannot be written."""
    return ForgeError(
        f"cannot write {path}: {error.strerror or error}",
        "choose a folder that you may write to; nothing was changed",
    )
