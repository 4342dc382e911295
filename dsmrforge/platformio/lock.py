"""One build at a time in one folder."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from dsmrforge.errors import ForgeError

LOCK = ".lock"


@contextlib.contextmanager
def locked(folder: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Holds the folder's lock; ``on_wait`` is called when somebody else has it.

    The lock is SQLite's on an empty database: the one lock in Python's library that works on
    Windows, macOS and Linux, and that a process that dies lets go of.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(folder / LOCK, timeout=0, isolation_level=None)
        if not _take(database):
            on_wait()
            while not _take(database):
                time.sleep(0.1)
    except (OSError, sqlite3.OperationalError) as error:
        raise ForgeError(
            f"cannot use {folder}: {error}", "make the project's folder writable"
        ) from error
    with contextlib.closing(database):
        yield


def _take(database: sqlite3.Connection) -> bool:
    try:
        database.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise
    return True
