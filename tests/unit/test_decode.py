"""`decode` apart from its program: lists, times, and what is said when there is nothing."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dsmrforge import decode as module
from dsmrforge.decode import decode, diagnose, failures, iso, peaks, settings
from dsmrforge.errors import ForgeError
from dsmrforge.fields import PROFILES


def test_a_failure_log_is_a_list_of_events() -> None:
    raw = "(2)(0-0:96.7.19)(101208152415W)(0000000240*s)(110708151004S)(0000000301*s)"
    assert failures(raw) == [
        {"timestamp": "2010-12-08T15:24:15+01:00", "duration": "240", "unit": "s"},
        {"timestamp": "2011-07-08T15:10:04+02:00", "duration": "301", "unit": "s"},
    ]


@pytest.mark.parametrize(
    ("raw", "durations"),
    [
        ("(0)(0-0:96.7.19)", []),
        ("()", []),
        ("", []),
        ("(1)(0-0:96.7.19)(101208152415W)", []),
        ("(1)(0-0:96.7.19)(101208152415W)()", []),
        ("(2)(0:96.7.19)(000101000001W)(2147483647*s)(101208152415W)(8)", ["2147483647", "8"]),
    ],
)
def test_a_failure_log_of_another_shape_has_the_events_that_can_be_read(
    raw: str, durations: list[str]
) -> None:
    assert [event["duration"] for event in failures(raw)] == durations


def test_the_peaks_of_the_months_are_a_list_of_events() -> None:
    raw = (
        "(2)(1-0:1.6.0)(1-0:1.6.0)(200501000000S)(200423192538S)(03.695*kW)"
        "(632525252525W)(632525252525W)(00.000*kW)"
    )
    assert peaks(raw) == [
        {
            "timestamp": "2020-04-23T19:25:38+02:00",
            "value": "3.695",
            "unit": "kW",
            "month_end": "2020-05-01T00:00:00+02:00",
        },
        {"timestamp": None, "value": "0.000", "unit": "kW", "month_end": None},
    ]


@pytest.mark.parametrize("raw", ["(12)", "()", "(240601000000S)(000650.000*kWh)(000170.000*kWh)"])
def test_a_list_of_peaks_of_another_shape_has_no_events(raw: str) -> None:
    assert peaks(raw) == []


@pytest.mark.parametrize(
    ("stamp", "text"),
    [
        ("101209113020W", "2010-12-09T11:30:20+01:00"),
        ("670101000000S", "2067-01-01T00:00:00+02:00"),
        ("101209113020", None),
        ("632525252525W", None),
        ("700101000000W", None),
        ("000000000000W", None),
        ("101309113020W", None),
        ("1012091130205W", None),
    ],
)
def test_a_time_stamp_is_iso_and_a_placeholder_is_none(stamp: str, text: str | None) -> None:
    assert iso(stamp) == text


SEVEN_EVEN = bytes(
    byte | 0x80 if byte.bit_count() % 2 else byte
    for byte in b"/ABC3x\r\n1-0:1.7.0(0001.2*kW)\r\n!\r\n"
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing was recorded"),
        (SEVEN_EVEN * 5, "7E1"),
        (bytes(range(128, 256)) * 4, "inverted"),
        (b"\x7e\xa0\x87\x01\x02\x01\x10" + bytes(200) + b"\xff" * 100 + b"\x7e", "DLMS"),
        (b"\xdb\x08SAGgp\x00\x05\xfb\x82\x04\x14\x30" + bytes(range(256)), "encrypted"),
        (b"1-0:1.8.1(000123.456*kWh)\r\n1-0:1.7.0(00.4", "data lines"),
        (b"Dear reader,\r\nthis is a letter.\r\n", "not a meter's"),
    ],
)
def test_what_may_be_wrong_with_bytes_without_a_telegram(data: bytes, words: str) -> None:
    assert words in diagnose(data)


@pytest.fixture
def no_program(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Stands in for the program: finds a telegram wherever there is a slash."""
    seen: list[bytes] = []

    def run(program: Path, data: bytes, chunk: int | None = None) -> dict[str, object]:
        seen.append(data)
        one = {"crc": "ok", "fields": {"a": {"value": "1"}}, "unknown": [], "invalid": []}
        return {"telegrams": [one] * data.count(b"/")}

    monkeypatch.setattr(module, "decoder", lambda on_event: Path("no-such-program"))
    monkeypatch.setattr(module, "run_decoder", run)
    return seen


def test_one_file_has_no_file_in_its_document(tmp_path: Path, no_program: list[bytes]) -> None:
    (tmp_path / "a").write_bytes(b"/x")
    document = decode((str(tmp_path / "a"),)).document()
    assert list(document["telegrams"][0]) == ["crc", "fields", "unknown", "invalid"]


def test_several_files_are_told_apart_and_stay_in_order(
    tmp_path: Path, no_program: list[bytes]
) -> None:
    for name, data in (("a", b"/x/y"), ("b", b"/z")):
        (tmp_path / name).write_bytes(data)
    decoded = decode((str(tmp_path / "b"), str(tmp_path / "a")))
    files = [telegram["file"] for telegram in decoded.document()["telegrams"]]
    assert files == [str(tmp_path / "b")] + [str(tmp_path / "a")] * 2
    assert decoded.nothing == ()


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch, no_program: list[bytes]) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"/\xff\x00")))
    assert decode(("-",)).telegrams[0].file == "standard input"
    assert no_program == [b"/\xff\x00"]


def test_a_file_without_a_telegram_is_an_error_with_its_size(
    tmp_path: Path, no_program: list[bytes]
) -> None:
    (tmp_path / "a").write_bytes(b"Dear reader" * 100)
    with pytest.raises(ForgeError, match=r"no telegram in 1,100 bytes") as caught:
        decode((str(tmp_path / "a"),))
    assert "not a meter's" in caught.value.hint
    assert caught.value.exit_code == 1


def test_a_file_without_a_telegram_among_others_is_told(
    tmp_path: Path, no_program: list[bytes]
) -> None:
    (tmp_path / "a").write_bytes(b"/x")
    (tmp_path / "b").write_bytes(b"")
    decoded = decode((str(tmp_path / "a"), str(tmp_path / "b")))
    assert len(decoded.telegrams) == 1
    assert [nothing.size for nothing in decoded.nothing] == [0]


@pytest.mark.parametrize("name", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, no_program: list[bytes]
) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ForgeError, match=name):
        decode((str(tmp_path / name),))


def test_an_endless_input_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_program: list[bytes]
) -> None:
    monkeypatch.setattr(module, "MAX_INPUT", 1000)
    (tmp_path / "a").write_bytes(b"/" * 1001)
    with pytest.raises(ForgeError, match="more than"):
        decode((str(tmp_path / "a"),))
    assert no_program == []


def test_the_program_knows_all_countries_and_long_messages() -> None:
    assert settings().p1.profiles == PROFILES
    assert settings().p1.reading_bytes == 8192


def test_without_a_compiler_it_is_said_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DSMRFORGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    (tmp_path / "a").write_bytes(b"/x")
    with pytest.raises(ForgeError, match="no C\\+\\+ compiler") as caught:
        decode((str(tmp_path / "a"),))
    assert "apt install g++" in caught.value.hint
    assert not (tmp_path / "cache").exists()


def test_a_program_that_cannot_run_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "program").write_text("not a program")
    with pytest.raises(ForgeError, match="cannot run"):
        module.run_decoder(tmp_path / "program", b"/")
