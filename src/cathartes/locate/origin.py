r"""Where a plume begins: a posterior over ground positions from its column map and the wind.

A look shows a plume as it is at one moment: torn, bent, with its brightest puff anywhere. So no
pixel is taken for the source. A cone that starts at a point and opens downwind is laid over every
place of the map, in every direction, opening, bend and amount that may be, and compared with it:

.. math:: T(s, y) = \frac{C}{\sqrt{2\pi}\,\sigma(s)}\,e^{-(y - b s^2/2)^2/2\sigma(s)^2},
          \qquad \sigma(s)^2 = \sigma_0^2 + (k s)^2 + p^2/12

.. math:: g(u) = \tfrac1f\,\mathrm{asinh}(f u/\sigma_u), \qquad
          \ln L = -\frac{1}{2\Theta} \sum [g(u) - g(T)]^2

g makes an error of :math:`\sigma_u^2 + (f u)^2` one everywhere: noise where the plume is weak, torn
puffs where it is strong. Θ, larger than one, stands for errors that neighbouring pixels share; it
is set by made-up plumes so that regions hold what they promise. The sum over all places of the map
is two correlations.

References
----------
Own derivation: docs/explanation/plume-sources.md.
"""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.cones import Cone, ConeSearch, OriginSettings
from cathartes.locate.look_wind import LookWind


@dataclass(frozen=True, slots=True)
class OriginPosterior:
    """Where a plume begins.

    Attributes
    ----------
    probability : (y, x)
        Of cells of half a pixel, north up; sums to one.
    cell_m : [m]
    east_m, north_m : [m]
        Of the upper left corner.
    cone
        The likeliest.
    log_gain
        By how much the best cone is likelier than none, tempered.
    """

    probability: NDArray[np.float64]
    cell_m: float
    east_m: float
    north_m: float
    cone: Cone
    log_gain: float

    def centres_m(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return east (x,) and north (y,) of the cells' centres, [m]."""
        y, x = self.probability.shape
        east = self.east_m + (np.arange(x) + 0.5) * self.cell_m
        north = self.north_m - (np.arange(y) + 0.5) * self.cell_m
        return np.asarray(east, np.float64), np.asarray(north, np.float64)

    @property
    def likeliest_m(self) -> tuple[float, float]:
        """East and north of the likeliest cell, [m]."""
        row, column = np.unravel_index(int(self.probability.argmax()), self.probability.shape)
        east, north = self.centres_m()
        return float(east[column]), float(north[row])

    def region(self, level: float) -> NDArray[np.bool_]:
        """Return the smallest set of cells that holds a probability, (y, x)."""
        order = np.argsort(self.probability, axis=None)[::-1]
        held = np.cumsum(self.probability.ravel()[order])
        inside = np.zeros(self.probability.size, dtype=bool)
        inside[order[: int(np.searchsorted(held, level)) + 1]] = True
        return inside.reshape(self.probability.shape)

    def draw_m(self, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return equally likely places, (n, 2) [m]: east, north."""
        cell = rng.choice(self.probability.size, size=n, p=self.probability.ravel())
        row, column = np.unravel_index(cell, self.probability.shape)
        within = rng.uniform(size=(2, n))
        east = self.east_m + (column + within[0]) * self.cell_m
        north = self.north_m - (row + within[1]) * self.cell_m
        return np.column_stack([east, north])

    def radius_m(self, level: float) -> float:
        """Return the radius of a circle as large as the region of a probability, [m]."""
        return float(np.sqrt(self.region(level).sum() / np.pi) * self.cell_m)


def find_origin(
    column_map: ColumnMap,
    wind: LookWind,
    settings: OriginSettings | None = None,
    weight: NDArray[np.float64] | None = None,
) -> OriginPosterior:
    """Return where a plume begins.

    Parameters
    ----------
    column_map
        Only its columns over their noise matter, so any signal in proportion to them serves.
    wind
        Its direction and error; the speed is not used.
    settings
        Defaults if None.
    weight : (y, x)
        How much each pixel counts, 0 to 1; None: all that have a value.
    """
    settings = settings or OriginSettings()
    search = ConeSearch.of(column_map, wind, settings, weight)
    amounts = [amount * search.amount_ppm_m2 for amount in settings.amounts]
    shapes = [
        Cone(search.to_deg + turn, opening, bend, amounts[0])
        for turn, opening, bend in product(
            search.turns_deg(), settings.openings, settings.bends_deg
        )
    ]
    best = np.array(
        [search.log_posteriors(one, amounts, (0.0, 0.0)).max(axis=(1, 2)) for one in shapes]
    )
    is_likely = best > best.max() - settings.likely_within
    y, x = search.misfit.shape
    fine = np.full((2 * y, 2 * x), -np.inf)
    for row, line_px in enumerate((-0.25, 0.25)):
        for column, sample_px in enumerate((-0.25, 0.25)):
            cells = fine[row::2, column::2]
            for shape in np.flatnonzero(is_likely.any(axis=1)):
                chosen = [amounts[k] for k in np.flatnonzero(is_likely[shape])]
                for laid in search.log_posteriors(shapes[shape], chosen, (line_px, sample_px)):
                    np.logaddexp(cells, laid, out=cells)
    fine += search.log_outline(fine.shape)
    likelihood = np.exp(fine - fine.max())
    core, tail = (
        gaussian_filter(likelihood, cells, mode="nearest")
        for cells in (LEAST_BLUR_CELLS, TAIL_CELLS)
    )
    probability = (1.0 - TAIL_SHARE) * core / core.sum() + TAIL_SHARE * tail / tail.sum()
    shape, amount = np.unravel_index(int(best.argmax()), best.shape)
    cone = replace(shapes[shape], amount_ppm_m2=amounts[amount])
    return OriginPosterior(
        probability=probability,
        cell_m=column_map.pixel_m / 2,
        east_m=column_map.east_m + search.first_px[1] * column_map.pixel_m,
        north_m=column_map.north_m - search.first_px[0] * column_map.pixel_m,
        cone=replace(cone, to_deg=cone.to_deg % 360.0),
        log_gain=float(best.max()),
    )


LEAST_BLUR_CELLS = 0.6
"""Standard deviation by which a posterior is widened: cones are not laid finer than that."""
TAIL_SHARE = 0.06
TAIL_CELLS = 6.0
"""So often a torn plume's beginning is not seen, and the origin is farther off than cones say."""
