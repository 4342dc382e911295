"""Telegrams as written: frame, check, and what each profile says."""

import re
from datetime import datetime
from itertools import islice

import pytest

from dsmrforge.simulate.day import plan
from dsmrforge.simulate.household import Household
from dsmrforge.simulate.meter_time import from_local
from dsmrforge.simulate.profiles import PROFILES, telegrams
from dsmrforge.telegram import crc16, frame

START = datetime(2026, 6, 1, 13, 0, 10)

# Number formats of the standards: code -> the whole line's groups.
DUTCH = {
    "1-0:1.8.1": r"\(\d{6}\.\d{3}\*kWh\)",
    "1-0:2.8.2": r"\(\d{6}\.\d{3}\*kWh\)",
    "0-0:96.14.0": r"\(000[12]\)",
    "1-0:1.7.0": r"\(\d\d\.\d{3}\*kW\)",
    "1-0:2.7.0": r"\(\d\d\.\d{3}\*kW\)",
    "0-0:96.7.21": r"\(\d{5}\)",
    "0-0:96.7.9": r"\(\d{5}\)",
    "1-0:99.97.0": r"\(\d+\)\(0-0:96\.7\.19\)(\(\d{12}[SW]\)\(\d{10}\*s\))*",
    "1-0:32.32.0": r"\(\d{5}\)",
    "1-0:72.36.0": r"\(\d{5}\)",
    "1-0:31.7.0": r"\(\d{3}\*A\)",
    "1-0:61.7.0": r"\(\d\d\.\d{3}\*kW\)",
    "1-0:22.7.0": r"\(\d\d\.\d{3}\*kW\)",
    "0-1:24.1.0": r"\(003\)",
    "0-1:96.1.0": r"\([0-9A-F]{34}\)",
}
FORMATS = {
    "nl5": DUTCH
    | {
        "1-3:0.2.8": r"\(50\)",
        "0-0:1.0.0": r"\(260601130010S\)",
        "1-0:52.7.0": r"\(\d{3}\.\d\*V\)",
        "0-1:24.2.1": r"\(260601130000S\)\(\d{5}\.\d{3}\*m3\)",
    },
    "nl4": DUTCH
    | {
        "1-3:0.2.8": r"\(42\)",
        "0-0:1.0.0": r"\(260601130010S\)",
        "0-1:24.2.1": r"\(260601130000S\)\(\d{5}\.\d{3}\*m3\)",
    },
    "nl2": {
        "1-0:1.8.1": r"\(\d{5}\.\d{3}\*kWh\)",
        "1-0:1.7.0": r"\(\d{4}\.\d\d\*kW\)",
        "0-1:24.3.0": r"\(260601130000\)\(00\)\(60\)\(1\)\(0-1:24\.2\.1\)\(m3\)"
        r"\r\n\(\d{5}\.\d{3}\)",
    },
    "be": {
        "0-0:96.1.4": r"\(50217\)",
        "0-0:1.0.0": r"\(260601130010S\)",
        "1-0:1.8.1": r"\(\d{6}\.\d{3}\*kWh\)",
        "1-0:1.4.0": r"\(\d\d\.\d{3}\*kW\)",
        "1-0:1.6.0": r"\(2606\d{8}S\)\(\d\d\.\d{3}\*kW\)",
        "0-0:98.1.0": r"\(2\)\(1-0:1\.6\.0\)\(1-0:1\.6\.0\)"
        r"(\(\d{12}S\)\(\d{12}S\)\(\d\d\.\d{3}\*kW\)){2}",
        "1-0:31.7.0": r"\(\d{3}\.\d\d\*A\)",
        "0-1:24.2.3": r"\(260601130000S\)\(\d{5}\.\d{3}\*m3\)",
        "0-2:24.1.0": r"\(007\)",
        "0-2:24.2.1": r"\(260601130000S\)\(\d{5}\.\d{3}\*m3\)",
    },
}


def first(profile: str, start: datetime = START, seed: int = 1) -> str:
    house = Household(seed, from_local(start))
    return next(telegrams(house, PROFILES[profile])).decode("ascii")


def lines_of(telegram: str) -> dict[str, str]:
    body = telegram.split("\r\n\r\n", 1)[1].rsplit("!", 1)[0]
    found = re.findall(r"^(\d+-\d+:[\d.]+)((?:\([^)]*\)|\r\n(?=\())+)\r\n", body, re.MULTILINE)
    return dict(found)


def test_the_check_of_the_standard_s_test_word() -> None:
    assert crc16(b"123456789") == 0xBB3D  # CRC-16/ARC in every catalogue of CRCs
    assert crc16(b"") == 0


def test_a_frame_has_a_blank_line_and_a_check_over_all_up_to_the_bang() -> None:
    telegram = frame("XXX5ident", ["1-3:0.2.8(50)", "0-0:96.13.0()"])
    body = b"/XXX5ident\r\n\r\n1-3:0.2.8(50)\r\n0-0:96.13.0()\r\n!"
    assert telegram == body + f"{crc16(body):04X}\r\n".encode()


def test_a_frame_without_a_blank_line_and_without_a_check() -> None:
    assert (
        frame("X", ["1-0:1.7.0(1*kW)"], blank=False, crc=False) == b"/X\r\n1-0:1.7.0(1*kW)\r\n!\r\n"
    )


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_writes_its_lines_as_the_standard_has_them(profile: str) -> None:
    telegram = first(profile)
    lines = lines_of(telegram)
    assert len(lines) == telegram.count("\r\n") - 3 - (profile == "nl2")  # no code twice
    for code, pattern in FORMATS[profile].items():
        assert re.fullmatch(pattern, lines[code]), f"{code}{lines[code]}"


@pytest.mark.parametrize("profile", PROFILES)
def test_every_telegram_of_an_hour_has_a_good_check_or_none_in_dsmr_2(profile: str) -> None:
    house = Household(5, from_local(START))
    for telegram in islice(telegrams(house, PROFILES[profile], step=60), 60):
        body, end = telegram[: telegram.rindex(b"!") + 1], telegram[telegram.rindex(b"!") + 1 :]
        expected = b"" if profile == "nl2" else b"%04X" % crc16(body)
        assert end == expected + b"\r\n"


def test_the_dutch_tariff_1_is_the_night_s_and_the_belgian_the_day_s() -> None:
    dutch, belgian = lines_of(first("nl5")), lines_of(first("be"))
    assert dutch["1-0:1.8.1"] == belgian["1-0:1.8.2"]
    assert dutch["1-0:1.8.2"] == belgian["1-0:1.8.1"]
    assert (dutch["0-0:96.14.0"], belgian["0-0:96.14.0"]) == ("(0002)", "(0001)")


@pytest.mark.parametrize(("profile", "seconds"), [("nl5", 1), ("be", 1), ("nl4", 10)])
def test_telegrams_come_at_the_profile_s_interval(profile: str, seconds: int) -> None:
    house = Household(1, from_local(START))
    clocks = [
        re.search(rb"0-0:1\.0\.0\((\d+)S\)", telegram).group(1)  # type: ignore[union-attr]
        for telegram in islice(telegrams(house, PROFILES[profile]), 5)
    ]
    assert [int(clock) for clock in clocks] == [260601130010 + seconds * n for n in range(5)]


def test_each_seed_has_its_own_meter_number() -> None:
    assert (
        lines_of(first("nl5", seed=1))["0-0:96.1.1"] != lines_of(first("nl5", seed=2))["0-0:96.1.1"]
    )


def test_the_clock_falls_back_in_october_without_a_missing_telegram() -> None:
    house = Household(1, from_local(datetime(2026, 10, 25, 2, 59, 58)))
    text = b"".join(islice(telegrams(house, PROFILES["nl5"]), 4))
    assert re.findall(rb"0-0:1\.0\.0\((\d+[SW])\)", text) == [
        b"261025025958S",
        b"261025025959S",
        b"261025020000W",
        b"261025020001W",
    ]


def test_no_telegram_comes_while_the_power_has_failed() -> None:
    day, event = next(
        (day, event)
        for number in range(3000)
        if (day := datetime.fromordinal(datetime(2026, 1, 1).toordinal() + number))
        for event in plan(1, day.date()).events
        if event.kind == "failure" and event.seconds >= 180
    )
    house = Household(1, from_local(day) + event.start - 2)
    stream = telegrams(house, PROFILES["nl5"])
    begin = house.epoch
    times = []
    for _ in range(4):
        next(stream)
        times.append(house.epoch - begin)
    assert times == [0, 1, 2 + event.seconds, 3 + event.seconds]
