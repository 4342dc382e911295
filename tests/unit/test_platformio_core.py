"""The project's own core directory, the compiler, the environment, the lock."""

from __future__ import annotations

import importlib.util
import json
import threading
from pathlib import Path

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.platformio.core import (
    environment,
    host_compiler,
    make_core,
    owners_core,
    scons_requirement,
)
from dsmrforge.platformio.lock import locked


def test_scons_is_offered_under_the_version_that_platformio_asks_for(tmp_path: Path) -> None:
    make_core(tmp_path)
    folder = tmp_path / "packages" / "tool-scons"
    meta = json.loads((folder / ".piopm").read_text())
    assert meta["spec"]["owner"] == "platformio"
    assert scons_requirement() == f"~{meta['version']}"


def test_making_the_core_directory_again_changes_nothing(tmp_path: Path) -> None:
    make_core(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    make_core(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_without_scons_the_way_to_get_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ForgeError) as caught:
        make_core(tmp_path)
    assert "pip install scons" in caught.value.hint


def test_an_owners_platformio_settings_do_not_reach_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATFORMIO_BUILD_FLAGS", "-DODD")
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", "/owners")
    assert "PLATFORMIO_BUILD_FLAGS" not in environment(tmp_path)
    assert environment(tmp_path)["PLATFORMIO_CORE_DIR"] == str(tmp_path)
    assert environment(None)["PLATFORMIO_CORE_DIR"] == "/owners"
    assert owners_core() == Path("/owners")


def test_no_compiler_at_all_is_told_with_the_way_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ForgeError, match="no C\\+\\+ compiler") as caught:
        host_compiler()
    assert "apt install g++" in caught.value.hint


def test_a_cxx_that_does_not_exist_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler -O2")
    with pytest.raises(ForgeError, match="no-such-compiler"):
        host_compiler()


def test_cxx_then_gcc_then_clang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    for name in ("clang++", "g++", "mine++"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        if name != "mine++":
            assert host_compiler() == name
    monkeypatch.setenv("CXX", "mine++ -m64")
    assert host_compiler() == "mine++ -m64"


def test_one_build_at_a_time(tmp_path: Path) -> None:
    order: list[str] = []
    waiting, inside = threading.Event(), threading.Event()

    def second() -> None:
        inside.wait(30)
        with locked(tmp_path, waiting.set):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with locked(tmp_path):
        inside.set()
        assert waiting.wait(30), "the second is told that it waits"
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]


def test_a_failed_build_lets_go_of_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        raise ZeroDivisionError
    with locked(tmp_path, lambda: pytest.fail("nobody has it")):
        pass


def test_a_folder_that_cannot_be_is_a_plain_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ForgeError, match="cannot use"), locked(tmp_path / "file" / "work"):
        pass


def test_an_error_inside_is_passed_on_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(tmp_path):
        raise FileNotFoundError
