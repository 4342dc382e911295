"""What the settings may say, and what is when they say nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError
from settings_project import SAMPLE, write_project

from dsmrforge.config import Config, default_config, load, load_project
from dsmrforge.config.model import HIDDEN, SIZES
from dsmrforge.errors import ForgeError


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    config = load(write_project(tmp_path))

    assert (config.device.name, config.device.board) == ("esp01-dsmr", "esp01")
    assert (config.p1.version, config.p1.inverter, config.p1.request_pin) == (
        "auto",
        "hardware",
        None,
    )
    assert config.p1.profiles == ("nl", "be", "lu", "se")
    assert config.p1.reading_bytes == 512
    assert (config.web.port, config.ota.port) == (80, 8266)
    assert (config.filesystem.type, config.filesystem.size) == ("spiffs", 128 * 1024)
    assert config.wifi.portal_seconds == 180
    assert config.not_yet() == ()


def test_secrets_come_by_their_usual_names(tmp_path: Path) -> None:
    config = load(write_project(tmp_path))

    assert config.wifi.portal_password.get_secret_value() == "portal-of-test"
    assert config.ota.password.get_secret_value() == "ota-of-test"


def test_a_secret_may_have_another_name(tmp_path: Path) -> None:
    settings = '[ota]\npassword = { secret = "attic ota" }\n'
    secrets = 'portal_password = "portal-of-test"\n"attic ota" = "of the attic"\n'

    config = load(write_project(tmp_path, settings, secrets))

    assert config.ota.password.get_secret_value() == "of the attic"


def test_the_complete_sample_is_accepted(tmp_path: Path) -> None:
    config = load(write_project(tmp_path, SAMPLE))

    assert config.p1.request_pin == 0
    assert config.history and config.history.months == 24
    assert config.telnet and config.telnet.port == 23
    assert config.ftp and config.ftp.password.get_secret_value() == "ftp-of-test"
    assert config.mqtt and (config.mqtt.host, config.mqtt.password) == ("broker.local", None)
    assert config.stream is None
    assert config.not_yet() == ("history", "telnet", "ftp", "mqtt")


def test_sections_that_are_not_built_yet_are_warned_of_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_project(tmp_path, "[web]\n\n[telnet]\n[stream]\n"))

    assert load_project(Path()).warnings == (
        "dsmrforge.toml:3: this version does not have [telnet] yet; it is left out",
        "dsmrforge.toml:4: this version does not have [stream] yet; it is left out",
    )


@pytest.mark.parametrize("written", ["2", '"2"', "5", '"5"'])
def test_a_version_is_a_number_or_a_text(tmp_path: Path, written: str) -> None:
    config = load(write_project(tmp_path, f"[p1]\nversion = {written}\n"))

    assert config.p1.version == written.strip('"')


@pytest.mark.parametrize(("written", "size"), SIZES.items())
def test_a_size_is_of_the_flash_map(tmp_path: Path, written: str, size: int) -> None:
    config = load(write_project(tmp_path, f'[filesystem]\nsize = "{written}"\n'))

    assert config.filesystem.size == size == int(written[:-1]) * 1024


@pytest.mark.parametrize("name", ["a", "A1", "ESP01-DSMR", "7", "a" * 24])
def test_host_names_that_do(tmp_path: Path, name: str) -> None:
    assert load(write_project(tmp_path, f'[device]\nname = "{name}"\n')).device.name == name


@pytest.mark.parametrize("host", ["broker", "broker.local", "192.168.1.7", "a.b-c.example."])
def test_brokers_that_do(tmp_path: Path, host: str) -> None:
    config = load(write_project(tmp_path, f'[mqtt]\nhost = "{host}"\n'))

    assert config.mqtt and config.mqtt.host == host


def test_a_brokers_password_may_be_short(tmp_path: Path) -> None:
    settings = '[mqtt]\nhost = "b"\npassword = { secret = "mq" }\n'
    secrets = 'portal_password = "portal-of-test"\nota_password = "ota-of-test"\nmq = "x"\n'

    config = load(write_project(tmp_path, settings, secrets))

    assert config.mqtt and config.mqtt.password
    assert config.mqtt.password.get_secret_value() == "x"


def test_the_brokers_port_is_not_the_devices(tmp_path: Path) -> None:
    settings = '[mqtt]\nhost = "b"\nport = 80\n'

    assert load(write_project(tmp_path, settings)).web.port == 80


def test_a_byte_order_mark_that_an_editor_wrote_is_passed_over(tmp_path: Path) -> None:
    settings = b'\xef\xbb\xbf[device]\r\nname = "bom"\r\n'

    assert load(write_project(tmp_path, settings)).device.name == "bom"


def test_settings_do_not_change() -> None:
    config = default_config()

    with pytest.raises(ValidationError):
        config.web.port = 81  # type: ignore[misc]


def test_secrets_are_in_no_printed_form(tmp_path: Path) -> None:
    config = load(write_project(tmp_path, SAMPLE))

    for text in (repr(config), str(config), str(config.public()), config.model_dump_json()):
        assert "of-test" not in text
    assert config.public()["ota"] == {"port": 8266, "password": HIDDEN}
    assert "stream" not in config.public()


def test_the_default_config_needs_no_files() -> None:
    config = default_config("esp01s", "attic")

    assert isinstance(config, Config)
    assert (config.device.board, config.device.name) == ("esp01s", "attic")
    assert len(config.ota.password.get_secret_value()) >= 8
    assert default_config().device.board == "host"


def test_settings_move_to_another_board(tmp_path: Path) -> None:
    config = load(write_project(tmp_path, "[p1]\nrequest_pin = 0\n"))

    assert config.for_board("esp01s").device.board == "esp01s"
    assert config.device.board == "esp01"


def test_settings_do_not_move_to_a_board_whose_pin_is_taken(tmp_path: Path) -> None:
    config = load(write_project(tmp_path, "[p1]\nrequest_pin = 2\n"))

    with pytest.raises(ForgeError) as caught:
        config.for_board("esp01s")

    assert caught.value.message == (
        "[p1] request_pin = 2 does not suit board esp01s: GPIO2 is for the LED"
    )
    assert caught.value.hint == "free there: 0"
    assert caught.value.exit_code == 2


def test_the_simulator_takes_the_settings_of_any_chip(tmp_path: Path) -> None:
    settings = '[p1]\nrequest_pin = 2\ninverter = "uart"\n'

    config = load(write_project(tmp_path, settings)).for_board("host")

    assert config.device.board == "host"


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
def test_secrets_that_others_can_read_are_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_project(tmp_path))
    assert load_project(Path()).warnings == ()

    Path("secrets.toml").chmod(0o640)

    assert load_project(Path()).warnings == (
        "secrets.toml: others can read it (mode 640); chmod 600 secrets.toml",
    )
