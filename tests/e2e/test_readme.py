"""The documents keep their word: the README's commands, addresses, settings and links."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from simulator import FAR, Simulator, start_command
from telegram_tools import ROOT

from dsmrforge.config.model import SIZES, section_models
from dsmrforge.image.flashmap import LAYOUTS

DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")
NOT_RUN = "<!-- not run by the tests"
_FENCE = re.compile(
    r"^(?P<mark><!-- [^\n]*-->\n)?```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def shell_blocks() -> tuple[list[str], list[str]]:
    """What runs here, in order, and what is marked as needing something more."""
    run: list[str] = []
    marked: list[str] = []
    for fence in _FENCE.finditer(readme()):
        if fence["kind"] == "sh":
            mark = fence["mark"] or ""
            (marked if mark.startswith(NOT_RUN) else run).append(fence["text"])
    return run, marked


def example(first_line: str) -> list[str]:
    """The lines of the README's output that begins so."""
    for fence in _FENCE.finditer(readme()):
        lines = [line.rstrip() for line in fence["text"].splitlines()]
        if fence["kind"] == "text" and lines[0] == first_line:
            return lines
    raise AssertionError(f"the README has no output that begins with {first_line!r}")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "dsmrforge"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dsmrforge "$@"\n')
    command.chmod(0o755)
    return os.environ | {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DSMRFORGE_CACHE": str(tmp_path / "cache"),
        "NO_COLOR": "1",
    }


def test_the_readmes_commands_work_one_after_the_other(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    blocks, _ = shell_blocks()
    for command in ("init", "config check", "build", "simulate", "decode", "image ls"):
        assert f"dsmrforge {command}" in "".join(blocks), command
    # a recording of the owner's, where the README's first steps lead to
    project = tmp_path / "attic"
    project.mkdir()
    shutil.copy(ROOT / "tests" / "telegrams" / "dsmr-2.2.txt", project / "telegram.txt")

    script = "set -eu\n" + "".join(blocks)
    result = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    said = [line.rstrip() for line in result.stdout.splitlines()]
    expected = example("telegram 1 of 1, telegram.txt")
    start = said.index(expected[0])
    assert said[start : start + len(expected)] == expected
    assert (project / "dist" / "attic-dsmr-host" / "manifest.json").is_file()
    assert sorted(path.name for path in (project / "files").iterdir()) == [
        "app.js.gz",
        "index.html.gz",
        "style.css.gz",
    ]


def test_only_commands_that_need_something_more_are_left_out() -> None:
    _, marked = shell_blocks()
    needs_more = (
        "make demo",
        "make test",
        "pipx install .",
        "dsmrforge build\n",  # for a chip
        "dsmrforge build --packages",
        "esptool ",
        "espota.py",
        "--meter serial:",
        "cat /dev/ttyUSB0",
    )

    assert len(marked) == len(needs_more)
    for block, reason in zip(marked, needs_more, strict=True):
        assert reason in block


def test_every_address_in_the_readme_answers(tmp_path: Path, environment: dict[str, str]) -> None:
    paths = re.findall(r"^\| `GET (/\S+)` \|", readme(), re.M)
    assert len(paths) > 5
    command = ("simulate", "--json", "--port", "0")
    process = start_command(*command, folder=tmp_path, environment=environment)
    try:
        logger = Simulator(process)
        logger.wait_for(lambda fields: "power_delivered" in fields)
        for path in paths:
            assert logger.get(path), path  # another status than 200 is raised
    finally:
        process.terminate()
        process.communicate(timeout=FAR)


def test_the_readmes_settings_are_those_of_the_models() -> None:
    rows = re.findall(r"^\| `\[(\w+)\]` \| `(\w+)` \| (.*?) ?\|", readme(), re.M)
    models = section_models()

    assert [(section, key) for section, key, _ in rows] == [
        (section, key) for section, model in models.items() for key in model.model_fields
    ]
    for section, key, told in rows:
        field = models[section].model_fields[key]
        if told == "required":
            assert field.is_required(), key
        elif told == "secret":
            assert field.annotation is SecretStr, key
            assert field.default is PydanticUndefined, key
        elif told == "":
            assert field.default is None, key
        else:
            value = tomllib.loads(f"value = {told.strip('`')}")["value"]
            value = tuple(value) if isinstance(value, list) else SIZES.get(str(value), value)
            assert value == field.default, key


def test_the_readmes_addresses_in_flash_are_the_flash_maps() -> None:
    rows = re.findall(r"^\| (\d+)K \| (1m\d+) \| (0x[0-9A-F]+) \|", readme(), re.M)
    layouts = [layout for layout in LAYOUTS.values() if layout.fs_size]

    assert [(int(size) * 1024, name, int(start, 16)) for size, name, start in rows] == [
        (layout.fs_size, layout.name, layout.fs_start) for layout in layouts
    ]
    default = LAYOUTS["1m128"].fs_start
    assert f"  0x{default:X} dist/attic-dsmr-esp01/filesystem.bin" in readme()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_in_a_document_leads_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text, re.M)
    }
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if "://" in path:
            continue
        assert not path or (ROOT / path).exists(), target
        assert path or anchor in headings, target
