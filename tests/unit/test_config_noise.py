"""Whatever is in the files: a Config, or mistakes with exit status 2; never anything else."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from settings_project import ALL_SECRETS, SAMPLE, write_project

from dsmrforge.config import Config, Loaded, SettingsError, load, load_project
from dsmrforge.config.locate import places
from dsmrforge.config.model import section_models
from dsmrforge.config.show import as_toml

KEYS = sorted({key for model in section_models().values() for key in model.model_fields})
SECTIONS = [*section_models(), "wrong", "a b"]

toml_texts = st.one_of(
    st.sampled_from(["esp01", "esp01s", "host", "uart", "spiffs", "128K", "auto", "broker.local"]),
    st.text(max_size=30),
)
toml_values = st.recursive(
    st.one_of(
        st.booleans().map(lambda b: "true" if b else "false"),
        st.integers().map(str),
        st.sampled_from(["0", "1", "2", "3", "23", "80", "48", "8266", "600", "512"]),
        st.floats().map(lambda f: repr(f).replace("e+", "e")),
        toml_texts.map(lambda t: json.dumps(t).replace("\x7f", "\\u007f")),
        st.sampled_from(
            ["2026-11-22", "12:00:00", "{ secret = 'ota_password' }", "{ secret = 1 }"]
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from(["secret", "x"]), inner, max_size=2).map(
            lambda d: "{" + ", ".join(f"{k} = {v}" for k, v in d.items()) + "}"
        ),
    ),
    max_leaves=4,
)
keys = st.one_of(
    st.sampled_from(KEYS), st.text(max_size=8).map(lambda t: json.dumps(t).replace("\x7f", "d"))
)
pages = st.lists(
    st.one_of(
        st.sampled_from(SECTIONS).map(lambda name: f"[{json.dumps(name)}]"),
        st.sampled_from(SECTIONS).map(lambda name: f"[[{json.dumps(name)}]]"),
        st.tuples(keys, toml_values).map(" = ".join),
        st.tuples(st.sampled_from(SECTIONS), toml_values).map(
            lambda pair: f"{json.dumps(pair[0])} = {pair[1]}"
        ),
    ),
    max_size=12,
).map("\n".join)


def loads_or_says(settings_file: bytes | str, secrets_file: bytes | str) -> Config | None:
    with tempfile.TemporaryDirectory() as folder:
        project = write_project(Path(folder), settings_file, secrets_file)
        try:
            return load(project)
        except SettingsError as error:
            assert error.exit_code == 2
            assert error.mistakes
            for mistake in error.mistakes:
                assert str(mistake).isprintable()
                assert mistake.found and mistake.would_do
                assert mistake.line is None or mistake.line >= 1
            return None


@given(st.binary(max_size=300), st.binary(max_size=300))
@example(b"\xff\xfe", b"\xef\xbb\xbf")
@example(b"\x00", b"a=")
@settings(deadline=None)
def test_any_bytes(settings_file: bytes, secrets_file: bytes) -> None:
    loads_or_says(settings_file, secrets_file)


@given(st.text(max_size=300), st.text(max_size=300))
@settings(deadline=None)
def test_any_text(settings_file: str, secrets_file: str) -> None:
    loads_or_says(
        settings_file.encode("utf-8", "surrogatepass"), secrets_file.encode("utf-8", "replace")
    )


@given(pages, st.one_of(st.just(ALL_SECRETS), pages))
@example("ota = 5", "")
@example('[ota]\npassword = { secret = "\\u0000" }', "")
@example("[[ota]]", ALL_SECRETS)
@settings(deadline=None, max_examples=300)
def test_any_page(settings_file: str, secrets_file: str) -> None:
    loads_or_says(settings_file, secrets_file)


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_the_sample_with_a_piece_replaced(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SAMPLE)))
    end = data.draw(st.integers(start, min(len(SAMPLE), start + 20)))
    piece = data.draw(st.text(max_size=5))
    changed = SAMPLE[:start] + piece + SAMPLE[end:]

    loads_or_says(changed.encode("utf-8", "replace"), ALL_SECRETS)


@given(pages)
@settings(deadline=None)
def test_a_mistake_is_told_at_a_line_that_the_file_has(page: str) -> None:
    lines = len(page.split("\n"))

    assert all(1 <= line <= lines for line in places(page).lines.values())


def _page(values: dict[str, dict[str, str]]) -> str:
    return "".join(
        f"[{section}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())
        for section, keys in values.items()
    )


def _optional(**choices: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional=choices)


names = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,22}[A-Za-z0-9])?", fullmatch=True)
good_pages = st.fixed_dictionaries(
    {},
    optional={
        "device": _optional(
            name=names.map(json.dumps), board=st.sampled_from(['"esp01"', '"esp01s"'])
        ),
        "p1": _optional(
            version=st.sampled_from(["2", '"3"', '"auto"']),
            inverter=st.sampled_from(['"uart"', '"hardware"']),
            request_pin=st.just("0"),
            profiles=st.lists(
                st.sampled_from(["nl", "be", "lu", "se", "lt", "hu"]), min_size=1, unique=True
            ).map(json.dumps),
            reading_bytes=st.integers(128, 8192).map(str),
        ),
        "wifi": _optional(portal_seconds=st.integers(30, 3600).map(str)),
        "filesystem": _optional(
            type=st.sampled_from(['"littlefs"', '"spiffs"']),
            size=st.sampled_from(['"64K"', '"512K"']),
        ),
        "web": _optional(port=st.integers(9000, 9999).map(str)),
        "telnet": _optional(port=st.integers(10000, 65535).map(str)),
        "mqtt": st.just({"host": '"b"', "password": '{ secret = "ftp_password" }'}),
        "ftp": _optional(user=st.just('"a\\\\b\\""')),
    },
).map(_page)


@given(good_pages)
@settings(deadline=None)
def test_settings_that_are_shown_give_the_same_settings(page: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = write_project(Path(folder), page)
        first: Loaded = load_project(project)

        write_project(project, as_toml(first))

        assert load_project(project).config == first.config
        assert "of-test" not in as_toml(first)
