"""Pages of cases in a real browser: what a reviewer draws is kept; plumes come date by date.

`test_whole_way.py` has axe-core look at all of them.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page
from starlette.types import ASGIApp
from watched_page import DESKTOP, PHONE, WIDTH, WatchedPage, fits_a_phone, sign_in

import made_up_casebook as made_up
import web_desk
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.web.desk import Desk
from made_up_casebook import ME, NOW

RIGHT_END = """(cell) => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return text.getBoundingClientRect().right;
}"""
DRAWN = "[data-ready='true'][data-idle='true']"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with web_desk.desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def base(desk: Desk, serve: Callable[[ASGIApp], str]) -> str:
    return serve(web_desk.quick_app(desk))


def open_as(watched: WatchedPage, desk: Desk, base: str, user: str, path: str) -> Page:
    """Sign in by a one-time link and open a page, whose map is drawn then."""
    desk.links.add("a-secret", user)
    sign_in(watched.page, base, "a-secret")
    watched.page.goto(base + path)
    watched.page.wait_for_selector(DRAWN)
    return watched.page


class OnMap:
    """Turns places into pixels, by what the map says of the place under the pointer.

    To be made again after anything that scrolls the page.
    """

    def __init__(self, page: Page, selector: str) -> None:
        self.page = page
        page.locator(selector).scroll_into_view_if_needed()
        box = page.locator(f"{selector} canvas").bounding_box()
        assert box is not None
        self.near = (box["x"] + 40, box["y"] + 60)
        self.far = (box["x"] + box["width"] - 80, box["y"] + box["height"] - 90)
        self.places = (self.place_at(*self.near), self.place_at(*self.far))

    def place_at(self, x: float, y: float) -> tuple[float, float]:
        """Return longitude and latitude under a pixel."""
        self.page.mouse.move(x, y)
        told = self.page.locator(".map-position").inner_text().replace("\u2212", "-")
        latitude, longitude = (float(one.strip(" ,")) for one in told.split("°")[:2])
        return longitude, latitude

    def pixel_of(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return the pixel of a place: over some hundred metres the map is linear."""
        at = []
        for k, place in enumerate((longitude, latitude)):
            (first, last), (low, high) = (
                (self.places[0][k], self.places[1][k]),
                (self.near[k], self.far[k]),
            )
            at.append(low + (high - low) * (place - first) / (last - first))
        return at[0], at[1]


def drag(page: Page, begin: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0] + 2, begin[1])  # what is moved follows from where the drag is noticed
    page.mouse.move((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def kept(page: Page, name: str) -> object:
    """Return what the review's form holds of a drawing; None if nothing."""
    told = page.locator(f"#review-form [name='{name}']").input_value()
    return json.loads(told) if told else None


def test_an_origin_is_dragged_and_an_outline_drawn_and_both_are_kept_with_the_review(
    watched: WatchedPage, desk: Desk, base: str
) -> None:
    page = open_as(watched, desk, base, "ana", "/detections/o1-1")
    assert kept(page, "origin") is None
    page.get_by_role("button", name="Move the origin").click()
    page.wait_for_selector("#detection-map[data-idle='true']:not([data-origin='computed'])")
    on_map = OnMap(page, "#detection-map")
    to = on_map.pixel_of(-103.095, 20.205)
    drag(page, on_map.pixel_of(-103.1, 20.2), to)
    origin = kept(page, "origin")
    assert origin == pytest.approx([-103.095, 20.205], abs=1e-4)
    assert float(page.get_by_label("Longitude of the origin").input_value()) == origin[0]

    page.get_by_role("button", name="Draw an outline").click()
    on_map = OnMap(page, "#detection-map")
    corners = [(-103.098, 20.202), (-103.092, 20.202), (-103.092, 20.208), (-103.098, 20.208)]
    for corner in (*corners, corners[-1]):
        page.mouse.click(*on_map.pixel_of(*corner))
    outline = kept(page, "outline")
    assert outline["type"] == "Polygon"
    ring = outline["coordinates"][0]
    assert ring[0] == ring[-1]
    assert np.allclose(sorted(map(tuple, ring[:-1])), sorted(corners), rtol=0, atol=1e-4)
    page.locator("#detection-map").screenshot(path=desk.where + "/drawn.png")

    page.get_by_label("Real plume").check(force=True)
    page.get_by_label("Rate may not be given").check(force=True)
    page.get_by_label("High", exact=False).first.check(force=True)
    page.get_by_role("button", name="Keep this review").click()
    page.wait_for_load_state()
    (review,) = desk.casebook.reviews_of("o1-1")
    assert list(review.judgement.origin_deg) == origin
    assert review.judgement.outline is not None
    assert review.judgement.outline.bounds == pytest.approx(
        (-103.098, 20.202, -103.092, 20.208), abs=1e-4
    )
    computed = desk.casebook.detection("o1-1").detection
    assert computed.sources[0].place.longitude_deg == -103.1  # stays beside it
    assert watched.problems == []
    assert watched.elsewhere(base) == []


def test_the_keyboard_alone_gives_origin_and_outline_and_corners_are_dragged(
    watched: WatchedPage, desk: Desk, base: str
) -> None:
    page = open_as(watched, desk, base, "ana", "/detections/o1-1")
    page.locator("#drawing-by-numbers summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("-103.0975")
    page.keyboard.press("Tab")
    page.keyboard.type("20.2025")
    page.keyboard.press("Tab")
    page.keyboard.type("-103.1 20.2\nnorth")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "at least three corners" in page.locator("#drawing-said").inner_text()
    assert kept(page, "outline") is None
    page.get_by_label("Corners of the outline").fill("-103.1 20.2\n-103.09, 20.2\n-103.09 20.21")
    page.get_by_role("button", name="Take these").press("Enter")
    assert kept(page, "origin") == [-103.0975, 20.2025]
    ring = kept(page, "outline")["coordinates"][0]
    assert ring == [[-103.1, 20.2], [-103.09, 20.2], [-103.09, 20.21], [-103.1, 20.2]]
    page.get_by_role("button", name="Back to the computed").press("Enter")
    assert (kept(page, "origin"), kept(page, "outline")) == (None, None)

    # What was computed is changed by its corners.
    page.get_by_role("button", name="Change the outline").click()
    page.wait_for_selector("#detection-map[data-corners='4']")
    on_map = OnMap(page, "#detection-map")
    drag(page, on_map.pixel_of(-103.09, 20.21), on_map.pixel_of(-103.093, 20.207))
    ring = kept(page, "outline")["coordinates"][0]
    assert min(abs(x + 103.093) + abs(y - 20.207) for x, y in ring) < 2e-4
    assert min(abs(x + 103.1) + abs(y - 20.2) for x, y in ring) < 1e-6  # the others stay
    assert watched.problems == []


def test_who_may_not_review_draws_nothing(watched: WatchedPage, desk: Desk, base: str) -> None:
    page = open_as(watched, desk, base, "aud", "/detections/o1-1")
    assert page.locator("#draw-tools").count() == 0
    assert watched.problems == []


def test_a_name_of_200_letters_widens_no_page(watched: WatchedPage, desk: Desk, base: str) -> None:
    desk.casebook.add_user(User("lola", "L" * 200, (Role.ANALYST,)), ME, NOW)
    desk.links.add("a-secret", "lola")
    sign_in(watched.page, base, "a-secret")
    for path in ("/account", "/sites"):
        watched.page.goto(base + path)
        assert watched.page.evaluate(WIDTH) <= DESKTOP["width"]
        assert fits_a_phone(watched.page)


def test_a_line_below_a_site_is_read_whole_on_a_phone(
    watched: WatchedPage, desk: Desk, base: str
) -> None:
    site = made_up.site("site-a", ["o1-1.1"], why="seen once and again " * 20)
    desk.casebook.put_sites([site], [], ME, NOW)
    desk.links.add("a-secret", "ana")
    sign_in(watched.page, base, "a-secret")
    watched.page.set_viewport_size(PHONE)
    watched.page.goto(f"{base}/sites")
    lines = watched.page.locator("tr.why td").all()
    assert lines
    for line in lines:
        assert line.evaluate(RIGHT_END) <= PHONE["width"]


def test_dates_are_stepped_through_by_keys(watched: WatchedPage, desk: Desk, base: str) -> None:
    later = made_up.NOW + 20 * 24 * 60 * made_up.MINUTE
    found = [made_up.detection("o7", seen=later)]
    made_up.record(desk.casebook, "o7", found, began_utc=later, ended_utc=later, assets=())
    desk.casebook.put_sites([made_up.site("site-a", ["o1-1.1", "o7-1.1"])], [], ME, NOW)
    page = open_as(watched, desk, base, "ana", "/sites/site-a")
    shown = page.locator("#date-shown")
    assert shown.inner_text() == "all dates: 2 detections"
    page.locator("#date-step").focus()
    page.keyboard.press("ArrowRight")
    assert shown.inner_text() == f"{NOW:%Y-%m-%d}: 1 detections"
    page.keyboard.press("End")
    assert shown.inner_text() == f"{later:%Y-%m-%d}: 1 detections"
    assert watched.problems == []
    assert watched.elsewhere(base) == []
