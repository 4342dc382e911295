"""Running loggers for the page, and the meter that a test decides every line of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from dsmrforge.build import HostProgram
from dsmrforge.telegram import frame

ROOT = Path(__file__).resolve().parents[2]


class Logger:
    """The firmware as a program, with a meter on its standard input.

    The meter sends ``lines`` in a telegram four times a second, while ``speaks`` is set; its
    clock runs a second with each.
    """

    def __init__(self, host: HostProgram, *lines: str) -> None:
        self.lines = lines
        self.speaks = threading.Event()
        self._clock = datetime(2026, 6, 14, 11, 30, 20)
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            [host.program, "--files", host.files, "--http-port", "0"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline().decode()
        assert ready.startswith("ready http="), f"it ended with status {self._process.wait()}"
        self.url = f"http://127.0.0.1:{ready.removeprefix('ready http=').strip()}"
        self._meter = threading.Thread(target=self._send)
        self._meter.start()

    def _send(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):  # the logger was killed
            while not self._ended.wait(0.25):
                if self.speaks.is_set():
                    self._process.stdin.write(self._telegram())
                    self._process.stdin.flush()

    def _telegram(self) -> bytes:
        self._clock += timedelta(seconds=1)
        clock = f"0-0:1.0.0({self._clock:%y%m%d%H%M%S}S)"
        return frame("TST5\\2M550T-TEST", ["1-3:0.2.8(50)", clock, *self.lines])

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Ends it; AssertionError where it did not end well, as when a sanitizer stopped it."""
        self._ended.set()
        self._meter.join()
        self._process.terminate()
        with suppress(BrokenPipeError):
            self._process.communicate()
        assert self._process.wait() in (0, -signal.SIGKILL)


@contextmanager
def simulated(cache: Path, *options: str) -> Iterator[str]:
    """The address of ``dsmrforge simulate`` with default settings, built in ``cache``."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dsmrforge", "simulate", "--json", "--port", "0", *options],
        cwd=cache,
        env={**os.environ, "DSMRFORGE_CACHE": str(cache), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        announced = process.stdout.readline()
        assert announced, f"simulate ended with status {process.wait()}"
        yield json.loads(announced)["http"]
    finally:
        process.terminate()
        process.communicate()
