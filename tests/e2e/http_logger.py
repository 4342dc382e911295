"""The host program as it is, with a meter that the test plays and callers of every kind."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60
"""Seconds after which a test gives up; no test takes as long unless something is wrong."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


@dataclass(frozen=True)
class RunningLogger:
    """The running program; ``port`` is on 127.0.0.1."""

    port: int
    process: subprocess.Popen[bytes]

    def feed(self, data: bytes) -> None:
        """Let the meter send ``data``."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def connect(self) -> socket.socket:
        """A connection that says nothing yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def raw(self, data: bytes) -> bytes:
        """Everything that comes back for ``data``, until the logger closes."""
        with self.connect() as caller:
            caller.sendall(data)
            return receive_all(caller)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """An orderly request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            lines = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, headers=lines)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, names, answer.read())
        finally:
            connection.close()

    def field(self, path: str, list_name: str, name: str) -> Any:
        """The value of ``name`` in one of the API's lists; None where it has none."""
        entries = self.get(path).document[list_name]
        return next((entry["value"] for entry in entries if entry["name"] == name), None)

    def telegrams(self) -> int:
        """How many telegrams the logger took."""
        count = self.field("/api/v1/dev/info", "devinfo", "telegrams")
        assert isinstance(count, int)
        return count

    def await_telegrams(self, count: int) -> None:
        """Wait until the logger has taken so many telegrams."""
        wait_for(lambda: self.telegrams() >= count)

    def serves(self) -> bool:
        """Whether an orderly request is answered."""
        return self.get("/api/v1/sm/actual").status == 200


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def receive_all(caller: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    parts = []
    while part := caller.recv(65536):
        parts.append(part)
    return b"".join(parts)


def parse(answer: bytes) -> Answer:
    """An answer that has a length."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode("ascii").split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert len(body) == int(headers["content-length"])
    return Answer(int(status.split(" ")[1]), headers, body)


@contextmanager
def running(program: Path, *options: str) -> Iterator[RunningLogger]:
    """The program with ``options``, until the block ends; it must end cleanly.

    A memory error or a leak, which the sanitizers report at the end, fails the test.
    """
    process = subprocess.Popen(
        [str(program), "--http-port", "0", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        ready = re.fullmatch(rb"ready http=(\d+)\n", process.stdout.readline())
        assert ready, process.communicate()
        yield RunningLogger(int(ready[1]), process)
        process.terminate()
        _, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, errors) == (0, b"")
    finally:
        process.kill()
        process.communicate()
