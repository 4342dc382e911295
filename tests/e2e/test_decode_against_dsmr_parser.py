"""The same telegrams, read by the firmware's parser and by PyPI's dsmr-parser: the same values."""

from __future__ import annotations

import random
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from dsmr_parser import telegram_specifications
from dsmr_parser.parsers import TelegramParser
from telegram_tools import OWN, Decoder, Document

from dsmrforge.decode import failures, peaks
from dsmrforge.simulate.household import Household
from dsmrforge.simulate.meter_time import EARLIEST, LATEST, from_local
from dsmrforge.simulate.profiles import PROFILES

SPECIFICATIONS = {
    "nl5": telegram_specifications.V5,
    "be": telegram_specifications.BELGIUM_FLUVIUS,
}
LISTS = {"POWER_EVENT_FAILURE_LOG", "BELGIUM_MAXIMUM_DEMAND_13_MONTHS"}
MBUS_CODES = {
    "MBUS_DEVICE_TYPE": ("24.1.0",),
    "MBUS_EQUIPMENT_IDENTIFIER": ("96.1.0", "96.1.1"),
    "MBUS_METER_READING": ("24.2.1", "24.2.3"),
    "MBUS_VALVE_POSITION": ("24.4.0",),
    # dsmr-parser's names in DSMR 4
    "DEVICE_TYPE": ("24.1.0",),
    "EQUIPMENT_IDENTIFIER_GAS": ("96.1.0",),
    "HOURLY_GAS_METER_READING": ("24.2.1",),
}
COUNT = 150
# dsmr-parser takes the zone's rules for a Swedish clock, and not its W.
SWEDISH_CLOCK = frozenset({"P1_MESSAGE_TIMESTAMP"})
BEGIN, END = from_local(EARLIEST.replace(year=2003)), from_local(LATEST.replace(year=2066))


def random_telegrams(profile: str) -> list[bytes]:
    """Telegrams of many households at any time of four decades, winter and summer."""
    draw = random.Random(profile)
    sent = []
    for seed in range(COUNT):
        house = Household(seed, draw.randrange(BEGIN, END))
        house.advance(draw.randrange(40 * 86400) if seed % 10 == 0 else draw.randrange(7200))
        sent.append(PROFILES[profile].telegram(house.snapshot(), seed))
    return sent


def same_moment(text: str | None, moment: datetime) -> bool:
    return text is not None and datetime.fromisoformat(text) == moment


def same(field: Document, theirs: Any) -> bool:
    """Whether a field says the same as dsmr-parser's object."""
    if isinstance(theirs.value, datetime):
        return same_moment(field["timestamp"], theirs.value)
    if hasattr(theirs, "datetime") and not same_moment(field["timestamp"], theirs.datetime):
        return False
    if isinstance(theirs.value, str):
        return bool(field["value"] == theirs.value)
    # a Decimal compares by value: what is written is compared as well, so decimals count
    value = Decimal(field["value"])
    return value == theirs.value and (
        not isinstance(theirs.value, Decimal)
        or (field["value"] == str(theirs.value) and field["unit"] == theirs.unit)
    )


def compare_lists(document: Document, telegram: Any, compared: set[str]) -> None:
    """The failure log and the months' peaks, event by event."""
    for name, ours, read in (
        ("POWER_EVENT_FAILURE_LOG", "electricity_failure_log", failures),
        ("BELGIUM_MAXIMUM_DEMAND_13_MONTHS", "demand_peaks", peaks),
    ):
        theirs = getattr(telegram, name, None)
        if theirs is None or ours not in document["fields"]:
            continue
        events = getattr(theirs, "buffer", theirs)
        entries = read(document["fields"][ours]["value"])
        assert len(entries) == len(events) > 0
        for entry, event in zip(entries, events, strict=True):
            value = entry.get("duration", entry.get("value"))
            assert value is not None
            assert Decimal(value) == event.value
            assert entry["unit"] == event.unit
            moment = event.occurred if name.startswith("BELGIUM") else event.datetime
            assert same_moment(entry["timestamp"], moment)
        compared.add(name)


def compare(
    text: str,
    document: Document,
    specification: dict[str, Any],
    differs: frozenset[str] = frozenset(),
) -> set[str]:
    """Compares every field that both know; returns dsmr-parser's names of them."""
    telegram = TelegramParser(specification).parse(text)
    by_code = {field["obis"]: field for field in document["fields"].values()}
    compared: set[str] = set()
    for known in specification["objects"]:
        name = known["value_name"]
        lines = list(re.finditer(known["obis_reference"], text, re.MULTILINE))
        # what matches several lines (relays, channels) is any one of them in dsmr-parser
        if len(lines) != 1 or name in LISTS | differs or not hasattr(telegram, name):
            continue
        theirs = getattr(telegram, name)
        code = re.match(r"\d+-\d+:\d+\.\d+\.\d+", lines[0][0])
        assert code
        if theirs.value is None:
            assert code[0] not in by_code, name
            continue
        assert same(by_code[code[0]], theirs), (name, by_code[code[0]], theirs.value)
        compared.add(name)
    for device in getattr(telegram, "MBUS_DEVICES", ()):
        for name, theirs in device:
            if not theirs.value:
                continue
            codes = {f"0-{device.channel_id}:{code}" for code in MBUS_CODES[name]}
            ours = [field for code, field in by_code.items() if code in codes]
            assert len(ours) == 1, name
            if name.endswith("DEVICE_TYPE"):
                assert int(ours[0]["value"]) == theirs.value
            else:
                assert ours[0]["value"] == str(theirs.value), name
            if name.endswith("METER_READING"):
                assert same_moment(ours[0]["timestamp"], theirs.datetime)
            compared.add(name)
    compare_lists(document, telegram, compared)
    return compared


@pytest.mark.parametrize("profile", SPECIFICATIONS)
def test_generated_telegrams_have_the_same_values(profile: str, decode: Decoder) -> None:
    sent = random_telegrams(profile)
    documents = decode(b"".join(sent))
    assert len(documents) == len(sent)
    compared: set[str] = set()
    for text, document in zip(sent, documents, strict=True):
        compared |= compare(text.decode(), document, SPECIFICATIONS[profile])
    assert len(compared) >= {"nl5": 33, "be": 32}[profile], sorted(compared)


@pytest.mark.parametrize(
    ("file", "specification", "least", "differs"),
    [
        ("dsmr-4.2", telegram_specifications.V4, 28, frozenset()),
        ("dsmr-5.0", telegram_specifications.V5, 33, frozenset()),
        ("emucs-belgium", telegram_specifications.BELGIUM_FLUVIUS, 31, frozenset()),
        ("luxembourg", telegram_specifications.LUXEMBOURG_SMARTY, 8, frozenset()),
        ("sweden", telegram_specifications.SWEDEN, 20, SWEDISH_CLOCK),
    ],
)
def test_our_own_telegrams_have_the_same_values(
    file: str,
    specification: dict[str, Any],
    least: int,
    differs: frozenset[str],
    decode: Decoder,
) -> None:
    path = next(path for path in OWN if path.stem == file)
    document = decode.one(path.read_bytes())
    compared = compare(path.read_bytes().decode("latin-1"), document, specification, differs)
    assert len(compared) >= least, sorted(compared)
