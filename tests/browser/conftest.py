"""A real browser for the pages: Debian's Chromium, driven by Playwright, with nothing let out.

Tests skip where Chromium or the pages' JavaScript is missing. Under the pages' policy Playwright's
`wait_for_function` is blocked (it evaluates text): wait on attributes of the document instead.
"""

import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright
from starlette.applications import Starlette

from cathartes.errors import MissingExtraError
from cathartes.web.assets import vendor_files

sys.path.insert(0, str(Path(__file__).parent))  # for watched_page: importlib mode does not
from watched_page import DESKTOP, PATIENCE_MS, SCALE, WatchedPage

expect.set_options(timeout=PATIENCE_MS)

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
"""The build without a window does the same with a fifth less work."""
# WebGL without a graphics card, and a browser that calls nobody by itself. Pages are put together
# without WebGL, which is half the work, but not for pictures: parts of maps would be missing there.
ARGUMENTS = (
    "--no-sandbox",
    *(() if os.environ.get("CATHARTES_PICTURES") else ("--disable-gpu-compositing",)),
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, so that `-m 'not browser'` leaves them out."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a browser, or skip the test.

    It ends with its file: while Playwright runs, no test of the process can have an event loop.
    """
    if not Path(CHROMIUM).is_file():
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    try:
        vendor_files()
    except MissingExtraError as error:
        pytest.skip(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return the page that tests of a file share: its process knows the scripts already."""
    scale = getattr(request.module, "SCALE", SCALE)
    context = chromium.new_context(viewport=DESKTOP, device_scale_factor=scale)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


@pytest.fixture
def watched(tab: Page) -> Iterator[WatchedPage]:
    """Return a page of 1280 × 800, as good as new, that notes requests, errors and warnings."""
    seen = WatchedPage(tab)
    seen.watch()
    yield seen
    seen.leave()


@pytest.fixture
def serve() -> Iterator[Callable[[Starlette], str]]:
    """Return what serves an application on a free port of this machine, and says its address."""
    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(app: Starlette) -> str:
        config = uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="warning", lifespan="off", ws="none",
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            if not thread.is_alive():
                pytest.fail("the test's server did not start")
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield start
    for server, thread in servers:
        behind = getattr(server.config.app.state, "background", None)
        if behind is not None:
            behind.live.close()  # as `cathartes serve` does; else each stop waits for its streams
        server.should_exit = True
        thread.join(timeout=10)
