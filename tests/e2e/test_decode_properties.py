"""What holds of every telegram: made up by hypothesis, read by the firmware's parser."""

from __future__ import annotations

import re
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram_tools import Decoder, Document, canonical, telegram, values

from dsmrforge.decode import iso
from dsmrforge.fields import Field, load_catalogue

CATALOGUE = load_catalogue()
# The old gas fields have the names of an M-Bus gas meter: either, never both.
PLAIN = [
    f for f in CATALOGUE.fields if not f.mbus and f.group == 0 and not f.codes[0].startswith("7-0")
]
MBUS = [f for f in CATALOGUE.fields if f.mbus]
TYPES = sorted({number for types in CATALOGUE.mbus_kinds.values() for number in types} | {0, 99})
EARLIEST, LATEST = datetime(2000, 1, 1), datetime(2067, 12, 31)

quick = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

digits = st.text("0123456789", min_size=1, max_size=9)
decimals = st.text("0123456789", min_size=0, max_size=6)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """As meters write them: leading zeros, a sign now and then, up to six decimals."""
    sign = draw(st.sampled_from(["", "", "", "-"]))
    part = draw(decimals)
    return sign + draw(digits) + (f".{part}" if part else "")


@st.composite
def stamps(draw: st.DrawFn) -> str:
    """A time stamp that a calendar has."""
    when = draw(st.datetimes(min_value=EARLIEST, max_value=LATEST))
    return f"{when:%y%m%d%H%M%S}{draw(st.sampled_from('SW'))}"


hex_texts = st.binary(min_size=1, max_size=60).map(lambda data: data.hex().upper())
any_texts = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="()\x7f"),
    min_size=1,
    max_size=60,
)


@st.composite
def line(draw: st.DrawFn, field: Field, code: str) -> tuple[str, Document]:
    """A line for the field, and what must be read from it."""
    if field.kind == "text":
        text = draw(hex_texts | any_texts)
        return f"{code}({text})", {"value": text, "unit": None}
    if field.kind == "clock":
        stamp = draw(stamps())
        return f"{code}({stamp})", {"value": stamp, "timestamp": iso(stamp)}
    if field.kind == "list":
        groups = "".join(
            f"({group})" for group in draw(st.lists(stamps() | numbers(), min_size=2, max_size=12))
        )
        return f"{code}{groups}", {"value": groups, "unit": None}
    number = draw(numbers())
    parsed = canonical(number)
    assert parsed is not None
    want = {"value": parsed[0], "unit": field.unit or None}
    if field.kind == "number":
        unit = draw(st.sampled_from(["", f"*{field.unit}"])) if field.unit else ""
        return f"{code}({number}{unit})", want
    if field.kind == "stamped":
        stamp = draw(stamps())
        return f"{code}({stamp})({number}*{field.unit})", {**want, "timestamp": iso(stamp)}
    stamp = draw(stamps())[:12]
    middle = draw(st.sampled_from(["", "\r\n"]))
    groups = f"({stamp})(00)(60)(1)(0-1:24.2.1)({field.unit}){middle}({number})"
    return f"{code}{groups}", {**want, "timestamp": None}


@st.composite
def telegrams(draw: st.DrawFn) -> tuple[bytes, dict[str, Document]]:
    """A telegram of any fields of the catalogue, and each line's value by its code."""
    lines, want = [], {}
    for field in draw(st.lists(st.sampled_from(PLAIN), unique=True, max_size=25)):
        code = draw(st.sampled_from(field.codes))
        text, value = draw(line(field, code))
        lines.append(text)
        want[code] = value
    for channel in draw(st.lists(st.integers(1, 4), unique=True, max_size=4)):
        fields = draw(st.lists(st.sampled_from(MBUS), unique_by=lambda f: f.name, max_size=5))
        for field in fields:
            code = draw(st.sampled_from(field.codes)).replace("-n:", f"-{channel}:")
            if field.name == "device_type":
                number = draw(st.sampled_from(TYPES))
                text, value = f"{code}({number:03d})", {"value": str(number), "unit": None}
            else:
                text, value = draw(line(field, code))
            lines.append(text)
            want[code] = value
    order = draw(st.permutations(lines))
    ident = draw(st.from_regex(r"[A-Z]{3}5[A-Za-z0-9\\ _.-]{0,20}", fullmatch=True))
    return telegram(*order, ident=ident), want


@quick
@given(batch=st.lists(telegrams(), min_size=1, max_size=12), chunk=st.integers(1, 300))
def test_any_telegram_of_the_catalogue_is_read_back_exactly(
    batch: list[tuple[bytes, dict[str, Document]]], chunk: int, decode: Decoder
) -> None:
    documents = decode(b"".join(data for data, _ in batch), chunk)
    assert len(documents) == len(batch)
    for (data, want), document in zip(batch, documents, strict=True):
        assert document["crc"] == "ok"
        assert document["unknown"] == document["invalid"] == []
        got = {f["obis"]: f for name, f in document["fields"].items() if name != "identification"}
        assert len(got) == len(document["fields"]) - 1
        shown = {code: {key: f.get(key) for key in want.get(code, f)} for code, f in got.items()}
        assert shown == want, data


SOUND = st.builds(lambda pair: pair[0], telegrams())


def published(documents: list[Document]) -> list[dict[str, str | None]]:
    """What a logger takes over."""
    return [values(document) for document in documents if document["crc"] != "bad"]


@quick
@given(
    data=SOUND,
    places=st.lists(
        st.tuples(st.integers(0, 1 << 20), st.integers(1, 255)), min_size=20, max_size=60
    ),
)
def test_a_flipped_byte_is_caught_or_changes_nothing(
    data: bytes, places: list[tuple[int, int]], decode: Decoder
) -> None:
    right = values(decode.one(data))
    stream, good = [data], 1
    for place, mask in places:
        damaged = bytearray(data)
        damaged[place % len(data)] ^= mask
        stream += [bytes(damaged), b"\r\n", data]  # and the next one must not suffer
        good += 1
    read = published(decode(b"".join(stream)))
    assert len(read) >= good
    assert all(got == right for got in read)


@quick
@given(data=SOUND, place=st.integers(0, 1 << 20), mask=st.integers(1, 255))
def test_a_flipped_byte_in_the_very_first_telegram(
    data: bytes, place: int, mask: int, decode: Decoder
) -> None:
    damaged = bytearray(data)
    damaged[place % len(data)] ^= mask
    right = values(decode.one(data))
    assert all(got == right for got in published(decode(bytes(damaged))))


PIECES = st.sampled_from(
    [
        b"/",
        b"!",
        b"(",
        b")",
        b"\r\n",
        b"\n",
        b"\x00",
        b"\xff" * 7,
        b"/ABC5",
        b"/ABC5noise\r\n\r\n1-0:1.7.0(00.1",
        b"1-0:1.8.1(000123.456*kWh)\r\n",
        b"0-0:96.13.0(3031",
        b"0-1:24.3.0(121030140000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n",
        b"!12",
        b"!ABCD\r\n",
        b"(" * 300,
        b"7" * 300,
    ]
)
NOISE = st.lists(PIECES | st.binary(max_size=40), max_size=12).map(b"".join)


@quick
@given(
    parts=st.lists(st.tuples(NOISE, SOUND), min_size=1, max_size=8),
    end=NOISE,
    chunk=st.integers(1, 300),
)
def test_noise_costs_no_telegram_that_follows_at_a_line_s_start(
    parts: list[tuple[bytes, bytes]], end: bytes, chunk: int, decode: Decoder
) -> None:
    stream = b"".join(noise + b"\r\n" + data for noise, data in parts) + end
    want = [values(decode.one(data)) for _, data in parts[:1]]
    read = [values(document) for document in decode(stream, chunk) if document["crc"] == "ok"]
    assert len(read) == len(parts)
    assert read[0] == want[0]
    idents = [re.match(rb"/(.*?)\r\n", data) for _, data in parts]
    assert [got["identification"] for got in read] == [
        match[1].decode() for match in idents if match
    ]


@quick
@given(noise=st.lists(NOISE, max_size=4).map(b"".join), chunk=st.integers(1, 300))
def test_noise_alone_is_never_a_good_telegram(noise: bytes, chunk: int, decode: Decoder) -> None:
    assert all(document["crc"] != "ok" for document in decode(noise, chunk))
