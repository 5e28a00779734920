"""A printed report has what reviews came to, and nothing that is blind."""

import pytest

import web_desk
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role, Subject
from cathartes.web.review_lines import review_lines
from cathartes.web.texts import texts_in
from cathartes.web.visitor import Visitor

PLUME = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN, note="it drifts")
ANA = Visitor(Subject("ana", frozenset({Role.ANALYST})), "Ana Ruiz", None)


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as opened:
        yield opened


def test_what_is_open_is_not_printed_and_what_is_settled_is_in_the_readers_words(desk):
    (site,) = desk.casebook.detection("o1-1").site_ids
    for who in ("ana", "ben"):
        assert review_lines(desk, ANA, site, texts_in("en")) == ()
        desk.casebook.add_review("o1-1", PLUME, who, desk.now())
    first, ana, ben = review_lines(desk, ANA, site, texts_in("en"))
    assert first == "Site: confirmed, confidence high."
    assert "ana: Real plume, confidence high; Rate may be given; it drifts" in ana
    assert "ben: Real plume" in ben
    spanish = review_lines(desk, ANA, site, texts_in("es"))
    assert spanish[0] == "Sitio: confirmada, confianza alta."
    assert "Penacho real, confianza alta; " in spanish[1]
