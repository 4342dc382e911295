"""For the tests of `decode`: where telegrams are, what is in them, and the program that reads them.

What is in a telegram is found here a second time, with plain regular expressions that know
nothing of the firmware.
"""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsmrforge.telegram import crc16, frame

ROOT = Path(__file__).resolve().parents[2]
OWN = sorted((ROOT / "tests" / "telegrams").glob("*.txt"))
SHARED = sorted((ROOT.parent / "shared" / "telegrams").glob("*.txt"))
STREAM = ROOT.parent / "shared" / "telegrams" / "stream-isk5-2m550t.raw"

CODE = re.compile(r"(\d+)-(\d+):(\d+)[.:](\d+)\.(\d+)(?:[.*]255)?((?:\([^)]*\)|\r?\n(?=\())+)")
NUMBER = re.compile(r"(-?)0*(\d+(?:\.\d+)?)(?:\*(\w+))?")
STAMP = re.compile(r"\d{12}[SW]")
UNITS = ("kWh", "kvarh", "kW", "kvar", "kVA", "V", "A", "Hz", "m3", "GJ", "s")

Document = dict[str, Any]


@dataclass(frozen=True)
class Decoder:
    """The decode program."""

    program: Path

    def __call__(self, data: bytes, chunk: int | None = None) -> list[Document]:
        """The telegrams in ``data``."""
        command = [str(self.program), *(["--chunk", str(chunk)] if chunk else [])]
        result = subprocess.run(command, input=data, capture_output=True, check=False)
        assert result.returncode == 0, result.stderr.decode(errors="replace")
        telegrams: list[Document] = json.loads(result.stdout)["telegrams"]
        return telegrams

    def one(self, data: bytes) -> Document:
        """The only telegram in ``data``."""
        telegrams = self(data)
        assert len(telegrams) == 1, telegrams
        return telegrams[0]


def telegram(*lines: str, ident: str = "ABC5test", crc: bool = True) -> bytes:
    """A telegram with these lines."""
    return frame(ident, lines, crc=crc)


def values(document: Document) -> dict[str, str | None]:
    """name -> value."""
    return {name: field["value"] for name, field in document["fields"].items()}


def canonical(number: str) -> tuple[str, str | None] | None:
    """The value with its own decimals, and its unit in the usual letters."""
    match = NUMBER.fullmatch(number)
    if match is None:
        return None
    unit = match[3]
    usual = next((u for u in UNITS if unit and u.lower() == unit.lower()), unit)
    sign = match[1] if re.search("[1-9]", match[2]) else ""
    return sign + match[2], usual


@dataclass(frozen=True)
class Line:
    """A data line: its code, and its groups."""

    obis: str
    groups: list[str]


def data_lines(text: str) -> list[Line]:
    """The data lines of a telegram."""
    lines = []
    for match in CODE.finditer(text):
        a, b, c, d, e, rest = match.groups()
        groups = re.findall(r"\(([^)]*)\)", rest)
        lines.append(Line(f"{a}-{b}:{c}.{d}.{e}", groups))
    return lines


def good_telegrams(stream: bytes) -> list[bytes]:
    """The whole telegrams with a right CRC in a stream, in order."""
    found = re.findall(rb"^/[^!]*![0-9A-F]{4}", stream, re.MULTILINE)
    return [t for t in found if int(t[-4:], 16) == crc16(t[:-4])]
