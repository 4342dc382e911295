"""``dsmrforge init``: a new project, all of it or nothing, and no password lost."""

from __future__ import annotations

import json
import math
import os
import re
import stat
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from settings_project import write_project

from dsmrforge import put_files, scaffold
from dsmrforge.cli import init as init_command
from dsmrforge.cli import main
from dsmrforge.config import load, load_project
from dsmrforge.errors import ForgeError

posix = pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*arguments: str, answers: str | None = None) -> Result:
    return CliRunner().invoke(main, ["init", *arguments], input=answers)


def secrets_of(folder: Path) -> dict[str, str]:
    return tomllib.loads((folder / "secrets.toml").read_text(encoding="utf-8"))


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_new_project_is_right_at_once(here: Path) -> None:
    result = init("attic", "--yes")

    assert result.exit_code == 0, result.output
    assert sorted(files_of(here / "attic")) == [".gitignore", "dsmrforge.toml", "secrets.toml"]
    loaded = load_project(here / "attic")
    assert (loaded.config.device.name, loaded.config.device.board) == ("esp01-dsmr", "esp01")
    assert loaded.warnings == ()


def test_the_answers_are_in_the_settings(here: Path) -> None:
    result = init("--board", "esp01s", "--name", "attic", "--country", "be", "--yes")

    assert result.exit_code == 0, result.output
    config = load(here)
    assert (config.device.board, config.device.name) == ("esp01s", "attic")
    assert config.p1.profiles == ("be",)
    assert "http://attic.local/" in (here / "dsmrforge.toml").read_text(encoding="utf-8")


def test_nothing_is_asked_when_all_is_answered(here: Path) -> None:
    assert init("--board", "host", "--name", "x", "--country", "any").exit_code == 0
    assert load(here).p1.profiles == ("nl", "be", "lu", "se")


def test_the_folder_may_be_given_as_project(here: Path) -> None:
    assert init("--project", "attic", "--yes").exit_code == 0
    assert (here / "attic" / "dsmrforge.toml").exists()


def test_questions_are_asked_and_bad_answers_again(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(init_command, "interactive", lambda: True)

    result = init(answers="esp32\nesp01s\nmy meter\nattic\n\n")

    assert result.exit_code == 0, result.output
    assert 'found "esp32", would do: esp01, esp01s or host' in result.stderr
    assert 'found "my meter", would do: 1 to 24 letters' in result.stderr
    config = load(here)
    assert (config.device.board, config.device.name) == ("esp01s", "attic")


def test_only_what_was_not_given_is_asked(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init_command, "interactive", lambda: True)

    result = init("--board", "esp01", "--name", "attic", answers="lu\n")

    assert "Country" in result.stderr
    assert "Board" not in result.stderr
    assert load(here).p1.profiles == ("lu",)


def test_an_interrupted_question_writes_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> str:
        raise click.Abort

    monkeypatch.setattr(init_command, "interactive", lambda: True)
    monkeypatch.setattr(click, "prompt", interrupt)

    assert init("attic").exit_code == 130
    assert list(here.iterdir()) == []


def test_no_one_to_ask(here: Path) -> None:
    result = init("attic")

    assert result.exit_code == 2
    assert "standard input is not a terminal" in result.stderr
    assert "--yes" in result.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "a b"], '--name: found "a b", would do: 1 to 24 letters, digits and hyphens'),
        (["--name", 'x"\n[p1]'], "--name: found"),
        (["--board", "esp32"], '--board: found "esp32", would do: esp01, esp01s or host'),
        (["--country", "de"], '--country: found "de", would do: nl, be, lu, se, lt, hu or any'),
    ],
)
def test_an_answer_that_will_not_do(here: Path, arguments: list[str], said: str) -> None:
    result = init("--yes", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr
    assert list(here.iterdir()) == []


def test_settings_that_exist_are_not_replaced(here: Path) -> None:
    write_project(here, "# mine\n")
    before = files_of(here)

    result = init("--yes")

    assert result.exit_code == 2
    assert "dsmrforge.toml is there already" in result.stderr
    assert "--force" in result.stderr
    assert files_of(here) == before


def test_force_replaces_the_settings_and_keeps_the_passwords(here: Path) -> None:
    write_project(here, "# mine\n")
    before = secrets_of(here)

    assert init("--yes", "--force", "--name", "new").exit_code == 0

    assert load(here).device.name == "new"
    assert secrets_of(here) == before


def test_force_keeps_a_password_that_has_another_name(here: Path) -> None:
    """The logger in the meter cupboard has it, whatever the owner called it."""
    secrets = 'portal_password = "portal-of-test"\n"my ota" = "ota-of-test"\n'
    write_project(here, '[ota]\npassword = { secret = "my ota" }\n', secrets)

    assert init("--yes", "--force").exit_code == 0

    assert load(here).ota.password.get_secret_value() == "ota-of-test"
    assert secrets_of(here) == tomllib.loads(secrets)


def test_force_replaces_settings_that_cannot_be_read(here: Path) -> None:
    write_project(here, b"\xff nonsense")

    assert init("--yes", "--force").exit_code == 0
    assert load(here).device.name == "esp01-dsmr"


def test_existing_secrets_are_completed(here: Path) -> None:
    write_project(here, None, '# mine\nota_password = "ota-of-test"')

    assert init("--yes").exit_code == 0

    text = (here / "secrets.toml").read_text(encoding="utf-8")
    assert text.startswith('# mine\nota_password = "ota-of-test"\nportal_password = "')
    assert load(here).ota.password.get_secret_value() == "ota-of-test"


@pytest.mark.parametrize("secrets", ["ota_password = ", 'ota_password = "short"', b"\xff"])
def test_secrets_that_will_not_do_are_told_and_left(here: Path, secrets: str | bytes) -> None:
    write_project(here, None, secrets)
    before = files_of(here)

    result = init("--yes")

    assert result.exit_code == 2
    assert "secrets.toml:1: " in result.stderr
    assert files_of(here) == before


def test_secrets_alone_for_a_clone(here: Path) -> None:
    write_project(here, "# mine\n[ftp]\n", None)

    result = init("--secrets")

    assert result.exit_code == 0, result.output
    assert list(secrets_of(here)) == ["portal_password", "ota_password", "ftp_password"]
    assert (here / "dsmrforge.toml").read_text(encoding="utf-8") == "# mine\n[ftp]\n"
    load(here)


def test_secrets_above_a_section_of_the_owners(here: Path) -> None:
    write_project(here, "", 'ota_password = "ota-of-test"\n[mine]\nx = 1\n')

    assert init("--secrets").exit_code == 0

    assert len(load(here).wifi.portal_password.get_secret_value()) == 19
    assert secrets_of(here)["mine"] == {"x": 1}


def test_a_brokers_password_is_not_made_up(here: Path) -> None:
    write_project(here, '[mqtt]\nhost = "b"\npassword = { secret = "brokers" }\n', None)

    assert init("--secrets").exit_code == 0
    assert list(secrets_of(here)) == ["portal_password", "ota_password"]


def test_secrets_that_are_all_there_are_left(here: Path) -> None:
    init("--yes")
    before = files_of(here)

    result = init("--secrets", "--json")

    assert json.loads(result.stdout)["written"] == []
    assert files_of(here) == before


def test_secrets_for_settings_that_are_not_there() -> None:
    result = init("--secrets")

    assert result.exit_code == 2
    assert "dsmrforge.toml: found no such file" in result.stderr


@posix
def test_only_the_owner_reads_the_secrets_from_the_first_byte_on(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    fsync = os.fsync

    def note(handle: int) -> None:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    old = os.umask(0)
    try:
        assert init("--yes").exit_code == 0
    finally:
        os.umask(old)

    assert modes == [0o600] * 3
    assert stat.S_IMODE((here / "secrets.toml").stat().st_mode) == 0o600
    assert stat.S_IMODE((here / "dsmrforge.toml").stat().st_mode) == 0o666


@posix
def test_secrets_that_others_could_read_no_longer_are(here: Path) -> None:
    write_project(here, None, "")
    (here / "secrets.toml").chmod(0o644)

    assert init("--yes").exit_code == 0
    assert stat.S_IMODE((here / "secrets.toml").stat().st_mode) == 0o600


def test_passwords_are_strong_readable_and_never_the_same() -> None:
    made = {scaffold.password() for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(r"([a-hj-km-np-z2-9]{4}-){3}[a-hj-km-np-z2-9]{4}", p) for p in made)
    assert not set("il1o0") & set("".join(made))
    assert set("".join(made)) - {"-"} == set(scaffold.ALPHABET)
    assert 16 * math.log2(len(set(scaffold.ALPHABET))) >= 64


def test_two_passwords_of_a_project_differ(here: Path) -> None:
    init("--yes")

    secrets = secrets_of(here)
    assert secrets["portal_password"] != secrets["ota_password"]


def test_passwords_are_not_printed(here: Path) -> None:
    result = init("--yes", "-v")

    assert not any(secret in result.output for secret in secrets_of(here).values())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, b"secrets.toml\n.dsmrforge/\ndist/\n"),
        (b"*.pyc\n", b"*.pyc\nsecrets.toml\n.dsmrforge/\ndist/\n"),
        (b"*.pyc", b"*.pyc\nsecrets.toml\n.dsmrforge/\ndist/\n"),
        (b"a\r\n", b"a\r\nsecrets.toml\r\n.dsmrforge/\r\ndist/\r\n"),
        (b"dist\n/secrets.toml  \n", b"dist\n/secrets.toml  \n.dsmrforge/\n"),
        (b"\xff\n", b"\xff\nsecrets.toml\n.dsmrforge/\ndist/\n"),
    ],
)
def test_gitignore_is_added_to(here: Path, before: bytes | None, after: bytes) -> None:
    if before is not None:
        (here / ".gitignore").write_bytes(before)

    assert init("--yes").exit_code == 0
    assert (here / ".gitignore").read_bytes() == after

    assert init("--yes", "--force").exit_code == 0
    assert (here / ".gitignore").read_bytes() == after


@pytest.mark.parametrize("fails_at", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_everything_as_it_was(
    here: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, error: BaseException
) -> None:
    write_project(here, "# mine\n", 'ota_password = "ota-of-test"\n')
    (here / ".gitignore").write_bytes(b"*.pyc\n")
    before = files_of(here)
    fail_at_rename(monkeypatch, fails_at, error)

    result = init("--yes", "--force")

    assert result.exit_code == (130 if isinstance(error, KeyboardInterrupt) else 1)
    assert files_of(here) == before


def fail_at_rename(monkeypatch: pytest.MonkeyPatch, nth: int, error: BaseException) -> None:
    calls = []
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == nth:
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_failure_leaves_no_new_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    fail_at_rename(monkeypatch, fails_at, OSError(28, "No space left on device"))

    result = init("--yes", str(Path("a", "b")))

    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert "nothing was changed" in result.stderr
    assert list(here.iterdir()) == []


def test_a_file_that_cannot_be_written_beside_leaves_nothing(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ForgeError):
        put_files.put_files(here / "new", {"a": b"a"})
    assert list(here.iterdir()) == []


def test_a_folder_that_is_a_file(here: Path) -> None:
    (here / "attic").write_bytes(b"")

    result = init("--yes", "--project", str(Path("attic", "below")))

    assert result.exit_code == 1
    assert "cannot write" in result.stderr


def test_a_directory_in_the_settings_place(here: Path) -> None:
    (here / "dsmrforge.toml").mkdir()

    result = init("--yes", "--force")

    assert result.exit_code == 1
    assert "dsmrforge.toml is a directory" in result.stderr


def test_the_document_for_programs(here: Path) -> None:
    result = init("attic", "--yes", "--json")

    assert json.loads(result.stdout) == {
        "project": str((here / "attic").resolve()),
        "written": ["dsmrforge.toml", "secrets.toml", ".gitignore"],
    }


def test_what_was_written_and_what_comes_next() -> None:
    result = init("attic", "--yes")

    assert f"wrote {Path('attic', 'secrets.toml')}" in result.stdout
    assert result.stdout.splitlines()[-1] == "next: dsmrforge build --project attic"
