"""Runs the host's firmware with a meter on its standard input, and never leaves it behind."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import FrameType
from typing import ClassVar

from dsmrforge.errors import ForgeError
from dsmrforge.simulate.sources import Source

DEFAULT_PORT = 8080
READY_SECONDS = 20.0
END_SECONDS = 5.0
LAST_LINES = 12
_READY = "ready http="


class End(Enum):
    """Why a simulation ended, when nothing went wrong."""

    TIME = "time"  # --for
    INTERRUPTED = "interrupted"  # Ctrl-C
    TERMINATED = "terminated"  # SIGTERM, or the terminal was closed


@dataclass(frozen=True, kw_only=True)
class Services:
    """Where the running firmware listens. None: a service that this version does not have."""

    http: str
    telnet: int | None = None
    ftp: int | None = None
    ota: int | None = None
    telegrams: int | None = None
    pid: int


@dataclass(frozen=True)
class Callbacks:
    """``ready`` when it serves; ``notice`` for people; ``log`` for each line of the firmware's."""

    ready: Callable[[Services], None]
    notice: Callable[[str], None]
    log: Callable[[str], None]


def pick_port(bind: str, port: int | None) -> int:
    """The port to listen on: what was asked for, or 8080, or any (0) when that is taken."""
    wanted = DEFAULT_PORT if port is None else port
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, wanted))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                hint = "--bind 127.0.0.1 for this computer only, 0.0.0.0 for the whole network"
                raise ForgeError(
                    f"{bind} is no address of this computer", hint, exit_code=2
                ) from error
            if error.errno == errno.EACCES:
                hint = "--port with a number above 1023"
                raise ForgeError(f"port {wanted} is for the administrator", hint) from error
            if port is None:
                return 0
            hint = "--port with another number; --port 0 takes any free one"
            raise ForgeError(f"port {wanted} is taken", hint) from error
    return wanted


class _Firmware:
    """The child process: what it says, and its end."""

    def __init__(self, command: list[str], log: Callable[[str], None]) -> None:
        # Should this process be killed outright, Linux ends the child as well.
        setpriv = shutil.which("setpriv")
        prefix = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
        self.process = subprocess.Popen(
            prefix + command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for this process, which then ends the child
        )
        self.last: deque[str] = deque(maxlen=LAST_LINES)
        self.http_port: int | None = None
        self.changed = threading.Event()  # it serves, or it ended
        self._log = log
        self._threads = [
            threading.Thread(target=task, daemon=True)
            for task in (self._read_output, self._read_errors, self._wait)
        ]
        for thread in self._threads:
            thread.start()

    def _lines(self, descriptor: int) -> Iterator[str]:
        with os.fdopen(os.dup(descriptor), "r", encoding="utf-8", errors="replace") as stream:
            while line := stream.readline(4096):
                yield line.rstrip("\r\n")

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for line in self._lines(self.process.stdout.fileno()):
            if self.http_port is None and line.startswith(_READY):
                digits = line.removeprefix(_READY).split()[0]
                if digits.isdecimal():
                    self.http_port = int(digits)
                    self.changed.set()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self._lines(self.process.stderr.fileno()):
            self.last.append(line)
            with contextlib.suppress(OSError, SystemExit):  # whoever looked has gone: read on
                self._log(line)

    def _wait(self) -> None:
        self.process.wait()
        self.changed.set()

    def write(self, data: bytes) -> bool:
        """False when nobody reads any more."""
        assert self.process.stdin is not None
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self.process.stdin.fileno(), view) :]
        except (OSError, ValueError):
            return False
        return True

    def end(self) -> None:
        """Asks it to end; kills it when it does not. It is gone afterwards."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for thread in self._threads:
            thread.join(1.0)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def death(self) -> ForgeError:
        """What there is to say about a child that ended by itself."""
        for thread in self._threads:
            thread.join(1.0)
        code = self.process.returncode
        if code < 0:
            what = f"the firmware was ended by signal {-code}"
            with contextlib.suppress(ValueError):
                what += f" ({signal.Signals(-code).name})"
        else:
            what = f"the firmware ended with status {code}"
        if self.last:
            what += "; the last that it said:\n  " + "\n  ".join(self.last)
        return ForgeError(what, "run it again; if it ends again, please report it with these lines")


def _heeded(numbers: Iterable[signal.Signals]) -> list[signal.Signals]:
    """Those that are not ignored, as nohup and background shells have it."""
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


class _Signals:
    """While entered, Ctrl-C, SIGTERM and a closed terminal only set ``asked``."""

    ENDS: ClassVar = {
        signal.SIGINT: End.INTERRUPTED,
        signal.SIGTERM: End.TERMINATED,
        signal.SIGHUP: End.TERMINATED,
    }

    def __init__(self) -> None:
        self.asked: End | None = None
        self.wake: list[threading.Event] = []
        self._before: dict[int, object] = {}

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.asked = self.asked or self.ENDS[signal.Signals(number)]
        for event in self.wake:
            event.set()

    def __enter__(self) -> _Signals:
        if threading.current_thread() is threading.main_thread():
            for number in _heeded(self.ENDS):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *args: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]


TERMINATED = 143
"""The exit status for SIGTERM, as a shell tells it."""


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """While entered, SIGTERM and a closed terminal raise SystemExit, as Ctrl-C raises its own.

    So that what was started is ended, and what was written for the moment is removed.
    """

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    before: dict[int, object] = {}
    if threading.current_thread() is threading.main_thread():
        for number in _heeded((signal.SIGTERM, signal.SIGHUP)):
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for caught, handler in before.items():
            signal.signal(caught, handler)  # type: ignore[arg-type]


class _Feeder(threading.Thread):
    """Carries the meter's bytes to the firmware."""

    def __init__(self, firmware: _Firmware, source: Source, notice: Callable[[str], None]) -> None:
        super().__init__(daemon=True)
        self.error: BaseException | None = None
        self._firmware, self._source, self._notice = firmware, source, notice
        self._stopping = threading.Event()

    def _pause(self, seconds: float) -> bool:
        return self._stopping.wait(max(0.0, seconds))

    def run(self) -> None:
        try:
            for data in self._source.read(self._pause, self._notice):
                if not self._firmware.write(data):
                    return
        except BaseException as error:  # for the main thread, which ends the firmware first
            self.error = error
            self._firmware.changed.set()

    def stop(self) -> None:
        self._stopping.set()
        if self.is_alive():
            self.join(1.0)


def run(
    program: Path,
    files: Path,
    source: Source,
    callbacks: Callbacks,
    *,
    bind: str = "127.0.0.1",
    port: int | None = None,
    seconds: float | None = None,
) -> End:
    """Serves until ``seconds`` are over (None: for ever) or a signal comes; returns which.

    ``files`` is the folder that holds the file system's content. Raises ForgeError when the
    firmware does not start, dies, or the meter cannot be read. The child is gone in every case.
    """
    command = [str(program), "--files", str(files), "--bind", bind]
    command += ["--http-port", str(pick_port(bind, port))]
    with _Signals() as signals:
        try:
            firmware = _Firmware(command, callbacks.log)
        except OSError as error:
            hint = "build it again: dsmrforge build --clean"
            raise ForgeError(f"cannot run {program}: {error.strerror}", hint) from error
        try:
            signals.wake.append(firmware.changed)
            _until_ready(firmware, signals)
            return _serve(firmware, signals, source, callbacks, bind, seconds)
        finally:
            firmware.end()


def _until_ready(firmware: _Firmware, signals: _Signals) -> None:
    firmware.changed.wait(READY_SECONDS)
    if signals.asked or firmware.http_port is not None:
        return
    if firmware.process.poll() is not None:
        raise firmware.death()
    raise ForgeError(
        f"the firmware did not serve within {READY_SECONDS:.0f} s",
        "--verbose shows what it does",
    )


def _serve(
    firmware: _Firmware,
    signals: _Signals,
    source: Source,
    callbacks: Callbacks,
    bind: str,
    seconds: float | None,
) -> End:
    if signals.asked:
        return signals.asked
    firmware.changed.clear()
    host = "127.0.0.1" if bind == "0.0.0.0" else bind
    callbacks.ready(Services(http=f"http://{host}:{firmware.http_port}", pid=firmware.process.pid))
    deadline = None if seconds is None else time.monotonic() + seconds
    feeder = _Feeder(firmware, source, callbacks.notice)
    feeder.start()
    try:
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if signals.asked:
                return signals.asked
            if feeder.error:
                raise feeder.error
            if firmware.process.poll() is not None:
                raise firmware.death()
            if left is not None and left <= 0:
                return End.TIME
            firmware.changed.wait(left)
            firmware.changed.clear()
    finally:
        feeder.stop()
