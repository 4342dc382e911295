"""``dsmrforge init``: a new project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dsmrforge.errors import ForgeError

if TYPE_CHECKING:
    from dsmrforge.cli.context import Context

COUNTRIES = ("nl", "be", "lu", "se", "lt", "hu")


@click.command(
    "init",
    epilog="""\b
Examples:
  dsmrforge init                               asks, and writes here
  dsmrforge init attic --board esp01s --yes    asks nothing
  dsmrforge init --name attic --country be
  dsmrforge init --secrets                     after a clone: secrets.toml""",
)
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path)
)
@click.option("--board", metavar="BOARD", help="See `dsmrforge boards` (default: esp01).")
@click.option("--name", metavar="NAME", help="The logger's host name (default: esp01-dsmr).")
@click.option(
    "--country",
    metavar="CC",
    help=f"The meter's: {', '.join(COUNTRIES)}, or any (default: any).",
)
@click.option("-y", "--yes", is_flag=True, help="Ask nothing: defaults for what is not given.")
@click.option("--force", is_flag=True, help="Replace dsmrforge.toml; passwords are kept.")
@click.option("--secrets", is_flag=True, help="Only add passwords that secrets.toml lacks.")
@click.pass_obj
def command(
    context: Context,
    folder: Path | None,
    board: str | None,
    name: str | None,
    country: str | None,
    yes: bool,
    force: bool,
    secrets: bool,
) -> None:
    """Write a new project: settings, secrets and .gitignore.

    They go into DIR, which is made if it is not there (default: --project, or here). Passwords
    are generated; those in an existing secrets.toml keep their values.
    """
    from dsmrforge.scaffold import add_secrets, new_project

    project = folder or context.project
    if secrets:
        written = add_secrets(project)
    else:
        if not yes and None in (board, name, country):
            board, name, country = _ask(board, name, country)
        written = new_project(
            project,
            board=board or "esp01",
            name=name or "esp01-dsmr",
            country=country,
            force=force,
        )
    if context.json:
        context.emit({"project": str(project.resolve()), "written": list(written.files)})
    say = context.console
    for file in written.files:
        say.print(f"wrote {project / file}", markup=False, soft_wrap=True)
    if not written.files:
        say.print("nothing to add", markup=False)
    where = "" if project == Path() else f" --project {project}"
    say.print(f"next: dsmrforge build{where}", markup=False, soft_wrap=True)


def _ask(
    board: str | None, name: str | None, country: str | None
) -> tuple[str | None, str | None, str | None]:
    """The answers to what was not given; an unusable one is asked for again."""
    if not interactive():
        raise ForgeError(
            "there is no one to ask: standard input is not a terminal",
            "--yes takes the defaults; --board, --name and --country change them",
            exit_code=2,
        )
    from dsmrforge.scaffold import refuse_answers

    def question(text: str, key: str, default: str) -> str:
        def check(answer: str) -> str:
            try:
                refuse_answers(**{key: answer})
            except ForgeError as error:
                raise click.BadParameter(error.message) from error
            return answer

        # on standard error: standard output may be a document's
        return str(click.prompt(text, default=default, value_proc=check, err=True))

    board = board or question("Board (esp01, esp01s, or host: this computer)", "board", "esp01")
    name = name or question("Name of the logger on the network", "name", "esp01-dsmr")
    country = country or question(
        f"Country of the meter ({', '.join(COUNTRIES)} or any)", "country", "any"
    )
    return board, name, country


def interactive() -> bool:
    """Whether there is someone to ask."""
    return sys.stdin.isatty()
