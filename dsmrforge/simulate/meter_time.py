"""A Dutch (and Belgian) meter's clock: UTC seconds to wall time and to P1 time stamps.

The rule is written out (EU directive 2000/84/EC: summer time runs from the last Sunday of March
to that of October, 01:00 UTC) instead of asked from the zone data base, which a bare system lacks.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

HOUR = 3600
DAY = 86400

EARLIEST = datetime(2000, 1, 1)
LATEST = datetime(2067, 12, 31, 23, 59, 59)


@lru_cache(maxsize=64)
def _summer(year: int) -> tuple[int, int]:
    """The first and the last-plus-one second of summer time, UTC."""
    edges = []
    for month in (3, 10):
        last = datetime(year, month, 31, 1, tzinfo=UTC)  # both months have 31 days
        edges.append(int((last - timedelta(days=(last.weekday() + 1) % 7)).timestamp()))
    return edges[0], edges[1]


def is_summer(epoch: int) -> bool:
    """Whether the meter's clock says ``S`` at this second (Unix time)."""
    begin, end = _summer(datetime.fromtimestamp(epoch, UTC).year)
    return begin <= epoch < end


def local(epoch: int) -> datetime:
    """The meter's wall time, without a zone."""
    shifted = epoch + (2 * HOUR if is_summer(epoch) else HOUR)
    return datetime.fromtimestamp(shifted, UTC).replace(tzinfo=None)


def from_local(wall: datetime) -> int:
    """Unix time of a wall time: the first of the two in October, the hour later in March's gap."""
    naive = int(wall.replace(tzinfo=UTC).timestamp())
    summer, winter = naive - 2 * HOUR, naive - HOUR
    return summer if is_summer(summer) else winter


def stamp(epoch: int) -> str:
    """``YYMMDDhhmmssX``."""
    return f"{local(epoch):%y%m%d%H%M%S}{'S' if is_summer(epoch) else 'W'}"
