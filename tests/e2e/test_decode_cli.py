"""`dsmrforge decode`: the command, and the program that it compiles once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from telegram_tools import OWN, ROOT, telegram

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
FAR = 120.0  # seconds until a test gives up waiting for a compiler
DUTCH = next(path for path in OWN if path.stem == "dsmr-5.0")
BELGIAN = next(path for path in OWN if path.stem == "emucs-belgium")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def environment(cache: Path) -> dict[str, str]:
    return os.environ | {
        "DSMRFORGE_CACHE": str(cache),
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
        "NO_COLOR": "1",
    }


def command(*options: str | Path) -> list[str]:
    return [sys.executable, "-m", "dsmrforge", "decode", *map(str, options)]


@pytest.fixture
def decode(environment: dict[str, str]) -> Run:
    def run(*options: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command(*options), env=environment, input=data, capture_output=True, timeout=FAR
        )

    return run


def test_two_at_once_in_an_empty_cache_both_decode(
    cache: Path, environment: dict[str, str]
) -> None:
    running = [
        subprocess.Popen(
            command("--json", DUTCH),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=FAR)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert answers[0] == answers[1]
    assert json.loads(answers[0])["telegrams"]
    assert len(list((cache / "decode").glob("decode-*"))) == 1


def test_the_program_is_compiled_once(cache: Path, decode: Run) -> None:
    decode(DUTCH)
    before = [path.stat().st_mtime_ns for path in (cache / "decode").glob("decode-*")]
    result = decode(DUTCH)
    assert b"compiling" not in result.stdout + result.stderr
    assert [path.stat().st_mtime_ns for path in (cache / "decode").glob("decode-*")] == before


def test_what_is_told_while_it_compiles_is_not_among_the_results(
    tmp_path: Path, environment: dict[str, str], decode: Run
) -> None:
    environment["DSMRFORGE_CACHE"] = str(tmp_path)
    result = decode(DUTCH)
    assert b"compiling" in result.stderr
    assert result.stdout.startswith(b"telegram 1 of 1")


def test_the_document_is_as_documented(decode: Run) -> None:
    result = decode("--json", DUTCH)
    assert result.returncode == 0
    document = json.loads(result.stdout)
    assert list(document) == ["telegrams"]
    (one,) = document["telegrams"]
    assert list(one) == ["crc", "fields", "unknown", "invalid"]
    assert (one["crc"], one["unknown"], one["invalid"]) == ("ok", [], [])
    fields = one["fields"]
    assert fields["energy_delivered_tariff1"] == {
        "value": "1234.567",
        "unit": "kWh",
        "obis": "1-0:1.8.1",
    }
    assert fields["gas_delivered"] == {
        "value": "1234.567",
        "unit": "m3",
        "obis": "0-1:24.2.1",
        "timestamp": "2025-01-15T07:30:00+01:00",
    }
    assert fields["electricity_failure_log"]["entries"] == [
        {"timestamp": "2024-02-11T09:30:12+01:00", "duration": "417", "unit": "s"},
        {"timestamp": "2024-07-11T20:30:12+02:00", "duration": "12345", "unit": "s"},
    ]


def test_a_line_unknown_and_a_line_wrong_are_in_the_document(tmp_path: Path, decode: Run) -> None:
    (tmp_path / "a").write_bytes(telegram("1-0:98.76.5(12)", "1-0:1.7.0(x*kW)"))
    (one,) = json.loads(decode("--json", tmp_path / "a").stdout)["telegrams"]
    assert one["unknown"] == [{"obis": "1-0:98.76.5", "raw": "1-0:98.76.5(12)"}]
    assert one["invalid"] == [
        {"obis": "1-0:1.7.0", "raw": "1-0:1.7.0(x*kW)", "why": "not a number"}
    ]


def test_several_files_are_told_apart(decode: Run) -> None:
    telegrams = json.loads(decode("--json", BELGIAN, DUTCH).stdout)["telegrams"]
    assert [one["file"] for one in telegrams] == [str(BELGIAN), str(DUTCH)]


def test_standard_input_in_pieces_of_one_byte(decode: Run) -> None:
    data = BELGIAN.read_bytes()
    result = decode("--json", "--chunk", "1", "-", data=data)
    assert json.loads(result.stdout) == json.loads(decode("--json", BELGIAN).stdout)


def test_people_get_a_table_of_every_field_and_a_verdict(decode: Run) -> None:
    result = decode(BELGIAN)
    assert result.returncode == 0
    text = result.stdout.decode()
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}
    assert rows["energy_delivered_tariff1"] == ["123.456", "kWh", "1-0:1.8.1"]
    assert rows["gas_delivered"] == ["321.098", "m3", "0-1:24.2.3", "2024-03-05T18:15:01+01:00"]
    assert rows["equipment_id"][0] == "1EXA0000000001"  # what the hex says
    assert rows["demand_peaks"][:2] == ["2", "events"]
    assert rows["5.012"] == ["kW", "2024-01-17T18:45:00+01:00"]
    assert "the CRC is right" in text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (telegram("1-0:1.7.0(1*kW)").replace(b"(1*", b"(2*"), "the CRC is wrong"),
        (telegram("1-0:1.7.0(1*kW)", crc=False), "it has no CRC"),
        (telegram("1-0:1.7.0(x*kW)"), "wrong: 1-0:1.7.0(x*kW): not a number"),
        (telegram("1-0:98.76.5([bold])"), "unknown: 1-0:98.76.5([bold])"),
    ],
)
def test_people_are_told_what_was_wrong(data: bytes, words: str, decode: Run) -> None:
    result = decode("-", data=data)
    assert result.returncode == 0
    assert words in result.stdout.decode()


def test_a_file_without_a_telegram_is_status_1_and_says_what_may_be_wrong(
    tmp_path: Path, decode: Run
) -> None:
    (tmp_path / "noise").write_bytes(bytes(range(128, 256)) * 10)
    result = decode(tmp_path / "noise")
    assert result.returncode == 1
    lines = result.stderr.decode().strip().splitlines()
    assert len(lines) == 2
    assert "no telegram in 1,280 bytes" in lines[0]
    assert "inverted" in lines[1]


def test_one_document_even_when_a_file_among_others_has_none(tmp_path: Path, decode: Run) -> None:
    (tmp_path / "empty").write_bytes(b"")
    result = decode("--json", DUTCH, tmp_path / "empty")
    assert result.returncode == 1
    assert len(json.loads(result.stdout)["telegrams"]) == 1
    assert b"no telegram in 0 bytes" in result.stderr


def test_a_file_that_is_not_there(decode: Run) -> None:
    result = decode("missing.txt")
    assert result.returncode == 1
    assert b"cannot read missing.txt" in result.stderr
    assert b"Traceback" not in result.stderr


def test_no_file_at_all_is_usage(decode: Run) -> None:
    assert decode().returncode == 2
