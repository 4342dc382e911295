"""A mistake in the settings, told as file, line, what was found and what would do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from dsmrforge.errors import ForgeError

_LONGEST = 40
"""Characters of an owner's text that an error repeats."""


@dataclass(frozen=True)
class Mistake:
    """One mistake. ``where`` is such as ``[p1] version``; ``line`` None means the whole file."""

    file: str
    line: int | None
    where: str
    found: str
    would_do: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{self.where}: " if self.where else ""
        return f"{place}: {where}found {self.found}, would do: {self.would_do}"


class SettingsError(ForgeError):
    """All that is wrong in the settings; exit status 2."""

    def __init__(self, mistakes: Iterable[Mistake], hint: str = "") -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (m.file, m.line or 0)))
        lines = [str(mistake) for mistake in self.mistakes]
        if len(lines) > 1:
            lines.insert(0, f"{len(lines)} mistakes in the settings")
        super().__init__(
            "\n".join(lines),
            hint or "correct that, then `dsmrforge config check` says whether all is well",
            exit_code=2,
        )

    def document(self) -> dict[str, Any]:
        """As ForgeError's, with the mistakes one by one."""
        return {**super().document(), "mistakes": [asdict(mistake) for mistake in self.mistakes]}


def printable(text: str, longest: int = _LONGEST) -> str:
    """An owner's text on one line: cut, and nothing in it that a terminal would obey."""
    short = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in short)


def quoted(text: str) -> str:
    """``text`` as TOML would write it, cut."""
    return printable(json.dumps(text[: _LONGEST * 2], ensure_ascii=False))


def shown(value: object) -> str:
    """A TOML value as the owner wrote it, or what kind of thing it is."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return quoted(value)
        case int():
            # str() of a long one is refused by Python itself
            return str(value) if value.bit_length() <= 64 else "a number far too big"
        case float():
            return repr(value)
        case list():
            items = ", ".join("…" if isinstance(i, list | dict) else shown(i) for i in value[:9])
            return printable(f"[{items}]")
        case dict():
            return "a section"
    return f"the date or time {value}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` most likely stands for."""
    close = difflib.get_close_matches(word[:64].lower(), list(known), n=1, cutoff=0.6)
    return close[0] if close else None
