"""What PlatformIO and the compiler print, as events."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from dsmrforge.errors import ForgeError

MOST_SHOWN = 20
"""So many errors are shown; a missing header alone can cause hundreds."""


class Kind(Enum):
    """What happened."""

    STEP = "step"  # `text` says what is being done
    COMPILE = "compile"  # of `file`
    LINK = "link"
    WARNING = "warning"  # of the compiler: `text`, and where
    ERROR = "error"  # of the compiler or the linker: `text`, and where
    NOTE = "note"  # what an owner should know: `text`


@dataclass(frozen=True)
class Event:
    """One step of a build. ``file`` is relative to the rendered project; lines count from 1."""

    kind: Kind
    text: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.kind is Kind.COMPILE:
            return f"compiling {self.file}"
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        word = f"{self.kind.value}: " if self.kind in (Kind.WARNING, Kind.ERROR) else ""
        return f"{place}: {word}{self.text}" if place else f"{word}{self.text}"


@dataclass(frozen=True)
class Usage:
    """Bytes used of bytes there are, as PlatformIO counts them."""

    used: int
    size: int


# "Compiling .pio/build/host/src/main.o"; Linking, Archiving, Indexing, Building, Generating ...
_TARGET = re.compile(r"([A-Z][a-z]+)(?: [\w ]+)? (\.pio[\\/]build[\\/][^\\/]+[\\/](.+))")
_STEPS = re.compile(r"(?:[\w ]+ Manager: )?(Downloading|Unpacking|Installing)\s+(\S.*)")
_USAGE = re.compile(r"(RAM|Flash): .*\(used (\d+) bytes from (\d+) bytes\)")
# file:line[:column]: severity: text, of g++ and clang++
_DIAGNOSTIC = re.compile(
    r"((?:[A-Za-z]:)?[^:\s][^:]*):(\d+):(?:(\d+):)? (fatal error|error|warning): (.*)"
)
# [ld: ]file[:line|:(section+offset)]: text; the first file may be the object's
_UNDEFINED = re.compile(r"(?:.*?[\s:])?([^\s:]+):\(?[^:]*\)?: (undefined reference to .*)")
_MULTIPLE = re.compile(r".*?(multiple definition of .*)")
_REGION = re.compile(r".*region [`']?(\w+)'? overflowed by (\d+) bytes")
_TOO_BIG = re.compile(r"Error: The program size \((\d+) bytes\) is greater than .*\((\d+) bytes\)")
_PIO_ERROR = re.compile(r"(?:Error: |\w*(?:Error|Exception|Unknown\w+): ?)(.*)")
_NOISE = re.compile(r"\s*(\*+|=+|-+|$|Environment\s|=+ \[FAILED\]|=+ .* failed)|.*\bIGNORED\b")

# Where warnings are this project's: the core and the libraries have theirs.
_OWN = ("src/", "include/")
# The linker's regions (eagle.app.v6.common.ld) as an owner may know them.
_REGIONS = {
    "irom0_0_seg": "the flash below the file system",
    "dram0_0_seg": "the RAM",
    "iram1_0_seg": "the RAM for code (IRAM)",
}


@dataclass
class OutputReader:
    """Takes PlatformIO's lines one by one; keeps what the result or an error is made of."""

    project: Path
    compiled: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)  # every file that was being made
    warnings: list[Event] = field(default_factory=list)
    errors: list[Event] = field(default_factory=list)
    ram: Usage | None = None
    flash: Usage | None = None
    too_large: str | None = None
    last: list[str] = field(default_factory=list)

    def feed(self, line: str) -> Iterator[Event]:
        """The events that one line (without its end) amounts to: none or one."""
        event = self._event(line)
        if event is None:
            return
        if event.kind is Kind.COMPILE:
            self.compiled.append(event.file)
        elif event.kind in (Kind.ERROR, Kind.WARNING):
            seen = self.errors if event.kind is Kind.ERROR else self.warnings
            if event in seen:  # a header's, once for each file that includes it
                return
            seen.append(event)
        yield event

    def _event(self, line: str) -> Event | None:
        if match := _TARGET.fullmatch(line):
            self.targets.append(match[2])
            if match[1] == "Compiling":
                return Event(Kind.COMPILE, file=self._source(match[3]))
            return Event(Kind.LINK, "linking") if match[1] == "Linking" else None
        if match := _DIAGNOSTIC.fullmatch(line):
            kind = Kind.WARNING if match[4] == "warning" else Kind.ERROR
            file = match[1].replace("\\", "/")
            if kind is Kind.WARNING and not file.startswith(_OWN):
                return None
            return Event(kind, match[5], file, int(match[2]), int(match[3] or 0))
        if match := _REGION.fullmatch(line):
            region = _REGIONS.get(match[1], match[1])
            self.too_large = f"the firmware is {int(match[2]):,} bytes too large for {region}"
            return Event(Kind.ERROR, self.too_large)
        if match := _TOO_BIG.fullmatch(line):
            used, size = int(match[1]), int(match[2])
            self.too_large = (
                f"the firmware has {used:,} bytes, the flash below the file system {size:,}: "
                f"{used - size:,} too many"
            )
            return Event(Kind.ERROR, self.too_large)
        if match := _UNDEFINED.fullmatch(line):
            return Event(Kind.ERROR, match[2], match[1])
        if match := _MULTIPLE.fullmatch(line):
            return Event(Kind.ERROR, match[1])
        if match := _USAGE.match(line):
            usage = Usage(int(match[2]), int(match[3]))
            if match[1] == "RAM":
                self.ram = usage
            else:
                self.flash = usage
            return None
        if match := _STEPS.fullmatch(line):
            if match[2].startswith("symlink://"):  # a folder on this computer: nothing to wait for
                return None
            return Event(Kind.STEP, f"{match[1].lower()} {match[2]}")
        self._keep(line)
        return None

    def _keep(self, line: str) -> None:
        if not _NOISE.fullmatch(line) and not _NOISE.match(line):
            self.last = [*self.last[-7:], line.strip()]

    def _source(self, target: str) -> str:
        """``src/main.cpp`` for the object ``src/main.o`` (host) or ``src/main.cpp.o`` (chip)."""
        name = target.replace("\\", "/").removesuffix(".o")
        for suffix in (".cpp", ".c"):
            if (self.project / (name + suffix)).is_file():
                return name + suffix
        return name

    def failure(self, log: str) -> ForgeError:
        """The error to raise when PlatformIO failed; ``log`` is where its whole output is."""
        more = f"the whole output is in {log}"
        if self.too_large:
            return ForgeError(
                self.too_large,
                "choose a smaller [filesystem] size or fewer [p1] profiles; " + more,
            )
        if self.errors:
            shown = [f"  {error}" for error in self.errors[:MOST_SHOWN]]
            if len(self.errors) > MOST_SHOWN:
                shown.append(f"  and {len(self.errors) - MOST_SHOWN} more")
            count = f"{len(self.errors)} error" + ("s" if len(self.errors) > 1 else "")
            return ForgeError("\n".join([f"the firmware does not compile: {count}", *shown]), more)
        for line in reversed(self.last):
            if match := _PIO_ERROR.match(line):
                return ForgeError(f"PlatformIO failed: {match[1] or line}", more)
        tail = "\n".join(f"  {line}" for line in self.last[-5:])
        return ForgeError("PlatformIO failed" + (f":\n{tail}" if tail else ""), more)
