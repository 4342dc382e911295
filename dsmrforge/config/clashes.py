"""What is wrong between settings that are each right: two services on a port, a pin in use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsmrforge.boards import load_boards
from dsmrforge.config.mistakes import Mistake
from dsmrforge.config.model import Config, listed, section_models
from dsmrforge.config.toml_file import TomlFile

# the device's own ports; [mqtt] port is the broker's
_SERVICES = ("web", "ota", "telnet", "ftp", "stream")

Broken = set[tuple[str, str]]


def clashes(settings: TomlFile, data: dict[str, dict[str, Any]], broken: Broken) -> list[Mistake]:
    """The clashes in ``data``; ``broken`` are the keys whose own values are wrong already."""

    def value(section: str, key: str) -> Any:
        if (section, key) in broken:
            return None
        default = section_models()[section].model_fields[key].default
        return data.get(section, {}).get(key, default)

    mistakes = list(_ports(settings, data, {s: value(s, "port") for s in _on(data)}))
    board = load_boards().get(value("device", "board") or "")
    if board is None:
        return mistakes
    pin = value("p1", "request_pin")
    if pin is not None and pin not in board.free_pins:
        user = board.pins.get(pin)
        found = f"{pin}, which is for {user} on {board.id}" if user else f"{pin}, which"
        mistakes.append(
            settings.mistake(
                ("p1", "request_pin"),
                found if user else f"{found} {board.id} does not have",
                listed([str(free) for free in board.free_pins]) or "no request_pin",
            )
        )
    if value("p1", "inverter") == "uart" and not board.uart_inverts:
        able = [f'board = "{b.id}"' for b in load_boards().values() if b.uart_inverts]
        mistakes.append(
            settings.mistake(
                ("p1", "inverter"),
                f'"uart", and {board.id} has no UART that inverts',
                listed(["hardware", *able]),
            )
        )
    return mistakes


def _on(data: dict[str, dict[str, Any]]) -> list[str]:
    """The services that run: those always on, and those whose section is there."""
    return [s for s in _SERVICES if s in data or Config.model_fields[s].default is not None]


def _ports(
    settings: TomlFile, data: dict[str, dict[str, Any]], ports: dict[str, int | None]
) -> Iterator[Mistake]:
    owner: dict[int, str] = {}
    for service, port in ports.items():
        if port is None:
            continue
        if port not in owner:
            owner[port] = service
            continue
        # told at the one that is written down, if only one is
        here, other = service, owner[port]
        if "port" not in data.get(here, {}):
            here, other = other, here
        where = []
        if "port" not in data.get(other, {}):
            where.append("its default")
        if other in settings.data:
            where.append(f"line {settings.places.line(other, 'port')}")
        taken = {p for p in ports.values() if p}
        free = next(p for p in (*range(port + 1, 65536), *range(1024, port)) if p not in taken)
        yield settings.mistake(
            (here, "port"),
            f"{port}, which is also the port of [{other}] ({', '.join(where)})",
            f"a port of its own, such as {free}",
        )
