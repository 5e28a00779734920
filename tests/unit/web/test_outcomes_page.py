"""The page of outcomes: who may see it, that programs get the same, and that drills are marked."""

import csv
import io

import pytest

import web_desk
import web_releases
from cathartes.casework.response import Answer, Response
from cathartes.store.interface_releases import KeptResponse


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as one:
        web_releases.begin(one)
        yield one


def answered(desk, answer=Answer.CONFIRMED, **told):
    release_id = web_releases.sent(desk, **told)
    is_drill = desk.casebook.release(release_id).is_exercise
    response = Response("A-1", release_id, "office", answer, desk.now(), is_exercise=is_drill)
    desk.casebook.add_response(KeptResponse(response, desk.now(), "pia"), "pia", desk.now())
    return release_id


@pytest.mark.parametrize("path", ["/outcomes", "/api/v1/outcomes", "/outcomes/outcomes.csv"])
@pytest.mark.parametrize(
    ("who", "status"),
    [("ana", 200), ("rita", 200), ("aud", 200), ("pia", 403), ("cora", 403), ("ada", 403)],
)
def test_who_may_see_it(desk, path, who, status):
    assert web_desk.client_of(desk, who).get(path).status_code == status


def test_programs_get_the_page_s_numbers(desk):
    answered(desk)
    ana = web_desk.client_of(desk, "ana")
    told = ana.get("/api/v1/outcomes").json()
    n = {one["stage"]: one["reached"]["n"] for one in told["stages"]}
    assert (n["released"], n["confirmed"], n["dismantled"]) == (1, 1, 0)
    assert told["partners"][1]["partner_id"] == "office"
    page = ana.get("/outcomes").text
    assert "Too few to say whether the probabilities hold." in page
    numbers = list(csv.DictReader(io.StringIO(ana.get("/outcomes/outcomes.csv").text)))
    by_name = {(one["group"], one["name"]): one["value"] for one in numbers}
    assert by_name["sites", "confirmed"] == "1"
    assert by_name["partner office", "told"] == "1"


def test_all_who_may_see_the_same(desk):
    answered(desk)
    told = [web_desk.client_of(desk, who).get("/api/v1/outcomes").json() for who in ("ana", "aud")]
    assert told[0] == told[1]


def test_drills_are_apart_and_marked(desk):
    answered(desk, is_exercise=True)
    ana = web_desk.client_of(desk, "ana")
    real, drill = (
        ana.get("/api/v1/outcomes", params={"exercise": kind}).json() for kind in ("false", "true")
    )
    assert len(real["partners"]) == 1
    assert drill["partners"][0]["n_confirmed"] == 1
    assert "EXERCISE" in ana.get("/outcomes?exercise=true").text
    assert "EXERCISE" not in ana.get("/outcomes").text


def test_in_spanish(desk):
    ana = web_desk.client_of(desk, "ana")
    ana.cookies.set("language", "es")
    text = ana.get("/outcomes").text
    assert "Hasta dónde llegaron los sitios" in text
    assert "How far" not in text


@pytest.mark.parametrize(
    ("form", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_a_figure_for_a_report(desk, form, begins):
    answer = web_desk.client_of(desk, "rita").get(f"/outcomes/outcomes.{form}")
    assert answer.content.startswith(begins)
    assert f"outcomes.{form}" in answer.headers["content-disposition"]


def test_what_can_not_be_is_said(desk):
    ana = web_desk.client_of(desk, "ana")
    bad = ana.get("/api/v1/outcomes?partner=nobody")
    assert 400 <= bad.status_code < 500
    assert "nobody" in bad.text
    assert 400 <= ana.get("/api/v1/outcomes?since=2026-05-04&until=2026-05-01").status_code < 500
