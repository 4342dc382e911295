"""Files are extracted into the folder that was given, and nowhere else."""

import sys
from pathlib import Path

import pytest

from dsmrforge.errors import ForgeError
from dsmrforge.image.extract import extract

ESCAPES = [
    "/../outside",
    "../outside",
    "/a/../../outside",
    "/..",
    "//outside",
    "/\\outside",
    "..\\outside",
    "C:\\outside",
    "C:outside",
    "/C:/outside",
    "/a\0b",
    "/a:stream",
    "",
    "/",
    "/a/",
    "/.",
]


def everything_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    files = {"/index.html": b"<p>", "/history/days.csv": b"1,2\n", "/empty": b""}
    written = extract(files, tmp_path / "new" / "out")
    out = tmp_path / "new" / "out"
    assert [path.relative_to(out.resolve()).as_posix() for path in written] == [
        "index.html",
        "history/days.csv",
        "empty",
    ]
    for name, content in files.items():
        assert (out / name[1:]).read_bytes() == content
    assert everything_below(out) == ["empty", "history", "history/days.csv", "index.html"]


def test_name_without_a_slash_lies_at_the_top(tmp_path: Path) -> None:
    extract({"plain.txt": b"x"}, tmp_path)
    assert (tmp_path / "plain.txt").read_bytes() == b"x"


def test_older_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a long old content")
    extract({"/a": b"new"}, tmp_path)
    assert (tmp_path / "a").read_bytes() == b"new"


@pytest.mark.parametrize("name", ESCAPES)
def test_name_that_would_leave_the_folder_is_refused_before_anything_is_written(
    tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(ForgeError, match="cannot be extracted safely"):
        extract({"/good": b"x", name: b"bad"}, out)
    assert everything_below(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ForgeError, match="outside"):
        extract({"/a/b/c": b"x"}, out)
    assert everything_below(tmp_path / "elsewhere") == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"old")
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").symlink_to(tmp_path / "precious")
    extract({"/a": b"new"}, out)
    assert (tmp_path / "precious").read_bytes() == b"old"
    assert (out / "a").read_bytes() == b"new"


def test_names_that_differ_in_case_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="cannot lie in one folder"):
        extract({"/Index.html": b"1", "/index.html": b"2"}, tmp_path)
    assert everything_below(tmp_path) == []


def test_file_that_is_another_ones_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ForgeError, match="both a file and the folder"):
        extract({"/a": b"1", "/a/b": b"2"}, tmp_path)
    assert everything_below(tmp_path) == []


def test_folder_that_is_a_file_is_an_error_without_a_trace(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(ForgeError, match="cannot write to"):
        extract({"/a": b"1"}, tmp_path / "out")


def test_interrupted_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def fail(_: Path, __: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ForgeError, match="No space left on device"):
        extract({"/a": b"new"}, tmp_path)
    assert everything_below(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"
