"""What the household's meter says, as the meters of four countries and ages write it.

Sources: DSMR P1 companion standards 2.2, 4.2.2 and 5.0.2; eMUCS-P1 2.1.1 (Belgium).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsmrforge.simulate.household import Household, Snapshot, Three
from dsmrforge.simulate.meter_time import local, stamp
from dsmrforge.telegram import frame


@dataclass(frozen=True)
class Profile:
    """``interval`` is in seconds of meter time; ``p1_version`` as in the settings."""

    name: str
    about: str
    interval: int
    p1_version: str
    identification: str
    lines: Callable[[Snapshot, int], Iterator[str]]
    crc: bool = True

    def telegram(self, snapshot: Snapshot, seed: int) -> bytes:
        """The telegram of this moment; ``seed`` makes the meters' numbers."""
        return frame(self.identification, self.lines(snapshot, seed), crc=self.crc)


def _hex(text: str) -> str:
    return text.encode("ascii").hex().upper()


def _number(letter: str, seed: int) -> str:
    """A meter's number as a hex string, 17 characters of text."""
    return _hex(f"{letter}0000{seed % 10**12:012d}")


def _thousandths(value: int, digits: int) -> str:
    """``digits`` before the point, three after it."""
    return f"{value // 1000 % 10**digits:0{digits}d}.{value % 1000:03d}"


def _energy(codes: str, values: tuple[int, int], digits: int = 6) -> Iterator[str]:
    for tariff, wh in enumerate(values, 1):
        yield f"1-0:{codes}.8.{tariff}({_thousandths(wh, digits)}*kWh)"


def _per_phase(
    codes: tuple[str, str, str], values: Three, shape: Callable[[int], str]
) -> list[str]:
    return [f"1-0:{code}({shape(value)})" for code, value in zip(codes, values, strict=True)]


def _kilowatts(watts: int) -> str:
    return f"{_thousandths(watts, 2)}*kW"


def _volts(tenths: int) -> str:
    return f"{tenths // 10:03d}.{tenths % 10}*V"


def _amperes(milli: int) -> str:
    return f"{(milli + 500) // 1000:03d}*A"


def _amperes_2(milli: int) -> str:
    return f"{milli // 1000:03d}.{milli % 1000 // 10:02d}*A"


def _count(value: int) -> str:
    return f"{value % 100_000:05d}"


def _dutch_counters(snapshot: Snapshot, seed: int, version: str) -> Iterator[str]:
    """From the version to the failures: the same in 4 and 5. Tariff 1 is the low one."""
    day_import, night_import = snapshot.import_wh
    day_export, night_export = snapshot.export_wh
    yield f"1-3:0.2.8({version})"
    yield f"0-0:1.0.0({stamp(snapshot.epoch)})"
    yield f"0-0:96.1.1({_number('E', seed)})"
    yield from _energy("1", (night_import, day_import))
    yield from _energy("2", (night_export, day_export))
    yield f"0-0:96.14.0({'0002' if snapshot.day_tariff else '0001'})"
    yield f"1-0:1.7.0({_kilowatts(snapshot.import_w)})"
    yield f"1-0:2.7.0({_kilowatts(snapshot.export_w)})"
    yield f"0-0:96.7.21({_count(snapshot.failures)})"
    yield f"0-0:96.7.9({_count(snapshot.long_failures)})"
    events = "".join(f"({stamp(f.end)})({f.seconds:010d}*s)" for f in snapshot.failure_log)
    yield f"1-0:99.97.0({len(snapshot.failure_log)})(0-0:96.7.19){events}"
    yield from _per_phase(("32.32.0", "52.32.0", "72.32.0"), snapshot.sags, _count)
    yield from _per_phase(("32.36.0", "52.36.0", "72.36.0"), snapshot.swells, _count)


def _phase_powers(snapshot: Snapshot) -> list[str]:
    return [
        *_per_phase(("21.7.0", "41.7.0", "61.7.0"), snapshot.phase_import_w, _kilowatts),
        *_per_phase(("22.7.0", "42.7.0", "62.7.0"), snapshot.phase_export_w, _kilowatts),
    ]


def _nl5(snapshot: Snapshot, seed: int) -> Iterator[str]:
    yield from _dutch_counters(snapshot, seed, "50")
    yield "0-0:96.13.0()"
    yield from _per_phase(("32.7.0", "52.7.0", "72.7.0"), snapshot.voltage_dv, _volts)
    yield from _per_phase(("31.7.0", "51.7.0", "71.7.0"), snapshot.current_ma, _amperes)
    yield from _phase_powers(snapshot)
    yield "0-1:24.1.0(003)"
    yield f"0-1:96.1.0({_number('G', seed)})"
    yield f"0-1:24.2.1({stamp(snapshot.gas_at)})({_thousandths(snapshot.gas_ml // 1000, 5)}*m3)"


def _nl4(snapshot: Snapshot, seed: int) -> Iterator[str]:
    yield from _dutch_counters(snapshot, seed, "42")
    yield "0-0:96.13.1()"
    yield "0-0:96.13.0()"
    yield from _per_phase(("31.7.0", "51.7.0", "71.7.0"), snapshot.current_ma, _amperes)
    yield from _phase_powers(snapshot)
    yield "0-1:24.1.0(003)"
    yield f"0-1:96.1.0({_number('G', seed)})"
    gas = _thousandths(snapshot.gas_hour_ml // 1000, 5)
    yield f"0-1:24.2.1({stamp(snapshot.gas_hour_at)})({gas}*m3)"


def _nl2(snapshot: Snapshot, seed: int) -> Iterator[str]:
    """No clock, power in tens of watts, gas on two lines with a time that names no zone."""
    day_import, night_import = snapshot.import_wh
    day_export, night_export = snapshot.export_wh
    yield f"0-0:96.1.1({_number('E', seed)})"
    yield from _energy("1", (night_import, day_import), 5)
    yield from _energy("2", (night_export, day_export), 5)
    yield f"0-0:96.14.0({'0002' if snapshot.day_tariff else '0001'})"
    for code, watts in (("1", snapshot.import_w), ("2", snapshot.export_w)):
        yield f"1-0:{code}.7.0({watts // 1000:04d}.{watts % 1000 // 10:02d}*kW)"
    yield "0-0:17.0.0(0999.00*kW)"
    yield "0-0:96.3.10(1)"
    yield "0-0:96.13.1()"
    yield "0-0:96.13.0()"
    yield "0-1:24.1.0(3)"
    yield f"0-1:96.1.0({_number('G', seed)})"
    yield f"0-1:24.3.0({local(snapshot.gas_hour_at):%y%m%d%H%M%S})(00)(60)(1)(0-1:24.2.1)(m3)"
    yield f"({_thousandths(snapshot.gas_hour_ml // 1000, 5)})"
    yield "0-1:24.4.0(1)"


def _be(snapshot: Snapshot, seed: int) -> Iterator[str]:
    """Tariff 1 is the day's; peaks of the capacity tariff; gas as 24.2.3, and water."""
    yield "0-0:96.1.4(50217)"
    yield f"0-0:96.1.1({_number('1', seed)})"
    yield f"0-0:1.0.0({stamp(snapshot.epoch)})"
    yield from _energy("1", snapshot.import_wh)
    yield from _energy("2", snapshot.export_wh)
    yield f"0-0:96.14.0({'0001' if snapshot.day_tariff else '0002'})"
    yield f"1-0:1.4.0({_kilowatts(snapshot.demand_w)})"
    yield f"1-0:1.6.0({stamp(snapshot.peak.at)})({_kilowatts(snapshot.peak.watts)})"
    peaks = "".join(
        f"({stamp(peak.month_end)})({stamp(peak.at)})({_kilowatts(peak.watts)})"
        for peak in snapshot.peaks
    )
    yield f"0-0:98.1.0({len(snapshot.peaks)})(1-0:1.6.0)(1-0:1.6.0){peaks}"
    yield f"1-0:1.7.0({_kilowatts(snapshot.import_w)})"
    yield f"1-0:2.7.0({_kilowatts(snapshot.export_w)})"
    yield from _phase_powers(snapshot)
    yield from _per_phase(("32.7.0", "52.7.0", "72.7.0"), snapshot.voltage_dv, _volts)
    yield from _per_phase(("31.7.0", "51.7.0", "71.7.0"), snapshot.current_ma, _amperes_2)
    yield "0-0:96.3.10(1)"
    yield "0-0:17.0.0(999.9*kW)"
    yield "1-0:31.4.0(999*A)"
    yield "0-0:96.13.0()"
    yield "0-1:24.1.0(003)"
    yield f"0-1:96.1.1({_number('7', seed)})"
    yield "0-1:24.4.0(1)"
    yield f"0-1:24.2.3({stamp(snapshot.gas_at)})({_thousandths(snapshot.gas_ml // 1000, 5)}*m3)"
    yield "0-2:24.1.0(007)"
    yield f"0-2:96.1.1({_number('8', seed)})"
    water = _thousandths(snapshot.water_ml // 1000, 5)
    yield f"0-2:24.2.1({stamp(snapshot.water_at)})({water}*m3)"


PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("nl5", "DSMR 5.0.2", 1, "5", r"FRG5\dsmrforge household", _nl5),
        Profile("nl4", "DSMR 4.2", 10, "4", r"FRG5\dsmrforge household", _nl4),
        Profile("nl2", "DSMR 2.2", 10, "2", r"FRG5\dsmrforge household", _nl2, crc=False),
        Profile("be", "eMUCS-P1 (Belgium)", 1, "5", r"FLU5\000000000_D", _be),
    )
}


def telegrams(
    household: Household, profile: Profile, *, step: int | None = None
) -> Iterator[bytes]:
    """The meter's telegrams from now on, for ever: one every ``step`` seconds of meter time.

    ``step`` is the profile's interval where left out. While the power has failed there are none.
    """
    step = step or profile.interval
    while True:
        while household.is_down:
            household.advance(step)
        yield profile.telegram(household.snapshot(), household.seed)
        household.advance(step)
