"""What is typed after ``simulate``, as values."""

from __future__ import annotations

import math
from datetime import datetime

from dsmrforge.config import Config
from dsmrforge.errors import ForgeError
from dsmrforge.simulate.meter_time import EARLIEST, LATEST

MAX_SPEED = 100_000


def parse_speed(text: str) -> float:
    """Times real time; ``max`` and ``0`` are 0, as fast as the firmware takes it."""
    try:
        speed = 0.0 if text == "max" else float(text)
    except ValueError:
        speed = math.nan
    if not 0 <= speed <= MAX_SPEED or 0 < speed < 0.001:
        raise ForgeError(
            f"--speed {text} is no speed",
            f"a number from 0.001 to {MAX_SPEED} (60: a minute each second), or max",
            exit_code=2,
        )
    return speed


def parse_start(text: str) -> datetime:
    """The meter's wall time, ``2026-01-15T07:00``."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = EARLIEST.replace(year=1)
    if start.tzinfo is not None or not EARLIEST <= start <= LATEST:
        raise ForgeError(
            f"--start {text} is no time of a meter's clock",
            f"for example 2026-01-15T07:00, without a zone, from {EARLIEST.year} to {LATEST.year}",
            exit_code=2,
        )
    return start


def framing_of(config: Config) -> str:
    """How the meter that the settings name talks on a serial line."""
    return "9600-7E1" if config.p1.version in ("2", "3") else "115200-8N1"
