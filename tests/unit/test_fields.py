"""The field catalogue, and what the firmware's table is made from it."""

from __future__ import annotations

import pytest

from dsmrforge.fields import (
    ANY_CHANNEL,
    NO_FIELD,
    PROFILES,
    Catalogue,
    load_catalogue,
    obis_key,
    parse_catalogue,
)

QUANTITIES = """
[quantities]
energy = { unit = "kWh", decimals = 3 }
[mbus_kinds]
gas = [3]
"""


def catalogue(fields: str, mbus: str = "") -> Catalogue:
    return parse_catalogue(f"{QUANTITIES}[fields]\n{fields}\n[mbus]\n{mbus}")


def test_the_key_of_a_code_orders_as_its_five_numbers() -> None:
    assert obis_key("1-0:1.8.1") == 0x10010801
    assert obis_key("0-0:96.14.0") < obis_key("1-0:1.7.0") < obis_key("1-0:1.8.0")
    assert obis_key("0-n:24.2.1") >> 24 == ANY_CHANNEL


@pytest.mark.parametrize("code", ["1.8.1", "1-0:1.8", "16-0:1.8.1", "0-15:1.8.1", "1-0:256.8.1"])
def test_what_is_no_code_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"OBIS|too large"):
        obis_key(code)


def test_every_code_leads_to_one_row_and_row_0_is_the_identification() -> None:
    rows = load_catalogue().rows
    assert rows[0].field.name == "identification"
    codes = [(row.key, row.field.group) for row in rows]
    assert len(set(codes)) == len(codes) < NO_FIELD


def test_the_sorted_rows_are_in_the_order_of_their_keys() -> None:
    rows = load_catalogue().rows
    keys = [rows[index].key for index in load_catalogue().sorted_rows]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_has_only_its_own_fields_and_keeps_every_constant(profile: str) -> None:
    everything = load_catalogue()
    selected = everything.select((profile,))
    assert 0 < len(selected.rows) < len(everything.rows)
    assert selected.indexes.keys() == everything.indexes.keys()
    assert NO_FIELD in selected.indexes.values()
    present = {name for name, index in selected.indexes.items() if index != NO_FIELD}
    assert present == {row.constant for row in selected.rows}


def test_rows_of_the_same_value_share_its_number_and_mbus_values_have_four() -> None:
    energy = 'quantity = "energy", label = "A", profiles = ["nl"]'
    both = catalogue(
        f'a = {{ code = ["1-0:1.8.1", "1-0:1.8.2"], {energy} }}',
        f'm = {{ code = "0-n:24.2.1", kind = "stamped", {energy} }}\n'
        f'n = {{ name = "m", code = "0-n:24.3.0", {energy} }}',
    )
    assert [both.values[row.constant] for row in both.rows] == [0, 1, 2, 2, 1]
    assert both.value_count == 6


def test_a_codes_second_value_is_the_row_after_its_first() -> None:
    line = 'code = "1-1:31.4.0", quantity = "energy", label = "L", profiles = ["lu"]'
    two = catalogue(f"a = {{ {line} }}\nb = {{ {line}, group = 1 }}")
    assert [row.field.group for row in two.rows] == [0, 0, 1]
    with pytest.raises(ValueError, match=r"1-1:31\.4\.0 is a and b"):
        assert catalogue(f"a = {{ {line} }}\nb = {{ {line} }}").rows


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ('code = "1-0:1.8.1", kind = "nonsense", label = "A", profiles = ["nl"]', "kind"),
        ('code = "1-0:1.8.1", label = "A", profiles = ["xx"]', "profiles"),
        ('code = "1-0:1.8.1", label = "A", profiles = ["nl"], colour = 1', "unknown key colour"),
        ('code = "0-n:24.2.1", label = "A", profiles = ["nl"]', "channel"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_name(entry: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=f"field_a: .*{complaint}"):
        catalogue(f"field_a = {{ {entry} }}")
