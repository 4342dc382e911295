"""What a build leaves in dist/, and what it says of the budget. No compiler runs here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from image_firmware import firmware as make_firmware

from dsmrforge import build as build_module
from dsmrforge.boards import board_named
from dsmrforge.build import Budget, BuildResult, build
from dsmrforge.cli import build as build_cli
from dsmrforge.cli.context import Context
from dsmrforge.config import Config, default_config
from dsmrforge.errors import ForgeError
from dsmrforge.image.app import image_crc
from dsmrforge.image.filesystem import unpack
from dsmrforge.image.flashmap import layout_for
from dsmrforge.image.ota import OtaBudget, ota_budget
from dsmrforge.platformio.output import Event, Kind, Usage
from dsmrforge.platformio.packages import Prepared
from dsmrforge.platformio.run import RunResult

FIRMWARE = make_firmware(380_000, crc=image_crc(make_firmware(380_000, crc=0)))


@pytest.fixture
def chip_build(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Stands in for PlatformIO and a compiler for the chip; the firmware.bin that it makes."""

    def run(work: Path, name: str, environment: object, on_event: object) -> RunResult:
        output = work / ".pio" / "build" / name
        output.mkdir(parents=True, exist_ok=True)
        (output / "firmware.bin").write_bytes(FIRMWARE)
        return RunResult(("src/main.cpp",), (), Usage(31_016, 81_920), None, work / "build.log")

    monkeypatch.setattr(build_module, "run", run)
    monkeypatch.setattr(
        build_module, "prepare_chip", lambda *args: Prepared({}, ("an older toolchain",))
    )
    return FIRMWARE


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_dist_holds_firmware_gzip_filesystem_and_manifest(
    tmp_path: Path, chip_build: bytes
) -> None:
    events: list[Event] = []
    result = build(tmp_path, default_config("esp01", "kast"), on_event=events.append)
    assert result.folder == tmp_path / "dist" / "kast-esp01"
    dist = files(result.folder)
    assert set(dist) == {"firmware.bin", "firmware.bin.gz", "filesystem.bin", "manifest.json"}
    assert dist["firmware.bin"] == chip_build
    kind, packed = unpack(dist["filesystem.bin"])
    assert kind == "spiffs"
    assert {"/index.html.gz", "/app.js.gz", "/style.css.gz"} <= set(packed)
    assert events == [Event(Kind.NOTE, "an older toolchain")]
    assert result.notes == ("an older toolchain",)


def test_the_manifest_says_what_a_device_must_be_asked_before_an_update(
    tmp_path: Path, chip_build: bytes
) -> None:
    result = build(tmp_path, default_config("esp01", "kast"))
    text = (result.folder / "manifest.json").read_text()
    manifest = json.loads(text)
    assert (manifest["name"], manifest["board"]) == ("kast", "esp01")
    assert (manifest["layout"], manifest["flash_mode"]) == ("1m128", "dout")
    assert manifest["build"] == result.build_id
    assert manifest["files"]["firmware.bin"]["size"] == len(chip_build)
    assert len(manifest["files"]["firmware.bin"]["md5"]) == 32
    assert manifest["settings"]["ota"]["password"] == "********"
    assert "not-for-a-chip" not in text


def test_the_same_settings_give_the_same_files(tmp_path: Path, chip_build: bytes) -> None:
    first = files(build(tmp_path, default_config("esp01")).folder)
    (tmp_path / "dist").rename(tmp_path / "before")
    assert files(build(tmp_path, default_config("esp01")).folder) == first


def test_the_budget_counts_flash_ram_files_and_updates(tmp_path: Path, chip_build: bytes) -> None:
    budget = build(tmp_path, default_config("esp01")).budget
    assert (budget.flash_used, budget.flash_size) == (len(chip_build), 897_024)
    assert (budget.ram_used, budget.ram_size) == (31_016, 81_920)
    assert budget.filesystem_size == 131_072
    assert 0 < budget.filesystem_used < 131_072
    assert budget.ota == ota_budget(chip_build, layout_for(131_072))


def test_an_update_is_measured_the_better_way_that_works() -> None:
    ota = OtaBudget(500_000, 500_000, 300_000, False, True, -110_000, 90_000, True)
    budget = Budget(500_000, 897_024, 1, 2, 3, 4, ota)
    assert budget.ota_spare == 90_000
    assert replace(budget, ota=replace(ota, inflated_fits=False)).ota_spare == -110_000
    assert replace(budget, ota=None).ota_spare is None


def test_another_board_is_built_beside(tmp_path: Path, chip_build: bytes) -> None:
    config = default_config("esp01", "kast")
    build(tmp_path, config)
    assert build(tmp_path, config, board="esp01s").board == "esp01s"
    assert {path.name for path in (tmp_path / "dist").iterdir()} == {"kast-esp01", "kast-esp01s"}


def test_a_board_that_does_not_exist_is_a_wrong_option(tmp_path: Path) -> None:
    with pytest.raises(ForgeError) as caught:
        build(tmp_path, default_config(), board="esp32")
    assert caught.value.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_the_work_folder_gets_into_git(tmp_path: Path, chip_build: bytes) -> None:
    build(tmp_path, default_config("esp01"))
    assert (tmp_path / ".dsmrforge" / ".gitignore").read_text() == "*\n"


def test_a_firmware_for_the_wrong_flash_mode_is_refused_and_dist_stays(
    tmp_path: Path, chip_build: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = build(tmp_path, default_config("esp01"))
    before = files(result.folder)
    wrong = replace_mode(chip_build, 0)
    monkeypatch.setattr(
        build_module,
        "run",
        lambda work, name, *rest: (
            (work / ".pio/build" / name / "firmware.bin").write_bytes(wrong)
            and RunResult((), (), None, None, work)
        ),
    )
    with pytest.raises(ForgeError, match="flash mode qio"):
        build(tmp_path, default_config("esp01"))
    assert files(result.folder) == before


def replace_mode(firmware: bytes, mode: int) -> bytes:
    return firmware[:2] + bytes([mode]) + firmware[3:]


@pytest.mark.parametrize("written_first", [0, 2])
def test_a_full_disk_leaves_dist_as_it_was(
    tmp_path: Path, chip_build: bytes, monkeypatch: pytest.MonkeyPatch, written_first: int
) -> None:
    result = build(tmp_path, default_config("esp01"))
    before = files(result.folder)
    real, left = build_module.write_beside, [written_first]

    def fails(path: Path, content: bytes, mode: int = 0o666) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device", str(path))
        real(path, content, mode)

    monkeypatch.setattr(build_module, "write_beside", fails)
    with pytest.raises(ForgeError, match="No space left"):
        build(tmp_path, default_config("esp01"))
    assert files(result.folder) == before
    monkeypatch.undo()


def test_files_too_large_for_the_file_system_are_told_before_anything_is_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = {"big": bytes(range(256)) * 4096}
    monkeypatch.setattr(build_module, "render_web", lambda *args, **kwargs: huge)
    monkeypatch.setattr(build_module.gzip, "compress", lambda data, *rest, **more: data)
    monkeypatch.setattr(build_module, "run", lambda *args: pytest.fail("it compiles"))
    with pytest.raises(ForgeError):
        build(tmp_path, default_config("host"))
    assert not (tmp_path / "dist").exists()


def a_result(config: Config) -> BuildResult:
    budget = Budget(
        380_000, 897_024, 31_016, 81_920, 9_216, 131_072, ota_budget(FIRMWARE, layout_for(131_072))
    )
    return BuildResult(
        name=config.device.name,
        board=board_named(config.device.board).id,
        build_id="0123456789",
        layout="1m128",
        folder=Path("dist/[kast]-esp01"),
        firmware=Path("dist/[kast]-esp01/firmware.bin"),
        budget=budget,
        compiled=("src/main.cpp",),
        warnings=(Event(Kind.WARNING, "unused", "src/main.cpp", 3, 1),),
        notes=("an older toolchain",),
        log=Path("build.log"),
        seconds=1.25,
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose building is only told, with these events."""
    (tmp_path / "dsmrforge.toml").write_text(
        '[device]\nname = "kast"\n[ota]\npassword = { secret = "ota_password" }\n'
    )
    (tmp_path / "secrets.toml").write_text(
        'ota_password = "long-enough"\nportal_password = "long-enough"\n'
    )
    (tmp_path / "secrets.toml").chmod(0o600)

    def told(where: Path, config: Config, **options: object) -> BuildResult:
        on_event = options["on_event"]
        assert callable(on_event)
        on_event(Event(Kind.COMPILE, file="src/[main].cpp"))
        on_event(Event(Kind.LINK, "linking"))
        return a_result(config)

    monkeypatch.setattr(build_module, "build", told)
    return tmp_path


def test_in_a_log_every_step_is_a_plain_line(project: Path) -> None:
    result = CliRunner().invoke(build_cli.command, [], obj=Context(project))
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[:2] == ["compiling src/[main].cpp", "linking"]
    assert "\x1b" not in result.output
    assert any("380,000 of 897,024 bytes, 42 %" in line for line in lines)
    assert any("131,072 bytes, 7 %" in line for line in lines)
    spare = a_result(default_config("esp01")).budget.ota_spare
    assert spare is not None
    assert any(line.startswith("OTA fits:") and f"{spare // 1024} KB" in line for line in lines)
    assert lines[-1].startswith("dist/[kast]-esp01: build 0123456789, 1 file compiled")


def test_json_is_one_document_and_nothing_else(project: Path) -> None:
    result = CliRunner().invoke(build_cli.command, [], obj=Context(project, json=True))
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["build"] == "0123456789"
    assert document["budget"]["flash_used"] == 380_000
    assert document["warnings"] == ["an older toolchain", "src/main.cpp:3:1: warning: unused"]
    assert "compiling" in result.stderr


def test_quiet_is_quiet(project: Path) -> None:
    result = CliRunner().invoke(build_cli.command, [], obj=Context(project, quiet=True))
    assert (result.exit_code, result.output) == (0, "")


def test_an_update_that_does_not_fit_is_said_with_numbers() -> None:
    assert build_cli.fits(98_304, False) == "yes, 96 KB to spare"
    assert build_cli.fits(98_304, True) == "yes, 96 KB to spare (as gzip)"
    assert build_cli.fits(-4_096, False) == "no, 4,096 bytes too many"
