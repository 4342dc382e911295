"""Cases that break parsers, one test for each row of the list of facts, named after it."""

from __future__ import annotations

import pytest
from telegram_tools import Decoder, Document, telegram, values

from dsmrforge.decode import failures
from dsmrforge.telegram import crc16, frame

GOOD = telegram("1-3:0.2.8(50)", "0-0:1.0.0(250115073012W)", "1-0:1.8.1(000123.456*kWh)")
GOOD_VALUES = {
    "identification": "ABC5test",
    "p1_version": "50",
    "timestamp": "250115073012W",
    "energy_delivered_tariff1": "123.456",
}


def field(decode: Decoder, line: str, name: str) -> Document | None:
    """The field that one line gives, and that the line is in none of the lists of complaints."""
    document = decode.one(telegram("1-3:0.2.8(50)", line, "0-0:96.14.0(0002)"))
    assert document["crc"] == "ok"
    assert document["unknown"] == document["invalid"] == []
    assert document["fields"]["electricity_tariff"]["value"] == "0002"
    found: Document | None = document["fields"].get(name)
    return found


def fields_of_good(decode: Decoder, data: bytes) -> list[dict[str, str | None]]:
    return [values(document) for document in decode(data) if document["crc"] == "ok"]


# -- `/` inside the header or inside a text --------------------------------------------------------


def test_slash_inside_the_header(decode: Decoder) -> None:
    document = decode.one(telegram("1-0:1.7.0(00.428*kW)", ident="HLY5/D545-METER"))
    assert document["crc"] == "ok"
    assert values(document) == {"identification": "HLY5/D545-METER", "power_delivered": "0.428"}


def test_slash_inside_a_text(decode: Decoder) -> None:
    got = field(decode, "0-0:96.13.0(read /this and /ABC5 that)", "message_long")
    assert got is not None
    assert got["value"] == "read /this and /ABC5 that"


def test_slash_at_the_beginning_of_a_text_on_a_line_of_its_own(decode: Decoder) -> None:
    assert fields_of_good(decode, b"/ABC5cut\r\n\r\n1-0:1.7.0(00.4" + b"\r\n" + GOOD) == [
        GOOD_VALUES
    ]


# -- a telegram cut off, then a good one -----------------------------------------------------------


@pytest.mark.parametrize("cut", range(1, len(GOOD) - 1))
def test_a_telegram_cut_off_then_a_good_one(cut: int, decode: Decoder) -> None:
    # cut anywhere; what follows begins right there, on a line of its own, or after rubbish
    stream = GOOD[:cut] + GOOD + GOOD[:cut] + b"\r\n" + GOOD + GOOD[:cut] + b"\x00\xff\r\n" + GOOD
    read = fields_of_good(decode, stream)
    assert len(read) >= 2
    assert all(got == GOOD_VALUES for got in read)
    on_a_line = GOOD[:cut] + b"\r\n" + GOOD
    assert fields_of_good(decode, on_a_line)[-1:] == [GOOD_VALUES]


def test_a_telegram_cut_off_inside_a_long_text_then_a_good_one(decode: Decoder) -> None:
    long = telegram("0-0:96.13.0(" + "30" * 900 + ")", "1-0:1.7.0(00.428*kW)")
    assert fields_of_good(decode, long[:900] + GOOD) == [GOOD_VALUES]


# -- `!` inside a text -----------------------------------------------------------------------------


def test_exclamation_mark_inside_a_text(decode: Decoder) -> None:
    got = field(decode, "0-0:96.13.0(Look out! The !AB12 meter)", "message_long")
    assert got is not None
    assert got["value"] == "Look out! The !AB12 meter"


# -- gas on channel 2, water on channel 1; meter swapped, old channel stale ------------------------


def test_gas_on_channel_2_and_water_on_channel_1(decode: Decoder) -> None:
    document = decode.one(
        telegram(
            "0-1:24.1.0(007)",
            "0-1:24.2.1(250115073000W)(00345.678*m3)",
            "0-2:24.1.0(003)",
            "0-2:24.2.1(250115073000W)(01234.567*m3)",
        )
    )
    assert document["fields"]["gas_delivered"]["obis"] == "0-2:24.2.1"
    assert document["fields"]["water_delivered"]["obis"] == "0-1:24.2.1"


@pytest.mark.parametrize("stale", ["stale first", "stale last"])
def test_meter_swapped_old_channel_stale(stale: str, decode: Decoder) -> None:
    old, new = (1, 2) if stale == "stale first" else (2, 1)
    lines = {
        old: [
            f"0-{old}:24.1.0(003)",
            f"0-{old}:96.1.0(4F4C44)",
            f"0-{old}:24.2.1(220101000000W)(09999.999*m3)",
        ],
        new: [
            f"0-{new}:24.1.0(003)",
            f"0-{new}:96.1.0(4E4557)",
            f"0-{new}:24.2.1(250115073000W)(00001.234*m3)",
        ],
    }
    got = values(decode.one(telegram(*lines[1], *lines[2])))
    assert got["gas_delivered"] == "1.234"
    assert got["gas_equipment_id"] == "4E4557"
    assert got[f"mbus{old}_delivered"] == "9999.999"


def test_a_channel_with_an_empty_id_is_passed_over(decode: Decoder) -> None:
    got = values(
        decode.one(
            telegram(
                "0-1:24.1.0(003)",
                "0-1:96.1.0()",
                "0-1:24.2.1(250115074500W)(00000.000*m3)",
                "0-2:24.1.0(003)",
                "0-2:96.1.0(4E4557)",
                "0-2:24.2.1(250115073000W)(00001.234*m3)",
            )
        )
    )
    assert got["gas_delivered"] == "1.234"


# -- 1.8.0(12345678.123*kWh) -----------------------------------------------------------------------


def test_more_watt_hours_than_32_bits_hold(decode: Decoder) -> None:
    got = field(decode, "1-0:1.8.0(12345678.123*kWh)", "energy_delivered_total")
    assert got is not None
    assert (got["value"], got["unit"]) == ("12345678.123", "kWh")


# -- Wh, W, MWh, kV, GJ, 50.00*Hz ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "value", "unit"),
    [
        ("1-0:1.8.0(1234567*Wh)", "energy_delivered_total", "1234.567", "kWh"),
        ("1-0:1.7.0(428*W)", "power_delivered", "0.428", "kW"),
        ("1-0:1.7.0(428*w)", "power_delivered", "0.428", "kW"),
        ("1-0:1.8.0(12.345*MWh)", "energy_delivered_total", "12345", "kWh"),
        ("1-0:1.8.0(12.345678*MWh)", "energy_delivered_total", "12345.678", "kWh"),
        ("1-0:1.7.0(1.5*MW)", "power_delivered", "1500", "kW"),
        ("1-0:32.7.0(0.2301*kV)", "voltage_l1", "230.1", "V"),
        ("1-0:31.7.0(00270*mA)", "current_l1", "0.270", "A"),
        ("1-0:14.7.0(50.00*Hz)", "frequency", "50.00", "Hz"),
        ("1-0:1.8.0(001.5*kwh)", "energy_delivered_total", "1.5", "kWh"),
        ("1-0:1.8.0(001.5*KWH)", "energy_delivered_total", "1.5", "kWh"),
        ("1-0:32.7.0(230.1*v)", "voltage_l1", "230.1", "V"),
        ("0-1:24.2.1(250115073000W)(00012.345*GJ)", "mbus1_delivered", "12.345", "GJ"),
    ],
)
def test_the_unit_and_its_prefix_are_read(
    line: str, name: str, value: str, unit: str, decode: Decoder
) -> None:
    got = field(decode, line, name)
    assert got is not None
    assert (got["value"], got["unit"]) == (value, unit)


def test_a_unit_of_something_else_is_wrong_and_is_told(decode: Decoder) -> None:
    document = decode.one(telegram("1-0:1.7.0(230.1*V)", "1-3:0.2.8(50)"))
    assert "power_delivered" not in document["fields"]
    assert [line["raw"] for line in document["invalid"]] == ["1-0:1.7.0(230.1*V)"]


# -- more than three decimals; *255 after the code -------------------------------------------------


def test_more_than_three_decimals(decode: Decoder) -> None:
    got = field(decode, "1-0:1.8.1(000123.45678*kWh)", "energy_delivered_tariff1")
    assert got is not None
    assert got["value"] == "123.45678"


@pytest.mark.parametrize("end", ["*255", ".255"])
def test_255_after_the_code(end: str, decode: Decoder) -> None:
    got = field(decode, f"1-0:1.7.0{end}(00.428*kW)", "power_delivered")
    assert got is not None
    assert (got["value"], got["obis"]) == ("0.428", "1-0:1.7.0")


# -- 12-character time stamp; placeholders ---------------------------------------------------------


@pytest.mark.parametrize(
    "stamp",
    ["632525252525W", "632525252525S", "700101000000W", "000000000000W", "250115073000"],
)
def test_an_unset_time_leaves_the_line_and_no_time(stamp: str, decode: Decoder) -> None:
    got = field(decode, f"0-1:24.2.1({stamp})(00012.345*m3)", "mbus1_delivered")
    assert got is not None
    assert (got["value"], got["timestamp"]) == ("12.345", None)


@pytest.mark.parametrize("stamp", ["632525252525W", "700101000000W", "000000000000W"])
def test_an_unset_clock_is_no_clock(stamp: str, decode: Decoder) -> None:
    assert field(decode, f"0-0:1.0.0({stamp})", "timestamp") is None


def test_summer_and_winter_are_two_hours_and_one_from_utc(decode: Decoder) -> None:
    summer = field(decode, "0-0:1.0.0(250715073000S)", "timestamp")
    winter = field(decode, "0-0:1.0.0(250715073000W)", "timestamp")  # a Swedish July
    assert summer is not None
    assert winter is not None
    assert summer["timestamp"] == "2025-07-15T07:30:00+02:00"
    assert winter["timestamp"] == "2025-07-15T07:30:00+01:00"


# -- (), (*m3), 99.97.0(), a failure log without *s, 98.1.0(12) alone ------------------------------


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("1-0:1.7.0()", "power_delivered"),
        ("1-0:32.32.0()", "electricity_sags_l1"),
        ("0-0:96.13.0()", "message_long"),
        ("0-1:24.2.1(250115073000W)(*m3)", "mbus1_delivered"),
        ("0-1:24.2.1()", "mbus1_delivered"),
        ("0-1:24.1.0()", "mbus1_device_type"),
        ("1-0:99.97.0()", "electricity_failure_log"),
        ("0-0:98.1.0(12)", "demand_peaks"),
    ],
)
def test_an_empty_value_is_absent_not_zero(line: str, name: str, decode: Decoder) -> None:
    assert field(decode, line, name) is None


def test_a_failure_log_without_its_unit_stays_as_it_is(decode: Decoder) -> None:
    log = "(2)(0-0:96.7.19)(190201235231W)(23)(190212214204W)(8)"
    got = field(decode, f"1-0:99.97.0{log}", "electricity_failure_log")
    assert got is not None
    assert got["value"] == log
    assert [event["duration"] for event in failures(log)] == ["23", "8"]


# -- 0 without a unit ------------------------------------------------------------------------------


def test_a_number_without_a_unit_has_the_field_s_own(decode: Decoder) -> None:
    got = field(decode, "1-0:1.7.0(0)", "power_delivered")
    assert got is not None
    assert (got["value"], got["unit"]) == ("0", "kW")


# -- no CRC; three digits; lower case; NUL after it; LF only; trailing space -----------------------


BODY = GOOD[: GOOD.rindex(b"!") + 1]


def three_digits() -> bytes:
    """A telegram whose CRC begins with a zero, which the meter leaves out."""
    for number in range(100_000):
        body = frame("ABC5test", [f"1-0:1.8.1({number:06d}*kWh)"], crc=False)[:-2]
        if crc16(body) < 0x1000:
            return body + b"%X\r\n" % crc16(body)
    raise AssertionError


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (BODY + b"\r\n", "absent"),
        (BODY, "absent"),
        (GOOD[:-6] + GOOD[-6:].lower(), "ok"),
        (GOOD[:-2] + b"\x00\r\n", "ok"),
        (GOOD[:-2] + b" \r\n", "ok"),
        (GOOD[:-2], "ok"),
        (three_digits(), "ok"),
    ],
    ids=["none", "none, no end of line", "lower case", "NUL", "space", "no end of line", "three"],
)
def test_the_check_in_every_shape(data: bytes, crc: str, decode: Decoder) -> None:
    document = decode.one(data)
    assert document["crc"] == crc
    assert document["invalid"] == []
    assert "energy_delivered_tariff1" in document["fields"]
    # and the next telegram of this meter is read as well
    assert [d["crc"] for d in decode(data + b"\r\n" + data)] == [crc, crc]


def test_line_feeds_only(decode: Decoder) -> None:
    body = BODY.replace(b"\r\n", b"\n")
    document = decode.one(body + b"%04X\n" % crc16(body))
    assert document["crc"] == "ok"
    assert values(document) == GOOD_VALUES


def test_spaces_at_the_ends_of_lines(decode: Decoder) -> None:
    body = BODY.replace(b")\r\n", b") \r\n")
    document = decode.one(body + b"%04X \r\n" % crc16(body))
    assert document["crc"] == "ok"
    assert document["invalid"] == []
    assert values(document) == GOOD_VALUES


def test_no_blank_line_and_the_last_value_on_the_line_of_the_end(decode: Decoder) -> None:
    body = b"/ABC5test\r\n1-3:0.2.8(50)\r\n1-0:1.7.0(00.428*kW)!"
    document = decode.one(body + b"%04X\r\n" % crc16(body))
    assert document["crc"] == "ok"
    assert values(document)["power_delivered"] == "0.428"


def test_all_telegrams_of_a_meter_that_never_sends_the_end(decode: Decoder) -> None:
    unended = b"/ABC5test\r\n\r\n1-0:1.8.1(%09.3f*kWh)\r\n"
    telegrams = decode(b"".join(unended % reading for reading in (1, 2, 3)))
    assert [t["crc"] for t in telegrams] == ["absent"] * 3
    assert [values(t)["energy_delivered_tariff1"] for t in telegrams] == ["1.000", "2.000", "3.000"]


def test_a_telegram_without_an_end_is_cut_off_where_others_have_one(decode: Decoder) -> None:
    unended = b"/ABC5test\r\n\r\n1-0:1.8.1(00001.000*kWh)\r\n"
    good = telegram("1-0:1.8.1(00002.000*kWh)")
    documents = decode(unended + good + unended + unended + good + unended)
    assert [t["crc"] for t in documents] == ["ok", "ok"]


def test_a_meter_that_never_sends_the_end(decode: Decoder) -> None:
    endless = b"/ABC5test\r\n\r\n1-3:0.2.8(50)\r\n1-0:1.7.0(00.428*kW)\r\n"
    assert decode.one(endless)["crc"] == "absent"


# -- a code twice ----------------------------------------------------------------------------------


def test_a_code_twice_the_first_wins(decode: Decoder) -> None:
    document = decode.one(telegram("1-0:1.7.0(00.428*kW)", "1-0:1.7.0(00.999*kW)"))
    assert document["fields"]["power_delivered"]["value"] == "0.428"
    assert document["crc"] == "ok"


# -- one bad line ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "bad",
    [
        "1-0:1.8.1(000123,456*kWh)",
        "1-0:1.8.1(00012x.456*kWh)",
        "1-0:1.8.1(1.2.3*kWh)",
        "1-0:1.8.1(99999999999999999999*kWh)",
        "1-0:1.8.1(000123.456*furlong)",
        "1-0:1.8.1(000123.456*kWh",
        "1-0:1.8.1",
        "***NO CARRIER***",
        "1-0:(000123.456*kWh)",
    ],
)
def test_one_bad_line_never_costs_the_telegram(bad: str, decode: Decoder) -> None:
    document = decode.one(
        telegram("1-3:0.2.8(50)", bad, "0-0:96.14.0(0002)", "1-0:1.7.0(00.428*kW)")
    )
    assert document["crc"] == "ok"
    assert [line["raw"] for line in document["invalid"]] == [bad]
    assert document["invalid"][0]["why"]
    assert values(document) == {
        "identification": "ABC5test",
        "p1_version": "50",
        "electricity_tariff": "0002",
        "power_delivered": "0.428",
    }


def test_an_unknown_line_is_told_as_unknown(decode: Decoder) -> None:
    document = decode.one(telegram("1-3:0.2.8(50)", "1-0:98.76.5(12*kWh)(x)"))
    assert document["unknown"] == [{"obis": "1-0:98.76.5", "raw": "1-0:98.76.5(12*kWh)(x)"}]
    assert document["invalid"] == []


# -- a bad CRC -------------------------------------------------------------------------------------


def test_a_bad_check_is_told_and_the_next_telegram_is_read(decode: Decoder) -> None:
    bad = GOOD.replace(b"123.456", b"923.456")
    documents = decode(GOOD + bad + GOOD)
    assert [document["crc"] for document in documents] == ["ok", "bad", "ok"]
    assert values(documents[1])["energy_delivered_tariff1"] == "923.456"
    assert values(documents[2]) == GOOD_VALUES


# -- text that is not hex, 0xFF --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["plain text", "4X", "abc", "\xff\xfe", "30" * 1024, "3g" * 1024])
def test_a_text_is_kept_raw(text: str, decode: Decoder) -> None:
    got = field(decode, f"0-0:96.13.0({text})", "message_long")
    assert got is not None
    assert got["value"] == text


# -- negative values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("1-0:1.7.0(-00.428*kW)", "power_delivered", "-0.428"),
        ("1-0:33.7.0(-0.871)", "power_factor_l1", "-0.871"),
        ("1-1:31.4.0(100*A)(-063*A)", "current_threshold_export", "-63"),
        ("1-1:31.4.0(65.0*A,-65.0*A)", "current_threshold_export", "-65.0"),
    ],
)
def test_negative_values(line: str, name: str, value: str, decode: Decoder) -> None:
    got = field(decode, line, name)
    assert got is not None
    assert got["value"] == value


def test_a_number_keeps_the_decimals_that_the_meter_sent(decode: Decoder) -> None:
    for sent, value in (("000.27", "0.27"), ("000", "0"), ("000.00", "0.00"), ("7.500", "7.500")):
        got = field(decode, f"1-0:31.7.0({sent}*A)", "current_l1")
        assert got is not None
        assert got["value"] == value
