"""An observation: what came of a look, what it could have seen, and what it rests on."""

from dataclasses import dataclass
from urllib.parse import quote

from pydantic import JsonValue

from cathartes.casework.roles import Action
from cathartes.sites.observation import Asset, Observation
from cathartes.web.desk import Desk
from cathartes.web.own import check_own
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.detection import DetectionRow, detection_rows
from cathartes.web.views.look_rows import LookRow, look_row
from cathartes.web.views.looks_over import WindView, wind_view
from cathartes.web.views.shapes import GeoJson, geojson
from cathartes.web.visitor import Visitor

_RASTER = "image/tiff"
_QUICKLOOK, _PLOT = "quicklook", "plot"


@dataclass(frozen=True, slots=True)
class RawFileView:
    """A file that was read."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class EvidenceFileView:
    """A piece of evidence; `href` is where its bytes are."""

    name: str
    role: str
    chemical: str
    media_type: str
    size_bytes: int
    sha256: str
    href: str


@dataclass(frozen=True, slots=True)
class SensitivityView:
    """How well one chemical could be seen; None where not known, or where none could be seen."""

    chemical: str
    necl_ppm_m: float | None
    detectable_column_ppm_m: float | None
    smallest_rate_kg_h: float | None
    blind_share: float | None


@dataclass(frozen=True, slots=True)
class MaskedView:
    """How many pixels or rows there were, and how many were left out for what."""

    n_total: int
    n_outside_area: int
    n_outside_time: int
    n_without_place: int
    n_analysed: int


@dataclass(frozen=True, slots=True)
class ObservationView:
    """All that is shown of an observation.

    Attributes
    ----------
    about
    footprint
        Ground that was analysed; None if nothing was, or nobody knows where.
    masked, sensitivities, wind, remarks
    detections
        None to one who may not see cases.
    raw_files, evidence
        Evidence that the visitor may have.
    pictures
        Among it, images to look at.
    input_hash, settings, software, timings_s
    audit
        None to one who may not read it.
    """

    about: LookRow
    footprint: GeoJson | None
    masked: MaskedView
    sensitivities: tuple[SensitivityView, ...]
    wind: WindView | None
    remarks: tuple[str, ...]
    detections: tuple[DetectionRow, ...] | None
    raw_files: tuple[RawFileView, ...]
    evidence: tuple[EvidenceFileView, ...]
    pictures: tuple[EvidenceFileView, ...]
    input_hash: str
    settings: dict[str, JsonValue]
    software: str
    timings_s: dict[str, float]
    audit: tuple[AuditLine, ...] | None


def observation_view(desk: Desk, visitor: Visitor, observation_id: str) -> ObservationView:
    """Return an observation as a visitor may see it.

    Raises
    ------
    CasebookError
        If it is not there.
    AccessError
        If it is somebody else's, to one who sees only their own.
    """
    look = desk.casebook.observation(observation_id)
    check_own(desk, visitor, look.sortie_id)
    found = desk.casebook.detections_of(look.id)
    evidence = tuple(_file(look, one) for one in assets_for(visitor, look))
    masked = look.masked
    return ObservationView(
        about=look_row(look, len(found)),
        footprint=geojson(look.footprint),
        masked=MaskedView(
            masked.n_total,
            masked.n_outside_area,
            masked.n_outside_time,
            masked.n_without_place,
            masked.n_analysed,
        ),
        sensitivities=tuple(
            SensitivityView(
                one.chemical,
                one.necl_ppm_m,
                one.detectable_column_ppm_m,
                one.smallest_rate_kg_h,
                one.blind_share,
            )
            for one in sorted(look.sensitivities, key=lambda one: one.chemical.lower())
        ),
        wind=wind_view(look.wind),
        remarks=look.remarks,
        detections=(
            detection_rows(desk, visitor, found) if visitor.may(Action.READ_CASES) else None
        ),
        raw_files=tuple(RawFileView(one.name, one.sha256, one.size_bytes) for one in look.files),
        evidence=evidence,
        pictures=tuple(
            one
            for role in (_QUICKLOOK, _PLOT)
            for one in evidence
            if one.role == role and one.media_type == "image/png"
        ),
        input_hash=look.input_hash,
        settings=look.settings,
        software=look.software,
        timings_s=desk.casebook.timings_s(look.id),
        audit=audit_excerpt(desk, visitor, [look.id]),
    )


def assets_for(visitor: Visitor, look: Observation) -> tuple[Asset, ...]:
    """Return the evidence of a look that a visitor may have.

    All, to one who may see cases; to others rasters alone: the rest tells what was found.
    """
    if visitor.may(Action.READ_CASES):
        return look.assets
    return tuple(one for one in look.assets if one.media_type.startswith(_RASTER))


def _file(look: Observation, one: Asset) -> EvidenceFileView:
    href = f"/observations/{quote(look.id, safe='')}/evidence/{quote(one.sha256, safe='')}"
    return EvidenceFileView(
        one.name, one.role, one.chemical, one.media_type, one.size_bytes, one.sha256, href
    )
