"""What the firmware makes of telegrams: its own parser, compiled for this computer, says."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from dsmrforge import __version__
from dsmrforge.build import build_host
from dsmrforge.cache import cache_folder
from dsmrforge.config import Config, default_config
from dsmrforge.errors import ForgeError
from dsmrforge.fields import PROFILES
from dsmrforge.platformio import Event
from dsmrforge.platformio.core import host_compiler
from dsmrforge.platformio.lock import locked
from dsmrforge.render import write_beside
from dsmrforge.resources import data_folder

READING_BYTES = 8192  # the most that the settings allow: a long message is shown whole
MAX_INPUT = 16 << 20  # bytes; four hours of a meter that talks every second
KEPT = 4  # programs of other versions
STDIN = "-"
_STAMP = re.compile(r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SW])")
_GROUP = re.compile(r"\(([^()]*)\)")
_VALUE = re.compile(r"(-?)0*(\d+(?:\.\d+)?)(?:\*(\w+))?")


@dataclass(frozen=True)
class Telegram:
    """One telegram as CLI.md has it; ``crc`` is ok, bad or absent.

    ``fields``: name -> value, unit, obis, and timestamp, text or entries where there are any.
    ``unknown`` and ``invalid``: obis and raw, the latter with why.
    """

    file: str
    crc: str
    fields: dict[str, dict[str, Any]]
    unknown: tuple[dict[str, Any], ...]
    invalid: tuple[dict[str, Any], ...]

    def document(self, *, with_file: bool) -> dict[str, Any]:
        """The telegram's part of ``decode --json``."""
        return {
            **({"file": self.file} if with_file else {}),
            "crc": self.crc,
            "fields": self.fields,
            "unknown": list(self.unknown),
            "invalid": list(self.invalid),
        }


@dataclass(frozen=True)
class Nothing:
    """A file without a telegram: ``size`` bytes were looked at; ``hint`` is what may be wrong."""

    file: str
    size: int
    hint: str

    def __str__(self) -> str:
        return f"{self.file}: no telegram in {self.size:,} bytes"


@dataclass(frozen=True)
class Decoded:
    """All telegrams of all files, in order, and the files that had none."""

    files: tuple[str, ...]
    telegrams: tuple[Telegram, ...]
    nothing: tuple[Nothing, ...]

    def document(self) -> dict[str, Any]:
        """What ``decode --json`` prints; ``file`` is told where there are several."""
        several = len(self.files) > 1
        return {"telegrams": [t.document(with_file=several) for t in self.telegrams]}


def decode(
    files: tuple[str, ...],
    *,
    chunk: int | None = None,
    on_event: Callable[[Event], None] = lambda event: None,
) -> Decoded:
    """Decodes files, ``-`` being standard input; ``chunk``: bytes that the parser gets at once.

    ForgeError when a file cannot be read, the parser cannot be compiled, or no file has a telegram.
    """
    inputs = [(name, _read(name)) for name in files]
    program = decoder(on_event)
    telegrams: list[Telegram] = []
    nothing: list[Nothing] = []
    for name, data in inputs:
        shown = "standard input" if name == STDIN else name
        found = [_telegram(shown, raw) for raw in run_decoder(program, data, chunk)["telegrams"]]
        telegrams += found
        if not found:
            nothing.append(Nothing(shown, len(data), diagnose(data)))
    if nothing and not telegrams:
        raise ForgeError("\n".join(map(str, nothing)), nothing[0].hint)
    return Decoded(files, tuple(telegrams), tuple(nothing))


def _read(name: str) -> bytes:
    try:
        if name == STDIN:
            return _bounded(sys.stdin.buffer, "standard input")
        with Path(name).open("rb") as file:
            return _bounded(file, name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ForgeError(f"cannot read {name}: {reason}", "name a file, or - for input") from error


def _bounded(file: BinaryIO | io.BufferedReader, name: str) -> bytes:
    data = file.read(MAX_INPUT + 1)
    if len(data) > MAX_INPUT:
        raise ForgeError(
            f"{name} has more than {MAX_INPUT >> 20} MB",
            f"decode a part of it: head -c {MAX_INPUT} FILE | dsmrforge decode -",
        )
    return data


def run_decoder(program: Path, data: bytes, chunk: int | None = None) -> dict[str, Any]:
    """The document that the program prints of these bytes."""
    command = [str(program), *(["--chunk", str(chunk)] if chunk else [])]
    try:
        result = subprocess.run(command, input=data, capture_output=True, check=False)
    except OSError as error:
        hint = f"remove {program}; DSMRFORGE_CACHE names another folder, where programs may run"
        raise ForgeError(f"cannot run {program}: {error.strerror or error}", hint) from error
    if result.returncode:
        last = result.stderr.decode("utf-8", "replace").strip()
        raise ForgeError(
            f"the parser ended with status {result.returncode}" + (f": {last}" if last else ""),
            "please report it, with the telegrams",
        )
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def _telegram(file: str, raw: dict[str, Any]) -> Telegram:
    fields = {name: _with_entries(name, field) for name, field in raw["fields"].items()}
    return Telegram(file, raw["crc"], fields, tuple(raw["unknown"]), tuple(raw["invalid"]))


# -- lists ---------------------------------------------------------------------------------------


def _with_entries(name: str, field: dict[str, Any]) -> dict[str, Any]:
    if name == "electricity_failure_log":
        return {**field, "entries": failures(field["value"])}
    if name == "demand_peaks":
        return {**field, "entries": peaks(field["value"])}
    return field


def failures(raw: str) -> list[dict[str, Any]]:
    """The long power failures in ``(2)(0-0:96.7.19)(TST)(0000000240*s)...``."""
    groups = _from_first_stamp(raw)
    entries = []
    for end, duration in zip(groups[::2], groups[1::2], strict=False):
        match = _VALUE.fullmatch(duration)
        if _STAMP.fullmatch(end) and match:
            entries.append(
                {"timestamp": iso(end), "duration": match[1] + match[2], "unit": match[3] or "s"}
            )
    return entries


def peaks(raw: str) -> list[dict[str, Any]]:
    """The months' peaks in ``(3)(1-0:1.6.0)(1-0:1.6.0)(TST)(TST)(02.589*kW)...``.

    ``month_end`` is the first of the two times, ``timestamp`` the peak's own. Hungary's list of
    the same code has another shape, and no entries.
    """
    groups = _from_first_stamp(raw)
    entries = []
    for month, at, value in zip(groups[::3], groups[1::3], groups[2::3], strict=False):
        match = _VALUE.fullmatch(value)
        if _STAMP.fullmatch(month) and _STAMP.fullmatch(at) and match:
            entries.append(
                {
                    "timestamp": iso(at),
                    "value": match[1] + match[2],
                    "unit": match[3] or "kW",
                    "month_end": iso(month),
                }
            )
    return entries


def _from_first_stamp(raw: str) -> list[str]:
    groups = _GROUP.findall(raw)
    first = next((nr for nr, group in enumerate(groups) if _STAMP.fullmatch(group)), len(groups))
    return groups[first:]


def iso(stamp: str) -> str | None:
    """``2010-12-08T15:24:15+01:00``; None for a placeholder (632525252525W, 000000000000W)."""
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[n]) for n in range(1, 7))
    possible = 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60
    if year >= 68 or not possible:
        return None
    zone = "+02:00" if match[7] == "S" else "+01:00"
    date = f"20{year:02d}-{month:02d}-{day:02d}"
    return f"{date}T{hour:02d}:{minute:02d}:{second:02d}{zone}"


# -- why there is nothing --------------------------------------------------------------------------


def diagnose(data: bytes) -> str:
    """What may be wrong with bytes in which there is no telegram."""
    sample = data[:65536]
    if not sample:
        return "nothing was recorded: is the data-request pin at 5 V, and the right port open?"
    if b"\xdb\x08" in sample:
        return (
            "this looks encrypted (Luxembourg's Smarty): its key is needed, which is not read yet"
        )
    printable = sum(32 <= c < 127 or c in b"\r\n\t" for c in sample)
    stripped = bytes(c & 0x7F for c in sample)
    plain = sum(32 <= c < 127 or c in b"\r\n\t" for c in stripped)
    if printable < 0.9 * len(sample):
        if plain > 0.95 * len(sample) and b"/" in stripped:
            return "the eighth bit is a parity: read the port with 7E1 (DSMR 2 and 3: 9600 baud)"
        if sample.count(b"\x7e") >= 2 and b"\x7e\xa0" in sample:
            return "this looks like binary DLMS (Norway, Denmark), which needs another parser"
        return (
            "these bytes are no text: an inverted signal (P1 needs an inverter), "
            "or a wrong speed (115200 8N1; DSMR 2 and 3: 9600 7E1)"
        )
    if re.search(rb"\d-\d:\d+\.\d+\.\d+\(", sample):
        return "there are data lines, but no telegram that has both its '/' and its '!'"
    return "this is text, but not a meter's: a telegram begins with '/' and ends with '!'"


# -- the program -----------------------------------------------------------------------------------


def settings() -> Config:
    """All countries' fields, and room for long messages."""
    config = default_config(board="host")
    p1 = config.p1.model_copy(update={"profiles": PROFILES, "reading_bytes": READING_BYTES})
    return config.model_copy(update={"p1": p1})


def _key() -> str:
    """Another for whatever makes another program: sources, catalogue, version, computer."""
    digest = hashlib.sha256(f"{__version__} {sysconfig.get_platform()}".encode())
    templates = data_folder("templates") / "firmware"
    catalogue = Path(__file__).with_name("fields.toml")
    for path in [catalogue, *sorted(templates.rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts:
            data = path.read_bytes()
            digest.update(f"{path.as_posix()}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:16]


def decoder(on_event: Callable[[Event], None] = lambda event: None) -> Path:
    """The program, compiled once into the cache folder. Safe when two do it at once."""
    folder = cache_folder() / "decode"
    program = folder / f"decode-{_key()}{'.exe' if sys.platform == 'win32' else ''}"
    if program.is_file():
        return program
    host_compiler()  # told before a folder is made
    with locked(folder):
        if not program.is_file():
            built = build_host(folder / "build", settings(), program="decode", on_event=on_event)
            write_beside(program, built.program.read_bytes(), 0o755)
            _forget_old(folder, program)
    return program


def _forget_old(folder: Path, newest: Path) -> None:
    programs = sorted(folder.glob("decode-*"), key=lambda path: path.stat().st_mtime)
    for path in [path for path in programs if path != newest][:-KEPT]:
        try:
            path.unlink()
        except OSError:
            continue  # Windows: it runs
