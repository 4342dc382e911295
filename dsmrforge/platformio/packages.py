"""What a build for the chip needs from PlatformIO: from a folder, from before, or by network."""

from __future__ import annotations

import configparser
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dsmrforge.errors import ForgeError
from dsmrforge.platformio.core import environment, make_core, owners_core, scons_requirement
from dsmrforge.render import write_beside

REGISTRY = "https://api.registry.platformio.org/v3/packages/platformio/platform/espressif8266"
REGISTRY_SECONDS = 2.5
_ANSWER_SECONDS = 3.0  # a name server that says nothing knows no time-out
INI = ".pio/packages.ini"
"""Where the rendered platformio.ini looks for the places of packages (`extra_configs`)."""
CORE = ".pio/core"
_MANIFESTS = ("platform.json", "library.json", "package.json")
# In an ini file of PlatformIO's: ends of an item, comments, references, a version.
_NOT_IN_PATH = (",", ";", "#", "${", "@", "\n", "\r", "\t", "  ")
FRAMEWORK, TOOLCHAIN = "framework-arduinoespressif8266", "toolchain-xtensa"


@dataclass(frozen=True)
class Package:
    """One package in a folder."""

    name: str
    version: str
    path: Path


@dataclass(frozen=True)
class Pins:
    """The versions that the rendered platformio.ini asks for."""

    platform: str
    platform_version: str
    libraries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Prepared:
    """The process environment for PlatformIO, and what an owner should know."""

    environment: dict[str, str]
    notes: tuple[str, ...] = ()


def prepare_host(project: Path) -> Prepared:
    """Everything for the host: PlatformIO's engine, and nothing to fetch."""
    (project / INI).unlink(missing_ok=True)
    make_core(project / CORE)
    return Prepared(environment(project / CORE))


def prepare_chip(project: Path, name: str, packages: Path | None) -> Prepared:
    """Everything for the environment ``name`` of a chip; ``packages``: see :func:`from_folder`.

    Without it, PlatformIO fetches what the owner's own core directory lacks. ForgeError, within
    seconds, when something lacks and the registry cannot be reached.
    """
    pins = read_pins(project, name)
    if packages is not None:
        return from_folder(project, name, pins, packages)
    (project / INI).unlink(missing_ok=True)
    missing = missing_from(owners_core(), project / ".pio" / "libdeps" / name, pins)
    if missing and not registry_reachable():
        raise ForgeError(
            f"building for {name} needs packages that are not on this computer: "
            f"{', '.join(missing)}; and PlatformIO's registry, where they come from, "
            "cannot be reached",
            "connect to the internet (they are fetched once), or give --packages DIR: "
            "a PlatformIO core directory with platforms/, packages/ and lib/",
        )
    return Prepared(environment(None))


def read_pins(project: Path, name: str) -> Pins:
    """What the environment ``name`` of the rendered platformio.ini asks for, by exact version."""
    ini = configparser.ConfigParser(interpolation=None)
    ini.read(project / "platformio.ini", encoding="utf-8")
    section = ini[f"env:{name}"]
    platform, _, version = section["platform"].partition("@")
    libraries = []
    for spec in section.get("lib_deps", "").split():
        library, _, wanted = spec.rpartition("/")[2].partition("@")
        libraries.append((library, wanted))
    return Pins(platform, version, tuple(libraries))


def from_folder(project: Path, name: str, pins: Pins, folder: Path) -> Prepared:
    """Use the PlatformIO core directory ``folder`` as it is: nothing is fetched or written there.

    Other versions than the pinned ones are used, and noted. ForgeError lists what is missing.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise ForgeError(
            f"--packages {folder}: there is no such folder",
            "give a PlatformIO core directory, with platforms/, packages/ and lib/",
            exit_code=2,
        )
    if any(sign in str(folder) for sign in _NOT_IN_PATH):
        raise ForgeError(
            f"--packages {folder}: PlatformIO cannot use a folder of this name",
            "rename it, so that its path has no comma, semicolon, #, @, $ or double space",
            exit_code=2,
        )
    platform = _pick(folder / "platforms", pins.platform, pins.platform_version)
    libraries = [_pick(folder / "lib", library, version) for library, version in pins.libraries]
    wanted = _requirements(platform)
    found = {package: _pick(folder / "packages", package, "") for package in wanted}
    missing = [] if platform else [f"platforms/{pins.platform}"]
    missing += [f"packages/{package}" for package in (FRAMEWORK, TOOLCHAIN) if not found[package]]
    missing += [
        f"lib/{library}"
        for (library, _), there in zip(pins.libraries, libraries, strict=True)
        if not there
    ]
    if platform is None or missing:
        raise ForgeError(
            f"--packages {folder} lacks {', '.join(missing)}",
            "copy it there from another computer's PlatformIO core directory (~/.platformio), "
            "or leave --packages out and let PlatformIO fetch what it needs",
        )
    # The uploaders are required by the platform, and used by no build.
    stubs = {name: _satisfying(wanted[name]) for name, there in found.items() if not there}
    make_core(project / CORE, stubs)
    used = [package for package in found.values() if package]
    lines = [f"[env:{name}]", f"platform = symlink://{platform.path.as_posix()}"]
    lines += ["platform_packages ="]
    lines += [f"  {package.name}@symlink://{package.path.as_posix()}" for package in used]
    # Without an owner in their names PlatformIO looks for libraries in folders only.
    lines += ["lib_deps =", *(f"  {library}" for library, _ in pins.libraries)]
    content = ("\n".join(lines) + "\n").encode()
    if not (project / INI).is_file() or (project / INI).read_bytes() != content:
        write_beside(project / INI, content)
    variables = environment(project / CORE)
    variables["PLATFORMIO_GLOBALLIB_DIR"] = str(folder / "lib")
    variables["PYTHONDONTWRITEBYTECODE"] = "1"  # the folder is somebody's
    # Should anything look for the network all the same: there is none, and that is known at once.
    variables |= dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    variables |= dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), "http://127.0.0.1:9")
    variables |= {"NO_PROXY": "", "no_proxy": ""}
    return Prepared(variables, tuple(_differences(pins, platform, libraries, wanted, used)))


def missing_from(core: Path, libdeps: Path, pins: Pins) -> list[str]:
    """What PlatformIO would have to fetch into ``core`` and ``libdeps``, for people to read."""
    platform = next(
        (
            package
            for package in _packages(core / "platforms", pins.platform)
            if package.version == pins.platform_version
        ),
        None,
    )
    missing = [] if platform else [f"platform {pins.platform} {pins.platform_version}"]
    for name, requirement in {
        **_requirements(platform),
        "tool-scons": scons_requirement(),
    }.items():
        there = _packages(core / "packages", name)
        if not any(_meets(package.version, requirement) for package in there):
            missing.append(name)
    for library, version in pins.libraries:
        if version not in [package.version for package in _packages(libdeps, library)]:
            missing.append(f"library {library} {version}")
    return missing


def registry_reachable(url: str | None = None) -> bool:
    """Whether PlatformIO's registry answers, known after at most a few seconds."""
    answer: list[bool] = []
    thread = threading.Thread(target=lambda: answer.append(_ask(url or REGISTRY)), daemon=True)
    thread.start()
    thread.join(_ANSWER_SECONDS)
    return bool(answer and answer[0])


def _ask(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=REGISTRY_SECONDS):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except urllib.error.URLError as error:
        # There is a server; PlatformIO brings certificates of its own.
        return isinstance(error.reason, ssl.SSLCertVerificationError)
    except (OSError, ValueError):
        return False


def _packages(folder: Path, name: str) -> Iterator[Package]:
    """The packages called ``name`` in ``folder``, whatever their folders are called."""
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.split("@")[0] == name and path.is_dir():
            manifest = _manifest(path)
            if manifest.get("name") == name:
                yield Package(name, str(manifest.get("version", "")), path)


def _manifest(path: Path) -> dict[str, Any]:
    for name in _MANIFESTS:
        try:
            content = json.loads((path / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            return content
    return {}


def _pick(folder: Path, name: str, version: str) -> Package | None:
    """The package of that version, or else the first one, which bears the plain name."""
    found = list(_packages(folder, name))
    exact = [package for package in found if package.version == version]
    return next(iter(exact or found), None)


def _requirements(platform: Package | None) -> dict[str, str]:
    """Name -> version requirement of what a build on the Arduino core needs, by platform.json."""
    table = _manifest(platform.path).get("packages", {}) if platform else {}
    wanted = {FRAMEWORK: "*", TOOLCHAIN: "*"}
    for name, options in table.items():
        if name in wanted or not options.get("optional"):
            wanted[name] = str(options.get("version", "*"))
    return wanted


def _meets(version: str, requirement: str) -> bool:
    # PlatformIO's own way of comparing, and one of its dependencies
    import semantic_version  # type: ignore[import-untyped]

    try:
        return semantic_version.Version(version) in semantic_version.SimpleSpec(requirement)
    except ValueError:
        return False


def _satisfying(requirement: str) -> str:
    """A version that meets ``requirement``: 1.30000.0 for ``~1.30000.0``, 0.0.1 for ``<2``."""
    base = requirement.lstrip("~^=> ")
    return base if _meets(base, requirement) else "0.0.1"


def _differences(
    pins: Pins,
    platform: Package,
    libraries: list[Package | None],
    wanted: dict[str, str],
    used: list[Package],
) -> Iterator[str]:
    text = "--packages has {} {}, this version of dsmrforge was made for {}"
    if platform.version != pins.platform_version:
        yield text.format(platform.name, platform.version, pins.platform_version)
    for package in used:
        requirement = wanted[package.name]
        if not _meets(package.version, requirement):
            yield text.format(package.name, package.version, requirement)
    for library, (_, version) in zip(libraries, pins.libraries, strict=True):
        if library and library.version != version:
            yield text.format(library.name, library.version, version)
