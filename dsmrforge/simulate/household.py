"""A synthetic household behind a smart meter: what its counters say at any second of meter time.

Deterministic by seed and steps. Counters are integers (watt seconds, ml), so that they do not
drift however small the steps are; what is shown is cut off, never rounded up, as a meter does.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass

from dsmrforge.simulate.day import Day, Event, plan
from dsmrforge.simulate.meter_time import DAY, HOUR, from_local, local
from dsmrforge.simulate.weather import Weather

SLICE = 300  # seconds; tariffs, captures and quarters all begin at a whole one
QUARTER = 900
LONG_FAILURE = 180  # seconds (DSMR 5.0.2, 6.12: "long" is 3 minutes or more)
LOG_SIZE = 10
PEAKS_SIZE = 13
PANEL_WATTS = 4200
_MASK = (1 << 64) - 1
Three = tuple[int, int, int]


@dataclass(frozen=True)
class Failure:
    end: int  # Unix time
    seconds: int


@dataclass(frozen=True)
class Peak:
    """The highest quarter of a month; ``month_end`` is 0 while the month lasts."""

    month_end: int
    at: int
    watts: int


@dataclass(frozen=True)
class Snapshot:
    """What the meter knows at ``epoch``. W, Wh, tenths of V, mA, ml; tariffs are (day, night)."""

    epoch: int
    day_tariff: bool
    import_wh: tuple[int, int]
    export_wh: tuple[int, int]
    import_w: int
    export_w: int
    phase_import_w: Three
    phase_export_w: Three
    voltage_dv: Three
    current_ma: Three
    sags: Three
    swells: Three
    failures: int
    long_failures: int
    failure_log: tuple[Failure, ...]
    gas_ml: int
    gas_at: int
    gas_hour_ml: int
    gas_hour_at: int
    water_ml: int
    water_at: int
    demand_w: int
    peak: Peak
    peaks: tuple[Peak, ...]


def _noise(seed: int, second: int, salt: int) -> int:
    """0 to 65535, the same for the same second (the mixing function of splitmix64)."""
    z = (
        seed * 0x9E3779B97F4A7C15 + second * 0xBF58476D1CE4E5B9 + salt * 0x94D049BB133111EB
    ) & _MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & _MASK
    return (z ^ z >> 31) & 0xFFFF


def is_day_tariff(epoch: int) -> bool:
    """Monday to Friday, 07:00 to 23:00 by the meter's clock."""
    wall = local(epoch)
    return wall.weekday() < 5 and 7 <= wall.hour < 23


class Household:
    """Begins at ``start`` (Unix time) with counters of some years' use."""

    def __init__(self, seed: int, start: int) -> None:
        self.seed = seed
        self.epoch = start
        self._weather = Weather(seed)
        self._day = plan(seed, local(start).date())
        self._planned = (start - 1, local(start).date(), 0)  # for which second, day and its second
        draw = random.Random(f"{seed}:past")
        self._import_ws = [draw.randrange(4_000_000, 9_000_000) * HOUR for _ in range(2)]
        self._export_ws = [draw.randrange(1_000_000, 4_000_000) * HOUR for _ in range(2)]
        self._gas = draw.randrange(3_000_000_000, 9_000_000_000) * HOUR  # ml * s / h
        self._water = draw.randrange(100_000_000, 400_000_000) * HOUR
        self._sags = [draw.randint(0, 9) for _ in range(3)]
        self._swells = [draw.randint(0, 3) for _ in range(3)]
        self._failures = draw.randint(3, 12)
        past = [
            Failure(start - days * DAY - draw.randrange(DAY), draw.randint(LONG_FAILURE, 9000))
            for days in (draw.randint(300, 500), draw.randint(20, 250))
        ]
        self._long = len(past)
        self._log: deque[Failure] = deque(past, LOG_SIZE)
        self._peaks: deque[Peak] = deque(self._past_peaks(draw), PEAKS_SIZE)
        self._quarter_ws = 0
        self._peak = Peak(0, start // QUARTER * QUARTER, 0)
        self._watts: Three = (0, 0, 0)
        self._flows = (0, 0)
        self._capture()
        self._gas_hour_at, self._gas_hour_ml = start // HOUR * HOUR, self._gas_ml
        self._look()

    def _past_peaks(self, draw: random.Random) -> list[Peak]:
        """The two months before the start."""
        peaks: list[Peak] = []
        month = local(self.epoch).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        for _ in range(2):
            end = from_local(month)
            at = end - draw.randrange(1, 27 * 96) * QUARTER
            peaks.insert(0, Peak(end, at, draw.randint(3000, 7500)))
            month = local(end - DAY).replace(day=1, hour=0)
        return peaks

    # -- the present ---------------------------------------------------------------------------

    def _plan(self) -> tuple[Day, int]:
        """Today's plan and the second of the day, by the wall clock."""
        if self._planned[0] != self.epoch:
            wall = local(self.epoch)
            if self._planned[1] != wall.date():
                self._day = plan(self.seed, wall.date())
            second = wall.hour * HOUR + wall.minute * 60 + wall.second
            self._planned = (self.epoch, wall.date(), second)
        return self._day, self._planned[2]

    def _base_watts(self, phase: int, day: Day, second: int) -> int:
        """What is on without anybody doing anything: stand-by, the fridge, lamps."""
        watts = (62, 24, 31)[phase]
        fridge_period = 2900 + self.seed % 400
        if phase == 1 and (self.epoch + 700) % fridge_period < 1000:
            watts += 88
        if phase != 1 and day.is_awake(second) and not self._weather.daylight(self.epoch):
            watts += (74, 0, 46)[phase]
        return watts + _noise(self.seed, self.epoch, phase) % 9

    def _look(self) -> None:
        """Takes power and flows at this second; they hold until the next step."""
        day, second = self._plan()
        if day.is_down(second):
            self._watts, self._flows = (0, 0, 0), (0, 0)
            return
        watts = [self._base_watts(phase, day, second) for phase in range(3)]
        gas = self._heating(day.is_awake(second))
        water = 0
        for use in day.uses:
            if use.start > second:
                break
            if second < use.end:
                hundredth = use.watts * (_noise(self.seed, self.epoch, 7) % 201 - 100) // 10_000
                watts[use.phase] += use.watts + hundredth
                gas += use.gas
                water += use.water
        sun = self._weather.solar_watts(self.epoch, PANEL_WATTS)
        for phase in range(3):
            watts[phase] -= (sun + phase) // 3
        self._watts = (watts[0], watts[1], watts[2])
        self._flows = (gas, water)

    def _heating(self, awake: bool) -> int:
        """Gas of the boiler in ml an hour: 20 degrees inside when somebody is up, else 16."""
        missing = (180 if awake else 135) - self._weather.celsius_tenths(self.epoch)
        return max(0, missing) * 2_000

    # -- the passing of time -------------------------------------------------------------------

    def advance(self, seconds: int) -> None:
        """Lets ``seconds`` (0 or more) of meter time go by."""
        end = self.epoch + seconds
        while self.epoch < end:
            step = min(end, (self.epoch // SLICE + 1) * SLICE) - self.epoch
            self._count(step)
            self._events(step)
            self.epoch += step
            if self.epoch % SLICE == 0:
                self._capture()
            if self.epoch % QUARTER == 0:
                self._end_quarter()
            self._look()

    def _count(self, step: int) -> None:
        tariff = 0 if is_day_tariff(self.epoch) else 1
        net = sum(self._watts)  # a Dutch meter adds its phases before it counts
        if net >= 0:
            self._import_ws[tariff] += net * step
            self._quarter_ws += net * step
        else:
            self._export_ws[tariff] -= net * step
        self._gas += self._flows[0] * step
        self._water += self._flows[1] * step

    def _events(self, step: int) -> None:
        """Counts what began or, for a failure, ended in the next ``step`` seconds."""
        day, second = self._plan()
        for event in day.events:
            if event.kind == "failure":
                back = event.start + event.seconds
                if second < back <= second + step:
                    self._end_failure(event, self.epoch + back - second)
            elif second <= event.start < second + step:
                counters = self._sags if event.kind == "sag" else self._swells
                counters[event.phase] += 1

    def _end_failure(self, event: Event, at: int) -> None:
        self._failures += 1
        if event.seconds >= LONG_FAILURE:
            self._long += 1
            self._log.append(Failure(at, event.seconds))

    def _capture(self) -> None:
        """What the M-Bus meters say every five minutes, and at the whole hour."""
        self._gas_at = self.epoch // SLICE * SLICE
        self._gas_ml, self._water_ml = self._gas // HOUR, self._water // HOUR
        if self.epoch % HOUR == 0:
            self._gas_hour_at, self._gas_hour_ml = self.epoch, self._gas_ml

    def _end_quarter(self) -> None:
        watts = self._quarter_ws // QUARTER
        self._quarter_ws = 0
        if watts > self._peak.watts:
            self._peak = Peak(0, self.epoch, watts)
        wall = local(self.epoch)
        if (wall.day, wall.hour, wall.minute) == (1, 0, 0):
            self._peaks.append(Peak(self.epoch, self._peak.at, self._peak.watts))
            self._peak = Peak(0, self.epoch, 0)

    # -- what the meter shows ------------------------------------------------------------------

    @property
    def is_down(self) -> bool:
        """Whether the power has failed: the meter then says nothing."""
        day, second = self._plan()
        return day.is_down(second)

    def _voltage_dv(self, phase: int) -> int:
        """Tenths of a volt: the grid's own wandering, less what the house draws, and events."""
        day, second = self._plan()
        for event in day.events:
            if event.phase == phase and event.start <= second < event.start + event.seconds:
                if event.kind == "sag":
                    return 1890 - 40 * phase
                if event.kind == "swell":
                    return 2584 + 15 * phase
        knot, rest = divmod(self.epoch, SLICE)
        here, there = (_noise(self.seed, knot + nr, 20 + phase) % 60 for nr in (0, 1))
        slow = here + (there - here) * rest // SLICE
        return (
            2302 + slow + _noise(self.seed, self.epoch, 30 + phase) % 5 - self._watts[phase] // 80
        )

    def snapshot(self) -> Snapshot:
        """What the meter shows now."""
        net = sum(self._watts)
        volts = (self._voltage_dv(0), self._voltage_dv(1), self._voltage_dv(2))
        a, b, c = self._watts
        amperes = [abs(w) * 10_000 // v for w, v in zip(self._watts, volts, strict=True)]
        return Snapshot(
            epoch=self.epoch,
            day_tariff=is_day_tariff(self.epoch),
            import_wh=(self._import_ws[0] // HOUR, self._import_ws[1] // HOUR),
            export_wh=(self._export_ws[0] // HOUR, self._export_ws[1] // HOUR),
            import_w=max(0, net),
            export_w=max(0, -net),
            phase_import_w=(max(0, a), max(0, b), max(0, c)),
            phase_export_w=(max(0, -a), max(0, -b), max(0, -c)),
            voltage_dv=volts,
            current_ma=(amperes[0], amperes[1], amperes[2]),
            sags=(self._sags[0], self._sags[1], self._sags[2]),
            swells=(self._swells[0], self._swells[1], self._swells[2]),
            failures=self._failures,
            long_failures=self._long,
            failure_log=tuple(self._log),
            gas_ml=self._gas_ml,
            gas_at=self._gas_at,
            gas_hour_ml=self._gas_hour_ml,
            gas_hour_at=self._gas_hour_at,
            water_ml=self._water_ml,
            water_at=self._gas_at,
            demand_w=self._quarter_ws // QUARTER,
            peak=self._peak,
            peaks=tuple(self._peaks),
        )
