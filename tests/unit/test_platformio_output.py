"""What PlatformIO and the compilers print becomes events, a result, or a short error."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmrforge.platformio.output import MOST_SHOWN, Event, Kind, OutputReader, Usage


def read(lines: str, project: Path = Path()) -> tuple[OutputReader, list[Event]]:
    reader = OutputReader(project)
    return reader, [event for line in lines.splitlines() for event in reader.feed(line)]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("Compiling .pio/build/host/src/p1/parser.o", "src/p1/parser.cpp"),
        (r"Compiling .pio\build\host\src\p1\parser.o", "src/p1/parser.cpp"),
        ("Compiling .pio/build/esp01/src/p1/parser.cpp.o", "src/p1/parser.cpp"),
        ("Compiling .pio/build/esp01/FrameworkArduino/abi.cpp.o", "FrameworkArduino/abi.cpp"),
    ],
)
def test_a_compiled_file_is_named_as_in_the_project(tmp_path: Path, line: str, file: str) -> None:
    (tmp_path / "src" / "p1").mkdir(parents=True)
    (tmp_path / "src" / "p1" / "parser.cpp").touch()
    reader, events = read(line, tmp_path)
    assert events == [Event(Kind.COMPILE, file=file)]
    assert reader.compiled == [file]


def test_what_is_being_made_is_known() -> None:
    lines = """\
Generating LD script .pio/build/esp01/ld/local.eagle.app.v6.common.ld
Archiving .pio/build/esp01/libFrameworkArduino.a
Linking .pio/build/esp01/firmware.elf
Building .pio/build/esp01/firmware.bin"""
    reader, events = read(lines)
    assert reader.targets == [line.split()[-1] for line in lines.splitlines()]
    assert events == [Event(Kind.LINK, "linking")]


@pytest.mark.parametrize(
    ("line", "event", "shown"),
    [
        (
            "src/p1/parser.cpp:12:5: error: 'x' was not declared in this scope",
            Event(Kind.ERROR, "'x' was not declared in this scope", "src/p1/parser.cpp", 12, 5),
            "src/p1/parser.cpp:12:5: error: 'x' was not declared in this scope",
        ),
        (
            "src/main.cpp:3:10: fatal error: gone.h: No such file or directory",
            Event(Kind.ERROR, "gone.h: No such file or directory", "src/main.cpp", 3, 10),
            "src/main.cpp:3:10: error: gone.h: No such file or directory",
        ),
        (
            r"C:\project\src\main.cpp:3:10: error: no",
            Event(Kind.ERROR, "no", "C:/project/src/main.cpp", 3, 10),
            "C:/project/src/main.cpp:3:10: error: no",
        ),
        (
            "src/main.cpp:7: warning: unused [-Wunused]",
            Event(Kind.WARNING, "unused [-Wunused]", "src/main.cpp", 7),
            "src/main.cpp:7: warning: unused [-Wunused]",
        ),
        (
            "/usr/bin/ld: .pio/build/host/src/main.o: in function `main':",
            None,
            "",
        ),
        (
            "main.cpp:(.text+0x5): undefined reference to `other()'",
            Event(Kind.ERROR, "undefined reference to `other()'", "main.cpp"),
            "main.cpp: error: undefined reference to `other()'",
        ),
        (
            "/usr/bin/ld: /tmp/p/src/main.cpp:4: undefined reference to `other()'",
            Event(Kind.ERROR, "undefined reference to `other()'", "/tmp/p/src/main.cpp"),
            "/tmp/p/src/main.cpp: error: undefined reference to `other()'",
        ),
        (
            "/usr/bin/ld: .pio/build/host/src/b.o: in function `f()': b.cpp:(.text+0x0): "
            "multiple definition of `f()'; .pio/build/host/src/a.o:a.cpp:(.text+0x0): first",
            Event(
                Kind.ERROR,
                "multiple definition of `f()'; .pio/build/host/src/a.o:a.cpp:(.text+0x0): first",
            ),
            "error: multiple definition of `f()'; .pio/build/host/src/a.o:a.cpp:(.text+0x0): first",
        ),
        (
            "Tool Manager: Downloading  [####] 100%",
            Event(Kind.STEP, "downloading [####] 100%"),
            "downloading [####] 100%",
        ),
        (
            "Platform Manager: Installing espressif8266 @ 4.2.1",
            Event(Kind.STEP, "installing espressif8266 @ 4.2.1"),
            "installing espressif8266 @ 4.2.1",
        ),
        ("Platform Manager: Installing symlink://platform/host", None, ""),
        ("In file included from src/main.cpp:1:", None, ""),
        ("   12 |   x = 3;", None, ""),
        ("", None, ""),
    ],
)
def test_a_line_is_an_event_or_nothing(line: str, event: Event | None, shown: str) -> None:
    _, events = read(line)
    assert events == ([event] if event else [])
    assert [str(one) for one in events] == ([shown] if event else [])


def test_warnings_of_others_code_are_theirs() -> None:
    reader, events = read(
        "/core/packages/framework/cores/esp8266/uart.cpp:1:2: warning: odd\n"
        ".pio/libdeps/esp01/WiFiManager/WiFiManager.cpp:1:2: warning: odd"
    )
    assert events == [] and reader.warnings == []


def test_an_error_in_a_header_is_told_once() -> None:
    line = "include/config.h:3:1: error: stray"
    reader, events = read(f"{line}\n{line}")
    assert len(events) == len(reader.errors) == 1


def test_sizes_are_read() -> None:
    reader, _ = read(
        "RAM:   [====      ]  37.9% (used 31016 bytes from 81920 bytes)\n"
        "Flash: [====      ]  45.0% (used 401657 bytes from 892912 bytes)"
    )
    assert (reader.ram, reader.flash) == (Usage(31016, 81920), Usage(401657, 892912))


def test_errors_are_shown_with_file_and_line_and_the_log_is_named() -> None:
    reader, _ = read("noise\nsrc/a.cpp:1:2: error: one\nmore noise\nsrc/b.cpp:3:4: error: two")
    error = reader.failure("build.log")
    assert error.message.splitlines() == [
        "the firmware does not compile: 2 errors",
        "  src/a.cpp:1:2: error: one",
        "  src/b.cpp:3:4: error: two",
    ]
    assert "build.log" in error.hint


def test_hundreds_of_errors_are_cut_short() -> None:
    reader, _ = read("\n".join(f"src/a.cpp:{line}:1: error: bad" for line in range(1, 301)))
    shown = reader.failure("build.log").message.splitlines()
    assert len(shown) == MOST_SHOWN + 2
    assert shown[-1] == f"  and {300 - MOST_SHOWN} more"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "ld: region `irom0_0_seg' overflowed by 12345 bytes",
            "the firmware is 12,345 bytes too large for the flash below the file system",
        ),
        (
            "ld: region `dram0_0_seg' overflowed by 8 bytes",
            "the firmware is 8 bytes too large for the RAM",
        ),
        (
            "Error: The program size (900000 bytes) is greater than maximum allowed (892912 bytes)",
            "the firmware has 900,000 bytes, the flash below the file system 892,912: "
            "7,088 too many",
        ),
    ],
)
def test_a_firmware_that_does_not_fit_is_told_with_numbers(line: str, said: str) -> None:
    reader, _ = read(f"{line}\ncollect2: error: ld returned 1 exit status")
    assert reader.failure("build.log").message == said
    assert "filesystem" in reader.failure("build.log").hint


def test_platformios_own_error_is_passed_on() -> None:
    reader, _ = read(
        "Processing esp01\n----\n"
        "UnknownPackageError: Could not find the package with 'x' requirements for your system\n"
        "===== [FAILED] Took 0.1 seconds ====="
    )
    message = reader.failure("build.log").message
    assert message.startswith("PlatformIO failed: Could not find the package")


def test_a_failure_without_a_reason_shows_the_last_lines() -> None:
    reader, _ = read("\n".join(f"line {n}" for n in range(50)))
    assert reader.failure("build.log").message.splitlines()[1:] == [
        f"  line {n}" for n in range(45, 50)
    ]
    assert read("")[0].failure("build.log").message == "PlatformIO failed"
