"""The auditor's page and API: sifted, paged, exported, and checked in the background."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
import rfc8785
from sqlalchemy import text

import web_desk
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.store.refused import LISTED, SPAN
from cathartes.web.chain_watch import ChainWatch
from cathartes.web.refusals import Refusals
from made_up_casebook import NOW

YES = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def aud(desk):
    return web_desk.client_of(desk, "aud")


def actions(desk):
    return [entry.action for entry in desk.casebook.audit_entries()]


def test_the_page_shows_what_was_done_and_the_head(desk, aud):
    page = aud.get("/audit")
    assert page.status_code == 200
    assert "Mandate entered" in page.text
    aud.app.state.background.chain.wait(20)
    assert str(desk.casebook.audit_head()) in aud.get("/audit").text
    assert "Mandato registrado" in aud.get("/audit", headers={"accept-language": "es"}).text


def test_the_page_and_the_api_page_through_all_entries_once(desk, aud):
    had, before = [], None
    while True:
        query = {"limit": 7} | ({"before": before} if before else {})
        told = aud.get("/api/v1/audit", params=query).json()
        had += [one["number"] for one in told["entries"]]
        before = told["next"]
        if before is None:
            break
        assert f"before={before}" in aud.get("/audit", params=query).text
    assert had == list(range(desk.casebook.audit_number(), 0, -1))


def test_filters_are_the_same_on_the_page_and_in_the_api(aud):
    query = {"action": "sortie.add", "subject": "S2", "since": "2026-05-04", "until": ""}
    (one,) = aud.get("/api/v1/audit", params=query).json()["entries"]
    page = aud.get("/audit", params=query).text
    assert f'href="/audit/{one["number"]}"' in page
    assert 'value="S2"' in page
    assert "Nothing of the kind" in aud.get("/audit", params={"actor": "<b>nobody"}).text
    assert aud.get("/api/v1/audit", params={"since": "yesterday"}).status_code == 422


def test_what_others_wrote_is_text_and_no_markup(desk, aud):
    evil = "<script>alert(1)</script>"
    desk.casebook.note("refused", evil, {"why": evil}, evil, NOW)
    for path in ("/audit", f"/audit/{desk.casebook.audit_number()}"):
        assert "<script>alert" not in aud.get(path).text


def test_an_entry_is_shown_with_its_neighbours(desk, aud):
    page = aud.get("/audit/2").text
    assert desk.casebook.audit_entry(2).hash in page
    assert 'href="/audit/1"' in page
    assert 'href="/audit/3"' in page
    assert aud.get("/audit/999999").status_code == 404
    assert aud.get("/api/v1/audit/2").json()["hash"] == desk.casebook.audit_entry(2).hash


def test_an_export_can_be_checked_without_us(desk, aud):
    """As docs/how-to/audit-a-casebook.md has it: ten lines, and a public RFC 8785."""
    lines = aud.get("/api/v1/audit/export").text.splitlines()
    head = "0" * 64
    for line in lines:
        entry = json.loads(line)
        previous, told = entry.pop("previous_hash"), entry.pop("hash")
        assert previous == head
        head = sha256(bytes.fromhex(previous) + rfc8785.dumps(entry)).hexdigest()
        assert head == told
    assert head == desk.casebook.audit_head().hash
    assert actions(desk)[-1] == "audit.export"
    sifted = aud.get("/api/v1/audit/export", params={"action": "sortie.add"}).text.splitlines()
    assert [json.loads(line)["subject"] for line in sifted] == ["S1", "S2"]


@pytest.mark.parametrize("user", ["ana", "ada", "cora", "rita", "pia"])
def test_only_the_auditor_may(desk, user):
    client = web_desk.client_of(desk, user)
    for path in ("/audit", "/audit/1", "/api/v1/audit", "/api/v1/audit/1", "/api/v1/audit/chain",
                 "/api/v1/audit/export"):  # fmt: skip
        assert client.get(path).status_code == 403
    assert client.post("/audit/check", data={"csrf": client.csrf}).status_code == 403


# --- the chain in the background ---


def test_the_chain_is_checked_once_and_goes_on_from_there(desk):
    watch = ChainWatch(desk.casebook)
    assert watch.state().checked_number == 0
    watch.go_on()
    done = watch.wait(20)
    assert (done.checked_number, done.checked_hash) == (done.head_number, done.head_hash)
    assert (done.faults, done.is_running) == ((), False)
    desk.casebook.note("more", "", {}, "ana", NOW)
    assert watch.state().checked_number == done.head_number
    watch.go_on()
    assert watch.wait(20).checked_number == done.head_number + 1


def test_a_change_behind_what_was_checked_is_found_when_all_is_checked_again(desk):
    watch = ChainWatch(desk.casebook)
    watch.go_on()
    watch.wait(20)
    with desk.casebook.database.change() as connection:
        connection.execute(text("DROP TRIGGER audit_no_update"))
        connection.execute(text("UPDATE audit SET actor = 'eve' WHERE number = 3"))
    watch.go_on()
    assert watch.wait(20).faults == ()
    watch.go_on(anew=True)
    found = watch.wait(20)
    assert found.faults[0].startswith("entry 3 was changed")
    assert found.checked_number == found.head_number


def test_a_chain_that_was_cut_below_what_was_checked_is_told(desk):
    watch = ChainWatch(desk.casebook)
    watch.go_on()
    number = watch.wait(20).checked_number
    with desk.casebook.database.change() as connection:
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        connection.execute(text("DELETE FROM audit WHERE number > 4"))
    assert f"checked up to entry {number}, and ends at 4" in watch.state().faults[-1]


def test_the_page_begins_the_check_and_the_form_begins_it_anew(aud):
    aud.get("/audit")
    aud.app.state.background.chain.wait(20)
    state = aud.get("/api/v1/audit/chain").json()
    assert state["checked_number"] == state["head_number"] > 0
    assert aud.post("/audit/check", data={"csrf": aud.csrf}).status_code == 303
    assert aud.post("/audit/check", data={"csrf": "another"}).status_code == 403


# --- what is put on record, and how often ---


def test_a_refusal_is_on_record_with_what_was_asked(desk):
    web_desk.client_of(desk, "ana").get("/audit/7")
    last = list(desk.casebook.audit_entries())[-1]
    assert (last.action, last.actor, last.detail["path"]) == ("refused", "ana", "/audit/7")


def test_nobody_fills_the_audit_by_being_refused(desk):
    """Of any number of refusals in an hour, so many are entered, and one that counts the rest."""
    ana = web_desk.client_of(desk, "ana")
    before = desk.casebook.audit_number()
    for n in range(3 * LISTED):
        assert ana.get(f"/audit/{n + 1}").status_code == 403
        assert ana.get("/audit/1").status_code == 403
    assert desk.casebook.audit_number() == before + LISTED
    ana.app.state.background.close(desk)
    last = list(desk.casebook.audit_entries())[-1]
    assert (last.action, last.actor) == ("refused.more", "ana")
    assert last.detail["n"] == 6 * LISTED - LISTED


def test_each_hour_begins_anew_and_tells_what_the_last_one_counted(desk):
    refusals = Refusals(desk.casebook)
    for _ in range(3):
        refusals.note("ana", "GET", "/x", "no", NOW)
    refusals.note("ben", "GET", "/x", "no", NOW + SPAN - timedelta(seconds=1))
    refusals.note("ana", "GET", "/x", "no", NOW + SPAN)
    found = [one for one in desk.casebook.audit_entries() if one.action.startswith("refused")]
    told = [(one.action, one.actor, one.detail.get("n")) for one in found]
    assert told == [
        ("refused", "ana", None),
        ("refused", "ben", None),
        ("refused.more", "ana", 2),
        ("refused", "ana", None),
    ]


def test_an_auditor_who_reads_reviews_is_on_record_once_an_hour(desk, aud):
    desk.casebook.add_review("o1-1", YES, "ben", NOW)

    def reads():
        found = [one for one in desk.casebook.audit_entries() if one.action == "reviews.read"]
        return [(one.actor, one.subject) for one in found]

    for _ in range(2):
        assert aud.get("/api/v1/detections/o1-1").status_code == 200
    assert reads() == [("aud", "o1-1")]
    web_desk.client_of(desk, "ana").get("/api/v1/detections/o1-1")
    aud.get("/api/v1/detections/o3-1")
    assert reads() == [("aud", "o1-1")], "of others, and of what nobody reviewed, nothing"
    desk.now.pass_by(timedelta(minutes=29))
    aud.get("/")
    desk.now.pass_by(timedelta(minutes=29))
    aud.get("/")
    desk.now.pass_by(timedelta(minutes=3))
    aud.get("/api/v1/detections/o1-1")
    assert len(reads()) == 2
