"""The base map in a real browser, under the strict policy: drawn, and from this host alone."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Response as PageResponse
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from watched_page import WatchedPage, faults

from cathartes.web.assets import STATIC_FOLDER
from cathartes.web.headers import CONTENT_POLICY
from cathartes.web.texts import Texts

HERE = Path(__file__).parent
SCALE = 1.0  # here it is the pixels that are looked at

OWN = "/own/basemap.pmtiles"  # an operator's file: the base map's own serves as well as another


async def page_file(request: Request) -> Response:
    return FileResponse(HERE / f"base_map.{request.path_params['kind']}")


async def page(request: Request) -> Response:
    text = (HERE / "base_map.html").read_text(encoding="utf-8")
    asked = {"language": "en", "theme": "dark"} | dict(request.query_params)
    for name in ("language", "theme"):
        text = text.replace(f"{{{name}}}", asked[name])
    return HTMLResponse(text)


async def spanish(request: Request) -> Response:
    return JSONResponse(Texts("es").catalogue)


async def add_policy(request: Request, answer: Callable) -> Response:
    response = await answer(request)
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


def application() -> ASGIApp:
    return Starlette(
        routes=[
            Route("/test/base_map.html", page),
            Route("/test/base_map.{kind}", page_file),
            Route("/texts/es.json", spanish),
            Mount("/static", StaticFiles(directory=STATIC_FOLDER)),
            Mount("/own", StaticFiles(directory=STATIC_FOLDER / "map")),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=add_policy)],
    )


Open = Callable[..., str]


@pytest.fixture
def open_map(serve: Callable[[ASGIApp], str], watched: WatchedPage) -> Open:
    """Return what opens the map's page with a query, waits until it is drawn, and says its host."""
    base = serve(application())

    def open_(query: str = "") -> str:
        watched.page.goto(f"{base}/test/base_map.html?{query}")
        watched.page.wait_for_selector("#map[data-idle='true']")
        return base

    return open_


@pytest.fixture(scope="module")
def pictures() -> dict[str, bytes]:
    """Return pictures of the plain map by its theme: of all tests the first draws it."""
    return {}


Plain = Callable[[str], Image.Image]


@pytest.fixture
def plain(open_map: Open, watched: WatchedPage, pictures: dict[str, bytes]) -> Plain:
    """Return what gives the picture of the plain map in a theme."""

    def picture(theme: str) -> Image.Image:
        if theme not in pictures:
            open_map(f"theme={theme}")
            pictures[theme] = watched.page.locator("#map").screenshot()
        return Image.open(io.BytesIO(pictures[theme])).convert("RGB")

    return picture


def picture_of(watched: WatchedPage) -> Image.Image:
    """Return the picture of the map as it is drawn now."""
    return Image.open(io.BytesIO(watched.page.locator("#map").screenshot())).convert("RGB")


def colours(picture: Image.Image) -> int:
    """Return how many colours a picture has."""
    return len(picture.getcolors(maxcolors=2**24))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_map_is_drawn_from_this_host_alone(
    open_map: Open, watched: WatchedPage, plain: Plain, pictures: dict[str, bytes], theme: str
) -> None:
    answers = []

    def note(response: PageResponse) -> None:  # Playwright can't take the list's own method
        answers.append(response)

    watched.page.on("response", note)
    base = open_map(f"theme={theme}")
    watched.page.remove_listener("response", note)
    pictures[theme] = watched.page.locator("#map").screenshot()
    assert watched.elsewhere(base) == []
    assert watched.problems == []
    assert any(url.endswith("basemap.pmtiles") for url in watched.requested)
    assert colours(plain(theme)) > 500  # names are drawn with soft edges
    assert "Natural Earth" in watched.page.locator(".maplibregl-ctrl-attrib").inner_text()
    assert " km" in watched.page.locator(".maplibregl-ctrl-scale").inner_text().replace("\xa0", " ")
    # Of the tiles a part is fetched, and not all.
    tiles = [answer for answer in answers if answer.url.endswith(".pmtiles")]
    assert {answer.status for answer in tiles} == {206}
    fetched = sum(int(answer.headers["content-length"]) for answer in tiles)
    assert fetched < (STATIC_FOLDER / "map/basemap.pmtiles").stat().st_size / 2
    assert faults(watched.page) == []
    if theme == "dark":  # and is changed in place
        light = np.asarray(plain("light"), int)
        watched.page.click("#theme")
        watched.page.wait_for_selector("#map[data-theme='light'][data-idle='true']")
        changed = np.asarray(picture_of(watched), int)
        assert np.mean(np.abs(light - changed) > 8) < 0.005


def test_keys_move_the_map_and_the_position_under_the_pointer_is_shown(
    open_map: Open, watched: WatchedPage
) -> None:
    """The middle of the map is where it was told to look; right of it is east of it, and so on."""
    open_map("lon=-110.95&lat=29.1&zoom=8")
    position = watched.page.locator(".map-position")
    before = position.inner_text()
    assert before == "29.100°, \u2212110.950° (centre)"
    watched.page.locator(".maplibregl-canvas").focus()
    watched.page.keyboard.press("ArrowRight")
    expect(position).not_to_have_text(before)  # it moves, and is not idle since before that
    watched.page.wait_for_selector("#map[data-idle='true']")
    after = position.inner_text()
    assert after.split(",")[0] == before.split(",")[0]
    assert after != before
    _, middle = (float(one.strip(" ,")) for one in after.replace("\u2212", "-").split("°")[:2])
    assert middle > -110.95
    box = watched.page.locator("#map").bounding_box()
    assert box is not None
    watched.page.mouse.move(box["width"] / 2 + 100, box["height"] / 2 - 100)
    latitude, longitude = position.inner_text().replace("\u2212", "-").split("°")[:2]
    assert 29.1 < float(latitude) < 29.4
    pixel_deg = 360 / (512 * 2**8)
    assert float(longitude.strip(", ")) == pytest.approx(middle + 100 * pixel_deg, abs=2e-3)


def test_names_are_spanish_where_the_page_is(
    open_map: Open, watched: WatchedPage, plain: Plain
) -> None:
    english = plain("dark")
    open_map("language=es")
    assert "(centro)" in watched.page.locator(".map-position").inner_text()
    assert watched.page.get_by_role("button", name="Acercar").is_visible()
    assert picture_of(watched).tobytes() != english.tobytes()
    assert watched.problems == []


def test_an_own_file_is_drawn(open_map: Open, watched: WatchedPage, plain: Plain) -> None:
    without = plain("dark")
    base = open_map(f"own={OWN}")
    watched.page.wait_for_selector("#map[data-own*='own-mine-land-area'][data-idle='true']")
    assert colours(picture_of(watched)) != colours(without)
    assert "<b>mine</b>" in watched.page.locator(".maplibregl-ctrl-attrib").inner_text()
    assert watched.problems == []
    assert watched.elsewhere(base) == []


def test_an_own_file_of_another_host_is_refused(open_map: Open, watched: WatchedPage) -> None:
    base = open_map("own=http://192.0.2.1/a.pmtiles")
    watched.page.wait_for_selector("#map[data-own*='from this host']")
    assert watched.elsewhere(base) == []


def test_a_missing_part_is_said_on_the_map(
    serve: Callable[[ASGIApp], str], watched: WatchedPage
) -> None:
    base = serve(application())
    watched.page.route("**/basemap.pmtiles", lambda route: route.fulfill(status=404))
    watched.page.goto(f"{base}/test/base_map.html")
    note = watched.page.wait_for_selector("#map[data-failure] .map-failure")
    assert note is not None
    assert note.inner_text().startswith("Something is missing on the map: ")


def test_charts_and_drawing_work_under_the_policy(
    open_map: Open, watched: WatchedPage, tmp_path: Path
) -> None:
    open_map("tools=yes")
    watched.page.wait_for_selector("#map[data-tools='ready']")
    for x, y in ((600, 300), (700, 300), (650, 400), (600, 300)):
        watched.page.mouse.click(x, y)
    watched.page.wait_for_selector("#map[data-drawn='1']")
    watched.page.screenshot(path=tmp_path / "tools.png")
    assert watched.page.locator("#chart canvas").bounding_box() is not None
    assert watched.problems == []
