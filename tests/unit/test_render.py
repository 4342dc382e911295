"""Templates and settings become a PlatformIO project, and only what changed is written."""

from __future__ import annotations

import hashlib
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from dsmrforge.boards import board_named
from dsmrforge.config import Config, default_config
from dsmrforge.errors import ForgeError
from dsmrforge.fields import load_catalogue
from dsmrforge.platformio.core import host_compiler
from dsmrforge.render import RenderResult, c_literal, render, render_web, sync_files
from dsmrforge.resources import data_folder


def rendered(destination: Path, config: Config, templates: Path | None = None) -> RenderResult:
    board = board_named(config.device.board)
    catalogue = load_catalogue()
    return render(config, board, catalogue, destination, version="1.2.3", templates=templates)


def with_secrets(config: Config, ota: str, portal: str) -> Config:
    return config.model_copy(
        update={
            "ota": config.ota.model_copy(update={"password": SecretStr(ota)}),
            "wifi": config.wifi.model_copy(update={"portal_password": SecretStr(portal)}),
        }
    )


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "src").mkdir(parents=True)
    (folder / "name.h.j2").write_text("#define NAME {{ config.device.name | c }}\n")
    (folder / "src" / "main.cpp").write_bytes(b"int main() {}\r\n")
    return folder


def test_templates_are_filled_in_and_everything_else_is_copied(small: Path, tmp_path: Path) -> None:
    rendered(tmp_path / "out", default_config(name="kast"), small)
    assert (tmp_path / "out" / "name.h").read_bytes() == b'#define NAME "kast"\n'
    assert (tmp_path / "out" / "src" / "main.cpp").read_bytes() == b"int main() {}\r\n"
    assert not (tmp_path / "out" / "name.h.j2").exists()


def test_a_template_with_foreign_line_ends_is_rendered_with_our_own(
    small: Path, tmp_path: Path
) -> None:
    (small / "name.h.j2").write_bytes(b"one\r\ntwo\r\n")
    rendered(tmp_path / "out", default_config(), small)
    assert (tmp_path / "out" / "name.h").read_bytes() == b"one\ntwo\n"


@pytest.mark.parametrize("board", ["host", "esp01", "esp01s"])
def test_a_second_rendering_writes_nothing(tmp_path: Path, board: str) -> None:
    first = rendered(tmp_path, default_config(board))
    files = {path: path.stat() for path in tmp_path.rglob("*") if path.is_file()}
    second = rendered(tmp_path, default_config(board))
    assert first.written and not first.unchanged
    assert second == RenderResult((), first.written, (), first.build_id)
    assert {path: path.stat().st_mtime_ns for path in files} == {
        path: was.st_mtime_ns for path, was in files.items()
    }


def test_another_name_changes_the_settings_header_and_the_build_id_only(tmp_path: Path) -> None:
    first = rendered(tmp_path, default_config(name="one"))
    second = rendered(tmp_path, default_config(name="two"))
    assert second.written == ("include/build.h", "include/config.h")
    assert second.build_id != first.build_id
    assert rendered(tmp_path, default_config(name="one")).build_id == first.build_id


def test_another_password_changes_the_secrets_and_the_build_id_only(tmp_path: Path) -> None:
    first = rendered(tmp_path, with_secrets(default_config(), "first-word", "portal-word"))
    second = rendered(tmp_path, with_secrets(default_config(), "other-word", "portal-word"))
    assert second.written == ("include/build.h", "include/secrets.h")
    assert second.build_id != first.build_id


def test_other_profiles_change_the_fields(tmp_path: Path) -> None:
    config = default_config()
    rendered(tmp_path, config)
    p1 = config.p1.model_copy(update={"profiles": ("nl",)})
    second = rendered(tmp_path, config.model_copy(update={"p1": p1}))
    assert set(second.written) == {
        "include/build.h",
        "include/fields.h",
        "include/field_table.h",
    }


def test_passwords_are_in_one_file_that_others_cannot_read(tmp_path: Path) -> None:
    config = with_secrets(default_config("esp01"), "ota-pass-word", "portal-pass-word")
    rendered(tmp_path, config)
    files = content(tmp_path)
    secret = files.pop("include/secrets.h")
    assert b'"portal-pass-word"' in secret
    assert hashlib.md5(b"ota-pass-word").hexdigest().encode() in secret
    assert b"ota-pass-word" not in secret, "ArduinoOTA needs its hash only"
    assert not [name for name, data in files.items() if b"pass-word" in data]
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "include/secrets.h").stat().st_mode) == 0o600


def test_a_template_that_is_gone_takes_its_file_along_and_nothing_else(
    small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (small / "src" / "deep").mkdir()
    (small / "src" / "deep" / "old.cpp").write_text("old")
    rendered(out, default_config(), small)
    (out / "src" / "owners.txt").write_text("mine")
    shutil.rmtree(small / "src")
    second = rendered(out, default_config(), small)
    assert second.removed == ("src/deep/old.cpp", "src/main.cpp")
    assert not (out / "src" / "deep").exists()
    assert (out / "src" / "owners.txt").read_text() == "mine"


def test_a_file_may_become_a_folder(tmp_path: Path) -> None:
    sync_files({"thing": b"file"}, tmp_path)
    assert sync_files({"thing/part": b"in a folder"}, tmp_path)[2] == ("thing",)
    assert (tmp_path / "thing" / "part").read_bytes() == b"in a folder"


def test_a_changed_list_of_files_never_reaches_outside(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    inside = tmp_path / "out"
    sync_files({"a": b"a"}, inside)
    for list_of_files in (f'["../victim", "{victim.as_posix()}"]', "{}", "not JSON"):
        (inside / ".rendered.json").write_text(list_of_files)
        assert sync_files({"a": b"a"}, inside)[2] == ()
    assert victim.read_text() == "keep me"


def test_an_edited_file_is_put_right(small: Path, tmp_path: Path) -> None:
    rendered(tmp_path / "out", default_config(), small)
    (tmp_path / "out" / "name.h").write_text("edited")
    assert rendered(tmp_path / "out", default_config(), small).written == ("name.h",)


@pytest.mark.parametrize(
    ("text", "where"),
    [("one\n{{ config.device.nmae }}\n", "nmae"), ("one\n{% if %}\n", "name.h.j2:2")],
)
def test_a_broken_template_is_named(small: Path, tmp_path: Path, text: str, where: str) -> None:
    (small / "name.h.j2").write_text(text)
    with pytest.raises(ForgeError, match=where) as caught:
        rendered(tmp_path / "out", default_config(), small)
    assert "name.h.j2" in caught.value.message
    assert not (tmp_path / "out").exists()


def test_missing_templates_are_a_plain_error(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="no templates"):
        rendered(tmp_path / "out", default_config(), tmp_path / "nowhere")


def test_a_destination_that_cannot_be_is_a_plain_error(small: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ForgeError, match="cannot write"):
        rendered(tmp_path / "file" / "out", default_config(), small)


def test_the_web_page_bears_the_name_of_the_device() -> None:
    config = default_config(name="meterkast")
    page = render_web(config, board_named("host"), load_catalogue(), version="1.2.3")
    assert b"<title>meterkast</title>" in page["index.html"]
    assert page["style.css"] == (data_folder("templates") / "web" / "style.css").read_bytes()


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(max_size=40), min_size=150, max_size=150))
def test_any_text_survives_as_a_c_string(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    texts += ["??/", "??(", "\\", '"', '";', "\x001", "\x7f", "é9", "%s", "*/", "\r\n", "${x}"]
    folder = tmp_path_factory.mktemp("literals")
    entries = ",\n".join(f"{{{c_literal(text)}, sizeof {c_literal(text)}}}" for text in texts)
    (folder / "main.cpp").write_text(
        "#include <stdio.h>\n"
        "struct { const char* text; unsigned long size; } const all[] = {\n"
        f"{entries}}};\n"
        "int main() { for (const auto& one : all) {\n"
        '  printf("%lu ", one.size - 1); fwrite(one.text, 1, one.size - 1, stdout); } }\n',
        encoding="ascii",
    )
    subprocess.run(
        [host_compiler(), "-trigraphs", "-Werror", "-Wall", "main.cpp", "-o", "program"],
        cwd=folder,
        check=True,
    )
    said = subprocess.run([folder / "program"], capture_output=True, check=True).stdout
    encoded = [text.encode() for text in texts]
    assert said == b"".join(b"%d %s" % (len(text), text) for text in encoded)
