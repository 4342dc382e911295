"""Bad input to the running logger leaves it serving, and gets the right answer where it can."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from http_logger import RunningLogger, parse, receive_all, running, wait_for

from dsmrforge.build import HostProgram
from dsmrforge.telegram import frame

SEED = 20101209
GOOD = b"GET /api/v1/sm/actual HTTP/1.1\r\nHost: logger\r\n\r\n"
LARGE = 4 << 20


@pytest.fixture(scope="module")
def logger(
    built_host: HostProgram, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningLogger]:
    folder: Path = tmp_path_factory.mktemp("files")
    (folder / "large.bin").write_bytes(bytes(LARGE))
    with running(built_host.program, "--files", str(folder)) as logger:
        logger.feed(frame("TST5METER", ["1-0:1.7.0(00.119*kW)"]))
        logger.await_telegrams(1)
        yield logger


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", 431),
        (b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"x" * 100_000, 400),
        (bytes(100_000), 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000), 413),
        (
            b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
            413,
        ),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + bytes(100_000), 405),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\nabcde", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /% HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    ],
    ids=[
        "a header line of 100 KB",
        "20,000 header lines",
        "an address of 100 KB",
        "a method of 100 KB",
        "zeros",
        "a body of 100 KB",
        "a chunked body",
        "a body for a method that is not served",
        "a length that is none",
        "no host",
        "a percent sign alone",
    ],
)
def test_what_is_wrong_is_said(logger: RunningLogger, request_bytes: bytes, status: int) -> None:
    answer = parse(logger.raw(request_bytes))
    assert answer.status == status
    assert answer.document["error"]["status"] == status
    assert logger.serves()


def test_a_second_request_on_the_connection_is_not_answered(logger: RunningLogger) -> None:
    assert logger.raw(GOOD + GOOD).count(b"HTTP/1.1 200 OK") == 1


def test_half_a_request_and_silence(logger: RunningLogger) -> None:
    with logger.connect() as caller:
        caller.sendall(b"GET /api/v1/sm/ac")
        assert logger.serves()
        assert parse(receive_all(caller)).status == 408
    assert logger.serves()


def test_fifty_connections_at_once_are_all_answered(logger: RunningLogger) -> None:
    with ExitStack() as stack:
        callers = [stack.enter_context(logger.connect()) for _ in range(50)]
        for caller in callers:
            caller.sendall(GOOD)
        for caller in callers:
            assert parse(receive_all(caller)).status == 200


def test_fifty_silent_connections_do_not_keep_others_out(logger: RunningLogger) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(logger.connect())
        assert logger.serves()


def test_fifty_half_requests_do_not_keep_others_out(logger: RunningLogger) -> None:
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(logger.connect()).sendall(b"GET /")
        assert logger.serves()


def test_connections_that_are_reset_are_forgotten(logger: RunningLogger) -> None:
    for request in (b"", b"GET /", GOOD, b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n"):
        for _ in range(10):
            caller = logger.connect()
            caller.sendall(request)
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            caller.close()
    assert logger.serves()


def test_a_client_that_does_not_read_is_dropped(logger: RunningLogger) -> None:
    with ExitStack() as stack:
        callers = []
        for _ in range(4):  # as many as there are sessions
            caller = stack.enter_context(socket.socket())
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            caller.connect(("127.0.0.1", logger.port))
            caller.sendall(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
            callers.append(caller)
        assert logger.serves()  # once they were dropped
        for caller in callers:
            assert len(receive_all(caller)) < LARGE


def test_a_client_that_reads_a_little_at_a_time_gets_everything(logger: RunningLogger) -> None:
    with logger.connect() as caller:
        caller.sendall(GOOD)
        received = b""
        while part := caller.recv(7):
            received += part
    assert parse(received).status == 200


def test_a_large_file_arrives_whole_while_others_are_served(logger: RunningLogger) -> None:
    with logger.connect() as caller:
        caller.sendall(b"GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n")
        assert logger.serves()
        answer = parse(receive_all(caller))
    assert answer.body == bytes(LARGE)


def test_noise_of_any_kind_leaves_it_serving(logger: RunningLogger) -> None:
    noise = random.Random(SEED)
    for _ in range(200):
        request = bytearray(GOOD)
        for _ in range(noise.randrange(1, 6)):
            at = noise.randrange(len(request))
            request[at : at + noise.randrange(3)] = noise.randbytes(noise.randrange(4))
        with logger.connect() as caller:
            caller.sendall(request)
            caller.shutdown(socket.SHUT_WR)
            answer = receive_all(caller)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert logger.serves()


def test_a_meter_at_full_speed_does_not_starve_clients(logger: RunningLogger) -> None:
    before = logger.telegrams()
    telegram = frame("TST5METER", ["1-0:1.7.0(00.250*kW)"])
    count = 0
    while count < 20_000:
        logger.feed(telegram * 1000)
        count += 1000
        assert logger.serves()
    wait_for(lambda: logger.telegrams() == before + count)
