from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import ALWAYS_WITHHELD, content_from_json, content_schema
from cathartes.casework.release_material import GroundImage, Look, Notice
from cathartes.casework.review import Confidence, Flag
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.casework.tlp import Tlp
from cathartes.errors import MandateError, PackageError, ReleaseError
from cathartes.sites.observation import LookOutcome
from cathartes.sites.offset import moved
from cathartes.sites.place import Place
from effort import effort
from made_up_release import (
    CHEMICAL,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    SEEN_UTC,
    mandate,
    material,
    observation,
    partner,
    seen,
    site,
)

ALL = partner(*Field)
REJECTED = Settlement(ReviewState.REJECTED, Confidence.HIGH)
IN_REVIEW = Settlement(ReviewState.IN_REVIEW)
INCONCLUSIVE = Settlement(ReviewState.INCONCLUSIVE)


def with_settlements(*settlements):
    told = material()
    many = (replace(one, settlement=s) for one, s in zip(told.seen, settlements, strict=True))
    return replace(told, seen=tuple(many))


def test_the_core_tells_the_cell_the_likelihood_and_what_is_withheld():
    content = content_for(partner(), material())
    finding = content.finding
    assert finding.place.cell.mgrs == "13QFC721869"
    assert finding.likelihood == "very likely"
    others = {name for name in finding.__slots__ if getattr(finding, name) not in (None, False)}
    assert others == {"reference", "place", "likelihood"}
    assert content.withheld == (*(one.value for one in Field), *ALWAYS_WITHHELD)


def test_everything_that_may_be_told():
    content = content_for(ALL, material())
    finding = content.finding
    assert content.withheld == ALWAYS_WITHHELD
    assert all(getattr(finding, name) is not None for name in finding.__slots__)
    assert [(one.name, one.probability) for one in finding.chemicals] == [(CHEMICAL, 0.97)]
    assert (finding.rate_kg_h.value, finding.rate_kg_h.low, finding.rate_kg_h.high) == (
        130,
        61,
        300,
    )
    assert finding.first_seen.begin_utc == datetime(2026, 3, 12, 14, tzinfo=UTC)
    assert finding.last_seen.begin_utc == datetime(2026, 3, 13, 14, tzinfo=UTC)
    looks = finding.empty_looks
    assert (looks.n_looks, looks.n_empty, looks.n_inconclusive) == (3, 1, 1)
    assert [(one.rate_kg_h, one.column_ppm_m) for one in looks.smallest] == [(47, 12)]
    assert [(one.kind, one.log_odds) for one in finding.evidence] == [
        ("prior", -4.0), ("detection", 7.6), ("empty look", -0.6)
    ]  # fmt: skip
    assert finding.emitters[0].distance_m == 900
    assert finding.sensor_kinds == ("imaging spectrometer",)


def test_what_tells_of_another_field_needs_it_too():
    """A smell of chemicals in sensitivities and emitters, of empty looks in the evidence."""
    finding = content_for(partner(*set(Field) - {Field.CHEMICALS}), material()).finding
    assert finding.empty_looks.smallest == ()
    assert finding.emitters[0].chemicals == ()
    assert CHEMICAL not in repr(finding)
    evidence = content_for(partner(Field.EVIDENCE_TEXT), material()).finding.evidence
    assert {one.kind for one in evidence} == {"prior", "detection"}
    chemicals = content_for(partner(Field.CHEMICALS), material()).finding.chemicals
    assert [one.probability for one in chemicals] == [None]


def test_chemicals_outside_the_mandate_are_not_named():
    narrow = replace(material(), mandates=(replace(mandate(), chemicals=("ammonia",)),))
    finding = content_for(ALL, narrow).finding
    assert finding.chemicals == ()
    assert finding.emitters[0].chemicals == ("ammonia",)
    assert CHEMICAL not in repr(finding)


def test_only_what_reviewers_confirmed_is_told():
    """The second sighting was rejected: its day, rate and flags are not told, but it was a look."""
    told = with_settlements(seen(0).settlement, REJECTED)
    told = replace(told, seen=(told.seen[0], replace(told.seen[1], flags=(Flag.ARTEFACT,))))
    finding = content_for(ALL, told).finding
    assert finding.last_seen == finding.first_seen
    assert finding.flags == ("background",)
    assert finding.empty_looks.n_inconclusive == 2
    low = with_settlements(seen(0).settlement, seen(0, Confidence.LOW).settlement)
    assert content_for(ALL, low).finding.last_seen == finding.first_seen


def test_no_rate_unless_reviewers_allow_it():
    no_rate = replace(seen(0).settlement, rate_may_be_given=False)
    assert content_for(ALL, with_settlements(no_rate, no_rate)).finding.rate_kg_h is None


@pytest.mark.parametrize(
    ("settlements", "why"),
    [
        ((IN_REVIEW, IN_REVIEW), "is in review: only a finding that two reviewers confirmed"),
        ((Settlement(), Settlement()), "is candidate: only a finding that two reviewers"),
        ((REJECTED, REJECTED), "is rejected: only"),
        ((REJECTED, INCONCLUSIVE), "is inconclusive: only"),
        ((seen(0, Confidence.LOW).settlement,) * 2, "low confidence, which is kept and never"),
    ],
)
def test_what_is_not_confirmed_is_refused(settlements, why):
    with pytest.raises(ReleaseError, match=why):
        content_for(ALL, with_settlements(*settlements))


@pytest.mark.parametrize(
    ("change", "to", "why"),
    [
        ({}, {"is_disabled": True}, "partner mx-authority is disabled and is told nothing more"),
        ({"tlp": Tlp.RED}, {}, "is TLP:RED, and partner mx-authority may get up to TLP:AMBER"),
        ({"tlp": Tlp.AMBER_STRICT}, {}, "may get up to TLP:AMBER;"),
        ({}, {"mandate_ids": ()}, "may not be told under mandate M-1: its profile has no mandate"),
        ({"mandates": (replace(mandate(), partners=()),)}, {}, "names nobody: a mandate that"),
        ({"mandates": (replace(mandate(), partners=("other",)),)}, {}, "it names other: a mandate"),
        ({"mandates": ()}, {}, "a flight under the mandate M-1, which is not among those given"),
        ({"seen": (seen(0),)}, {}, "its source canary-observation-1-1.1 is not among the det"),
    ],
)  # fmt: skip
def test_who_may_not_be_told_is_refused(change, to, why):
    with pytest.raises(ReleaseError, match=why):
        content_for(replace(ALL, **to), replace(material(), **change))


def test_every_flight_needs_a_mandate_that_names_the_partner():
    """Also an empty look: the place and the probability rest on it."""
    alien = replace(observation(9, LookOutcome.NOTHING_FOUND), mandate_id="M-2")
    told = replace(material(), looks=(Look(alien),))
    with pytest.raises(ReleaseError, match="a flight under the mandate M-2, which is not among"):
        content_for(ALL, told)
    both = replace(told, mandates=(mandate(), replace(mandate(), id="M-2")))
    with pytest.raises(ReleaseError, match="not be told under mandate M-2: its profile has M-1"):
        content_for(ALL, both)
    wide = replace(ALL, mandate_ids=("M-1", "M-2"))
    assert content_for(wide, both).mandate_ids == ("M-1", "M-2")


def test_a_revoked_mandate_refuses():
    revoked = replace(mandate(), revoked_utc=datetime(2027, 1, 1, tzinfo=UTC), revoked_why="over")
    with pytest.raises(MandateError, match="mandate M-1 was revoked on 2027-01-01 00:00 UTC: over"):
        content_for(ALL, replace(material(), mandates=(revoked,)))


def test_a_recall_goes_out_whatever_became_of_the_finding():
    rejected = with_settlements(REJECTED, REJECTED)
    recall = material(Notice.CANCEL)
    recall = replace(recall, seen=rejected.seen, mandates=())
    content = content_for(ALL, recall)
    assert content.finding is None
    assert (content.mandate_ids, content.withheld) == ((), ())
    assert content.earlier[0].release_id == "R-2031-0006"
    with pytest.raises(ReleaseError, match="an update or a recall needs both, an alert neither"):
        replace(recall, earlier=())


def test_json_reads_back_and_an_approval_is_bound_to_it():
    content = content_for(ALL, material())
    again = content_from_json(content.canonical_json)
    assert again == content
    assert again.sha256 == content.sha256
    assert replace(content, message="Look soon.").sha256 != content.sha256
    with pytest.raises(PackageError, match="the first at tlp"):
        content_from_json(content.canonical_json.replace(b'"tlp":"AMBER"', b'"tlp":"PINK"'))
    assert content_schema()["$schema"].endswith("2020-12/schema")


@settings(max_examples=effort(8, 20))
@given(st.floats(-45, 45), st.floats(-45, 45), st.integers(0, 3599))
def test_within_a_cell_and_an_hour_nothing_is_told_apart(east_m, north_m, second):
    """The law of redaction: what is finer than allowed changes no byte of the content.

    Outlines touch other cells, so they are left out.
    """
    first = material()
    fields = set(Field) - {Field.PLUME_OUTLINE}
    cell = content_for(ALL, first).finding.place.cell
    at = moved(cell.longitude_deg, cell.latitude_deg, east_m, north_m)
    hour = SEEN_UTC.replace(minute=0, second=0)
    many = tuple(
        replace(one, detection=replace(
            one.detection, seen_utc=hour + timedelta(days=number, seconds=second)))
        for number, one in enumerate(first.seen)
    )  # fmt: skip
    there = replace(site(), place=Place(*at, 120.0, 400.0, 100.0))
    other = replace(first, site=there, seen=many)
    told = [content_for(partner(*fields), one).sha256 for one in (first, other)]
    assert told[0] == told[1]


def test_two_partners_can_not_compare_what_a_site_is_called():
    one = content_for(ALL, material()).finding.reference
    other_partner = replace(ALL, id="other")
    open_to_both = replace(mandate(), partners=("mx-authority", "other"))
    other = content_for(other_partner, replace(material(), mandates=(open_to_both,))).finding
    assert one != other.reference
    assert one == content_for(ALL, material(Notice.UPDATE)).finding.reference


def test_an_image_is_cut_about_the_cell_not_the_place():
    """A bright pixel on the cell's centre comes out in the middle; beyond the image nothing is."""
    cell = content_for(ALL, material()).finding.place.cell
    n, reach = 301, 2e-3
    grey = np.zeros((n, n), np.uint8)
    grey[145:156, 145:156] = 200
    ground = GroundImage(
        cell.longitude_deg - reach, cell.latitude_deg - reach, cell.longitude_deg + reach,
        cell.latitude_deg + reach, n, n, grey.tobytes(),
    )  # fmt: skip
    image = content_for(ALL, replace(material(), ground=ground)).finding.image
    told = np.frombuffer(image.grey, np.uint8).reshape(image.pixels, image.pixels)
    rows, columns = np.nonzero(told == 200)
    assert (rows.mean(), columns.mean()) == pytest.approx((149.5, 149.5), abs=1.5)
    assert told[0, 0] == 255
    assert abs(cell.longitude_deg - LONGITUDE_DEG) + abs(cell.latitude_deg - LATITUDE_DEG) > 1e-4
