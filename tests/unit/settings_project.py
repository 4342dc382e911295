"""Projects for the tests of the settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmrforge.config import SECRETS, SETTINGS, SettingsError, load

ALL_SECRETS = """\
portal_password = "portal-of-test"
ota_password = "ota-of-test"
ftp_password = "ftp-of-test"
"""

# the house's complete sample (DESIGN.md, section 3)
SAMPLE = """\
[device]
name = "esp01-dsmr"            # host name, access point, mDNS
board = "esp01"                # esp01 (black, LED on GPIO1), esp01s (LED on GPIO2), host
[p1]
version = "auto"               # auto, 2, 3 (9600 7E1) or 4, 5 (115200 8N1)
inverter = "hardware"          # hardware: a transistor inverts; uart: the chip does
request_pin = 0                # leave out when pin 2 is tied to 5 V
[history]
hours = 48
days = 14
months = 24
[filesystem]
type = "spiffs"                # or littlefs
size = "128K"                  # 64K … 512K; the build says what that leaves for OTA
[telnet]
[ftp]
user = "dsmr"
[mqtt]
host = "broker.local"          # leaving a section out leaves its code out
[ota]
password = { secret = "ota_password" }
"""


def write_project(
    folder: Path, settings: str | bytes | None = "", secrets: str | bytes | None = ALL_SECRETS
) -> Path:
    """A project in ``folder``; None leaves the file out."""
    folder.mkdir(exist_ok=True)
    for name, content in ((SETTINGS, settings), (SECRETS, secrets)):
        path = folder / name
        path.unlink(missing_ok=True)
        if content is not None:
            path.touch(mode=0o600)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def said(project: Path) -> list[str]:
    """What is wrong with a project, a line each; the error says the same, and ends with 2."""
    with pytest.raises(SettingsError) as caught:
        load(project)
    assert caught.value.exit_code == 2
    assert caught.value.hint
    lines = [str(mistake) for mistake in caught.value.mistakes]
    assert caught.value.message.splitlines()[-len(lines) :] == lines
    return lines
