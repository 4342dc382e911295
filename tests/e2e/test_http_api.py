"""The REST API and the files, as the running logger serves them."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from http_logger import RunningLogger, parse, receive_all, running

from dsmrforge.build import HostProgram
from dsmrforge.telegram import frame

LINES = (
    "1-3:0.2.8(50)",
    "0-0:1.0.0(101209113020W)",
    "0-0:96.1.1(4B384547303034303436333935353037)",
    "1-0:1.8.1(123456.789*kWh)",
    "0-0:96.14.0(0002)",
    "1-0:1.7.0(00.119*kW)",
    "0-1:24.1.0(003)",
    "0-1:96.1.0(3232323241424344)",
    "0-1:24.2.1(101209112500W)(12785.123*m3)",
)
PAGE = b"<!DOCTYPE html><title>Meter</title>" + b"<p>a long page</p>" * 500


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "index.html.gz").write_bytes(gzip.compress(PAGE, mtime=0))
    (folder / "note.txt").write_bytes(b"plain\n")
    (folder / "folder").mkdir()
    (folder / "folder" / "inside.txt").write_bytes(b"no")
    (folder.parent / "outside.txt").write_bytes(b"no")
    (folder / "link.txt").symlink_to(folder.parent / "outside.txt")
    return folder


@pytest.fixture(scope="module")
def logger(built_host: HostProgram, files: Path) -> Iterator[RunningLogger]:
    with running(built_host.program, "--files", str(files)) as logger:
        logger.feed(frame("TST5METER", LINES))
        logger.await_telegrams(1)
        yield logger


def test_actual(logger: RunningLogger) -> None:
    answer = logger.get("/api/v1/sm/actual")
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["connection"] == "close"
    assert answer.document == {
        "actual": [
            {"name": "timestamp", "value": "101209113020W"},
            {"name": "energy_delivered_tariff1", "value": 123456.789, "unit": "kWh"},
            {"name": "electricity_tariff", "value": "0002"},
            {"name": "power_delivered", "value": 0.119, "unit": "kW"},
            {
                "name": "gas_delivered",
                "value": 12785.123,
                "unit": "m3",
                "timestamp": "101209112500W",
            },
        ]
    }


def test_numbers_keep_the_meters_decimals(logger: RunningLogger) -> None:
    assert b'"value":123456.789,' in logger.get("/api/v1/sm/actual").body


def test_fields_and_each_of_them_alone(logger: RunningLogger) -> None:
    fields = logger.get("/api/v1/sm/fields").document["fields"]
    assert len(fields) == len(LINES) + 1  # the identification
    for entry in fields:
        answer = logger.get(f"/api/v1/sm/fields/{entry['name']}")
        assert (answer.status, answer.document) == (200, {"fields": [entry]})


def test_info(logger: RunningLogger) -> None:
    names = [entry["name"] for entry in logger.get("/api/v1/sm/info").document["info"]]
    assert names == [
        "identification",
        "p1_version",
        "equipment_id",
        "electricity_tariff",
        "gas_device_type",
        "gas_equipment_id",
    ]


def test_device(logger: RunningLogger) -> None:
    entries = logger.get("/api/v1/dev/info").document["devinfo"]
    device = {entry["name"]: entry["value"] for entry in entries}
    assert device["hostname"] == "esp01-dsmr"
    assert device["board"] == "host"
    assert device["telegrams"] == 1
    assert device["crc_errors"] == 0
    assert device["version"]
    assert device["build"]


def test_time_is_the_meters(logger: RunningLogger) -> None:
    assert logger.get("/api/v1/dev/time").document == {
        "time": [
            {"name": "time", "value": "2010-12-09T11:30:20+01:00"},
            {"name": "epoch", "value": 1291890620},
        ]
    }


def test_the_old_loggers_address(logger: RunningLogger) -> None:
    assert logger.get("/getActual.json").document == {
        "Timestamp": "101209113020W",
        "Energy_Delivered": "123456.789",
        "Gas_Delivered": "12785.123",
        "Energy_Delivered_Tariff1": "123456.789",
        "Power_Delivered": "0.119",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/sm/fields/nothing",
        "/api/v1/sm/fields/",
        "/api/v1/sm/",
        "/api/v2/sm/actual",
        "/nothing.html",
        "/folder",
        "/folder/inside.txt",
        "/link.txt",
        "/a%20b",
    ],
)
def test_unknown_paths_are_404_in_json(logger: RunningLogger, path: str) -> None:
    answer = logger.get(path)
    assert answer.status == 404
    assert answer.document["error"]["status"] == 404
    assert answer.document["error"]["message"]


@pytest.mark.parametrize("path", ["/../outside.txt", "/%2e%2e/outside.txt", "/..%2foutside.txt"])
def test_no_path_leaves_the_file_system(logger: RunningLogger, path: str) -> None:
    assert logger.get(path).status == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_other_methods_are_405(logger: RunningLogger, method: str) -> None:
    answer = logger.get("/api/v1/sm/actual", method=method)
    assert answer.status == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.document["error"]["status"] == 405


@pytest.mark.parametrize("path", ["/api/v1/sm/actual", "/", "/note.txt", "/nothing"])
def test_head_is_get_without_the_body(logger: RunningLogger, path: str) -> None:
    get = logger.get(path, Accept_Encoding="gzip")
    head = logger.get(path, method="HEAD", Accept_Encoding="gzip")
    assert (head.status, head.headers, head.body) == (get.status, get.headers, b"")


def test_head_of_the_telegram_does_not_wait_for_one(logger: RunningLogger) -> None:
    answer = logger.get("/api/v1/sm/telegram", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")


def test_a_query_makes_no_difference(logger: RunningLogger) -> None:
    assert logger.get("/api/v1/sm/actual?x=1").body == logger.get("/api/v1/sm/actual").body


def test_the_page_comes_packed(logger: RunningLogger, files: Path) -> None:
    answer = logger.get("/", Accept_Encoding="gzip")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body == (files / "index.html.gz").read_bytes()
    assert gzip.decompress(answer.body) == PAGE


def test_a_page_that_the_client_has_is_not_sent_again(logger: RunningLogger) -> None:
    tag = logger.get("/", Accept_Encoding="gzip").headers["etag"]
    answer = logger.get("/", Accept_Encoding="gzip", If_None_Match=tag)
    assert (answer.status, answer.body) == (304, b"")
    assert logger.get("/", Accept_Encoding="gzip", If_None_Match='"0"').status == 200


def test_plain_files(logger: RunningLogger) -> None:
    answer = logger.get("/note.txt")
    assert (answer.status, answer.body) == (200, b"plain\n")
    assert "content-encoding" not in answer.headers


def test_a_request_in_single_bytes_gets_the_same_answer(logger: RunningLogger) -> None:
    request = b"GET /api/v1/sm/fields HTTP/1.1\r\nHost: logger\r\n\r\n"
    with logger.connect() as caller:
        for byte in request:
            caller.sendall(bytes([byte]))
        answer = parse(receive_all(caller))
    assert answer.body == logger.get("/api/v1/sm/fields").body


def test_without_files_the_firmware_has_a_page(built_host: HostProgram) -> None:
    with running(built_host.program) as logger:
        answer = logger.get("/")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert b"/api/v1/sm/actual" in answer.body
        assert logger.get("/nothing.js").status == 404


def test_before_the_first_telegram_lists_are_empty(built_host: HostProgram) -> None:
    with running(built_host.program) as logger:
        assert logger.get("/api/v1/sm/actual").document == {"actual": []}
        assert logger.field("/api/v1/dev/time", "time", "time") is None
        assert logger.field("/api/v1/dev/info", "devinfo", "last_telegram_seconds") is None


def test_it_serves_on_after_the_meter_is_gone(built_host: HostProgram) -> None:
    with running(built_host.program) as logger:
        logger.feed(frame("TST5METER", LINES))
        assert logger.process.stdin is not None
        logger.process.stdin.close()
        logger.process.stdin = None  # communicate() must not close it again
        logger.await_telegrams(1)
        assert logger.serves()
