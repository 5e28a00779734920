"""Everything that locating sources from a log may be told; the only place of these defaults."""

from dataclasses import dataclass, field

import numpy as np

from cathartes.errors import SettingsError


@dataclass(frozen=True, slots=True)
class AirSettings:
    """What is taken of the air where nothing was measured; priors of the inversion.

    Attributes
    ----------
    width_per_m, height_per_m
        Standard deviation of a puff, sideways and upward, per metre of its path at the beginning.
    width_log_sd, height_log_sd
        How far both may be off (standard deviation of the logarithm).
    growth_m
        Path after which puffs grow with its root.
    oldest_s
        Puffs are followed back so far.
    temperature_k, pressure_pa
        Turn mass into volume.
    roughness_m
        z0 of the ground, for readings of the lowest metres: that of open grass with few obstacles
        (World Meteorological Organization, Guide No. 8, class 3).
    obukhov_length_m
        L, where it was measured; None estimates the stability from the log.
    """

    width_per_m: float = 0.10
    height_per_m: float = 0.07
    width_log_sd: float = 0.35
    height_log_sd: float = 0.35
    growth_m: float = 300.0
    oldest_s: float = 120.0
    temperature_k: float = 288.15
    pressure_pa: float = 101_325.0
    roughness_m: float = 0.03
    obukhov_length_m: float | None = None

    def __post_init__(self) -> None:
        length = self.obukhov_length_m
        if not 1e-5 <= self.roughness_m <= 1 or length == 0:
            raise SettingsError(
                f"locate: a roughness of {self.roughness_m:g} m"
                + (f" and an Obukhov length of {length:g} m" if length is not None else "")
                + "; 0.00001 to 1 m is needed (0.01 short grass, 0.03 open, 0.1 crops, 1 town or "
                "wood), and a length that is not 0."
            )


@dataclass(frozen=True, slots=True)
class LocateSettings:
    """Settings of `locate_sources`.

    Attributes
    ----------
    air
        Priors of the air.
    block_s
        Readings are averaged over so long, which a model of the mean can be held to.
    most_sources
        No more are looked for.
    grid_m
        Step of the dictionary's places.
    most_places
        The dictionary's grid is coarser where the area would hold more.
    reach_m
        Sources are looked for so far beyond the track.
    lag_s, lag_sd_s
        Prior of a moving sensor's delay, where its log does not tell it.
    longest_lag_s
        No delay is longer.
    source_height_m, source_height_sd_m
        Prior of sources' heights above ground.
    misfit, misfit_log_sd
        Prior of how far a block's mean is off, as a share of the signal; estimated from the log.
    evidence
        Natural logarithm by which another source must raise the likelihood, beside what its
        parameters cost.
    search_weight
        The likelihood's weight in the search: below 1 for what a model's errors have in common
        for longer than `Misfit` knows. The posterior's follows from the misfit.
    contrast
        Natural logarithm by which sources must beat clean air, all costs paid, to be believed.
    background_ppm
        Where it is known; None estimates it from the log.
    largest_region_m
        A source whose 90 % region reaches farther from its middle is not called located.
    chains
        In which the posterior's particles are drawn, 8 of each; 24 of sensors that stand.
    seed
        Of their random numbers.
    """

    air: AirSettings = field(default_factory=AirSettings)
    block_s: float = 2.0
    most_sources: int = 5
    grid_m: float = 8.0
    most_places: int = 2000
    reach_m: float = 60.0
    lag_s: float = 1.5
    lag_sd_s: float = 1.5
    longest_lag_s: float = 10.0
    source_height_m: float = 1.5
    source_height_sd_m: float = 1.5
    misfit: float = 0.4
    misfit_log_sd: float = 0.3
    evidence: float = 0.0
    contrast: float = 15.0
    search_weight: float = 0.5
    background_ppm: float | None = None
    largest_region_m: float = 150.0
    chains: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        if not (self.block_s > 0 and self.grid_m > 0 and self.reach_m >= 0):
            raise SettingsError(
                f"locate: blocks of {self.block_s:g} s, a grid of {self.grid_m:g} m and a reach of "
                f"{self.reach_m:g} m; positive numbers are needed."
            )
        if self.background_ppm is not None and not 0 <= self.background_ppm < np.inf:
            raise SettingsError(
                f"locate: a background of {self.background_ppm:g} ppm; a number from 0 is needed."
            )
        if self.seed < 0:
            raise SettingsError(f"locate: a seed of {self.seed}; a whole number from 0 is needed.")
        positive = {
            "most_places": self.most_places, "lag_sd_s": self.lag_sd_s, "misfit": self.misfit,
            "source_height_sd_m": self.source_height_sd_m, "misfit_log_sd": self.misfit_log_sd,
            "largest_region_m": self.largest_region_m,
        }  # fmt: skip
        wrong = {name: value for name, value in positive.items() if not value > 0}
        if wrong or self.longest_lag_s < 0:
            raise SettingsError(
                f"locate: {wrong or {'longest_lag_s': self.longest_lag_s}}; numbers above 0 are "
                "needed, and a longest delay of 0 or more."
            )
        if self.most_sources < 1:
            raise SettingsError(
                f"locate: {self.most_sources} sources at most; at least 1 is needed."
            )
        if self.chains < 16 or not 0 < self.search_weight <= 1:
            raise SettingsError(
                f"locate: {self.chains} chains, a search weight of {self.search_weight:g}; at "
                "least 16, and above 0 to 1 are needed."
            )
