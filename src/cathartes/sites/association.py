r"""Sources of many observations attributed to sites, by their places' errors.

A site is a latent point with an extent; sources of it differ by their covariances; new sites are
a Poisson process. The partition of highest evidence is taken (`partition`), and a source that
another site explains about as well as its own is left unattributed: a wrong merge would lose what
happens at either later. So is one so vague that it could not be told to belong with an exact copy
of itself: its larger standard deviation is above

.. math:: \sigma_{max} = \sqrt{1 / (4 \pi \lambda) - e^2}

Only sources that are linked, directly or through others, matter to each other: two are linked if
N(apart; 0, C_1 + C_2 + 2 e^2 I) exceeds the density :math:`\lambda` times the least odds that
count. Each set of linked ones is worked through by itself, in the order of time and id, so that a
neighbourhood alone gives the same answer as the whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from cathartes.sites.group_evidence import log_overlap, sums_of
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.partition import Sightings, best_partition, doubts
from cathartes.sites.place import Place
from cathartes.sites.settings import AssociationSettings
from cathartes.sites.sighting import Sighting

_EARTH_M = 6_378_137.0
M2_PER_KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Cluster:
    """The sightings of one site, in order, and where it is."""

    sightings: tuple[Sighting, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Attributed:
    """Which source belongs where.

    Attributes
    ----------
    clusters
        By their first sighting.
    unattributed
        In order.
    """

    clusters: tuple[Cluster, ...]
    unattributed: tuple[Sighting, ...]


def vague_from_m(settings: AssociationSettings) -> float:
    """Return the standard deviation from which on a place tells nothing, [m]."""
    density_m2 = settings.places_per_km2 / M2_PER_KM2
    return float(np.sqrt(max(1 / (4 * np.pi * density_m2) - settings.extent_m**2, 0.0)))


def reach_m(settings: AssociationSettings) -> float:
    """Return the distance beyond which no two sources can be linked, [m]."""
    density_m2 = settings.places_per_km2 / M2_PER_KM2
    longest_m2, shortest_m2 = 1 / (2 * np.pi * density_m2), 2 * settings.extent_m**2
    highest = 1 / (2 * np.pi * np.sqrt(longest_m2 * shortest_m2))
    return float(np.sqrt(2 * longest_m2 * np.log(highest / (density_m2 * settings.least_odds))))


def attribute(sightings: Sequence[Sighting], settings: AssociationSettings) -> Attributed:
    """Attribute sources to sites; whatever their order, the answer is the same."""
    ordered = sorted(sightings, key=lambda one: one.order)
    vague = [_longest_sd_m(one.source.place) > vague_from_m(settings) for one in ordered]
    unattributed = [one for one, is_vague in zip(ordered, vague, strict=True) if is_vague]
    telling = [one for one, is_vague in zip(ordered, vague, strict=True) if not is_vague]
    clusters: list[Cluster] = []
    for members, linked in _neighbourhoods(telling, settings):
        here, left = _attribute_linked(members, linked, settings)
        clusters += here
        unattributed += left
    return Attributed(
        tuple(sorted(clusters, key=lambda one: one.sightings[0].order)),
        tuple(sorted(unattributed, key=lambda one: one.order)),
    )


def linked_pairs(
    places: Sequence[Place], settings: AssociationSettings
) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Return the numbers of places that are linked, each pair once, (pair,) and (pair,)."""
    longitude, latitude = (np.array([getattr(p, f"{what}_deg") for p in places])
                           for what in ("longitude", "latitude"))  # fmt: skip
    # Chords of a sphere are shorter than ways on the ellipsoid by less than half a percent.
    east, north = np.radians(longitude), np.radians(latitude)
    flat = np.cos(north)
    point = _EARTH_M * np.stack([flat * np.cos(east), flat * np.sin(east), np.sin(north)], axis=1)
    near = cKDTree(point).query_pairs(1.01 * reach_m(settings), output_type="ndarray")
    near = near[np.lexsort((near[:, 1], near[:, 0]))]
    one, other = near[:, 0], near[:, 1]
    apart = np.stack(
        offset_m(longitude[one], latitude[one], longitude[other], latitude[other]), axis=1
    )
    covariance = _covariances(places)
    both = covariance[one] + covariance[other] + 2 * settings.extent_m**2 * np.array([1, 1, 0])
    density_m2 = settings.places_per_km2 / M2_PER_KM2
    linked = log_overlap(apart, both) > np.log(density_m2 * settings.least_odds)
    return one[linked], other[linked]


def _longest_sd_m(place: Place) -> float:
    return float(np.sqrt(np.linalg.eigvalsh(place.covariance_m2)[-1]))


def _covariances(places: Sequence[Place]) -> NDArray[np.float64]:
    """(place, 3) [m2]: east-east, north-north, east-north."""
    rows = [(p.east_var_m2, p.north_var_m2, p.cov_m2) for p in places]
    return np.array(rows, dtype=np.float64).reshape(-1, 3)


def _neighbourhoods(
    sightings: Sequence[Sighting], settings: AssociationSettings
) -> list[tuple[list[Sighting], NDArray[np.bool_]]]:
    """Return the sets of linked sightings, in order, with their links."""
    n = len(sightings)
    if not n:
        return []
    one, other = linked_pairs([s.source.place for s in sightings], settings)
    links = coo_matrix((np.ones(one.size, dtype=bool), (one, other)), shape=(n, n)).tocsr()
    links = links + links.T
    n_sets, which = connected_components(links, directed=False)
    order = np.argsort(which, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(which, minlength=n_sets))[:-1])
    return [
        ([sightings[k] for k in part], links[part][:, part].toarray().astype(bool))
        for part in parts
    ]


def _attribute_linked(
    members: list[Sighting], linked: NDArray[np.bool_], settings: AssociationSettings
) -> tuple[list[Cluster], list[Sighting]]:
    """Attribute sightings that are linked, leaving out the most doubtful one till none is."""
    origin = members[0].source.place
    places = [one.source.place for one in members]
    east, north = offset_m(
        origin.longitude_deg,
        origin.latitude_deg,
        [p.longitude_deg for p in places],
        [p.latitude_deg for p in places],
    )
    sums = sums_of(np.stack([east, north], axis=1), _covariances(places), settings.extent_m)
    views = np.array([one.view for one in members])
    apart = views[:, None] == views[None, :]
    np.fill_diagonal(apart, val=False)
    log_density = float(np.log(settings.places_per_km2 / M2_PER_KM2))
    told = Sightings(sums, linked, apart, log_density)
    left, rest = [], list(members)
    group = best_partition(told)
    while rest:
        doubt = doubts(told, group)
        worst = int(doubt.argmax())
        if doubt[worst] <= settings.least_odds:
            break
        left.append(rest.pop(worst))
        told = told.without(worst)
        group = best_partition(told, np.delete(group, worst))
    clusters = []
    for number in range(group.max(initial=-1) + 1):
        numbers = np.flatnonzero(group == number)
        where, covariance = told.sums[numbers].over(np.ones((1, numbers.size))).mean_m()
        longitude, latitude = moved(origin.longitude_deg, origin.latitude_deg, *where[0].tolist())
        clusters.append(
            Cluster(
                tuple(rest[k] for k in numbers),
                Place(longitude, latitude, *covariance[0].tolist()),
            )
        )
    return clusters, left
