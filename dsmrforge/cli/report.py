"""How a command ends: its exit status, and two lines on standard error when it failed.

0 done, 1 failed, 2 wrong settings or usage, 130 interrupted.
"""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
import traceback
from collections.abc import Callable
from typing import Any, TextIO

import click

from dsmrforge.cli.context import Context
from dsmrforge.errors import ForgeError

# click 8.1 has no such exception: it prints the help by itself
_NO_ARGUMENTS: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())

FAILED, USAGE, INTERRUPTED = 1, 2, 130


def run(command: Callable[[], Any], context: Context) -> int:
    """Run ``command`` and return the exit status; whatever it raises is told to the user."""
    try:
        status = command()
        sys.stdout.flush()
        # click returns the status of ctx.exit(), or what the command's function returned
        return status if type(status) is int else 0
    except ForgeError as error:
        return _tell(error, context)
    except click.UsageError as error:
        if isinstance(error, _NO_ARGUMENTS) and not context.json:
            click.echo(error.format_message(), err=True)
            return USAGE
        what = "No command was given." if isinstance(error, _NO_ARGUMENTS) else ""
        path = error.ctx.command_path if error.ctx else "dsmrforge"
        hint = f"`{path} --help` lists what it takes"
        return _tell(ForgeError(what or error.format_message(), hint, exit_code=USAGE), context)
    except click.ClickException as error:
        return _tell(ForgeError(error.format_message(), exit_code=error.exit_code), context)
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # the terminal has written ^C: the prompt goes on a new line
        return INTERRUPTED
    except BrokenPipeError:
        # the reader has had enough; what is left in the buffer must not fail again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        failure = ForgeError(
            f"{name}{error.strerror or error}", "check that path, and the room on the disk"
        )
        return _fault(failure, context)
    except Exception as error:
        failure = ForgeError(
            f"this is a fault in dsmrforge: {type(error).__name__}: {error}",
            "please report it, with what `-v` prints"
            if not context.verbose
            else "please report it, with the lines above",
        )
        return _fault(failure, context)


def _fault(what: ForgeError, context: Context) -> int:
    if context.verbose:
        traceback.print_exc()
    return _tell(what, context)


def _tell(error: ForgeError, context: Context) -> int:
    if context.json:
        context.emit({"error": error.document()})
    lines = f"Error: {error.message}".splitlines()
    if error.hint:
        lines.append(f"  {arrow(sys.stderr)} {error.hint}")
    if sys.stderr.isatty():
        lines = [_wrapped(line) for line in lines]
        if not os.environ.get("NO_COLOR"):
            lines[0] = lines[0].replace("Error:", click.style("Error:", fg="red", bold=True), 1)
    click.echo(_encodable("\n".join(lines)), err=True)
    return error.exit_code


def _wrapped(line: str) -> str:
    """``line`` broken between words: a terminal would break it within one. A log is left alone."""
    width = max(shutil.get_terminal_size().columns, 40)
    indent = "    " if line.startswith(" ") else "  "
    return textwrap.fill(
        line,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def arrow(stream: TextIO) -> str:
    """An arrow, in plain ASCII where the stream can do no better."""
    try:
        "→".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "->"
    return "→"


def _encodable(text: str) -> str:
    encoding = sys.stderr.encoding or "ascii"
    return text.encode(encoding, "replace").decode(encoding, "replace")
