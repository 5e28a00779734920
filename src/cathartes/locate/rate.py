"""How much an hour a plume's source gives off, with every error that is known, and a check."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cathartes.errors import SettingsError
from cathartes.locate import effective_wind as carried
from cathartes.locate.column_map import ColumnMap
from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.locate.cross_section import cross_section_weights
from cathartes.locate.effective_wind import Calibration, SourceHeight
from cathartes.locate.flux_weights import FluxWeights
from cathartes.locate.integrated_mass import integrated_mass_weights
from cathartes.locate.look_wind import LookWind
from cathartes.locate.normal_law import ONE_IN_TWENTY_SD
from cathartes.locate.origin import OriginPosterior
from cathartes.scenes.wind.history import STAGNANT_BELOW_M_S

SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class RateSettings:
    """What a rate rests on, and when none may be given.

    Attributes
    ----------
    height
        Of the source above ground.
    terrain_sd
        Relative error of the wind by hills and houses, which no profile over flat land knows.
    least_signal
        The flux over its noise; with less no rate is given.
    widest_origin
        Radius of the origin's 90 % region over the plume's length; with more it is unknown.
    most_outside
        Probability of the origin's lying where the map has no value; with more it is unknown.
    """

    height: SourceHeight = field(default_factory=SourceHeight)
    terrain_sd: float = 0.05
    least_signal: float = 2.0
    widest_origin: float = 0.5
    most_outside: float = 0.25

    def __post_init__(self) -> None:
        if min(self.terrain_sd, self.least_signal, self.widest_origin, self.most_outside) < 0:
            raise SettingsError(f"rate settings {self}: numbers must not be negative.")


class ErrorParts(NamedTuple):
    """Standard deviations of ln Q, each by itself."""

    noise: float
    wind: float
    outline: float
    column: float
    height: float
    origin: float
    terrain: float

    def together(self) -> float:
        """Return the root of the sum of squares."""
        return float(np.sqrt(sum(part**2 for part in self)))


@dataclass(frozen=True, slots=True)
class MapRate:
    """A rate, or why there is none.

    Attributes
    ----------
    rate_kg_h : [kg h-1]
        By integrated mass; NaN where none may be given.
    rate_kg_h_p05, rate_kg_h_p95 : [kg h-1]
        One time in twenty it is below, and above.
    cross_section_kg_h : [kg h-1]
        The same by cross-sectional flux, as a check.
    parts
        What the errors come from; None without a rate.
    agree
        False if the two are farther apart than on 99 of 100 made-up plumes.
    reason
        Why there is no rate, in words; "" if there is one.
    """

    rate_kg_h: float = float("nan")
    rate_kg_h_p05: float = float("nan")
    rate_kg_h_p95: float = float("nan")
    cross_section_kg_h: float = float("nan")
    parts: ErrorParts | None = None
    agree: bool = True
    reason: str = ""


def estimate_rate(
    column_map: ColumnMap,
    wind: LookWind,
    origins: tuple[OriginPosterior, ...],
    molar_mass_g_mol: float,
    settings: RateSettings | None = None,
) -> MapRate:
    r"""Return a plume's rate by integrated mass, and whether cross-sectional flux agrees.

    .. math:: Q = U_\mathrm{eff}\,C\,\frac{\Delta\Omega}{u}

    with C the column integrated across the wind, less what the same outline holds where there is no
    plume. The errors are those of `ErrorParts`, added in squares of the logarithm.

    Parameters
    ----------
    origins
        The plume's, likeliest first; of several no rate is given.
    molar_mass_g_mol : [g mol-1]

    References
    ----------
    Varon et al. 2018, doi 10.5194/amt-11-5673-2018; docs/explanation/plume-sources.md.
    """
    settings = settings or RateSettings()
    reason = why_none(column_map, wind, origins, settings)
    if reason:
        return MapRate(reason=reason)
    origin = origins[0]
    mass = integrated_mass_weights(column_map, origin.likeliest_m)
    section = cross_section_weights(column_map, origin.likeliest_m)
    fluxes = [
        _flux(column_map, weights, wind, calibration, molar_mass_g_mol, settings.height)
        for weights, calibration in (
            (mass, carried.INTEGRATED_MASS),
            (section, carried.CROSS_SECTION),
        )
    ]
    (rate, noise), (beside, _) = fluxes
    if not rate > 0 or noise * settings.least_signal > 1:
        return MapRate(
            reason="the plume's mass is not above what the same outline holds by noise elsewhere"
        )
    parts = ErrorParts(
        noise=noise,
        wind=float(np.sqrt(np.log1p((wind.wind_speed_sd_m_s / wind.wind_speed_m_s) ** 2))),
        outline=carried.INTEGRATED_MASS.residual_sd(mass.length_m / column_map.pixel_m),
        column=column_map.relative_sd,
        height=carried.relative_speed(mass.length_m, settings.height)[1],
        origin=min(origin.radius_m(0.5) / mass.length_m, 1.0),
        terrain=settings.terrain_sd,
    )
    factor = float(np.exp(ONE_IN_TWENTY_SD * parts.together()))
    apart = abs(np.log(rate / beside)) if beside > 0 else np.inf
    return MapRate(
        rate_kg_h=rate,
        rate_kg_h_p05=rate / factor,
        rate_kg_h_p95=rate * factor,
        cross_section_kg_h=beside,
        parts=parts,
        agree=bool(apart < 2.58 * float(np.hypot(carried.DISAGREE_SD, noise))),
    )


def why_none(
    column_map: ColumnMap,
    wind: LookWind,
    origins: tuple[OriginPosterior, ...],
    settings: RateSettings,
) -> str:
    """Return why no rate may be given, in words; "" if one may."""
    if wind.stagnant:
        return (
            f"the wind is stagnant ({wind.wind_speed_m_s:.2g} m/s, {STAGNANT_BELOW_M_S:g} m/s are "
            "needed): gas gathers, and its amount says little of the rate"
        )
    valued = np.isfinite(column_map.column_density_ppm_m[column_map.plume]).mean()
    if valued < LEAST_VALUED:
        return f"only {valued:.0%} of the plume's pixels have a column density"
    if len(origins) != 1:
        return f"{len(origins)} sources are mixed in the plume" if origins else "no origin is known"
    return why_unknown(column_map, origins[0], settings)


def why_unknown(column_map: ColumnMap, origin: OriginPosterior, settings: RateSettings) -> str:
    """Return why an origin is too little known for a rate, in words; "" if it is not."""
    if share_without_value(origin, column_map) > settings.most_outside:
        return "the origin is unknown: it may lie where the map has no value, or beyond it"
    length_m = integrated_mass_weights(column_map, origin.likeliest_m).length_m
    if origin.radius_m(0.9) > settings.widest_origin * length_m:
        return (
            f"the origin is unknown: its 90 % region has a radius of {origin.radius_m(0.9):.0f} m, "
            f"and the plume a length of {length_m:.0f} m"
        )
    return ""


LEAST_VALUED = 0.8
"""Of the plume's pixels; without columns in more of them the mass is a guess."""


def share_without_value(origin: OriginPosterior, column_map: ColumnMap) -> float:
    """Return the probability that an origin lies where a map has no value, or beyond it."""
    east, north = origin.centres_m()
    columns = np.floor((east - column_map.east_m) / column_map.pixel_m).astype(int)
    rows = np.floor((column_map.north_m - north) / column_map.pixel_m).astype(int)
    y, x = column_map.column_density_ppm_m.shape
    inside = ((rows >= 0) & (rows < y))[:, None] & ((columns >= 0) & (columns < x))[None, :]
    known = np.isfinite(column_map.column_density_ppm_m)
    seen = known[np.clip(rows, 0, y - 1)[:, None], np.clip(columns, 0, x - 1)[None, :]]
    return float(origin.probability[~(inside & seen)].sum())


class _Flux(NamedTuple):
    rate_kg_h: float
    noise: float


def _flux(
    column_map: ColumnMap,
    weights: FluxWeights,
    wind: LookWind,
    calibration: Calibration,
    molar_mass_g_mol: float,
    height: SourceHeight,
) -> _Flux:
    """Return a method's rate and its relative noise."""
    elsewhere, noise = weights.background_ppm_m2(column_map)
    integral = weights.integral_ppm_m2(column_map) - elsewhere
    speed, _ = carried.relative_speed(weights.length_m, height)
    effective_m_s = calibration.kappa * wind.wind_speed_m_s * speed
    per_hour = mass_per_column_kg_m2(molar_mass_g_mol) * SECONDS_PER_HOUR
    return _Flux(effective_m_s * integral * per_hour, noise / max(abs(integral), 1e-12))
