"""The firmware's own C++ tests, on this computer under AddressSanitizer and UBSan."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from compile import TESTS, check_report, test_program

SOURCES = sorted(TESTS.glob("test_*.cpp"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_cpp_tests_pass(source: Path) -> None:
    result = subprocess.run(
        [test_program(source)], capture_output=True, text=True, timeout=120, check=False
    )
    check_report(result)
