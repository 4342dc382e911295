"""A running `dsmrforge simulate`, for the tests of the command."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

FAR = 90.0  # seconds until a test gives up waiting; the first build takes some


def start_command(
    *arguments: str, folder: Path, environment: dict[str, str]
) -> subprocess.Popen[str]:
    """`dsmrforge` with these arguments, in ``folder``."""
    return subprocess.Popen(
        [sys.executable, "-m", "dsmrforge", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Simulator:
    """A running `dsmrforge simulate --json`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.line = process.stdout.readline()
        self.document: dict[str, Any] = json.loads(self.line)
        if "error" not in self.document:
            return
        process.wait(FAR)
        raise AssertionError(self.document["error"])

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.document["http"] + path, timeout=30) as answer:
            body: bytes = answer.read()
        return json.loads(body) if "json" in answer.headers["Content-Type"] else body

    def fields(self) -> dict[str, Any]:
        with contextlib.suppress(urllib.error.HTTPError):
            return {f["name"]: f.get("value") for f in self.get("/api/v1/sm/fields")["fields"]}
        return {}

    def wait_for(self, what: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """The fields, as soon as they are so."""
        until = time.monotonic() + FAR
        while time.monotonic() < until:
            fields = self.fields()
            if what(fields):
                return fields
            time.sleep(0.05)
        raise AssertionError(f"never seen; the last were {self.fields()}")

    def end(self, number: int = signal.SIGINT) -> tuple[int, str, str]:
        """Its exit status, and what else it said."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=FAR)
        return self.process.returncode, out, err


def gone(pid: int) -> bool:
    """Whether no process has this id, or only one that is dead already."""
    until = time.monotonic() + FAR
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.05)
    return False
