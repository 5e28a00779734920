"""Made-up values for casebooks: one of each kind, and Hypothesis strategies that make many."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.sites.detection import (
    Candidate,
    Detection,
    DetectionKind,
    PlaceMethod,
    Rate,
    Source,
)
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import (
    Asset,
    LookOutcome,
    Masked,
    Observation,
    ObservationKind,
    RawFile,
    Sensitivity,
    Wind,
)
from cathartes.sites.place import Place
from cathartes.sites.site import EvidenceKind, EvidenceLine, Site
from cathartes.store.interface import Job, Sortie

NOW = datetime(2026, 5, 4, 16, 2, 3, 123456, tzinfo=UTC)
ME = "local:ana"
MINUTE = timedelta(minutes=1)


def mandate(one_id="MX-1", **changes):
    told = {
        "authority": "A court",
        "reference": "file 17/2026",
        "valid_from_utc": NOW - timedelta(days=10),
        "valid_until_utc": NOW + timedelta(days=10),
        "area": box(-103.2, 20.1, -103.0, 20.3),
        "retention_days": 90,
        "chemicals": ("acetone", "ammonia"),
        "partners": ("office",),
    }
    return Mandate(one_id, **(told | changes))


def plan(one_id="plan-1", mandate_id="MX-1", **changes):
    told = {
        "entered_utc": NOW,
        "begins_utc": NOW + MINUTE,
        "ends_utc": NOW + 30 * MINUTE,
        "route": box(-103.15, 20.15, -103.05, 20.25).boundary,
        "platform": "hexacopter",
        "note": "windy: a ± 2 m/s",
    }
    return FlightPlan(one_id, mandate_id, **(told | changes))


def sortie(one_id="S1", mandate_id="MX-1", plan_id="", manifest=None):
    told = {"id": one_id, "wind": "3±1", "n": 2} if manifest is None else manifest
    return Sortie(one_id, mandate_id, plan_id, "hexacopter", NOW, NOW + MINUTE, told)


def source(detection_id, number=1, longitude=-103.1, latitude=20.2, **changes):
    told = {
        "place": Place(longitude, latitude, 25.0, 16.0, 3.0),
        "method": PlaceMethod.POSTERIOR,
        "probability": 0.75,
        "rate": Rate(2.5, 1.0, 6.25),
    }
    return Source(f"{detection_id}.{number}", **(told | changes))


def detection(observation_id="o1", number=1, *, seen=NOW, places=((-103.1, 20.2),), **changes):
    one_id = f"{observation_id}-{number}"
    told = {
        "kind": DetectionKind.PLUME,
        "seen_utc": seen,
        "chemical": "acetone",
        "candidates": (Candidate("acetone", 0.9), Candidate("unknown", 0.1)),
        "false_alarm_probability": 1e-6,
        "expected_by_chance": 0.01,
        "snr": 7.5,
        "outline": MultiPolygon([box(-103.1, 20.2, -103.09, 20.21)]),
        "sources": tuple(source(one_id, n, *place) for n, place in enumerate(places, start=1)),
        "flags": ("hot roof",),
        "properties": {"area_m2": 120.5, "n": 3, "nested": {"a": [1, None, "ü"]}},
    }
    return Detection(one_id, observation_id, number, **(told | changes))


def observation(one_id="o1", sortie_id="S1", name="line-1", *, found=True, **changes):
    told = {
        "mandate_id": "MX-1",
        "kind": ObservationKind.CUBE,
        "began_utc": NOW,
        "ended_utc": NOW + MINUTE,
        "instrument": "HyTES",
        "files": (RawFile("line.hdr", "ab" * 32, 1234), RawFile("line.img", "cd" * 32, 2**40)),
        "input_hash": "ef" * 32,
        "settings": {"gases": ["acetone"], "seed": 5, "threshold": 0.1, "window": None},
        "software": "0.1.0",
        "outcome": LookOutcome.DETECTIONS if found else LookOutcome.NOTHING_FOUND,
        "reason": "",
        "footprint": MultiPolygon([box(-103.12, 20.18, -103.08, 20.22)]),
        "masked": Masked(1000, 10, 20, 30),
        "sensitivities": (
            Sensitivity("acetone", 12.5, 40.0, 1.0, 0.25),
            Sensitivity("ammonia"),
        ),
        "assets": (Asset("12" * 32, "score", "score.tif", "image/tiff", 77, "acetone"),),
        "wind": Wind(3.0, 0.5, 245.0, 15.0),
        "remarks": ("the sun was low",),
    }
    return Observation(one_id, sortie_id, name=name, **(told | changes))


def job(one_id="o1", sortie_id="S1", name="line-1"):
    return Job(one_id, sortie_id, name, "ef" * 32)


def site(one_id="site-a", source_ids=(), *, value=1.0, longitude=-103.1, **changes):
    told = {
        "place": Place(longitude, 20.2, 9.0, 9.0),
        "chemicals": ("acetone",),
        "n_detections": 2,
        "n_looks": 3,
        "first_seen_utc": NOW,
        "last_seen_utc": NOW + MINUTE,
        "evidence": (
            EvidenceLine(EvidenceKind.PRIOR, -6.5, "Few places are of this kind."),
            EvidenceLine(EvidenceKind.DETECTION, 2.25, "Acetone was seen.", "o1-1", NOW),
        ),
        "probability": 0.5,
        "probability_low": 0.2,
        "probability_high": 0.8,
        "explained_by": "",
        "why": "seen twice",
    }
    return Site(one_id, source_ids=tuple(source_ids), value=value, **(told | changes))


def emitter(one_id="dairy-1", area=None, **changes):
    told = {"name": "La Vaca", "kind": "dairy farm", "chemicals": ("ammonia",), "source": "INEGI"}
    return LawfulEmitter(one_id, area=area or Point(-103.1, 20.2), **(told | changes))


def begin(casebook, n_sorties=1):
    """Enter a mandate and sorties."""
    casebook.add_mandate(mandate(), ME, NOW)
    for number in range(1, n_sorties + 1):
        casebook.put_sortie(sortie(f"S{number}"), ME, NOW)


def record(casebook, one_id="o1", found=(), *, name=None, sortie_id="S1", **changes):
    """Record an observation as a run does: a job, a claim, a result."""
    name = name or f"line-{one_id}"
    casebook.put_jobs([job(one_id, sortie_id, name)])
    if casebook.claim_job([one_id], "worker", NOW, 60) is None:
        raise LookupError(one_id)
    seen = observation(one_id, sortie_id, name, found=bool(found), **changes)
    if not casebook.record_observation(seen, found, {"scan": 1.5}, "worker", ME, NOW):
        raise LookupError(one_id)
    return seen


# --- strategies: whatever a value may be ---

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
REALS = st.floats(allow_nan=False, allow_infinity=False)
SHARES = st.floats(0, 1)
MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001  # Hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | REALS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
JSON_OBJECTS = st.dictionaries(TEXTS, JSON_VALUES, max_size=4)
PLACES = st.builds(
    Place,
    longitude_deg=st.floats(-180, 180),
    latitude_deg=st.floats(-90, 90),
    east_var_m2=st.floats(1e-6, 1e9),
    north_var_m2=st.floats(1e-6, 1e9),
)
AREAS = st.builds(
    lambda west, south, width, height: MultiPolygon(
        [box(west, south, west + width, south + height)]
    ),
    st.floats(-179, 170),
    st.floats(-89, 80),
    st.floats(1e-5, 9),
    st.floats(1e-5, 9),
)
RATES = st.none() | st.builds(Rate, REALS, REALS, REALS)


@st.composite
def detections(draw, observation_id="o1", number=1):
    """Any detection of one observation."""
    one_id = f"{observation_id}-{number}"
    candidates = draw(st.lists(st.builds(Candidate, TEXTS, SHARES), min_size=1, max_size=4))
    sources = [
        Source(
            f"{one_id}.{n}",
            draw(PLACES),
            draw(st.sampled_from(PlaceMethod)),
            draw(SHARES),
            draw(RATES),
            draw(TEXTS),
        )
        for n in range(1, draw(st.integers(1, 3)) + 1)
    ]
    return Detection(
        id=one_id,
        observation_id=observation_id,
        number=number,
        kind=draw(st.sampled_from(DetectionKind)),
        seen_utc=draw(st.none() | MOMENTS),
        chemical=candidates[0].chemical,
        candidates=tuple(candidates),
        false_alarm_probability=draw(st.none() | REALS),
        expected_by_chance=draw(st.none() | REALS),
        snr=draw(st.none() | REALS),
        outline=draw(st.none() | AREAS),
        sources=tuple(sources),
        flags=tuple(draw(st.lists(TEXTS, max_size=2))),
        properties=draw(st.none() | JSON_OBJECTS),
    )


@st.composite
def observations(draw, one_id="o1", sortie_id="S1", name="line-o1"):
    """Any observation of a name."""
    outcome = draw(st.sampled_from(LookOutcome))
    counts = draw(st.lists(st.integers(0, 2**40), min_size=3, max_size=3))
    real = st.none() | REALS
    return Observation(
        id=one_id,
        sortie_id=sortie_id,
        mandate_id="MX-1",
        name=name,
        kind=draw(st.sampled_from(ObservationKind)),
        began_utc=draw(st.none() | MOMENTS),
        ended_utc=draw(st.none() | MOMENTS),
        instrument=draw(TEXTS),
        files=tuple(
            draw(st.lists(st.builds(RawFile, TEXTS, TEXTS, st.integers(0, 2**50)), max_size=3))
        ),
        input_hash=draw(TEXTS),
        settings=draw(JSON_OBJECTS),
        software=draw(TEXTS),
        outcome=outcome,
        reason="it was dark" if outcome is LookOutcome.INCONCLUSIVE else "",
        footprint=draw(st.none() | AREAS),
        masked=Masked(sum(counts) + draw(st.integers(0, 2**40)), *counts),
        sensitivities=tuple(
            draw(
                st.lists(
                    st.builds(Sensitivity, TEXTS, real, real, real, st.none() | SHARES), max_size=3
                )
            )
        ),
        assets=tuple(
            draw(
                st.lists(
                    st.builds(Asset, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(0, 2**50), TEXTS),
                    max_size=3,
                )
            )
        ),
        wind=draw(st.none() | st.builds(Wind, REALS, REALS, REALS, REALS)),
        remarks=tuple(draw(st.lists(TEXTS, max_size=3))),
    )
