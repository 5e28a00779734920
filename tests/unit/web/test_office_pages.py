"""A partner's office: its officers read what was sent to it, answer, and see nothing else."""

import io
import re
import zipfile
from dataclasses import replace

import pytest

import web_desk
import web_releases
from cathartes.casework.release import ReleaseState
from cathartes.casework.response import FOLLOWS, Answer
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.products.release.files import release_files
from cathartes.store.refused import LISTED
from cathartes.web.settings import LARGEST_ANSWER_BYTES

PNG = b"\x89PNG\r\n\x1a\n"
OTHERS = User("olga", "Olga Paz", (Role.PARTNER,), "other-office")
PATHS = ("", "/report.pdf", "/files.zip", "/package")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    web_releases.keep_sites(monkeypatch)
    with web_desk.desk(tmp_path, users=(*web_desk.USERS, OTHERS)) as desk:
        web_releases.begin(desk)
        yield desk


@pytest.fixture
def pia(desk):
    return web_desk.client_of(desk, "pia")


def say(client, release_id, answer, files=None, **told):
    data = {"csrf": client.csrf, "answer_id": f"A-{id(told):x}", "answer": answer, **told}
    attached = [("attached", one) for one in files or ()]
    return client.post(f"/answers/{release_id}", data=data, files=attached or None)


def answers_to(desk, release_id):
    return [one.response for one in desk.casebook.responses([release_id])[release_id]]


def choices(client, release_id):
    page = client.get(f"/answers/{release_id}").text
    return re.findall(r'<button name="answer" value="([^"]+)"', page)


def test_an_officer_comes_home_to_what_was_sent_and_answers_by_one_click(desk, pia):
    release_id = web_releases.sent(desk)
    assert pia.get("/").headers["location"] == "/answers"
    assert f"/answers/{release_id}" in pia.get("/answers").text
    assert choices(pia, release_id) == [one.value for one in Answer if one in FOLLOWS[None]]
    assert say(pia, release_id, "received").status_code == 303
    assert desk.casebook.release(release_id).state is ReleaseState.ACKNOWLEDGED
    assert choices(pia, release_id) == [
        one.value for one in Answer if one in FOLLOWS[Answer.RECEIVED]
    ]
    site = web_desk.client_of(desk, "ana").get("/sites/site-a").text
    assert "in the workstation, by pia" in site
    view = pia.get(f"/api/v1/answers/{release_id}").json()
    assert (view["about"]["answer"], view["answers"][0]["received_by"]) == ("received", "")


def test_what_is_not_the_offices_is_refused_as_what_is_not_there(desk, pia):
    draft = web_releases.drafted(desk, is_exercise=True)
    sent = web_releases.sent(desk)
    olga = web_desk.client_of(desk, "olga")
    assert sent not in olga.get("/answers").text
    assert draft not in pia.get("/answers").text
    for client, release_id in ((pia, draft), (olga, sent)):
        for path in PATHS:
            answer = client.get(f"/answers/{release_id}{path}")
            other = client.get(f"/answers/R-NONE{path}")
            assert (answer.status_code, other.status_code) == (403, 403)
            assert answer.text.replace(release_id, "") == other.text.replace("R-NONE", "")
        assert say(client, release_id, "received").status_code == 403
        after = client.get("/answers", params={"after": release_id})
        assert after.status_code == 403
    assert answers_to(desk, sent) == []


def test_an_officer_sees_the_content_and_nothing_of_the_office_that_told_it(desk, pia):
    release_id = web_releases.sent(desk)
    say(pia, release_id, "accepted", note="vamos")
    told = [pia.get(f"/answers/{release_id}").text, pia.get("/answers").text]
    told += [pia.get(f"/api/v1/answers/{release_id}").text, pia.get("/api/v1/answers").text]
    for text in told:
        for secret in ("ana", "rita", "ben", "site-a", "o1-1", "20.2000", "hexacopter", "HyTES",
                       "due", "S1", "line-"):  # fmt: skip
            assert not re.search(rf"\b{secret}\b", text), secret


def test_the_files_are_those_of_the_package(desk, pia):
    release_id = web_releases.sent(desk)
    archive = zipfile.ZipFile(io.BytesIO(pia.get(f"/answers/{release_id}/files.zip").content))
    found = {one: archive.read(one) for one in archive.namelist()}
    assert found == release_files(desk.casebook.release_content(release_id))
    package = pia.get(f"/answers/{release_id}/package").content
    assert package == desk.evidence.read(desk.casebook.release(release_id).package_sha256)
    assert pia.get(f"/answers/{release_id}/report.pdf").content.startswith(b"%PDF-")
    assert "release.read" in {one.action for one in desk.casebook.audit_of(release_id)}


def test_a_whole_answer_is_kept_with_its_files(desk, pia):
    release_id = web_releases.sent(desk)
    picture = PNG + bytes(1_500_000)  # more than other forms may have
    answer = say(
        pia, release_id, "dismantled", visited_on="2026-05-03", note="una línea\r\notra",
        seized_what=["acetona", ""], seized_amount=["12,5", ""], seized_unit=["kg", ""],
        files=[("foto á.png", picture, "image/png"), ("foto á.png", PNG + b"2", "image/png")],
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    (kept,) = answers_to(desk, release_id)
    assert kept.note == "una línea\notra"
    assert [(one.what, one.amount, one.unit) for one in kept.seized] == [("acetona", 12.5, "kg")]
    assert str(kept.visited_on) == "2026-05-03"
    first, second = kept.attachments
    assert first.name != second.name
    ana = web_desk.client_of(desk, "ana")
    sent = ana.get(f"/releases/{release_id}/attachments/{first.sha256}")
    assert sent.content == picture
    assert sent.headers["content-disposition"].startswith("attachment")
    other = desk.casebook.release(release_id).package_sha256
    assert ana.get(f"/releases/{release_id}/attachments/{other}").status_code == 404


def test_the_same_form_twice_is_one_answer(desk, pia):
    release_id = web_releases.sent(desk)
    for _ in range(2):
        assert say(pia, release_id, "received", answer_id="A-1").status_code == 303
    assert len(answers_to(desk, release_id)) == 1


@pytest.mark.parametrize(
    ("answer", "told", "problem"),
    [
        ("disputed", {}, "a dispute needs its reason: say why"),
        ("received", {"reason": "why"}, "no other answer has one"),
        ("", {}, "choose what you answer"),
        ("burnt", {}, "choose what you answer"),
        ("closed", {}, "can&#39;t be answered now"),
        ("received", {"visited_on": "soon"}, "the day of the visit"),
        ("received", {"visited_on": "2031-01-01"}, "after it was answered"),
        ("confirmed", {"seized_what": "x", "seized_amount": "much", "seized_unit": "kg"}, "number"),
        ("accepted", {"seized_what": "x", "seized_amount": "1", "seized_unit": "kg"}, "confirm it"),
        ("received", {"note": "x" * 5000}, "up to 4000"),
        ("received", {"answer_id": "../x"}, "letters, digits"),
    ],
)
def test_what_can_not_be_answered_is_said_beside_what_was_typed(desk, pia, answer, told, problem):
    release_id = web_releases.sent(desk)
    page = say(pia, release_id, answer, **({"note": "my words"} | told))
    assert page.status_code == 409
    said = page.text.partition('role="alert">')[2]
    assert problem in said
    assert answer != "disputed" or said.startswith(problem)  # ids of forms are nothing to people
    assert told.get("note", "my words") in page.text
    assert answers_to(desk, release_id) == []


def test_an_officer_can_fill_neither_audit_nor_evidence(desk, pia):
    """An id that was used for another release is a replay, however often it is sent."""
    first = web_releases.sent(desk)
    say(pia, first, "received", answer_id="A-1")
    web_releases.recalled(desk, first)
    second = web_releases.sent(desk)
    before, kept = desk.casebook.audit_number(), desk.evidence.all_sha256()
    for number in range(LISTED + 3):
        photo = ("photo.png", PNG + bytes([number]), "image/png")
        assert say(pia, second, "received", [photo], answer_id="A-1").status_code == 409
    entries = desk.casebook.audit_number() - before
    assert entries <= LISTED + 2, "one is that the release was read"
    assert desk.evidence.all_sha256() == kept


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(x)>>>>endobj\n%%EOF"),
        ("a.exe", b"MZ"), ("a.png", b"<svg onload=alert(1)>"), ("a.csv", b"=cmd()\n"), ("a", b"x"),
    ],
)  # fmt: skip
def test_files_that_act_are_not_taken(desk, pia, name, content):
    release_id = web_releases.sent(desk)
    answer = say(pia, release_id, "received", files=[(name, content, "image/png")])
    assert answer.status_code == 409
    assert "attachment" in answer.text.partition('role="alert">')[2]
    assert answers_to(desk, release_id) == []


def test_too_much_is_refused_before_it_is_read(desk, pia):
    release_id = web_releases.sent(desk)
    data = b"x" * (LARGEST_ANSWER_BYTES + 1)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = pia.post(f"/answers/{release_id}", content=data, headers=headers)
    assert answer.status_code == 413
    stranger = web_desk.client_of(desk)
    assert say(stranger, release_id, "received", files=[("a.png", PNG, "x")]).status_code == 401


def test_a_recall_can_be_received_or_disputed_and_ends_the_rest(desk, pia):
    release_id = web_releases.sent(desk)
    recall_id = web_releases.recalled(desk, release_id)
    assert choices(pia, recall_id) == ["received", "disputed"]
    assert choices(pia, release_id) == []
    assert "It was recalled" in pia.get(f"/answers/{release_id}").text
    assert say(pia, release_id, "received").status_code == 409


def test_an_office_that_is_told_nothing_more_reads_recalls_alone(desk, pia):
    """What was sent and not yet read is not read any more; a recall is, and can be answered."""
    first = web_releases.sent(desk)
    office = desk.casebook.partner("office")
    desk.casebook.change_partner(replace(office, is_disabled=True), "ada", desk.now())
    recall = web_releases.recalled(desk, first)
    for path in PATHS:
        assert pia.get(f"/answers/{first}{path}").status_code == 403
        assert pia.get(f"/answers/{recall}{path}").status_code == 200
    assert pia.get(f"/api/v1/answers/{first}").status_code == 403
    assert say(pia, first, "received").status_code == 403
    rows = pia.get("/api/v1/answers", params={"limit": 1}).json()
    assert ([one["id"] for one in rows["releases"]], rows["next"]) == ([recall], None)
    assert say(pia, recall, "received").status_code == 303


def test_words_of_the_office_stay_words_on_our_side(desk, pia):
    release_id = web_releases.sent(desk)
    hostile = "<script>alert(1)</script>{{ 7*7 }}"
    say(pia, release_id, "disputed", reason=hostile, note=hostile)
    say(pia, release_id, "confirmed", seized_what=hostile, seized_amount="1", seized_unit=hostile)
    assert len(answers_to(desk, release_id)) == 2
    ana = web_desk.client_of(desk, "ana")
    for client, path in (
        (pia, f"/answers/{release_id}"), (ana, f"/releases/{release_id}"), (ana, "/sites/site-a"),
    ):  # fmt: skip
        page = client.get(path).text
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert ">49" not in page


def test_a_drill_is_marked_for_the_office_and_answered_as_one(desk, pia):
    release_id = web_releases.sent(desk, is_exercise=True)
    assert "This is a drill" in pia.get(f"/answers/{release_id}").text
    say(pia, release_id, "confirmed")
    (kept,) = answers_to(desk, release_id)
    assert kept.is_exercise
    assert desk.casebook.answers_of_site("site-a") == ()


def test_a_program_answers_what_a_person_could(desk, pia):
    release_id = web_releases.sent(desk)
    headers = {"x-csrf-token": pia.csrf}
    path = f"/api/v1/answers/{release_id}"
    said = {"answer": "inspected", "note": "hoy", "visited_on": "2026-05-04"}
    assert pia.post(path, json=said, headers=headers).status_code == 201
    assert pia.post(path, json={"answer": "received"}, headers=headers).status_code == 409
    assert pia.post(path, json={"answer": "burnt"}, headers=headers).status_code == 422
