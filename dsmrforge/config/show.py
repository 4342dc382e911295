"""The settings written out: as TOML for people, as a JSON schema for editors."""

from __future__ import annotations

import json
from typing import Any

from pydantic import SecretStr

from dsmrforge.config.loader import Loaded
from dsmrforge.config.model import SIZES, Config, secret_fields


def as_toml(loaded: Loaded) -> str:
    """The settings in full, defaults included; secrets by their names.

    The text is itself a dsmrforge.toml that gives the same settings.
    """
    config = loaded.config
    sections = []
    for section in Config.model_fields:
        model = getattr(config, section)
        if model is None:
            continue
        lines = [f"[{section}]"]
        for key in type(model).model_fields:
            value = getattr(model, key)
            if isinstance(value, SecretStr):
                lines.append(f"{key} = {{ secret = {_text(loaded.secrets[section, key])} }}")
            elif value is not None:
                lines.append(f"{key} = {_value(section, key, value)}")
        sections.append("\n".join(lines))
    return "\n\n".join(sections) + "\n"


def _value(section: str, key: str, value: object) -> str:
    if (section, key) == ("filesystem", "size"):
        return _text(next(text for text, size in SIZES.items() if size == value))
    if isinstance(value, tuple):
        return f"[{', '.join(_text(item) for item in value)}]"
    return _text(value) if isinstance(value, str) else str(value)


def _text(text: str) -> str:
    # a JSON string is a TOML string, but for DEL
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def schema() -> dict[str, Any]:
    """The JSON schema of dsmrforge.toml, for editors such as those with Even Better TOML."""
    document = Config.model_json_schema()
    definitions = document["$defs"]
    # the file may leave out what has a default, a section's name or a secret's included
    document.pop("required", None)
    for section, key, use in secret_fields():
        definition = definitions[section.capitalize()]
        if use.default:
            definition["properties"][key]["default"] = {"secret": use.default}
            definition["required"] = [k for k in definition.get("required", ()) if k != key]
    for section in document["properties"].values():
        # TOML has no null: a section is there or not
        choices = section.pop("anyOf", [])
        section.update(next((choice for choice in choices if "$ref" in choice), {}))
        section.pop("default", None)
    definitions["Filesystem"]["properties"]["size"]["default"] = "128K"
    definitions["Device"]["properties"]["board"]["enum"] = _board_ids()
    for definition in definitions.values():
        for field in definition["properties"].values():
            if field.get("default", 0) is None:
                del field["default"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **document,
        "title": "dsmrforge.toml",
    }


def _board_ids() -> list[str]:
    from dsmrforge.boards import load_boards

    return list(load_boards())
