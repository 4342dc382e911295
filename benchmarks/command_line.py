"""How long the command line takes to start, as a ratio to what it cannot do without."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 15


def measure() -> dict[str, object]:
    """`dsmrforge --help` against `python -c "import click"`, in turn: the median of the ratios."""
    ratios = []
    for _ in range(RUNS):
        help_takes = _seconds("-m", "dsmrforge", "--help")
        click_takes = _seconds("-c", "import click")
        ratios.append(help_takes / click_takes)
    return {"--help, times import click": round(statistics.median(ratios), 2)}


def _seconds(*arguments: str) -> float:
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin
