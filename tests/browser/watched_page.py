"""A page of a real browser that keeps account of what it asks for."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page


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
