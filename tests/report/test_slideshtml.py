"""Slides as one page: offline, accessible, with the keyboard, without script, on a phone and on paper."""

import re
import shutil
from io import BytesIO

import pikepdf
import pytest
from lxml import html
from playwright.sync_api import sync_playwright

from slidedeck import make_deck
from tools.axe import FLAGS
from tools.system import needs

STATEMENTS = [
    "Was bleibt",
    "Die meisten Städte wollen weitermachen",
    "Drei von vier setzen auf das Integrationsmanagement",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The page of the slides that all tests look at."""
    deck = make_deck(tmp_path_factory.mktemp("folien"))
    (deck.build / "folien.html").write_bytes(deck.html())
    return deck.build / "folien.html"


@pytest.fixture(scope="module")
def chromium():
    """A browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, path):
    """The page in a window of 1280 x 720."""
    opened = chromium.new_page(viewport={"width": 1280, "height": 720})
    opened.goto(path.as_uri())
    yield opened
    opened.close()


def test_page_without_script(path):
    """All slides can be read, figures with their text and numbers; values lead to their origin, references to slides."""
    root = html.fromstring(path.read_bytes())
    assert [h.text_content() for h in root.xpath("//h2 | //h3")][:3] == STATEMENTS
    assert root.xpath("//span[@class='number']/text()") == ["2", "3", "4", "5"]
    (slide,) = root.xpath("//section[contains(@class, 'figure')]")
    assert slide.xpath(".//img/@alt") == ["Balken: ja 11 von 18 Städten, 9 von 21 Kreisen."]
    assert slide.xpath(".//img/@src")[0].startswith("data:image/svg+xml;base64,")
    assert [c.text_content() for c in slide.xpath(".//details//tbody/tr[1]/*")][:4] == ["Städte", "ja", "11", "18"]
    assert root.xpath("//a[@class='number value']/@href") == ["herkunft/eins.html#z-balken_ja_kreisfreie_stadt"]
    assert root.xpath("//div[@class='words']//a[text()='Folie\u00a04']/@href") == ["#plan"]
    assert root.xpath("//*[@id='plan']")
    bare = re.sub(r"base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))
    assert re.findall(r"https?://[^\"' )]+", bare) == []


@needs("chromium")
def test_keys_go_from_slide_to_slide(page):
    """Arrows, space, page keys, Home and End; the heading has the focus, and the address names the slide."""

    def after(key):
        page.keyboard.press(key)
        return page.evaluate("Math.round(scrollY / innerHeight)")

    keys = [
        "ArrowRight", "Space", "ArrowDown", "ArrowLeft", "End", "ArrowRight", "Home", "PageDown", "PageUp",
        "Shift+Space",
    ]  # fmt: skip
    assert [after(k) for k in keys] == [1, 2, 3, 2, 4, 4, 0, 1, 0, 0]
    assert after("ArrowRight") == 1
    assert after("ArrowRight") == 2
    assert page.evaluate("[document.activeElement.id, location.hash]") == ["weiter", "#weiter"]


@needs("chromium")
def test_swipe_goes_to_the_next_slide(page):
    """A swipe to the left goes on, one to the right back, one downwards scrolls only."""
    swipe = """([x, y, across, down]) => {
        const touch = (x, y) => new Touch({identifier: 1, target: document.body, clientX: x, clientY: y});
        const send = (name, one) => document.body.dispatchEvent(new TouchEvent(name, {bubbles: true,
            touches: name == "touchend" ? [] : [one], changedTouches: [one]}));
        send("touchstart", touch(x, y));
        send("touchend", touch(x + across, y + down));
        return Math.round(scrollY / innerHeight);
    }"""
    moves = [(-200, 10), (-200, 10), (200, 10), (-20, 0), (-90, 300)]
    assert [page.evaluate(swipe, [400, 300, *move]) for move in moves] == [1, 2, 1, 1, 1]


@needs("chromium")
def test_nothing_runs_over_on_a_sheet(page):
    """What the PDF has room for has room here too: exhibits end above the foot, text in its box."""
    low = """(name) => [...document.querySelectorAll(name)].map(e => {
        const sheet = e.closest(".sheet").getBoundingClientRect(), box = e.getBoundingClientRect();
        return [(box.bottom - sheet.top) / sheet.height, (box.right - sheet.left) / sheet.width];
    })"""
    content = page.evaluate(low, ".exhibit > .scroll > *, .words > *")
    assert len(content) >= 4
    assert max(y for y, _ in content) < 159 / 190.5
    assert max(x for _, x in content) < 323 / 338.667
    assert page.evaluate("document.documentElement.scrollWidth") == 1280


@needs("chromium")
def test_printed_on_one_page_each(page):
    """On paper, too, a slide is a page of 16:9."""
    with pikepdf.open(BytesIO(page.pdf(prefer_css_page_size=True))) as printed:
        sizes = {tuple(round(float(x)) for x in p.mediabox) for p in printed.pages}
        assert len(printed.pages) == 5
    assert sizes == {(0, 0, 960, 540)}


@needs("chromium")
def test_long_slide_scrolls_on_a_phone(chromium, path):
    """On a phone the arrow down scrolls, because a slide is longer than the window."""
    phone = chromium.new_page(viewport={"width": 390, "height": 844})
    phone.goto(path.as_uri())
    phone.keyboard.press("ArrowRight")
    assert phone.evaluate("document.activeElement.textContent") == STATEMENTS[0]
    phone.keyboard.press("ArrowDown")
    assert phone.evaluate("document.activeElement.textContent") == STATEMENTS[0]
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    phone.close()
