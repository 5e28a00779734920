"""A made-up finding with a partner to tell it to; `SECRETS` stand in all that surrounds it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from shapely import MultiPolygon, Point, box

from cathartes.casework.mandate import Mandate
from cathartes.casework.partner import CellSize, Field, Partner
from cathartes.casework.release_material import (
    Earlier,
    GroundImage,
    Look,
    Notice,
    PlumeSpectrum,
    ReleaseMaterial,
    Seen,
    Sender,
)
from cathartes.casework.review import Confidence, Flag
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.casework.tlp import Tlp
from cathartes.sites.detection import Candidate, Detection, DetectionKind, PlaceMethod, Rate, Source
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import (
    Asset,
    LookOutcome,
    Observation,
    ObservationKind,
    RawFile,
    Sensitivity,
    Wind,
)
from cathartes.sites.place import Place
from cathartes.sites.site import EvidenceKind, EvidenceLine, Site

LONGITUDE_DEG, LATITUDE_DEG = -103.3471946283, 20.6739517264
"""Exact: no digit of it beyond the cell's may go out."""
SEEN_UTC = datetime(2026, 3, 12, 14, 49, 37, 123457, tzinfo=UTC)
ISSUED_UTC = datetime(2031, 5, 4, 17, 2, 40, 987654, tzinfo=UTC)
CHEMICAL, OTHER_CHEMICAL = "canarium_chloride", "canarate_oxide"
SENSOR_SERIAL = "CANARY-SN-4471"
SORTIE = "canary-sortie-0312"
SECRETS = (
    SENSOR_SERIAL, SORTIE, "canary-host", "canary-analyst", "canary-reviewer", "/srv/canary/raw",
    "canary_line7.hdr", "canary-other-partner", "canary remark", "canary reason", "canary setting",
    "canary-observation", "canary-site", "canary-emitter-id", "canary rate reason",
    "canary-authority", "canary-file-number", "canary evidence", "canary flag", "canary-asset",
    "canary-registry", "canary why",
)  # fmt: skip
"""In whatever a release is made of, and in no release."""
KEY = "xnFjIgNIQDkMCVcZpTVRU3TQtrVQTkmC0LNfWYpRwXs="
AGE = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudwhpzfqzzyjh0"


def partner(
    *fields: Field, cell_m: CellSize = 100, languages: tuple[str, ...] = ("en",)
) -> Partner:
    return Partner(
        id="mx-authority", name="Autoridad de Prueba", country="MX", languages=languages,
        age_recipient=age_recipient(), signing_key=KEY, fields=frozenset(fields), cell_m=cell_m,
        ceiling=Tlp.AMBER, mandate_ids=("M-1",),
    )  # fmt: skip


def age_recipient() -> str:
    pyrage = __import__("pyrage")
    return str(pyrage.x25519.Identity.generate().to_public())


def mandate() -> Mandate:
    return Mandate(
        id="M-1", authority="canary-authority", reference="canary-file-number",
        valid_from_utc=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until_utc=datetime(2027, 1, 1, tzinfo=UTC), area=box(-104, 20, -103, 21),
        retention_days=365, partners=("canary-other-partner", "mx-authority"),
    )  # fmt: skip


def observation(number: int, outcome: LookOutcome = LookOutcome.DETECTIONS) -> Observation:
    began = SEEN_UTC + timedelta(days=number)
    return Observation(
        id=f"canary-observation-{number}", sortie_id=SORTIE, mandate_id="M-1",
        name="canary_line7.hdr", kind=ObservationKind.CUBE, began_utc=began,
        ended_utc=began + timedelta(seconds=41), instrument=SENSOR_SERIAL,
        files=(RawFile("canary_line7.hdr", "ab" * 32, 10**9),), input_hash="cd" * 32,
        settings={"host": "canary-host", "folder": "/srv/canary/raw", "x": "canary setting"},
        software="9.8.7-canary", outcome=outcome,
        reason="canary reason" if outcome is LookOutcome.INCONCLUSIVE else "",
        footprint=MultiPolygon([box(-103.36, 20.66, -103.33, 20.69)]),
        sensitivities=(Sensitivity(CHEMICAL, 1.2345, 12.0, 130.0, 0.25),),
        assets=(Asset("ef" * 32, "context", "canary-asset.tif", "image/tiff", 12345, CHEMICAL),),
        wind=Wind(3.21, 0.4, 37.0, 12.0), remarks=("canary remark",),
    )  # fmt: skip


def outline(east_deg: float = 0.0) -> MultiPolygon:
    west, south = LONGITUDE_DEG + east_deg, LATITUDE_DEG
    return MultiPolygon([box(west, south, west + 0.0021137, south + 0.0008731)])


def detection(number: int, chemical: str = CHEMICAL) -> Detection:
    name = f"canary-observation-{number}-1"
    place = Place(LONGITUDE_DEG + 1e-5 * number, LATITUDE_DEG, 120.0, 400.0, 100.0)
    return Detection(
        id=name, observation_id=f"canary-observation-{number}", number=1,
        kind=DetectionKind.PLUME, seen_utc=SEEN_UTC + timedelta(days=number), chemical=chemical,
        candidates=(Candidate(chemical, 0.973), Candidate(OTHER_CHEMICAL, 0.02)),
        false_alarm_probability=1e-6, expected_by_chance=3e-7, snr=12.3,
        outline=outline(1e-5 * number),
        sources=(
            Source(f"{name}.1", place, PlaceMethod.POSTERIOR, rate=Rate(131.7, 61.3, 303.1),
                   rate_reason=""),
        ),
        flags=("canary flag",),
        properties={"column_density_mean_ppm_m": 123.456, "column_density_sd_ppm_m": 9.5137,
                    "path": "/srv/canary/raw", "by": "canary-analyst"},
    )  # fmt: skip


def seen(number: int, confidence: Confidence = Confidence.HIGH) -> Seen:
    settled = Settlement(
        ReviewState.CONFIRMED, confidence, rate_may_be_given=True,
        reviewers=("canary-reviewer", "canary-reviewer-2"),
    )  # fmt: skip
    return Seen(detection(number), observation(number), settled, (Flag.BACKGROUND,))


def site(n: int = 2) -> Site:
    lines = (
        EvidenceLine(EvidenceKind.PRIOR, -4.0, "canary evidence"),
        EvidenceLine(EvidenceKind.DETECTION, 3.9, f"canary evidence of {CHEMICAL}", "canary-site",
                     SEEN_UTC),
        EvidenceLine(EvidenceKind.DETECTION, 3.7, "canary evidence", "canary-site", SEEN_UTC),
        EvidenceLine(EvidenceKind.EMPTY_LOOK, -0.6, "canary evidence", "canary-site", SEEN_UTC),
    )  # fmt: skip
    return Site(
        id="canary-site-1", place=Place(LONGITUDE_DEG, LATITUDE_DEG, 120.0, 400.0, 100.0),
        chemicals=(CHEMICAL,), source_ids=tuple(f"canary-observation-{i}-1.1" for i in range(n)),
        n_detections=n, n_looks=n + 1, first_seen_utc=SEEN_UTC,
        last_seen_utc=SEEN_UTC + timedelta(days=n - 1), evidence=lines, probability=0.9312,
        probability_low=0.8034, probability_high=0.9745, explained_by="", value=1.0,
        why="canary why",
    )  # fmt: skip


def ground() -> GroundImage:
    side = 240
    grey = bytes((x * 7 + y * 3) % 200 + 20 for y, x in product(range(side), range(side)))
    reach = 0.0137
    return GroundImage(
        LONGITUDE_DEG - reach, LATITUDE_DEG - reach, LONGITUDE_DEG + reach, LATITUDE_DEG + reach,
        side, side, grey,
    )  # fmt: skip


def spectrum() -> PlumeSpectrum:
    um = [8.0 + 0.05 * i for i in range(80) if not 30 <= i < 36]
    fitted = [4 / (1 + ((w - 10.7) / 0.2) ** 2) + 2 / (1 + ((w - 9.0) / 0.15) ** 2) for w in um]
    measured = [y + 0.3 * ((i * 37) % 11 / 5 - 1) for i, y in enumerate(fitted)]
    return PlumeSpectrum(tuple(um), tuple(measured), tuple(fitted))


def emitters() -> tuple[LawfulEmitter, ...]:
    at = Point(LONGITUDE_DEG + 0.0081, LATITUDE_DEG)
    one = LawfulEmitter(
        "canary-emitter-id", "Granja El Ejemplo", "dairy farm", (CHEMICAL, "ammonia"), at,
        "canary-registry",
    )  # fmt: skip
    return (one,)


def material(notice: Notice = Notice.ALERT) -> ReleaseMaterial:
    """Return all that is known; of two sightings, one empty and one inconclusive look."""
    looks = (
        Look(observation(5, LookOutcome.NOTHING_FOUND), {CHEMICAL: 47.31}, {CHEMICAL: 11.77}),
        Look(observation(6, LookOutcome.INCONCLUSIVE)),
    )
    first = ReleaseMaterial(
        release_id="R-2031-0007", notice=Notice.ALERT,
        sender=Sender("test.cathartes", "Cathartes test unit"), drafted_utc=ISSUED_UTC,
        tlp=Tlp.AMBER, is_exercise=False, site=site(), seen=(seen(0), seen(1)),
        mandates=(mandate(),), looks=looks, emitters=emitters(), spectrum=spectrum(),
        ground=ground(), message="Please look before the end of the month.",
    )  # fmt: skip
    if notice is Notice.ALERT:
        return first
    earlier = (Earlier("R-2031-0006", datetime(2031, 4, 20, 9, 30, tzinfo=UTC)),)
    return replace(first, notice=notice, earlier=earlier, reason="A newer flight is at hand.")
