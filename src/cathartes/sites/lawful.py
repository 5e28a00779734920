r"""How well a known lawful emitter explains a site.

It gives off somewhere about its outline: with a density that is flat inside and falls as
exp(-d^2 / 2 m^2) at the distance d from it. Its whole is, for a convex outline of area A and
perimeter P (Steiner's formula, own integration),

.. math:: A + P m \sqrt{\pi/2} + 2 \pi m^2

so that a small dairy nearby explains more than a district that contains the place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import pi, sqrt

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from cathartes.sites.detection import UNKNOWN
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place
from cathartes.sites.settings import EvidenceSettings

_FAR_SD = 5.0
_NODES, _NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(7)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one emitter explains.

    Attributes
    ----------
    emitter
    distance_m : [m]
        From its outline to the site's most likely place; 0 inside.
    premises_per_km2
        Density of its premises at the site: one over their area, well inside.
    per_km2
        Expected density, at the site, of sources that this emitter is: as for other sources.
    chemical_ratio
        How much likelier it gives off what was seen than any other source does.
    """

    emitter: LawfulEmitter
    distance_m: float
    premises_per_km2: float
    per_km2: float
    chemical_ratio: float

    @property
    def weight_per_km2(self) -> float:
        """What it weighs against other explanations."""
        return self.per_km2 * self.chemical_ratio


def explain(
    place: Place,
    chemicals: Mapping[str, float],
    emitters: Sequence[LawfulEmitter],
    settings: EvidenceSettings,
) -> tuple[Explanation, ...]:
    """Return the emitters near enough to explain a site, by their weight, then by id.

    Parameters
    ----------
    place
        The site's.
    chemicals
        The probability of each that it was seen there.
    emitters
    settings
    """
    longest = float(np.sqrt(np.linalg.eigvalsh(place.covariance_m2)[-1]))
    far = _FAR_SD * (longest + settings.emitter_margin_m)
    found = []
    for emitter in emitters:
        outline = shapely.transform(
            emitter.area,
            lambda at: np.stack(
                offset_m(place.longitude_deg, place.latitude_deg, at[:, 0], at[:, 1]), axis=1
            ),
        )
        distance = float(outline.distance(shapely.Point(0, 0)))
        if distance > far:
            continue
        ratio = _chemical_ratio(chemicals, emitter, settings)
        density = 1e6 * _density_m2(place, outline, settings.emitter_margin_m)
        active = settings.emitter_active * density
        found.append(Explanation(emitter, distance, density, active, ratio))
    return tuple(sorted(found, key=lambda one: (-one.weight_per_km2, one.emitter.id)))


def _density_m2(place: Place, outline: BaseGeometry, margin_m: float) -> float:
    """Return the mean density over where the site may be, by Gauss-Hermite nodes, [m-2]."""
    factor = np.linalg.cholesky(place.covariance_m2)
    grid = np.stack(np.meshgrid(_NODES, _NODES), axis=-1).reshape(-1, 2) @ factor.T
    weight = np.outer(_NODE_WEIGHTS, _NODE_WEIGHTS).ravel() / _NODE_WEIGHTS.sum() ** 2
    away = np.asarray(shapely.distance(outline, shapely.points(grid)))
    whole = outline.area + outline.length * margin_m * sqrt(pi / 2) + 2 * pi * margin_m**2
    return float(weight @ np.exp(-0.5 * (away / margin_m) ** 2) / whole)


def _chemical_ratio(
    chemicals: Mapping[str, float], emitter: LawfulEmitter, settings: EvidenceSettings
) -> float:
    """Return how the chemicals fit; if the emitter's are not known, as any other source's."""
    if not emitter.chemicals:
        return 1.0
    ratio = 1.0
    for chemical in sorted(chemicals):
        if chemical == UNKNOWN:
            continue
        listed = chemical in emitter.chemicals
        factor = settings.emitter_match if listed else settings.emitter_mismatch
        ratio *= 1 + chemicals[chemical] * (factor - 1)
    return ratio
