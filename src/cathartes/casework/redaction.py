"""From all that is known to what one partner may see: what is not allowed is not taken along.

Nothing is struck out: a content is built up from nothing, field by field of the allow-list.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import hypot, isfinite
from typing import Literal

import numpy as np
import shapely

from cathartes.casework.grid_cell import (
    SHARE_WITHIN,
    GridCell,
    cell_of,
    radius_about_m,
    square_about,
    touched_cells,
)
from cathartes.casework.likelihood import likelihood
from cathartes.casework.mandate import Mandate
from cathartes.casework.partner import Field, Partner
from cathartes.casework.release_content import (
    ALWAYS_WITHHELD,
    DATUM,
    Chemical,
    ColumnDensity,
    EmptyLooks,
    Evidence,
    Finding,
    GeneralPlace,
    Image,
    Interval,
    NearEmitter,
    Period,
    Recipient,
    ReleaseContent,
    Smallest,
    Spectrum,
)
from cathartes.casework.release_material import (
    NO_GROUND,
    GroundImage,
    Look,
    Notice,
    ReleaseMaterial,
    Seen,
    to_minute,
)
from cathartes.casework.review import Confidence, Flag
from cathartes.casework.settlement import ReviewState, site_state
from cathartes.errors import ReleaseError
from cathartes.sites.detection import UNKNOWN, Source
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import LookOutcome, ObservationKind
from cathartes.sites.offset import offset_m
from cathartes.sites.site import EvidenceKind, Site

IMAGE_CELLS, LEAST_IMAGE_M, IMAGE_PIXELS = 3, 600, 300
"""An image reaches over so many cells, or so far."""
_SENSOR_KINDS = {
    ObservationKind.CUBE: "imaging spectrometer",
    ObservationKind.LOG: "gas-sensor log",
}
_TELLS_OF = {
    EvidenceKind.EMPTY_LOOK: Field.EMPTY_LOOKS,
    EvidenceKind.LAWFUL_EMITTER: Field.LAWFUL_EMITTERS,
}
"""Evidence that tells of another field, without which it is not told."""


def content_for(partner: Partner, material: ReleaseMaterial) -> ReleaseContent:
    """Return what a partner will see of a release.

    A recall names the earlier releases and why, and tells nothing of the site: it goes out however
    the site is seen by now, under a mandate that has ended, and to a partner that is disabled, who
    holds something wrong.

    Raises
    ------
    ReleaseError
        If the partner may not be told this: it is disabled, its TLP ceiling is lower, no mandate
        names it, or the finding is not confirmed by review with at least medium confidence.
    MandateError
        If a mandate was revoked.
    MissingExtraError
        If the package mgrs is not installed.
    """
    _check_label(partner, material)
    site = None if material.notice is Notice.CANCEL else material.site
    is_recall = site is None
    if site is not None:
        _check_is_told(partner)
        _check_mandates(partner, material)
        _check_confirmed(site, material.seen)
    withheld = () if is_recall else (*(one.value for one in partner.withheld), *ALWAYS_WITHHELD)
    return ReleaseContent(
        release_id=material.release_id,
        notice=material.notice,
        issued_utc=to_minute(material.drafted_utc),
        sender=material.sender,
        recipient=Recipient(partner.id, partner.name, partner.country),
        language=_language(partner),
        tlp=material.tlp.value,
        is_exercise=material.is_exercise,
        mandate_ids=() if is_recall else tuple(sorted({one.id for one in material.mandates})),
        finding=None if site is None else _Redaction(partner, site, material).finding(),
        withheld=withheld,
        message=material.message,
        earlier=material.earlier,
        reason=material.reason,
    )


def _language(partner: Partner) -> Literal["en", "es"]:
    """Return the first language of a partner's that there are texts in; else English."""
    for told in partner.languages:
        match told.split("-")[0]:
            case "es":
                return "es"
            case "en":
                return "en"
    return "en"


def _check_is_told(partner: Partner) -> None:
    if partner.is_disabled:
        raise ReleaseError(
            f"partner {partner.id} is disabled and is told nothing more; enable it first, or "
            "choose another."
        )


def _check_label(partner: Partner, material: ReleaseMaterial) -> None:
    if material.tlp > partner.ceiling:
        raise ReleaseError(
            f"release {material.release_id} is {material.tlp}, and partner {partner.id} may get "
            f"up to {partner.ceiling}; label it lower if that is right, or raise the ceiling."
        )


def _check_mandates(partner: Partner, material: ReleaseMaterial) -> None:
    there = {mandate.id: mandate for mandate in material.mandates}
    flown = [one.observation for one in material.seen]
    flown += [one.observation for one in material.looks]
    needed = sorted({one.mandate_id for one in flown} | there.keys())
    if not needed:
        raise ReleaseError(
            f"release {material.release_id}: no mandate is given; name those it was flown under."
        )
    for mandate_id in needed:
        mandate = there.get(mandate_id)
        if mandate is None:
            raise ReleaseError(
                f"release {material.release_id}: it rests on a flight under the mandate "
                f"{mandate_id}, which is not among those given; add it."
            )
        _check_mandate(partner, mandate)
        mandate.check_in_force(material.drafted_utc)


def _check_mandate(partner: Partner, mandate: Mandate) -> None:
    if partner.id not in mandate.partners:
        named = ", ".join(mandate.partners) or "nobody"
        raise ReleaseError(
            f"mandate {mandate.id} does not allow sharing with partner {partner.id}; it names "
            f"{named}: a mandate that names it is needed."
        )
    if mandate.id not in partner.mandate_ids:
        raise ReleaseError(
            f"partner {partner.id} may not be told under mandate {mandate.id}: its profile has "
            f"{', '.join(partner.mandate_ids) or 'no mandate'}; add it there if that is right."
        )


def _check_confirmed(site: Site, seen: Sequence[Seen]) -> None:
    given = {source.id for one in seen for source in one.detection.sources}
    missing = [source for source in site.source_ids if source not in given]
    if missing:
        raise ReleaseError(
            f"site {site.id}: its source {missing[0]} is not among the detections given; a release "
            "needs every detection that the site rests on."
        )
    found = site_state(one.settlement for one in seen)
    if found.state is not ReviewState.CONFIRMED:
        raise ReleaseError(
            f"site {site.id} is {found.state.value}: only a finding that two reviewers confirmed "
            "can be released; review its detections first."
        )
    if not any(is_told(one) for one in seen):
        raise ReleaseError(
            f"site {site.id} is confirmed with low confidence, which is kept and never released; "
            "medium or more is needed."
        )


def is_told(seen: Seen) -> bool:
    """Return whether a detection may be told at all: confirmed, not with low confidence."""
    settled = seen.settlement
    is_confirmed = settled.state is ReviewState.CONFIRMED
    return is_confirmed and settled.confidence not in (None, Confidence.LOW)


class _Redaction:
    """Takes along what one partner may have of one site."""

    def __init__(self, partner: Partner, site: Site, material: ReleaseMaterial) -> None:
        self._partner, self._site, self._material = partner, site, material
        self._may = partner.fields
        told = [one for one in material.seen if is_told(one)]
        never = datetime.min.replace(tzinfo=UTC)
        self._told = sorted(told, key=lambda s: (s.detection.seen_utc or never, s.detection.id))
        """Confirmed, not of low confidence; in order of time."""
        place = site.place
        self._cell = cell_of(place.longitude_deg, place.latitude_deg, partner.cell_m)

    def finding(self) -> Finding:
        site, may = self._site, self._may
        chance = site.by_sight
        moments = [one.detection.seen_utc for one in self._told if one.detection.seen_utc]
        best = site_state(one.settlement for one in self._told).confidence
        emitters = self._material.emitters
        sensors = sorted({_SENSOR_KINDS[one.observation.kind] for one in self._told})
        return Finding(
            reference=_reference(site.id, self._partner.id),
            place=GeneralPlace(
                self._cell, DATUM, radius_about_m(site.place, self._partner.cell_m), SHARE_WITHIN
            ),
            likelihood=likelihood(chance[0]),
            is_lawful_likely=bool(site.explained_by),
            probability=(
                Interval(*(round(p, 2) for p in chance)) if Field.PROBABILITY in may else None
            ),
            reviewers_confidence=(
                best.value if best and Field.REVIEWERS_CONFIDENCE in may else None
            ),
            chemicals=self._chemicals() if Field.CHEMICALS in may else None,
            rate_kg_h=self._rate() if Field.RATE in may else None,
            first_seen=(
                self._period(min(moments)) if moments and Field.FIRST_SEEN in may else None
            ),
            last_seen=self._period(max(moments)) if moments and Field.LAST_SEEN in may else None,
            plume_cells=self._plume() if Field.PLUME_OUTLINE in may else None,
            column_density=self._column() if Field.COLUMN_DENSITY in may else None,
            spectrum=self._spectrum() if Field.SPECTRUM in may else None,
            image=self._image() if Field.MAP_IMAGE in may else None,
            empty_looks=self._empty_looks() if Field.EMPTY_LOOKS in may else None,
            emitters=self._emitters(emitters) if Field.LAWFUL_EMITTERS in may else None,
            flags=self._flags() if Field.FLAGS in may else None,
            evidence=self._evidence() if Field.EVIDENCE_TEXT in may else None,
            sensor_kinds=tuple(sensors) if Field.SENSOR_KIND in may else None,
        )

    def _names(self, names: Iterable[str]) -> list[str]:
        """Return those chemicals that may be named: allowed, and every mandate's concern."""
        if Field.CHEMICALS not in self._may:
            return []
        wanted = [set(one.chemicals) for one in self._material.mandates if one.chemicals]
        return [
            name for name in dict.fromkeys(names)
            if name == UNKNOWN or all(name in one for one in wanted)
        ]  # fmt: skip

    def _chemicals(self) -> tuple[Chemical, ...]:
        best: dict[str, float] = {}
        for one in self._told:
            found = one.detection
            for candidate in found.candidates:
                if candidate.chemical == found.chemical:
                    before = best.get(found.chemical, 0.0)
                    best[found.chemical] = max(before, candidate.probability)
        tells = Field.PROBABILITY in self._may
        return tuple(
            Chemical(name, round(best[name], 2) if tells else None)
            for name in self._names(sorted(best, key=lambda name: (-best[name], name)))
        )

    def _rate(self) -> Interval | None:
        for one in reversed(self._told):
            source = self._source_of(one)
            if one.settlement.rate_may_be_given and source is not None and source.rate is not None:
                rate = source.rate
                ends = (rate.median_kg_h, rate.p05_kg_h, rate.p95_kg_h)
                return Interval(*(float(f"{value:.2g}") for value in ends))
        return None

    def _source_of(self, seen: Seen) -> Source | None:
        """Return the likeliest source of a detection that is the site's."""
        mine = set(self._site.source_ids)
        return next((one for one in seen.detection.sources if one.id in mine), None)

    def _period(self, moment: datetime) -> Period:
        by_hour = Field.HOURS in self._may
        moment = to_minute(moment).replace(minute=0)
        return Period(moment, 1) if by_hour else Period(moment.replace(hour=0), 24)

    def _plume(self) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...] | None:
        last = self._last_plume()
        outline = last.detection.outline if last else None
        return None if outline is None else touched_cells(outline, self._cell)

    def _last_plume(self) -> Seen | None:
        with_outline = [one for one in self._told if one.detection.outline is not None]
        return with_outline[-1] if with_outline else None

    def _column(self) -> ColumnDensity | None:
        last = self._last_plume()
        told = (last.detection.properties if last else None) or {}
        mean, sd = (
            float(f"{value:.3g}") if isinstance(value, int | float) and isfinite(value) else None
            for value in (told.get(f"column_density_{of}_ppm_m") for of in ("mean", "sd"))
        )
        return None if mean is None else ColumnDensity(mean, sd)

    def _spectrum(self) -> Spectrum | None:
        one = self._material.spectrum
        if one is None:
            return None
        return Spectrum(
            tuple(round(v, 2) for v in one.wavelength_um),
            tuple(round(v, 2) for v in one.measured),
            tuple(round(v, 2) for v in one.fitted),
        )

    def _image(self) -> Image | None:
        ground = self._material.ground
        if ground is None:
            return None
        side = max(IMAGE_CELLS * self._cell.size_m, LEAST_IMAGE_M)
        grey = _sampled(ground, square_about(self._cell, side, IMAGE_PIXELS))
        return Image(side, IMAGE_PIXELS, grey)

    def _empty_looks(self) -> EmptyLooks:
        looks = self._material.looks
        doubtful = [o for o in looks if o.observation.outcome is LookOutcome.INCONCLUSIVE]
        empty = [one for one in looks if one not in doubtful]
        seen = {one.observation.id for one in self._told}
        unsure = {one.observation.id for one in self._material.seen} - seen
        return EmptyLooks(
            n_looks=len(seen) + len(empty),
            n_empty=len(empty),
            n_inconclusive=len(doubtful) + len(unsure),
            smallest=self._smallest(empty),
        )

    def _smallest(self, looks: Sequence[Look]) -> tuple[Smallest, ...]:
        told = []
        seen = (one.detection.chemical for one in self._told)
        for name in self._names(sorted(set(seen) - {UNKNOWN})):
            rates = [one.smallest_rate_kg_h.get(name, np.inf) for one in looks]
            columns = [one.smallest_column_ppm_m.get(name, np.inf) for one in looks]
            best = [min(values, default=np.inf) for values in (rates, columns)]
            rate, column = (float(f"{v:.2g}") if isfinite(v) else None for v in best)
            told.append(Smallest(name, rate, column))
        return tuple(told)

    def _emitters(self, emitters: Sequence[LawfulEmitter]) -> tuple[NearEmitter, ...]:
        told = [
            NearEmitter(
                one.name, one.kind, _cells_away(self._cell, one), tuple(self._names(one.chemicals))
            )
            for one in emitters
        ]
        return tuple(sorted(told, key=lambda one: (one.distance_m, one.name, one.kind)))

    def _flags(self) -> tuple[str, ...]:
        raised = {flag for one in self._told for flag in one.flags}
        return tuple(flag.value for flag in Flag if flag in raised)

    def _evidence(self) -> tuple[Evidence, ...]:
        sums: dict[EvidenceKind, float] = {}
        for line in self._site.evidence:
            if line.kind is EvidenceKind.RESPONSE:
                continue  # what others answered is no partner's to know
            needed = _TELLS_OF.get(line.kind)
            if needed is None or needed in self._may:
                sums[line.kind] = sums.get(line.kind, 0.0) + line.log_odds
        return tuple(
            Evidence(kind.value, round(sums[kind], 1)) for kind in EvidenceKind if kind in sums
        )


def _reference(site_id: str, partner_id: str) -> str:
    """Return a name of a site that two partners can't compare."""
    return hashlib.sha256(f"{partner_id}\0{site_id}".encode()).hexdigest()[:12]


def _cells_away(cell: GridCell, emitter: LawfulEmitter) -> int:
    """Return how far an emitter lies from a cell's centre, in metres of whole cells.

    From the place itself, the distances of three emitters would give it away.
    """
    centre = shapely.Point(cell.longitude_deg, cell.latitude_deg)
    closest = shapely.shortest_line(emitter.area, centre).coords[0]
    away = hypot(*(float(v) for v in offset_m(*centre.coords[0], *closest)))
    return round(away / cell.size_m) * cell.size_m


def _sampled(ground: GroundImage, at: np.ndarray) -> bytes:
    """Return the greys at places, (n, n, 2) [deg], of the nearest pixels."""
    pixels = np.frombuffer(ground.grey, np.uint8).reshape(ground.height, ground.width)
    span = (ground.east_deg - ground.west_deg, ground.north_deg - ground.south_deg)
    column = np.floor((at[..., 0] - ground.west_deg) / span[0] * ground.width).astype(int)
    row = np.floor((ground.north_deg - at[..., 1]) / span[1] * ground.height).astype(int)
    inside = (column >= 0) & (column < ground.width) & (row >= 0) & (row < ground.height)
    grey = np.full(at.shape[:2], NO_GROUND, np.uint8)
    grey[inside] = pixels[row[inside], column[inside]]
    return grey.tobytes()
