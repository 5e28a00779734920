"""A page of a real browser that keeps account of what it asks for."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

PATIENCE_MS = 60_000
AXE = Path(__file__).parent / "vendor" / "axe.js"
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


def watch(context: BrowserContext) -> WatchedPage:
    """Return a new page of a browser's context that notes its requests, errors and warnings."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    seen = WatchedPage(page)
    context.on("request", lambda request: seen.requested.append(request.url))
    page.on("pageerror", lambda error: seen.problems.append(str(error)))
    page.on(
        "console",
        lambda said: (
            seen.problems.append(f"{said.type}: {said.text}")
            if said.type in {"error", "warning"} and "GPU stall" not in said.text
            else None
        ),
    )
    return seen


def keep_picture(page: Page, name: str, *, full_page: bool = False) -> None:
    """Keep a page's picture for a person to look at, where CATHARTES_PICTURES names a folder."""
    folder = os.environ.get("CATHARTES_PICTURES", "")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page)


def faults(page: Page, only: str = "") -> list[tuple[str, str]]:
    """Return the serious and critical faults that axe-core finds, by one of its rules or all."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = {"runOnly": [only]} if only else {}
    found = page.evaluate("(rules) => axe.run(rules)", rules)["violations"]
    serious = [one for one in found if one["impact"] in {"serious", "critical"}]
    return [(one["id"], node["html"][:200]) for one in serious for node in one["nodes"]]
