"""A finding reaches a partner and its answer comes back, as people do it, each at a browser.

Drafted by ana, approved and sent by rita, answered by the partner's officer pia; a partner is
entered by the administrator ada. Every page is looked at by axe-core, light and dark; pictures are
kept in the folder that CATHARTES_PICTURES names, if it names one.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.types import ASGIApp
from watched_page import (
    AXE,
    BY_THEME,
    DESKTOP,
    SCREEN,
    WatchedPage,
    faults,
    fits_a_phone,
    keep_picture,
    sign_in,
    watch,
)

import web_desk
import web_releases
from cathartes.casework.outcomes import Stage
from cathartes.casework.partner import Delivery, Way
from cathartes.casework.release import ReleaseState
from cathartes.pipeline.keys import key_create, key_export
from cathartes.web.desk import Desk
from cathartes.web.settings import ServeSettings

TABLET = {"width": 1024, "height": 768}
PASSPHRASE = web_desk.GOOD
HOSTILE = "<img src=x onerror=alert(1)>"


class Office:
    """A workstation, and the people at it, each with a browser of their own."""

    def __init__(self, desk: Desk, base: str, browser: Browser) -> None:
        self.desk, self.base, self._browser = desk, base, browser
        self.people: dict[str, WatchedPage] = {}

    def go(self, who: str, path: str) -> Page:
        """Return somebody's page at a path; who is here for the first time signs in."""
        if who not in self.people:
            context = self._browser.new_context(**SCREEN)
            self.people[who] = watch(context)
            self.desk.links.add(f"link-of-{who}", who)
            sign_in(self.people[who].page, self.base, f"link-of-{who}")
        page = self.people[who].page
        page.goto(self.base + path)
        page.wait_for_load_state("load")
        return page


@pytest.fixture
def office(
    tmp_path: Path,
    chromium: Browser,
    serve: Callable[[ASGIApp], str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    """Return a workstation with keys; nobody asked elsewhere or complained."""
    web_releases.keep_sites(monkeypatch)
    keys, share = tmp_path / "keys", tmp_path / "share"
    share.mkdir()
    key_create("Nuestra Oficina", PASSPHRASE, keys=keys)
    web_releases.trust_office(keys)
    with web_desk.desk(tmp_path, settings=ServeSettings(keys=keys)) as made:
        desk = replace(made, now=lambda: datetime.now(UTC))
        web_releases.begin(desk, Delivery(Way.FOLDER, str(share)))
        here = Office(desk, serve(web_desk.quick_app(desk)), chromium)
        yield here
        told = {who: (one.problems, one.elsewhere(here.base)) for who, one in here.people.items()}
        for one in here.people.values():
            one.page.context.close()
    assert told == {who: ([], []) for who in told}


def look(page: Page, name: str) -> None:
    """Keep a page's pictures, light, dark and on a tablet; axe-core looks; it fits a phone."""
    wrong = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        keep_picture(page, f"{name} {theme}", full_page=True)
        if AXE.is_file():
            wrong += [(theme, *fault) for fault in faults(page, BY_THEME[theme])]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(TABLET)
    if page.evaluate("document.documentElement.scrollWidth") > TABLET["width"]:
        wrong.append(("wider than a tablet", "", ""))
    keep_picture(page, f"{name} tablet")
    if not fits_a_phone(page):
        wrong.append(("wider than a phone", "", ""))
    page.set_viewport_size(DESKTOP)
    assert wrong == []


def test_from_a_draft_to_the_partners_answer(office: Office) -> None:
    book, message = office.desk.casebook, f"Rogamos que se verifique. {HOSTILE}"
    page = office.go("ana", "/sites/site-a")
    page.get_by_text("Draft a release", exact=True).click()
    page.locator("select[name='partner']").select_option("office")
    page.locator("select[name='tlp']").select_option("GREEN")
    page.locator("textarea[name='message']").fill(message)
    page.get_by_role("button", name="Draft it, and look at it").click()
    page.wait_for_url("**/releases/*")
    release_id = page.url.rpartition("/")[2]
    expect(page.locator(".told")).to_contain_text(message)
    expect(page.locator(".told")).not_to_contain_text("-103.10000")
    expect(page.locator("table.withheld")).to_contain_text("20.20000°, -103.10000°")
    expect(page.locator("img.report")).to_have_js_property("complete", True)
    look(page, "release draft")
    page.get_by_role("button", name="Submit for approval").press("Enter")
    expect(page.locator(".release-state").first).to_have_text("submitted")

    page = office.go("rita", "/releases")
    expect(page.locator("#releases-list")).to_contain_text(release_id)
    look(page, "releases")
    page.get_by_role("link", name=release_id).click()
    page.get_by_role("button", name="Approve, just as it is below").click()
    expect(page.locator(".release-state").first).to_have_text("approved")
    page.locator("input[name='passphrase']").fill("wrong, this is")
    page.get_by_role("button", name="Seal and send").click()
    expect(page.locator(".alert")).to_contain_text("passphrase")
    office.people["rita"].problems.clear()  # the browser says that it was 409, as it should be
    page.locator("input[name='passphrase']").fill(PASSPHRASE)
    look(page, "release approved")
    page.get_by_role("button", name="Seal and send").click()
    expect(page.locator("#release-deliveries")).to_contain_text("done")
    expect(page.locator("form[action$='/deliver']")).to_have_count(0)  # nothing is left to do
    assert book.release(release_id).state is ReleaseState.SENT

    pia = office.go("pia", "/")
    expect(pia).to_have_url(f"{office.base}/answers")
    expect(pia.locator("nav[aria-label='Pages'] a")).to_have_text(["Answers"])
    look(pia, "answers")
    pia.get_by_role("link", name="answer now").click()
    expect(pia.locator(".told")).to_contain_text(message)
    look(pia, "answer")
    watching = office.people["ana"].page
    with watching.expect_response(f"{office.base}/events"):  # what comes before is not told
        office.go("ana", "/sites/site-a")
    pia.get_by_label("Note; may be empty").fill(f"Fuimos. {HOSTILE}")
    pia.get_by_label("Day of the visit").fill("2026-05-04")
    pia.get_by_label("What was seized 1").fill("acetona")
    pia.get_by_label("How much was seized 1").fill("12.5")
    pia.get_by_label("Unit 1").fill("kg")
    pia.get_by_label("Files").set_input_files(
        [{"name": "acta.txt", "mimeType": "text/plain", "buffer": b"Acta"}]
    )
    pia.locator("button[value='confirmed']").click()
    expect(pia.locator(".answers")).to_contain_text("confirmed")
    expect(pia.locator("button[name='answer']")).to_have_count(2)
    look(pia, "answered")

    # Who looks on is told without loading the page again.
    expect(watching.locator("#site-releases")).to_contain_text("acetona 12.5 kg")
    expect(watching.locator("#site-releases")).to_contain_text(f"Fuimos. {HOSTILE}")
    look(watching, "site with answers")
    page = office.go("rita", f"/releases/{release_id}")
    with page.expect_download() as download:
        page.get_by_role("link", name="acta.txt").click()
    assert Path(download.value.path()).read_bytes() == b"Acta"
    page.get_by_role("button", name="Español").click()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page = office.go("rita", f"/releases/{release_id}")
    keep_picture(page, "release sent spanish", full_page=True)
    outcomes_are_seen(office)


def outcomes_are_seen(office: Office) -> None:
    """Look at what came of it, in the language that rita reads by now and in the other."""
    for button, word in (("", "Resultados"), ("English", "Outcomes")):
        page = office.go("rita", "/outcomes")
        if button:
            page.get_by_role("button", name=button).click()
        expect(page.locator("h1")).to_have_text(word)
        stages = page.locator(".stages tbody tr")
        expect(stages).to_have_count(len(Stage))
        confirmed = stages.nth([*Stage].index(Stage.CONFIRMED))
        expect(confirmed.locator(".number")).to_have_text("1")
        dots = page.locator(".reliability .dot")
        expect(dots).to_have_count(1)
        (frame, dot) = (page.locator(f".reliability {one}").bounding_box()
                        for one in (".frame", ".dot"))  # fmt: skip
        assert frame is not None
        assert dot is not None
        middle = dot["y"] + dot["height"] / 2
        assert abs(middle - frame["y"]) < 1  # one of one was confirmed: it lies at the top
        assert frame["x"] < dot["x"] < frame["x"] + frame["width"]
        assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]
        if button:
            keep_picture(page, "outcomes", full_page=True)
            assert not AXE.is_file() or faults(page) == []
        else:  # the longer words
            look(page, "outcomes spanish")


def test_the_administrator_enters_a_partner_and_sees_what_it_will_see(
    office: Office, tmp_path: Path
) -> None:
    made = key_create("Fiscalía", PASSPHRASE, keys=tmp_path / "theirs")
    record = tmp_path / "key.json"
    key_export(made.id, PASSPHRASE, record, keys=tmp_path / "theirs")
    page = office.go("ada", "/partners")
    look(page, "partners")
    page.get_by_label("Short name").fill("fiscalia")
    page.get_by_label("Name, as it is addressed").fill("Fiscalía <b>de Prueba</b>")
    page.get_by_label("Country").fill("mx")
    page.get_by_label("Languages").fill("es")
    page.get_by_label("Its public key").set_input_files(record)
    page.get_by_label("The key's fingerprint").fill(made.fingerprint)
    page.get_by_role("button", name="Add the partner").click()
    page.wait_for_url("**/partners/fiscalia")
    expect(page.locator("h1")).to_have_text("Fiscalía <b>de Prueba</b>")
    seen, withheld = (page.locator(f"#sees [data-part='{one}']") for one in ("seen", "withheld"))
    expect(withheld).to_contain_text("emission rate")
    page.get_by_label("emission rate", exact=True).check()
    page.get_by_label("10 m", exact=True).check()
    expect(seen).to_contain_text("its place to 10 m")
    expect(seen).to_contain_text("emission rate")
    expect(withheld).not_to_contain_text("emission rate")
    page.get_by_label("MX-1").check()
    page.get_by_label("Way 1").select_option("https")
    page.get_by_label("Leads to 1").fill("https://fiscalia.example/in")
    page.get_by_role("button", name="Keep the profile").click()
    expect(page.locator("#sees [data-part='seen']")).to_contain_text("emission rate")
    look(page, "partner")
    kept = office.desk.casebook.partner("fiscalia")
    assert ([*kept.fields], kept.cell_m, kept.mandate_ids) == (["rate"], 10, ("MX-1",))
    page = office.go("rita", "/partners/fiscalia")
    expect(page.locator("form[action*='/partners/']")).to_have_count(0)
    look(page, "partner read")
