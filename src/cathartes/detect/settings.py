"""Settings of detection: the only place of their defaults."""

from dataclasses import dataclass
from typing import Literal

from cathartes.errors import SettingsError

BackgroundMean = Literal["auto", "global", "column"]


BY_CHANCE_PER_PX = 0.6e-6
"""Plumes by chance that may be expected, a pixel searched."""
LEAST_BY_CHANCE = 0.1
"""And in a scene however small: a plume of which chance gives fewer is always reported."""
GREATEST_AIR_MASS_FACTOR = 25.0
"""Sun and view 85 degrees from the zenith: light has left flat layers beyond."""
MOST_K, MOST_DEPTH = 200.0, 50.0
"""Differences of temperature, and optical depths, that are no mistake."""


@dataclass(frozen=True, slots=True)
class DetectSettings:
    """How plumes are searched for.

    Attributes
    ----------
    min_bands
        Fewest usable bands in the window; with fewer no background can be told from a gas.
    background_mean
        ``column``: each column has its own mean (a pushbroom's detectors differ); ``global``: one
        mean, with the across-track stripes taken out; ``auto``: column in the reflective range,
        global in the emissive one.
    stripe_smoothing_samples : [sample]
        Length over which a column mean is called scene rather than stripe.
    air_mass_factor
        Slant path over vertical path, sun and view together; None takes it from the cube's angles.
    altitude_m : [m]
        Of the sensor above the ground, roughly: where the search for what the air does begins.
    air_temperature_sd_k : [K]
        How well the air temperature that a cube states holds for the air under the sensor.
    plume_temperature_k : [K]
        Temperature of the plumes where somebody knows it; None takes that of the air from the
        cube's metadata, or assumes `assumed_contrast_k` and flags every plume.
    plume_temperature_sd_k : [K]
        How well a plume temperature that is given is known.
    plume_excess_sd_k : [K]
        How far plumes are from the air's temperature where none is given (one standard deviation):
        stacks and dryers give off gas tens to a hundred kelvins warm, which air thins ten to a
        hundred times over the first pixels; evaporation and expansion cool it by a few.
    air_error
        Relative error of the thermal contrast by the air: its absolute transmittance and the
        coldness of the path above the plume are not known from the scene.
    assumed_contrast_k : [K]
        Plume minus median ground brightness temperature when nothing better is known.
    assumed_contrast_sd_k : [K]
        How far the air may be from that, between noon and night, beside `plume_excess_sd_k`.
    min_contrast_k : [K]
        Below this difference of plume and ground no column density is stated.
    optical_depths
        Greatest optical depths for which every gas has a signature; 0 is the thin limit, and must
        come first.
    averaging_width_px : [pixel]
        Side of the squares whose mean spectra are searched; odd; 1 searches single pixels.
    decoys_per_gas
        Sham signatures searched beside every gas, to count what chance alone gives.
    unknown_chemicals
        Whether plumes of chemicals outside the library are looked for in the thermal infrared, by
        their form: the cube is read once more.
    faint_plumes
        Whether plumes that no single square shows are looked for along lines in the thermal
        infrared.
    max_expected_by_chance
        A plume is reported if chance alone gives at most so many of its strength in the scene; None
        takes `BY_CHANCE_PER_PX` of its pixels, and no less than `LEAST_BY_CHANCE`.
    grow_score
        Score down to which a plume grows from its seed.
    min_pixels
        Smaller plumes are dropped.
    ring_gap_px, ring_width_px : [pixel]
        The clean surroundings of a plume: a ring this far from it and this wide.
    signature_error
        Relative error of a signature (library, atmosphere, temperature), as a part of its norm.
    mixture_max_gases
        Most gases told apart in one plume.
    prior_extra_gas
        Prior odds of each further gas in a plume.
    prior_unknown
        Prior probability that a plume is of a chemical outside the library.
    sample_bytes
        Memory of the lines from which the background is made; more is slower and surer.
    block_bytes
        Memory of one block of lines.
    """

    min_bands: int = 8
    background_mean: BackgroundMean = "auto"
    stripe_smoothing_samples: float = 15.0
    air_mass_factor: float | None = None
    altitude_m: float = 1500.0
    air_temperature_sd_k: float = 2.0
    plume_temperature_k: float | None = None
    plume_temperature_sd_k: float = 2.0
    plume_excess_sd_k: float = 8.0
    air_error: float = 0.07
    assumed_contrast_k: float = -5.0
    assumed_contrast_sd_k: float = 6.0
    min_contrast_k: float = 0.5
    optical_depths: tuple[float, ...] = (0.0, 1.2)
    averaging_width_px: int = 3
    decoys_per_gas: int = 2
    unknown_chemicals: bool = True
    faint_plumes: bool = True
    max_expected_by_chance: float | None = None
    grow_score: float = 2.5
    min_pixels: int = 4
    ring_gap_px: int = 2
    ring_width_px: int = 6
    signature_error: float = 0.1
    mixture_max_gases: int = 3
    prior_extra_gas: float = 0.005
    prior_unknown: float = 0.03
    sample_bytes: int = 128 * 2**20
    block_bytes: int = 16 * 2**20

    def __post_init__(self) -> None:
        depths, plume_k = self.optical_depths, self.plume_temperature_k
        most = self.max_expected_by_chance
        checks = {
            f"min_bands is {self.min_bands}; at least 3 are needed.": self.min_bands >= 3,
            f"averaging_width_px is {self.averaging_width_px}; an odd width of at least 1 is "
            "needed, such as 3.": self.averaging_width_px >= 1 and self.averaging_width_px % 2 == 1,
            f"optical_depths is {depths}; 0 first, then positive depths are needed, such as "
            "(0.0, 1.2).": bool(depths)
            and depths[0] == 0
            and all(0 < depth <= MOST_DEPTH for depth in depths[1:]),
            f"stripe_smoothing_samples is {self.stripe_smoothing_samples}; samples above 0 are "
            "needed.": 0 < self.stripe_smoothing_samples < float("inf"),
            f"min_contrast_k is {self.min_contrast_k}; kelvins from 0 are needed.": 0
            <= self.min_contrast_k
            <= MOST_K,
            f"min_pixels, ring_gap_px and ring_width_px are {self.min_pixels}, {self.ring_gap_px} "
            f"and {self.ring_width_px}; 1, 0 and 1 at least are needed.": self.min_pixels >= 1
            and self.ring_gap_px >= 0
            and self.ring_width_px >= 1,
            f"signature_error is {self.signature_error}; above 0 and at most 1 is needed.": 0
            < self.signature_error
            <= 1,
            f"prior_unknown is {self.prior_unknown}; above 0 and below 1 is needed.": 0
            < self.prior_unknown
            < 1,
            f"decoys_per_gas is {self.decoys_per_gas}; at least 1 is needed: without decoys "
            "nothing says what chance gives.": self.decoys_per_gas >= 1,
            f"max_expected_by_chance is {most}; above 0 and at most 100 is needed.": most is None
            or 0 < most <= 100,
            f"altitude_m is {self.altitude_m}; metres over the ground are needed (1500, say).": 0
            < self.altitude_m
            <= 1e5,
            f"air_temperature_sd_k is {self.air_temperature_sd_k}; kelvins above 0 are needed (2, "
            "say).": 0 < self.air_temperature_sd_k <= MOST_K,
            f"plume_temperature_k is {plume_k}; kelvins between 150 and 1500 are needed (20 °C is "
            "293.15).": plume_k is None or 150 < plume_k < 1500,
            f"plume_temperature_sd_k, plume_excess_sd_k and assumed_contrast_sd_k are "
            f"{self.plume_temperature_sd_k}, {self.plume_excess_sd_k} and "
            f"{self.assumed_contrast_sd_k}; kelvins above 0 are needed.": all(
                0 < sd_k <= MOST_K
                for sd_k in (
                    self.plume_temperature_sd_k,
                    self.plume_excess_sd_k,
                    self.assumed_contrast_sd_k,
                )
            ),
            f"assumed_contrast_k is {self.assumed_contrast_k}; kelvins are needed, between -200 "
            "and 200 (-5 is a plume 5 K colder than the ground).": abs(self.assumed_contrast_k)
            <= MOST_K,
            f"air_error is {self.air_error}; 0 to 1 is needed (0.07 is 7 %).": 0
            <= self.air_error
            <= 1,
            f"air_mass_factor is {self.air_mass_factor}; 1 to {GREATEST_AIR_MASS_FACTOR:g} is "
            "needed (sun overhead and looking down: 2).": self.air_mass_factor is None
            or 1 <= self.air_mass_factor <= GREATEST_AIR_MASS_FACTOR,
            f"grow_score is {self.grow_score}; clean standard deviations above 0 are needed, such "
            "as 2.5.": 0 < self.grow_score < float("inf"),
            f"mixture_max_gases is {self.mixture_max_gases}; 1, 2 or 3 is needed.": 1
            <= self.mixture_max_gases
            <= 3,
            f"prior_extra_gas is {self.prior_extra_gas}; above 0 and at most 1 is needed.": 0
            < self.prior_extra_gas
            <= 1,
            f"sample_bytes is {self.sample_bytes}; bytes of memory are needed, such as "
            "134217728.": self.sample_bytes >= 1,
            f"block_bytes is {self.block_bytes}; bytes of memory are needed, such as "
            "16777216.": self.block_bytes >= 1,
        }
        for message, holds in checks.items():
            if not holds:
                raise SettingsError(message)

    def greatest_by_chance(self, n_pixels: int) -> float:
        """Return how many plumes chance may give, of the strength of one that is reported.

        Parameters
        ----------
        n_pixels
            Pixels searched in the scene.
        """
        if self.max_expected_by_chance is not None:
            return self.max_expected_by_chance
        return max(BY_CHANCE_PER_PX * n_pixels, LEAST_BY_CHANCE)
