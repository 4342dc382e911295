"""What every command is handed: the common options and where to print."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


@dataclass
class Context:
    """The common options. ``project`` is the folder that holds dsmrforge.toml."""

    project: Path
    json: bool = False
    quiet: bool = False
    verbose: bool = False

    @cached_property
    def console(self) -> Console:
        """For people: standard output, or standard error when ``--json`` has the former."""
        from rich.console import Console  # rich takes 60 ms to import: only when it prints

        return Console(stderr=self.json, quiet=self.quiet, highlight=False)

    def print_table(self, table: Table) -> None:
        """Print a table; in a log without the blanks that its lines are filled up with."""
        if self.console.is_terminal:
            self.console.print(table)
            return
        with self.console.capture() as captured:
            self.console.print(table)
        lines = (line.rstrip() for line in captured.get().splitlines())
        self.console.out("\n".join(lines), highlight=False)

    def emit(self, document: Any) -> None:
        """Print the command's one JSON document on standard output."""
        # a Windows pipe and LC_ALL=C cannot carry every letter; \\u escapes can
        plain = not (sys.stdout.encoding or "").lower().startswith("utf")
        sys.stdout.write(json.dumps(document, ensure_ascii=plain) + "\n")
        sys.stdout.flush()
