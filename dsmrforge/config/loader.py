"""From two files to a Config, or to all that is wrong with them at once."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from dsmrforge.config.clashes import Broken, clashes
from dsmrforge.config.mistakes import Mistake, SettingsError, nearest, printable, quoted, shown
from dsmrforge.config.model import (
    NOT_YET,
    Config,
    SecretUse,
    listed,
    secret_fields,
    section_models,
    wants,
)
from dsmrforge.config.toml_file import TomlFile, name_of, read_toml

SETTINGS = "dsmrforge.toml"
SECRETS = "secrets.toml"
NEW_PROJECT = "`dsmrforge init` writes a new project; --project DIR takes one from elsewhere"
NEW_SECRETS = "`dsmrforge init --secrets` adds generated passwords, and keeps those that are there"


@dataclass(frozen=True)
class Loaded:
    """The settings, and what was found on the way.

    ``secrets`` has the name of each secret by section and key; ``warnings`` are whole lines.
    """

    config: Config
    secrets: dict[tuple[str, str], str]
    warnings: tuple[str, ...]


def load(project: Path) -> Config:
    """The settings of the project in that folder; SettingsError (exit status 2) otherwise."""
    return load_project(project).config


def load_project(project: Path) -> Loaded:
    """As ``load``, with the warnings and the secrets' names."""
    mistakes: list[Mistake] = []
    settings = secrets = None
    try:
        settings = read_toml(project / SETTINGS, NEW_PROJECT)
    except SettingsError as error:
        if not (project / SETTINGS).exists():
            raise
        mistakes += error.mistakes
    if (project / SECRETS).exists():
        try:
            secrets = read_toml(project / SECRETS, NEW_SECRETS)
        except SettingsError as error:
            mistakes += error.mistakes
    if settings is None or mistakes:
        raise SettingsError(mistakes)
    loaded = validate(settings, secrets, name_of(project / SECRETS))
    return Loaded(loaded.config, loaded.secrets, (*loaded.warnings, *_readable(project / SECRETS)))


def validate(settings: TomlFile, secrets: TomlFile | None, secrets_file: str = SECRETS) -> Loaded:
    """The Config that two files make. ``secrets`` None: there is no such file."""
    data, mistakes = _known(settings)
    names, missing, faults = _fill_secrets(settings, data, secrets, secrets_file)
    mistakes += [*missing, *faults]
    config: Config | None = None
    broken: Broken = set()
    try:
        config = Config.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            section, key, *index = fault["loc"]
            broken.add((str(section), str(key)))
            mistakes.append(_fault(settings, data, str(section), str(key), index))
    mistakes += clashes(settings, data, broken)
    if mistakes or config is None:
        # missing secrets alone have a command that mends them; a union tells a fault per member
        hint = NEW_SECRETS if len(mistakes) == len(missing) else ""
        raise SettingsError(dict.fromkeys(mistakes), hint)
    return Loaded(config, names, tuple(_left_out(settings)))


def secret_names(settings: TomlFile) -> dict[tuple[str, str], tuple[str, SecretUse]]:
    """Name and use of each secret that the settings ask for, by section and key.

    What is wrong in the settings is passed over.
    """
    data, _ = _known(settings)
    names: dict[tuple[str, str], tuple[str, SecretUse]] = {}
    for section, key, use in secret_fields():
        if section in data or Config.model_fields[section].is_required():
            name = _secret_name(data.get(section, {}).get(key), use)
            if name:
                names[section, key] = name, use
    return names


def _known(settings: TomlFile) -> tuple[dict[str, dict[str, Any]], list[Mistake]]:
    """The sections and keys that exist, and a mistake for each that does not."""
    models = section_models()
    mistakes: list[Mistake] = []
    data: dict[str, dict[str, Any]] = {}
    for name, section in settings.data.items():
        if name not in models:
            mistakes.append(_unknown_section(settings, name, section))
        elif not isinstance(section, dict):
            several = isinstance(section, list) and section and isinstance(section[0], dict)
            found = f"[[{name}]], a list" if several else shown(section)
            mistakes.append(
                settings.mistake((name,), found, f"a section: [{name}] on its own line")
            )
        else:
            known = models[name].model_fields
            data[name] = {key: value for key, value in section.items() if key in known}
            mistakes += [_unknown_key(settings, name, key) for key in section if key not in known]
    return data, mistakes


def _unknown_section(settings: TomlFile, name: str, value: object) -> Mistake:
    models = section_models()
    line = settings.places.line(name)
    if isinstance(value, dict):
        close = nearest(name, models)
        would_do = f"[{close}]" if close else listed([f"[{model}]" for model in models])
        return Mistake(
            settings.file, line, f"[{printable(name)}]", "a section that does not exist", would_do
        )
    homes = [model for model, fields in models.items() if name in fields.model_fields]
    would_do = f"the same below [{homes[0]}]" if homes else "no such line, or a section above it"
    return Mistake(settings.file, line, printable(name), "a key outside a section", would_do)


def _unknown_key(settings: TomlFile, section: str, key: str) -> Mistake:
    models = section_models()
    known = models[section].model_fields
    homes = [name for name, model in models.items() if key in model.model_fields]
    close = nearest(key, known)
    if close:
        would_do = close
    elif homes:
        would_do = f"the same below [{homes[0]}]"
    else:
        would_do = listed(list(known))
    return settings.mistake((section, key), "a key that does not exist", would_do)


def _fault(
    settings: TomlFile, data: dict[str, Any], section: str, key: str, index: list[int | str]
) -> Mistake:
    """A value that does not fit its field."""
    if key not in data[section]:  # only a key without a default is missed
        return settings.mistake((section,), f"no {key}", f"{key} = {wants(section, key)}")
    value = data[section][key]
    place: tuple[str | int, ...] = (section, key)
    if index and isinstance(value, list) and isinstance(index[0], int) and index[0] < len(value):
        place, value = (*place, index[0]), value[index[0]]
    would_do = wants(section, key)
    if isinstance(value, dict):
        value = f"{shown(value)} ({', '.join(printable(k) for k in value)})"
    else:
        value = shown(value)
    return settings.mistake(place, value, would_do)


def _secret_name(value: object, use: SecretUse) -> str | None:
    """The name in ``{ secret = "name" }``; the default's when nothing is written."""
    if value is None:
        return use.default
    if isinstance(value, dict) and list(value) == ["secret"]:
        name = value["secret"]
        return name if isinstance(name, str) and name else None
    return None


def _fill_secrets(
    settings: TomlFile,
    data: dict[str, dict[str, Any]],
    secrets: TomlFile | None,
    secrets_file: str,
) -> tuple[dict[tuple[str, str], str], list[Mistake], list[Mistake]]:
    """Put the secrets' values into ``data``; what cannot be used gets a stand-in.

    Returns the secrets' names, a mistake for each that is missing and could be generated, and all
    other mistakes.
    """
    taken = {name for name, _ in secret_names(settings).values()}
    spare = [name for name in secrets.data if name not in taken] if secrets else []
    names: dict[tuple[str, str], str] = {}
    missing: list[Mistake] = []
    mistakes: list[Mistake] = []
    for section, key, use in secret_fields():
        if section not in data and not Config.model_fields[section].is_required():
            continue
        written = data.get(section, {}).get(key)
        name = _secret_name(written, use)
        if written is None and name is None:
            continue  # mqtt without a password
        data.setdefault(section, {})[key] = SecretStr("x" * use.least)
        if name is None:
            mistakes.append(_not_a_secret(settings, section, key, written, use))
            continue
        names[section, key] = name
        if secrets is None:
            continue
        if name not in secrets.data:
            absent = _missing(settings, secrets, section, key, name, spare)
            (missing if use.default else mistakes).append(absent)
        elif fault := _bad_secret(secrets, name, use):
            mistakes.append(fault)
        else:
            data[section][key] = SecretStr(secrets.data[name])
    if secrets is None and names:
        needed = ", ".join(printable(name) for name in dict.fromkeys(names.values()))
        found = f"no such file, and the settings need {needed}"
        would_do = "dsmrforge init --secrets, which writes it with generated passwords"
        missing.append(Mistake(secrets_file, None, "", found, would_do))
    return names, missing, mistakes


def _not_a_secret(
    settings: TomlFile, section: str, key: str, written: object, use: SecretUse
) -> Mistake:
    if isinstance(written, dict):
        found = f"a table with {', '.join(map(printable, written)) or 'nothing'}"
        if list(written) == ["secret"]:
            found = f"secret = {shown(written['secret'])}"
    else:
        found = "a value, which is not shown here"  # most likely the password itself
    name = use.default or f"{section}_{key}"
    would_do = f'{{ secret = "{name}" }} here, and {name} = "..." in {SECRETS}'
    return settings.mistake((section, key), found, would_do)


def _missing(
    settings: TomlFile, secrets: TomlFile, section: str, key: str, name: str, spare: list[str]
) -> Mistake:
    """A secret that is not there; ``spare`` are those that nothing asks for."""
    close = nearest(name, spare)
    written = settings.data.get(section)
    if isinstance(written, dict) and key in written:
        would_do = f'{printable(name)} = "..." there'
        if close:
            would_do += f", or secret = {quoted(close)} here"
        found = f"no {printable(name)} in {secrets.file}"
        return settings.mistake((section, key), found, would_do)
    line = secrets.places.line(close) if close else len(secrets.text.splitlines()) or 1
    found = f"no secret of that name (it is the [{section}] {key})"
    would_do = f'{name} = "..."' + (f" in place of {printable(close)}" if close else "")
    return Mistake(secrets.file, line, name, found, would_do)


def _bad_secret(secrets: TomlFile, name: str, use: SecretUse) -> Mistake | None:
    """A secret that will not do. Its value is never repeated."""
    value = secrets.data[name]
    found = ""
    if not isinstance(value, str):
        kinds = {bool: "true or false", int: "a number", float: "a number", dict: "a section"}
        found = kinds.get(type(value), "a list" if isinstance(value, list) else "a date or time")
    elif not value:
        found = "an empty text"
    elif not use.least <= len(value) <= use.most:
        found = f"{len(value)} characters"
    elif not (value.isascii() and value.isprintable()):
        found = "a character that is not plain ASCII"
    if not found:
        return None
    would_do = use.wants + ("" if isinstance(value, str) else ", in double quotes")
    return Mistake(secrets.file, secrets.places.line(name), printable(name), found, would_do)


def _left_out(settings: TomlFile) -> list[str]:
    return [
        f"{settings.file}:{settings.places.line(name)}: this version does not have [{name}] yet;"
        " it is left out"
        for name in NOT_YET
        if name in settings.data
    ]


def _readable(path: Path) -> list[str]:
    """A warning when others on this computer can read the secrets."""
    if os.name != "posix":
        return []
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & 0o077:
        return []
    return [f"{name_of(path)}: others can read it (mode {mode:o}); chmod 600 {name_of(path)}"]
