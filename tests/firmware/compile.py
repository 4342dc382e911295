"""Compiles the firmware for tests: once per content, at most two compilers at a time.

Objects are kept in build/firmware-tests, named by what went into them, so a second run compiles
only what changed.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

from dsmrforge.boards import load_boards
from dsmrforge.config import default_config
from dsmrforge.fields import load_catalogue
from dsmrforge.render import render

ROOT = Path(__file__).resolve().parents[2]
TESTS = Path(__file__).resolve().parent
CACHE = ROOT / "build" / "firmware-tests"
COMPILER = "g++"
FLAGS = (
    "-std=gnu++17",
    "-fno-exceptions",
    "-fno-rtti",
    "-Wall",
    "-Wextra",
    "-Wshadow",
    "-Werror",
    "-O1",
    "-g",
    "-fno-omit-frame-pointer",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
)


@lru_cache
def project() -> Path:
    """The PlatformIO project for this computer, rendered from the default settings."""
    folder = CACHE / "project"
    config = default_config(board="host")
    render(config, load_boards()["host"], load_catalogue(), folder, version="0.0.1")
    return folder


def portable_sources() -> list[Path]:
    """Every source of the firmware that is outside the ports, main.cpp apart."""
    source = project() / "src"
    files = source.rglob("*.cpp")
    return sorted(f for f in files if "port" not in f.parts and f.name != "main.cpp")


@lru_cache
def _headers_key(compiler: str) -> str:
    digest = hashlib.sha256()
    folders = [project() / "src", project() / "include", TESTS]
    for header in sorted(h for folder in folders for h in folder.rglob("*.h")):
        digest.update(header.name.encode() + header.read_bytes())
    version = subprocess.run([compiler, "--version"], capture_output=True, check=True)
    return hashlib.sha256(digest.digest() + version.stdout).hexdigest()


def _object(source: Path, flags: Sequence[str], compiler: str) -> Path:
    parts = [_headers_key(compiler), str(source), *flags]
    key = hashlib.sha256("\0".join(parts).encode())
    key.update(source.read_bytes())
    target = CACHE / "objects" / f"{source.stem}-{key.hexdigest()[:20]}.o"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_suffix(f".{id(source)}.part")
        include = ["-I", str(project() / "include"), "-I", str(project() / "src")]
        command = [compiler, *flags, *include, "-I", str(TESTS), "-c", str(source)]
        result = subprocess.run([*command, "-o", str(part)], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        part.replace(target)
    return target


def program(
    name: str,
    sources: Iterable[Path],
    flags: Sequence[str] = FLAGS,
    *,
    compiler: str = COMPILER,
    link: Sequence[str] = (),
) -> Path:
    """Compiles and links ``sources``; returns the program. A compiler's error fails the test."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        objects = list(pool.map(lambda source: _object(source, flags, compiler), sources))
    key = hashlib.sha256("\0".join(o.name for o in objects).encode()).hexdigest()[:12]
    target = CACHE / f"{name}-{key}"
    if not target.exists():
        command = [compiler, *flags, *map(str, objects), *link, "-o", f"{target}.part"]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        Path(f"{target}.part").replace(target)
    return target


def test_program(source: Path) -> Path:
    """The tests in ``source`` with all portable code, under AddressSanitizer and UBSan."""
    return program(source.stem, [source, TESTS / "check_main.cpp", *portable_sources()])


def check_report(result: subprocess.CompletedProcess[str]) -> None:
    """Fails unless a test program ran at least one test, and all of them passed."""
    report = result.stdout + result.stderr
    assert result.returncode == 0, report
    counts = re.search(r"^(\d+) passed, 0 failed\r?$", result.stdout, re.MULTILINE)
    assert counts and int(counts[1]) > 0, report


test_program.__test__ = False  # type: ignore[attr-defined]  # pytest: a helper, not a test
