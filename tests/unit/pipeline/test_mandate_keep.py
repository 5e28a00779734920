"""What a mandate is not about is counted, and not kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import shapely

from cathartes.casework.mandate import Mandate
from cathartes.pipeline.mandate_keep import kept_under
from cathartes.sites.detection import Candidate, Detection, DetectionKind, PlaceMethod, Source
from cathartes.sites.place import Place

BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
MANDATE = Mandate(
    "M", "a prosecutor", "1", BEGIN, BEGIN + timedelta(days=9), shapely.box(8, 49, 8.1, 49.1), 9
)


def detection(name: str, *longitudes_deg: float, chemical: str = "ammonia") -> Detection:
    """Return a detection with sources at these longitudes."""
    sources = tuple(
        Source(f"{name}.{k}", Place(lon, 49.05, 100.0, 100.0), PlaceMethod.POSTERIOR)
        for k, lon in enumerate(longitudes_deg, start=1)
    )
    candidates = (Candidate(chemical, 0.8), Candidate("acetone", 0.16), Candidate("SF6", 0.04))
    return Detection(
        name, "o", 1, DetectionKind.PLUME, BEGIN, chemical, candidates, None, None, None, None,
        sources,
    )  # fmt: skip


INSIDE, BESIDE = detection("in", 8.05), detection("out", 8.15)


def test_what_comes_from_outside_is_not_kept_and_evidence_must_not_show_it() -> None:
    kept = kept_under(MANDATE, [INSIDE, BESIDE])
    assert kept.detections == (INSIDE,)
    assert not kept.all_inside
    assert kept.remarks == ("1 detection from outside the mandate's area: not kept.",)


def test_one_source_inside_is_enough() -> None:
    both = detection("both", 8.15, 8.05)
    assert kept_under(MANDATE, [both]).detections == (both,)


def test_a_mandate_that_names_chemicals_keeps_what_may_be_one_of_them() -> None:
    for wanted, n in ((("ammonia",), 1), (("acetone",), 1), (("SF6",), 0), ((), 1)):
        kept = kept_under(replace(MANDATE, chemicals=wanted), [INSIDE])
        assert len(kept.detections) == n
        assert kept.all_inside
        assert bool(kept.remarks) == (n == 0)
