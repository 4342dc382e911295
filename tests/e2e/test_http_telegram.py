"""/api/v1/sm/telegram: the next telegram, byte for byte, as the meter sends it."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_logger import PATIENCE, RunningLogger, parse, receive_all, running

from dsmrforge.build import HostProgram
from dsmrforge.telegram import frame

LINES = [f"0-0:96.13.{n}({'3031323334' * 20})" for n in range(6)] + ["1-0:1.7.0(00.119*kW)"]
TELEGRAM = frame("TST5METER", LINES)
BAD = TELEGRAM.replace(b"00.119", b"00.118")


@pytest.fixture
def logger(built_host: HostProgram) -> Iterator[RunningLogger]:
    with running(built_host.program) as logger:
        logger.feed(TELEGRAM)  # from now on the parser knows that this meter has a CRC
        logger.await_telegrams(1)
        yield logger


class Waiting:
    """A client that has asked for the telegram and reads it later."""

    def __init__(self, logger: RunningLogger) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", logger.port, timeout=PATIENCE)
        self.connection.request("GET", "/api/v1/sm/telegram")
        # Sessions take turns: once a later caller was answered a few times, this one is waiting.
        for _ in range(3):
            assert logger.serves()

    def read(self) -> bytes:
        """The telegram; http.client.IncompleteRead where its last chunk is missing."""
        answer = self.connection.getresponse()
        assert answer.status == 200
        kind = answer.headers["Content-Type"]
        assert kind is not None and kind.startswith("text/plain")
        try:
            return answer.read()
        finally:
            self.connection.close()


def test_the_next_telegram_not_the_last(logger: RunningLogger) -> None:
    client = Waiting(logger)
    following = frame("TST5METER", [*LINES, "1-0:2.7.0(00.001*kW)"])
    logger.feed(following)
    assert client.read() == following


def test_all_who_wait_get_it(logger: RunningLogger) -> None:
    clients = [Waiting(logger) for _ in range(3)]
    logger.feed(TELEGRAM)
    assert [client.read() for client in clients] == [TELEGRAM] * 3


def test_one_session_is_kept_for_the_rest(logger: RunningLogger) -> None:
    clients = [Waiting(logger) for _ in range(3)]
    assert logger.get("/api/v1/sm/telegram").status == 503
    logger.feed(TELEGRAM)
    assert [client.read() for client in clients] == [TELEGRAM] * 3


def test_who_comes_in_the_middle_gets_the_next(logger: RunningLogger) -> None:
    logger.feed(TELEGRAM[:500])
    client = Waiting(logger)
    following = frame("TST5METER", [*LINES, "1-0:2.7.0(00.001*kW)"])
    logger.feed(TELEGRAM[500:] + following)
    assert client.read() == following


def test_a_bad_telegram_is_an_incomplete_answer(logger: RunningLogger) -> None:
    client = Waiting(logger)
    logger.feed(BAD)
    with pytest.raises(http.client.IncompleteRead) as caught:
        client.read()
    assert BAD.startswith(caught.value.partial[:100])
    assert logger.telegrams() == 1


def test_a_telegram_that_is_cut_off_is_an_incomplete_answer(logger: RunningLogger) -> None:
    client = Waiting(logger)
    logger.feed(TELEGRAM[:700] + b"\r\n" + TELEGRAM)
    with pytest.raises(http.client.IncompleteRead):
        client.read()
    logger.await_telegrams(2)


def test_http_1_0_gets_it_without_chunks(logger: RunningLogger) -> None:
    with logger.connect() as caller:
        caller.sendall(b"GET /api/v1/sm/telegram HTTP/1.0\r\n\r\n")
        for _ in range(3):
            assert logger.serves()
        logger.feed(TELEGRAM)
        head, _, body = receive_all(caller).partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == TELEGRAM


def test_without_a_crc_it_ends_with_silence(built_host: HostProgram) -> None:
    with running(built_host.program) as logger:
        telegram = frame("TST3METER", ["1-0:1.7.0(0000.12*kW)"], crc=False)
        client = Waiting(logger)
        logger.feed(telegram)
        assert client.read() == telegram


def test_no_telegram_within_15_seconds_is_503(logger: RunningLogger) -> None:
    answer = logger.raw(b"GET /api/v1/sm/telegram HTTP/1.1\r\nHost: x\r\n\r\n")
    document = parse(answer).document
    assert document["error"]["status"] == 503


def test_recorded_streams_come_through_whole(logger: RunningLogger) -> None:
    stream = Path(__file__).parents[3] / "shared" / "telegrams" / "stream-isk5-2m550t.raw"
    recorded = stream.read_bytes() if stream.exists() else b"cut off)\r\n!0000\r\n" + TELEGRAM * 3
    first = recorded.index(b"\n/") + 1
    second = recorded.find(b"\n/", first) + 1 or len(recorded)
    client = Waiting(logger)
    logger.feed(recorded[: second + 1])
    assert client.read() == recorded[first:second]
