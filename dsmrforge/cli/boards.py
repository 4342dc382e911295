"""``dsmrforge boards``: what a logger can be built for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dsmrforge.cli.context import Context


@click.command(
    "boards",
    epilog="""\b
Examples:
  dsmrforge boards
  dsmrforge boards --json""",
)
@click.pass_obj
def command(context: Context) -> None:
    """List the boards that a logger can be built for."""
    from dsmrforge.boards import load_boards

    boards = load_boards().values()
    if context.json:
        context.emit({"boards": [board.document() for board in boards]})
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        "board", "what it is", "LED", "flash", "free pins", box=SIMPLE_HEAD, show_edge=False
    )
    for board in boards:
        table.add_row(
            board.id,
            board.name,
            "-" if board.led_pin is None else f"GPIO{board.led_pin}",
            f"{board.flash_size // 1024} K" if board.flash_size else "-",
            ", ".join(f"GPIO{pin}" for pin in board.free_pins) or "-",
        )
    context.print_table(table)
