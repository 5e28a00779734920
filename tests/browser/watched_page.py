"""A page of a real browser that keeps account of what it asks for."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request

PATIENCE_MS = 60_000
DESKTOP = {"width": 1280, "height": 800}
SCALE = 1.0 if os.environ.get("CATHARTES_PICTURES") else 0.5
"""Pixels drawn for each of CSS, along either side. Without a graphics card a map's pixels are most
of its work; a page is laid out alike with a quarter of them."""
SCREEN = {"viewport": DESKTOP, "device_scale_factor": SCALE}
AXE = Path(__file__).parent / "vendor" / "axe.js"
PHONE = {"width": 390, "height": 844}
WIDTH = """async () => {
  const closed = [...document.querySelectorAll("details:not([open])")];
  for (const one of closed) one.open = true;
  for (let k = 0; k < 2; k++) await new Promise(requestAnimationFrame);
  const width = document.documentElement.scrollWidth;
  for (const one of closed) one.open = false;
  return width;
}"""
"""With all open that can be opened; charts follow a screen's width a frame later."""
LOOK = "async (rules) => { const told = await axe.run(rules); "
LOOK += "return [told.violations, told.passes.length]; }"
BY_THEME = {"light": "", "dark": "color-contrast"}
"""Rules by which a page is looked at in each theme: in the dark its colours alone are others."""


@dataclass
class WatchedPage:
    """A page with all that it asked for, and all that it complained of."""

    page: Page
    requested: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def elsewhere(self, base: str) -> list[str]:
        """Return the requests that left the host (those for data in the page itself do not)."""
        host = urlsplit(base).netloc
        return [
            url
            for url in self.requested
            if urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).netloc != host
        ]

    def watch(self) -> None:
        """Begin to note requests, errors and warnings."""
        self.page.context.on("request", self._note_request)
        self.page.on("pageerror", self._note_error)
        self.page.on("console", self._note_said)

    def leave(self) -> None:
        """End noting, and leave the page as a new one is: nobody signed in, nothing kept."""
        self.page.context.remove_listener("request", self._note_request)
        self.page.remove_listener("pageerror", self._note_error)
        self.page.remove_listener("console", self._note_said)
        self.page.unroute_all(behavior="ignoreErrors")
        if self.page.url.startswith("http"):
            self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.emulate_media(color_scheme="light")
        self.page.set_viewport_size(DESKTOP)

    def _note_request(self, request: Request) -> None:
        self.requested.append(request.url)

    def _note_error(self, error: Error) -> None:
        self.problems.append(str(error))

    def _note_said(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"} and "GPU stall" not in said.text:
            self.problems.append(f"{said.type}: {said.text}")


def watch(context: BrowserContext) -> WatchedPage:
    """Return a new page of a browser's context that notes its requests, errors and warnings."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    seen = WatchedPage(page)
    seen.watch()
    return seen


def sign_in(page: Page, base: str, secret: str) -> None:
    """Sign in by a one-time link, and draw no map: the page to which it leads has one."""
    assert page.context.request.get(f"{base}/sign-in/link?secret={secret}").ok


def draw_no_maps(page: Page) -> None:
    """Load pages of detections without their maps, for tests of what is beside them."""
    script = "**/static/cases/detection_page.js"
    page.route(script, lambda route: route.fulfill(body="", content_type="text/javascript"))


def fits_a_phone(page: Page) -> bool:
    """Return whether a page, with all of it open, is no wider than a phone."""
    page.set_viewport_size(PHONE)
    return page.evaluate(WIDTH) <= PHONE["width"]


def keep_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep a page's picture for a person to look at, where CATHARTES_PICTURES names a folder."""
    folder = os.environ.get("CATHARTES_PICTURES", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)


def faults(page: Page, only: str = "") -> list[tuple[str, str]]:
    """Return the serious and critical faults that axe-core finds, by one of its rules or all."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = {"resultTypes": ["violations"]} | ({"runOnly": [only]} if only else {})
    found, n_held = page.evaluate(LOOK, rules)
    assert found or n_held, "axe-core found nothing to look at"
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [(one["id"], node["html"][:200]) for one in serious for node in one["nodes"]]
