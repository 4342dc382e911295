"""``dsmrforge image``: what is in a file-system image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsmrforge.errors import ForgeError

if TYPE_CHECKING:
    from dsmrforge.cli.context import Context


@click.group(
    "image",
    epilog="""\b
Examples:
  dsmrforge image ls dist/esp01-dsmr-esp01/filesystem.bin
  dsmrforge image extract dist/esp01-dsmr-esp01/filesystem.bin files""",
)
def image() -> None:
    """Look into SPIFFS and LittleFS images."""


@image.command(
    "ls",
    epilog="""\b
Examples:
  dsmrforge image ls dist/esp01-dsmr-esp01/filesystem.bin
  dsmrforge --json image ls filesystem.bin""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def ls(context: Context, file: Path) -> None:
    """List the files in the image FILE, and how full it is."""
    from dsmrforge.image.filesystem import inspect

    info = inspect(_read(file))
    if context.json:
        context.emit(
            {
                "kind": info.kind,
                "size": info.size,
                "used": info.used,
                "files": [{"name": entry.name, "size": entry.size} for entry in info.files],
            }
        )
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table("name")
    table.add_column("bytes", justify="right")
    for entry in info.files:
        table.add_row(escape(entry.name), f"{entry.size:,}")
    context.print_table(table)
    context.console.print(
        f"{info.kind}, {info.size:,} bytes in blocks of {info.block:,}, {info.used:,} used"
    )


@image.command(
    "extract",
    epilog="""\b
Examples:
  dsmrforge image extract filesystem.bin files/""",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def extract(context: Context, file: Path, folder: Path) -> None:
    """Write the files in the image FILE into the folder DIR."""
    from dsmrforge.image.extract import extract as extract_files
    from dsmrforge.image.filesystem import unpack

    kind, files = unpack(_read(file))
    written = extract_files(files, folder)
    if context.json:
        context.emit({"kind": kind, "files": [str(path) for path in written]})
        return
    for path in written:
        context.console.print(str(path), markup=False, soft_wrap=True)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ForgeError(
            f"cannot read {file}: {error.strerror or error}", "check the path"
        ) from error
