"""The weather over one roof in the middle of the Netherlands: sun, clouds and temperature.

A pure function of the seed and the time, so that it does not matter in which steps it is asked.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from dsmrforge.simulate.meter_time import DAY, HOUR

LATITUDE = math.radians(52.1)
LONGITUDE_SECONDS = 20 * 60  # 5 degrees east: the sun is 20 minutes before UTC's
TILT = math.radians(35.0)
KNOT = 600  # seconds between two drawn values of the clouds
YEAR_DAYS = 365.2425
COLDEST_DAY = 20  # of the year
_SEEN = 8  # days kept


def _sun(epoch: int) -> tuple[float, float]:
    """The sine of the sun's height, and how squarely it shines on a roof that faces south."""
    day_of_year = (epoch // DAY) % YEAR_DAYS
    declination = -math.radians(23.44) * math.cos(2 * math.pi * (day_of_year + 10) / YEAR_DAYS)
    hour_angle = 2 * math.pi * (((epoch + LONGITUDE_SECONDS) % DAY) / DAY - 0.5)
    along = math.cos(declination) * math.cos(hour_angle)
    height = math.sin(LATITUDE) * math.sin(declination) + math.cos(LATITUDE) * along
    roof = math.sin(LATITUDE - TILT) * math.sin(declination) + math.cos(LATITUDE - TILT) * along
    return height, roof


@dataclass
class Weather:
    """``seed`` makes the clouds and the warm and cold days."""

    seed: int
    _days: dict[int, tuple[float, tuple[float, ...], float]] = field(default_factory=dict)

    def _day(self, day: int) -> tuple[float, tuple[float, ...], float]:
        """(cloud cover 0 to 1, its changes at each knot, degrees off the season) of a UTC day."""
        known = self._days.get(day)
        if known is None:
            draw = random.Random(f"{self.seed}:weather:{day}")
            cover = draw.betavariate(0.8, 0.8)
            knots = tuple(draw.random() for _ in range(DAY // KNOT))
            known = (cover, knots, draw.gauss(0.0, 2.5))
            if len(self._days) >= _SEEN:
                self._days.clear()
            self._days[day] = known
        return known

    def daylight(self, epoch: int) -> bool:
        """Whether a room needs no lamp."""
        return _sun(epoch)[0] > 0.05

    def solar_watts(self, epoch: int, peak_watts: int) -> int:
        """What panels of ``peak_watts`` deliver; 0 at night."""
        height, roof = _sun(epoch)
        if height <= 0.0 or roof <= 0.0:
            return 0
        clear = peak_watts * 0.9 * roof * height**0.4  # a low sun shines through more air
        cover, knots, _ = self._day(epoch // DAY)
        knot, rest = divmod(epoch % DAY, KNOT)
        after = knots[(knot + 1) % len(knots)]
        cloud = knots[knot] + (after - knots[knot]) * rest / KNOT
        return int(clear * (1.0 - 0.85 * cover * cloud**0.5))

    def celsius_tenths(self, epoch: int) -> int:
        """The temperature outside, in tenths of a degree."""
        day, second = divmod(epoch, DAY)
        season = 10.5 - 8.0 * math.cos(2 * math.pi * (day % YEAR_DAYS - COLDEST_DAY) / YEAR_DAYS)
        hours = -3.5 * math.cos(2 * math.pi * (second - 3 * HOUR) / DAY)  # coldest at 03:00 UTC
        here, there = self._day(day)[2], self._day(day + 1)[2]
        return int(10 * (season + hours + here + (there - here) * second / DAY))
