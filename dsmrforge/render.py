"""Templates + settings + catalogue -> a PlatformIO project.

A file is written only when its content changes, so that the next build recompiles only what
includes it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from dsmrforge.boards import Board
from dsmrforge.config import Config
from dsmrforge.errors import ForgeError
from dsmrforge.fields import Catalogue
from dsmrforge.image.flashmap import Layout, layout_for
from dsmrforge.resources import data_folder

MANIFEST = ".rendered.json"
"""In the destination: the names of the files that were put there; only those are ever removed."""
BUILD_HEADER = "include/build.h"
SECRET_FILES = frozenset({"include/secrets.h"})
"""Written with mode 600."""
_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\?')
# Slow on purpose: the id is public, and must not serve to try out passwords against.
_ID_ROUNDS = 50_000


@dataclass(frozen=True)
class RenderResult:
    """Names of files relative to the destination, with ``/``, sorted; and the build's id."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    build_id: str


def c_literal(value: str) -> str:
    """``value`` as a C and C++ string literal, with its quotes, in UTF-8.

    Everything but plain ASCII becomes three octal digits: unlike a hexadecimal escape they do
    not swallow what follows. The question mark is escaped because of trigraphs.
    """
    octets = value.encode("utf-8")
    return '"' + "".join(chr(b) if b in _PLAIN else f"\\{b:03o}" for b in octets) + '"'


def render(
    config: Config,
    board: Board,
    catalogue: Catalogue,
    destination: Path,
    *,
    version: str,
    templates: Path | None = None,
) -> RenderResult:
    """Bring the PlatformIO project in ``destination`` up to date.

    ``catalogue`` is the whole one; the settings' profiles select from it. ``version`` is
    dsmrforge's. ForgeError when the destination cannot be written or a template is broken.
    """
    root = templates or data_folder("templates") / "firmware"
    layout: Layout | None = None
    if board.platform != "host":
        layout = layout_for(config.filesystem.size)
    values = {
        "config": config,
        "board": board,
        "layout": layout,
        "catalogue": catalogue.select(config.p1.profiles),
        "version": version,
    }
    environment = _environment(root)
    names = _template_files(root)
    if BUILD_HEADER in names:
        last = names.pop(BUILD_HEADER)
        files = {name: _content(environment, root, names[name], values) for name in names}
        build_id = _build_id(files)
        values["build_id"] = build_id
        files[BUILD_HEADER] = _content(environment, root, last, values)
    else:
        files = {name: _content(environment, root, names[name], values) for name in names}
        build_id = _build_id(files)
    return RenderResult(*sync_files(files, destination), build_id)


def render_web(
    config: Config,
    board: Board,
    catalogue: Catalogue,
    *,
    version: str,
    templates: Path | None = None,
) -> dict[str, bytes]:
    """The web page's files by name, the settings filled in."""
    root = templates or data_folder("templates") / "web"
    values = {
        "config": config,
        "board": board,
        "catalogue": catalogue.select(config.p1.profiles),
        "version": version,
    }
    environment = _environment(root)
    return {
        name: _content(environment, root, source, values)
        for name, source in _template_files(root).items()
    }


def sync_files(
    files: Mapping[str, bytes], destination: Path, manifest: Path | None = None
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Make ``destination`` hold these files; written, unchanged and removed names are returned.

    Files that an earlier call put there, and only those, are removed when they are no longer
    wanted: ``manifest`` (by default in the destination itself) keeps their names.
    """
    manifest = manifest or destination / MANIFEST
    written, unchanged, removed = [], [], []
    try:
        destination.mkdir(parents=True, exist_ok=True)
        before = _read_manifest(manifest)
        # Before anything is written: an interrupted run must not orphan a file.
        _write_manifest(manifest, before | set(files))
        for name in sorted(before - set(files)):  # first: a file may become a folder
            if _remove(destination, name):
                removed.append(name)
        for name, content in sorted(files.items()):
            if _same(destination / name, content):
                unchanged.append(name)
            else:
                write_beside(destination / name, content, 0o600 if name in SECRET_FILES else 0o666)
                written.append(name)
        _write_manifest(manifest, set(files))
    except OSError as error:
        raise ForgeError(
            f"cannot write {error.filename or destination}: {error.strerror or error}",
            "make room, or make the project's folder writable",
        ) from error
    return tuple(written), tuple(unchanged), tuple(removed)


def _environment(root: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(root),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        newline_sequence="\n",
        autoescape=False,  # C++ and ini; a template of HTML says `| e` itself
    )
    environment.filters["c"] = c_literal
    environment.filters["md5"] = lambda text: hashlib.md5(text.encode()).hexdigest()
    return environment


def _template_files(root: Path) -> dict[str, str]:
    """Name in the project -> name among the templates, sorted; both with ``/``."""
    if not root.is_dir():
        raise ForgeError(f"no templates in {root}", "install dsmrforge again: files are missing")
    found = {}
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_file() and "__pycache__" not in name and not path.name.startswith("."):
            found[name.removesuffix(".j2")] = name
    return dict(sorted(found.items()))


def _content(environment: Environment, root: Path, source: str, values: dict[str, Any]) -> bytes:
    if not source.endswith(".j2"):
        return (root / source).read_bytes()
    try:
        return environment.get_template(source).render(values).encode("utf-8")
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"{root / source}:{line}" if line else str(root / source)
        raise ForgeError(
            f"{where}: this template cannot be rendered: {error}",
            "undo the change to it, or install dsmrforge again",
        ) from error


def _build_id(files: Mapping[str, bytes]) -> str:
    """Ten hex digits: the same for the same files."""
    public, secret = hashlib.sha256(), hashlib.sha256()
    for name, content in sorted(files.items()):
        digest = secret if name in SECRET_FILES else public
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    key = hashlib.pbkdf2_hmac("sha256", secret.digest(), public.digest(), _ID_ROUNDS)
    return key.hex()[:10]


def _same(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def write_beside(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Replace ``path`` in one step: written beside, then renamed.

    ``mode``: POSIX permissions before the umask.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _remove(destination: Path, name: str) -> bool:
    path = destination / name
    if not path.is_file():
        return False
    path.unlink()
    for parent in path.parents:
        if parent == destination or any(parent.iterdir()):
            break
        parent.rmdir()
    return True


def _read_manifest(manifest: Path) -> set[str]:
    try:
        names = json.loads(manifest.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return set()
    if not isinstance(names, list):
        return set()
    return {name for name in names if isinstance(name, str) and _is_inside(name)}


def _is_inside(name: str) -> bool:
    pure = PurePosixPath(name)
    return not pure.is_absolute() and ".." not in pure.parts and ":" not in name


def _write_manifest(manifest: Path, names: set[str]) -> None:
    content = (json.dumps(sorted(names), indent=0) + "\n").encode()
    if not _same(manifest, content):
        write_beside(manifest, content)
