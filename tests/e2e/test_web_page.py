"""The page, in a real browser, served by the very firmware that goes on the chip."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import chromium, find_chromium
from playwright.sync_api import Browser, Page, Route, expect
from web_logger import Logger, simulated

from dsmrforge.boards import load_boards
from dsmrforge.build import HostProgram
from dsmrforge.config import default_config
from dsmrforge.fields import load_catalogue
from dsmrforge.render import render_web

PHONE = {"width": 360, "height": 740}
SLOW = 60_000  # ms: how long to wait for what the page itself takes its time for
HOUSE = (
    "1-0:1.8.1(004821.330*kWh)",
    "1-0:1.8.2(005120.100*kWh)",
    "1-0:2.8.1(001200.040*kWh)",
    "1-0:2.8.2(003077.900*kWh)",
    "0-0:96.14.0(0002)",
    "1-0:32.7.0(231.0*V)",
    "1-0:52.7.0(230.4*V)",
    "1-0:31.7.0(001*A)",
    "1-0:51.7.0(006*A)",
    "1-0:21.7.0(00.250*kW)",
    "1-0:22.7.0(00.000*kW)",
    "1-0:41.7.0(00.000*kW)",
    "1-0:42.7.0(01.500*kW)",
    "0-1:24.1.0(003)",
    "0-1:24.2.1(260614112500S)(12785.120*m3)",
    "0-2:24.1.0(007)",
    "0-2:24.2.1(260613235900S)(00871.204*m3)",
)
IMPORTING = ("1-0:1.7.0(00.110*kW)", "1-0:2.7.0(00.000*kW)")
EXPORTING = ("1-0:1.7.0(00.000*kW)", "1-0:2.7.0(01.250*kW)")

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser(needs: Callable[[str, str], None]) -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        needs("chromium", "chromium")
    assert path is not None
    with chromium(path) as running:
        yield running


@pytest.fixture
def logger(built_host: HostProgram) -> Iterator[Logger]:
    """A logger whose meter is still silent."""
    running = Logger(built_host, *HOUSE, *IMPORTING)
    yield running
    running.close()


@pytest.fixture
def live(logger: Logger) -> Logger:
    """A logger with a meter that speaks."""
    logger.speaks.set()
    return logger


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens a logger's page in a profile of its own; ``options`` are the browser context's."""
    contexts = []

    def open_it(url: str, before: Callable[[Page], None] | None = None, **options: object) -> Page:
        context = browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        if before:
            before(page)
        page.goto(url + "/")
        return page

    yield open_it
    for context in contexts:
        context.close()


def cell(page: Page, card: str, row: str, column: int) -> str:
    """The text in a card's table: the row with this heading, the column counted from 1."""
    line = page.locator(f"#{card} tbody tr", has=page.locator("th", has_text=row))
    return line.locator("td").nth(column - 1).inner_text().strip()


def test_the_readings_of_a_household_appear_and_move(tmp_path: Path, open_page: OpenPage) -> None:
    with simulated(tmp_path, "--speed", "60", "--start", "2026-06-01T12:00") as url:
        page = open_page(url)
        expect(page.locator("#status")).to_have_text("Live")
        expect(page.locator("#clock")).to_contain_text("1 Jun 2026, 1")
        expect(page.locator("#others")).to_contain_text("Gas")

        # Every one of these is of the first readings, so it has to change.
        for moving in (
            "#net",
            "#clock",
            "#totals tr:last-child td:last-child",
            "#phases td >> nth=0",
        ):
            first = page.locator(moving).inner_text()
            assert re.search(r"\d", first), moving
            expect(page.locator(moving)).not_to_have_text(first)
        drawn = page.locator("#line").get_attribute("d")
        assert drawn
        expect(page.locator("#line")).not_to_have_attribute("d", drawn)


def test_every_value_has_the_meters_own_decimals(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    expect(page.locator("#net")).to_have_text("0.110")
    assert cell(page, "totals", "Tariff 1", 1) == "4,821.330"
    assert cell(page, "totals", "Tariff 2", 2) == "3,077.900"
    assert cell(page, "totals", "Total", 1) == "9,941.430"
    assert cell(page, "phases", "L1", 1) == "0.250 kW"
    assert cell(page, "phases", "L1", 2) == "231.0 V"
    assert cell(page, "phases", "L2", 1) == "−1.500 kW"
    assert cell(page, "phases", "L2", 3) == "6 A"
    expect(page.locator("#others")).to_contain_text("12,785.120 m³")


def test_the_active_tariff_is_marked(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    expect(page.locator("mark")).to_have_count(1)
    expect(page.locator("#totals tr", has=page.locator("mark"))).to_contain_text("Tariff 2")


def test_gas_and_water_tell_when_they_were_measured(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    expect(page.locator("#others dl > div").nth(0)).to_contain_text("measured 11:25")
    expect(page.locator("#others dl > div").nth(1)).to_contain_text("measured 13 Jun, 23:59")


def test_import_becomes_export(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    expect(page.locator("#flow")).to_have_text("Import")
    live.lines = (*HOUSE, *EXPORTING)
    expect(page.locator("#flow")).to_have_text("Export")
    expect(page.locator("#net")).to_have_text("−1.250")
    expect(page.locator("#low")).to_have_text("−1.250 kW")
    expect(page.locator("#high")).to_have_text("0.110 kW")


def test_what_the_meter_lacks_has_no_place(live: Logger, open_page: OpenPage) -> None:
    live.lines = ("1-0:1.8.1(000001.5*kWh)", "1-0:1.7.0(00.25*kW)", "1-0:31.7.0(001*A)")
    page = open_page(live.url)
    expect(page.locator("#net")).to_have_text("0.25")
    expect(page.locator("#totals th")).to_have_text(["kWh", "Import", "Tariff 1"])
    expect(page.locator("#phases th")).to_have_text(["Phase", "Current", "L1"])
    expect(page.locator("#others")).to_have_count(0)


def test_the_browsers_language_is_spoken(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url, locale="nl-BE")
    expect(page.locator("h2")).to_have_text(
        ["Vermogen nu", "Meterstanden", "Fasen", "Andere metingen"]
    )
    expect(page.locator("#net")).to_have_text("0,110")
    expect(page.locator("html")).to_have_attribute("lang", "nl")


def test_the_chosen_language_is_remembered(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url, locale="nl-NL")
    page.get_by_role("button", name="English").click()
    expect(page.locator("#power h2")).to_have_text("Power now")
    page.reload()
    expect(page.locator("#power h2")).to_have_text("Power now")
    expect(page.get_by_role("button", name="English")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("language", ["en-GB", "nl-NL"])
def test_a_phone_does_not_scroll_sideways(live: Logger, open_page: OpenPage, language: str) -> None:
    large = [re.sub(r"\(00(\d{4})\.", r"(98\1.", line) for line in HOUSE]
    live.lines = (*large, "1-0:1.7.0(00.000*kW)", "1-0:2.7.0(17.250*kW)")
    page = open_page(live.url, locale=language, viewport=PHONE)
    expect(page.locator("#net")).to_contain_text("17")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    cards = "[...document.querySelectorAll('.card')]"
    assert page.evaluate(f"{cards}.filter(c => c.scrollWidth > c.clientWidth).map(c => c.id)") == []


def test_the_page_needs_nothing_but_the_logger(live: Logger, open_page: OpenPage) -> None:
    asked: list[str] = []
    said: list[str] = []

    def listen(page: Page) -> None:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

    page = open_page(live.url, listen)
    expect(page.locator("#net")).to_have_text("0.110")
    live.lines = (*HOUSE, *EXPORTING)
    expect(page.locator("#net")).to_have_text("−1.250")
    paths = {urlsplit(url).path for url in asked if url.startswith(live.url + "/")}
    assert paths == {"/", "/style.css", "/app.js", "/api/v1/sm/actual", "/api/v1/dev/info"}
    assert [url for url in asked if not url.startswith((live.url + "/", "data:"))] == []
    assert said == []


def test_a_silent_meter_is_told_and_so_is_its_return(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    # So that the page knows that this meter speaks often.
    expect(page.locator("#clock")).to_contain_text("11:30:4", timeout=SLOW)
    live.speaks.clear()
    expect(page.locator("#status")).to_have_text("Meter silent", timeout=SLOW)
    expect(page.locator("#notice")).to_contain_text("No telegram from the meter any more")
    expect(page.locator("#net")).to_have_text("0.110")
    live.speaks.set()
    expect(page.locator("#status")).to_have_text("Live", timeout=SLOW)
    expect(page.locator("#notice")).to_be_empty()


def test_a_meter_that_has_never_spoken_is_told(logger: Logger, open_page: OpenPage) -> None:
    page = open_page(logger.url)
    expect(page.locator("#status")).to_have_text("Waiting for the meter")
    expect(page.locator("#power")).to_be_hidden()
    logger.speaks.set()
    expect(page.locator("#status")).to_have_text("Live", timeout=SLOW)


def test_a_logger_that_is_gone_is_told(live: Logger, open_page: OpenPage) -> None:
    page = open_page(live.url)
    expect(page.locator("#status")).to_have_text("Live")
    live.kill()
    expect(page.locator("#status")).to_have_text("Logger not reachable", timeout=SLOW)
    expect(page.locator("#notice")).to_contain_text("does not answer")
    expect(page.locator("#net")).to_have_text("0.110")


def answering(answer: Callable[[int], str], asked: list[str]) -> Callable[[Page], None]:
    """Stands between the page and the logger: ``answer`` makes the readings of the nth request."""

    def prepare(page: Page) -> None:
        def reply(route: Route) -> None:
            asked.append(route.request.url)
            route.fulfill(body=answer(len(asked)))

        page.clock.install()
        page.route("**/api/v1/sm/actual", reply)

    return prepare


def reading(kilowatts: str) -> str:
    field = f'{{"name":"power_delivered","value":{kilowatts},"unit":"kW"}}'
    return f'{{"actual":[{field}]}}'


def seconds_pass(page: Page, count: int) -> None:
    """On the page's clock, which stands still otherwise; each request is answered in its second."""
    for _ in range(count):
        page.clock.run_for(1000)
        while page.evaluate("busy"):  # no eval of its own: the page's policy forbids it
            page.evaluate("new Promise(requestAnimationFrame)")


def test_it_asks_every_second_and_less_often_what_does_not_change(
    live: Logger, open_page: OpenPage
) -> None:
    changing: list[str] = []
    page = open_page(live.url, answering(lambda n: reading(f"0.{n:03}"), changing))
    expect(page.locator("#net")).to_have_text("0.001")
    seconds_pass(page, 15)
    assert len(changing) >= 15

    standing: list[str] = []
    page = open_page(live.url, answering(lambda _: reading("0.500"), standing))
    expect(page.locator("#net")).to_have_text("0.500")
    seconds_pass(page, 15)
    assert 4 <= len(standing) <= 8


def test_it_does_not_ask_while_nobody_looks(live: Logger, open_page: OpenPage) -> None:
    asked: list[str] = []
    page = open_page(live.url, answering(lambda n: reading(f"0.{n:03}"), asked))
    expect(page.locator("#net")).to_have_text("0.001")
    look = """hidden => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(look, True)
    seconds_pass(page, 60)
    before = len(asked)
    seconds_pass(page, 60)
    assert len(asked) == before
    page.evaluate(look, False)
    expect(page.locator("#net")).to_have_text(f"0.{before + 1:03}")


def test_what_the_logger_says_is_text_and_never_markup(live: Logger, open_page: OpenPage) -> None:
    trap = "<img src=x onerror=document.title='caught'>"
    field = {"name": trap, "value": trap, "unit": trap, "timestamp": trap}
    names = ("power_delivered", "energy_delivered_tariff1", "voltage_l1")
    hostile = json.dumps({"actual": [field, *({**field, "name": name} for name in names)]})
    page = open_page(live.url, answering(lambda _: hostile, []))
    expect(page.locator("#others dt")).to_have_text(trap.replace("_", " "))
    assert page.locator("img").count() == 0
    assert page.title() == "esp01-dsmr"


def test_the_whole_page_takes_at_most_8_kb() -> None:
    catalogue = load_catalogue()
    files = render_web(default_config(), load_boards()["esp01"], catalogue, version="0.1.0")
    packed = {name: len(gzip.compress(data, 9)) for name, data in files.items()}
    assert set(packed) == {"index.html", "app.js", "style.css"}
    assert sum(packed.values()) <= 8192, packed
