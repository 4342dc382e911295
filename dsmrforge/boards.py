"""The boards that a logger can be built for: one file each in boards/."""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from dsmrforge.errors import ForgeError
from dsmrforge.resources import data_folder

FREE = "free"
"""What boards/*.toml says of a pin that nothing on the board uses."""


class Led(BaseModel):
    """Where the board's LED is, and which level lights it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    pin: int
    active_low: bool


class Board(BaseModel):
    """One board; ``id`` is the name of its file.

    ``pins`` tells for every GPIO that exists on the board ``"free"`` or what has it.
    ``flash_size`` is in bytes, None where there is no flash chip (the host).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    name: str
    platform: Literal["espressif8266", "host"]
    pio_board: str | None = None
    flash_size: int | None = None
    flash_mode: Literal["dout"] | None = None
    uart_inverts: bool
    led: Led | None = None
    pins: dict[int, str]

    @model_validator(mode="after")
    def _chip_is_complete(self) -> Board:
        if self.platform == "espressif8266" and None in (
            self.pio_board,
            self.flash_size,
            self.flash_mode,
        ):
            raise ValueError("a chip needs pio_board, flash_size and flash_mode")
        if self.led and self.pins.get(self.led.pin, FREE) == FREE:
            raise ValueError(f"pins says that GPIO{self.led.pin} is free, and the LED is on it")
        return self

    @property
    def led_pin(self) -> int | None:
        """The LED's GPIO, None where there is none."""
        return self.led.pin if self.led else None

    @property
    def led_active_low(self) -> bool:
        """Whether a low level lights the LED."""
        return bool(self.led and self.led.active_low)

    @property
    def free_pins(self) -> tuple[int, ...]:
        """The GPIOs that the settings may give a purpose."""
        return tuple(sorted(pin for pin, user in self.pins.items() if user == FREE))

    def document(self) -> dict[str, Any]:
        """What ``boards --json`` prints: all of it, and the free pins."""
        return {
            **self.model_dump(mode="json"),
            "pins": {f"GPIO{pin}": user for pin, user in sorted(self.pins.items())},
            "free_pins": list(self.free_pins),
        }


def read_board(path: Path) -> Board:
    """The board that ``path`` describes; ForgeError names the file and what is wrong in it."""
    try:
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        pins = {int(pin): user for pin, user in raw.pop("pins", {}).items()}
        return Board.model_validate({**raw, "id": path.stem, "pins": pins})
    except (OSError, ValueError) as error:
        raise ForgeError(
            f"{path}: this board cannot be read: {error}",
            "compare it with boards/esp01.toml, or install dsmrforge again",
        ) from error


@cache
def load_boards() -> dict[str, Board]:
    """All boards by id, in the order of their ids."""
    boards = {path.stem: read_board(path) for path in sorted(data_folder("boards").glob("*.toml"))}
    if not boards:
        raise ForgeError(
            f"no boards in {data_folder('boards')}", "install dsmrforge again: files are missing"
        )
    return boards


def board_named(board_id: str) -> Board:
    """The board of that id; ForgeError (exit status 2) tells which there are."""
    boards = load_boards()
    if board_id in boards:
        return boards[board_id]
    close = difflib.get_close_matches(board_id, boards, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    raise ForgeError(
        f"there is no board {board_id!r}", f"{hint}the boards: {', '.join(boards)}", exit_code=2
    )
