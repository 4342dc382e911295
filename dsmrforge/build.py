"""Settings -> dist/NAME-BOARD/: render, compile, pack the file system, check what fits.

What is compiled lies in PROJECT/.dsmrforge/BOARD, an ordinary PlatformIO project.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dsmrforge import __version__
from dsmrforge.boards import Board, board_named
from dsmrforge.config import Config
from dsmrforge.errors import ForgeError
from dsmrforge.fields import load_catalogue
from dsmrforge.image import filesystem
from dsmrforge.image.app import check_app
from dsmrforge.image.flashmap import layout_for
from dsmrforge.image.ota import OtaBudget, gzip_image, ota_budget
from dsmrforge.platformio.core import host_compiler
from dsmrforge.platformio.lock import locked
from dsmrforge.platformio.output import Event, Kind
from dsmrforge.platformio.packages import Prepared, prepare_chip, prepare_host
from dsmrforge.platformio.run import RunResult, run
from dsmrforge.render import RenderResult, render, render_web, sync_files, write_beside

WORK = ".dsmrforge"
FILES = "files"
"""In the rendered project: the content of the device's file system."""

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Budget:
    """Bytes used, and bytes there are. None where nothing bounds it, or nothing is known.

    ``flash`` is the image below the file system; ``ota`` what the next update takes.
    """

    flash_used: int
    flash_size: int | None
    ram_used: int | None
    ram_size: int | None
    filesystem_used: int
    filesystem_size: int
    ota: OtaBudget | None

    @property
    def ota_spare(self) -> int | None:
        """Bytes that the next update may grow, sent the better way; negative: too many."""
        if self.ota is None:
            return None
        return self.ota.gzip_spare if self.ota_as_gzip else self.ota.raw_spare

    @property
    def ota_as_gzip(self) -> bool:
        """Whether that way is to send firmware.bin.gz."""
        ota = self.ota
        return ota is not None and ota.inflated_fits and ota.gzip_spare > ota.raw_spare


@dataclass(frozen=True)
class BuildResult:
    """What a build left in ``folder``, and what it took.

    ``compiled`` are the source files that were compiled, relative to the rendered project.
    """

    name: str
    board: str
    build_id: str
    layout: str
    folder: Path
    firmware: Path
    budget: Budget
    compiled: tuple[str, ...]
    warnings: tuple[Event, ...]
    notes: tuple[str, ...]
    log: Path
    seconds: float


@dataclass(frozen=True)
class HostProgram:
    """The firmware as a program for this computer, and the folder for its ``--files``."""

    program: Path
    files: Path
    compiled: tuple[str, ...]


def build(
    project: Path,
    config: Config,
    *,
    board: str | None = None,
    clean: bool = False,
    packages: Path | None = None,
    on_event: OnEvent = lambda event: None,
) -> BuildResult:
    """Build for ``board`` (by default the settings' own) and fill dist/NAME-BOARD/.

    ``clean``: compile everything again. ``packages``: a PlatformIO core directory to use as it
    is. ForgeError says what failed; dist/ is then as it was.
    """
    started = time.monotonic()
    target = board_named(board or config.device.board)
    config = config.for_board(target.id)
    layout = layout_for(config.filesystem.size)
    work = (project / WORK / target.id).resolve()
    with locked(work, _waiting(on_event)):
        if clean:
            _clean(work)
        rendered, files = _render(work, config, target)
        # before the compiler runs: what does not fit or cannot be named is known at once
        image = filesystem.pack(
            config.filesystem.type, {f"/{name}": data for name, data in files.items()}, layout
        )
        prepared = _prepare(work, target, packages)
        for note in prepared.notes:
            on_event(Event(Kind.NOTE, note))
        result = run(work, target.id, prepared.environment, on_event)
        artefacts, firmware = _artefacts(work, config, target)
        artefacts["filesystem.bin"] = image
        budget = _budget(firmware, image, config, target, result)
        manifest = _manifest(config, target, rendered.build_id, layout.name, budget, artefacts)
        artefacts["manifest.json"] = manifest
        folder = project / "dist" / f"{config.device.name}-{target.id}"
        executable = target.platform == "host"
        _publish(folder, artefacts, {"firmware.bin"} if executable else set())
    return BuildResult(
        name=config.device.name,
        board=target.id,
        build_id=rendered.build_id,
        layout=layout.name,
        folder=folder,
        firmware=folder / "firmware.bin",
        budget=budget,
        compiled=result.compiled,
        warnings=result.warnings,
        notes=prepared.notes,
        log=result.log,
        seconds=time.monotonic() - started,
    )


def build_host(
    work: Path,
    config: Config,
    *,
    program: str = "host",
    sanitize: bool = False,
    on_event: OnEvent = lambda event: None,
) -> HostProgram:
    """Build a program for this computer in the folder ``work``, and nothing in dist/.

    ``program``: ``host`` (the logger) or ``decode`` (the parser alone). ``sanitize``: with
    AddressSanitizer and UndefinedBehaviorSanitizer, for tests.
    """
    target = board_named("host")
    work = work.resolve()
    name = program
    if sanitize:
        name = "sanitize" if program == "host" else f"{program}_sanitize"
    with locked(work, _waiting(on_event)):
        _render(work, config.for_board(target.id), target)
        result = run(work, name, _prepare(work, target, None).environment, on_event)
    return HostProgram(_host_program(work, name), work / FILES, result.compiled)


def _waiting(on_event: OnEvent) -> Callable[[], None]:
    return lambda: on_event(Event(Kind.STEP, "waiting for another build of this project"))


def _clean(work: Path) -> None:
    try:
        if (work / ".pio").exists():
            shutil.rmtree(work / ".pio")
    except OSError as error:
        raise ForgeError(
            f"cannot remove {error.filename or work}: {error.strerror or error}",
            "end the program that uses it, or make it writable",
        ) from error


def _render(work: Path, config: Config, board: Board) -> tuple[RenderResult, dict[str, bytes]]:
    """The rendered project in ``work``, and the files of the device's file system."""
    ignore = work.parent / ".gitignore"
    if work.parent.name == WORK and not ignore.exists():
        write_beside(ignore, b"*\n")
    rendered = render(config, board, load_catalogue(), work, version=__version__)
    files = {
        # without a name or a time in its header: the same page gives the same bytes
        f"{name}.gz": gzip.compress(data, 9, mtime=0)
        for name, data in render_web(config, board, load_catalogue(), version=__version__).items()
    }
    # its manifest apart: the folder holds what the device's file system holds, and nothing else
    sync_files(files, work / FILES, work / f".{FILES}.json")
    return rendered, files


def _prepare(work: Path, board: Board, packages: Path | None) -> Prepared:
    if board.platform == "host":
        host_compiler()
        return prepare_host(work)
    return prepare_chip(work, board.id, packages)


def _host_program(work: Path, name: str) -> Path:
    folder = work / ".pio" / "build" / name
    windows = folder / "program.exe"
    return windows if windows.is_file() else folder / "program"


def _artefacts(work: Path, config: Config, board: Board) -> tuple[dict[str, bytes], bytes]:
    """firmware.bin and firmware.bin.gz, checked; and the former once more."""
    if board.platform == "host":
        firmware = _host_program(work, board.id).read_bytes()
        packed = gzip.compress(firmware, 9, mtime=0)
    else:
        layout, mode = layout_for(config.filesystem.size), board.flash_mode or ""
        firmware = (work / ".pio" / "build" / board.id / "firmware.bin").read_bytes()
        check_app(firmware, layout, mode)
        packed = gzip_image(firmware, layout, mode)
    return {"firmware.bin": firmware, "firmware.bin.gz": packed}, firmware


def _budget(
    firmware: bytes, image: bytes, config: Config, board: Board, result: RunResult
) -> Budget:
    layout = layout_for(config.filesystem.size)
    chip = board.platform != "host"
    return Budget(
        flash_used=len(firmware),
        flash_size=layout.max_image if chip else None,
        ram_used=result.ram.used if result.ram else None,
        ram_size=result.ram.size if result.ram else None,
        filesystem_used=filesystem.inspect(image).used,
        filesystem_size=len(image),
        ota=ota_budget(firmware, layout) if chip else None,
    )


def _manifest(
    config: Config,
    board: Board,
    build_id: str,
    layout: str,
    budget: Budget,
    artefacts: Mapping[str, bytes],
) -> bytes:
    """manifest.json: what `flash` must know before it sends a byte. No times, no secrets."""
    document: dict[str, Any] = {
        "name": config.device.name,
        "board": board.id,
        "version": __version__,
        "build": build_id,
        "layout": layout,
        "flash_mode": board.flash_mode,
        "filesystem": config.filesystem.type,
        "files": {
            name: {
                "size": len(data),
                "md5": hashlib.md5(data).hexdigest(),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            for name, data in sorted(artefacts.items())
        },
        "budget": {**asdict(budget), "ota_spare": budget.ota_spare},
        "settings": config.public(),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _publish(folder: Path, files: Mapping[str, bytes], programs: set[str]) -> None:
    """Put the files into ``folder`` all at once: written beside, then renamed."""
    beside, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    try:
        for leftover in (beside, old):
            if leftover.exists():
                shutil.rmtree(leftover)
        for name, data in files.items():
            write_beside(beside / name, data, 0o777 if name in programs else 0o666)
        if folder.exists():
            folder.replace(old)
        beside.replace(folder)
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.replace(folder)
        raise ForgeError(
            f"cannot write {folder}: {error.strerror or error}",
            "make room, close what has a file there open, or make the folder writable",
        ) from error
