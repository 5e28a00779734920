"""The whole way, as people go it: a map, a site, a disagreement, its end, a report, the audit.

Each person has a browser of their own. Every page is looked at by axe-core, light and dark, and its
picture is kept (in the folder that CATHARTES_PICTURES names, if it names one) for a person to look
at: in the light, in the dark, on a tablet, and in Spanish.

Unless pictures are kept, or all is tried, every second page is looked at in the dark, each with all
that the list before it has, and each page in one language: those whose scripts have words of their
own in Spanish. `unit/web/test_texts.py` has the words of all; in English the first test has them.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from simulated_casebook import make_casebook
from starlette.types import ASGIApp
from watched_page import (
    AXE,
    BY_THEME,
    DESKTOP,
    SCREEN,
    WatchedPage,
    draw_no_maps,
    faults,
    fits_a_phone,
    keep_picture,
    sign_in,
    watch,
)

import web_desk
from cathartes.casework.settlement import ReviewState
from cathartes.store.open import open_casebook
from cathartes.web.desk import Desk
from cathartes.web.settings import ServeSettings
from effort import THOROUGH

TABLET = {"width": 1024, "height": 768}
MAP_IS_DRAWN = "#map[data-ready='true'][data-idle='true']"
PDF = b"%PDF-"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Path:
    """Return the simulated casebook, made once; `chromium` skips first where there is none."""
    return make_casebook(tmp_path_factory.mktemp("simulated"))


@dataclass
class Office:
    """A workstation, and the people at it, each with a browser of their own."""

    desk: Desk
    base: str
    browser: Browser
    people: dict[str, WatchedPage]
    without_maps: set[str] = field(default_factory=set)
    """Who sees no map of a detection."""

    def draw_no_maps(self, who: str) -> Page:
        """Return somebody's page, on which maps of detections are not drawn from now on."""
        page = self.page_of(who)
        draw_no_maps(page)
        self.without_maps.add(who)
        return page

    def arrive(self, who: str) -> Page:
        """Return somebody's page where a one-time link leads, which is the map."""
        page = self._new_page(who)
        page.goto(f"{self.base}/sign-in/link?secret=link-of-{who}")
        page.wait_for_selector("form[action='/sign-out']")  # it leads on
        settle(page)
        return page

    def page_of(self, who: str) -> Page:
        """Return somebody's page; who is here for the first time is signed in."""
        if who not in self.people:
            sign_in(self._new_page(who), self.base, f"link-of-{who}")
        return self.people[who].page

    def _new_page(self, who: str) -> Page:
        self.people[who] = watch(self.browser.new_context(**SCREEN))
        self.desk.links.add(f"link-of-{who}", who)
        return self.people[who].page

    def go(self, who: str, path: str) -> Page:
        """Return somebody's page at a path, when all of it is there."""
        page = self.page_of(who)
        page.goto(self.base + path)
        if not (who in self.without_maps and path.startswith("/detections/")):
            settle(page)
        return page


def settle(page: Page) -> None:
    """Wait until maps are drawn and nothing more is fetched."""
    page.wait_for_load_state("load")
    for one in page.locator("#map, .case-map").all():
        name = one.get_attribute("id")
        page.wait_for_selector(f"#{name}[data-ready='true'][data-idle='true']")


@pytest.fixture
def office(
    simulated: Path, tmp_path: Path, chromium: Browser, serve: Callable[[ASGIApp], str]
) -> Iterator[Office]:
    """Return the workstation on a copy of the casebook; nobody asked elsewhere or complained."""
    shutil.copytree(simulated, tmp_path / "casebook")
    with open_casebook(tmp_path / "casebook") as opened:
        settings = ServeSettings()
        desk = Desk(opened.where, opened.casebook, opened.evidence, settings)
        here = Office(desk, serve(web_desk.quick_app(desk)), chromium, {})
        yield here
        told = {who: (one.problems, one.elsewhere(here.base)) for who, one in here.people.items()}
        for one in here.people.values():
            one.page.context.close()
    assert told == {who: ([], []) for who in told}


def review(page: Page, detection_id: str, keys: str) -> None:
    """Judge a detection by keys alone."""
    expect(page.locator("#review-form")).to_be_visible()
    for key in (*keys, "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: detection_id not in url)


def test_from_the_map_to_a_settled_disagreement_a_report_and_the_audit(office: Office) -> None:
    book = office.desk.casebook
    page = office.arrive("ana")
    expect(page).to_have_url(re.compile(f"^{office.base}/(#.*)?$"))
    n_waiting = book.review_queue_size("ana")
    assert n_waiting >= 3
    expect(page.locator("#in-view")).to_contain_text(f"Detections: {n_waiting}")

    # A site, from the list beside the map.
    page.locator("#in-view button").first.click()
    page.locator("#thing a").click()
    settle(page)
    site_path = re.sub(r"^.*(/sites/[^?#]+).*$", r"\1", page.url)
    expect(page.locator("#evidence")).to_be_visible()
    expect(page.locator("#reviews + p")).to_contain_text("None that you may see")

    # Two rasters of the ground there, either side of a divider.
    page = office.go("ana", "/")
    page.locator("[data-slot='a'] [data-role='quantity']").select_option("score")
    page.locator("#compare").check()
    page.locator("[data-slot='b'] [data-role='quantity']").select_option("context")
    page.wait_for_selector("#map-right[data-idle='true']")
    page.locator("#divider").focus()
    page.keyboard.press("PageUp")
    expect(page.locator("#divider")).to_have_attribute("aria-valuenow", "40")

    # Ana and Ben judge the first of the queue, and differ; neither knows of the other.
    page.goto(f"{office.base}/review")
    page.keyboard.press("Enter")
    page.wait_for_url("**/detections/*?queue=1")
    detection_id = page.url.rpartition("/")[2].partition("?")[0]
    review(page, detection_id, "ar3")
    for who in ("ana", "ben", "eva"):  # of a detection's map there is one to see
        office.draw_no_maps(who)
    ben = office.go("ben", f"/detections/{detection_id}?queue=1")
    expect(ben.locator(".case-head .standing")).to_have_text("open")
    expect(ben.get_by_text("None that you may see")).to_be_visible()
    review(ben, detection_id, "x2")
    assert book.settlements([detection_id])[detection_id].state is ReviewState.IN_REVIEW
    seen_by_ana = office.go("ana", f"/detections/{detection_id}")
    expect(seen_by_ana.locator("main")).not_to_contain_text("Not a plume, confidence")

    # Eva settles it, and then all may read all.
    eva = office.go("eva", f"/detections/{detection_id}?queue=1")
    review(eva, detection_id, "ar4")
    assert book.settlements([detection_id])[detection_id].state is ReviewState.CONFIRMED
    page = office.go("ana", f"/detections/{detection_id}")
    expect(page.locator(".case-head .standing")).to_contain_text("confirmed")
    expect(page.locator(".review-said")).to_have_count(3)
    expect(page.locator(".review-said", has_text="ben")).to_contain_text("Not a plume")
    site_id = next(one for one in book.detection(detection_id).site_ids if one)
    assert site_path == f"/sites/{site_id}"
    page = office.go("ana", site_path)
    expect(page.locator("section", has=page.locator("#reviews"))).to_contain_text("confirmed")

    # A report to print.
    with page.expect_download() as download:
        page.locator(".reports a", has_text="PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(PDF)

    # The auditor sees who did what, and that the chain holds.
    ada = office.go("ada", "/audit")
    entries = ada.locator(".entries tbody tr")
    for who in ("ana", "ben", "eva"):
        mine = entries.filter(has_text=detection_id).filter(has_text=who)
        expect(mine.filter(has_text="review").first).to_be_visible()
    expect(ada.locator("#chain-state")).to_contain_text("nothing was changed", timeout=60_000)


PAGES = {
    "map": ("ana", "/"),
    "queue": ("ana", "/review"),
    "detection": ("ana", "/detections/{detection}?queue=1"),
    "sites": ("ana", "/sites"),
    "site": ("ana", "/sites/{site}"),
    "looks": ("ana", "/observations"),
    "look": ("ana", "/observations/{look}"),
    "sorties": ("ana", "/sorties"),
    "sortie": ("ana", "/sorties/{sortie}"),
    "mandates": ("ana", "/mandates"),
    "mandate": ("ana", "/mandates/{mandate}"),
    "account": ("ana", "/account"),
    "audit": ("ada", "/audit"),
    "audit entry": ("ada", "/audit/1"),
    "users": ("adam", "/users"),
    "user": ("adam", "/users/ana"),
    "failure": ("ana", "/sites/nowhere"),
}

ALL_OF_EACH = THOROUGH or bool(os.environ.get("CATHARTES_PICTURES"))
IN_SPANISH = {
    "map", "detection", "site", "mandate", "audit",
    *(PAGES if ALL_OF_EACH else ()),
}  # fmt: skip
IN_THE_DARK = {*list(PAGES)[:: 1 if ALL_OF_EACH else 2]}


def test_every_page_is_whole_in_light_dark_and_spanish_on_a_tablet_and_a_phone(
    office: Office,
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not there: make install-dev")
    book = office.desk.casebook
    detection_id = book.review_queue("ana", 1)[0]
    found = book.detection(detection_id)
    look = book.observation(found.detection.observation_id)
    ids = {
        "detection": detection_id, "site": found.site_ids[0], "look": look.id,
        "sortie": look.sortie_id, "mandate": look.mandate_id,
    }  # fmt: skip
    wrong = {}
    for language in ("en", "es"):
        asked = {
            name: told for name, told in PAGES.items()
            if ALL_OF_EACH or (language == "es") == (name in IN_SPANISH)
        }  # fmt: skip
        for who in sorted({who for who, _ in asked.values()} if language == "es" else ()):
            page = office.go(who, "/account")
            page.get_by_role("button", name="Español").click()
            page.locator("html[lang='es']").wait_for(state="attached")
        for name, (who, path) in asked.items():
            page = office.page_of(who)
            page.goto(f"{office.base}/static/icon.svg")  # so that no map is drawn anew in vain
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(DESKTOP)
            page = office.go(who, path.format(**ids))
            expect(page.locator("html")).to_have_attribute("lang", language)
            for theme in ("light", "dark") if name in IN_THE_DARK else ("light",):
                page.emulate_media(color_scheme=theme)
                for drawn in page.locator("#map, .case-map").all():
                    expect(drawn).to_have_attribute("data-theme", theme)
                settle(page)
                keep_picture(page, f"{name} {theme} {language}", full_page=True)
                wrong |= {(name, theme, *fault): 1 for fault in faults(page, BY_THEME[theme])}
            page.set_viewport_size(TABLET)
            settle(page)
            if page.evaluate("document.documentElement.scrollWidth") > TABLET["width"]:
                wrong[name, "is wider than a tablet"] = 1
            keep_picture(page, f"{name} tablet {language}")
            if (name, language) == ("map", "es"):
                expect(page.locator("main")).to_contain_text("Sitios: ")
                expect(page.locator("main")).to_contain_text("Capas")
            if not fits_a_phone(page):
                wrong[name, "is wider than a phone", language] = 1
    # Of the page that is not there the browser says so, as it should.
    problems = office.people[PAGES["failure"][0]].problems
    problems[:] = [one for one in problems if "404" not in one]
    assert list(wrong) == []
