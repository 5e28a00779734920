"""Sites and looks that nobody saw, for printed reports."""

from datetime import UTC, datetime, timedelta

from shapely import MultiPolygon, box

from cathartes.products.observation_report import ObservationReport
from cathartes.products.site_report import SiteLook, SiteReport
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

START = datetime(2025, 3, 12, 14, 49, tzinfo=UTC)
ODD = "$\\frac{1}{0}$ <b>& x_1^2 \N{SNOWMAN}\N{CJK UNIFIED IDEOGRAPH-706B}\x07 {brace} %s"
LONG = "word " * 150 + "unbroken" * 60
PLACE = Place(8.53, 49.0, 120.0, 400.0, 100.0)


def outline(east_deg: float = 0.0) -> MultiPolygon:
    west = 8.53 + east_deg
    return MultiPolygon([box(west, 49.0, west + 0.0008, 49.0012)])


def observation(number: int, outcome: LookOutcome, wind: Wind | None, name: str) -> Observation:
    return Observation(
        id=f"obs-{number:016x}", sortie_id="s-1", mandate_id="M-1", name=name,
        kind=ObservationKind.CUBE, began_utc=START + timedelta(days=3 * number), ended_utc=None,
        instrument=name, files=(RawFile(name, "ab" * 32, 10**9),), input_hash="cd" * 32,
        settings={"scan": {"gases": [name] * 50, "wind": None}}, software="0.1.0", outcome=outcome,
        reason="clouds " + name if outcome is LookOutcome.INCONCLUSIVE else "",
        footprint=MultiPolygon([box(8.52, 48.99, 8.54, 49.01)]), masked=Masked(25_600, 10, 0, 3),
        sensitivities=(Sensitivity("ammonia", 1.5, 12.0, 130.0, 0.25), Sensitivity(name)),
        assets=(Asset("ef" * 32, "score", "x.tif", "image/tiff", 12345, name),), wind=wind,
        remarks=(name,),
    )  # fmt: skip


def detection(number: int, name: str) -> Detection:
    return Detection(
        id=f"obs-1-{number}", observation_id="obs-1", number=number, kind=DetectionKind.PLUME,
        seen_utc=START, chemical=name, candidates=(Candidate(name, 0.97),),
        false_alarm_probability=1e-6, expected_by_chance=3e-7, snr=12.3, outline=outline(),
        sources=(
            Source(f"obs-1-{number}.1", PLACE, PlaceMethod.POSTERIOR, rate=Rate(130.0, 60.0, 300)),
        ),
        flags=(), properties={"column_density_mean_ppm_m": 120.0, "column_density_sd_ppm_m": 9.5},
    )  # fmt: skip


def site_report(
    n_looks: int = 5, name: str = "ammonia", *, wind: bool = True, seen: bool = True
) -> SiteReport:
    """Return a report in which every third look saw something, and every seventh no wind is had."""
    looks = []
    for number in range(1, n_looks + 1):
        saw = seen and number % 3 == 0
        outcome = LookOutcome.DETECTIONS if saw else LookOutcome.NOTHING_FOUND
        if number % 5 == 0 and not saw:
            outcome = LookOutcome.INCONCLUSIVE
        blew = Wind(0.7 * (number % 11), 0.4, 37.0 * number % 360, 12.0) if wind else None
        looks.append(
            SiteLook(
                number,
                observation(number, outcome, blew if number % 7 else None, name),
                (outline(0.0001 * (number % 9)),) if saw else (),
                saw,
                {name: float("inf") if number % 2 else 33.0},
                {name: 410.0},
            )
        )
    evidence = (
        EvidenceLine(EvidenceKind.PRIOR, -3.0, "Before any look, one such site is expected in 20 "
                     "km2 of ground."),
        *(
            EvidenceLine(EvidenceKind.EMPTY_LOOK, -0.2, f"2025-03-12 14:49 UTC, {name}: made up.")
            for _ in looks
        ),
    )  # fmt: skip
    return SiteReport(
        site=Site(
            "site-0123456789", PLACE, (name,), ("obs-1-1.1",), n_looks // 3, n_looks, START, None,
            evidence, 0.42, 0.1, 0.8, name, 1.0, f"The lawful emitter {name} explains it.",
        ),
        looks=tuple(looks),
        emitters=((LawfulEmitter("e", name, name, (name,), box(8.531, 49.0, 8.532, 49.001)), 9.0),),
        reviews=(name,),
    )  # fmt: skip


def observation_report(
    name: str = "ammonia", outcome: LookOutcome = LookOutcome.DETECTIONS, n_detections: int = 2
) -> ObservationReport:
    wind = Wind(3.2, 0.5, 225.0, 12.0)
    return ObservationReport(
        observation(1, outcome, wind, name),
        tuple((detection(k, name), ("site-0123456789", "")) for k in range(1, n_detections + 1)),
    )
