"""Look at a finished HTML page in a real browser: accessibility, network requests, pictures.

Playwright drives the Chromium of the operating system. The page is opened as a file, and every request
it makes beyond itself is refused and recorded: a report is one file that works offline.
"""

import shutil
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tools.system import ToolError

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# All rules of axe for WCAG A and AA and its best practices; the size of targets (AA since WCAG 2.2) is
# off by default.
AXE_OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}

# What a browser may contact without a request that can be intercepted.
HINTS = "link[rel~=preconnect], link[rel~=dns-prefetch], link[rel~=prefetch], link[rel~=prerender]"

# Pictures and scripts that wait until the reader comes by must be asked for too.
SCROLL_THROUGH = """async () => {
    for (let top = 0; top < document.documentElement.scrollHeight; top += innerHeight) {
        scrollTo({top, behavior: "instant"});
        await new Promise(requestAnimationFrame);
    }
}"""


def axe_violations(html_path, *, viewport=(1280, 900)):
    """The rules that a page breaks: rule, impact, help and the CSS selectors of the elements; an error if axe checked nothing.

    Rules that axe itself cannot decide ("incomplete") are not in the list.
    """
    with _page(html_path, viewport=viewport) as (page, _):
        response = Axe().run(page, options=AXE_OPTIONS).response
    if not response["passes"] and not response["violations"]:
        raise ToolError(f"axe found nothing to check in {html_path}")
    return [
        (v["id"], v["impact"], v["help"], *(" ".join(map(str, node["target"])) for node in v["nodes"]))
        for v in response["violations"]
    ]


def external_requests(html_path):
    """Return the URLs that a page asks for besides itself, sorted; an empty list means it is offline.

    The page is scrolled through and shown on screen, light and dark, and as print, 0.75 s in all: what a
    script asks for later goes unseen. Hints to connect count as requests, links for a reader do not.
    """
    with _page(html_path) as (page, requests):
        page.evaluate(SCROLL_THROUGH)
        for media, scheme in (("screen", "light"), ("screen", "dark"), ("print", "light")):
            page.emulate_media(media=media, color_scheme=scheme)
            # No event says that a page wants nothing more.
            page.wait_for_timeout(250)
        hints = page.eval_on_selector_all(HINTS, "links => links.map(link => link.href)")
        return sorted({*requests, *hints})


@contextmanager
def _page(html_path, *, viewport=(1280, 900)):
    """Open a page in a new browser; give it and the growing list of URLs that were refused to it."""
    chromium = shutil.which("chromium")
    if not chromium:
        raise ToolError("chromium: not installed")
    url = Path(html_path).resolve(strict=True).as_uri()
    refused = []

    def answer(route):
        if route.request.url.partition("#")[0] == url:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.abort()

    def close(socket):
        refused.append(socket.url)
        socket.close()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            context = browser.new_context(
                viewport={"width": viewport[0], "height": viewport[1]},
                reduced_motion="reduce",
            )
            context.route("**/*", answer)
            context.route_web_socket("**/*", close)
            page = context.new_page()
            page.goto(url)
            page.evaluate("document.fonts.ready.then(() => true)")
            yield page, refused
        finally:
            browser.close()
