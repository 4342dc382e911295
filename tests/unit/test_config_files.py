"""Mistakes in secrets.toml, in the files themselves, and several at once."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from settings_project import ALL_SECRETS, said, write_project

from dsmrforge.config import SettingsError, load
from dsmrforge.config.mistakes import printable, shown

PASSWORD = "8 to 63 letters, digits, signs or spaces of plain ASCII"
QUOTES = 'text in double quotes ("esp01"), numbers, true and false without'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path()


SECRETS_MISTAKES = {
    "secret missing": (
        'portal_password = "portal-of-test"\n',
        "1: ota_password: found no secret of that name (it is the [ota] password), "
        'would do: ota_password = "..."',
    ),
    "secret misspelt": (
        '# mine\nota_pasword = "ota-of-test"\nportal_password = "portal-of-test"\n',
        "2: ota_password: found no secret of that name (it is the [ota] password), "
        'would do: ota_password = "..." in place of ota_pasword',
    ),
    "secret is a number": (
        'portal_password = "portal-of-test"\nota_password = 12345678\n',
        f"2: ota_password: found a number, would do: {PASSWORD}, in double quotes",
    ),
    "secret is a section": (
        'portal_password = "portal-of-test"\n[ota_password]\n',
        f"2: ota_password: found a section, would do: {PASSWORD}, in double quotes",
    ),
    "secret is true": (
        'portal_password = "portal-of-test"\nota_password = true\n',
        f"2: ota_password: found true or false, would do: {PASSWORD}, in double quotes",
    ),
    "secret is a list": (
        'portal_password = "portal-of-test"\nota_password = ["ota-of-test"]\n',
        f"2: ota_password: found a list, would do: {PASSWORD}, in double quotes",
    ),
    "secret is empty": (
        'portal_password = "portal-of-test"\nota_password = ""\n',
        f"2: ota_password: found an empty text, would do: {PASSWORD}",
    ),
    "secret is short": (
        'ota_password = "ota-of-test"\nportal_password = "1234567"\n',
        f"2: portal_password: found 7 characters, would do: {PASSWORD}",
    ),
    "secret is long": (
        f'ota_password = "ota-of-test"\nportal_password = "{"x" * 64}"\n',
        f"2: portal_password: found 64 characters, would do: {PASSWORD}",
    ),
    "secret of other letters": (
        'ota_password = "ota-of-test"\nportal_password = "pässword"\n',
        f"2: portal_password: found a character that is not plain ASCII, would do: {PASSWORD}",
    ),
    "secret without quotes": (
        'portal_password = "portal-of-test"\nota_password = hunter2hunter2\n',
        "2: found a line that is not TOML at column 16 (Invalid value), would do: " + QUOTES,
    ),
    "secret twice": (
        'ota_password = "ota-of-test"\nota_password = "another-one"\n',
        "2: [ota_password]: found it a second time (first on line 1), would do: one of the two",
    ),
}


@pytest.mark.parametrize(
    ("secrets", "expected"), SECRETS_MISTAKES.values(), ids=SECRETS_MISTAKES.keys()
)
def test_a_mistake_in_the_secrets(project: Path, secrets: str, expected: str) -> None:
    lines = said(write_project(project, "", secrets))

    assert lines == [f"secrets.toml:{expected}"]
    assert not any(value in lines[0] for value in ("hunter2", "of-test", "12345678"))


@pytest.mark.parametrize("length", [8, 63])
def test_a_portal_password_has_the_lengths_of_wpa2(project: Path, length: int) -> None:
    secrets = f'ota_password = "ota-of-test"\nportal_password = "{"x" * length}"\n'

    config = load(write_project(project, "", secrets))

    assert len(config.wifi.portal_password.get_secret_value()) == length


def test_no_secrets_file(project: Path) -> None:
    write_project(project, "[ftp]\n", None)

    assert said(project) == [
        "secrets.toml: found no such file, and the settings need portal_password, ota_password, "
        "ftp_password, would do: dsmrforge init --secrets, which writes it with generated passwords"
    ]


def test_a_missing_secret_that_only_the_owner_knows_has_no_command(project: Path) -> None:
    write_project(project, '[mqtt]\nhost = "b"\npassword = { secret = "brokers" }\n')

    with pytest.raises(SettingsError) as caught:
        load(project)

    assert caught.value.message == (
        "dsmrforge.toml:3: [mqtt] password: found no brokers in secrets.toml, "
        'would do: brokers = "..." there'
    )
    assert "init" not in caught.value.hint


def test_no_settings_file(project: Path) -> None:
    write_project(project, None)

    with pytest.raises(SettingsError) as caught:
        load(project / "attic")

    file = str(Path("attic", "dsmrforge.toml"))
    assert caught.value.message == (
        f"{file}: found no such file, would do: dsmrforge init, which writes it"
    )
    assert "dsmrforge init" in caught.value.hint
    assert "--project" in caught.value.hint


def test_a_directory_instead_of_the_settings(project: Path) -> None:
    write_project(project, None)
    (project / "dsmrforge.toml").mkdir()

    assert said(project) == ["dsmrforge.toml: found a directory, would do: a file of that name"]


def test_a_directory_instead_of_the_secrets(project: Path) -> None:
    write_project(project, "", None)
    (project / "secrets.toml").mkdir()

    assert said(project) == ["secrets.toml: found a directory, would do: a file of that name"]


def test_a_file_in_the_project_folders_place(project: Path) -> None:
    (project / "attic").write_text("", encoding="utf-8")

    lines = said(project / "attic")

    assert lines[0].startswith(str(Path("attic", "dsmrforge.toml")))


def test_settings_that_are_not_utf8(project: Path) -> None:
    write_project(project, '[device]\n# Zähler\nname = "x"\n'.encode("latin-1"))

    assert said(project) == [
        "dsmrforge.toml:2: found byte 0xe4, which is not UTF-8, "
        "would do: the file saved again as UTF-8"
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_settings_in_utf16(project: Path, encoding: str) -> None:
    write_project(project, "\ufeff[device]\n".encode(encoding))

    assert said(project) == [
        "dsmrforge.toml:1: found UTF-16 text, would do: the file saved again as UTF-8"
    ]


def test_a_file_that_is_no_page_of_settings(project: Path) -> None:
    write_project(project, b"#" * 65537)

    assert said(project) == [
        "dsmrforge.toml: found more than 65536 bytes, "
        "would do: a page of settings, as init writes it"
    ]


@pytest.mark.parametrize(
    "value", ["9" * 5000, "[" * 20000 + "]" * 20000], ids=["long number", "deep list"]
)
def test_what_python_itself_refuses(project: Path, value: str) -> None:
    write_project(project, f"[web]\nport = {value}\n")

    assert said(project) == [
        "dsmrforge.toml: found a value too long or too deep, "
        "would do: short values, as init writes them"
    ]


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(project: Path) -> None:
    settings = '[web]\nport = 0\n[devise]\n[p1]\nversion = 6\ninvrter = "uart"\nrequest_pin = 1\n'
    write_project(project, settings, 'ota_password = "short"\n' + ALL_SECRETS.splitlines()[0])

    with pytest.raises(SettingsError) as caught:
        load(project)

    found = [(m.file, m.line, m.where) for m in caught.value.mistakes]
    assert found == [
        ("dsmrforge.toml", 2, "[web] port"),
        ("dsmrforge.toml", 3, "[devise]"),
        ("dsmrforge.toml", 5, "[p1] version"),
        ("dsmrforge.toml", 6, "[p1] invrter"),
        ("dsmrforge.toml", 7, "[p1] request_pin"),
        ("secrets.toml", 1, "ota_password"),
    ]
    assert caught.value.message.splitlines()[0] == "6 mistakes in the settings"


def test_both_files_syntax_is_told_at_once(project: Path) -> None:
    write_project(project, "[web\n", "ota_password\n")

    assert [line.split(":")[0] for line in said(project)] == ["dsmrforge.toml", "secrets.toml"]


def test_a_wrong_port_is_not_compared_with_others(project: Path) -> None:
    """The default that would stand in for it is nobody's choice."""
    write_project(project, "[web]\nport = -1\n[telnet]\nport = 80\n")

    assert [line.split(":")[1] for line in said(project)] == ["2"]


def test_three_services_on_a_port_are_two_mistakes(project: Path) -> None:
    write_project(project, "[web]\nport = 9\n[telnet]\nport = 9\n[stream]\nport = 9\n")

    assert [line.split(":")[1] for line in said(project)] == ["4", "6"]


def test_the_file_is_named_so_that_an_editor_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path / "attic", "[web]\nport = 0\n")

    below = str(Path("attic", "dsmrforge.toml"))
    assert said(Path("attic"))[0].startswith(f"{below}:2:")
    assert said(tmp_path / "attic")[0].startswith(f"{below}:2:")


def test_dotted_and_inline_keys_have_their_lines(project: Path) -> None:
    write_project(project, "\np1.version = 6\nweb = { port = 0 }\n")

    assert [line.split(": found")[0] for line in said(project)] == [
        "dsmrforge.toml:2: [p1] version",
        "dsmrforge.toml:3: [web] port",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\x1b[31m", '"a\\u001b[31m"'),
        ("x" * 100, '"' + "x" * 38 + "…"),
        (False, "false"),
        (2**64, "a number far too big"),
        ([1, [2], {}], "[1, …, …]"),
        ({"a": 1}, "a section"),
        (datetime.time(1, 2), "the date or time 01:02:00"),
        (float("nan"), "nan"),
    ],
)
def test_found_values_are_shown_short_and_harmless(value: object, expected: str) -> None:
    assert shown(value) == expected


def test_a_printed_text_has_one_line() -> None:
    assert printable("a\nb\u202ec") == "a\\u000ab\\u202ec"
