"""Reviewing in a real browser, by keyboard, by several persons, and without scripts.

Maps are not drawn here; `test_case_pages.py` and `test_whole_way.py` review beside them.
"""

import pytest
from playwright.sync_api import expect
from watched_page import SCREEN, draw_no_maps
from watched_page import sign_in as sign_in_by

import web_desk
from cathartes.casework.review import Flag
from cathartes.casework.settlement import ReviewState

FEWER_THAN = 5
"""Keystrokes of a plain false alarm."""


@pytest.fixture(autouse=True)
def without_maps(watched):
    draw_no_maps(watched.page)


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def base(desk, serve):
    return serve(web_desk.quick_app(desk))


class Keys:
    """A keyboard that counts."""

    def __init__(self, page) -> None:
        self._page = page
        self.pressed = 0

    def press(self, *keys) -> None:
        for key in keys:
            self._page.keyboard.press(key)
            self.pressed += 1


def sign_in(page, desk, base, who):
    secret = f"browser-{who}-{id(page)}"
    desk.links.add(secret, who)
    sign_in_by(page, base, secret)


def test_a_plain_false_alarm_takes_fewer_than_five_keystrokes(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/review")
    page.keyboard.press("Enter")
    page.wait_for_url("**/detections/o1-1?queue=1")
    for here, there in (("o1-1", "**/detections/o3-1?queue=1"), ("o3-1", "**/o1-2?queue=1")):
        keys = Keys(page)
        keys.press("x", "3", "Enter")
        page.wait_for_url(there)
        assert keys.pressed < FEWER_THAN
        (kept,) = desk.casebook.reviews_of(here)
        assert (kept.judgement.verdict, kept.judgement.confidence) == ("not a plume", "high")
    assert watched.elsewhere(base) == []
    assert watched.problems == []


def test_keys_fill_the_form_and_a_note_sends_nothing(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/detections/o1-1?queue=1")
    keys = Keys(page)
    keys.press("a", "r", "f", "2", "f", "5", "f", "5", "4", "e")
    page.keyboard.type("next: a x 3 s n p")
    page.keyboard.press("Enter")
    page.keyboard.type("second line ?")
    expect(page.locator("textarea[name=note]")).to_have_value("next: a x 3 s n p\nsecond line ?")
    assert desk.casebook.reviews_of("o1-1") == ()
    keys.press("Escape", "?")
    expect(page.locator("#review-help")).to_be_visible()
    keys.press("x", "Escape")
    expect(page.locator("#review-help")).to_be_hidden()
    keys.press("r", "Enter")
    page.wait_for_url("**/detections/o3-1?queue=1")
    (kept,) = desk.casebook.reviews_of("o1-1")
    said = kept.judgement
    assert (said.verdict, said.rate, said.confidence) == ("plume", "may not be given", "very high")
    assert said.flags == (Flag.ARTEFACT,)
    assert said.note == "next: a x 3 s n p\nsecond line ?"
    assert watched.problems == []


def test_what_is_not_answered_is_not_sent(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/detections/o1-1?queue=1")
    Keys(page).press("a", "3", "Enter", "Enter")
    expect(page.locator("input[name=rate]:invalid")).to_have_count(2)
    Keys(page).press("x", "Control+Enter", "Alt+n")
    assert desk.casebook.reviews_of("o1-1") == ()
    Keys(page).press("Enter")
    page.wait_for_url("**/detections/o3-1?queue=1")
    assert len(desk.casebook.reviews_of("o1-1")) == 1


def test_what_is_typed_outlives_a_reload_and_is_nobody_elses(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/detections/o1-1?queue=1")
    Keys(page).press("x", "2", "f", "2", "e")
    page.keyboard.type("half a thought")
    page.reload()
    expect(page.locator("textarea[name=note]")).to_have_value("half a thought")
    expect(page.locator("[name=flags]:checked")).to_have_value("artefact")
    sign_in(page, desk, base, "ben")
    page.goto(f"{base}/detections/o1-1?queue=1")
    expect(page.locator("#review-form :checked")).to_have_count(0)
    expect(page.locator("textarea[name=note]")).to_have_value("")
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/detections/o1-1?queue=1")
    Keys(page).press("x", "3", "Enter")
    page.wait_for_url("**/detections/o3-1?queue=1")
    assert desk.casebook.reviews_of("o1-1")[0].judgement.note == ""
    assert page.evaluate("sessionStorage.length") == 0


def test_where_nobody_answers_nothing_is_sent_and_nothing_is_lost(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.route("**/events", lambda route: route.abort())
    page.goto(f"{base}/detections/o1-1?queue=1")
    expect(page.locator("#live")).to_contain_text("does not answer")
    Keys(page).press("x", "3", "Enter")
    expect(page.locator("#review-form :checked")).to_have_count(2)
    assert desk.casebook.reviews_of("o1-1") == ()
    page.unroute("**/events")
    expect(page.locator("#live")).to_be_hidden(timeout=20_000)
    Keys(page).press("Enter")
    page.wait_for_url("**/detections/o3-1?queue=1")
    assert len(desk.casebook.reviews_of("o1-1")) == 1


def test_next_previous_and_skip_by_key(watched, desk, base):
    page = watched.page
    sign_in(page, desk, base, "ana")
    page.goto(f"{base}/detections/o1-1?queue=1")
    for key, there in (("n", "o3-1"), ("p", "o1-1"), ("s", "o3-1"), ("n", "o1-2")):
        page.keyboard.press(key)
        page.wait_for_url(f"**/detections/{there}?queue=1")
    assert desk.casebook.review_queue("ana") == ("o3-1", "o1-2", "o1-1")


def test_two_disagree_a_third_decides_and_then_all_is_shown(chromium, desk, base):
    """Ana by keyboard, Ben without scripts, as a plain form; Eva decides, and all can be read."""
    ana, ben, eva = (
        chromium.new_context(java_script_enabled=who != "ben", **SCREEN).new_page()
        for who in ("ana", "ben", "eva")
    )
    for page, who in ((ana, "ana"), (ben, "ben"), (eva, "eva")):
        draw_no_maps(page)
        sign_in(page, desk, base, who)
        page.goto(f"{base}/detections/o1-1?queue=1")
    Keys(ana).press("a", "r", "4", "e")
    ana.keyboard.type("it drifts")
    Keys(ana).press("Escape", "Enter")
    ana.wait_for_url("**/o3-1?queue=1")
    ben.get_by_role("radio", name="Not a plume").check()
    ben.get_by_role("radio", name="Low").check()
    ben.get_by_label("Note").fill("a hot roof")
    ben.get_by_role("button", name="Keep this review").click()
    ben.wait_for_url("**/o3-1?queue=1")
    assert desk.casebook.review_thing("o1-1").state is ReviewState.IN_REVIEW
    for page in (ana, ben, eva):
        page.goto(f"{base}/detections/o1-1")
    expect(ana.get_by_text("it drifts")).to_be_visible()
    expect(ana.get_by_text("a hot roof")).to_have_count(0)
    expect(ben.get_by_text("it drifts")).to_have_count(0)
    expect(eva.get_by_text("it drifts")).to_have_count(0)
    with eva.expect_navigation():  # to the same page: it was not on the way through the queue
        Keys(eva).press("a", "r", "2", "Enter")
    assert desk.casebook.review_thing("o1-1").state is ReviewState.CONFIRMED
    for page in (ana, ben, eva):
        page.goto(f"{base}/detections/o1-1")
        expect(page.get_by_text("it drifts")).to_be_visible()
        expect(page.get_by_text("a hot roof")).to_be_visible()
    Keys(ana).press("x", "3", "Enter")  # the form is folded: nothing is sent by accident
    assert len(desk.casebook.reviews_of("o1-1")) == 3
    with ana.expect_navigation():
        Keys(ana).press("m", "d", "1", "Enter")
    expect(ana.get_by_text("a hot roof")).to_have_count(0)
    assert desk.casebook.review_thing("o1-1").state is ReviewState.IN_REVIEW
    for page in (ana, ben, eva):
        page.context.close()
