"""What tests of all kinds share."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from dsmrforge.build import HostProgram, build_host
from dsmrforge.config import default_config


@pytest.fixture(scope="session")
def built_host(tmp_path_factory: pytest.TempPathFactory) -> HostProgram:
    """The logger as a program for this computer, under ASan and UBSan."""
    return build_host(tmp_path_factory.mktemp("host"), default_config(), sanitize=True)


# A job in the background starts with Ctrl-C ignored, one under nohup with SIGHUP ignored, and so
# would every program that is tested here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Debian package -> how many tests went without it.
_left_out: Counter[str] = Counter()


@pytest.fixture(scope="session")
def needs() -> Callable[[str, str], None]:
    """``needs(command, package)``: leaves a test out where this computer lacks a program for it.

    What was left out is counted in the summary. Where DSMRFORGE_TEST_ALL is set, as before a
    change lands, it is a failure instead.
    """

    def check(command: str, package: str) -> None:
        if shutil.which(command):
            return
        if os.environ.get("DSMRFORGE_TEST_ALL"):
            pytest.fail(f"{command} is missing (Debian's package {package})")
        _left_out[package] += 1
        pytest.skip(f"no {command} on this computer")

    return check


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what this run did not test, and what to install for it."""
    for package, count in sorted(_left_out.items()):
        terminalreporter.write_line(f"left out: {count} tests, for want of {package}")
    if _left_out:
        terminalreporter.write_line(f"to have them: sudo apt-get install {' '.join(_left_out)}")
