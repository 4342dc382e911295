"""The settings written out, and their schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from settings_project import SAMPLE, write_project

from dsmrforge.boards import load_boards
from dsmrforge.config import load_project
from dsmrforge.config.model import section_models
from dsmrforge.config.show import as_toml, schema


def test_the_settings_are_shown_in_full_with_secrets_by_name(tmp_path: Path) -> None:
    settings = '[p1]\nversion = 5\n[filesystem]\nsize = "64K"\n[telnet]\n'

    assert as_toml(load_project(write_project(tmp_path, settings))) == (
        '[device]\nname = "esp01-dsmr"\nboard = "esp01"\n\n'
        '[p1]\nversion = "5"\ninverter = "hardware"\n'
        'profiles = ["nl", "be", "lu", "se"]\nreading_bytes = 512\n\n'
        '[wifi]\nportal_password = { secret = "portal_password" }\nportal_seconds = 180\n\n'
        "[web]\nport = 80\n\n"
        '[filesystem]\ntype = "spiffs"\nsize = "64K"\n\n'
        '[ota]\nport = 8266\npassword = { secret = "ota_password" }\n\n'
        "[telnet]\nport = 23\n"
    )


def test_sections_that_are_off_are_not_shown(tmp_path: Path) -> None:
    shown = as_toml(load_project(write_project(tmp_path, SAMPLE)))

    assert "[mqtt]" in shown
    assert "[stream]" not in shown


def fits(value: Any, rule: dict[str, Any], root: dict[str, Any]) -> bool:
    """Whether ``value`` is what the part of JSON schema that ours uses allows."""
    if "$ref" in rule:
        return fits(value, root["$defs"][rule["$ref"].rsplit("/", 1)[1]], root)
    if "enum" in rule and value not in rule["enum"]:
        return False
    kinds = {"object": dict, "string": str, "integer": int, "array": list}
    if "type" in rule and type(value) is not kinds[rule["type"]]:
        return False
    if isinstance(value, dict):
        properties = rule.get("properties", {})
        return (
            set(rule.get("required", ())) <= set(value) <= set(properties)
            and rule["additionalProperties"] is False
            and all(fits(item, properties[key], root) for key, item in value.items())
        )
    if isinstance(value, list):
        return all(fits(item, rule["items"], root) for item in value)
    if isinstance(value, int):
        return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))
    return True


def test_the_schema_allows_the_complete_sample() -> None:
    import tomllib

    assert fits(tomllib.loads(SAMPLE), schema(), schema())


def test_the_schema_allows_an_empty_page() -> None:
    assert fits({}, schema(), schema())
    assert all(fits({name: {}}, schema(), schema()) for name in section_models() if name != "mqtt")


def test_the_schema_refuses_what_the_settings_refuse() -> None:
    for wrong in (
        {"devise": {}},
        {"device": {"board": "esp32"}},
        {"web": {"port": 0}},
        {"web": {"port": "80"}},
        {"p1": {"version": 6}},
        {"filesystem": {"size": 128}},
        {"ota": {"password": "in the settings"}},
        {"mqtt": {}},
    ):
        assert not fits(wrong, schema(), schema()), wrong


def test_the_schema_tells_what_is_meant_and_what_is_usual() -> None:
    document = schema()

    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    device = document["$defs"]["Device"]["properties"]
    assert device["board"]["enum"] == list(load_boards())
    assert device["name"]["default"] == "esp01-dsmr"
    assert device["name"]["description"]
    ota = document["$defs"]["Ota"]["properties"]
    assert ota["password"]["default"] == {"secret": "ota_password"}
    assert document["$defs"]["Filesystem"]["properties"]["size"]["default"] == "128K"
