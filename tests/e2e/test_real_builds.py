"""Real builds: PlatformIO, SCons and this computer's compiler, on a firmware of three files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dsmrforge import render
from dsmrforge.build import BuildResult, HostProgram, build, build_host
from dsmrforge.config import default_config
from dsmrforge.errors import ForgeError
from dsmrforge.platformio.output import Event, Kind
from dsmrforge.resources import data_folder

MAIN = """\
#include <stdio.h>
#include "config.h"
const char* build_id();
int other();
int main() { printf("%s %s %d\\n", HOST_NAME, build_id(), other()); }
"""
BUILD_INFO = '#include "build.h"\nconst char* build_id() { return BUILD_ID; }\n'


@dataclass
class Project:
    """A project whose firmware is the three small files in ``source``."""

    folder: Path
    source: Path
    events: list[Event] = field(default_factory=list)

    def build(self, name: str = "kast", clean: bool = False) -> BuildResult:
        self.events.clear()
        config = default_config("host", name)
        result = build(self.folder, config, clean=clean, on_event=self.events.append)
        compiled = tuple(event.file for event in self.events if event.kind is Kind.COMPILE)
        assert compiled == result.compiled
        return result

    @property
    def work(self) -> Path:
        return self.folder / ".dsmrforge" / "host"


def said_by(program: Path) -> str:
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    templates = tmp_path / "templates"
    shutil.copytree(
        data_folder("templates"), templates, ignore=shutil.ignore_patterns("src", "field*")
    )
    source = templates / "firmware" / "src"
    (source / "port" / "host").mkdir(parents=True)
    (source / "main.cpp").write_text(MAIN)
    (source / "build_info.cpp").write_text(BUILD_INFO)
    (source / "port" / "host" / "other.cpp").write_text("int other() { return 4; }\n")
    monkeypatch.setattr(render, "data_folder", lambda name: tmp_path / name)
    return Project(tmp_path / "project", source)


def test_only_what_a_change_concerns_is_compiled_again(project: Project) -> None:
    first = project.build()
    assert set(first.compiled) == {
        "src/main.cpp",
        "src/build_info.cpp",
        "src/port/host/other.cpp",
    }
    assert said_by(first.firmware) == f"kast {first.build_id} 4"

    again = project.build()
    assert again.compiled == ()
    assert Kind.LINK not in {event.kind for event in project.events}
    assert said_by(again.firmware) == f"kast {first.build_id} 4"

    renamed = project.build("zolder")
    assert set(renamed.compiled) == {"src/main.cpp", "src/build_info.cpp"}
    assert said_by(renamed.firmware) == f"zolder {renamed.build_id} 4"

    (project.source / "port" / "host" / "other.cpp").write_text("int other() { return 5; }\n")
    changed = project.build("zolder")
    assert set(changed.compiled) == {"src/port/host/other.cpp", "src/build_info.cpp"}
    assert said_by(changed.firmware).endswith(" 5")

    (project.source / "port" / "host" / "other.cpp").unlink()
    (project.source / "more.cpp").write_text("int other() { return 6; }\n")
    moved = project.build("zolder")
    assert set(moved.compiled) == {"src/more.cpp", "src/build_info.cpp"}
    assert said_by(moved.firmware).endswith(" 6")

    assert len(project.build("zolder", clean=True).compiled) == 3


def test_dist_of_the_host_holds_the_program_itself(project: Project) -> None:
    result = project.build()
    manifest = json.loads((result.folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {"firmware.bin", "firmware.bin.gz", "filesystem.bin"}
    assert manifest["board"] == "host"
    assert result.budget.ota is None
    assert os.access(result.firmware, os.X_OK)


def test_a_compilers_error_is_shown_with_file_and_line_and_dist_stays(project: Project) -> None:
    good = project.build()
    (project.source / "main.cpp").write_text(MAIN + "int x = qqqqqq;\nint y = zzzzzz;\n")
    with pytest.raises(ForgeError) as caught:
        project.build()
    assert caught.value.message.splitlines() == [
        "the firmware does not compile: 2 errors",
        "  src/main.cpp:6:9: error: 'qqqqqq' was not declared in this scope",
        "  src/main.cpp:7:9: error: 'zzzzzz' was not declared in this scope",
    ]
    log = project.work / "build.log"
    assert str(log) in caught.value.hint
    assert "qqqqqq" in log.read_text()
    assert said_by(good.firmware) == f"kast {good.build_id} 4"


def test_what_the_linker_misses_is_shown(project: Project) -> None:
    (project.source / "port" / "host" / "other.cpp").unlink()
    with pytest.raises(ForgeError, match="undefined reference to `other\\(\\)'") as caught:
        project.build()
    assert "main.cpp" in caught.value.message
    assert len(caught.value.message.splitlines()) == 2


def test_a_warning_is_shown_and_does_not_fail_the_build(project: Project) -> None:
    (project.source / "main.cpp").write_text(MAIN.replace("int main() {", "int main() { int u;"))
    (warning,) = project.build().warnings
    assert (warning.file, warning.line) == ("src/main.cpp", 5)
    assert "unused variable" in warning.text


def test_an_interrupted_build_ends_its_compilers_and_the_next_one_is_right(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.build("one")
    pid_file, done, slow = tmp_path / "pid", tmp_path / "done", tmp_path / "slow++"
    # The build's id is compiled for real; the next file hangs once that is done.
    slow.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *build_info.cpp*) g++ "$@"; touch {done}; exit;; esac\n'
        f"while [ ! -e {done} ]; do sleep 0.02; done\n"
        f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600\n"
    )
    slow.chmod(0o755)
    monkeypatch.setenv("CXX", str(slow))

    def interrupt(event: Event) -> None:
        if event.file == "src/main.cpp":
            wait_for(pid_file.exists)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(project.folder, default_config("host", "two"), on_event=interrupt)
    pid = int(pid_file.read_text())
    wait_for(lambda: not alive(pid))

    monkeypatch.delenv("CXX")
    after = project.build("one")
    assert said_by(after.firmware) == f"one {after.build_id} 4"


def wait_for(condition: object) -> None:
    assert callable(condition)
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_the_host_needs_no_network_at_all(tmp_path: Path) -> None:
    """In a network namespace without any interface, and with an empty home directory."""
    script = (
        "import pathlib, sys\n"
        "from dsmrforge.build import build\n"
        "from dsmrforge.config import default_config\n"
        "print(build(pathlib.Path(sys.argv[1]), default_config('host')).firmware)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "project")]
    alone = ["unshare", "--net", "--map-root-user"]
    if shutil.which("unshare") and not subprocess.run([*alone, "true"], check=False).returncode:
        command = [*alone, *command]
    else:  # no such thing here: at least no proxy that works
        nowhere = "http://127.0.0.1:9"
        command = ["env", f"HTTPS_PROXY={nowhere}", f"HTTP_PROXY={nowhere}", *command]
    root = Path(render.__file__).parents[1]
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(root)}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_file()
    assert {path.name for path in tmp_path.iterdir()} == {"project"}, "nothing is left outside"


def test_the_logger_itself_builds_under_sanitizers(built_host: HostProgram) -> None:
    assert "src/main.cpp" in built_host.compiled
    assert not [name for name in built_host.compiled if "port/esp8266" in name]
    assert (built_host.files / "index.html.gz").is_file()
    assert b"__asan_init" in built_host.program.read_bytes()


def test_decode_is_the_parser_and_nothing_of_the_logger(tmp_path: Path) -> None:
    built = build_host(tmp_path / "work", default_config(), program="decode")
    folders = {name.rpartition("/")[0] for name in built.compiled}
    assert folders == {"src/p1", "src/port/decode"}
    assert built.program.is_file()
