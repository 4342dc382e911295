"""What a household does on one day: which appliance runs when, and what the grid does to it.

Drawn once a day from the seed, so every second of it can be asked in any order.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date

from dsmrforge.simulate.meter_time import DAY, HOUR

MINUTE = 60
SHOWER_ML_PER_HOUR = 1_900_000  # gas of a combi boiler that heats 7 litres a minute
SHOWER_WATER_ML_PER_HOUR = 420_000
TAP_WATER_ML_PER_HOUR = 360_000


@dataclass(frozen=True, slots=True)
class Use:
    """Something that runs from ``start`` until ``end`` (seconds since midnight, wall time).

    What would last past midnight ends there. ``phase`` is 0 to 2, ``watts`` what it takes;
    ``gas`` and ``water`` are ml an hour.
    """

    start: int
    end: int
    phase: int
    watts: int
    gas: int = 0
    water: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """A sag, a swell (of one phase) or a failure that begins at ``start`` and lasts ``seconds``."""

    kind: str
    start: int
    seconds: int
    phase: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """The plan of one day. ``awake`` is when lamps may burn and rooms are warm."""

    uses: tuple[Use, ...]
    events: tuple[Event, ...]
    awake: tuple[tuple[int, int], ...]

    def is_awake(self, second: int) -> bool:
        return any(start <= second < end for start, end in self.awake)

    def is_down(self, second: int) -> bool:
        """Whether the grid is away, and the meter with it."""
        return any(
            event.kind == "failure" and event.start <= second < event.start + event.seconds
            for event in self.events
        )


def _at(draw: random.Random, hour: float, spread_minutes: int) -> int:
    """About ``hour`` o'clock, as seconds since midnight."""
    second = int(hour * HOUR) + draw.randint(-spread_minutes, spread_minutes) * MINUTE
    return max(0, min(DAY - 1, second + draw.randrange(MINUTE)))


def _breakfast(draw: random.Random, hour: float) -> list[Use]:
    up = _at(draw, hour, 20)
    kettle = up + draw.randint(10, 25) * MINUTE
    toast = kettle + draw.randint(2, 8) * MINUTE
    uses = [
        Use(kettle, kettle + draw.randint(120, 200), 1, draw.randint(1900, 2150)),
        Use(toast, toast + draw.randint(150, 240), 1, 870),
    ]
    for nr in range(draw.randint(1, 3)):
        shower = up + nr * 15 * MINUTE + draw.randrange(5 * MINUTE)
        end = shower + draw.randint(4, 9) * MINUTE
        uses.append(Use(shower, end, 0, 60, SHOWER_ML_PER_HOUR, SHOWER_WATER_ML_PER_HOUR))
    return uses


def _dinner(draw: random.Random) -> list[Use]:
    start = _at(draw, 17.9, 35)
    uses = [Use(start, start + 40 * MINUTE, 0, 140)]  # the hood
    at = start
    for _ in range(draw.randint(5, 9)):  # the hob's rings go on and off
        on = draw.randint(90, 400)
        uses.append(Use(at, at + on, 1, draw.randrange(900, 2300, 50)))
        if draw.random() < 0.6:
            uses.append(Use(at + 20, at + on // 2 + 20, 2, draw.randrange(600, 1800, 50)))
        at += on + draw.randint(20, 120)
    if draw.random() < 0.4:
        uses.append(Use(start + 300, start + 300 + draw.randint(20, 50) * MINUTE, 2, 2100))  # oven
    return uses


def _machines(draw: random.Random, weekend: bool) -> list[Use]:
    uses = []
    if draw.random() < 0.75:  # the dishwasher heats twice
        start = _at(draw, 20.2, 40)
        uses += [
            Use(start, start + 95 * MINUTE, 2, 60, water=8_000),
            Use(start + 8 * MINUTE, start + 24 * MINUTE, 2, 1950),
            Use(start + 62 * MINUTE, start + 74 * MINUTE, 2, 1950),
        ]
    if draw.random() < (0.9 if weekend else 0.3):
        start = _at(draw, 10.5 if weekend else 19.0, 60)
        uses += [
            Use(start, start + 80 * MINUTE, 0, 180, water=45_000),
            Use(start + 6 * MINUTE, start + 21 * MINUTE, 0, 2000),
        ]
        if draw.random() < 0.6:
            dry = start + 95 * MINUTE
            uses.append(Use(dry, dry + draw.randint(60, 100) * MINUTE, 0, 720))
    if draw.random() < 0.35:  # a car, charged in the cheap hours
        start = _at(draw, 1.0, 30)
        uses.append(Use(start, start + draw.randint(60, 260) * MINUTE, 1, 3680))
    return uses


def _living(draw: random.Random, weekend: bool) -> list[Use]:
    television = _at(draw, 19.6, 40)
    uses = [Use(television, television + draw.randint(90, 200) * MINUTE, 0, 118)]
    if weekend or draw.random() < 0.5:
        desk = _at(draw, 9.2, 30)
        uses.append(Use(desk, desk + draw.randint(3, 8) * HOUR, 2, draw.randint(60, 130)))
    for _ in range(draw.randint(5, 14)):
        tap = draw.randrange(7 * HOUR, 23 * HOUR)
        uses.append(Use(tap, tap + draw.randint(6, 40), 0, 0, water=TAP_WATER_ML_PER_HOUR))
    for _ in range(draw.randint(1, 4)):
        coffee = draw.randrange(8 * HOUR, 21 * HOUR)
        uses.append(Use(coffee, coffee + draw.randint(50, 110), 1, 1350))
    return uses


def _grid(draw: random.Random) -> list[Event]:
    """Sags and swells now and then; a failure every few months."""
    events = []
    for phase in range(3):
        if draw.random() < 0.05:
            events.append(Event("sag", draw.randrange(DAY - 10), draw.randint(1, 4), phase))
        if draw.random() < 0.02:
            events.append(Event("swell", draw.randrange(DAY - 10), draw.randint(1, 4), phase))
    if draw.random() < 0.006:
        long = draw.random() < 0.4
        seconds = draw.randint(190, 5000) if long else draw.randint(5, 170)
        events.append(Event("failure", draw.randrange(DAY - 5001), seconds))
    return events


def plan(seed: int, day: date) -> Day:
    """The plan of ``day`` for the household with this seed."""
    draw = random.Random(f"{seed}:day:{day.isoformat()}")
    weekend = day.weekday() >= 5
    rise = 8.6 if weekend else 6.9
    uses = _breakfast(draw, rise) + _dinner(draw)
    uses += _machines(draw, weekend) + _living(draw, weekend)
    bed = _at(draw, 23.2, 30)
    if weekend or draw.random() < 0.4:
        awake: tuple[tuple[int, int], ...] = ((int(rise * HOUR), bed),)
    else:
        awake = ((int(rise * HOUR), int(8.6 * HOUR)), (int(16.4 * HOUR), bed))
    return Day(tuple(sorted(uses, key=lambda use: use.start)), tuple(_grid(draw)), awake)
