"""Every mistake an owner can make in the settings: file, line, what was found, what would do."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings_project import said, write_project

NAME = "1 to 24 letters, digits and hyphens, no hyphen first or last"
PORT = "a whole number from 1 to 65535"
SIZE = '"64K", "128K", "144K", "160K", "192K", "256K" or "512K"'
PROFILES = "a list of nl, be, lu, se, lt or hu, each at most once"
VERSION = "auto, 2, 3, 4 or 5"
BROKER = "the broker's host name or IPv4 address, such as broker.local"
TOPIC = "1 to 64 characters without + and #, no / first or last"
USER = "1 to 32 letters, digits or signs of plain ASCII, no spaces"
QUOTES = 'text in double quotes ("esp01"), numbers, true and false without'

SETTINGS_MISTAKES = {
    # the name of the case: (settings, what is said after "dsmrforge.toml:")
    "unknown section": (
        "\n[devise]\n",
        "2: [devise]: found a section that does not exist, would do: [device]",
    ),
    "unknown section like none": (
        "[zzz]\n",
        "1: [zzz]: found a section that does not exist, would do: [device], [p1], [wifi], [web], "
        "[filesystem], [ota], [history], [telnet], [ftp], [mqtt] or [stream]",
    ),
    "unknown key": (
        '[device]\n# a comment\nnmae = "x"\n',
        "3: [device] nmae: found a key that does not exist, would do: name",
    ),
    "unknown key like none": (
        "[telnet]\nzzz = 1\n",
        "2: [telnet] zzz: found a key that does not exist, would do: port",
    ),
    "key in the wrong section": (
        "[device]\nrequest_pin = 0\n",
        "2: [device] request_pin: found a key that does not exist, would do: the same below [p1]",
    ),
    "key outside a section": (
        'board = "esp01"\n[device]\n',
        "1: board: found a key outside a section, would do: the same below [device]",
    ),
    "unknown key outside a section": (
        "zzz = 1\n",
        "1: zzz: found a key outside a section, would do: no such line, or a section above it",
    ),
    "a value for a section": (
        "telnet = true\n",
        "1: [telnet]: found true, would do: a section: [telnet] on its own line",
    ),
    "a section as a list": (
        "[web]\n[[p1]]\nversion = 2\n",
        "2: [p1]: found [[p1]], a list, would do: a section: [p1] on its own line",
    ),
    "text for a number": (
        '[web]\nport = "80"\n',
        f'2: [web] port: found "80", would do: {PORT}',
    ),
    "truth for a number": (
        "[web]\nport = true\n",
        f"2: [web] port: found true, would do: {PORT}",
    ),
    "fraction for a number": (
        "[web]\nport = 80.0\n",
        f"2: [web] port: found 80.0, would do: {PORT}",
    ),
    "number for a text": (
        "[device]\nname = 1\n",
        f"2: [device] name: found 1, would do: {NAME}",
    ),
    "date for a text": (
        "[device]\nname = 2026-11-22\n",
        f"2: [device] name: found the date or time 2026-11-22, would do: {NAME}",
    ),
    "number out of range": (
        "[web]\nport = 65536\n",
        f"2: [web] port: found 65536, would do: {PORT}",
    ),
    "number below its range": (
        "[web]\nport = 0\n",
        f"2: [web] port: found 0, would do: {PORT}",
    ),
    "number beyond all range": (
        f"[web]\nport = 0x{'f' * 5000}\n",
        f"2: [web] port: found a number far too big, would do: {PORT}",
    ),
    "reading too small": (
        "[p1]\nreading_bytes = 127\n",
        "2: [p1] reading_bytes: found 127, would do: a whole number from 128 to 8192",
    ),
    "reading too big": (
        "[p1]\nreading_bytes = 8193\n",
        "2: [p1] reading_bytes: found 8193, would do: a whole number from 128 to 8192",
    ),
    "portal closes at once": (
        "[wifi]\nportal_seconds = 0\n",
        "2: [wifi] portal_seconds: found 0, would do: a whole number from 30 to 3600",
    ),
    "history of nothing": (
        "[history]\nhours = 0\n",
        "2: [history] hours: found 0, would do: a whole number from 1 to 240",
    ),
    "version that is none": (
        "[p1]\nversion = 6\n",
        f"2: [p1] version: found 6, would do: {VERSION}",
    ),
    "version with a point": (
        "[p1]\nversion = 4.2\n",
        f"2: [p1] version: found 4.2, would do: {VERSION}",
    ),
    "version that is true": (
        "[p1]\nversion = true\n",
        f"2: [p1] version: found true, would do: {VERSION}",
    ),
    "inverter that is none": (
        '[p1]\ninverter = "software"\n',
        '2: [p1] inverter: found "software", would do: hardware or uart',
    ),
    "unknown board": (
        '[device]\nboard = "esp32"\n',
        '2: [device] board: found "esp32", would do: esp01, esp01s or host',
    ),
    "host name with a space": (
        '[device]\nname = "my meter"\n',
        f'2: [device] name: found "my meter", would do: {NAME}',
    ),
    "host name with a dot": (
        '[device]\nname = "meter.local"\n',
        f'2: [device] name: found "meter.local", would do: {NAME}',
    ),
    "host name with an underscore": (
        '[device]\nname = "my_meter"\n',
        f'2: [device] name: found "my_meter", would do: {NAME}',
    ),
    "host name that begins with a hyphen": (
        '[device]\nname = "-meter"\n',
        f'2: [device] name: found "-meter", would do: {NAME}',
    ),
    "host name that ends with a newline": (
        '[device]\nname = "meter\\n"\n',
        f'2: [device] name: found "meter\\n", would do: {NAME}',
    ),
    "host name of other letters": (
        '[device]\nname = "zähler"\n',
        f'2: [device] name: found "zähler", would do: {NAME}',
    ),
    "host name that is empty": (
        '[device]\nname = ""\n',
        f'2: [device] name: found "", would do: {NAME}',
    ),
    "host name too long": (
        f'[device]\nname = "{"a" * 25}"\n',
        f'2: [device] name: found "{"a" * 25}", would do: {NAME}',
    ),
    "terminal codes in a text": (
        '[device]\nname = "\\u009b31m"\n',
        f'2: [device] name: found "\\u009b31m", would do: {NAME}',
    ),
    "profile that is none": (
        '[p1]\nprofiles = ["nl",\n  "de"]\n',
        f'3: [p1] profiles: found "de", would do: {PROFILES}',
    ),
    "profile twice": (
        '[p1]\nprofiles = ["nl", "nl"]\n',
        f'2: [p1] profiles: found ["nl", "nl"], would do: {PROFILES}',
    ),
    "no profiles": (
        "[p1]\nprofiles = []\n",
        f"2: [p1] profiles: found [], would do: {PROFILES}",
    ),
    "a text for profiles": (
        '[p1]\nprofiles = "nl"\n',
        f'2: [p1] profiles: found "nl", would do: {PROFILES}',
    ),
    "size that no layout has": (
        '[filesystem]\nsize = "100K"\n',
        f'2: [filesystem] size: found "100K", would do: {SIZE}',
    ),
    "size without its unit": (
        "[filesystem]\nsize = 128\n",
        f"2: [filesystem] size: found 128, would do: {SIZE}",
    ),
    "file system that is none": (
        '[filesystem]\ntype = "fat"\n',
        '2: [filesystem] type: found "fat", would do: spiffs or littlefs',
    ),
    "two services on a port": (
        "[web]\nport = 2001\n[stream]\nport = 2001\n",
        "4: [stream] port: found 2001, which is also the port of [web] (line 2), "
        "would do: a port of its own, such as 2002",
    ),
    "a service on another's usual port": (
        "[telnet]\n[web]\nport = 23\n",
        "3: [web] port: found 23, which is also the port of [telnet] (its default, line 1), "
        "would do: a port of its own, such as 24",
    ),
    "a service on the port of one that is always there": (
        "[telnet]\nport = 8266\n",
        "2: [telnet] port: found 8266, which is also the port of [ota] (its default), "
        "would do: a port of its own, such as 8267",
    ),
    "the last port twice": (
        "[web]\nport = 65535\n[telnet]\nport = 65535\n",
        "4: [telnet] port: found 65535, which is also the port of [web] (line 2), "
        "would do: a port of its own, such as 1024",
    ),
    "request pin on the LED": (
        "[p1]\nrequest_pin = 1\n",
        "2: [p1] request_pin: found 1, which is for the LED on esp01, would do: 0 or 2",
    ),
    "request pin on the other board's LED": (
        '[device]\nboard = "esp01s"\n[p1]\nrequest_pin = 2\n',
        "4: [p1] request_pin: found 2, which is for the LED on esp01s, would do: 0",
    ),
    "request pin on the UART": (
        "[p1]\nrequest_pin = 3\n",
        "2: [p1] request_pin: found 3, which is for the UART, which receives the P1 port's data "
        "on it on esp01, would do: 0 or 2",
    ),
    "request pin on the flash": (
        "[p1]\nrequest_pin = 6\n",
        "2: [p1] request_pin: found 6, which is for the flash chip on esp01, would do: 0 or 2",
    ),
    "request pin that the board lacks": (
        "[p1]\nrequest_pin = 4\n",
        "2: [p1] request_pin: found 4, which esp01 does not have, would do: 0 or 2",
    ),
    "request pin that no chip has": (
        "[p1]\nrequest_pin = 17\n",
        "2: [p1] request_pin: found 17, would do: "
        "the number of a free GPIO of the board (`dsmrforge boards` lists them)",
    ),
    "request pin of this computer": (
        '[device]\nboard = "host"\n[p1]\nrequest_pin = 0\n',
        "4: [p1] request_pin: found 0, which host does not have, would do: no request_pin",
    ),
    "this computer inverts nothing": (
        '[device]\nboard = "host"\n[p1]\ninverter = "uart"\n',
        '4: [p1] inverter: found "uart", and host has no UART that inverts, '
        'would do: hardware, board = "esp01" or board = "esp01s"',
    ),
    "broker without a host": (
        "[web]\n[mqtt]\nport = 1883\n",
        f"2: [mqtt]: found no host, would do: host = {BROKER}",
    ),
    "broker that is a URL": (
        '[mqtt]\nhost = "mqtt://broker"\n',
        f'2: [mqtt] host: found "mqtt://broker", would do: {BROKER}',
    ),
    "broker with half an address": (
        '[mqtt]\nhost = "192.168.1"\n',
        f'2: [mqtt] host: found "192.168.1", would do: {BROKER}',
    ),
    "topic with a wildcard": (
        '[mqtt]\nhost = "b"\ntopic = "dsmr/#"\n',
        f'3: [mqtt] topic: found "dsmr/#", would do: {TOPIC}',
    ),
    "user with a space": (
        '[ftp]\nuser = "a b"\n',
        f'2: [ftp] user: found "a b", would do: {USER}',
    ),
    "password in the settings": (
        '[ota]\npassword = "hunter2hunter2"\n',
        "2: [ota] password: found a value, which is not shown here, would do: "
        '{ secret = "ota_password" } here, and ota_password = "..." in secrets.toml',
    ),
    "secret with a wrong word": (
        '[ota]\npassword = { secrets = "x" }\n',
        "2: [ota] password: found a table with secrets, would do: "
        '{ secret = "ota_password" } here, and ota_password = "..." in secrets.toml',
    ),
    "secret whose name is a number": (
        "[ota]\npassword = { secret = 5 }\n",
        "2: [ota] password: found secret = 5, would do: "
        '{ secret = "ota_password" } here, and ota_password = "..." in secrets.toml',
    ),
    "secret that is not there": (
        '[ota]\npassword = { secret = "otapassword" }\n',
        "2: [ota] password: found no otapassword in secrets.toml, would do: "
        'otapassword = "..." there, or secret = "ota_password" here',
    ),
    "key twice": (
        "[p1]\nversion = 2\n\nversion = 3\n",
        "4: [p1] version: found it a second time (first on line 2), would do: one of the two",
    ),
    "key twice in two spellings": (
        '[p1]\nversion = 2\n"version" = 3\n',
        "3: [p1] version: found it a second time (first on line 2), would do: one of the two",
    ),
    "section twice": (
        "[p1]\nversion = 2\n[web]\n[p1]\n",
        "4: [p1]: found it a second time (first on line 1), would do: one section that holds both",
    ),
    "section twice beside lists that may have keys twice": (
        "[[a]]\nb = 1\n[[a]]\nb = 1\n[p1]\n[p1]\n",
        "6: [p1]: found it a second time (first on line 5), would do: one section that holds both",
    ),
    "text without quotes": (
        "[device]\nboard = esp01\n",
        "2: found a line that is not TOML at column 9 (Invalid value), would do: " + QUOTES,
    ),
    "no equals sign": (
        "[device]\nboard esp01\n",
        "2: found a line that is not TOML at column 7 (Expected '=' after a key in a key/value "
        "pair), would do: key = value, or [section]",
    ),
    "quote that does not end": (
        '[device]\nname = "x\nboard = "esp01"\n',
        "2: found a line that is not TOML at column 10 (Illegal character '\\n'), would do: "
        "the quote that ends the text, on the same line",
    ),
    "file that ends too soon": (
        "[p1]\nprofiles = [\n  1,\n",
        "3: found a line that is not TOML (Invalid value), would do: "
        "the end of what was begun: a value, a quote, a ] or a }",
    ),
    "two settings on a line": (
        "[p1]\nversion = 2 inverter = 3\n",
        "2: found a line that is not TOML at column 13 (Expected newline or end of document "
        "after a statement), would do: one setting a line; text in double quotes",
    ),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path()


@pytest.mark.parametrize(
    ("settings", "expected"), SETTINGS_MISTAKES.values(), ids=SETTINGS_MISTAKES.keys()
)
def test_a_mistake_in_the_settings(project: Path, settings: str, expected: str) -> None:
    assert said(write_project(project, settings)) == [f"dsmrforge.toml:{expected}"]
