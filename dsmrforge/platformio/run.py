"""Runs PlatformIO as a process of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsmrforge.errors import ForgeError
from dsmrforge.platformio.output import Event, OutputReader, Usage

LOG = "build.log"


@dataclass(frozen=True)
class RunResult:
    """What a run did. ``compiled`` are source files relative to the project, in order."""

    compiled: tuple[str, ...]
    warnings: tuple[Event, ...]
    ram: Usage | None
    flash: Usage | None
    log: Path


def run(
    project: Path,
    name: str,
    environment: dict[str, str],
    on_event: Callable[[Event], None] = lambda event: None,
) -> RunResult:
    """Build the environment ``name`` of the PlatformIO project in ``project``.

    Calls ``on_event`` for each step. Everything printed is kept in ``project/build.log``.
    ForgeError when the build fails. Interrupted (or when ``on_event`` raises), it ends the
    compilers, too.
    """
    log_path = project / LOG
    reader = OutputReader(project)
    # -P: nothing in the current folder may pass for a Python module.
    command = [sys.executable, "-P", "-m", "platformio", "run", "--project-dir", str(project)]
    # PlatformIO throws everything away when a source comes or goes; SCons knows better.
    command += ["--environment", name, "--disable-auto-clean"]
    with log_path.open("w", encoding="utf-8") as log:
        process = _start(command, project, environment)
        try:
            assert process.stdout is not None
            for line in process.stdout:
                log.write(line)
                for event in reader.feed(line.rstrip()):
                    on_event(event)
            status = process.wait()
        except BaseException:
            _kill_tree(process)
            # SCons was killed before it could note what it made: it would take a new object for
            # an old one when the settings change back.
            for target in reader.targets:
                (project / target).unlink(missing_ok=True)
            raise
    if status:
        raise reader.failure(str(log_path))
    return RunResult(
        tuple(reader.compiled), tuple(reader.warnings), reader.ram, reader.flash, log_path
    )


def _start(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # A group of its own: Ctrl-C comes here only, and _kill_tree reaches the compilers.
            start_new_session=True,
        )
    except OSError as error:
        raise ForgeError(
            f"cannot run PlatformIO: {error.strerror or error}",
            "python -m pip install platformio",
        ) from error


def _kill_tree(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
