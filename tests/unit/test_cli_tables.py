"""Tables in a pipe."""

from __future__ import annotations

from click.testing import CliRunner

from dsmrforge.cli import main


def test_no_line_of_a_table_ends_in_blanks_in_a_pipe() -> None:
    result = CliRunner().invoke(main, ["boards"])
    lines = result.stdout.splitlines()
    assert any("esp01s" in line for line in lines)
    assert [line for line in lines if line != line.rstrip()] == []


def test_a_quiet_command_prints_no_table() -> None:
    assert CliRunner().invoke(main, ["-q", "boards"]).stdout.strip() == ""
