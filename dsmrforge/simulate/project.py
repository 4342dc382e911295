"""The firmware to simulate: the project's own, or one with default settings in the cache folder."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dsmrforge.build import OnEvent, build
from dsmrforge.cache import cache_folder
from dsmrforge.config import SETTINGS, Config, default_config, load
from dsmrforge.errors import ForgeError
from dsmrforge.image.extract import extract
from dsmrforge.image.filesystem import unpack


@dataclass(frozen=True)
class Firmware:
    """The program, the folder for its ``--files``, and the settings that it was built from."""

    program: Path
    files: Path
    config: Config


@contextlib.contextmanager
def firmware(project: Path, on_event: OnEvent) -> Iterator[Firmware]:
    """Builds the host's firmware; its files lie in a folder that is removed afterwards.

    Without settings in the current folder, those by default are built in the cache folder; a
    folder that was named must have them.
    """
    if (project / SETTINGS).exists() or project != Path():
        config = load(project)
    else:
        config, project = default_config(board="host"), cache_folder() / "simulate"
    result = build(project, config, board="host", on_event=on_event)
    try:
        _, files = unpack((result.folder / "filesystem.bin").read_bytes())
    except OSError as error:
        hint = "start it again: another build may have replaced it just now"
        raise ForgeError(f"cannot read {error.filename}: {error.strerror}", hint) from error
    with tempfile.TemporaryDirectory(prefix="dsmrforge-") as folder:
        extract(files, Path(folder))
        yield Firmware(result.firmware.resolve(), Path(folder), config)
