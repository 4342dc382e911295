"""Runs PlatformIO: its core directory, its packages, its output."""

from dsmrforge.platformio.output import Event
from dsmrforge.platformio.run import RunResult, run

__all__ = ["Event", "RunResult", "run"]
