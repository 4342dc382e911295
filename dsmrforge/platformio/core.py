"""A PlatformIO core directory of the project's own, which needs no registry.

PlatformIO looks for its build engine as the package ``tool-scons`` in the core directory; here
that is three small files which run SCons from PyPI. The directory belongs to one rendered
project, so two projects never wait for each other, and nothing is left outside the project.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
from pathlib import Path

from dsmrforge.errors import ForgeError
from dsmrforge.render import sync_files

_SCONS = "import SCons.Script\n\nSCons.Script.main()\n"
_ENVIRONMENT = {
    "PLATFORMIO_DISABLE_UPGRADE_CHECK": "true",
    "PLATFORMIO_SETTING_ENABLE_TELEMETRY": "no",
    "PLATFORMIO_SETTING_CHECK_PLATFORMIO_INTERVAL": "36500",
    "PLATFORMIO_SETTING_CHECK_PRUNE_SYSTEM_THRESHOLD": "0",
    "PLATFORMIO_DISABLE_PROGRESSBAR": "true",
    "PLATFORMIO_NO_ANSI": "true",
    "LC_ALL": "C",  # the compiler's messages are read
}


def package(name: str, version: str) -> dict[str, bytes]:
    """The two files that make a folder PlatformIO's own package of that name and version."""
    spec = {"owner": "platformio", "id": None, "name": name, "requirements": None, "uri": None}
    meta = {"type": "tool", "name": name, "version": version, "spec": spec}
    return {
        "package.json": json.dumps({"name": name, "version": version}).encode(),
        ".piopm": json.dumps(meta).encode(),
    }


def scons_requirement() -> str:
    """The version of ``tool-scons`` that the installed PlatformIO asks for, "~4.41101.0"."""
    import platformio  # type: ignore[import-untyped]

    try:
        from platformio.dependencies import (  # type: ignore[import-untyped]
            get_core_dependencies,
        )

        table = get_core_dependencies()
    except ImportError:  # PlatformIO before 6.1.19
        table = platformio.__core_packages__
    return str(table["tool-scons"])


def make_core(core: Path, stubs: dict[str, str] | None = None) -> None:
    """Bring the core directory ``core`` up to date.

    ``stubs``: name -> version of packages that PlatformIO insists on and that no build uses.
    """
    if importlib.util.find_spec("SCons") is None:
        raise ForgeError(
            "SCons, PlatformIO's build engine, is not installed", "python -m pip install scons"
        )
    # Whatever SCons pip installed is offered under the version that is asked for.
    version = re.sub(r"^[~^<>=\s]+", "", scons_requirement())
    files = {"tool-scons/scons.py": _SCONS.encode()}
    for name, wanted in {"tool-scons": version, **(stubs or {})}.items():
        for file, content in package(name, wanted).items():
            files[f"{name}/{file}"] = content
    sync_files(files, core / "packages")


def environment(core: Path | None) -> dict[str, str]:
    """The process environment to run PlatformIO in; ``core`` None: the owner's own directory."""
    kept = {
        name: value
        for name, value in os.environ.items()
        # an owner's settings for other projects would change this one's build
        if not name.startswith("PLATFORMIO_") or (core is None and name == "PLATFORMIO_CORE_DIR")
    }
    kept.update(_ENVIRONMENT)
    if core is not None:
        kept["PLATFORMIO_CORE_DIR"] = str(core)
    return kept


def owners_core() -> Path:
    """The PlatformIO core directory that the owner's other projects use."""
    return Path(os.environ.get("PLATFORMIO_CORE_DIR") or Path.home() / ".platformio").expanduser()


def host_compiler() -> str:
    """The compiler for this computer: $CXX, or what is on PATH. ForgeError when there is none."""
    named = os.environ.get("CXX", "")
    if named:
        words = shlex.split(named, posix=os.name == "posix")
        if words and shutil.which(words[0]):
            return named
        raise ForgeError(
            f"the compiler that CXX names, {named!r}, is not on this computer",
            "unset CXX, or let it name one that is",
        )
    for candidate in ("g++", "clang++"):
        if shutil.which(candidate):
            return candidate
    raise ForgeError(
        "there is no C++ compiler on this computer (looked for g++ and clang++)",
        "Debian, Ubuntu: apt install g++ · macOS: xcode-select --install · "
        "Windows: winget install -e --id MSYS2.MSYS2, then pacman -S mingw-w64-ucrt-x86_64-gcc",
    )
