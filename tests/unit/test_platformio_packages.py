"""Where PlatformIO's packages come from: a folder, what is installed, or the registry."""

from __future__ import annotations

import configparser
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.platformio import packages
from dsmrforge.platformio.core import scons_requirement
from dsmrforge.platformio.packages import prepare_chip, registry_reachable

INI = """\
[env:esp01]
platform = espressif8266@4.2.1
lib_deps = tzapu/WiFiManager@2.0.17
"""
PLATFORM = {
    "name": "espressif8266",
    "version": "4.2.1",
    "packages": {
        "toolchain-xtensa": {"version": "~2.100300.220621"},
        "framework-arduinoespressif8266": {"version": "~3.30102.0", "optional": True},
        "framework-esp8266-rtos-sdk": {"version": ">=1.5.0-beta", "optional": True},
        "tool-esptool": {"type": "uploader", "version": "<2"},
        "tool-esptoolpy": {"type": "uploader", "version": "~1.30000.0"},
    },
}


def put(folder: Path, manifest: str, **content: object) -> None:
    folder.mkdir(parents=True)
    (folder / manifest).write_text(json.dumps(content))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "platformio.ini").write_text(INI)
    return folder


@pytest.fixture
def core(tmp_path: Path) -> Path:
    folder = tmp_path / "core"
    framework = "framework-arduinoespressif8266"
    put(folder / "platforms" / "espressif8266", "platform.json", **PLATFORM)
    put(folder / "packages" / framework, "package.json", name=framework, version="3.30102.0")
    put(
        folder / "packages" / "toolchain-xtensa",
        "package.json",
        name="toolchain-xtensa",
        version="2.100300.220621",
    )
    put(folder / "lib" / "WiFiManager", "library.json", name="WiFiManager", version="2.0.17")
    return folder


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written_ini(project: Path) -> configparser.SectionProxy:
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(project / packages.INI)
    return ini["env:esp01"]


def test_a_core_directory_is_used_as_it_is(project: Path, core: Path) -> None:
    before = everything(core)
    prepared = prepare_chip(project, "esp01", core)
    section = written_ini(project)
    assert section["platform"] == f"symlink://{core.as_posix()}/platforms/espressif8266"
    assert section["platform_packages"].split() == [
        f"{name}@symlink://{core.as_posix()}/packages/{name}"
        for name in ("framework-arduinoespressif8266", "toolchain-xtensa")
    ]
    assert section["lib_deps"].strip() == "WiFiManager"  # without an owner: never fetched
    assert prepared.environment["PLATFORMIO_GLOBALLIB_DIR"] == str(core / "lib")
    assert prepared.environment["PLATFORMIO_CORE_DIR"].startswith(str(project.resolve()))
    assert prepared.notes == ()
    assert everything(core) == before


def test_uploaders_that_no_build_runs_are_made_up(project: Path, core: Path) -> None:
    prepare_chip(project, "esp01", core)
    made = {
        path.parent.name: json.loads(path.read_text())["version"]
        for path in (project / ".pio" / "core" / "packages").glob("*/package.json")
    }
    assert set(made) == {"tool-esptool", "tool-esptoolpy", "tool-scons"}
    assert made["tool-esptoolpy"] == "1.30000.0"
    assert made["tool-esptool"].startswith("0.")
    assert made["tool-scons"] == scons_requirement().lstrip("~")


def test_other_versions_are_used_and_noted(project: Path, core: Path) -> None:
    for path, version in (
        ("platforms/espressif8266/platform.json", "4.3.0"),
        ("packages/toolchain-xtensa/package.json", "5.0.0"),
        ("lib/WiFiManager/library.json", "2.0.18"),
    ):
        content = json.loads((core / path).read_text())
        (core / path).write_text(json.dumps({**content, "version": version}))
    assert prepare_chip(project, "esp01", core).notes == (
        "--packages has espressif8266 4.3.0, this version of dsmrforge was made for 4.2.1",
        "--packages has toolchain-xtensa 5.0.0, "
        "this version of dsmrforge was made for ~2.100300.220621",
        "--packages has WiFiManager 2.0.18, this version of dsmrforge was made for 2.0.17",
    )


def test_of_several_versions_the_wanted_one_is_taken(project: Path, core: Path) -> None:
    other = {**PLATFORM, "version": "3.0.0"}
    (core / "platforms" / "espressif8266").rename(core / "platforms" / "espressif8266@4.2.1")
    put(core / "platforms" / "espressif8266", "platform.json", **other)
    prepare_chip(project, "esp01", core)
    assert written_ini(project)["platform"].endswith("/espressif8266@4.2.1")


@pytest.mark.parametrize(
    "lacking",
    [
        "platforms/espressif8266",
        "packages/framework-arduinoespressif8266",
        "packages/toolchain-xtensa",
        "lib/WiFiManager",
    ],
)
def test_what_a_folder_lacks_is_named(project: Path, core: Path, lacking: str) -> None:
    (core / lacking).rename(core / "elsewhere")
    with pytest.raises(ForgeError) as caught:
        prepare_chip(project, "esp01", core)
    assert caught.value.message == f"--packages {core} lacks {lacking}"
    assert not (project / packages.INI).exists()


def test_a_folder_that_is_none_is_a_wrong_option(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="no such folder") as caught:
        prepare_chip(project, "esp01", tmp_path / "nowhere")
    assert caught.value.exit_code == 2


def test_a_folder_whose_name_platformio_would_misread_is_refused(project: Path, core: Path) -> None:
    odd = core.rename(core.with_name("core; old, too"))
    with pytest.raises(ForgeError, match="cannot use a folder of this name"):
        prepare_chip(project, "esp01", odd)


@pytest.fixture
def owners(core: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's own core directory, with all that a build needs."""
    version = scons_requirement().lstrip("~")
    put(core / "packages" / "tool-scons", "package.json", name="tool-scons", version=version)
    for name, version in (("tool-esptool", "1.413.0"), ("tool-esptoolpy", "1.30000.201119")):
        put(core / "packages" / name, "package.json", name=name, version=version)
    (project / ".pio" / "libdeps" / "esp01").mkdir(parents=True)
    (core / "lib" / "WiFiManager").rename(project / ".pio" / "libdeps" / "esp01" / "WiFiManager")
    monkeypatch.setenv("PLATFORMIO_CORE_DIR", str(core))
    monkeypatch.setattr(packages, "registry_reachable", lambda: False)
    return core


def test_with_everything_installed_no_network_is_needed(owners: Path, project: Path) -> None:
    prepared = prepare_chip(project, "esp01", None)
    assert prepared.environment["PLATFORMIO_CORE_DIR"] == str(owners)
    assert not (project / packages.INI).exists()


@pytest.mark.parametrize(
    ("gone", "named"),
    [
        ("core/platforms/espressif8266", "platform espressif8266 4.2.1"),
        ("core/packages/toolchain-xtensa", "toolchain-xtensa"),
        ("core/packages/framework-arduinoespressif8266", "framework-arduinoespressif8266"),
        ("core/packages/tool-esptoolpy", "tool-esptoolpy"),
        ("core/packages/tool-scons", "tool-scons"),
        ("project/.pio/libdeps/esp01/WiFiManager", "library WiFiManager 2.0.17"),
    ],
)
def test_without_a_network_the_build_says_what_is_missing_and_what_to_do(
    owners: Path, project: Path, tmp_path: Path, gone: str, named: str
) -> None:
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(ForgeError) as caught:
        prepare_chip(project, "esp01", None)
    assert named in caught.value.message
    assert "registry" in caught.value.message
    assert "connect to the internet" in caught.value.hint
    assert "--packages DIR" in caught.value.hint


def test_an_older_package_counts_as_missing(owners: Path, project: Path) -> None:
    manifest = owners / "packages" / "toolchain-xtensa" / "package.json"
    manifest.write_text('{"name": "toolchain-xtensa", "version": "1.40802.0"}')
    with pytest.raises(ForgeError, match="toolchain-xtensa"):
        prepare_chip(project, "esp01", None)


def test_with_a_network_platformio_may_fetch(
    owners: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (owners / "packages" / "toolchain-xtensa").rename(tmp_path / "elsewhere")
    monkeypatch.setattr(packages, "registry_reachable", lambda: True)
    assert prepare_chip(project, "esp01", None).environment["PLATFORMIO_CORE_DIR"] == str(owners)


@pytest.fixture
def registry() -> Iterator[str]:
    """A server that answers a GET of /N with status N."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "reachable"), [(200, True), (404, True), (500, False), (503, False)]
)
def test_a_registry_that_answers_is_reachable(
    registry: str, status: int, reachable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert registry_reachable(f"{registry}/{status}") is reachable


def test_a_closed_port_a_silent_server_and_nonsense_are_not_reachable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(packages, "REGISTRY_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not registry_reachable(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        closed = silent.getsockname()[1]
    assert not registry_reachable(f"http://127.0.0.1:{closed}/")
    assert not registry_reachable("nonsense")


def test_a_look_up_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(packages, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(packages, "_ask", lambda url: release.wait(60))
    assert not registry_reachable()
    release.set()
