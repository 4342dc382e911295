"""`dsmrforge simulate`: the command, with the real firmware behind it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from simulator import FAR, Simulator, gone, start_command
from telegram_tools import ROOT, telegram

NEVER = ("telnet", "ftp", "ota", "telegrams")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A cache of its own, so that the firmware is built once for all tests here."""
    folder = tmp_path_factory.mktemp("simulate")
    temporary = folder / "temporary"
    temporary.mkdir()
    return os.environ | {
        "DSMRFORGE_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(temporary),
        "NO_COLOR": "1",
    }


@pytest.fixture
def start(
    environment: dict[str, str], tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts the command in an empty folder; afterwards nothing of it is left."""
    started: list[subprocess.Popen[str]] = []

    def run(*options: str, command: str = "simulate") -> subprocess.Popen[str]:
        process = start_command(command, *options, folder=tmp_path, environment=environment)
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()  # and not killed: what it wrote for the moment is to be removed
        try:
            process.communicate(timeout=FAR)
        finally:
            process.kill()


@pytest.fixture
def simulate(start: Callable[..., subprocess.Popen[str]]) -> Callable[..., Simulator]:
    return lambda *options: Simulator(start("--json", "--port", "0", *options))


def left_over(environment: dict[str, str]) -> list[Path]:
    return list(Path(environment["TMPDIR"]).glob("dsmrforge-*"))


def test_one_line_of_json_says_where_it_serves_and_nothing_follows(
    simulate: Callable[..., Simulator], environment: dict[str, str]
) -> None:
    simulator = simulate()
    assert list(simulator.document) == ["http", *NEVER, "pid"]
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", simulator.document["http"])
    assert all(simulator.document[name] is None for name in NEVER)
    os.kill(simulator.document["pid"], 0)
    fields = simulator.wait_for(lambda fields: "power_delivered" in fields)
    assert fields["p1_version"] == "50"
    status, out, _ = simulator.end()
    assert (status, out) == (130, "")
    assert gone(simulator.document["pid"])
    assert left_over(environment) == []


def test_the_web_page_comes_from_the_file_system_image(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate()
    with urllib.request.urlopen(simulator.document["http"] + "/", timeout=30) as answer:
        assert answer.status == 200
        assert "text/html" in answer.headers["Content-Type"]
    request = urllib.request.Request(simulator.document["http"] + "/app.js")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 200


def test_the_household_s_clock_starts_and_runs_as_told(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--start", "2026-06-01T13:00", "--speed", "3600")
    first = simulator.wait_for(lambda fields: "timestamp" in fields)["timestamp"]
    assert re.fullmatch(r"2606\d{8}S", first)
    later = simulator.wait_for(lambda fields: fields.get("timestamp", first) > "260601140000S")
    # 72 s of meter time each: a faster clock skips telegrams, and keeps its speed
    assert int(later["timestamp"][4:6]) == 1


def test_as_fast_as_it_goes_takes_every_telegram(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--speed", "max", "--start", "2026-06-01T13:00")
    simulator.wait_for(lambda fields: fields.get("timestamp", "") > "260601130500S")
    device = {
        entry["name"]: entry.get("value") for entry in simulator.get("/api/v1/dev/info")["devinfo"]
    }
    assert device["telegrams"] > 300
    assert device["crc_errors"] == 0


@pytest.mark.parametrize(
    ("profile", "name", "value"),
    [
        ("nl4", "p1_version", "42"),
        ("nl2", "gas_valve_position", "1"),
        ("be", "water_device_type", 7),
    ],
)
def test_other_meters_are_understood(
    profile: str, name: str, value: object, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--profile", profile, "--speed", "20")
    assert simulator.wait_for(lambda fields: "power_delivered" in fields)[name] == value


def test_it_ends_by_itself_with_status_0(
    simulate: Callable[..., Simulator], environment: dict[str, str]
) -> None:
    simulator = simulate("--for", "0.5")
    out, _ = simulator.process.communicate(timeout=FAR)
    assert (simulator.process.returncode, out) == (0, "")
    assert gone(simulator.document["pid"])
    assert left_over(environment) == []


def test_people_get_the_address_and_what_to_do(start: Callable[..., subprocess.Popen[str]]) -> None:
    out, _ = start("--for", "0.2", "--port", "0").communicate(timeout=FAR)
    assert re.search(r"http://127\.0\.0\.1:\d+", out)
    assert "browser" in out
    assert "Ctrl-C" in out


# -- its end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 143)])
def test_a_signal_ends_the_firmware_too(
    number: int, status: int, simulate: Callable[..., Simulator], environment: dict[str, str]
) -> None:
    simulator = simulate()
    assert simulator.end(number)[0] == status
    assert gone(simulator.document["pid"])
    assert left_over(environment) == []


def test_even_when_it_is_killed_nothing_is_left_running(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate()
    simulator.end(signal.SIGKILL)
    if shutil.which("setpriv"):  # Linux tells a child of its parent's death, if asked to
        assert gone(simulator.document["pid"])
    else:
        os.kill(simulator.document["pid"], signal.SIGTERM)


def test_a_signal_during_the_build_ends_it(
    environment: dict[str, str], tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    environment_before = environment["DSMRFORGE_CACHE"]
    environment["DSMRFORGE_CACHE"] = str(tmp_path / "empty cache")
    try:
        process = start("--port", "0", "--verbose")
        assert process.stdout is not None
        assert any("compiling" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=FAR)
    finally:
        environment["DSMRFORGE_CACHE"] = environment_before
    assert process.returncode == 143


def test_the_firmware_s_death_is_told_with_its_signal(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate()
    os.kill(simulator.document["pid"], signal.SIGSEGV)
    _, err = simulator.process.communicate(timeout=FAR)
    assert simulator.process.returncode == 1
    assert "SIGSEGV" in err
    assert "Traceback" not in err


def test_the_reader_of_the_line_may_leave(simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--for", "1")
    assert simulator.process.stdout is not None
    simulator.process.stdout.close()
    assert simulator.process.wait(FAR) == 0
    assert gone(simulator.document["pid"])


# -- ports -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def taken(port: int) -> Iterator[int]:
    with socket.socket() as listener:
        with contextlib.suppress(OSError):  # somebody else has it: as good
            listener.bind(("127.0.0.1", port))
            listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_an_error(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    with taken(0) as port:
        process = start("--port", str(port))
        _, err = process.communicate(timeout=FAR)
    assert process.returncode == 1
    assert f"port {port} is taken" in err
    assert "--port 0" in err


def test_without_a_port_it_takes_a_free_one_when_8080_is_taken(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    with taken(8080):
        simulator = Simulator(start("--json"))
        assert not simulator.document["http"].endswith(":8080")
        assert simulator.get("/api/v1/dev/info")["devinfo"]
        simulator.end()


# -- meters ----------------------------------------------------------------------------------------

RECORDING = b"".join(
    telegram("1-3:0.2.8(50)", f"0-0:1.0.0(2501150730{second:02d}W)", "1-0:1.7.0(00.428*kW)")
    for second in range(5)
)


def test_a_recording_is_played_to_its_end(
    tmp_path: Path, simulate: Callable[..., Simulator]
) -> None:
    (tmp_path / "meter.txt").write_bytes(b"cut off\r\n" + RECORDING + RECORDING[:70])
    simulator = simulate("--meter", "meter.txt", "--speed", "20")
    simulator.wait_for(lambda fields: fields.get("timestamp") == "250115073004W")
    assert simulator.process.stderr is not None
    assert any("is at its end" in line for line in simulator.process.stderr)
    assert simulator.fields()["timestamp"] == "250115073004W"


def test_a_recording_in_a_loop_begins_again(
    tmp_path: Path, simulate: Callable[..., Simulator]
) -> None:
    (tmp_path / "meter.txt").write_bytes(RECORDING)
    simulator = simulate("--meter", "meter.txt", "--loop", "--speed", "5")
    for second in (4, 1, 4, 1):
        simulator.wait_for(
            lambda fields, s=second: fields.get("timestamp") == f"2501150730{s:02d}W"
        )


def test_a_meter_over_tcp_is_read_and_sought_again_when_it_goes(
    simulate: Callable[..., Simulator],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(FAR)
        simulator = simulate("--meter", f"tcp:127.0.0.1:{server.getsockname()[1]}")
        for second in range(2):
            connection, _ = server.accept()
            with connection:
                connection.sendall(RECORDING[: len(RECORDING) // 5 * (second + 1)])
                simulator.wait_for(
                    lambda fields, s=second: fields.get("timestamp") == f"2501150730{s:02d}W"
                )
        _, _, err = simulator.end()
    assert "trying again in 1 s" in err


def test_a_meter_on_a_serial_line_is_read(simulate: Callable[..., Simulator]) -> None:
    import pty
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.2):
            os.write(ours, RECORDING[: len(RECORDING) // 5])

    talker = threading.Thread(target=talk)
    talker.start()
    try:
        simulator = simulate("--meter", f"serial:{os.ttyname(theirs)}")
        simulator.wait_for(lambda fields: fields.get("power_delivered") == 0.428)
        simulator.end()
    finally:
        stop.set()
        talker.join()
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--meter", "missing.txt"], 2, "missing.txt"),
        (["--meter", "."], 2, "is a folder"),
        (["--meter", "empty.txt"], 1, "is empty"),
        (["--meter", "letter.txt"], 1, "begins with '/'"),
        (["--meter", "tcp:somewhere"], 2, "names no host and port"),
        (["--meter", "tcp:somewhere:99999"], 2, "names no host and port"),
        (["--meter", "serial:/dev/ttyNOT", "--serial", "fast"], 2, "no serial framing"),
        (["--meter", "/dev/ttyNOT"], 1, "/dev/ttyNOT"),
        (["--speed", "quick"], 2, "no speed"),
        (["--speed", "-1"], 2, "no speed"),
        (["--speed", "nan"], 2, "no speed"),
        (["--start", "yesterday"], 2, "no time of a meter's clock"),
        (["--start", "1999-01-01"], 2, "no time of a meter's clock"),
        (["--start", "2026-01-01T00:00+01:00"], 2, "no time of a meter's clock"),
        (["--profile", "fr"], 2, "fr"),
        (["--bind", "203.0.113.7"], 2, "no address of this computer"),
        (["--project", "nowhere"], 2, "nowhere"),
    ],
)
def test_what_is_typed_wrong_is_told_in_two_lines(
    options: list[str],
    status: int,
    words: str,
    tmp_path: Path,
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "letter.txt").write_bytes(b"Dear reader,\r\n" * 100)
    process = start(*options)
    out, err = process.communicate(timeout=FAR)
    assert (process.returncode, out) == (status, "")
    assert words in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 2


def test_a_serial_port_that_is_not_there_names_those_that_are(
    simulate: Callable[..., Simulator],
) -> None:
    simulator = simulate("--meter", "serial:/dev/ttyNOT")
    _, err = simulator.process.communicate(timeout=FAR)
    assert simulator.process.returncode == 1
    assert "cannot open /dev/ttyNOT" in err
    assert "serial" in err.splitlines()[-1]
    assert gone(simulator.document["pid"])


def test_a_project_s_own_settings_are_simulated(
    tmp_path: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    start("--yes", "--name", "kelder", command="init").communicate(timeout=FAR)
    simulator = Simulator(start("--json", "--port", "0"))
    device = simulator.get("/api/v1/dev/info")["devinfo"]
    assert {"name": "hostname", "value": "kelder"} in device
    simulator.end()
    assert (tmp_path / "dist" / "kelder-host" / "firmware.bin").exists()
