"""The settings as frozen models: what may be in dsmrforge.toml, and what is when it is left out.

Every field carries ``Wants``: the words that follow "would do:" when its value is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    WithJsonSchema,
)

from dsmrforge.boards import board_named, load_boards
from dsmrforge.errors import ForgeError

HIDDEN = "********"
NAME_LENGTH = 24
"""Longest device name: the access point's name is made from it, and has 32 bytes."""
SIZES = {f"{k}K": k * 1024 for k in (64, 128, 144, 160, 192, 256, 512)}
"""File systems of a 1 MB flash map, as written in the settings, in bytes."""
NOT_YET = ("history", "telnet", "ftp", "mqtt", "stream")
"""Sections that are understood, and that this version builds nothing from."""

Profile = Literal["nl", "be", "lu", "se", "lt", "hu"]
P1Version = Literal["auto", "2", "3", "4", "5"]

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?")


@dataclass(frozen=True)
class Wants:
    """What would do for a field: words, or a function that gives them."""

    words: str | Callable[[], str]

    def __str__(self) -> str:
        return self.words if isinstance(self.words, str) else self.words()


@dataclass(frozen=True)
class SecretUse:
    """A field whose value is in secrets.toml.

    ``default`` is the secret's name when the field is left out (None: then there is none);
    ``least`` and ``most`` bound its length in characters.
    """

    default: str | None
    least: int = 8
    most: int = 63  # WPA2's longest passphrase

    @property
    def wants(self) -> str:
        """What would do for the secret itself."""
        return f"{self.least} to {self.most} letters, digits, signs or spaces of plain ASCII"


def listed(words: list[str] | tuple[str, ...]) -> str:
    """``a, b or c``."""
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def is_host_name(text: str) -> bool:
    """One label of RFC 1123, short enough for the access point's name."""
    return len(text) <= NAME_LENGTH and _LABEL.fullmatch(text) is not None


def _device_name(text: str) -> str:
    if not is_host_name(text):
        raise ValueError("not a host name")
    return text


def _board(text: str) -> str:
    if text not in load_boards():
        raise ValueError("no such board")
    return text


def _version(value: object) -> object:
    # `version = 5` and `version = "5"` both read naturally; True is an int in Python
    return str(value) if type(value) is int and 2 <= value <= 5 else value


def _no_twice(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("one of them twice")
    return values


def _size(value: object) -> object:
    return SIZES.get(value, value) if isinstance(value, str) else value


def _known_size(value: int) -> int:
    if value not in SIZES.values():
        raise ValueError("no layout has this size")
    return value


def _address(text: str) -> str:
    labels = text.removesuffix(".").split(".")
    if all(label.isdigit() for label in labels):
        IPv4Address(text)
    elif len(text) > 253 or not all(len(x) <= 63 and _LABEL.fullmatch(x) for x in labels):
        raise ValueError("neither a host name nor an address")
    return text


def _topic(text: str) -> str:
    if (
        text.startswith("/")
        or text.endswith("/")
        or not text.isprintable()
        or set(text) & set("+#")
    ):
        raise ValueError("not a topic")
    return text


def _number(least: int, most: int) -> tuple[Any, Any]:
    return Field(ge=least, le=most), Wants(f"a whole number from {least} to {most}")


_PORT = _number(1, 65535)
_SECRET_SCHEMA = WithJsonSchema(
    {
        "type": "object",
        "properties": {"secret": {"type": "string", "minLength": 1}},
        "required": ["secret"],
        "additionalProperties": False,
    }
)
_USER = (
    Field(pattern=r"^[!-~]+$", max_length=32),
    Wants("1 to 32 letters, digits or signs of plain ASCII, no spaces"),
)


class Section(BaseModel):
    """What all sections share: frozen, nothing unknown, no 80 from "80" and no 1 from true."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, validate_default=True
    )


class Device(Section):
    """The device itself."""

    name: Annotated[
        str,
        Field(description="host name, access point and mDNS name", max_length=NAME_LENGTH),
        AfterValidator(_device_name),
        Wants(f"1 to {NAME_LENGTH} letters, digits and hyphens, no hyphen first or last"),
    ] = "esp01-dsmr"
    board: Annotated[
        str,
        Field(description="see `dsmrforge boards`"),
        AfterValidator(_board),
        Wants(lambda: listed(list(load_boards()))),
    ] = "esp01"


class P1(Section):
    """The meter's port."""

    version: Annotated[
        P1Version,
        BeforeValidator(_version),
        Field(description="auto; 2 or 3: 9600 7E1; 4 or 5: 115200 8N1"),
        WithJsonSchema({"enum": ["auto", 2, 3, 4, 5, "2", "3", "4", "5"]}),
        Wants("auto, 2, 3, 4 or 5"),
    ] = "auto"
    inverter: Annotated[
        Literal["hardware", "uart"],
        Field(description="hardware: a transistor inverts the signal; uart: the chip does"),
        Wants("hardware or uart"),
    ] = "hardware"
    request_pin: Annotated[
        int | None,
        Field(ge=0, le=16, description="GPIO of the port's data request; left out: tied to 5 V"),
        WithJsonSchema({"type": "integer", "minimum": 0, "maximum": 16}),
        Wants("the number of a free GPIO of the board (`dsmrforge boards` lists them)"),
    ] = None
    profiles: Annotated[
        tuple[Profile, ...],
        BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value),
        Field(min_length=1, description="whose meters' fields the firmware knows"),
        AfterValidator(_no_twice),
        Wants(f"a list of {listed(get_args(Profile))}, each at most once"),
    ] = ("nl", "be", "lu", "se")
    reading_bytes: Annotated[
        int,
        Field(description="room for one reading's values on the device, in bytes"),
        *_number(128, 8192),
    ] = 512


class Wifi(Section):
    """The portal in which the owner chooses the Wi-Fi network."""

    portal_password: Annotated[
        SecretStr,
        Field(description="of the set-up access point (WPA2)"),
        _SECRET_SCHEMA,
        SecretUse("portal_password"),
    ]
    portal_seconds: Annotated[
        int, Field(description="how long the portal stays open"), *_number(30, 3600)
    ] = 180


class Web(Section):
    """The web page and the REST interface."""

    port: Annotated[int, *_PORT] = 80


class Filesystem(Section):
    """The part of the flash that holds the web page's files."""

    type: Annotated[Literal["spiffs", "littlefs"], Wants("spiffs or littlefs")] = "spiffs"
    size: Annotated[
        int,
        BeforeValidator(_size),
        AfterValidator(_known_size),
        WithJsonSchema({"enum": list(SIZES), "default": "128K"}),
        Field(description="what is left is for the program and its updates"),
        Wants(listed([f'"{size}"' for size in SIZES])),
    ] = SIZES["128K"]


class Ota(Section):
    """Updates through the network."""

    port: Annotated[int, *_PORT] = 8266
    password: Annotated[SecretStr, _SECRET_SCHEMA, SecretUse("ota_password")]


class History(Section):
    """What the device remembers."""

    hours: Annotated[int, *_number(1, 240)] = 48
    days: Annotated[int, *_number(1, 100)] = 14
    months: Annotated[int, *_number(1, 120)] = 24


class Telnet(Section):
    """The live log."""

    port: Annotated[int, *_PORT] = 23


class Ftp(Section):
    """The history's files."""

    port: Annotated[int, *_PORT] = 21
    user: Annotated[str, *_USER] = "dsmr"
    password: Annotated[SecretStr, _SECRET_SCHEMA, SecretUse("ftp_password")]


class Mqtt(Section):
    """The broker that readings are published to."""

    host: Annotated[
        str,
        AfterValidator(_address),
        Wants("the broker's host name or IPv4 address, such as broker.local"),
    ]
    port: Annotated[int, Field(description="the broker's port"), *_PORT] = 1883
    user: Annotated[str | None, WithJsonSchema({"type": "string"}), *_USER] = None
    # the broker's owner chose it: it may be short
    password: Annotated[SecretStr | None, _SECRET_SCHEMA, SecretUse(None, least=1)] = None
    topic: Annotated[
        str,
        Field(min_length=1, max_length=64),
        AfterValidator(_topic),
        Wants("1 to 64 characters without + and #, no / first or last"),
    ] = "dsmr"


class Stream(Section):
    """Raw telegrams over TCP."""

    port: Annotated[int, *_PORT] = 2001


class Config(Section):
    """All settings of one device. A section that is None is off."""

    device: Device = Device()
    p1: P1 = P1()
    wifi: Wifi
    web: Web = Web()
    filesystem: Filesystem = Filesystem()
    ota: Ota
    history: History | None = None
    telnet: Telnet | None = None
    ftp: Ftp | None = None
    mqtt: Mqtt | None = None
    stream: Stream | None = None

    def not_yet(self) -> tuple[str, ...]:
        """The sections present that this version does not build yet."""
        return tuple(name for name in NOT_YET if getattr(self, name) is not None)

    def public(self) -> dict[str, Any]:
        """The settings in full for people and logs: secrets are ``********``."""
        document: dict[str, Any] = self.model_dump(mode="python", exclude_none=True)
        for section in document.values():
            for key, value in section.items():
                if isinstance(value, SecretStr):
                    section[key] = HIDDEN
                elif isinstance(value, tuple):
                    section[key] = list(value)
        return document

    def for_board(self, board_id: str) -> Config:
        """The same settings for another board; ForgeError when its pins cannot do them.

        The host takes any settings: the simulator has no pins and no line to invert.
        """
        board = board_named(board_id)
        pin = self.p1.request_pin
        if board.platform != "host" and pin is not None and pin not in board.free_pins:
            user = board.pins.get(pin)
            raise ForgeError(
                f"[p1] request_pin = {pin} does not suit board {board_id}: "
                + (f"GPIO{pin} is for {user}" if user else f"it has no GPIO{pin}"),
                f"free there: {listed([str(free) for free in board.free_pins])}",
                exit_code=2,
            )
        return self.model_copy(
            update={"device": self.device.model_copy(update={"board": board_id})}
        )


def section_models() -> dict[str, type[Section]]:
    """The model of each section."""
    models: dict[str, type[Section]] = {}
    for name, field in Config.model_fields.items():
        choices = (field.annotation, *get_args(field.annotation))
        models[name] = next(c for c in choices if isinstance(c, type) and issubclass(c, Section))
    return models


def secret_fields() -> Iterator[tuple[str, str, SecretUse]]:
    """Section, key and use of every field whose value is in secrets.toml."""
    for section, model in section_models().items():
        for key, field in model.model_fields.items():
            for use in field.metadata:
                if isinstance(use, SecretUse):
                    yield section, key, use


def wants(section: str, key: str) -> str:
    """What would do for a field."""
    metadata = section_models()[section].model_fields[key].metadata
    return next((str(item) for item in metadata if isinstance(item, Wants)), "another value")


def default_config(board: str = "host", name: str = "esp01-dsmr") -> Config:
    """The defaults without any file, for the simulator and for tests.

    The passwords are the same for everyone: nothing built from this belongs on a chip.
    """
    return Config(
        device=Device(name=name, board=board),
        wifi=Wifi(portal_password=SecretStr("not-for-a-chip")),
        ota=Ota(password=SecretStr("not-for-a-chip")),
    )
