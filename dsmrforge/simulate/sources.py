"""The meters that a simulation can listen to: each yields bytes at a meter's pace."""

from __future__ import annotations

import re
import socket
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from dsmrforge.errors import ForgeError
from dsmrforge.simulate.household import Household
from dsmrforge.simulate.meter_time import LATEST, from_local
from dsmrforge.simulate.profiles import PROFILES, telegrams

Wait = Callable[[float], bool]
"""Sleeps for so many seconds; true when the simulation is to end."""
Notice = Callable[[str], None]

MAX_RATE = 50  # telegrams a second of real time that a faster clock still shows
CHUNK = 65536  # bytes kept of a recording at once
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between attempts to reach a meter again
READ_SECONDS = 0.5
OLD_INTERVAL = 10.0  # seconds between telegrams before DSMR 5
CONNECT_SECONDS = 10.0
_FRAMING = re.compile(r"(\d{3,7})-([78])([NEO])([12])", re.IGNORECASE)


class Source(Protocol):
    """A meter. ``about`` says to people which."""

    @property
    def about(self) -> str: ...

    def read(self, wait: Wait, notice: Notice) -> Iterator[bytes]:
        """The meter's bytes, for as long as it has any; raises ForgeError where it cannot."""
        ...


@dataclass(frozen=True)
class HouseholdSource:
    """``speed`` times real time; 0: as fast as they are taken. ``start`` is the meter's clock."""

    profile: str = "nl5"
    seed: int = 1
    start: datetime | None = None
    speed: float = 1.0

    @property
    def about(self) -> str:
        return f"a synthetic household ({PROFILES[self.profile].about}, seed {self.seed})"

    def read(self, wait: Wait, notice: Notice) -> Iterator[bytes]:
        profile = PROFILES[self.profile]
        begin = int(time.time()) if self.start is None else from_local(self.start)
        interval = profile.interval
        # A clock that runs faster than telegrams can be read skips some, and keeps its speed.
        step = interval * max(1, int(self.speed / (MAX_RATE * interval)))
        pause = step / self.speed if self.speed else 0.0
        household = Household(self.seed, begin)
        due = time.monotonic()
        last = from_local(LATEST) - step
        for telegram in telegrams(household, profile, step=step):
            yield telegram
            if household.epoch > last:
                notice(f"the meter's clock ends with {LATEST.year}; the last values stay")
                return
            due += pause
            if wait(due - time.monotonic()):
                return


@dataclass(frozen=True)
class FileSource:
    """A recording, raw: one telegram an interval, as often as the meter that wrote it."""

    path: Path
    speed: float = 1.0
    loop: bool = False

    @property
    def about(self) -> str:
        return f"the recording {self.path}"

    def read(self, wait: Wait, notice: Notice) -> Iterator[bytes]:
        due, interval = time.monotonic(), OLD_INTERVAL
        while True:
            chunk = b""
            for chunk in self._chunks():
                yield chunk
                interval = _interval(chunk, interval)
                due += interval / self.speed if self.speed and chunk.startswith(b"/") else 0.0
                if wait(due - time.monotonic()):
                    return
            if not self.loop or not chunk:  # emptied meanwhile: else it would spin
                notice(f"{self.path} is at its end; the last values stay")
                return

    def _chunks(self) -> Iterator[bytes]:
        """Cuts before each line that begins a telegram; every byte is in one chunk."""
        kept = bytearray()
        try:
            with self.path.open("rb") as file:
                while line := file.readline(CHUNK):
                    if kept and (line.startswith(b"/") or len(kept) + len(line) > CHUNK):
                        yield bytes(kept)
                        kept.clear()
                    kept += line
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if kept:
            yield bytes(kept)


def _interval(telegram: bytes, before: float) -> float:
    """Seconds until this meter's next one; as ``before`` where a cut-off one does not tell."""
    if b"1-3:0.2.8(5" in telegram or b"0-0:96.1.4(" in telegram:
        return 1.0
    return OLD_INTERVAL if b"!" in telegram else before


def _unreadable(path: Path, error: OSError) -> ForgeError:
    return ForgeError(f"cannot read {path}: {error.strerror or error}", "check --meter")


def _reconnecting(
    name: str, connect: Callable[[], Callable[[], bytes]], wait: Wait, notice: Notice
) -> Iterator[bytes]:
    """Bytes of a meter that may go away, and is then tried again after growing pauses.

    ``connect`` returns a function that reads what is there (b"" when nothing came); either raises
    OSError when the meter is not there.
    """
    failures = 0
    while True:
        try:
            receive = connect()
            notice(f"connected to {name}")
            while not wait(0.0):
                data = receive()
                if data:
                    failures = 0
                    yield data
            return
        except OSError as error:
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            notice(f"{name}: {error.strerror or error}; trying again in {pause:.0f} s")
            if wait(pause):
                return


@dataclass(frozen=True)
class TcpSource:
    """Raw telegrams from a TCP port: ser2net, another logger."""

    host: str
    port: int

    @property
    def about(self) -> str:
        return f"{self.host}:{self.port}"

    def read(self, wait: Wait, notice: Notice) -> Iterator[bytes]:
        sockets: list[socket.socket] = []

        def connect() -> Callable[[], bytes]:
            while sockets:
                sockets.pop().close()
            connection = socket.create_connection((self.host, self.port), timeout=CONNECT_SECONDS)
            sockets.append(connection)
            connection.settimeout(READ_SECONDS)

            def receive() -> bytes:
                try:
                    data = connection.recv(4096)
                except TimeoutError:
                    return b""
                if not data:
                    raise ConnectionError("the other side closed the connection")
                return data

            return receive

        try:
            yield from _reconnecting(self.about, connect, wait, notice)
        finally:
            for connection in sockets:
                connection.close()


@dataclass(frozen=True)
class SerialSource:
    """A P1 cable. ``framing`` is like 115200-8N1."""

    device: str
    framing: str = "115200-8N1"

    @property
    def about(self) -> str:
        return f"{self.device} at {self.framing}"

    def read(self, wait: Wait, notice: Notice) -> Iterator[bytes]:
        import serial  # type: ignore[import-untyped]

        match = _FRAMING.fullmatch(self.framing)
        assert match is not None  # parse_source has checked it
        port = serial.Serial()
        port.port, port.baudrate, port.timeout = self.device, int(match[1]), READ_SECONDS
        port.bytesize, port.parity, port.stopbits = int(match[2]), match[3].upper(), int(match[4])
        port.exclusive = True

        def connect() -> Callable[[], bytes]:
            port.close()
            port.open()

            def receive() -> bytes:
                data: bytes = port.read(max(1, min(4096, port.in_waiting)))
                return data

            return receive

        try:
            connect()  # not there at the start: a mistake; later: a loose plug
        except (OSError, ValueError) as error:
            raise ForgeError(f"cannot open {self.device}: {error}", _ports_hint()) from error
        try:
            yield from _reconnecting(self.device, connect, wait, notice)
        finally:
            port.close()


def _ports_hint() -> str:
    from serial.tools import list_ports  # type: ignore[import-untyped]

    ports = [port.device for port in list_ports.comports()]
    if not ports:
        return "no serial port is there: plug in the P1 cable"
    return f"--meter serial:PORT, with one of: {', '.join(ports)}"


def parse_source(
    meter: str, household: HouseholdSource, *, loop: bool = False, framing: str = "115200-8N1"
) -> Source:
    """What ``--meter`` names: household, a recording, serial:PORT or tcp:HOST:PORT.

    ``household`` carries the options that only it has, and the speed.
    """
    if meter == "household":
        if household.profile not in PROFILES:
            raise ForgeError(
                f"there is no profile {household.profile!r}",
                f"one of {', '.join(PROFILES)}",
                exit_code=2,
            )
        return replace(household)
    if meter.startswith("tcp:"):
        return _tcp_source(meter)
    if meter.startswith("serial:"):
        return _serial_source(meter.removeprefix("serial:"), framing)
    path = Path(meter).expanduser()
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.parent == Path("/dev"):
            raise ForgeError(f"there is no {meter}", _ports_hint()) from error
        hint = "--meter is household, a recorded file, serial:PORT or tcp:HOST:PORT"
        raise ForgeError(f"cannot read {meter}: {error.strerror}", hint, exit_code=2) from error
    if stat.S_ISCHR(mode):
        return _serial_source(meter, framing)
    if stat.S_ISDIR(mode):
        raise ForgeError(f"{meter} is a folder", "name a recorded file in it", exit_code=2)
    source = FileSource(path, household.speed, loop)
    if stat.S_ISREG(mode):  # what comes out of a pipe cannot be looked at twice
        _check_recording(source)
    return source


def _tcp_source(meter: str) -> TcpSource:
    host, colon, port = meter.removeprefix("tcp:").rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        hint = "for example tcp:192.168.1.20:2001, or tcp:[fd00::20]:2001"
        raise ForgeError(f"{meter!r} names no host and port", hint, exit_code=2)
    return TcpSource(host.strip("[]"), int(port))


def _serial_source(device: str, framing: str) -> SerialSource:
    if not _FRAMING.fullmatch(framing):
        hint = "--serial 115200-8N1 (DSMR 4, 5, Belgium) or 9600-7E1 (DSMR 2, 3)"
        raise ForgeError(f"{framing!r} is no serial framing", hint, exit_code=2)
    if not device:
        raise ForgeError("serial: names no port", _ports_hint(), exit_code=2)
    return SerialSource(device, framing)


def _check_recording(source: FileSource) -> None:
    """Looks at the first chunks only: a recording may be large."""
    seen = 0
    for chunk in source._chunks():
        if chunk.startswith(b"/") or b"\n/" in chunk:
            return
        seen += len(chunk)
        if seen > 16 * CHUNK:
            break
    what = "is empty" if not seen else "has no line that begins with '/', as a telegram does"
    hint = "record one with: cat /dev/ttyUSB0 > meter.txt (115200 baud), or try --meter household"
    raise ForgeError(f"{source.path} {what}", hint)
