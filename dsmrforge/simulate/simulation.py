"""The whole of ``simulate``: options, build, meter, run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dsmrforge.config import Config
from dsmrforge.platformio import Event
from dsmrforge.simulate.options import framing_of, parse_speed, parse_start
from dsmrforge.simulate.project import firmware
from dsmrforge.simulate.runner import Callbacks, End, ended_by_signals, pick_port, run
from dsmrforge.simulate.sources import HouseholdSource, Source, parse_source

DEFAULT_FRAMING = "115200-8N1"


@dataclass(frozen=True)
class Options:
    """As typed. ``port`` None: 8080 or any; ``seconds`` None: until it is ended."""

    meter: str = "household"
    speed: str = "1"
    seconds: float | None = None
    port: int | None = None
    bind: str = "127.0.0.1"
    profile: str = "nl5"
    seed: int = 1
    start: str | None = None
    loop: bool = False
    framing: str | None = None

    def source(self, config: Config | None = None) -> Source:
        """The meter; ``config`` tells how it talks when ``framing`` does not."""
        household = HouseholdSource(
            profile=self.profile,
            seed=self.seed,
            start=parse_start(self.start) if self.start else None,
            speed=parse_speed(self.speed),
        )
        framing = self.framing or (framing_of(config) if config else DEFAULT_FRAMING)
        return parse_source(self.meter, household, loop=self.loop, framing=framing)


def simulate(
    project: Path,
    options: Options,
    callbacks: Callbacks,
    on_event: Callable[[Event], None],
) -> End:
    """Builds the firmware of ``project`` for this computer and runs it; returns why it ended.

    ForgeError for whatever was typed wrong, before anything is built; for a build that fails, a
    meter that cannot be read, and a firmware that dies. Nothing is left running or lying about.
    """
    options.source()
    pick_port(options.bind, options.port)
    with ended_by_signals(), firmware(project, on_event) as built:
        return run(
            built.program,
            built.files,
            options.source(built.config),
            callbacks,
            bind=options.bind,
            port=options.port,
            seconds=options.seconds,
        )
