"""What is new arrives in an open page: its data anew, and the page itself as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from starlette.types import ASGIApp
from watched_page import WatchedPage, sign_in

import made_up_casebook as made_up
import web_desk
from cathartes.web.desk import Desk

PATIENCE_MS = 60_000
MAP_IS_DRAWN = "#map[data-ready='true'][data-idle='true']"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with web_desk.desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def open_page(
    desk: Desk, serve: Callable[[ASGIApp], str], watched: WatchedPage
) -> Iterator[Callable[[str], Page]]:
    """Return what opens a page as an analyst, and marks it: a page that is loaded again is not."""
    base = serve(web_desk.quick_app(desk))

    def open_(path: str) -> Page:
        desk.links.add("a-secret", "ana")
        sign_in(watched.page, base, "a-secret")
        with watched.page.expect_response(f"{base}/events"):
            watched.page.goto(base + path)
        watched.page.evaluate("document.body.dataset.marked = 'yes'")
        return watched.page

    yield open_
    expect(watched.page.locator("body")).to_have_attribute("data-marked", "yes")
    assert watched.elsewhere(base) == []
    assert watched.problems == []


def record(desk: Desk, one_id: str) -> None:
    """Record a look that shows something where nothing was before."""
    found = [made_up.detection(one_id, places=((-103.02, 20.22),))]
    made_up.record(desk.casebook, one_id, found, assets=())


def test_the_line_says_how_many_are_new_and_shows_them(open_page, desk: Desk) -> None:
    page = open_page("/account")
    line = page.locator("#live")
    expect(line).to_be_hidden()
    record(desk, "new-1")
    expect(line).to_contain_text("1 new detection – show", timeout=PATIENCE_MS)
    record(desk, "new-2")
    record(desk, "new-3")
    expect(line).to_contain_text("3 new detections – show", timeout=PATIENCE_MS)


def test_the_map_takes_up_what_is_new_and_stays_where_it_is(open_page, desk: Desk) -> None:
    page = open_page("/#at=11/20.22/-103.06&layers=sites,detections")
    page.wait_for_selector(MAP_IS_DRAWN)
    told = page.locator("#in-view")
    expect(told).to_contain_text("Detections: 3")
    record(desk, "new-1")
    expect(told).to_contain_text("Detections: 4", timeout=PATIENCE_MS)
    expect(page.locator("#live")).to_have_text("1 new detection")
    assert "at=11/20.22/-103.06" in page.url


def test_the_queue_grows_under_the_hand_that_holds_it(open_page, desk: Desk) -> None:
    page = open_page("/review")
    rows = page.locator("#queue tbody tr")
    expect(rows).to_have_count(3)
    page.locator("#queue tbody a").first.focus()
    record(desk, "new-1")
    expect(rows).to_have_count(4, timeout=PATIENCE_MS)
    expect(page.locator("#queue")).to_contain_text("4 detections wait")
    held = page.evaluate("document.activeElement.getAttribute('href')")
    assert held == "/detections/o1-1?queue=1"


def test_how_far_the_work_is_is_told_while_it_goes_on(open_page, desk: Desk) -> None:
    page = open_page("/sorties/S1")
    desk.casebook.put_jobs([made_up.job("j1", name="line-8"), made_up.job("j2", name="line-9")])
    line, work = page.locator("#live"), page.locator("#sortie-work")
    expect(line).to_contain_text("Analysing: 2 of 4 looks", timeout=PATIENCE_MS)
    expect(work.locator("tr", has_text="line-9")).to_contain_text("waiting", timeout=PATIENCE_MS)
