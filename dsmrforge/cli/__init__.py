"""The command line. A command's module is imported when it is called, and not for ``--help``."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dsmrforge.cli.common import with_common_options
from dsmrforge.cli.context import Context
from dsmrforge.cli.report import run

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    # name: module, its attribute, the line in --help
    "init": (
        "dsmrforge.cli.init",
        "command",
        "Write a new project: settings, secrets and .gitignore.",
    ),
    "config": ("dsmrforge.cli.config", "command", "Check, show or describe the settings."),
    "boards": (
        "dsmrforge.cli.boards",
        "command",
        "List the boards that a logger can be built for.",
    ),
    "build": (
        "dsmrforge.cli.build",
        "command",
        "Build the firmware and the file system into dist/NAME-BOARD/.",
    ),
    "simulate": (
        "dsmrforge.cli.simulate",
        "command",
        "Build the firmware for this computer and run it behind a meter.",
    ),
    "decode": (
        "dsmrforge.cli.decode",
        "command",
        "Show every field of the telegrams in FILE (- is standard input).",
    ),
    "image": ("dsmrforge.cli.image", "image", "Look into SPIFFS and LittleFS images."),
}

EPILOG = """\b
Examples:
  dsmrforge init            write the settings, and passwords of their own
  dsmrforge simulate        the logger on this computer, with a made-up meter
  dsmrforge build           the firmware for the board in the settings
  dsmrforge build --help    what a command takes
\b
Completion in the shell (bash; also zsh_source, fish_source):
  eval "$(_DSMRFORGE_COMPLETE=bash_source dsmrforge)"
\b
Exit status: 0 done, 1 failed, 2 wrong settings or usage, 130 interrupted."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and lines without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which an owner needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module; each command gets the common options once."""
        if cmd_name not in self.commands and cmd_name in COMMANDS:
            module, attribute, _ = COMMANDS[cmd_name]
            command = getattr(import_module(module), attribute)
            self.commands[cmd_name] = with_common_options(command)
        return self.commands.get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest name when there is no such command."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            close = difflib.get_close_matches(args[0], COMMANDS, n=1)
            suggestion = f" Did you mean {close[0]}?" if close else ""
            ctx.fail(f"No such command: {args[0]}.{suggestion}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands' names from the table: Tab must not wait for seven imports."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=line)
            for name, (_, _, line) in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def main(self, args: Any = None, *rest: Any, **extra: Any) -> Any:
        """Run, and end the process with the exit status; nothing is raised but SystemExit."""
        given = [str(arg) for arg in (sys.argv[1:] if args is None else args)]
        # errors in what was typed come before its options are read
        wants_json = "--json" in given[: given.index("--") if "--" in given else None]
        context = extra.setdefault("obj", Context(Path(), json=wants_json))
        start: Callable[..., Any] = super().main
        if not extra.pop("standalone_mode", True):
            return start(args, *rest, standalone_mode=False, **extra)
        sys.exit(run(lambda: start(args, *rest, standalone_mode=False, **extra), context))


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"max_content_width": 80})
def main() -> None:
    """Turn a page of settings into a smart-meter logger on a 1 MB ESP-01."""


with_common_options(main)
