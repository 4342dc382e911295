"""The options that every command has, before its name and after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from dsmrforge import __version__
from dsmrforge.cli.context import Context


def _note(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep an option that was given; one that was not leaves what stands before the command."""
    if value is None or value is False:
        return
    context: Context = ctx.obj
    setattr(context, str(parameter.name), value)
    if context.quiet and context.verbose:
        raise click.UsageError("--quiet and --verbose exclude each other.", ctx)


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    context: Context = ctx.obj
    if context.json:
        context.emit({"version": __version__})
    else:
        click.echo(f"dsmrforge {__version__}")
    ctx.exit()


def _options() -> list[click.Option]:
    return [
        click.Option(
            ["-v", "--verbose"], is_flag=True, default=None, help="Say more.", callback=_note
        ),
        click.Option(
            ["-q", "--quiet"], is_flag=True, default=None, help="Say only errors.", callback=_note
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            default=None,
            help="One JSON document on stdout, all else on stderr.",
            callback=_note,
        ),
        click.Option(
            ["--project"],
            metavar="DIR",
            type=click.Path(file_okay=False, path_type=Path),
            help="The folder of dsmrforge.toml (default: here).",
            callback=_note,
        ),
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            help="Print the version and end.",
            callback=_version,
        ),
    ]


def with_common_options(command: click.Command) -> click.Command:
    """``command`` with the common options, and its subcommands likewise."""
    taken = {name for parameter in command.params for name in parameter.opts}
    for option in _options():
        if taken.isdisjoint(option.opts):
            option.expose_value = False
            command.params.append(option)
    for subcommand in getattr(command, "commands", {}).values():
        with_common_options(subcommand)
    return command
