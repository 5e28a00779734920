"""What can't be done is told in the visitor's language, with a way on."""

import ast
import re
from pathlib import Path

import pytest

import cathartes
import web_desk
from cathartes.casework.review import LONGEST_NOTE
from cathartes.casework.roles import Action, Role, Subject, Thing, decide
from cathartes.casework.settlement import ReviewState
from cathartes.errors import CathartesError
from cathartes.web.problem_sentences import LAST, SENTENCES
from cathartes.web.problems import told
from cathartes.web.review_form import Typed, judgement_of
from cathartes.web.texts import texts_in

OUTSIDE = '{"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [200, 1], [0, 0]]]}'


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as opened:
        yield opened


def in_spanish(message):
    return told(message, texts_in("es").gettext)


def refusals(casebook):
    """Yield messages as they are raised."""
    for typed in (
        Typed(),
        Typed(verdict="plume"),
        Typed(verdict="plume", rate="may be given"),
        Typed("not a plume", "", "low", note="n" * (LONGEST_NOTE + 1)),
        Typed("not a plume", "", "low", note="a\0b"),
        Typed("not a plume", "", "low", origin="x"),
        Typed("not a plume", "", "low", outline="x"),
        Typed("x"),
        Typed("not a plume", "", "low", origin="[200, 95]"),
        Typed("not a plume", "", "low", outline=OUTSIDE),
    ):
        with pytest.raises(CathartesError) as caught:
            judgement_of(typed)
        yield str(caught.value)
    for asked in (casebook.detection, casebook.observation, casebook.site, casebook.sortie):
        with pytest.raises(CathartesError) as caught:
            asked("nowhere")
        yield str(caught.value)
    analyst = Subject("ana", frozenset({Role.ANALYST}))
    for action, thing in (
        (Action.REVIEW, Thing(state=ReviewState.INCONCLUSIVE)),
        (Action.REVIEW, Thing(state=ReviewState.CONFIRMED)),
        (Action.READ_VERDICTS, Thing(state=ReviewState.IN_REVIEW)),
        (Action.READ_AUDIT, Thing()),
    ):
        yield decide(analyst, action, thing).reason


def test_what_is_raised_is_said_in_spanish_and_english_stays_as_it_was(desk):
    english = texts_in("en").gettext
    for message in refusals(desk.casebook):
        assert in_spanish(message) != message
        assert told(message, english) == message


@pytest.mark.parametrize(
    ("path", "english", "spanish"),
    [
        ("/outcomes?since=2025-04-01&until=2025-03-01", "must be before", "debe ser anterior"),
        ("/sites?least_probability=x", "probability: a number is", "probability: se necesita un"),
        ("/sites?least_probability=2", "at most 1.0 is needed", "se necesita 1.0 como máximo"),
        ("/sites?since=yesterday", "since: a day is needed", "since: se necesita un día"),
        ("/sites?explained=x", "needed: yes or no.", "uno de estos: sí o no."),
        ("/sites?limit=0.5", "limit: a whole number", "limit: se necesita un número entero"),
        ("/sites?since=0001-01-01T00:00%2B05:00", "1 and 9999 is", "entre los años 1 y 9999"),
        (f"/sites?chemical={'x' * 201}", "at most 200 characters", "admiten 200 caracteres"),
        ("/tiles/x/legend.json", "characters that are not taken", "que aquí no se admiten"),
        ("/sign-in/link", "secret: it was not given.", "secret: no se indicó."),
    ],
)
def test_what_can_not_be_read_of_an_address_is_said_in_both_languages(desk, path, english, spanish):
    ana = web_desk.client_of(desk, "ana")
    for language, told_so in (("en", english), ("es", spanish)):
        ana.cookies.set("language", language)
        assert told_so in ana.get(path).text


def test_what_is_put_in_is_said_in_the_language_too_and_names_stay():
    why = decide(Subject("ana", frozenset({Role.ANALYST})), Action.MANAGE_USERS).reason
    assert "analista" in in_spanish(why)
    assert "administrador" in in_spanish(why)
    blind = "detection a and b: reviews are blind until the detection is settled."
    assert in_spanish(blind).startswith("detección a and b: las revisiones son a ciegas")
    assert in_spanish("nobody foresaw this: at all") == "nobody foresaw this: at all"
    assert len(set(SENTENCES)) == len(SENTENCES)


def test_every_sentence_is_one_that_the_package_says():
    """Else a message that was reworded would be told in English, and nobody would know."""
    source = said_in_source("casework", "pipeline", "sealing", "store", "web")
    assert [one for one in SENTENCES if one not in LAST and not is_said(one, source)] == []


def said_in_source(*rooms):
    """Return the texts of rooms, with "{}" for what is put into them; no catalogued ones."""
    package = Path(cathartes.__file__).parent
    paths = [path for room in rooms for path in (package / room).rglob("*.py")]
    found = set()
    for path in paths:
        if path.name == "problem_sentences.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (one.value if isinstance(one, ast.Constant) else "{}"
                         for one in node.values)  # fmt: skip
                found.add("".join(parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def is_said(sentence, source):
    """Return whether a text holds a sentence, or is it but for words that are put in."""
    plain = re.split(r"\{\w+\}", sentence.rstrip("."))
    longest, form = max(plain, key=len), re.compile(".+".join(map(re.escape, plain)))
    if any(longest in text and form.search(text) for text in source):
        return True
    fixed = (text.split("{}") for text in source if "{}" in text and len(text) > 15)
    return any(
        all(part in sentence for part in parts)
        and re.fullmatch(".+".join(map(re.escape, parts)), sentence)
        for parts in fixed
    )


def test_a_failures_page_leads_on_and_one_for_a_stranger_does_not(desk):
    ana = web_desk.client_of(desk, "ana")
    page = ana.get("/sites/nowhere")
    assert page.status_code == 404
    assert 'href="/review"' in page.text
    assert "Ana Ruiz" in page.text
    ana.cookies.set("language", "es")
    assert "no hay sitio" in ana.get("/sites/nowhere").text
    stranger = web_desk.client_of(desk)
    assert 'href="/review"' not in stranger.get("/nowhere").text


def test_who_speaks_another_language_comes_back_to_the_same_page(desk):
    ana = web_desk.client_of(desk, "ana")
    assert (
        'name="next" value="/detections/o1-1?queue=1"' in ana.get("/detections/o1-1?queue=1").text
    )
    sent = ana.post("/detections/o1-1/reviews", data={"csrf": ana.csrf})
    assert sent.status_code == 409
    assert 'name="next" value="/"' in sent.text
    for came_from, back in (
        (f"{ana.base_url}/detections/o1-1?queue=1", "/detections/o1-1?queue=1"),
        ("http://elsewhere.example/detections/o1-1", "/"),
    ):
        headers = {"referer": came_from}
        sent = ana.post("/detections/o1-1/reviews", data={"csrf": ana.csrf}, headers=headers)
        assert f'name="next" value="{back}"' in sent.text


def test_who_must_sign_in_first_comes_to_what_was_asked(desk):
    stranger = web_desk.client_of(desk)
    answer = stranger.get("/detections/o1-1?queue=1", follow_redirects=False)
    assert answer.headers["location"] == "/sign-in?next=/detections/o1-1%3Fqueue%3D1"
    assert 'value="/detections/o1-1?queue=1"' in stranger.get(answer.headers["location"]).text
