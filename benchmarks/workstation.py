"""How fast the workstation answers on a large casebook.

    python benchmarks/workstation.py                          # 1,000,000 detections, filled first
    python benchmarks/workstation.py --casebook FOLDER        # one that is there; made there if not
    python benchmarks/workstation.py --detections 50000       # a quick look
    python benchmarks/workstation.py --no-browser

The casebook is that of `casebook_queries.py`. Printed are the time to read all places and the
memory they take; the server's time for each page and route, through the test client, medians and
95 % quantiles; and the time from opening the map to its first idle moment with all data drawn, in
headless Chromium without a graphics card and with nothing in its cache. Asked are 200 ms for any
page (median) and 2 s for the map, on two cores.

To have another page measured, add it to `QUESTIONS`.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from casebook_queries import BEGAN, DAYS, SIDE_DEG, SOUTH_DEG, WEST_DEG, boxes, fill
from cathartes.pipeline.owners import local_actor
from cathartes.store.interface import Box
from cathartes.store.open import open_casebook
from cathartes.web.app import make_app
from cathartes.web.desk import Desk
from cathartes.web.places import Marked, Places
from cathartes.web.places_file import places_file, write_places
from cathartes.web.settings import ServeSettings

BROWSER = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)


@dataclass(frozen=True)
class Question:
    """A page or route that is asked for, at a different place each time.

    Attributes
    ----------
    told
        As printed.
    paths
        Makes as many addresses as asked.
    """

    told: str
    paths: Callable[[int], list[str]]


def at_boxes(path: str, side_km: float, more: str = "") -> Callable[[int], list[str]]:
    """Return what makes addresses with random boxes of a size."""

    def paths(n: int) -> list[str]:
        return [f"{path}?bbox={told(one)}{more}" for one in boxes(side_km, n)]

    return paths


def told(one: Box) -> str:
    """Return a box as a request says it."""
    return f"{one.west_deg},{one.south_deg},{one.east_deg},{one.north_deg}"


def same(path: str) -> Callable[[int], list[str]]:
    """Return what makes the same address again and again."""
    return lambda n: [path] * n


def one_of(path: str, digits: str) -> Callable[[int], list[str]]:
    """Return what makes addresses of one thing after another, all over the casebook."""

    def paths(n: int) -> list[str]:
        return [path.format(format(7 + 397 * number, digits)) for number in range(n)]

    return paths


LAST_MONTH = f"&since={(BEGAN + timedelta(days=DAYS - 30)).date()}"
QUESTIONS = (
    Question("/", same("/")),
    *(
        Question(page, same(page))
        for page in (
            "/sites",
            "/observations",
            "/sorties",
            "/mandates",
            "/review",
            "/review/next",
            "/account",
            "/api/v1/sites",
            "/api/v1/detections",
            "/api/v1/observations",
            "/ogc/collections/sites/items",
            "/ogc/collections/detections/items",
        )
    ),
    Question("/sites/{id}", one_of("/sites/site-{}", "05d")),
    Question("/detections/{id}", one_of("/detections/o{}-1", "06d")),
    Question("/observations/{id}", one_of("/observations/o{}", "06d")),
    Question("map/start", same("/api/v1/map/start")),
    *(
        Question(f"map/{what}, {side_km:g} km", at_boxes(f"/api/v1/map/{what}", side_km))
        for what in ("sites", "detections", "sources", "looks", "rasters")
        for side_km in (2.0, 10.0, 50.0, 300.0)
    ),
    Question(
        "map/detections, 300 km, last month",
        at_boxes("/api/v1/map/detections", 300.0, LAST_MONTH),
    ),
    Question(
        "map/looks, 300 km, ammonia", at_boxes("/api/v1/map/looks", 300.0, "&chemical=ammonia")
    ),
    Question("map/mandates", at_boxes("/api/v1/map/mandates", 50.0)),
    Question("map/emitters", at_boxes("/api/v1/map/emitters", 50.0)),
)


def main() -> None:
    """Fill a casebook if need be, and measure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--casebook", type=Path)
    parser.add_argument("--detections", type=int, default=1_000_000)
    parser.add_argument("--sites", type=int, default=20_000)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = asked.casebook or Path(folder) / "casebook"
        is_new = not where.exists()
        with open_casebook(where, create=is_new) as opened:
            if is_new:
                fill(opened.casebook, asked.detections, asked.sites)
            desk = Desk(opened.where, opened.casebook, opened.evidence, ServeSettings(port=8399))
            measure_places(desk)
            measure_routes(desk, asked.repeats)
            if not asked.no_browser:
                measure_first_map(desk)
                measure_map(desk)


def measure_places(desk: Desk) -> None:
    """Print how long all places take to be read, and their memory."""
    start = time.perf_counter()
    places = Places(desk.casebook)
    index = places.index(Marked.DETECTIONS)
    took_s = time.perf_counter() - start
    arrays = [
        column
        for marked in Marked
        for one in (places.placed(marked),)
        for column in (one.row_id, one.box_deg, one.time_s, one.value, one.set_code)
    ]
    n_bytes = index.n_bytes + sum(column.nbytes for column in arrays)
    print(
        f"{index.n} detections with all sites and looks read and indexed in {took_s:.1f} s, ",
        end="",
    )
    print(f"{n_bytes / 1e6:.0f} MB; {load()}")
    path = places_file(desk.where)
    start = time.perf_counter()
    write_places(
        path, {marked: places.placed(marked) for marked in Marked}, desk.casebook.audit_head()
    )
    wrote_s = time.perf_counter() - start
    start = time.perf_counter()
    Places(desk.casebook, path).index(Marked.DETECTIONS)
    took_s = time.perf_counter() - start
    print(
        f"the same from its file of {path.stat().st_size / 1e6:.0f} MB in {took_s:.2f} s, "
        f"written in {wrote_s:.1f} s; {load()}\n"
    )


def load() -> str:
    """Return how busy the machine is."""
    return f"load average {os.getloadavg()[0]:.1f}"


def measure_routes(desk: Desk, repeats: int) -> None:
    """Print how long the server takes for each question."""
    client = TestClient(make_app(desk), base_url="http://127.0.0.1:8399")
    desk.links.add("benchmark", local_actor())
    client.get("/sign-in/link?secret=benchmark")
    client.get("/api/v1/map/start")  # the places are read
    print(f"{'question':40} {'kB':>8} {'median ms':>10} {'95 % ms':>8}")
    for question in QUESTIONS:
        took_ms, size_kb = [], []
        for path in question.paths(repeats):
            start = time.perf_counter()
            answer = client.get(path)
            took_ms.append(1000 * (time.perf_counter() - start))
            size_kb.append(len(answer.content) / 1000)
            answer.raise_for_status()
        median, high = np.quantile(took_ms, (0.5, 0.95))
        print(f"{question.told:40} {np.median(size_kb):8.1f} {median:10.1f} {high:8.1f}")
    print(load())


def measure_map(desk: Desk, repeats: int = 5) -> None:
    """Print how long a browser takes to its first idle moment with all drawn."""
    with served(desk) as base, sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER])
        for side_km in (300.0, 10.0):
            took_ms = []
            for n in range(repeats):
                desk.links.add(f"look-{side_km}-{n}", local_actor())
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.goto(f"{base}/account")  # a page without a map
                page.goto(f"{base}/sign-in/link?secret=look-{side_km}-{n}", wait_until="commit")
                page.goto("about:blank")
                zoom = 8 if side_km > 100 else 12.5
                at = f"{zoom}/{SOUTH_DEG + SIDE_DEG / 2}/{WEST_DEG + SIDE_DEG / 2}"
                page.goto(f"{base}/#at={at}", wait_until="commit")
                page.wait_for_selector("#map[data-ready='true'][data-idle='true']")
                took_ms.append(page.evaluate("performance.now()"))
                page.close()
            median_s = statistics.median(took_ms) / 1000
            print(
                f"\nmap of {side_km:g} km: first idle after {median_s:.2f} s "
                f"(median of {repeats}); {load()}"
            )
        browser.close()


def measure_first_map(desk: Desk, repeats: int = 5) -> None:
    """Print the same from the moment that the server first answers, who signs in by a link."""
    took_s = []
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*BROWSER])
        for n in range(repeats):
            desk.links.add(f"first-{n}", local_actor())
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            with served(desk) as base:
                start = time.perf_counter()
                page.goto(f"{base}/sign-in/link?secret=first-{n}", wait_until="commit")
                page.wait_for_selector("#map[data-ready='true'][data-idle='true']")
                took_s.append(time.perf_counter() - start)
                page.close()
        browser.close()
    print(
        f"\nfirst map after the server's start: idle after {statistics.median(took_s):.2f} s "
        f"(median of {repeats}); {load()}"
    )


@contextmanager
def served(desk: Desk) -> Iterator[str]:
    """Serve a desk in a thread; yield the address."""
    app = make_app(desk)
    app.state.places.prepare()
    server = uvicorn.Server(uvicorn.Config(app, port=desk.settings.port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{desk.settings.port}"
    server.should_exit = True
    thread.join()


if __name__ == "__main__":
    main()
