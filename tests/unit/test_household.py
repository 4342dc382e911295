"""The synthetic household: what its counters do as meter time goes by."""

from dataclasses import fields
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest

from dsmrforge.simulate.day import Event, plan
from dsmrforge.simulate.household import Household, Snapshot
from dsmrforge.simulate.meter_time import from_local, is_summer, local, stamp

DAY = 86400


def at(text: str) -> int:
    return from_local(datetime.fromisoformat(text))


def household(start: str, seed: int = 1) -> Household:
    return Household(seed, at(start))


def total_import(snapshot: Snapshot) -> int:
    return sum(snapshot.import_wh)


def total_export(snapshot: Snapshot) -> int:
    return sum(snapshot.export_wh)


def test_the_same_seed_and_steps_give_the_same_household() -> None:
    one, other = household("2026-03-01T00:00"), household("2026-03-01T00:00")
    for _ in range(500):
        one.advance(61)
        other.advance(61)
    assert one.snapshot() == other.snapshot()


def test_another_seed_is_another_household() -> None:
    one, other = household("2026-03-01T00:00", 1), household("2026-03-01T00:00", 2)
    one.advance(DAY)
    other.advance(DAY)
    assert one.snapshot() != other.snapshot()


def test_it_makes_nothing_but_integers() -> None:
    house = household("2026-06-01T12:00")
    house.advance(DAY)
    snapshot = house.snapshot()
    for field in fields(snapshot):
        value = getattr(snapshot, field.name)
        assert not isinstance(value, float)
        if isinstance(value, tuple):
            assert not any(isinstance(part, float) for part in value)


def test_counters_are_the_sum_of_the_power_second_by_second() -> None:
    house = household("2026-06-01T13:00")
    before = house.snapshot()
    watt_seconds = 0
    for _ in range(7200):
        now = house.snapshot()
        watt_seconds += now.import_w - now.export_w
        house.advance(1)
    after = house.snapshot()
    counted = total_import(after) - total_import(before)
    counted -= total_export(after) - total_export(before)
    assert abs(counted * 3600 - watt_seconds) <= 4 * 3600  # each of four counters is cut off


def test_counters_never_go_back() -> None:
    house = household("2026-01-01T00:00")
    before = house.snapshot()
    for _ in range(120):
        house.advance(DAY)
        now = house.snapshot()
        for name in ("import_wh", "export_wh", "sags", "swells"):
            pairs = zip(getattr(before, name), getattr(now, name), strict=True)
            assert all(a <= b for a, b in pairs), name
        for name in ("gas_ml", "water_ml", "failures", "long_failures", "gas_at"):
            assert getattr(before, name) <= getattr(now, name), name
        before = now


def test_a_year_is_that_of_a_household() -> None:
    house = household("2026-01-01T00:00", 3)
    before = house.snapshot()
    house.advance(365 * DAY)
    after = house.snapshot()
    assert 2_000_000 < total_import(after) - total_import(before) < 5_000_000  # Wh
    assert 1_500_000 < total_export(after) - total_export(before) < 5_000_000
    assert 600 < (after.gas_ml - before.gas_ml) / 1e6 < 2200  # m3
    assert 30 < (after.water_ml - before.water_ml) / 1e6 < 150
    assert sum(after.sags) > sum(before.sags)


def test_power_goes_either_in_or_out_and_is_the_sum_of_the_phases() -> None:
    house = household("2026-05-01T00:00")
    seen = set()
    for _ in range(DAY // 60):
        house.advance(60)
        now = house.snapshot()
        net = sum(now.phase_import_w) - sum(now.phase_export_w)
        assert now.import_w - now.export_w == net
        assert now.import_w == 0 or now.export_w == 0
        assert all(
            a == 0 or b == 0 for a, b in zip(now.phase_import_w, now.phase_export_w, strict=True)
        )
        seen.add(now.export_w > 0)
    assert seen == {True, False}


def test_panels_deliver_by_day_and_more_in_summer() -> None:
    def exported(start: str, days: int) -> int:
        house = household(start)
        before = house.snapshot()
        house.advance(days * DAY)
        return total_export(house.snapshot()) - total_export(before)

    assert exported("2026-06-10T00:00", 14) > 3 * exported("2026-12-10T00:00", 14)
    night = household("2026-06-10T23:30")
    for _ in range(60 * 4):
        night.advance(60)
        assert night.snapshot().export_w == 0


def test_gas_is_for_the_winter() -> None:
    def burnt(start: str) -> int:
        house = household(start)
        before = house.snapshot().gas_ml
        house.advance(14 * DAY)
        return house.snapshot().gas_ml - before

    assert burnt("2026-01-10T00:00") > 4 * burnt("2026-07-10T00:00")


@pytest.mark.parametrize(
    ("when", "is_day"),
    [
        ("2026-01-15T06:59:59", False),  # a Thursday
        ("2026-01-15T07:00", True),
        ("2026-01-15T22:59:59", True),
        ("2026-01-15T23:00", False),
        ("2026-01-17T12:00", False),  # a Saturday
        ("2026-07-15T06:59:59", False),
        ("2026-07-15T07:00", True),
    ],
)
def test_the_night_tariff_is_at_night_and_in_the_weekend(when: str, is_day: bool) -> None:
    house = household(when)
    assert house.snapshot().day_tariff is is_day
    before = house.snapshot()
    house.advance(1000)
    after = house.snapshot()
    used = 0 if is_day and local(house.epoch).hour != 23 else 1
    assert after.import_wh[used] + after.export_wh[used] > 0
    if when.endswith(":00"):  # so far from a change of tariff, the other one stands still
        assert after.import_wh[1 - used] == before.import_wh[1 - used]


def test_gas_is_captured_every_five_minutes_and_every_hour() -> None:
    house = household("2026-01-15T07:00")
    seen = set()
    for _ in range(3600 * 2):
        house.advance(1)
        now = house.snapshot()
        assert 0 <= now.epoch - now.gas_at < 300
        assert now.gas_at % 300 == 0
        assert 0 <= now.epoch - now.gas_hour_at < 3600
        assert now.gas_hour_at % 3600 == 0
        seen.add((now.gas_at, now.gas_ml))
    assert len(seen) == 25  # one value to each capture


def test_the_peak_of_the_month_is_the_highest_quarter_and_is_kept_at_its_end() -> None:
    house = household("2026-01-15T00:00")
    assert len(house.snapshot().peaks) == 2
    highest = 0
    while house.epoch < at("2026-02-01T00:00"):
        house.advance(899)
        highest = max(highest, house.snapshot().demand_w)
        house.advance(1)
    now = house.snapshot()
    assert len(now.peaks) == 3
    assert now.peaks[-1].month_end == at("2026-02-01T00:00")
    assert highest <= now.peaks[-1].watts <= highest + 20
    assert now.peak.watts == 0
    assert [local(peak.month_end).day for peak in now.peaks] == [1, 1, 1]


def test_no_more_than_thirteen_months_are_kept() -> None:
    house = household("2026-01-15T00:00")
    house.advance(370 * DAY)
    assert len(house.snapshot().peaks) == 13


def first_event(kind: str, least: int = 0) -> tuple[Event, datetime]:
    for number in range(2000):
        day = datetime.fromordinal(datetime(2026, 1, 1).toordinal() + number)
        for event in plan(1, day.date()).events:
            if event.kind == kind and event.seconds >= least:
                return event, day
    raise AssertionError(f"no {kind} in 2000 days")


@pytest.mark.parametrize("kind", ["sag", "swell"])
def test_a_sag_and_a_swell_show_in_the_voltage_and_in_their_counter(kind: str) -> None:
    event, day = first_event(kind)
    house = Household(1, from_local(day) + event.start - 1)
    before = house.snapshot()
    house.advance(1)
    during = house.snapshot()
    house.advance(event.seconds)
    after = house.snapshot()
    volts = during.voltage_dv[event.phase]
    assert volts < 2070 if kind == "sag" else volts > 2530
    assert 2070 < after.voltage_dv[event.phase] < 2530
    counters = "sags" if kind == "sag" else "swells"
    assert getattr(after, counters)[event.phase] == getattr(before, counters)[event.phase] + 1


def test_a_long_failure_silences_the_meter_and_is_in_the_log_afterwards() -> None:
    event, day = first_event("failure", least=180)
    house = Household(1, from_local(day) + event.start - 10)
    before = house.snapshot()
    assert not house.is_down
    house.advance(20)
    assert house.is_down
    energy = house.snapshot().import_wh
    house.advance(event.seconds - 11)
    assert house.is_down
    assert house.snapshot().import_wh == energy
    house.advance(1)
    assert not house.is_down
    after = house.snapshot()
    assert (after.failures, after.long_failures) == (before.failures + 1, before.long_failures + 1)
    assert after.failure_log[-1].end == house.epoch
    assert after.failure_log[-1].seconds == event.seconds


def test_a_short_failure_is_counted_but_not_logged() -> None:
    event, day = next(
        (event, day)
        for seed_day in range(3000)
        if (day := datetime.fromordinal(datetime(2026, 1, 1).toordinal() + seed_day))
        for event in plan(1, day.date()).events
        if event.kind == "failure" and event.seconds < 180
    )
    house = Household(1, from_local(day) + event.start - 10)
    before = house.snapshot()
    house.advance(event.seconds + 20)
    after = house.snapshot()
    assert after.failures == before.failures + 1
    assert after.long_failures == before.long_failures
    assert after.failure_log == before.failure_log


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("2026-03-29T00:59:59+00:00", "260329015959W"),
        ("2026-03-29T01:00:00+00:00", "260329030000S"),
        ("2026-10-25T00:59:59+00:00", "261025025959S"),
        ("2026-10-25T01:00:00+00:00", "261025020000W"),
        ("2027-03-28T01:00:00+00:00", "270328030000S"),
        ("2024-02-29T12:00:00+00:00", "240229130000W"),
    ],
)
def test_summer_time_begins_and_ends_by_the_dutch_rules(utc: str, expected: str) -> None:
    assert stamp(int(datetime.fromisoformat(utc).timestamp())) == expected


def test_wall_time_comes_back_and_agrees_with_the_zone_data_base_where_there_is_one() -> None:
    try:
        amsterdam = ZoneInfo("Europe/Amsterdam")
    except ZoneInfoNotFoundError:
        amsterdam = None
    begin = int(datetime.fromisoformat("2000-01-01T00:00+00:00").timestamp())
    for epoch in range(begin, begin + 36 * 365 * DAY, 6 * 3600 + 1):
        if amsterdam:
            assert local(epoch) == datetime.fromtimestamp(epoch, amsterdam).replace(tzinfo=None)
        assert from_local(local(epoch)) in (epoch, epoch - 3600)


def test_wall_time_that_comes_twice_is_the_first_and_that_never_comes_is_later() -> None:
    assert stamp(at("2026-10-25T02:30")) == "261025023000S"
    assert stamp(at("2026-03-29T02:30")) == "260329033000S"
    assert is_summer(at("2026-07-01T00:00"))
