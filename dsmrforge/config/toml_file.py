"""Reading a TOML file that a person wrote: its encoding, its syntax, its lines."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dsmrforge.config.locate import Places, places
from dsmrforge.config.mistakes import Mistake, SettingsError, printable

MOST_BYTES = 64 * 1024
"""A page of settings has two thousand."""

_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_BYTE_ORDER_MARKS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))

_WOULD_DO = (
    # what tomllib says begins with, what the owner most likely meant
    ("Invalid value", 'text in double quotes ("esp01"), numbers, true and false without'),
    ("Expected '='", "key = value, or [section]"),
    ("Invalid statement", "key = value, [section] or a # comment"),
    ("Invalid initial character for a key", "key = value; a key begins with a letter"),
    ("Expected newline or end of document", "one setting a line; text in double quotes"),
    ("Unterminated string", "the quote that ends the text"),
    ("Illegal character '\\n'", "the quote that ends the text, on the same line"),
    ("Unescaped '\\'", "\\\\ for a backslash, or the text in single quotes"),
    ("Unclosed array", "the ] that ends the list"),
    ("Unclosed inline table", "the } that ends it, on the same line"),
    ("Expected ']'", "[section], with nothing after it but a # comment"),
)


@dataclass(frozen=True)
class TomlFile:
    """A file that was read. ``file`` is its name as errors show it."""

    file: str
    text: str
    data: dict[str, Any]

    @cached_property
    def places(self) -> Places:
        """The lines of its keys."""
        return places(self.text)

    def mistake(self, path: tuple[str | int, ...], found: str, would_do: str) -> Mistake:
        """A mistake at the line of ``path``, which is a section, a key and perhaps an index."""
        return Mistake(self.file, self.places.line(*path), where(path), found, would_do)


def where(path: tuple[str | int, ...]) -> str:
    """``[p1] version`` for ("p1", "version"); indexes are left out."""
    names = [printable(part) for part in path if isinstance(part, str)]
    return " ".join([f"[{names[0]}]", ".".join(names[1:])]).strip() if names else ""


def name_of(path: Path) -> str:
    """The file's name for an error: from here when it is below, so that editors open it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def read_toml(path: Path, hint: str) -> TomlFile:
    """Read ``path``; SettingsError says what is wrong. ``hint`` is for when there is no file."""
    file = name_of(path)

    def refuse(found: str, would_do: str, hint: str = "") -> SettingsError:
        return SettingsError([Mistake(file, None, "", found, would_do)], hint)

    try:
        with path.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise refuse("no such file", "dsmrforge init, which writes it", hint) from None
    except IsADirectoryError:
        raise refuse("a directory", "a file of that name", hint) from None
    except (OSError, ValueError) as error:
        if path.is_dir():  # Windows says "permission denied"
            raise refuse("a directory", "a file of that name", hint) from None
        why = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise refuse(f"that it cannot be read: {why}", "a file that you may read") from None
    return parse_toml(file, raw)


def parse_toml(file: str, raw: bytes) -> TomlFile:
    """The TOML in ``raw``; SettingsError with the line otherwise. A UTF-8 BOM is passed over."""
    if len(raw) > MOST_BYTES:
        found = Mistake(
            file, None, "", f"more than {MOST_BYTES} bytes", "a page of settings, as init writes it"
        )
        raise SettingsError([found])
    text = _decoded(file, raw)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax(file, text, str(error))) from None
    except (ValueError, RecursionError):  # a number of 5000 digits; thousands of brackets
        found = Mistake(
            file, None, "", "a value too long or too deep", "short values, as init writes them"
        )
        raise SettingsError([found]) from None
    return TomlFile(file, text, data)


def _decoded(file: str, raw: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            raise SettingsError(
                [Mistake(file, 1, "", f"{encoding} text", "the file saved again as UTF-8")]
            )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x}, which is not UTF-8"
        mistake = Mistake(file, line, "", found, "the file saved again as UTF-8")
        raise SettingsError([mistake]) from None


def _syntax(file: str, text: str, said: str) -> list[Mistake]:
    """What tomllib said, in the owner's terms."""
    if said.startswith(("Cannot", "Duplicate")) and (twice := places(text).twice):
        return [
            Mistake(
                file,
                again.again,
                where(again.path),
                f"it a second time (first on line {again.first})",
                "one section that holds both" if again.section else "one of the two",
            )
            for again in twice
        ]
    place = _PLACE.search(said)
    message = printable(said[: place.start()] if place else said, 80)
    line = len(text.rstrip().splitlines()) or 1  # "at end of document"
    column = ""
    if place and place["line"]:
        line, column = int(place["line"]), f" at column {place['column']}"
    would_do = next((w for start, w in _WOULD_DO if message.startswith(start)), "TOML")
    if place and not place["line"]:
        would_do = "the end of what was begun: a value, a quote, a ] or a }"
    return [Mistake(file, line, "", f"a line that is not TOML{column} ({message})", would_do)]
