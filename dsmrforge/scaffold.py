"""A new project's files: the settings with comments, the secrets, .gitignore.

All files are made in memory and checked before the first is written, and they are put in place
together: a failure leaves the folder as it was.
"""

from __future__ import annotations

import json
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import get_args

from dsmrforge.boards import load_boards
from dsmrforge.config.loader import (
    NEW_PROJECT,
    NEW_SECRETS,
    SECRETS,
    SETTINGS,
    secret_names,
    validate,
)
from dsmrforge.config.mistakes import Mistake, SettingsError, quoted
from dsmrforge.config.model import P1, Profile, is_host_name, listed, wants
from dsmrforge.config.toml_file import TomlFile, name_of, parse_toml, read_toml
from dsmrforge.errors import ForgeError
from dsmrforge.put_files import cannot_write, put_files

IGNORED = (SECRETS, ".dsmrforge/", "dist/")
"""What has no place in a repository: passwords, the build's own files, and its results."""

# without i, l, o, 0 and 1: a person types these into a telephone beside the meter
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4  # 31^16: 79 bits

_SETTINGS = Template("""\
# The settings of one logger. `dsmrforge config check` says what is wrong in them;
# `dsmrforge config show` prints them with everything that is left out here.

[device]
name = $name  # host name, access point and mDNS: http://$host.local/
board = $board  # esp01 (black, LED on GPIO1), esp01s (LED on GPIO2), host (simulator)

[p1]
version = "auto"       # auto, 2, 3 (9600 7E1) or 4, 5 (115200 8N1)
inverter = "hardware"  # hardware: a transistor inverts the signal; uart: the chip does
# request_pin = 0      # GPIO of the port's data request; left out: its pin 2 is tied to 5 V
profiles = $profiles  # whose fields it knows: nl, be, lu, se, lt, hu

[wifi]
# The access point that the logger opens when it finds no Wi-Fi, for you to choose one.
portal_password = { secret = $portal_secret }  # its value is in secrets.toml
portal_seconds = 180

[web]
port = 80  # the web page and the REST interface

[filesystem]
type = "spiffs"  # or littlefs
size = "128K"    # 64K, 128K, 144K, 160K, 192K, 256K or 512K; the rest is for the program

[ota]
# Updates through the network. A logger takes one only with the password that it was built with.
password = { secret = $ota_secret }  # its value is in secrets.toml
""")

_SECRETS_HEAD = """\
# The passwords of this project's logger. Keep this file: without ota_password the logger takes
# no update through the network. Git ignores it.
"""


@dataclass(frozen=True)
class Written:
    """What was written: names within ``project``, in the order of writing."""

    project: Path
    files: tuple[str, ...]


def password() -> str:
    """A new random password that can be read out and typed: ``h3kq-9wmt-x7rd-p2vc``."""
    return "-".join(
        "".join(random.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS)
    )


def new_project(
    folder: Path, *, board: str, name: str, country: str | None = None, force: bool = False
) -> Written:
    """Write a new project into ``folder``, which is made if it is not there.

    ``country`` chooses the meters' profile; None or "any": the usual ones. Settings that exist are
    replaced only with ``force``. Secrets that exist keep their values in any case: there may be a
    logger that has them. ForgeError when something is in the way; nothing is changed then.
    """
    refuse_answers(board, name, country)
    settings_path = folder / SETTINGS
    if settings_path.is_symlink() or settings_path.exists():
        if settings_path.is_dir():
            raise ForgeError(
                f"{name_of(settings_path)} is a directory", "move it, or choose another folder"
            )
        if not force:
            raise ForgeError(
                f"{name_of(settings_path)} is there already",
                "--force replaces it and keeps the passwords; --secrets adds missing passwords",
                exit_code=2,
            )
    names = _names_in_use(settings_path)
    text = _SETTINGS.substitute(
        name=json.dumps(name),
        host=name,
        board=json.dumps(board),
        profiles=json.dumps(P1().profiles if country in (None, "any") else [country]),
        portal_secret=json.dumps(names.get("wifi", "portal_password")),
        ota_secret=json.dumps(names.get("ota", "ota_password")),
    )
    settings = parse_toml(name_of(settings_path), text.encode())
    files = {SETTINGS: text, **_with_secrets(folder, settings)}
    secrets_path = folder / SECRETS
    validate(
        settings,
        parse_toml(name_of(secrets_path), files[SECRETS].encode())
        if SECRETS in files
        else read_toml(secrets_path, NEW_SECRETS),
        name_of(secrets_path),
    )
    return _write(folder, files)


def add_secrets(folder: Path) -> Written:
    """Add the secrets that the settings in ``folder`` need and that are not there.

    A broker's password is not ours to make up: that is left for the owner.
    """
    settings = read_toml(folder / SETTINGS, NEW_PROJECT)
    return _write(folder, _with_secrets(folder, settings))


def refuse_answers(
    board: str = "esp01", name: str = "esp01-dsmr", country: str | None = None
) -> None:
    """SettingsError when an answer of the owner's would make wrong settings.

    ``country`` None or "any": the usual ones.
    """
    countries = (*get_args(Profile), "any")
    mistakes = []
    if not is_host_name(name):
        mistakes.append(Mistake("--name", None, "", quoted(name), wants("device", "name")))
    if board not in load_boards():
        mistakes.append(Mistake("--board", None, "", quoted(board), wants("device", "board")))
    if country not in (None, *countries):
        mistakes.append(Mistake("--country", None, "", quoted(str(country)), listed(countries)))
    if mistakes:
        raise SettingsError(mistakes, "give it again; `dsmrforge init --help` has examples")


def _names_in_use(settings: Path) -> dict[str, str]:
    """The names of the secrets that settings about to be replaced use, by section."""
    try:
        found = secret_names(read_toml(settings, NEW_PROJECT))
    except SettingsError:
        return {}
    return {section: name for (section, _), (name, _) in found.items() if name.isprintable()}


def _with_secrets(folder: Path, settings: TomlFile) -> dict[str, str]:
    """secrets.toml with what it holds and what it lacks; nothing when it lacks nothing."""
    path = folder / SECRETS
    old = read_toml(path, NEW_SECRETS) if path.is_symlink() or path.exists() else None
    have = old.data if old else {}
    wanted = dict.fromkeys(name for name, use in secret_names(settings).values() if use.default)
    added = "".join(
        f"{name if _bare(name) else json.dumps(name)} = {json.dumps(password())}\n"
        for name in wanted
        if name not in have
    )
    if not added:
        return {}
    if old is None:
        return {SECRETS: _SECRETS_HEAD + added}
    if any(isinstance(value, dict) for value in have.values()):
        return {SECRETS: added + old.text}  # below a [section] they would belong to it
    gap = "\n" if old.text and not old.text.endswith("\n") else ""
    return {SECRETS: old.text + gap + added}


def _write(folder: Path, files: dict[str, str]) -> Written:
    """Write ``files``, and .gitignore when it lacks a line."""
    contents = {name: text.encode() for name, text in files.items()}
    ignore = _ignore(folder / ".gitignore")
    if ignore is not None:
        contents[".gitignore"] = ignore
    put_files(folder, contents, private={SECRETS})
    return Written(folder, tuple(contents))


def _bare(name: str) -> bool:
    return name.isascii() and name.replace("_", "").replace("-", "").isalnum()


def _ignore(path: Path) -> bytes | None:
    """The contents of .gitignore with our lines, None when it has them all."""
    try:
        old = path.read_bytes()
    except FileNotFoundError:
        old = b""
    except OSError as error:
        raise cannot_write(path, error) from error
    end = b"\r\n" if b"\r\n" in old else b"\n"
    have = {line.strip().lstrip(b"/").rstrip(b"/") for line in old.splitlines()}
    missing = [line.encode() for line in IGNORED if line.rstrip("/").encode() not in have]
    if not missing:
        return None
    gap = end if old and not old.endswith(b"\n") else b""
    return old + gap + b"".join(line + end for line in missing)
