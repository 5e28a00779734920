"""The map page in a real browser: by keyboard alone, from this host alone, without complaint."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Route, expect
from starlette.types import ASGIApp
from watched_page import PATIENCE_MS, WatchedPage

import web_desk
from cathartes.web.assets import STATIC_FOLDER
from cathartes.web.desk import Desk
from cathartes.web.settings import ServeSettings
from cathartes.web.visitor import cookie_name
from made_up_rasters import record_rasters

STEP_MS = 100
READY = "#map[data-ready='true'][data-idle='true']"


@pytest.fixture
def map_desk(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with rasters and an own layer."""
    layers = tmp_path / "layers"
    layers.mkdir()
    (layers / "own land.pmtiles").write_bytes((STATIC_FOLDER / "map/basemap.pmtiles").read_bytes())
    with web_desk.desk(tmp_path, settings=ServeSettings(layers=layers)) as desk:
        record_rasters(desk, tmp_path / "r")
        yield desk


Open = Callable[..., WatchedPage]


@pytest.fixture
def open_map(map_desk: Desk, serve: Callable[[ASGIApp], str], watched: WatchedPage) -> Open:
    """Return what opens the map as an analyst, with a hash, and waits until all is drawn."""
    base = serve(web_desk.quick_app(map_desk))
    client = web_desk.client_of(map_desk, "ana")
    name = cookie_name(map_desk)
    watched.page.context.add_cookies([{"name": name, "value": client.cookies[name], "url": base}])

    def open_(told: str = "", *, theme: str = "light", size=(1280, 800)) -> WatchedPage:
        watched.page.emulate_media(color_scheme=theme)
        watched.page.set_viewport_size({"width": size[0], "height": size[1]})
        watched.page.goto(f"{base}/{told}")
        watched.page.wait_for_selector(READY)
        return watched

    yield open_
    assert watched.elsewhere(base) == []
    assert watched.problems == []


def settled(watched: WatchedPage) -> None:
    watched.page.wait_for_timeout(300)
    watched.page.wait_for_selector(READY)


def wait_until(watched: WatchedPage, wanted: Callable[[], bool]) -> None:
    """Wait until something is so, however long a busy machine takes for it."""
    waited_ms = 0
    while not wanted():
        assert waited_ms < PATIENCE_MS
        watched.page.wait_for_timeout(STEP_MS)
        waited_ms += STEP_MS
    watched.page.wait_for_selector(READY)


def differ(before: bytes, after: bytes, folder: Path) -> bool:
    """Return whether two pictures of the map differ."""
    images = []
    for name, told in (("before.png", before), ("after.png", after)):
        (folder / name).write_bytes(told)
        images.append(Image.open(folder / name).convert("RGB"))
    return ImageChops.difference(*images).getbbox() is not None


def is_drawn(watched: WatchedPage, width: int) -> None:
    """`test_whole_way.py` has axe-core look at it, in both themes and languages."""
    box = watched.page.locator("#map").bounding_box()
    assert box is not None
    assert box["width"] > 500
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    told = watched.page.locator("#in-view").inner_text()
    assert "Sites: 2" in told
    assert "Detections: 3" in told
    assert watched.page.locator("#empty").is_hidden()


def test_the_map_is_drawn_in_the_dark_on_a_tablet(open_map: Open) -> None:
    is_drawn(open_map(theme="dark", size=(1024, 768)), 1024)


def focus_by_keys(watched: WatchedPage, wanted: Locator, most: int = 80) -> None:
    """Press Tab until a thing has the focus."""
    for _ in range(most):
        watched.page.keyboard.press("Tab")
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail("it is not reached by Tab")


def test_layers_are_shown_and_hidden_and_their_opacity_changes_by_keys(
    open_map: Open, tmp_path: Path
) -> None:
    watched = open_map()
    page, canvas = watched.page, watched.page.locator("#map")
    before = canvas.screenshot()
    focus_by_keys(watched, page.locator("[data-layer='looks']"))
    page.keyboard.press("Space")
    wait_until(watched, lambda: differ(before, canvas.screenshot(), tmp_path))
    assert "looks" not in page.url.split("layers=")[1].split("&")[0]
    wait_until(watched, lambda: "Looks" not in page.locator("#in-view").inner_text())
    page.keyboard.press("Space")
    wait_until(watched, lambda: not differ(before, canvas.screenshot(), tmp_path))
    focus_by_keys(watched, page.locator("[data-opacity='sites']"))
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("opacity=sites:0.85"))
    wait_until(watched, lambda: differ(before, canvas.screenshot(), tmp_path))


def test_it_is_drawn_and_first_link_list_and_choice_are_used_by_keys(open_map: Open) -> None:
    watched = open_map()
    page = watched.page
    is_drawn(watched, 1280)

    # The first link of the page leads to the map, and the view stays.
    before = page.url
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"
    assert page.url == before

    # A thing is chosen from the list, and leads to its page.
    focus_by_keys(watched, page.locator("#in-view button").first)
    page.keyboard.press("Enter")
    told = page.locator("#thing")
    told.wait_for()
    assert "50 % (20 % – 80 %)" in told.inner_text()
    assert told.locator("a").get_attribute("href") in {"/sites/site-a", "/sites/site-b"}
    assert told.evaluate("one => one === document.activeElement")

    # A choice of chemical and time is kept in the address.
    page.locator("#filter [name='chemical']").select_option("ammonia")
    expect(page.locator("#in-view")).to_contain_text("Detections: 1")
    page.locator("#filter [name='since']").fill("2026-05-05")
    expect(page.locator("#in-view")).to_contain_text("Detections: 0")
    address = page.url
    assert "chemical=ammonia" in address
    page.reload()
    page.wait_for_selector(READY)
    assert page.url == address
    assert page.locator("#filter [name='chemical']").input_value() == "ammonia"
    expect(page.locator("#in-view")).to_contain_text("Detections: 0")


def test_the_legend_shows_looks_as_they_are_drawn(open_map: Open) -> None:
    """Hatched where they are few; outlines alone where more than six are in view."""
    watched = open_map()
    key = watched.page.locator(".key-found")
    expect(key).to_have_css("background-image", re.compile("gradient"))

    def answer(route: Route) -> None:
        told = route.fetch().json()
        told["features"] = told["features"][:1] * 7
        route.fulfill(json=told)

    watched.page.route("**/api/v1/map/looks?*", answer)
    watched.page.reload()
    watched.page.wait_for_selector(READY)
    expect(key).to_have_css("background-image", "none")
    expect(key).to_have_css("border-style", "solid")


def test_days_back_to_front_are_told(open_map: Open) -> None:
    watched = open_map("#since=2026-05-05&until=2026-05-04")
    note = watched.page.locator("#filter-note")
    expect(note).to_contain_text("nothing lies between these")
    watched.page.locator("#filter [name='until']").fill("2026-05-05")
    expect(note).to_have_text("")


def test_enter_on_the_map_chooses_what_is_in_its_middle_and_so_does_a_click(
    open_map: Open,
) -> None:
    """And an address that is typed over the one there is followed."""
    watched = open_map("#at=15/20.25/-103.05&layers=detections")
    page = watched.page
    page.locator("#map canvas").focus()
    page.keyboard.press("Enter")
    page.locator("#thing").wait_for()
    assert page.locator("#thing a").get_attribute("href") == "/detections/o3-1"
    page.locator("#map canvas").focus()
    page.keyboard.press("Escape")
    assert page.locator("#thing").is_hidden()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#thing").wait_for()
    assert "o3-1" in page.locator("#thing").inner_text()
    address = page.url.replace("layers=detections", "layers=looks")
    with page.expect_navigation(wait_until="load", url=address):
        page.goto(address)
    page.wait_for_selector("[data-layer='looks']:checked")
    assert "layers=looks" in page.url


def test_two_rasters_are_compared_by_a_divider_that_keys_and_pointer_move(
    open_map: Open, tmp_path: Path
) -> None:
    watched = open_map("#at=14.5/20.21/-103.097&layers=sites")
    page = watched.page
    plain = page.locator("#map").screenshot()
    page.locator("[data-slot='a'] [data-role='quantity']").select_option("column_density_sd_ppm_m")
    wait_until(watched, lambda: differ(plain, page.locator("#map").screenshot(), tmp_path))
    assert "acetone" in page.locator("[data-slot='a'] [data-role='chemical']").inner_text()
    page.locator("#compare").check()
    page.locator("[data-slot='b'] [data-role='quantity']").select_option("column_density_ppm_m")
    page.wait_for_selector("#map-right[data-idle='true']")
    expect(page.locator("[data-slot='b'] .legend")).to_contain_text("ppm m")
    settled(watched)
    divider = page.locator("#divider")
    half = page.locator(".map-frame").screenshot(path=tmp_path / "compared.png")
    divider.focus()
    page.keyboard.press("PageUp")
    assert divider.get_attribute("aria-valuenow") == "40"
    page.keyboard.press("ArrowRight")
    assert divider.get_attribute("aria-valuenow") == "42"
    wait_until(watched, lambda: differ(half, page.locator(".map-frame").screenshot(), tmp_path))
    box = page.locator(".map-frame").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.42 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=4)
    page.mouse.up()
    assert divider.get_attribute("aria-valuenow") == "80"
    page.locator("#compare").uncheck()
    assert divider.is_hidden()


def test_an_own_layer_is_offered_by_name_and_drawn(open_map: Open, tmp_path: Path) -> None:
    watched = open_map("#at=5/20/-103&layers=")
    page = watched.page
    before = page.locator("#map").screenshot()
    box = page.get_by_label("own land", exact=True)
    box.check()
    wait_until(watched, lambda: differ(before, page.locator("#map").screenshot(), tmp_path))


def test_an_empty_casebook_says_what_to_do(
    tmp_path: Path, serve: Callable[[ASGIApp], str], watched: WatchedPage
) -> None:
    with web_desk.desk(tmp_path, filled=False) as desk:
        base = serve(web_desk.quick_app(desk))
        client = web_desk.client_of(desk, "ana")
        name = cookie_name(desk)
        watched.page.context.add_cookies(
            [{"name": name, "value": client.cookies[name], "url": base}]
        )
        watched.page.goto(f"{base}/")
        watched.page.wait_for_selector(READY)
        assert "cathartes run" in watched.page.locator("#empty").inner_text()
        assert watched.problems == []
