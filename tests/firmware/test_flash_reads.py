"""Constants in flash are read in aligned words only.

On the ESP8266 any other read of the memory-mapped flash ends in an exception, and a compiler may
well make a byte's read of a word's. The emulator would not notice, so the machine code is read:
within each function and up to each jump, what is loaded from an address in .irom0, or from one
derived of it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import compile as firmware
import pytest
from test_on_lx106 import COMPILER, program

OBJDUMP = "xtensa-lx106-elf-objdump"
NARROW_READS = {"l8ui", "l16ui", "l16si"}
DERIVED = {"mov", "mov.n", "add", "add.n", "addi", "addi.n", "addmi", "addx2", "addx4", "addx8"}
# Hold their value over a call; the others do not.
KEPT = {"a12", "a13", "a14", "a15"}
LEAVES = {"j", "jx", "ret", "ret.n"}
NO_RESULT = re.compile(r"s(8|16|32)i|b|nop|simcall|memw|extw|isync|[rw]sync")
LINE = re.compile(r"\s*[0-9a-f]+:\s+[0-9a-f]+\s+(\S+)\s*(.*)")


def flash_range(elf: Path) -> range:
    """The addresses of what stays in flash."""
    headers = subprocess.run([OBJDUMP, "-h", elf], capture_output=True, text=True, check=True)
    found = re.search(r"\.irom0\s+([0-9a-f]+)\s+([0-9a-f]+)", headers.stdout)
    assert found, headers.stdout
    begin = int(found[2], 16)
    return range(begin, begin + int(found[1], 16))


def narrow_reads(lines: list[str], flash: range) -> Iterator[str]:
    """The instructions that read less than a word of ``flash``."""
    from_flash: set[str] = set()
    for line in lines:
        if line.endswith(">:"):
            from_flash.clear()
            continue
        found = LINE.match(line)
        if not found:
            continue
        operation, arguments = found[1], [a.strip() for a in found[2].split(",")]
        target, sources = arguments[0], arguments[1:]
        if operation == "l32r":
            literal = re.search(r"\(([0-9a-f]+) ", found[2])
            is_flash = literal is not None and int(literal[1], 16) in flash
            (from_flash.add if is_flash else from_flash.discard)(target)
        elif operation in NARROW_READS:
            if sources[0] in from_flash:
                yield line
            from_flash.discard(target)
        elif operation in LEAVES:
            from_flash.clear()  # what follows is reached from elsewhere
        elif operation.startswith("call"):
            from_flash &= KEPT
        elif operation in DERIVED and from_flash.intersection(sources):
            from_flash.add(target)
        elif not NO_RESULT.match(operation):
            from_flash.discard(target)


@pytest.mark.parametrize("name", ["test_parser", "test_rest", "test_http_server", "test_logger"])
def test_no_function_reads_less_than_a_word_of_flash(
    name: str, needs: Callable[[str, str], None]
) -> None:
    needs(COMPILER, "gcc-xtensa-lx106")
    elf = program(firmware.TESTS / f"{name}.cpp")
    code = subprocess.run([OBJDUMP, "-d", elf], capture_output=True, text=True, check=True)
    flash = flash_range(elf)
    assert len(flash) > 1000
    assert list(narrow_reads(code.stdout.splitlines(), flash)) == []


def test_a_narrow_read_would_be_seen() -> None:
    code = """
50000100 <f>:
50000100:\t000021        \tl32r\ta2, 50000000 (50001000 <TABLE>)
50000103:\t1a33      \tadd.n\ta3, a2, a4
50000105:\t000342        \tl8ui\ta4, a3, 0
50000108:\t0228      \tl32i.n\ta2, a2, 0
5000010a:\t000242        \tl8ui\ta4, a2, 0
""".splitlines()
    assert [line.split()[0] for line in narrow_reads(code, range(0x50001000, 0x50002000))] == [
        "50000105:"
    ]
