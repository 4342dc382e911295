"""The field catalogue: every value that the firmware knows, read from fields.toml.

The C++ tables (templates/firmware/include), the names in REST and in ``decode``, units and
labels all come from here.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

KINDS = ("number", "text", "clock", "stamped", "hourly", "list")
# The units that the firmware can name, in the order of `enum class Unit` in src/p1/field.h.
UNITS = ("", "kWh", "kvarh", "kW", "kvar", "kVA", "V", "A", "Hz", "m3", "GJ", "s")
PROFILES = ("nl", "be", "lu", "se", "lt", "hu")
ANY_CHANNEL = 15
# The row index that src/p1/field.h keeps for "no field".
NO_FIELD = 255
# FieldDef::name in src/p1/field.h has 12 bits.
NAMES_MAX = 4096
_CODE = re.compile(r"(\d+)-(\d+|n):(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class Quantity:
    """What is measured: ``unit`` as clients see it, ``decimals`` as meters usually send."""

    name: str
    unit: str
    decimals: int
    ha_class: str | None
    ha_state: str | None


@dataclass(frozen=True)
class Field:
    """One entry of the catalogue.

    ``codes`` are OBIS codes ``A-B:C.D.E`` that mean the same; B is ``n`` for an M-Bus device,
    whose name on the wire is a device's kind or channel followed by ``name``.
    """

    name: str
    codes: tuple[str, ...]
    kind: str
    label: str
    profiles: tuple[str, ...]
    quantity: Quantity | None = None
    group: int = 0
    any_unit: bool = False
    mbus: bool = False

    @property
    def unit(self) -> str:
        """The unit where a line names none; empty for texts and plain counts."""
        return self.quantity.unit if self.quantity else ""

    @property
    def decimals(self) -> int:
        """How many decimals meters usually send."""
        return self.quantity.decimals if self.quantity else 0


@dataclass(frozen=True)
class Row:
    """One row of the C++ table, FIELD_DEFS in include/field_table.h."""

    key: int
    field: Field
    code: str

    @property
    def constant(self) -> str:
        """The firmware's name for what the row stands for."""
        return constant_name(self.field)


def obis_key(code: str) -> int:
    """The 32-bit key of a code: A, B in 4 bits each, C, D, E in 8 (src/p1/field.h)."""
    match = _CODE.fullmatch(code)
    if not match:
        raise ValueError(f"{code!r} is not an OBIS code of the form A-B:C.D.E")
    a, b, c, d, e = match.groups()
    channel = ANY_CHANNEL if b == "n" else int(b)
    parts = (int(a), channel, int(c), int(d), int(e))
    if parts[0] > 15 or parts[1] > 15 or max(parts[2:]) > 255 or (b != "n" and parts[1] == 15):
        raise ValueError(f"{code!r} has a part that is too large")
    return parts[0] << 28 | parts[1] << 24 | parts[2] << 16 | parts[3] << 8 | parts[4]


@dataclass(frozen=True)
class Catalogue:
    """The fields, and the M-Bus device types by kind (EN 13757-3)."""

    fields: tuple[Field, ...]
    mbus_kinds: dict[str, tuple[int, ...]]
    constants: tuple[str, ...] = field(default=(), compare=False)

    def select(self, profiles: tuple[str, ...]) -> Catalogue:
        """The fields that meters of these countries send."""
        wanted = tuple(f for f in self.fields if set(f.profiles) & set(profiles))
        return replace(self, fields=wanted)

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The C++ table's rows: the identification, then the fields in the catalogue's order.

        Further codes of a field come last, so that they do not stand between neighbours.
        """
        identification = Field("identification", (), "text", "Identification", PROFILES)
        firsts = [(f, code) for f in self.fields for code in f.codes[:1]]
        others = [(f, code) for f in self.fields for code in f.codes[1:]]
        rows = [Row(obis_key(code), f, code) for f, code in firsts + others]
        rows.insert(0, Row(0, identification, ""))
        by_key: dict[int, int] = {}
        for index, row in enumerate(rows):
            first = by_key.setdefault(row.key, index)
            # A code's second value is looked for in the row after its first.
            if index - first != row.field.group:
                raise ValueError(f"{row.code} is {rows[first].field.name} and {row.field.name}")
        if len(rows) >= NO_FIELD:
            raise ValueError(f"{len(rows)} fields, and the firmware numbers them below {NO_FIELD}")
        if sum(len(name) + 1 for name in {row.field.name for row in rows}) > NAMES_MAX:
            raise ValueError(f"the names together take more than {NAMES_MAX} characters")
        return tuple(rows)

    @cached_property
    def sorted_rows(self) -> tuple[int, ...]:
        """Row indexes by key, for the binary search; of rows with the same key, the first."""
        first = {row.key: i for i, row in reversed(list(enumerate(self.rows)))}
        return tuple(first[key] for key in sorted(first))

    @cached_property
    def names(self) -> dict[str, int]:
        """Where each name begins in the firmware's one string of names."""
        offsets: dict[str, int] = {}
        at = 0
        for row in self.rows:
            if row.field.name not in offsets:
                offsets[row.field.name] = at
                at += len(row.field.name) + 1
        return offsets

    @cached_property
    def indexes(self) -> dict[str, int]:
        """F_ constant -> row; M-Bus fields are F_MBUS_..., fields left out have NO_FIELD."""
        found = dict.fromkeys(self.constants, NO_FIELD)
        for index, row in reversed(list(enumerate(self.rows))):
            found[constant_name(row.field)] = index
        return found

    @cached_property
    def values(self) -> dict[str, int]:
        """F_ constant -> number of the value, by which the parser knows a repeated line.

        An M-Bus value takes four numbers, one a channel.
        """
        numbers: dict[str, int] = {}
        at = 0
        for row in self.rows:
            if row.constant not in numbers:
                numbers[row.constant] = at
                at += 4 if row.field.mbus else 1
        return numbers

    @property
    def value_count(self) -> int:
        """How many numbers ``values`` gives out."""
        return len(self.values) + 3 * sum(name.startswith("F_MBUS_") for name in self.values)

    @property
    def longest_name(self) -> int:
        """Characters of the longest name that a client can see, M-Bus kinds included."""
        prefix = max([len(kind) for kind in self.mbus_kinds] + [len("mbus4")]) + 1
        return max(len(r.field.name) + (prefix if r.field.mbus else 0) for r in self.rows)


def constant_name(entry: Field) -> str:
    """``F_POWER_DELIVERED``; the firmware's name for a field's row."""
    return ("F_MBUS_" if entry.mbus else "F_") + entry.name.upper()


def _field(name: str, entry: dict[str, Any], quantities: dict[str, Quantity], mbus: bool) -> Field:
    codes = entry.pop("code")
    quantity = quantities[entry.pop("quantity")] if "quantity" in entry else None
    kind = entry.pop("kind", "number" if quantity else "text")
    result = Field(
        name=entry.pop("name", name),
        codes=(codes,) if isinstance(codes, str) else tuple(codes),
        kind=kind,
        label=entry.pop("label"),
        profiles=tuple(entry.pop("profiles")),
        quantity=quantity,
        group=entry.pop("group", 0),
        any_unit=entry.pop("any_unit", False),
        mbus=mbus,
    )
    if entry:
        raise ValueError(f"{name}: unknown key {', '.join(sorted(entry))}")
    if kind not in KINDS or not set(result.profiles) <= set(PROFILES) or not result.profiles:
        raise ValueError(f"{name}: kind {kind!r} or profiles {result.profiles!r}")
    if result.unit not in UNITS:
        raise ValueError(f"{name}: the firmware has no unit {result.unit!r}")
    if mbus != any("n" in code for code in result.codes):
        raise ValueError(f"{name}: only [mbus] codes, and all of them, have the channel n")
    return result


def parse_catalogue(text: str) -> Catalogue:
    """The catalogue from TOML. ``ValueError`` or ``KeyError`` says what is wrong with it."""
    document = tomllib.loads(text)
    quantities = {
        name: Quantity(name, q["unit"], q["decimals"], q.get("ha_class"), q.get("ha_state"))
        for name, q in document["quantities"].items()
    }
    fields = [
        _field(name, dict(entry), quantities, mbus=section == "mbus")
        for section in ("fields", "mbus")
        for name, entry in document[section].items()
    ]
    kinds = {name: tuple(types) for name, types in document["mbus_kinds"].items()}
    constants = tuple(dict.fromkeys(constant_name(f) for f in fields))
    return Catalogue(tuple(fields), kinds, constants)


@lru_cache
def load_catalogue() -> Catalogue:
    """The catalogue that comes with dsmrforge, all countries."""
    path = Path(__file__).with_name("fields.toml")
    return parse_catalogue(path.read_text(encoding="utf-8"))
