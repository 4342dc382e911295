"""A name that cannot be stored is refused, with its size where that is the reason."""

from collections.abc import Callable
from typing import get_args

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.image.filesystem import Kind, check_name
from dsmrforge.image.littlefs import read_littlefs, write_littlefs
from dsmrforge.image.spiffs import read_spiffs, write_spiffs

KINDS = get_args(Kind)
BAD = [
    "",
    "/",
    "index.html",
    "//a",
    "/a/",
    "/a//b",
    "/.",
    "/..",
    "/../a",
    "/a/../b",
    "/a\\b",
    "/C:a",
    "/a\0b",
    "/a\nb",
    "/a\x7f",
    "/a?",
    "/\ud800",
]


@pytest.mark.parametrize("length", range(2, 32))
@pytest.mark.parametrize("block", [4096, 8192])
def test_spiffs_names_up_to_31_characters_come_back(length: int, block: int) -> None:
    files = {"/" + "n" * (length - 1): b"content"}
    assert read_spiffs(write_spiffs(files, 65536, block), block) == files


def test_spiffs_name_of_32_characters_is_refused_with_the_sizes() -> None:
    with pytest.raises(ForgeError, match="has 32 bytes, SPIFFS takes 31") as refused:
        write_spiffs({"/" + "n" * 31: b""}, 65536)
    assert "shorten it by 1" in refused.value.hint


def test_spiffs_name_is_counted_in_bytes() -> None:
    assert read_spiffs(write_spiffs({"/" + "é" * 15: b""}, 65536)) == {"/" + "é" * 15: b""}
    with pytest.raises(ForgeError, match="has 33 bytes"):
        check_name("spiffs", "/" + "é" * 16)


def test_spiffs_counts_folders_in_the_name() -> None:
    check_name("spiffs", "/history/" + "n" * 22)
    with pytest.raises(ForgeError, match="has 32 bytes"):
        check_name("spiffs", "/history/" + "n" * 23)


def test_littlefs_counts_every_part_on_its_own() -> None:
    files = {"/" + "d" * 31 + "/" + "n" * 31: b"content"}
    assert read_littlefs(write_littlefs(files, 65536)) == files
    with pytest.raises(ForgeError, match="a part of 32 bytes, LittleFS takes 31"):
        check_name("littlefs", "/d/" + "n" * 32)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BAD)
def test_name_that_is_no_plain_path_is_refused(kind: Kind, name: str) -> None:
    with pytest.raises(ForgeError) as refused:
        check_name(kind, name)
    assert refused.value.hint


@pytest.mark.parametrize("write", [write_spiffs, write_littlefs])
def test_file_that_is_another_ones_folder_is_refused(
    write: Callable[[dict[str, bytes], int], bytes],
) -> None:
    with pytest.raises(ForgeError, match="/a is both a file and the folder of /a/b/c"):
        write({"/a": b"", "/a/b/c": b""}, 65536)
