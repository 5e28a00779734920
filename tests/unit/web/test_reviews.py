"""The review queue and panel over HTTP: what is kept, what is told, what nobody else learns."""

import re

import pytest

import web_desk
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.settlement import ReviewState

FALSE = {"verdict": "not a plume", "confidence": "high"}
PLUME = {"verdict": "plume", "confidence": "medium", "rate": "may be given"}
DOUBT = {"verdict": "doubt", "confidence": "low"}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7*7 }}"
BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
RING = [[-103.1, 20.2], [-103.09, 20.2], [-103.09, 20.21], [-103.1, 20.2]]


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


def send(client, detection_id="o1-1", **told):
    """Send the form of a detection's page, as it is there, with some of its fields filled."""
    page = client.get(f"/detections/{detection_id}?queue=1").text
    seen = re.search(r'name="seen_sha256" value="(\w*)"', page)
    form = {"csrf": client.csrf, "queue": "1", "seen_sha256": seen[1] if seen else ""} | told
    return client.post(f"/detections/{detection_id}/reviews", data=form)


def state(desk, detection_id="o1-1"):
    return desk.casebook.settlements([detection_id])[detection_id].state


def test_one_goes_through_the_queue_and_each_review_is_kept(desk):
    ana = web_desk.client_of(desk, "ana")
    assert ana.get("/review/next").headers["location"] == "/detections/o1-1?queue=1"
    assert send(ana, "o1-1", **FALSE).headers["location"] == "/detections/o3-1?queue=1"
    assert send(ana, "o3-1", **PLUME).headers["location"] == "/detections/o1-2?queue=1"
    assert send(ana, "o1-2", **DOUBT).headers["location"] == "/review"
    assert "Nothing waits for your review" in ana.get("/review").text
    (kept,) = desk.casebook.reviews_of("o3-1")
    assert kept.judgement == Judgement(Verdict.PLUME, Confidence.MEDIUM, RateVerdict.MAY_BE_GIVEN)
    assert kept.reviewer == "ana"


def test_next_and_previous_decide_nothing_and_skipped_comes_last(desk):
    ana = web_desk.client_of(desk, "ana")
    steps = ["o1-1", "o3-1", "o1-2"]
    for here, there in zip(steps, [*steps[1:], steps[0]], strict=True):
        found = ana.get("/review/next", params={"after": here}).headers["location"]
        assert found == f"/detections/{there}?queue=1"
        back = ana.get("/review/previous", params={"before": there}).headers["location"]
        assert back == f"/detections/{here}?queue=1"
    skipped = ana.post("/review/skip", data={"csrf": ana.csrf, "detection_id": "o1-1"})
    assert skipped.headers["location"] == "/detections/o3-1?queue=1"
    assert desk.casebook.review_queue("ana") == ("o3-1", "o1-2", "o1-1")
    assert desk.casebook.review_queue("ben") == ("o1-1", "o3-1", "o1-2")


def test_the_queue_is_listed_with_what_it_is_ordered_by(desk):
    ana = web_desk.client_of(desk, "ana")
    told = ana.get("/api/v1/review/queue", params={"limit": 2}).json()
    assert told["n_waiting"] == 3
    assert [(one["id"], one["site_id"], one["site_value"]) for one in told["detections"]] == [
        ("o1-1", "site-a", 2.0),
        ("o3-1", "site-b", 1.0),
    ]
    after = ana.get("/api/v1/review/queue", params={"limit": 2, "after": told["next"]}).json()
    assert [(one["id"], one["site_id"]) for one in after["detections"]] == [("o1-2", "")]
    assert after["next"] is None
    page = ana.get("/review").text
    assert "3 detections wait" in page
    assert page.index("o1-1") < page.index("o3-1") < page.index("o1-2")


# --- nobody learns what others said ---


def words(client, detection_id="o1-1"):
    """Return all that a visitor is told of a detection, but for secrets of the sign-in."""
    told = [
        client.get(f"/detections/{detection_id}?queue=1").text,
        client.get(f"/api/v1/detections/{detection_id}").text,
        client.get(f"/api/v1/detections/{detection_id}/reviews").text,
        client.get("/review").text,
        client.get("/api/v1/review/queue").text,
        client.get("/sites/site-a").text,
        client.get("/api/v1/sites/site-a").text,
        client.get("/api/v1/detections").text,
    ]
    return "\n".join(told).replace(client.csrf, "")


def test_before_it_is_settled_a_reviewer_learns_nothing_whatever_others_said(desk):
    ana, ben = web_desk.client_of(desk, "ana"), web_desk.client_of(desk, "ben")
    before = words(ben)
    send(ana, **PLUME, note="canary", flags=["shape"], origin="[-103.1234567, 20.2]")
    assert words(ben) == before
    own = ana.get("/api/v1/detections/o1-1/reviews").json()["reviews"]
    assert [one["note"] for one in own] == ["canary"]
    mine = words(ana)
    send(ben, **FALSE, note="other canary")
    assert words(ana) == mine
    assert "other canary" not in words(web_desk.client_of(desk, "eva"))


def test_what_a_reviewer_gets_back_does_not_tell_whether_others_reviewed(desk):
    answers = []
    for detection_id, first in (("o1-1", True), ("o1-2", False)):
        ben = web_desk.client_of(desk, "ben")
        if first:
            send(web_desk.client_of(desk, "ana"), detection_id, **PLUME)
        seen = desk.casebook.detection_sha256(detection_id)
        answer = ben.post(
            f"/api/v1/detections/{detection_id}/reviews",
            json=FALSE | {"seen_sha256": seen},
            headers={"x-csrf-token": ben.csrf},
        )
        assert answer.status_code == 201
        answers.append(answer.json())
    assert answers[0] == answers[1]


def test_once_settled_all_is_shown_with_who_when_and_whether_blind(desk):
    ana, ben = web_desk.client_of(desk, "ana"), web_desk.client_of(desk, "ben")
    send(ana, **PLUME, note="drifts", origin="[-103.105, 20.2]")
    send(ben, **PLUME, note="agreed", outline='{"type":"Polygon","coordinates":%s}' % [RING])
    assert state(desk) is ReviewState.CONFIRMED
    for who in ("ana", "eva", "rita", "aud"):
        page = web_desk.client_of(desk, who).get("/detections/o1-1").text
        assert "drifts" in page
        assert "agreed" in page
        assert "blind" in page
        assert "origin moved by 520 m" in page
        assert page.count('class="drawn" d="M') == 1
    send(ana, **FALSE, note="looked again")
    assert state(desk) is ReviewState.IN_REVIEW
    again = ana.get("/detections/o1-1").text
    assert "agreed" not in again
    assert "blind" not in again.partition("review-said")[2]
    assert not desk.casebook.reviews_of("o1-1")[-1].was_blind


def test_a_release_authority_reads_all_and_reviews_nothing(desk):
    send(web_desk.client_of(desk, "ana"), **PLUME, note="first")
    rita = web_desk.client_of(desk, "rita")
    page = rita.get("/detections/o1-1").text
    assert "first" in page
    assert "Keep this review" not in page
    assert send(rita, **FALSE).status_code == 403
    assert rita.get("/review").status_code == 403
    assert rita.get("/api/v1/review/queue").status_code == 403


# --- what can't be kept is told, and nothing typed is lost ---


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"verdict": "plume", "confidence": "high"}, "whether a rate may be given"),
        ({"verdict": "plume", "rate": "may be given"}, "how sure you are: it was not answered"),
        ({"confidence": "high"}, "whether it is a real plume: it was not answered"),
        (FALSE | {"flags": ["ugly"]}, "is no answer; choose one of: shape, artefact"),
        (FALSE | {"note": "x" * 4001}, "note of 4001 characters; at most 4000 are kept"),
        (FALSE | {"note": "x" * 90_000}, "note of 90000 characters; at most 4000 are kept"),
        (FALSE | {"origin": "[200, 20]"}, "origin at longitude 200"),
        (FALSE | {"origin": "here"}, "origin: it can&#39;t be read"),
        (FALSE | {"outline": '{"type":"Polygon","coordinates":[]}'}, "outline: it can&#39;t be"),
        (
            FALSE | {"outline": f'{{"type":"Polygon","coordinates":[{BOW_TIE}]}}'},
            "outline: it is empty or crosses itself",
        ),
        (FALSE | {"seen_sha256": "00" * 32}, "was changed since it was looked at"),
        (FALSE | {"seen_sha256": ""}, "was changed since it was looked at"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_and_what_was_typed_is_there_again(desk, told, why):
    ana = web_desk.client_of(desk, "ana")
    answer = send(ana, **({"note": "a long thought"} | told))
    assert answer.status_code == 409
    assert "Nothing was kept." in answer.text
    assert why in answer.text
    note = told.get("note", "a long thought")
    assert f"{note}</textarea>" in answer.text
    if "verdict" in told:
        assert re.search(rf'value="{told["verdict"]}" required data-key="\w" checked', answer.text)
    assert desk.casebook.reviews_of("o1-1") == ()
    assert ana.get("/detections/o1-1").status_code == 200


def test_after_a_change_the_page_shows_what_is_there_now_and_can_be_sent(desk):
    ana = web_desk.client_of(desk, "ana")
    page = send(ana, **FALSE, note="typed", seen_sha256="00" * 32).text
    seen = re.search(r'name="seen_sha256" value="(\w*)"', page)[1]
    assert seen == desk.casebook.detection_sha256("o1-1")
    assert send(ana, **FALSE, note="typed", seen_sha256=seen).status_code == 303


def test_settled_meanwhile_is_told_with_what_was_typed_and_on_record(desk):
    eva = web_desk.client_of(desk, "eva")
    seen = desk.casebook.detection_sha256("o1-1")
    for who in ("ana", "ben"):
        send(web_desk.client_of(desk, who), **FALSE)
    answer = send(eva, **PLUME, note="three hours of thought", seen_sha256=seen)
    assert answer.status_code == 403
    assert "it is settled; only who reviewed it" in answer.text
    assert "three hours of thought" in answer.text
    assert len(desk.casebook.reviews_of("o1-1")) == 2
    assert desk.casebook.audit_of("eva")[-1].action == "refused"


def test_sent_twice_is_kept_once_and_goes_on(desk):
    ana = web_desk.client_of(desk, "ana")
    for _ in range(2):
        assert send(ana, **FALSE, note="one\r\ntwo").status_code == 303
    (kept,) = desk.casebook.reviews_of("o1-1")
    assert kept.judgement.note == "one\ntwo"


def test_a_rate_chosen_before_the_verdict_was_changed_does_not_count(desk):
    assert send(web_desk.client_of(desk, "ana"), **FALSE, rate="may be given").status_code == 303
    assert desk.casebook.reviews_of("o1-1")[0].judgement.rate is None


def test_a_form_of_another_page_is_refused(desk):
    ana = web_desk.client_of(desk, "ana")
    for path in ("/detections/o1-1/reviews", "/review/skip"):
        assert ana.post(path, data=FALSE | {"csrf": "x", "detection_id": "o1-1"}).status_code == 403
    assert ana.post("/api/v1/detections/o1-1/reviews", json=FALSE).status_code == 403
    assert desk.casebook.reviews_of("o1-1") == ()


def test_what_is_not_there_is_told_so(desk):
    ana = web_desk.client_of(desk, "ana")
    assert send(ana, "o9-1", **FALSE).status_code == 404
    skip = ana.post("/review/skip", data={"csrf": ana.csrf, "detection_id": "o9-1"})
    assert skip.status_code == 404
    assert ana.get("/api/v1/detections/o9-1/reviews").status_code == 404


# --- texts are shown, never run ---


def test_no_text_of_a_review_is_markup(desk):
    ana, ben = web_desk.client_of(desk, "ana"), web_desk.client_of(desk, "ben")
    fields = {"verdict": EVIL[:40], "confidence": EVIL[:40], "rate": EVIL[:40], "flags": [EVIL]}
    refused = send(ana, **fields, note=EVIL, origin=EVIL, outline=EVIL)
    assert refused.status_code == 409
    send(ana, **FALSE, note=EVIL)
    send(ben, **FALSE, note=EVIL)
    shown = web_desk.client_of(desk, "eva").get("/detections/o1-1")
    for answer in (refused, shown):
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
        assert "&lt;script&gt;alert(1)" in answer.text
    assert "{{ 7*7 }}" in shown.text


# --- the API ---


def test_a_program_says_the_same_as_the_form_and_a_token_says_nothing(desk):
    ana = web_desk.client_of(desk, "ana")
    seen = desk.casebook.detection_sha256("o1-1")
    said = PLUME | {
        "seen_sha256": seen,
        "flags": ["spectral misfit", "shape"],
        "note": "n",
        "origin": [-103.1, 20.25],
        "outline": {"type": "MultiPolygon", "coordinates": [[RING]]},
    }
    path, headers = "/api/v1/detections/o1-1/reviews", {"x-csrf-token": ana.csrf}
    kept = ana.post(path, json=said, headers=headers)
    assert kept.status_code == 201
    assert kept.json()["flags"] == ["shape", "spectral misfit"]
    assert ana.get(path).json()["reviews"] == [kept.json()]
    assert ana.post(path, json=said, headers=headers).status_code == 409
    for wrong in (
        {"verdict": "perhaps"}, {"rate": None}, {"flags": ["x"]}, {"origin": [1]}, {"extra": 1},
        {"outline": {"type": "Polygon", "coordinates": [[[0, 0]]]}}, {"seen_sha256": "ab"},
        {"note": "x" * 4001}, {"origin": ["NaN", 0]}, {"confidence": None}, {"note": "\0"},
    ):  # fmt: skip
        assert ana.post(path, json=said | wrong, headers=headers).status_code in {409, 422}, wrong
    assert len(desk.casebook.reviews_of("o1-1")) == 1
