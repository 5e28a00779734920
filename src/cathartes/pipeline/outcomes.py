"""What came of it all, counted from a casebook."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import Point

from cathartes.casework.due import overdue
from cathartes.casework.outcomes import (
    Flown,
    Outcomes,
    SeenArea,
    SiteFact,
    Told,
    calibration_of,
    leg_waits,
    partner_outcomes,
    site_outcomes,
    stage_counts,
)
from cathartes.casework.relay import Relay
from cathartes.casework.response import Answer
from cathartes.casework.review import Confidence
from cathartes.casework.settlement import ReviewState, settling
from cathartes.errors import SettingsError
from cathartes.pipeline.site_answers import moment_of, told_relays
from cathartes.pipeline.site_update import profile_of
from cathartes.products.outcomes_plot import write_outcomes_plot
from cathartes.products.outcomes_table import write_outcomes_csv
from cathartes.products.report_words import Language
from cathartes.sites.observation import LookOutcome
from cathartes.sites.profile import ChemicalProfile
from cathartes.store.interface import Box, Casebook
from cathartes.store.interface_outcomes import FlownLook
from cathartes.store.open import open_casebook

RATES_KG_H = (1.0, 10.0, 100.0)
"""Of what would have been found: the ground is told for each."""
OTHER = "other"
"""The class of chemicals that no class of the profile has."""


def outcomes(
    casebook: str | Path,
    *,
    since_utc: datetime | None = None,
    until_utc: datetime | None = None,
    partner: str = "",
    exercise: bool = False,
    now_utc: datetime | None = None,
) -> Outcomes:
    """Return what came of the flights of a time, to the present day.

    Parameters
    ----------
    casebook
    since_utc, until_utc
        Sorties that began, and sites that were first seen, from the one and before the other.
    partner
        What this one was told and answered alone; "": all.
    exercise
        Drills, in place of what is real.
    now_utc
        None: by the clock.

    Raises
    ------
    ReleaseError
        If there is no such partner.
    SettingsError
        If nothing can lie between the two moments.
    """
    with open_casebook(casebook) as opened:
        return count_outcomes(
            opened.casebook, since_utc, until_utc, partner, now_utc or datetime.now(UTC),
            is_exercise=exercise,
        )  # fmt: skip


def outcomes_csv(told: Outcomes, out: str | Path) -> None:
    """Write outcomes as CSV, one number a line; a file that is there is replaced."""
    write_outcomes_csv(Path(out), told)


def outcomes_plot(
    told: Outcomes, out: str | Path, *, language: Language = Language.ENGLISH
) -> None:
    """Draw outcomes as PNG or PDF; a file that is there is replaced."""
    write_outcomes_plot(Path(out), told, language)


def count_outcomes(
    book: Casebook,
    since_utc: datetime | None,
    until_utc: datetime | None,
    partner_id: str,
    now_utc: datetime,
    *,
    is_exercise: bool = False,
) -> Outcomes:
    """Count the outcomes of a casebook that is open; see `outcomes`."""
    if since_utc is not None and until_utc is not None and since_utc >= until_utc:
        raise SettingsError(
            f"from {since_utc:%Y-%m-%d %H:%M} to {until_utc:%Y-%m-%d %H:%M} UTC: the first must "
            "be before the second."
        )
    if partner_id:
        book.partner(partner_id)
    found = book.found_sites(since_utc, until_utc)
    relays = told_relays(book, is_exercise=is_exercise, partner_id=partner_id)
    every = _told(book, relays)
    told = [one for one in every if _is_of(one, found, since_utc, until_utc)]
    sites = _site_facts(book, found)
    return Outcomes(
        since_utc=since_utc,
        until_utc=until_utc,
        as_of_utc=now_utc,
        partner_id=partner_id,
        is_exercise=is_exercise,
        flown=_flown(book, since_utc, until_utc),
        stages=stage_counts(sites, told),
        n_nothing_found=sum(not found_it for found_it in site_outcomes(told).values()),
        legs=leg_waits(sites, told, now_utc),
        partners=partner_outcomes(told, now_utc),
        calibration=calibration_of(told),
        overdue=tuple(one.last.id for one in overdue((one.relay for one in told), now_utc)),
        relook=_to_look_again(book, told),
    )


def _told(book: Casebook, relays: Sequence[Relay]) -> list[Told]:
    """Return relays with their present sites: those of most of their detections."""
    ids = sorted({name for one in relays for name in one.first.basis.detection_sha256})
    sites = book.sites_of_detections(ids)
    told = []
    for one in relays:
        names = one.first.basis.detection_sha256
        shares = Counter(site for name in names for site in sorted(sites.get(name, ())))
        own = one.last.site_id
        best = max(sorted(shares), key=lambda site: (shares[site], site == own), default="")
        told.append(Told(one, best))
    return told


def _is_of(
    one: Told,
    found: dict[str, datetime | None],
    since_utc: datetime | None,
    until_utc: datetime | None,
) -> bool:
    """Return whether a relay's site was found in the time; of one that is gone, by its telling."""
    if one.site_id:
        return one.site_id in found
    sent = one.relay.sent_utc
    return (since_utc is None or sent >= since_utc) and (until_utc is None or sent < until_utc)


def _site_facts(book: Casebook, found: dict[str, datetime | None]) -> list[SiteFact]:
    reviewed = book.reviews_at_sites()
    facts = []
    for site_id, found_utc in found.items():
        settled = [one for some in reviewed.get(site_id, ()) if (one := settling(some))]
        upheld = [
            one.first_utc
            for one in settled
            if one.state is ReviewState.CONFIRMED and one.confidence is not Confidence.LOW
        ]
        first = min((one.first_utc for one in settled), default=None)
        facts.append(SiteFact(site_id, found_utc, first, min(upheld, default=None)))
    return facts


def _to_look_again(book: Casebook, told: Iterable[Told]) -> tuple[str, ...]:
    """Return the sites that were dismantled and that no conclusive look covered since."""
    gone: dict[str, datetime] = {}
    for one in told:
        for word in one.relay.heard:
            if word.response.answer is Answer.DISMANTLED and one.site_id:
                moment = moment_of(word)
                gone[one.site_id] = max(moment, gone.get(one.site_id, moment))
    return tuple(name for name in sorted(gone) if not _was_seen_since(book, name, gone[name]))


def _was_seen_since(book: Casebook, site_id: str, moment_utc: datetime) -> bool:
    place = book.site(site_id).place
    middle = Point(place.longitude_deg, place.latitude_deg)
    return any(
        one.began_utc is not None and one.began_utc > moment_utc
        and one.outcome is not LookOutcome.INCONCLUSIVE
        and one.footprint is not None and one.footprint.intersects(middle)
        for one in book.observations_over(Box(middle.x, middle.y, middle.x, middle.y))
    )  # fmt: skip


def _flown(book: Casebook, since_utc: datetime | None, until_utc: datetime | None) -> Flown:
    looks = book.flown_looks(since_utc, until_utc)
    counts = Counter(one.outcome for one in looks)
    conclusive = [
        one
        for one in looks
        if one.outcome is not LookOutcome.INCONCLUSIVE and one.footprint is not None
    ]
    return Flown(
        book.n_sorties(since_utc, until_utc),
        {outcome: counts[outcome] for outcome in LookOutcome},
        _areas(conclusive, profile_of(book)),
    )


def _areas(looks: Sequence[FlownLook], profile: ChemicalProfile) -> tuple[SeenArea, ...]:
    """Return the ground that was looked at: at all, and for each class that was looked for."""
    footprints = _in_metres([one.footprint for one in looks])
    area_km2 = shapely.area(footprints) / 1e6
    every = np.ones(len(looks), bool)

    @cache
    def ground_km2(which: bytes) -> float:
        chosen = footprints[np.frombuffer(which, bool)]
        return float(shapely.area(shapely.union_all(chosen))) / 1e6 if chosen.size else 0.0

    areas = [SeenArea("", float(area_km2.sum()), ground_km2(every.tobytes()))]
    class_of = {name: one.name for one in profile.classes for name in one.chemicals}
    names = [*(one.name for one in profile.classes), OTHER]
    best = {name: _best_rates(looks, name, class_of) for name in names}
    for name in names:
        rate_kg_h, looked = best[name]
        if looked.any():
            within = {limit: ground_km2((rate_kg_h <= limit).tobytes()) for limit in RATES_KG_H}
            ground = ground_km2(looked.tobytes())
            areas.append(SeenArea(name, float(area_km2[looked].sum()), ground, within))
    return tuple(areas)


def _best_rates(
    looks: Sequence[FlownLook], name: str, class_of: dict[str, str]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the smallest rate that each look would have found of a class, and if it looked.

    Infinite where it is not known, as without a wind, or where nothing would have been found.
    """
    rates = np.full(len(looks), np.inf)
    looked = np.zeros(len(looks), bool)
    for number, one in enumerate(looks):
        for seen in one.sensitivities:
            if class_of.get(seen.chemical, OTHER) == name:
                looked[number] = True
                if seen.smallest_rate_kg_h is not None:
                    rates[number] = min(rates[number], seen.smallest_rate_kg_h)
    return rates, looked


def _in_metres(footprints: Sequence[object]) -> NDArray[np.object_]:
    """Return footprints on an equal-area grid, [m] (EASE-Grid 2.0, EPSG 6933)."""
    to_grid = Transformer.from_crs(4326, 6933, always_xy=True)
    moved: NDArray[np.object_] = shapely.transform(
        np.array(footprints, object), lambda at: np.column_stack(to_grid.transform(*at.T))
    )
    return moved
