"""Releases in the workstation: the way to a partner, two persons, and what each may know of it."""

import html
import re

import pytest

import made_up_casebook as made_up
import web_desk
import web_releases
from cathartes.casework.partner import Delivery, Field, Way
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.review import Confidence, Judgement, Verdict
from cathartes.pipeline.keys import key_create
from cathartes.web import printing
from cathartes.web.live_events import Eyes, LiveEvent
from cathartes.web.settings import ServeSettings
from cathartes.web.visitor import Visitor
from made_up_casebook import NOW

PASSPHRASE, WRONG = web_desk.GOOD, web_desk.GOOD[::-1]
EXACT = "20.20000°, -103.10000°"
"""Where the site lies, as our own side of the page has it."""


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        web_releases.begin(desk)
        yield desk


@pytest.fixture
def people(desk):
    return {who: web_desk.client_of(desk, who) for who in ("ana", "ben", "eva", "rita", "aud")}


def draft_on_page(client, **changes):
    told = {"csrf": client.csrf, "partner": "office", "tlp": "GREEN", "sender": "Nuestra Oficina"}
    return client.post("/sites/site-a/releases", data=told | changes)


def act(client, release_id, what, seen=None, **told):
    seen = seen or client.desk.casebook.release(release_id).content_sha256
    data = {"csrf": client.csrf, "seen": seen, **told}
    return client.post(f"/releases/{release_id}/{what}", data=data)


def state_of(desk, release_id):
    return desk.casebook.release(release_id).state


def test_ana_drafts_and_submits_rita_approves_and_nobody_was_told(desk, people):
    ana, rita = people["ana"], people["rita"]
    answer = draft_on_page(ana, message="Saludos")
    assert answer.status_code == 303
    release_id = answer.headers["location"].rpartition("/")[2]
    page = ana.get(f"/releases/{release_id}").text
    assert "Saludos" in page
    assert f'value="{desk.casebook.release(release_id).content_sha256}"' in page
    assert act(ana, release_id, "submit").status_code == 303
    assert "another person must decide" not in ana.get(f"/releases/{release_id}").text
    assert "one must be release authority" in ana.get(f"/releases/{release_id}").text
    assert act(rita, release_id, "approve").status_code == 303
    assert state_of(desk, release_id) is ReleaseState.APPROVED
    shown = rita.get(f"/releases/{release_id}").text
    assert f"cathartes release send {release_id}" in shown
    assert "passphrase" not in shown
    assert [one["step"] for one in rita.get(f"/api/v1/releases/{release_id}").json()["steps"]] == [
        "draft", "submit", "approve"
    ]  # fmt: skip
    assert web_desk.client_of(desk, "pia").get(f"/answers/{release_id}").status_code == 403


def test_who_drafted_or_reviewed_does_not_approve(desk, people):
    release_id = web_releases.drafted(desk, actor="rita")
    web_releases.step(desk, release_id, Step.SUBMIT, "rita")
    answer = act(people["rita"], release_id, "approve")
    assert answer.status_code == 403
    assert "another person must decide" in answer.text
    assert act(people["ben"], release_id, "approve").status_code == 403
    again = people["rita"].get(f"/releases/{release_id}/approve")  # as on loading that page again
    assert again.headers["location"] == f"/releases/{release_id}"
    assert state_of(desk, release_id) is ReleaseState.SUBMITTED
    assert "release.denied" in {one.action for one in desk.casebook.audit_of(release_id)}


@pytest.mark.parametrize(
    ("what", "who"),
    [("submit", "ana"), ("approve", "rita"), ("refuse", "rita"), ("drop", "ana"), ("send", "rita")],
)
def test_a_form_of_what_was_written_anew_since_is_refused_kindly(desk, people, what, who):
    release_id = web_releases.drafted(desk)
    old = desk.casebook.release(release_id).content_sha256
    page = people["ana"].post(
        f"/releases/{release_id}/redraft",
        data={"csrf": people["ana"].csrf, "tlp": "GREEN", "message": "new", "sender": "We"},
    )
    assert page.status_code == 303
    if what != "submit":
        web_releases.step(desk, release_id, Step.SUBMIT, "ana")
    before = desk.casebook.release(release_id)
    answer = act(people[who], release_id, what, seen=old, why="because", passphrase=WRONG)
    assert answer.status_code == 409
    assert "written anew since you looked at it" in answer.text
    assert before.content_sha256 in answer.text
    assert desk.casebook.release(release_id) == before


def test_who_prints_a_release_has_read_it(desk, people):
    release_id = web_releases.drafted(desk)
    assert people["aud"].get(f"/releases/{release_id}/report.pdf").status_code == 200
    last = desk.casebook.audit_of(release_id)[-1]
    assert (last.action, last.actor) == ("release.read", "aud")


def asked(client, path, **told):
    return client.post(f"/api/v1{path}", json=told, headers={"x-csrf-token": client.csrf})


def test_programs_are_told_whether_it_is_not_there_or_can_not_be(desk, people):
    release_id = web_releases.drafted(desk)
    seen = desk.casebook.release(release_id).content_sha256
    web_releases.step(desk, release_id, Step.SUBMIT, "ana")
    nowhere = asked(people["rita"], "/releases/R-0/decision", approve=True, seen_sha256=seen)
    assert (nowhere.status_code, people["rita"].get("/releases/R-0").status_code) == (404, 404)
    another = asked(people["ana"], f"/releases/{release_id}/submission", seen_sha256=seen)
    assert another.status_code == 409, "it was submitted already"
    assert "to submit it must be draft" in another.json()["error"]["message"]
    desk.casebook.revoke_mandate("MX-1", "ended", "local:x", desk.now())
    revoked = asked(
        people["rita"], f"/releases/{release_id}/decision", approve=True, seen_sha256=seen
    )
    assert revoked.status_code == 409
    assert "revoked" in revoked.json()["error"]["message"]


def test_a_desk_without_a_valid_key_says_what_is_needed(tmp_path):
    settings = ServeSettings(keys=tmp_path / "none")
    with web_desk.desk(tmp_path, settings=settings) as desk:
        web_releases.begin(desk)
        told = {"partner": "office", "tlp": "GREEN"}
        answer = asked(web_desk.client_of(desk, "ana"), "/sites/site-a/releases", **told)
        assert answer.status_code == 409
        assert "cathartes key create" in answer.json()["error"]["message"]
        assert str(tmp_path) not in answer.text


def test_refusing_and_dropping_need_a_reason_and_show_it(desk, people):
    release_id = web_releases.drafted(desk)
    web_releases.step(desk, release_id, Step.SUBMIT, "ana")
    assert "say why" in act(people["rita"], release_id, "refuse").text
    assert act(people["rita"], release_id, "refuse", why="the cell is wrong").status_code == 303
    assert "the cell is wrong" in people["ana"].get(f"/releases/{release_id}").text
    assert act(people["ana"], release_id, "drop", why="given up").status_code == 303
    assert state_of(desk, release_id) is ReleaseState.DROPPED
    assert "it has come to its end" in people["ana"].get(f"/releases/{release_id}").text


def told_side(page):
    """Return what stands under what the partner sees, and what stands beside it."""
    told, _, withheld = page.partition('<h2 id="withheld">')
    return told.partition('<h2 id="told">')[2], withheld


def test_the_left_side_is_made_of_the_content_alone_and_the_right_has_what_is_withheld(
    desk, people
):
    release_id = web_releases.drafted(desk)
    told, withheld = told_side(people["ana"].get(f"/releases/{release_id}").text)
    for secret in (EXACT, "hexacopter", "HyTES", "line.img", "S1", "local:", "site-a", "ben"):
        assert secret not in told, secret
    for known in (EXACT, "hexacopter", "HyTES", "line.img", "S1", "ana, ben"):
        assert known in withheld, known
    assert "13QFC" in told.replace(" ", "") or "MGRS" in told
    view = people["ana"].get(f"/api/v1/releases/{release_id}").json()
    assert view["told"]["every_field"]["finding"]["rate_kg_h"] is None
    rate = next(one for one in view["withheld"] if one["name"] == "rate")
    assert rate["told"] == ""
    assert "2.5" in rate["known"]


def test_the_report_is_the_partners_in_both_forms(desk, people):
    release_id = web_releases.drafted(desk)
    pdf = people["ana"].get(f"/releases/{release_id}/report.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert "attachment" in pdf.headers["content-disposition"]
    png = people["ana"].get(f"/releases/{release_id}/report.png")
    assert png.content.startswith(b"\x89PNG")
    assert png.headers["content-type"] == "image/png"


def test_lists_tell_states_partners_and_drills_apart(desk, people):
    real = web_releases.drafted(desk)
    desk.now.now_utc += made_up.MINUTE
    drill = web_releases.drafted(desk, is_exercise=True)
    page = people["aud"].get("/releases").text
    assert page.count('class="drill"') == 1
    assert page.index("EXERCISE") < page.index(drill) < page.index(real)
    listed = people["aud"].get("/api/v1/releases", params={"exercise": "no"}).json()["releases"]
    assert [one["id"] for one in listed] == [real]
    for asked, found in (
        ({"state": "draft", "partner": "office"}, 2), ({"state": "sent"}, 0),
        ({"partner": "other"}, 0), ({"site": "site-b"}, 0),
    ):  # fmt: skip
        assert len(people["aud"].get("/api/v1/releases", params=asked).json()["releases"]) == found
    first = people["aud"].get("/api/v1/releases", params={"limit": 1}).json()
    second = people["aud"].get("/api/v1/releases", params={"after": first["next"]}).json()
    assert [first["releases"][0]["id"], second["releases"][0]["id"]] == [drill, real]
    assert second["next"] is None


# --- blindness ---


def knows(client, release_id):
    """Return whether a visitor learns by any way that there is a release."""
    site = client.get("/sites/site-a").text
    listed = client.get("/releases").text
    there = client.get(f"/releases/{release_id}")
    told = {
        release_id in site,
        release_id in listed,
        there.status_code == 200,
        client.get(f"/api/v1/releases/{release_id}").status_code == 200,
        release_id in client.get("/api/v1/releases").text,
        release_id in client.get("/api/v1/sites/site-a").text,
        client.get(f"/releases/{release_id}/report.pdf").status_code == 200,
        hears_of(client, release_id),
    }
    assert len(told) == 1, told
    return told.pop()


def hears_of(client, release_id):
    who = next(u for u in web_desk.USERS if u.id == client.who)
    session = client.desk.casebook.session(client.session_sha256)
    eyes = Eyes(client.desk, Visitor(who.subject, who.name, session))
    return bool(eyes.seen([LiveEvent("release", {"id": release_id})])) and bool(
        eyes.seen([LiveEvent("answer", {"release": release_id})])
    )


@pytest.fixture
def readers(people, monkeypatch):
    """Return people of whom it is asked what they learn; of reports, whether they get one."""
    monkeypatch.setattr(printing, "release_report", web_releases.report_of_a_form)
    for who, client in people.items():
        client.who = who
    return people


def test_what_was_confirmed_and_is_open_again_is_told_to_no_analyst(desk, readers):
    release_id = web_releases.sent(desk)
    assert knows(readers["eva"], release_id)
    web_releases.change_mind(desk, "o1-1", "ben")
    seen = {who: knows(client, release_id) for who, client in readers.items()}
    assert seen == {"ana": False, "ben": False, "eva": False, "rita": True, "aud": True}
    answer = act(readers["eva"], release_id, "recall", tlp="GREEN", why="x")
    assert answer.status_code == 403
    assert "open to review again" in answer.text
    web_releases.confirm(desk, "o1-1", people=("eva",))
    assert knows(readers["eva"], release_id)


def test_a_recall_of_what_is_hidden_is_hidden_too(desk, readers):
    release_id = web_releases.sent(desk)
    answer = act(
        readers["rita"], release_id, "recall", tlp="GREEN", why="it was wrong", sender="We"
    )
    recall_id = answer.headers["location"].rpartition("/")[2]
    assert knows(readers["eva"], recall_id)
    web_releases.change_mind(desk, "o1-1", "ben")
    assert not knows(readers["eva"], recall_id)
    assert knows(readers["rita"], recall_id)


def test_a_plume_of_another_day_that_is_open_hides_nothing(desk, readers):
    site = made_up.site("site-a", ["o1-1.1", "o3-1.1"], value=2.0)
    desk.casebook.put_sites([site], ["site-b"], made_up.ME, NOW)
    release_id = web_releases.drafted(desk)
    web_releases.confirm(desk, "o3-1", people=("eva",))
    assert all(knows(client, release_id) for client in readers.values())
    page = readers["ana"].get(f"/releases/{release_id}").text
    assert "eva" not in page  # that she reviewed the open one is nobody's to know


@pytest.mark.parametrize(
    "reviews", [(), ("ben",), ("ben", "ana")], ids=["candidate", "in review", "rejected"]
)
def test_a_draft_that_can_not_be_says_the_same_however_far_reviews_are(desk, people, reviews):
    false = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)
    web_releases.confirm(desk, "o3-1", people=reviews, said=false)
    answer = people["eva"].post(
        "/sites/site-b/releases",
        data={"csrf": people["eva"].csrf, "partner": "office", "tlp": "GREEN", "sender": "We"},
    )
    assert answer.status_code == 409
    problem = re.search(r'<p class="alert" role="alert">(.*?)</p>', answer.text)[1]
    assert problem.startswith("nothing that you may know of is confirmed here")
    assert not desk.casebook.audit_of("site-b") or "ben" not in problem


# --- sending ---


@pytest.fixture
def keys(tmp_path):
    folder = tmp_path / "keys"
    key_create("Nuestra Oficina", PASSPHRASE, keys=folder)
    web_releases.trust_office(folder)
    return folder


def test_a_release_is_sent_by_the_passphrase_which_is_kept_nowhere(tmp_path, keys, caplog):
    out = tmp_path / "share"
    out.mkdir()
    settings = ServeSettings(keys=keys)
    with web_desk.desk(tmp_path, settings=settings) as desk:
        web_releases.now_of_keys(desk)
        web_releases.begin(desk, Delivery(Way.FOLDER, str(out)))
        release_id = web_releases.approved(desk)
        rita = web_desk.client_of(desk, "rita")
        assert 'type="password"' in rita.get(f"/releases/{release_id}").text
        wrong = act(rita, release_id, "send", passphrase=WRONG)
        assert wrong.status_code == 409
        assert WRONG not in wrong.text
        assert state_of(desk, release_id) is ReleaseState.APPROVED
        assert "release.locked" in {one.action for one in desk.casebook.audit_of(release_id)}
        assert act(rita, release_id, "send", passphrase=PASSPHRASE).status_code == 303
        assert state_of(desk, release_id) is ReleaseState.SENT
        assert [one.name for one in out.iterdir()] == [f"{release_id}.cathartes"]
        page = rita.get(f"/releases/{release_id}").text
        assert "done" in page.partition('<h2 id="deliveries">')[2]
        assert PASSPHRASE not in page
        assert PASSPHRASE not in str(list(desk.casebook.audit_entries(0)))
        assert PASSPHRASE not in caplog.text
        assert act(rita, release_id, "deliver").status_code == 303
        assert len(desk.casebook.deliveries(release_id)) == 1  # what is done is not done twice


def test_without_keys_the_page_sends_nothing(desk, people):
    release_id = web_releases.approved(desk)
    answer = act(people["rita"], release_id, "send", passphrase=PASSPHRASE)
    assert answer.status_code == 409
    assert "opened without keys" in answer.text
    assert state_of(desk, release_id) is ReleaseState.APPROVED


def test_an_update_and_a_recall_are_drafted_as_releases_of_their_own(desk, people):
    release_id = web_releases.sent(desk)
    for how, notice in (("update", "update"), ("recall", "cancel")):
        told = {"tlp": "GREEN", "sender": "We", "why": "the wind was wrong"}
        answer = act(people["ana"], release_id, how, **told)
        assert answer.status_code == 303, answer.text
        made = desk.casebook.release(answer.headers["location"].rpartition("/")[2])
        assert (made.notice.value, made.earlier_ids) == (notice, (release_id,))
        assert made.state is ReleaseState.DRAFT
    assert state_of(desk, release_id) is ReleaseState.SENT


def test_a_recall_of_what_is_recalled_is_refused_as_a_draft(desk, people):
    release_id = web_releases.sent(desk)
    web_releases.recalled(desk, release_id)
    n_there = len(desk.casebook.releases(web_releases.ALL))
    for how in ("update", "recall"):
        answer = act(people["ana"], release_id, how, tlp="GREEN", sender="We", why="once more")
        assert answer.status_code == 409
        assert f"release {release_id}: it is recalled" in answer.text
    assert len(desk.casebook.releases(web_releases.ALL)) == n_there


@pytest.mark.parametrize(
    ("changes", "english", "spanish"),
    [
        ({"partner": ""}, "choose the partner", "elija el socio"),
        ({"message": "a\u202eb"}, "message: it has the character U+202E", "mensaje: tiene el car"),
        ({"sender": "\t\a"}, "name: it has the character U+0007", "remitente: tiene el carácter"),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_in_both_languages(people, changes, english, spanish):
    for language, told in (("en", english), ("es", spanish)):
        people["ana"].cookies.set("language", language)
        answer = draft_on_page(people["ana"], **changes)
        assert answer.status_code == 409
        told_so = html.unescape(answer.text.partition('role="alert">')[2].partition("</p>")[0])
        assert told in told_so


def test_an_update_without_a_reason_is_refused_as_one(desk, people):
    release_id = web_releases.sent(desk)
    answer = act(people["ana"], release_id, "update", tlp="GREEN", sender="We", message="words")
    assert answer.status_code == 409
    assert 'role="alert">an update or a recall needs its reason: say why' in answer.text
    assert "words" in answer.text


# --- hostile words ---

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">{{ 7*7 }}\'"`'


def test_words_of_people_stay_words(desk, people):
    desk.casebook.change_partner(
        web_releases.partner(name="<b>Office</b>", fields=frozenset(Field)), "ada", desk.now()
    )
    answer = draft_on_page(people["ana"], message=HOSTILE, sender="<i>We</i>")
    release_id = answer.headers["location"].rpartition("/")[2]
    web_releases.step(desk, release_id, Step.SUBMIT, "ana")
    assert act(people["rita"], release_id, "refuse", why=HOSTILE).status_code == 303
    for path in (f"/releases/{release_id}", "/sites/site-a", "/releases"):
        page = people["rita"].get(path).text
        for tag in ("<script>alert", "<img src=x", "<b>Office", "<i>We"):
            assert tag not in page, (path, tag)
        assert ">49" not in page
    again = draft_on_page(people["ana"], partner=HOSTILE, message=HOSTILE, sender=HOSTILE)
    assert again.status_code == 409
    assert "<script>alert" not in again.text


def test_too_much_is_refused_and_nothing_is_lost(desk, people):
    for n in (5000, 100_000):
        answer = draft_on_page(people["ana"], message="x" * n)
        assert answer.status_code == 409
        assert f"message: it has {n} characters; up to 4000 are taken" in answer.text
        assert "x" * n in answer.text
    assert draft_on_page(people["ana"], message="x" * 2_000_000).status_code == 413
    assert desk.casebook.releases(web_releases.ALL) == ()
