"""``dsmrforge build``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dsmrforge.build import BuildResult
    from dsmrforge.cli.context import Context
    from dsmrforge.platformio import Event


@click.command(
    "build",
    epilog="""\b
Examples:
  dsmrforge build
  dsmrforge build --board host
  dsmrforge build --packages ~/platformio-core""",
)
@click.option("--board", metavar="BOARD", help="Another board than the settings'.")
@click.option("--clean", is_flag=True, help="Compile everything again.")
@click.option(
    "--packages",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A PlatformIO core directory (platforms/, packages/, lib/) to use as it is, offline.",
)
@click.pass_obj
def command(context: Context, board: str | None, clean: bool, packages: Path | None) -> None:
    """Build the firmware and the file system into dist/NAME-BOARD/."""
    from dsmrforge.build import build
    from dsmrforge.config import load_project

    loaded = load_project(context.project)
    for warning in () if context.quiet else loaded.warnings:
        click.echo(f"Warning: {warning}", err=True)
    with Progress(context) as progress:
        result = build(
            context.project,
            loaded.config,
            board=board,
            clean=clean,
            packages=packages,
            on_event=progress.show,
        )
    if context.json:
        context.emit(document(result, loaded.warnings))
    else:
        print_budget(context, result)


class Progress:
    """Shows a build's events: a moving line on a terminal, plain lines in a log."""

    def __init__(self, context: Context) -> None:
        self._console, self._verbose = context.console, context.verbose
        self._status = (
            self._console.status("rendering")
            if self._console.is_terminal and not context.quiet
            else None
        )
        self._count = 0

    def __enter__(self) -> Progress:
        if self._status:
            self._status.start()
        return self

    def __exit__(self, *args: object) -> None:
        if self._status:
            self._status.stop()

    def show(self, event: Event) -> None:
        """One event of :func:`dsmrforge.build.build`."""
        from dsmrforge.platformio.output import Kind

        if event.kind is Kind.ERROR:
            return  # the ForgeError lists them
        lasting = event.kind in (Kind.WARNING, Kind.NOTE) or self._verbose
        if self._status is None or lasting:
            self._console.print(str(event), markup=False, soft_wrap=True)
        if self._status is not None:
            self._count += event.kind is Kind.COMPILE
            from rich.markup import escape

            self._status.update(escape(f"{event} ({self._count})" if self._count else str(event)))


def document(result: BuildResult, warnings: tuple[str, ...]) -> dict[str, Any]:
    """The one document of ``--json``."""
    from dataclasses import asdict

    return {
        "name": result.name,
        "board": result.board,
        "build": result.build_id,
        "layout": result.layout,
        "folder": str(result.folder),
        "compiled": len(result.compiled),
        "warnings": [*warnings, *result.notes, *map(str, result.warnings)],
        "log": str(result.log),
        "budget": {**asdict(result.budget), "ota_spare": result.budget.ota_spare},
        "seconds": round(result.seconds, 2),
    }


def print_budget(context: Context, result: BuildResult) -> None:
    """The budget, for people."""
    from rich.markup import escape
    from rich.table import Table

    budget = result.budget
    table = Table.grid(padding=(0, 2))
    table.add_row(
        "flash:" if budget.flash_size else "program:", usage(budget.flash_used, budget.flash_size)
    )
    if budget.ram_used is not None:
        table.add_row("RAM:", usage(budget.ram_used, budget.ram_size))
    table.add_row("file system:", usage(budget.filesystem_used, budget.filesystem_size))
    spare = budget.ota_spare
    if spare is not None:
        table.add_row("OTA fits:", fits(spare, budget.ota_as_gzip))
    context.print_table(table)
    files = len(result.compiled)
    context.console.print(
        escape(f"{result.folder}: build {result.build_id}, ")
        + f"{files} file{'' if files == 1 else 's'} compiled in {result.seconds:.1f} s",
        soft_wrap=True,
    )


def usage(used: int, size: int | None) -> str:
    """``373,401 of 897,024 bytes, 42 %``."""
    if size is None:
        return f"{used:,} bytes"
    return f"{used:,} of {size:,} bytes, {100 * used // size} %"


def fits(spare: int, as_gzip: bool) -> str:
    """``yes, 96 KB to spare`` for the bytes that an update may grow."""
    how = " (as gzip)" if as_gzip else ""
    if spare < 0:
        return f"no, {-spare:,} bytes too many{how}"
    return f"yes, {spare // 1024:,} KB to spare{how}"
