"""Cones laid over a column map: how well each way a plume may lie explains it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft, ifft, irfft, next_fast_len, rfft, rfft2
from scipy.special import expit

from cathartes.errors import SettingsError
from cathartes.locate.column_map import ColumnMap
from cathartes.locate.look_wind import LookWind

UPWIND_PX = 1.2
"""Gas so far upwind of an origin is not its own."""
SHARPNESS_PX = 0.4
"""Width of the step from gas upwind to gas that is a source's own."""
STEP_PX, STEPS = 0.25, 25
"""Places along the wind at which gas upwind is summed, and so many of them either side of a pixel's
step, of which the rest is less than 10⁻⁶."""
BEND_SD_DEG = 40.0
"""Of the prior of a cone's bend."""
LEAST_ERROR = 0.02
"""A cone's edges are not known better than to this part of the plume's brightest."""
EDGE_SD = 7.0
"""Farther from its axis a cone has nothing: of the axis' column it would be less than 10⁻¹⁰."""
END_PIXELS = 5
"""Of the outline's pixels so many that lie farthest upwind are its end."""
OUTLINE_LIMIT_SD = 3.0
"""An outline may have a false end: no place is worse than so far from it."""
UPWIND_PART_PX = 72
"""Of a longer plume only so much of the upwind end is looked at."""


@dataclass(frozen=True, slots=True)
class OriginSettings:
    """How origins are looked for; the numbers are tuned on made-up plumes of seeds below 1000.

    Attributes
    ----------
    torn
        f: error of the cone as a part of the column.
    tempering
        Θ: squared misfit of so many pixels counts as that of one.
    swing_deg : [deg]
        How far a plume's first part may be from the mean wind, one standard deviation.
    openings
        k: standard deviation gained across the wind per distance.
    bends_deg : [deg]
        Turn of the axis over the cone's length.
    amounts
        Line integral of the cone over that measured across the plume.
    cone_px : [pixel]
        Length of the cone.
    direction_step_deg : [deg]
    margin_px : [pixel]
        How far outside the outline an origin may be.
    likely_within
        Cones of a log-posterior within so much of the best are laid at quarter pixels too.
    outline_sd_px : [pixel]
        How far an origin is from the middle of the outline's upwind end, one standard deviation.
    """

    torn: float = 0.4
    tempering: float = 6.0
    swing_deg: float = 15.0
    openings: tuple[float, ...] = (0.05, 0.1, 0.2)
    bends_deg: tuple[float, ...] = (-60.0, -30.0, 0.0, 30.0, 60.0)
    amounts: tuple[float, ...] = (0.6, 1.0, 1.6)
    cone_px: int = 32
    direction_step_deg: float = 7.5
    margin_px: int = 10
    likely_within: float = 5.0
    outline_sd_px: float = 0.8

    def __post_init__(self) -> None:
        if not (self.torn > 0 and self.tempering >= 1 and self.cone_px >= 4 and self.amounts
                and self.openings and self.bends_deg and self.direction_step_deg > 0
                and self.margin_px >= 1 and self.likely_within > 0):  # fmt: skip
            raise SettingsError(
                f"origin settings {self}: torn, steps and likely_within above 0, a tempering of at "
                "least 1, a cone of at least 4 pixels and one value of each list are needed."
            )


@dataclass(frozen=True, slots=True)
class Cone:
    """One way a plume may lie, from its origin.

    Attributes
    ----------
    to_deg : [deg]
        Direction it starts in, clockwise from north.
    opening, bend_deg
        As of `OriginSettings`.
    amount_ppm_m2 : [ppm m2]
        Integral of the column across the plume.
    """

    to_deg: float
    opening: float
    bend_deg: float
    amount_ppm_m2: float


def cone_columns_ppm_m(
    cone: Cone,
    east_m: NDArray[np.float64],
    north_m: NDArray[np.float64],
    pixel_m: float,
    length_m: float,
) -> NDArray[np.float64]:
    """Return a cone's columns, of the broadcast shape [ppm m].

    Parameters
    ----------
    east_m, north_m : broadcastable [m]
        From the origin.
    pixel_m : [m]
        Side of a pixel, over which the columns are means.
    length_m : [m]
        Over which the bend is reached.
    """
    to = np.deg2rad(cone.to_deg)
    along = east_m * np.sin(to) + north_m * np.cos(to)
    across = -east_m * np.cos(to) + north_m * np.sin(to)
    come = np.maximum(along, 0.0)
    turned = np.deg2rad(cone.bend_deg) / length_m
    square = come * come
    variance = cone.opening**2 * square + (0.3**2 + 1.0 / 12.0) * pixel_m**2
    off = across - 0.5 * turned * square
    off_sd2 = off * off / variance
    columns = np.zeros(along.shape)
    inside = np.flatnonzero((along > -0.5 * pixel_m) & (off_sd2 < EDGE_SD**2))
    begun = np.minimum(along.ravel()[inside] / pixel_m + 0.5, 1.0)
    profile = np.exp(-0.5 * off_sd2.ravel()[inside])
    density = cone.amount_ppm_m2 / np.sqrt(2.0 * np.pi * variance.ravel()[inside])
    columns.ravel()[inside] = begun * profile * density
    return columns


def section_integral_ppm_m2(column_map: ColumnMap, to_deg: float) -> float:
    """Return the plume's column integrated across the wind, median over sections, [ppm m2]."""
    rows, columns = np.nonzero(column_map.plume & np.isfinite(column_map.column_density_ppm_m))
    if not rows.size:
        return column_map.noise_sd_ppm_m / 2.0 * column_map.pixel_m
    to = np.deg2rad(to_deg)
    along = np.floor((columns * np.sin(to) - rows * np.cos(to)) / 2.0).astype(int)
    sums = np.bincount(along - along.min(), column_map.column_density_ppm_m[rows, columns])
    positive = sums[sums > 0]
    least = column_map.noise_sd_ppm_m
    return float(np.median(positive) if positive.size else least) / 2.0 * column_map.pixel_m


@dataclass(frozen=True, slots=True)
class ConeSearch:
    """What all cones are compared with.

    `misfit` is g of the columns, (y, x), 0 without value; the two transforms are of it and of half
    the weights, of `size`; `upwind_of` holds, per direction, what the plume has upwind of each
    place. `reach_px` is a cone's length down and across, or the map's own, where a longer one
    would lie outside it from every pixel.
    """

    misfit: NDArray[np.float64]
    plume: NDArray[np.bool_]
    weighted_ft: NDArray[np.complexfloating]
    half_weight_ft: NDArray[np.complexfloating]
    size: tuple[int, int]
    reach_px: tuple[int, int]
    first_px: tuple[int, int]
    to_deg: float
    direction_sd_deg: float
    amount_ppm_m2: float
    pixel_m: float
    noise_sd_ppm_m: float
    settings: OriginSettings
    upwind_of: dict[float, NDArray[np.float64]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        column_map: ColumnMap,
        wind: LookWind,
        settings: OriginSettings,
        weight: NDArray[np.float64] | None,
    ) -> "ConeSearch":
        """Return the search over a map; arguments as of `origin.find_origin`.

        Parameters
        ----------
        weight : (y, x), or None
            How much each pixel counts.
        """
        margin = settings.margin_px
        to_deg = wind.wind_from_deg + 180.0
        near = _upwind_part(column_map.plume, to_deg, UPWIND_PART_PX)
        rows, columns = np.nonzero(near)
        first = (int(rows.min()) - margin, int(columns.min()) - margin)
        shape = (
            int(rows.max()) + margin + 1 - first[0],
            int(columns.max()) + margin + 1 - first[1],
        )

        def window(image: NDArray[np.float64]) -> NDArray[np.float64]:
            cut = np.zeros(shape)
            y, x = image.shape
            top, left = max(first[0], 0), max(first[1], 0)
            bottom, right = min(first[0] + shape[0], y), min(first[1] + shape[1], x)
            cut[top - first[0] : bottom - first[0], left - first[1] : right - first[1]] = image[
                top:bottom, left:right
            ]
            return cut

        column = column_map.column_density_ppm_m
        known = np.isfinite(column).astype(np.float64)
        counts = window(known if weight is None else known * weight)
        known_column = np.nan_to_num(column)
        brightest = float(np.quantile(known_column[column_map.plume], 0.95))
        noise = max(column_map.noise_sd_ppm_m, LEAST_ERROR * brightest)
        misfit = window(_compressed(known_column, noise, settings.torn))
        down, across = (min(settings.cone_px, n - 1) for n in shape)
        size = (
            next_fast_len(shape[0] + down, real=True),
            next_fast_len(shape[1] + across, real=True),
        )

        def transform(image: NDArray[np.float64]) -> NDArray[np.complexfloating]:
            # Set in by a cone's reach, so that a cone laid at a pixel has its origin there. What
            # lies beyond the other end comes around into the nothing that it is set in by.
            return np.asarray(rfft2(np.pad(image, ((down, 0), (across, 0))).astype("f4"), size))

        return cls(
            misfit=misfit * counts,
            plume=window(column_map.plume.astype(np.float64)) * counts > 0,
            weighted_ft=transform(counts * misfit),
            half_weight_ft=transform(0.5 * counts),
            size=size,
            reach_px=(down, across),
            first_px=first,
            to_deg=to_deg,
            direction_sd_deg=float(np.hypot(wind.wind_from_sd_deg, settings.swing_deg)),
            amount_ppm_m2=section_integral_ppm_m2(column_map, to_deg),
            pixel_m=column_map.pixel_m,
            noise_sd_ppm_m=noise,
            settings=settings,
        )

    def turns_deg(self) -> NDArray[np.float64]:
        """Return the directions tried, from the wind's, (direction,) [deg]."""
        widest = min(2.5 * self.direction_sd_deg, 180.0)
        n = int(np.ceil(widest / self.settings.direction_step_deg))
        turns = np.arange(-n, n + 1) * self.settings.direction_step_deg
        return np.asarray(turns[turns < 180.0])

    def log_posterior(self, cone: Cone, offset_px: tuple[float, float]) -> NDArray[np.float64]:
        """Return the log-posterior of a cone from every pixel's centre and an offset, (y, x)."""
        (only,) = self.log_posteriors(cone, (cone.amount_ppm_m2,), offset_px)
        return np.asarray(only)

    def log_posteriors(
        self, cone: Cone, amounts_ppm_m2: Sequence[float], offset_px: tuple[float, float]
    ) -> NDArray[np.float64]:
        """Return the same of a cone of several amounts, (amount, y, x)."""
        settings = self.settings
        rows, columns = (np.arange(-reach, reach + 1) for reach in self.reach_px)
        of_one = cone_columns_ppm_m(
            replace(cone, amount_ppm_m2=1.0),
            np.asarray((columns[None, :] - offset_px[1]) * self.pixel_m),
            np.asarray(-(rows[:, None] - offset_px[0]) * self.pixel_m),
            self.pixel_m,
            settings.cone_px * self.pixel_m,
        )
        inside = np.flatnonzero(of_one)
        laid = np.asarray(amounts_ppm_m2)[:, None] * of_one.ravel()[inside]
        shown = np.zeros((2, len(laid), *of_one.shape), np.float32)
        shown[0].reshape(len(laid), -1)[:, inside] = _compressed(
            laid, self.noise_sd_ppm_m, settings.torn
        )
        np.square(shown[0], out=shown[1])
        # Row by row of what there is, and then each column: none of the rows that are left empty.
        shown_ft = fft(rfft(shown, self.size[1]), self.size[0], axis=-2, overwrite_x=True)
        first, square = np.conj(shown_ft, out=shown_ft)
        first *= self.weighted_ft
        square *= self.half_weight_ft
        first -= square
        y, x = self.misfit.shape
        gain = irfft(ifft(first, axis=-2, overwrite_x=True)[:, :y], self.size[1])
        turn = (cone.to_deg - self.to_deg) / self.direction_sd_deg
        bend = cone.bend_deg / BEND_SD_DEG
        charged = gain[:, :, :x] - self._upwind(cone.to_deg)
        return np.asarray(charged / settings.tempering - 0.5 * turn**2 - 0.5 * bend**2)

    def log_outline(self, shape: tuple[int, int]) -> NDArray[np.float64]:
        """Return what the outline's upwind end says of half-pixel cells: log-prior, (y, x).

        An outline begins where the plume does, within `settings.outline_sd_px`; but it may have a
        false end, so that nothing farther away is worse than `OUTLINE_LIMIT_SD` off.
        """
        to = np.deg2rad(self.to_deg)
        rows, columns = np.nonzero(self.plume)
        if not rows.size:
            return np.zeros(shape)
        first = np.argsort(columns * np.sin(to) - rows * np.cos(to), kind="stable")[:END_PIXELS]
        y, x = (np.arange(n) / 2.0 - 0.25 for n in shape)
        square = (y[:, None] - rows[first].mean()) ** 2 + (x[None, :] - columns[first].mean()) ** 2
        off_sd = np.sqrt(square) / self.settings.outline_sd_px
        return np.asarray(-0.5 * np.minimum(off_sd, OUTLINE_LIMIT_SD) ** 2)

    def _upwind(self, to_deg: float) -> NDArray[np.float64]:
        """Return half the squared misfit of the plume's pixels upwind of each pixel, (y, x)."""
        if to_deg not in self.upwind_of:
            to = np.deg2rad(to_deg)
            rows, columns = np.indices(self.misfit.shape)
            along = columns * np.sin(to) - rows * np.cos(to)
            at, cost = along[self.plume], 0.5 * self.misfit[self.plume] ** 2
            places = np.arange(along.min(), along.max() + STEP_PX, STEP_PX)
            # A pixel is upwind of all places beyond its step, and by a share of those in it.
            middle = (at - places[0] + UPWIND_PX) / STEP_PX
            first = np.floor(middle).astype(int) - STEPS
            near = first[:, None] + np.arange(2 * STEPS + 1)
            share = expit((near - middle[:, None]) * (STEP_PX / SHARPNESS_PX)) * cost[:, None]
            n = STEPS + len(places)
            within = np.bincount(near.ravel() + STEPS, share.ravel(), minlength=n)
            beyond = np.cumsum(np.bincount(first + 3 * STEPS + 1, cost, minlength=n))
            sums = within[STEPS:n] + beyond[STEPS:n]
            self.upwind_of[to_deg] = np.interp(along, places, sums)
        return self.upwind_of[to_deg]


def _upwind_part(plume: NDArray[np.bool_], to_deg: float, length_px: int) -> NDArray[np.bool_]:
    rows, columns = np.indices(plume.shape)
    to = np.deg2rad(to_deg)
    along = columns * np.sin(to) - rows * np.cos(to)
    return np.asarray(plume & (along <= along[plume].min() + length_px))


def _compressed(column: NDArray[np.float64], noise_sd: float, torn: float) -> NDArray[np.float64]:
    """Return g(u), of the same shape, in standard deviations."""
    return np.asarray(np.arcsinh(torn * column / noise_sd) / torn)
