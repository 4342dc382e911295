"""``dsmrforge decode``: what the firmware makes of telegrams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.table import Table

    from dsmrforge.cli.context import Context
    from dsmrforge.decode import Telegram

LOG_WIDTH = 160
VERDICTS = {
    "ok": "[green]the CRC is right[/]",
    "bad": "[red]the CRC is wrong: the logger drops this telegram, and counts it[/]",
    "absent": "[yellow]it has no CRC[/], as in DSMR 2 and 3",
}


@click.command(
    "decode",
    epilog="""\b
Examples:
  dsmrforge decode telegram.txt
  dsmrforge decode --json monday.txt tuesday.txt
  timeout 15 cat /dev/ttyUSB0 | dsmrforge decode -""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--chunk", type=click.IntRange(1, 1 << 30), hidden=True)
@click.pass_obj
def command(context: Context, files: tuple[str, ...], chunk: int | None) -> int:
    """Show every field of the telegrams in FILE (- is standard input).

    With value, unit and OBIS code; then the lines that the logger does not know, and those that
    are wrong. The parser is the firmware's own, compiled for this computer at the first use.
    Where a code comes twice in a telegram, the first line counts.
    """
    from dataclasses import replace

    from dsmrforge.cli.build import Progress
    from dsmrforge.decode import decode

    # the first use compiles: that is told on standard error, so that a pipe gets the table alone
    with Progress(replace(context, json=True)) as progress:
        decoded = decode(files, chunk=chunk, on_event=progress.show)
    if context.json:
        context.emit(decoded.document())
    else:
        if not context.console.is_terminal:  # a log has no edge to fold at
            context.console.width = max(context.console.width, LOG_WIDTH)
        for number, telegram in enumerate(decoded.telegrams, 1):
            _print(context, telegram, number, len(decoded.telegrams))
    for nothing in decoded.nothing:
        click.echo(f"{nothing}\n  {nothing.hint}", err=True)
    return 1 if decoded.nothing else 0


def _print(context: Context, telegram: Telegram, number: int, count: int) -> None:
    from rich.markup import escape

    console = context.console
    console.print(f"[bold]telegram {number} of {count}[/], {escape(telegram.file)}", soft_wrap=True)
    context.print_table(_table(telegram))
    for title, lines in (("unknown", telegram.unknown), ("wrong", telegram.invalid)):
        for line in lines:
            why = f": {line['why']}" if "why" in line else ""
            console.print(f"{title}: {escape(line['raw'])}{escape(why)}", soft_wrap=True)
    console.print(VERDICTS[telegram.crc] + "\n", soft_wrap=True)


def _table(telegram: Telegram) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False)
    table.add_column("field", no_wrap=True)
    table.add_column("value", justify="right", overflow="fold")
    for title in ("unit", "OBIS", "time"):
        table.add_column(title, overflow="fold")
    for name, field in telegram.fields.items():
        value = field.get("text") or field["value"]
        if "entries" in field:
            value = f"{len(field['entries'])} events"
        cells = (name, value, field["unit"], field["obis"], field.get("timestamp"))
        table.add_row(*(Text(str(cell or "")) for cell in cells))
        for entry in field.get("entries", ()):
            table.add_row(*(Text(cell) for cell in _entry_cells(entry)))
    return table


def _entry_cells(entry: dict[str, Any]) -> tuple[str, ...]:
    value = entry.get("duration", entry.get("value", ""))
    return ("", value, entry["unit"], "", entry["timestamp"] or "")
