"""Prints a table, and writes it to benchmarks/results.json."""

from __future__ import annotations

import json
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import command_line, parser


def main() -> None:
    """Measures everything, one after the other."""
    results = {
        "parser": parser.measure(),
        "command line": command_line.measure(),
        "machine": {"processor": platform.machine(), "python": platform.python_version()},
    }
    table = Table("what", "measure", "value")
    for part, measures in results.items():
        for measure, value in measures.items():
            table.add_row(part, measure, f"{value:,}" if isinstance(value, int) else str(value))
    Console().print(table)
    target = Path(__file__).with_name("results.json")
    part = target.with_suffix(".part")
    part.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    part.replace(target)


main()
