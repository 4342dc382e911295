"""``dsmrforge config``: check, show or describe the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from dsmrforge.cli.context import Context


@click.group(
    "config",
    epilog="""\b
Examples:
  dsmrforge config check
  dsmrforge config show
  dsmrforge config schema > dsmrforge.schema.json""",
)
def command() -> None:
    """Check, show or describe the settings."""


@command.command(
    "check",
    short_help="Say whether the settings are right.",
    epilog="""\b
Examples:
  dsmrforge config check
  dsmrforge config check --project attic --json""",
)
@click.pass_obj
def check(context: Context) -> None:
    """Say whether the settings are right, and if not, every line to change.

    Warnings leave the exit status at 0; a mistake makes it 2.
    """
    from dsmrforge.config import SETTINGS, load_project

    loaded = load_project(context.project)
    file = str(context.project / SETTINGS)
    if context.json:
        context.emit({"file": file, "ok": True, "warnings": list(loaded.warnings)})
    for warning in () if context.quiet else loaded.warnings:
        click.echo(f"Warning: {warning}", err=True)
    device = loaded.config.device
    line = f"{file}: all is well ({device.name}, for board {device.board})"
    context.console.print(line, markup=False, soft_wrap=True)


@command.command(
    "show",
    short_help="Print the settings in full, secrets hidden.",
    epilog="""\b
Examples:
  dsmrforge config show
  dsmrforge config show --json""",
)
@click.pass_obj
def show(context: Context) -> None:
    """Print the settings in full, with what was left out; secrets are hidden.

    The text is TOML: kept as dsmrforge.toml, it gives the same settings.
    """
    from dsmrforge.config import load_project
    from dsmrforge.config.show import as_toml

    loaded = load_project(context.project)
    if context.json:
        context.emit(loaded.config.public())
    else:
        click.echo(as_toml(loaded), nl=False)


@command.command(
    "schema",
    epilog="""\b
Examples:
  dsmrforge config schema > dsmrforge.schema.json
\b
Editors with Taplo (Even Better TOML) use it when dsmrforge.toml begins with
  #:schema ./dsmrforge.schema.json""",
)
@click.pass_obj
def schema(context: Context) -> None:
    """Print the JSON schema of dsmrforge.toml, for editors."""
    import json

    from dsmrforge.config.show import schema as describe

    if context.json:
        context.emit(describe())
    else:
        click.echo(json.dumps(describe(), indent=2))
