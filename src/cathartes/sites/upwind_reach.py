r"""How far upwind of where a plume is said to begin its source may be.

**The outline's end.** An origin is found from the plume's shape, which a bright puff may lead
astray. Where the outline reaches upwind of it by more than two standard deviations, the source is
rather at the outline's end, e from there, though surely not so well:

.. math:: m' = m + e, \qquad C' = C + e e^T / 4

**What is not seen.** The first part of a plume lies beyond the edge of the ground that was looked
at, or where ground and gas look alike, or is torn. The distance that is not seen is taken for
exponential with a mean :math:`\mu`, in a direction that is wrong by :math:`\theta`. Its first two
moments widen the normal law:

.. math:: m' = m + \mu u, \qquad C' = C + \mu^2 (u u^T + 2 \theta^2 v v^T)

u upwind, v across the wind; 2 μ² is the mean square of an exponential distance.

References
----------
Own derivation; the numbers are measured: docs/explanation/plume-sources.md.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from cathartes.sites.downwind import direction_sd_rad, sd_along_m, upwind_axes
from cathartes.sites.observation import Wind
from cathartes.sites.offset import moved, offset_m
from cathartes.sites.place import Place

UNSEEN_M = 9.0
"""Mean distance that is not seen of a plume that nothing is remarked of, [m]."""
UNSEEN_AT_EDGE_M = 60.0
"""The same where the ground that was looked at ends upwind, and of a faint plume, [m]."""
FAINT_SNR = 15.0
FAINT_PIXELS = 120
"""Of a plume weaker and smaller than these, what shows is often a piece."""
END_M = 8.0
"""Corners of an outline within so much of the farthest upwind are its end, [m]."""
EDGE_M = 30.0
"""A plume that begins so near to the edge, or nearer, may begin beyond it, [m]."""


def reaching_upwind(place: Place, wind: Wind, unseen_m: float) -> Place:
    """Return the place of a source whose plume shows from a place on.

    Parameters
    ----------
    place
        Where the plume begins to show.
    wind
    unseen_m : [m]
        Mean distance from the source to there.
    """
    upwind, across = upwind_axes(wind)
    wider = np.outer(upwind, upwind)
    wider += 2 * direction_sd_rad(wind) ** 2 * np.outer(across, across)
    return _shifted(place, unseen_m * upwind, unseen_m**2 * wider)


def at_upwind_end(place: Place, outline: BaseGeometry, wind: Wind) -> Place:
    """Return where a plume begins to show: the place, unless its outline reaches farther upwind.

    Parameters
    ----------
    place
        Its origin by wind and shape.
    outline
        Of the plume, longitude first [deg].
    wind
    """
    upwind, _ = upwind_axes(wind)
    corner = shapely.get_coordinates(outline)
    corner_m = np.stack(
        offset_m(place.longitude_deg, place.latitude_deg, corner[:, 0], corner[:, 1]), axis=1
    )
    along_m = corner_m @ upwind
    if along_m.max() <= 2 * sd_along_m(place, upwind):
        return place
    end_m = corner_m[along_m >= along_m.max() - END_M].mean(axis=0)
    return _shifted(place, end_m, np.outer(end_m, end_m) / 4)


def _shifted(place: Place, by_m: NDArray[np.float64], wider_m2: NDArray[np.float64]) -> Place:
    """Return a place moved by (east, north) and with a covariance more, (2, 2)."""
    longitude, latitude = moved(place.longitude_deg, place.latitude_deg, *by_m.tolist())
    return Place(
        longitude_deg=round(longitude, 7),
        latitude_deg=round(latitude, 7),
        east_var_m2=place.east_var_m2 + float(wider_m2[0, 0]),
        north_var_m2=place.north_var_m2 + float(wider_m2[1, 1]),
        cov_m2=place.cov_m2 + float(wider_m2[0, 1]),
    )
