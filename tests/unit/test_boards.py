"""The boards of boards/*.toml."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from dsmrforge.boards import board_named, load_boards, read_board
from dsmrforge.cli import main
from dsmrforge.errors import ForgeError


def test_there_are_the_three_boards() -> None:
    assert list(load_boards()) == ["esp01", "esp01s", "host"]


@pytest.mark.parametrize(("board_id", "led", "free"), [("esp01", 1, (0, 2)), ("esp01s", 2, (0,))])
def test_a_chip(board_id: str, led: int, free: tuple[int, ...]) -> None:
    board = load_boards()[board_id]

    assert board.platform == "espressif8266"
    assert board.pio_board == "esp01_1m"
    assert board.flash_size == 1024 * 1024
    assert board.flash_mode == "dout"
    assert (board.led_pin, board.led_active_low) == (led, True)
    assert board.free_pins == free
    assert "UART" in board.pins[3]
    assert all("flash" in board.pins[pin] for pin in range(6, 12))


def test_this_computer() -> None:
    board = load_boards()["host"]

    assert board.platform == "host"
    assert (board.led_pin, board.led_active_low, board.free_pins) == (None, False, ())
    assert not board.uart_inverts


def test_an_unknown_board_is_told_the_nearest() -> None:
    with pytest.raises(ForgeError) as caught:
        board_named("esp1")

    assert caught.value.message == "there is no board 'esp1'"
    assert caught.value.hint == "did you mean esp01? the boards: esp01, esp01s, host"
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "Invalid value"),
        ('name = "x"\nplatform = "esp32"\nuart_inverts = true\n', "platform"),
        ('name = "x"\nplatform = "espressif8266"\nuart_inverts = true\n', "a chip needs"),
        (
            'name = "x"\nplatform = "host"\nuart_inverts = true\n'
            'led = { pin = 1, active_low = true }\n[pins]\n1 = "free"\n',
            "GPIO1 is free",
        ),
        ('name = "x"\nplatform = "host"\nuart_inverts = true\n[pins]\nx = "free"\n', "x"),
    ],
)
def test_a_board_file_that_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "new.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ForgeError) as caught:
        read_board(file)

    assert caught.value.message.startswith(f"{file}: this board cannot be read")
    assert why in caught.value.message


def test_a_new_board_is_one_file(tmp_path: Path) -> None:
    file = tmp_path / "attic.toml"
    file.write_text('name = "x"\nplatform = "host"\nuart_inverts = false\n', encoding="utf-8")

    assert read_board(file).id == "attic"


def test_the_table_for_people() -> None:
    result = CliRunner().invoke(main, ["boards"])

    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()]
    assert next(row for row in rows if row and row[0] == "esp01s")[-4:] == [
        "GPIO2",
        "1024",
        "K",
        "GPIO0",
    ]
    assert all(len(line) <= 80 for line in result.stdout.splitlines())


def test_the_document_for_programs() -> None:
    result = CliRunner().invoke(main, ["boards", "--json"])

    boards = {board["id"]: board for board in json.loads(result.stdout)["boards"]}
    assert list(boards) == ["esp01", "esp01s", "host"]
    assert boards["esp01"]["free_pins"] == [0, 2]
    assert boards["esp01"]["led"] == {"pin": 1, "active_low": True}
    assert boards["host"]["flash_size"] is None
