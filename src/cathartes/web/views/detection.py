"""A detection: what stood out, what it is, where it comes from and how much, and how sure."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from cathartes.casework.roles import Action, decide
from cathartes.casework.settlement import Settlement
from cathartes.sites.detection import Detection, Source
from cathartes.store.interface import Box, FoundDetection
from cathartes.web.desk import Desk
from cathartes.web.views.audit_excerpt import AuditLine, audit_excerpt
from cathartes.web.views.detection_reasons import Reason, reasons_of
from cathartes.web.views.flag_words import FlagView, flag_views
from cathartes.web.views.log_series import LogSeriesView, log_series_view
from cathartes.web.views.looks_over import WindView, wind_view
from cathartes.web.views.plume_spectrum import SpectrumView, spectrum_view
from cathartes.web.views.shapes import (
    GeoJson,
    Offset,
    PlaceView,
    box_about,
    geojson,
    offset_to,
    place_view,
    point_of,
)
from cathartes.web.views.verdicts import ReviewView, Standing, reviews_view, standing
from cathartes.web.visitor import Visitor

NEIGHBOURS_M = 200.0
"""Within which other detections are shown."""
MOST_NEIGHBOURS = 20
WORLD = Box(-180.0, -90.0, 180.0, 90.0)


@dataclass(frozen=True, slots=True)
class CandidateView:
    """A chemical with the probability that it is in the plume, given that the plume is real."""

    chemical: str
    probability: float


@dataclass(frozen=True, slots=True)
class RateView:
    """An emission rate: median and the quantiles of 5 % and 95 %, [kg h-1]."""

    median_kg_h: float
    p05_kg_h: float
    p95_kg_h: float


@dataclass(frozen=True, slots=True)
class SourceView:
    """Where it comes from; `rate_reason` says why there is no rate, `site_id` is "" of no site."""

    id: str
    place: PlaceView
    method: str
    probability: float
    rate: RateView | None
    rate_reason: str
    site_id: str


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """A detection in short.

    Attributes
    ----------
    id, observation_id, number, kind, seen_utc
    geometry
        Point of its first source.
    chemical, probability
        The likeliest, given that the plume is real.
    false_alarm_probability, expected_by_chance, snr
        None where not known.
    rate
        Of its first source.
    site_ids
        That its sources are attributed to, without repetition.
    n_flags
    standing
        As far as the visitor may know.
    """

    id: str
    observation_id: str
    number: int
    kind: str
    seen_utc: datetime | None
    geometry: GeoJson
    chemical: str
    probability: float
    false_alarm_probability: float | None
    expected_by_chance: float | None
    snr: float | None
    rate: RateView | None
    site_ids: tuple[str, ...]
    n_flags: int
    standing: Standing


@dataclass(frozen=True, slots=True)
class DetectionPage:
    """A page of detections; `next` is what the page after it begins `after`, None on the last."""

    detections: tuple[DetectionRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class NearbyDetection:
    """Another detection close by."""

    detection: DetectionRow
    offset: Offset


@dataclass(frozen=True, slots=True)
class DetectionView:
    """All that is shown of a detection.

    Attributes
    ----------
    about
    sha256
        Of its whole content: a review sends it back, so that what was seen is what was judged.
    sortie_id, observation_name, outcome
        Of its look.
    reasons
        That speak for it and against it.
    candidates
        Likeliest first.
    outline
        None of a log.
    sources, flags, wind
    rate_error_parts
        Standard deviations of the rate's logarithm by what they come from; empty if not kept.
    properties
        All that was computed, as in the product's table.
    spectrum, spectrum_missing
        Of a plume; None, with the reason.
    series, series_missing
        Of a log's source; None, with the reason.
    nearby
        Other detections within 200 m, nearest first.
    reviews
        As far as the visitor may know.
    may_review
    audit
        None to one who may not read it.
    """

    about: DetectionRow
    sha256: str
    sortie_id: str
    observation_name: str
    outcome: str
    reasons: tuple[Reason, ...]
    candidates: tuple[CandidateView, ...]
    outline: GeoJson | None
    sources: tuple[SourceView, ...]
    flags: tuple[FlagView, ...]
    wind: WindView | None
    rate_error_parts: dict[str, float]
    properties: dict[str, JsonValue]
    spectrum: SpectrumView | None
    spectrum_missing: str
    series: LogSeriesView | None
    series_missing: str
    nearby: tuple[NearbyDetection, ...]
    reviews: tuple[ReviewView, ...]
    may_review: bool
    audit: tuple[AuditLine, ...] | None


def detection_view(desk: Desk, visitor: Visitor, detection_id: str) -> DetectionView:
    """Return a detection as a visitor may see it; CasebookError if it is not there."""
    found = desk.casebook.detection(detection_id)
    detection = found.detection
    look = desk.casebook.observation(detection.observation_id)
    spectrum, spectrum_missing = spectrum_view(desk, look, detection)
    series, series_missing = log_series_view(desk, look, detection)
    properties = detection.properties or {}
    thing = desk.casebook.review_thing(detection_id)
    near = _near(desk, detection)
    sites = [desk.casebook.site(one) for one in dict.fromkeys(found.site_ids) if one]
    return DetectionView(
        about=detection_rows(desk, visitor, [found])[0],
        sha256=desk.casebook.detection_sha256(detection_id),
        sortie_id=look.sortie_id,
        observation_name=look.name,
        outcome=look.outcome.value,
        reasons=reasons_of(
            detection,
            None if spectrum is None else spectrum.plume,
            [one.detection for one in near],
            sites,
        ),
        candidates=tuple(CandidateView(c.chemical, c.probability) for c in detection.candidates),
        outline=geojson(detection.outline),
        sources=tuple(
            _source(one, site_id)
            for one, site_id in zip(detection.sources, found.site_ids, strict=True)
        ),
        flags=flag_views(detection.flags),
        wind=wind_view(look.wind),
        rate_error_parts=_rate_error_parts(properties),
        properties=properties,
        spectrum=spectrum,
        spectrum_missing=spectrum_missing,
        series=series,
        series_missing=series_missing,
        nearby=_nearby(desk, visitor, detection, near),
        reviews=reviews_view(desk, visitor, [detection_id])[detection_id],
        may_review=decide(visitor.subject, Action.REVIEW, thing).allowed,
        audit=audit_excerpt(desk, visitor, [detection_id, look.id]),
    )


def detection_page(
    desk: Desk, visitor: Visitor, box: Box, since_utc: datetime | None, limit: int, after: str
) -> DetectionPage:
    """Return a page of the detections in a box, newest first."""
    found = desk.casebook.detections_in(box, since_utc, limit + 1, after)
    shown = found[:limit]
    more = shown[-1].detection.id if len(found) > limit else None
    return DetectionPage(detection_rows(desk, visitor, shown), more)


def detection_rows(
    desk: Desk, visitor: Visitor, found: tuple[FoundDetection, ...] | list[FoundDetection]
) -> tuple[DetectionRow, ...]:
    """Return detections in short, as a visitor may see them."""
    settled = desk.casebook.settlements([one.detection.id for one in found])
    return tuple(_row(visitor, one, settled[one.detection.id]) for one in found)


def _row(visitor: Visitor, found: FoundDetection, settled: Settlement) -> DetectionRow:
    one = found.detection
    named = next(c for c in one.candidates if c.chemical == one.chemical)
    return DetectionRow(
        id=one.id,
        observation_id=one.observation_id,
        number=one.number,
        kind=one.kind.value,
        seen_utc=one.seen_utc,
        geometry=point_of(one.sources[0].place),
        chemical=one.chemical,
        probability=named.probability,
        false_alarm_probability=one.false_alarm_probability,
        expected_by_chance=one.expected_by_chance,
        snr=one.snr,
        rate=_rate(one.sources[0]),
        site_ids=tuple(dict.fromkeys(site_id for site_id in found.site_ids if site_id)),
        n_flags=len(one.flags),
        standing=standing(visitor, settled),
    )


def _rate(source: Source) -> RateView | None:
    rate = source.rate
    return None if rate is None else RateView(rate.median_kg_h, rate.p05_kg_h, rate.p95_kg_h)


def _source(one: Source, site_id: str) -> SourceView:
    return SourceView(
        id=one.id,
        place=place_view(one.place),
        method=one.method.value,
        probability=one.probability,
        rate=_rate(one),
        rate_reason=one.rate_reason,
        site_id=site_id,
    )


def _rate_error_parts(properties: dict[str, JsonValue]) -> dict[str, float]:
    """Return the parts that the rate's product has, if it has any."""
    parts = properties.get("rate_error_parts")
    if not isinstance(parts, dict):
        return {}
    return {name: float(sd) for name, sd in parts.items() if isinstance(sd, int | float)}


def _near(desk: Desk, detection: Detection) -> list[FoundDetection]:
    box = box_about(detection.sources[0].place, NEIGHBOURS_M)
    near = desk.casebook.detections_in(box, None, MOST_NEIGHBOURS + 1)
    return [one for one in near if one.detection.id != detection.id][:MOST_NEIGHBOURS]


def _nearby(
    desk: Desk, visitor: Visitor, detection: Detection, others: list[FoundDetection]
) -> tuple[NearbyDetection, ...]:
    place = detection.sources[0].place
    placed = [
        NearbyDetection(row, offset_to(place, at.longitude_deg, at.latitude_deg))
        for row, at in zip(
            detection_rows(desk, visitor, others),
            (one.detection.sources[0].place for one in others),
            strict=True,
        )
    ]
    return tuple(sorted(placed, key=lambda one: (one.offset.distance_m, one.detection.id)))
