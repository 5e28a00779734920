"""How well sites fit the places of a made-up campaign.

A site stands at a place if it lies within `REACH_M` of it; places lie farther apart than twice
that. It counts where somebody looked: at a place that was looked at, or, at no place, on ground
that was. It says "hidden place" if its probability is at least `LEVEL` and no lawful emitter
explains it. From this alone follow what is found, what is false, and what is calibrated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from shapely import Point
from shapely.geometry.base import BaseGeometry

from cathartes.simulate.calibration import (
    CalibrationBin,
    calibration_bins,
    calibration_error_by_chance,
    expected_calibration_error,
)
from cathartes.simulate.campaign import Standing

REACH_M = 100.0
LEVEL = 0.5
REGION_CHI2 = 4.605170185988092
"""Squared Mahalanobis distance of the region of 90 % of a normal law in the plane: -2 ln 0.1."""


@dataclass(frozen=True, slots=True)
class StatedSite:
    """A site as it is stated.

    Attributes
    ----------
    id
    east_m, north_m : [m]
    east_var_m2, north_var_m2, cov_m2 : [m2]
        Covariance of the place.
    probability
        That it is a hidden place.
    is_explained
        True if it is said that a lawful emitter explains it.
    """

    id: str
    east_m: float
    north_m: float
    east_var_m2: float
    north_var_m2: float
    cov_m2: float
    probability: float
    is_explained: bool


@dataclass(frozen=True, slots=True)
class LookedPlace:
    """A place of the campaign on ground that was looked at.

    Attributes
    ----------
    id, standing
    east_m, north_m : [m]
    n_looks, n_working_looks
        How often it was looked at, and how often while it gave something off.
    """

    id: str
    standing: Standing
    east_m: float
    north_m: float
    n_looks: int
    n_working_looks: int


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at so far.

    Attributes
    ----------
    n_sorties
    ground
        In metres.
    places
        Those on that ground.
    elsewhere
        (east, north) [m] of the campaign's other places: sites there do not count.
    """

    n_sorties: int
    ground: BaseGeometry
    places: tuple[LookedPlace, ...]
    elsewhere: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedSite:
    """A site that counts.

    Attributes
    ----------
    id
    rank
        From 1, in the order in which the sites were given.
    probability
    says_hidden
        See the module.
    place_id, standing
        Where it stands; "" and None at no place.
    distance_m : [m]
        From that place; None at none.
    is_in_region
        Whether the place lies in the site's region of 90 %; False at none.
    """

    id: str
    rank: int
    probability: float
    says_hidden: bool
    place_id: str
    standing: Standing | None
    distance_m: float | None
    is_in_region: bool

    @property
    def is_hidden(self) -> bool:
        """True if a hidden place is there."""
        return self.standing is Standing.HIDDEN


@dataclass(frozen=True, slots=True)
class CampaignScore:
    """How well sites fit.

    Attributes
    ----------
    n_sorties
    looked_km2 : [km2]
    places
        Looked at.
    sites
        Those that count, by rank.
    """

    n_sorties: int
    looked_km2: float
    places: tuple[LookedPlace, ...]
    sites: tuple[JudgedSite, ...]

    def of(self, standing: Standing) -> tuple[LookedPlace, ...]:
        """Return the places of one standing."""
        return tuple(place for place in self.places if place.standing is standing)

    def sites_at(self, standing: Standing | None, *, say_hidden: bool) -> tuple[JudgedSite, ...]:
        """Return the first site of each place of a standing; of no place (None), all.

        Parameters
        ----------
        say_hidden
            Only sites that say so.
        """
        first: dict[str, JudgedSite] = {}
        for site in self.sites:
            if site.standing is standing and (site.says_hidden or not say_hidden):
                first.setdefault(site.place_id or site.id, site)
        return tuple(first.values())

    @property
    def n_workable(self) -> int:
        """Hidden places that gave something off while somebody looked: more can't be found."""
        return sum(place.n_working_looks > 0 for place in self.of(Standing.HIDDEN))

    @property
    def found(self) -> tuple[JudgedSite, ...]:
        """For each hidden place that a site says is one, the first such site."""
        return self.sites_at(Standing.HIDDEN, say_hidden=True)

    @property
    def false(self) -> tuple[JudgedSite, ...]:
        """Sites that say "hidden place" where there is nothing at all."""
        return self.sites_at(None, say_hidden=True)

    @property
    def false_per_100_km2(self) -> float:
        """Of the ground that was looked at, however often; NaN if none was."""
        return 100.0 * len(self.false) / self.looked_km2 if self.looked_km2 > 0 else float("nan")

    @property
    def location_error_m(self) -> float:
        """Median distance of found ones from their places, [m]; NaN if none is."""
        away_m = [site.distance_m for site in self.found if site.distance_m is not None]
        return float(np.median(away_m)) if away_m else float("nan")

    @property
    def region_share(self) -> float:
        """Share of the found whose place lies in their region of 90 %; NaN if none is found."""
        inside = [site.is_in_region for site in self.found]
        return float(np.mean(inside)) if inside else float("nan")

    @property
    def ranks(self) -> tuple[int, ...]:
        """Ranks of the first site of each hidden place, whatever it says."""
        return tuple(site.rank for site in self.sites_at(Standing.HIDDEN, say_hidden=False))

    @property
    def average_precision(self) -> float:
        """Mean over hidden places of the share of true ones among sites down to its own; 0 unfound.

        1 if all hidden places come first; NaN if none could be found. Of one campaign: the ranks
        of several mean nothing together.
        """
        if not self.n_workable:
            return float("nan")
        ranks = sorted(self.ranks)
        return float(sum((k + 1) / rank for k, rank in enumerate(ranks)) / self.n_workable)

    @property
    def calibration(self) -> tuple[CalibrationBin, ...]:
        """Stated probabilities beside the share of hidden places."""
        return calibration_bins(
            [site.probability for site in self.sites], [site.is_hidden for site in self.sites]
        )

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over `sites`; NaN without any."""
        return expected_calibration_error(self.calibration)

    @property
    def calibration_error_by_chance(self) -> float:
        """What exact probabilities would have for one with as many sites; NaN without any."""
        return calibration_error_by_chance(self.calibration)


def score_sites(sites: Sequence[StatedSite], looked: Looked) -> CampaignScore:
    """Judge sites, given in the order of their value, against what is true.

    Sites of equal distance to two places stand at the one that is given first.
    """
    judged: list[JudgedSite] = []
    for site in sites:
        place = _nearest(site, looked.places)
        if place is None and (_is_elsewhere(site, looked) or not _is_on(site, looked.ground)):
            continue
        judged.append(
            JudgedSite(
                site.id, len(judged) + 1, site.probability,
                site.probability >= LEVEL and not site.is_explained,
                "" if place is None else place.id,
                None if place is None else place.standing,
                None if place is None else _distance_m(site, place),
                place is not None and _mahalanobis2(site, place) <= REGION_CHI2,
            )
        )  # fmt: skip
    return CampaignScore(looked.n_sorties, looked.ground.area * 1e-6, looked.places, tuple(judged))


def pool_scores(scores: Sequence[CampaignScore]) -> CampaignScore:
    """Return several campaigns' scores as one; ranks stay those in their own campaign.

    Ids of places and sites get their campaign's number before them.
    """
    places = [
        replace(place, id=f"{number}:{place.id}")
        for number, score in enumerate(scores, start=1)
        for place in score.places
    ]
    sites = [
        replace(
            site,
            id=f"{number}:{site.id}",
            place_id=f"{number}:{site.place_id}" if site.place_id else "",
        )
        for number, score in enumerate(scores, start=1)
        for site in score.sites
    ]
    return CampaignScore(
        sum(score.n_sorties for score in scores),
        sum(score.looked_km2 for score in scores),
        tuple(places),
        tuple(sites),
    )


def _nearest(site: StatedSite, places: Sequence[LookedPlace]) -> LookedPlace | None:
    near = [place for place in places if _distance_m(site, place) <= REACH_M]
    return min(near, key=lambda place: _distance_m(site, place)) if near else None


def _distance_m(site: StatedSite, place: LookedPlace) -> float:
    return float(np.hypot(site.east_m - place.east_m, site.north_m - place.north_m))


def _is_elsewhere(site: StatedSite, looked: Looked) -> bool:
    return any(
        np.hypot(site.east_m - east_m, site.north_m - north_m) <= REACH_M
        for east_m, north_m in looked.elsewhere
    )


def _is_on(site: StatedSite, ground: BaseGeometry) -> bool:
    return bool(ground.intersects(Point(site.east_m, site.north_m)))


def _mahalanobis2(site: StatedSite, place: LookedPlace) -> float:
    away = np.array([place.east_m - site.east_m, place.north_m - site.north_m])
    covariance = np.array([[site.east_var_m2, site.cov_m2], [site.cov_m2, site.north_var_m2]])
    return float(away @ np.linalg.solve(covariance, away))
