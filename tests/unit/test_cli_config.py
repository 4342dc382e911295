"""``dsmrforge config check|show|schema``."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from settings_project import SAMPLE, write_project

from dsmrforge.cli import main
from dsmrforge.config.show import schema


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def config(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["config", *arguments])


def test_settings_that_are_right(here: Path) -> None:
    write_project(here)

    result = config("check")

    assert result.exit_code == 0
    assert result.stdout == "dsmrforge.toml: all is well (esp01-dsmr, for board esp01)\n"
    assert result.stderr == ""


def test_warnings_are_on_standard_error(here: Path) -> None:
    write_project(here, "[telnet]\n")
    warning = "dsmrforge.toml:1: this version does not have [telnet] yet; it is left out"

    result = config("check")

    assert result.exit_code == 0
    assert result.stderr == f"Warning: {warning}\n"
    assert json.loads(config("check", "--json").stdout) == {
        "file": "dsmrforge.toml",
        "ok": True,
        "warnings": [warning],
    }


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_secrets_that_others_can_read_are_warned_of(here: Path) -> None:
    write_project(here)
    (here / "secrets.toml").chmod(0o644)

    assert "chmod 600 secrets.toml" in config("check").stderr


def test_quiet_says_nothing_when_all_is_well(here: Path) -> None:
    write_project(here, "[telnet]\n")

    assert config("check", "-q").output == ""


def test_a_mistake_is_two_lines_and_status_2(here: Path) -> None:
    write_project(here, "[p1]\nversion = 6\n")

    result = config("check")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "Error: dsmrforge.toml:2: [p1] version: found 6, would do: auto, 2, 3, 4 or 5",
        "  → correct that, then `dsmrforge config check` says whether all is well",
    ]


def test_several_mistakes_are_a_line_each(here: Path) -> None:
    write_project(here, "[p1]\nversion = 6\n[web]\nport = 0\n")

    lines = config("check").stderr.splitlines()

    assert lines[0] == "Error: 2 mistakes in the settings"
    assert [line.split(": ")[0] for line in lines[1:3]] == [
        "dsmrforge.toml:2",
        "dsmrforge.toml:4",
    ]
    assert lines[3].startswith("  → ")


def test_mistakes_for_programs(here: Path) -> None:
    write_project(here, "[p1]\nversion = 6\n")

    result = config("check", "--json")

    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert error["message"].startswith("dsmrforge.toml:2: ")
    assert error["hint"]
    assert error["mistakes"] == [
        {
            "file": "dsmrforge.toml",
            "line": 2,
            "where": "[p1] version",
            "found": "6",
            "would_do": "auto, 2, 3, 4 or 5",
        }
    ]


def test_the_settings_are_shown_as_toml_without_secrets(here: Path) -> None:
    write_project(here, SAMPLE)

    result = config("show")

    assert result.exit_code == 0
    shown = tomllib.loads(result.stdout)
    assert shown["mqtt"] == {"host": "broker.local", "port": 1883, "topic": "dsmr"}
    assert shown["ota"] == {"port": 8266, "password": {"secret": "ota_password"}}
    assert "of-test" not in result.output


def test_the_settings_for_programs_hide_secrets(here: Path) -> None:
    write_project(here, SAMPLE)

    result = config("show", "--json")

    shown = json.loads(result.stdout)
    assert shown["ota"] == {"port": 8266, "password": "********"}
    assert shown["p1"]["request_pin"] == 0
    assert "of-test" not in result.output


def test_the_schema_needs_no_project() -> None:
    assert json.loads(config("schema").stdout) == schema()
    assert json.loads(config("schema", "--json").stdout) == schema()
