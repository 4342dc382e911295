"""Whole telegrams of every kind of meter, read by the firmware's parser."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from pathlib import Path

import pytest
from telegram_tools import (
    CODE,
    NUMBER,
    OWN,
    SHARED,
    STAMP,
    STREAM,
    Decoder,
    Document,
    Line,
    canonical,
    data_lines,
    good_telegrams,
    telegram,
    values,
)

from dsmrforge.decode import iso
from dsmrforge.fields import Field, load_catalogue
from dsmrforge.simulate.household import Household
from dsmrforge.simulate.meter_time import from_local
from dsmrforge.simulate.profiles import PROFILES, telegrams

FIELDS: dict[str, list[Field]] = {}
for _field in load_catalogue().fields:
    for _code in _field.codes:
        FIELDS.setdefault(_code, []).append(_field)

# The CRC in the file, where it is not right (most examples in specifications were typed).
CRC = {
    "dsmr-2.2": "absent",
    "dsmr-2.2-old-gas": "absent",
    "dsmr-3.0": "absent",
    "spec-3.0": "absent",
    "v2.2": "absent",
    "v2.2-mangled": "absent",
    "v3": "absent",
    "isk-5.0": "ok",
    "kaifa-4.2": "ok",
    "mcs-unitless-log": "ok",
    "sagemcom-t211-be": "ok",
}
# Lines that are none: what `invalid` holds. Every file not named has none.
INVALID = {"overflow": ["***NO CARIER***"]}
# Spot checks, so that not only two readers of the same mind agree.
KNOWN = {
    "dsmr-5.0": {
        "timestamp": "250115073012W",
        "energy_delivered_tariff2": "2345.678",
        "power_delivered": "0.428",
        "voltage_l1": "229.8",
        "current_l3": "3",
        "message_long": b"Read / the ! meter".hex().upper(),
        "gas_delivered": "1234.567",
        "water_delivered": "345.678",
        "electricity_long_failures": "2",
    },
    "emucs-belgium": {"current_l1": "2.27", "demand_peak_month": "4.567", "relay2_position": "0"},
    "luxembourg": {"current_threshold_import": "40", "current_threshold_export": "-40"},
    "sweden": {"energy_delivered_total": "6678.394", "reactive_power_delivered_l3": "0.030"},
    "lithuania": {"power_factor_l1": "-0.871", "frequency": "50.01"},
    "hungary": {"serial_number": "EXA000000001", "energy_combined": "688.517"},
    "dsmr-2.2": {"gas_delivered": "456.789", "power_delivered": "0.52"},
    "dsmr-2.2-old-gas": {"gas_delivered": "456.789"},
    "dsmr-3.0": {"heat_delivered": "12.34", "electricity_threshold": "16"},
    "dsmr-4.2": {"heat_inlet_delivered": "12.345"},
}
FILES = [pytest.param(path, id=path.stem) for path in (*OWN, *SHARED)]


def definitions(obis: str) -> list[Field]:
    """The catalogue's entries for a code, an M-Bus channel being any."""
    return FIELDS.get(obis) or FIELDS.get(re.sub(r"-[1-4]:", "-n:", obis), [])


def expected(line: Line, field: Field) -> Document | None:
    """What the field of this line must be; None: it must not be there."""
    groups = line.groups
    if field.kind == "list":
        return {"value": "".join(f"({group})" for group in groups), "unit": None}
    if field.kind == "text":
        return {"value": groups[0], "unit": None} if groups[0] else None
    if field.kind == "clock":
        return {"value": groups[0], "timestamp": iso(groups[0])} if iso(groups[0]) else None
    parts = [part for group in groups for part in group.split(",")]
    number = parts[-1] if field.kind in ("stamped", "hourly") else parts[field.group]
    parsed = canonical(number)
    if parsed is None:
        assert not re.search(r"\d", number), f"the test cannot read {line}"
        return None
    unit = parsed[1] or (groups[5] if field.kind == "hourly" else None) or field.unit or None
    result: Document = {"value": parsed[0], "unit": unit}
    if field.kind != "number":
        result["timestamp"] = iso(groups[0])
    return result


def check_every_value(text: str, document: Document) -> None:
    """Compares each data line of ``text`` with the document."""
    left = dict(document["fields"])
    assert left.pop("identification")["value"] == text[1:].split("\r\n", 1)[0].split("\n", 1)[0]
    seen = set()
    for line in data_lines(text):
        assert line.obis not in seen, "the file has a code twice: the test knows no such one"
        seen.add(line.obis)
        known = definitions(line.obis)
        assert bool(known) != (line.obis in [u["obis"] for u in document["unknown"]]), line
        for field in known:
            want = expected(line, field)
            end = f"_{field.name}" if field.mbus else field.name
            names = [n for n, f in left.items() if f["obis"] == line.obis and n.endswith(end)]
            if want is None:
                assert names == [], line
                continue
            assert len(names) == 1, (line, names)
            got = left.pop(names[0])
            assert {key: got.get(key) for key in want} == want, line
    assert left == {}


@pytest.mark.parametrize("path", FILES)
def test_every_value_has_the_meter_s_own_decimals(path: Path, decode: Decoder) -> None:
    data = path.read_bytes()
    document = decode.one(data)
    check_every_value(data.decode("latin-1"), document)
    assert [line["raw"] for line in document["invalid"]] == INVALID.get(path.stem, [])
    default = "ok" if path in OWN else "bad"
    assert document["crc"] == CRC.get(path.stem, default)
    got = values(document)
    known = KNOWN.get(path.stem, {})
    assert {name: got[name] for name in known} == known


@pytest.mark.parametrize("path", FILES)
@pytest.mark.parametrize("chunk", [1, 7])
def test_the_size_of_the_pieces_makes_no_difference(
    path: Path, chunk: int, decode: Decoder
) -> None:
    data = path.read_bytes()
    assert decode(data, chunk) == decode(data)


def household_stream() -> bytes:
    """A minute of a meter, cut off at both ends."""
    house = Household(7, from_local(datetime(2026, 5, 1, 12)))
    stream = b"".join(islice(telegrams(house, PROFILES["nl5"]), 70))
    return stream[1500:-600]


STREAMS = [pytest.param(household_stream, id="household")]
if STREAM.exists():
    STREAMS.append(pytest.param(STREAM.read_bytes, id="80000 bytes of a real port"))


@pytest.mark.parametrize("chunk", [1, 13, 64, 128, 1000, 4096, 100_000])
@pytest.mark.parametrize("read", STREAMS)
def test_a_stream_gives_all_of_its_whole_telegrams(read, chunk: int, decode: Decoder) -> None:  # type: ignore[no-untyped-def]
    stream = read()
    whole = good_telegrams(stream)
    assert len(whole) > 60
    documents = decode(stream, chunk)
    assert {document["crc"] for document in documents} == {"ok"}
    assert len(documents) == len(whole)
    for text, document in zip(whole, documents, strict=True):
        assert document["invalid"] == document["unknown"] == []
        check_every_value(text.decode("latin-1"), document)


def test_the_oracle_sees_every_line_of_our_own_telegrams() -> None:
    for path in OWN:
        text = path.read_text("latin-1")
        wanted = [line for line in text.splitlines() if re.match(r"\d+-\d+:", line)]
        assert len(CODE.findall(text)) == len(wanted)
    assert STAMP.fullmatch("250115073012W")
    assert NUMBER.fullmatch("000.27*A")


@pytest.mark.parametrize("profile", PROFILES)
def test_what_the_household_s_meter_says_is_understood_without_remark(
    profile: str, decode: Decoder
) -> None:
    house = Household(3, from_local(datetime(2026, 3, 29, 0, 0)))
    sent = list(islice(telegrams(house, PROFILES[profile], step=1800), 24))
    documents = decode(b"".join(sent))
    assert len(documents) == len(sent)
    for text, document in zip(sent, documents, strict=True):
        assert document["invalid"] == document["unknown"] == []
        assert document["crc"] == ("absent" if profile == "nl2" else "ok")
        check_every_value(text.decode(), document)


def test_a_device_is_named_by_its_kind_and_the_second_of_a_kind_by_its_channel(
    decode: Decoder,
) -> None:
    document = decode.one(
        telegram(
            "1-3:0.2.8(50)",
            "0-1:24.1.0(007)",
            "0-1:96.1.0(57)",
            "0-1:24.2.1(250115073000W)(00345.678*m3)",
            "0-2:24.1.0(003)",
            "0-2:96.1.0(47)",
            "0-2:24.2.1(250115073000W)(01234.567*m3)",
            "0-3:24.1.0(003)",
            "0-3:96.1.0(48)",
            "0-3:24.2.1(200115073000W)(00999.999*m3)",
        )
    )
    got = values(document)
    assert got["water_delivered"] == "345.678"
    assert got["gas_delivered"] == "1234.567"
    assert got["mbus3_delivered"] == "999.999"
