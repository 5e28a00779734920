"""Makes the pictures of the tutorial of reviewing from the demonstration's casebook.

    python tools/tutorial_pictures.py demo/casebook [docs/images]

A copy is served and walked through in Debian's Chromium: the map, a detection, the disagreement
that a third review settled, and the audit. PNG of 200 colours.
"""

import io
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from cathartes.store.open import open_casebook
from cathartes.web.app import make_app
from cathartes.web.desk import Desk

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader",
             "--enable-unsafe-swiftshader", "--disable-background-networking"]  # fmt: skip
SIZE = {"width": 1280, "height": 800}
COLOURS = 200


class Walk:
    """The way through the pages, with a browser for each person."""

    def __init__(self, desk: Desk, base: str, browser: Browser, out: Path) -> None:
        self.desk, self.base, self.browser, self.out = desk, base, browser, out

    def page_of(self, who: str, path: str) -> Page:
        """Return a page of somebody who signs in by a one-time link."""
        page = self.browser.new_context(viewport=SIZE).new_page()
        self.desk.links.add(f"link-of-{who}", who)
        page.goto(f"{self.base}/sign-in/link?secret=link-of-{who}")
        self.go(page, path)
        return page

    def go(self, page: Page, path: str) -> None:
        """Open a page, and wait until its map is drawn."""
        page.goto(self.base + path)
        if page.locator("#map, .case-map").count():
            page.wait_for_selector("[data-ready='true'][data-idle='true']")
        page.wait_for_timeout(500)

    def keep(self, page: Page, name: str) -> None:
        """Keep a picture of what is in sight."""
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
        few.save(self.out / f"{name}.png", optimize=True)

    def judge(self, who: str, detection_id: str, keys: str) -> None:
        """Judge a detection by keys."""
        page = self.page_of(who, f"/detections/{detection_id}?queue=1")
        for key in (*keys, "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(lambda url: detection_id not in url)

    def make_all(self) -> None:
        """Make all pictures."""
        detection_id = self.desk.casebook.review_queue("ana", 1)[0]
        ana = self.page_of("ana", "/")
        self.keep(ana, "workstation")
        self.go(ana, f"/detections/{detection_id}?queue=1")
        self.keep(ana, "review-detection")
        for who, keys in (("ana", "ar3"), ("ben", "x2"), ("eva", "ar3")):
            self.judge(who, detection_id, keys)
        self.go(ana, f"/detections/{detection_id}")
        ana.locator(".reviews").scroll_into_view_if_needed()
        self.keep(ana, "review-settled")
        self.keep(self.page_of("ada", "/audit"), "review-audit")


def main(words: list[str]) -> None:
    """Serve a copy of a casebook and make the pictures."""
    out = Path(words[1] if len(words) > 1 else "docs/images")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        shutil.copytree(words[0], Path(folder) / "casebook")
        with open_casebook(Path(folder) / "casebook") as opened:
            desk = Desk(opened.where, opened.casebook, opened.evidence)
            config = uvicorn.Config(make_app(desk), port=0, log_level="warning", lifespan="off")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            while not server.started:
                time.sleep(0.05)
            port = server.servers[0].sockets[0].getsockname()[1]
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            Walk(desk, f"http://127.0.0.1:{port}", browser, out).make_all()
            browser.close()
            server.should_exit = True
            thread.join(10)


if __name__ == "__main__":
    main(sys.argv[1:])
