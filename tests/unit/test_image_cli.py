"""``image ls`` and ``image extract``."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dsmrforge.cli.context import Context
from dsmrforge.cli.image import image
from dsmrforge.errors import ForgeError
from dsmrforge.image.filesystem import pack
from dsmrforge.image.flashmap import LAYOUTS

FILES = {"/index.html": b"<p>" * 500, "/[red]days.csv": b"1,2\n"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "filesystem.bin"
    path.write_bytes(pack("spiffs", FILES, LAYOUTS["1m64"]))
    return path


def run(*arguments: str | Path, json: bool = False) -> Result:
    context = Context(project=Path(), json=json)
    return CliRunner().invoke(
        image, [str(one) for one in arguments], obj=context, catch_exceptions=True
    )


def test_ls_shows_names_sizes_and_what_is_used(file: Path) -> None:
    result = run("ls", file)
    assert result.exit_code == 0
    assert "/index.html" in result.stdout
    assert "1,500" in result.stdout
    assert "/[red]days.csv" in result.stdout
    assert "spiffs, 65,536 bytes in blocks of 4,096, 2,304 used" in result.stdout


def test_ls_json_is_one_document(file: Path) -> None:
    result = run("ls", file, json=True)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "kind": "spiffs",
        "size": 65536,
        "used": 2304,
        "files": [
            {"name": "/[red]days.csv", "size": 4},
            {"name": "/index.html", "size": 1500},
        ],
    }


def test_extract_writes_the_files(file: Path, tmp_path: Path) -> None:
    result = run("extract", file, tmp_path / "out")
    assert result.exit_code == 0
    for name, content in FILES.items():
        assert (tmp_path / "out" / name[1:]).read_bytes() == content
        assert name[1:] in result.stdout.replace("\n", "")


def test_extract_json_lists_what_was_written(file: Path, tmp_path: Path) -> None:
    document = json.loads(run("extract", file, tmp_path / "out", json=True).stdout)
    assert document["kind"] == "spiffs"
    assert {Path(name).name for name in document["files"]} == {"index.html", "[red]days.csv"}


@pytest.mark.parametrize("command", [["ls"], ["extract"]])
def test_what_is_no_image_is_an_error(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no image")
    target = [tmp_path / "out"] if command == ["extract"] else []
    result = run(*command, tmp_path / "x", *target)
    assert isinstance(result.exception, ForgeError)
    assert not (tmp_path / "out").exists()


def test_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    assert run("ls", tmp_path / "none").exit_code == 2


@pytest.mark.parametrize("command", ["ls", "extract"])
def test_help_ends_with_examples(command: str) -> None:
    assert f"dsmrforge image {command}" in run(command, "--help").stdout.replace("--json ", "")
