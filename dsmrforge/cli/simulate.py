"""``dsmrforge simulate``: the logger on this computer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from dsmrforge.errors import ForgeError

if TYPE_CHECKING:
    from dsmrforge.cli.context import Context
    from dsmrforge.simulate.runner import Services

INTERRUPTED = 130


@click.command(
    "simulate",
    epilog="""\b
Examples:
  dsmrforge simulate                          a made-up household is the meter
  dsmrforge simulate --speed 600 --start 2026-06-01T05:00
  dsmrforge simulate --meter recording.txt --loop
  dsmrforge simulate --meter serial:/dev/ttyUSB0
  dsmrforge simulate --meter tcp:192.168.1.20:2001
  dsmrforge simulate --json --for 60          for a script""",
)
@click.option(
    "--meter",
    default="household",
    metavar="METER",
    help="household, a recorded file, serial:PORT or tcp:HOST:PORT (default: household).",
)
@click.option(
    "--speed", default="1", metavar="X", help="X times real time; max: as fast as it goes."
)
@click.option(
    "--for", "seconds", type=click.FloatRange(min=0), metavar="SECONDS", help="End by itself."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Serve HTTP here; 0: any free port (default: 8080, or a free one).",
)
@click.option(
    "--bind",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Serve at this address; 0.0.0.0: to the whole network (default: 127.0.0.1).",
)
@click.option(
    "--profile",
    type=click.Choice(["nl5", "nl4", "nl2", "be"]),
    default="nl5",
    help="The household's meter: DSMR 5, 4 or 2, or Belgian (default: nl5).",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 10**12 - 1),
    default=1,
    metavar="N",
    help="Another household for each number.",
)
@click.option(
    "--start", metavar="TIME", help="The household's clock, like 2026-01-15T07:00 (default: now)."
)
@click.option("--loop", is_flag=True, help="Begin a recorded file again at its end.")
@click.option(
    "--serial",
    metavar="FRAMING",
    help="115200-8N1 or 9600-7E1 (default: by the settings' [p1] version).",
)
@click.pass_obj
def command(
    context: Context,
    meter: str,
    speed: str,
    seconds: float | None,
    port: int | None,
    bind: str,
    profile: str,
    seed: int,
    start: str | None,
    loop: bool,
    serial: str | None,
) -> int:
    """Build the firmware for this computer and run it behind a meter.

    Without settings in this folder it takes the defaults. Ctrl-C ends it.
    """
    if os.name != "posix":
        raise ForgeError(
            "simulate works on Linux and macOS", "on Windows, run it in WSL: wsl --install"
        )
    from contextlib import ExitStack

    from dsmrforge.cli.build import Progress
    from dsmrforge.simulate.runner import TERMINATED, Callbacks, End
    from dsmrforge.simulate.simulation import Options, simulate

    options = Options(meter, speed, seconds, port, bind, profile, seed, start, loop, serial)
    with ExitStack() as building:
        progress = building.enter_context(Progress(context))

        def ready(services: Services) -> None:
            building.close()
            _announce(context, services, options.source().about)

        def notice(text: str) -> None:
            context.console.print(text, markup=False, soft_wrap=True)

        def log(line: str) -> None:
            if context.verbose:
                click.echo(line, err=True)

        callbacks = Callbacks(ready, notice, log)
        end = simulate(context.project, options, callbacks, progress.show)
    return {End.TIME: 0, End.INTERRUPTED: INTERRUPTED, End.TERMINATED: TERMINATED}[end]


def _announce(context: Context, services: Services, meter: str) -> None:
    """Where it serves: one line of JSON, or the address in big and what to do."""
    if context.json:
        from dataclasses import asdict

        context.emit(asdict(services))
        return
    from rich.markup import escape

    context.console.print(f"\n    [bold green]{services.http}[/]\n", soft_wrap=True)
    context.console.print(f"  The meter is {escape(meter)}.", soft_wrap=True)
    context.console.print(
        "  Open the address in a browser; readings for programs: "
        f"{services.http}/api/v1/sm/actual\n  Ctrl-C ends it.",
        soft_wrap=True,
    )
