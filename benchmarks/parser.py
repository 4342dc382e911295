"""The parser: instructions and RAM for the example telegram of DSMR 5.0.2 P1 section 6.12."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from dsmrforge.boards import load_boards
from dsmrforge.config import default_config
from dsmrforge.fields import load_catalogue
from dsmrforge.render import render
from dsmrforge.telegram import crc16

HERE = Path(__file__).resolve().parent
FLAGS = ("-std=gnu++17", "-Os", "-fno-exceptions", "-fno-rtti")
# What the example holds, without its log of failures: 34 fields.
FIELDS = {
    *("p1_version", "timestamp", "equipment_id", "electricity_tariff", "message_long"),
    *(f"energy_{way}_tariff{n}" for way in ("delivered", "returned") for n in (1, 2)),
    *("power_delivered", "power_returned", "electricity_failures", "electricity_long_failures"),
    *(
        f"{name}_l{phase}"
        for name in ("electricity_sags", "electricity_swells", "voltage", "current")
        for phase in (1, 2, 3)
    ),
    *(f"power_{way}_l{phase}" for way in ("delivered", "returned") for phase in (1, 2, 3)),
}
MBUS_FIELDS = {"device_type", "equipment_id", "delivered"}
# The example takes 272 bytes; a Reading has room for a number's largest record besides.
READING_BYTES = 276
# dsmr_parser (what ESPHome uses), the same telegram with 34 fields, the same way of counting.
BEST_EXISTING = 155_500


def measure() -> dict[str, object]:
    """Instructions a telegram, fed whole and in the pieces that the logger reads, and RAM."""
    if not shutil.which("valgrind"):
        return {"left out": "valgrind is missing"}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program, fields = _compile(folder)
        telegram = folder / "telegram.txt"
        telegram.write_bytes(_example())
        published, ram, size = _run([str(program), str(telegram), "3", "4096"]).split()
        if published != "3":
            raise RuntimeError(f"the parser published {published} of 3 telegrams")
        whole = _instructions(program, telegram, int(size))
        pieces = _instructions(program, telegram, 128)
    return {
        "telegram bytes": int(size),
        "fields": fields,
        "instructions": whole,
        "instructions, fed 128 bytes at a time": pieces,
        "best existing parser, instructions": BEST_EXISTING,
        "ratio": round(whole / BEST_EXISTING, 3),
        "RAM of parser and both readings, bytes": int(ram),
    }


def _compile(folder: Path) -> tuple[Path, int]:
    catalogue = load_catalogue()
    chosen = tuple(f for f in catalogue.fields if f.name in (MBUS_FIELDS if f.mbus else FIELDS))
    config = default_config(board="host")
    p1 = config.p1.model_copy(update={"reading_bytes": READING_BYTES, "profiles": ("nl",)})
    config = config.model_copy(update={"p1": p1})
    small = replace(catalogue, fields=chosen)
    render(config, load_boards()["host"], small, folder / "project", version="bench")
    source = folder / "project" / "src"
    program = folder / "parser_bench"
    subprocess.run(
        [
            *("g++", *FLAGS, f"-I{source}", f"-I{source.parent / 'include'}"),
            *(HERE / "parser_bench.cpp", *sorted((source / "p1").glob("*.cpp"))),
            *("-o", program),
        ],
        check=True,
    )
    return program, len({(f.mbus, f.name) for f in chosen})


def _example() -> bytes:
    """The example with the CRC that its text has; the one printed in the specification is not."""
    text = (HERE / "dsmr-5.0.2-example.txt").read_bytes()
    covered = text[: text.rindex(b"!") + 1]
    return covered + f"{crc16(covered):04X}\r\n".encode()


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _instructions(program: Path, telegram: Path, chunk: int) -> int:
    """Of one telegram: the difference of two runs, so that start-up does not count."""
    counts = []
    for times in (10, 110):
        tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        result = subprocess.run(
            [*tool, str(program), str(telegram), str(times), str(chunk)],
            check=True,
            capture_output=True,
            text=True,
        )
        found = re.search(r"Collected : (\d+)", result.stderr)
        if not found:
            raise RuntimeError(result.stderr)
        counts.append(int(found[1]))
    return round((counts[1] - counts[0]) / 100)
