"""What is known of a scene before its pixels are searched: bands, background, air, signatures."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount_bank import AmountBank
from cathartes.detect.atmosphere import (
    AirOrigin,
    AirPrior,
    Atmosphere,
    atmosphere_of_table,
    clear_air,
    estimate_atmosphere,
)
from cathartes.detect.background import Background, MeanKind, whitening_matrix
from cathartes.detect.bandset import Bandset, Tick, usable_bandset
from cathartes.detect.bank import make_bank
from cathartes.detect.contrast import Contrast, contrast_weight
from cathartes.detect.detectability import DetectabilityCurve, detectability_curve
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.light import LogLight
from cathartes.detect.lone import lone_plumes
from cathartes.detect.outcome import MIN_SQUARES_PER_BAND
from cathartes.detect.sample import CORE_SHARE, Sample, gather_sample
from cathartes.detect.scales import CleanScores, without_plumes
from cathartes.detect.search import Searcher
from cathartes.detect.settings import DetectSettings
from cathartes.detect.signature import (
    Signatures,
    decoy_absorption,
    emissive_signatures,
    reflective_signatures,
    saturated_absorption,
)
from cathartes.detect.spread import Spread, find_spread
from cathartes.detect.window import Regime, Window, choose_window
from cathartes.errors import HeaderError, InputError
from cathartes.scenes.air import POSSIBLE_AIR_K
from cathartes.scenes.air_table import AirStates, AirTable
from cathartes.scenes.cube import Cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import brightness_temperature_k

AIR_PIXELS = 24_000
"""Pixels from which the air is estimated."""
CONTRAST_PIXELS = 24_000
"""Pixels whose contrasts stand for the scene's, where those of all pixels are not made."""
CORE_PIXELS = 20_000
"""Pixels from which the first background is made."""
CLEAN_ROUNDS, CLEAN_ROUNDS_IN_SUNLIGHT = 2, 4
"""Times that the background is made again without what looked like gas against the last one."""
WHOLE_PATCH_BANDS = 32
"""With fewer bands of sunlight no patch is left out whole: in eight, of a real tile, it made gas
harder to tell."""
MAX_ZENITH_DEG = 85.0
"""Beyond it the air is not crossed as flat layers: 1/cos is 10 % off, and soon infinite."""


def used_bands(cube: Cube, settings: DetectSettings) -> NDArray[np.intp]:
    """Return the bands of a cube that its window holds, (used,) int.

    Raises
    ------
    InputError
        If no window has enough bands.
    """
    return _window(cube, settings).index


def _window(cube: Cube, settings: DetectSettings) -> Window:
    return choose_window(
        cube.bands.centre_um,
        cube.band_valid,
        settings.min_bands,
        radiance=cube.quantity is Quantity.RADIANCE,
    )


@dataclass(frozen=True, slots=True)
class Scene:
    """A cube with what was decided about it: bands, regime, and how its background is made."""

    bandset: Bandset
    sample: Sample
    settings: DetectSettings
    emissive: bool

    @classmethod
    def of_cube(cls, cube: Cube, settings: DetectSettings, tick: Tick) -> "Scene":
        """Choose the bands and the physics, and read lines spread over the scene."""
        window = _window(cube, settings)
        bandset = usable_bandset(cube, window, settings.min_bands, settings.block_bytes)
        sample = gather_sample(bandset, settings.averaging_width_px, settings.sample_bytes, tick)
        return cls(bandset, sample, settings, window.regime is Regime.EMISSIVE)

    @property
    def means(self) -> MeanKind:
        """How the mean is made: each column's own, or one with stripes."""
        mode = self.settings.background_mean
        return {
            "per_column": mode == "column" or (mode == "auto" and not self.emissive),
            "stripe_smoothing_samples": self.settings.stripe_smoothing_samples,
        }

    def rough_background(self) -> tuple[Background, float]:
        """Return the background of the scene's core, and the greatest distance in it, squared.

        A plume can't hide by being part of it.
        """
        few = self.sample.thinned(CORE_PIXELS)
        core, distance = few.core(**self.means)
        return few.background(core, **self.means), distance

    def spread_gas(self, rough: Background, signatures: Signatures, n_gases: int) -> Spread | None:
        """Return the gas, of so many, that is a part of the rough background, if there is one."""
        return find_spread(
            self.sample,
            rough,
            signatures,
            n_gases,
            self.settings.decoys_per_gas,
            lambda clean: self.sample.background(clean, **self.means),
        )

    def clean_pixels(
        self,
        background: Background,
        signatures: Signatures,
        ordinary: float,
        spread: Spread | None,
    ) -> NDArray[np.bool_]:
        """Return the sample's pixels without plumes, (row, sample) bool.

        Parameters
        ----------
        background, ordinary
            Of the core.
        spread
            A gas that is a part of it, if there is one: its pixels are not clean.
        """
        clean = self.sample.valid
        if spread is not None:
            background, clean = spread.background, spread.clear
        rough = background
        against: list[tuple[Background, float | None]] = [(background, ordinary)]
        whole_patches = not self.emissive and self.bandset.index.size >= WHOLE_PATCH_BANDS
        if whole_patches and spread is None:
            against += self._by_neighbours(background)
        for _ in range(CLEAN_ROUNDS_IN_SUNLIGHT if whole_patches else CLEAN_ROUNDS):
            kept = self.sample.valid if spread is None else spread.clear
            for each, its_ordinary in against:
                bank = make_bank(signatures, each)
                scores = CleanScores.measure(self.sample, clean, each, bank)
                scores = replace(scores, ordinary_energy=its_ordinary or scores.ordinary_energy)
                family = scores.family(bank, slice(None), two_sided=self.emissive)
                kept = kept & without_plumes(
                    self.sample, each, bank, family, whole_patches=whole_patches
                )
            clean, background = kept, self.sample.background(kept, **self.means)
            against = [(background, None)]
        if not self.emissive:
            return clean
        lone = lone_plumes(self.sample, clean, background, rough, ordinary)
        return clean & ~self.sample.widened(lone)

    def _by_neighbours(self, core: Background) -> list[tuple[Background, float]]:
        """Return the background by differences of neighbours, and the core's distance in it.

        Plumes that hide in the scene's core stand out against it, and others against the core. No
        background where differences tell too little.
        """
        differences = self.sample.differences()
        if differences is None:
            return []
        background = replace(differences, mean=core.mean)
        few = self.sample.some_about(core.mean - self.sample.shift, self.sample.valid, CORE_PIXELS)
        whitened = few @ whitening_matrix(background).T.astype(np.float32)
        squared = np.einsum("pb,pb->p", whitened, whitened)
        return [(background, float(np.quantile(squared, CORE_SHARE)))]

    def ground_temperature_k(self, background: Background) -> float:
        """Return the median brightness temperature of the mean spectrum, [K]."""
        mean = background.mean.mean(axis=0)
        return float(np.nanmedian(brightness_temperature_k(self.bandset.wavelength_um, mean)))

    def atmosphere(self, table: AirTable | None = None) -> Atmosphere:
        """Return what the air does, of a table or estimated from the sample.

        Raises
        ------
        HeaderError
            If the cube says that the air is as it can't be, and no plume temperature overrules it.
        InputError
            If the table does not fit the bands.
        """
        if not self.emissive:
            return clear_air(self.bandset.index.size, AirOrigin.UNUSED)
        some = self.sample.some_radiance(AIR_PIXELS)
        bands = self.bandset.cube.bands.select(self.bandset.index)
        if table is not None:
            return atmosphere_of_table(some, bands.centre_um, AirStates.of_table(table, bands))
        return estimate_atmosphere(some, bands, self._air_prior())

    def _air_prior(self) -> AirPrior:
        """Return what the cube and the settings say of the air."""
        cube, told = self.bandset.cube, self.settings
        (low_k, high_k), air_k = POSSIBLE_AIR_K, cube.air_temperature_k
        if air_k is not None and low_k <= air_k <= high_k:
            return AirPrior(told.altitude_m, air_k, told.air_temperature_sd_k)
        if air_k is not None and told.plume_temperature_k is None:
            raise HeaderError(
                f"cube {cube.name}: says that the air has {air_k:g} K; between {low_k:g} and "
                f"{high_k:g} K are needed (20 °C is 293.15): correct the file, or give "
                "--plume-temperature-k."
            )
        # An overruled cube is taken as if it said nothing.
        return AirPrior(told.altitude_m)

    def signature_model(
        self, background: Background, air: Atmosphere
    ) -> Callable[[tuple[str, ...], NDArray[np.float64]], Signatures]:
        """Return what turns names and absorptions into signatures over this background."""
        if self.emissive:
            ground_k = self.ground_temperature_k(background)
            return lambda names, absorption: emissive_signatures(
                names, absorption, self.bandset.wavelength_um, ground_k, air.transmittance
            )
        mean = background.mean.mean(axis=0)
        factor = air_mass_factor(self.bandset.cube, self.settings)
        return lambda names, absorption: reflective_signatures(names, absorption, mean, factor)

    def contrast(
        self,
        amounts: AmountBank,
        absorption_per_ppm_m: NDArray[np.float64],
        background: Background,
        air: Atmosphere,
    ) -> Contrast:
        """Return how contrast follows from radiance in this scene.

        Parameters
        ----------
        amounts
            By whose filters the bands count in heat.
        absorption_per_ppm_m : (gas, band) [ppm-1 m-1]
        """
        mean, weight = background.mean.mean(axis=0), absorption_per_ppm_m
        if amounts.light is None:
            weight = contrast_weight(amounts.bank.amount_filters, weight, air.transmittance)
        else:
            mean = amounts.light.unit  # positive also in bands without light
        ground_k = self.ground_temperature_k(background) if self.emissive else np.nan
        plume_k, plume_sd_k = self._believed_plume_k(ground_k)
        return Contrast(
            mean=mean,
            weight=weight,
            emissive=self.emissive,
            plume_temperature_k=plume_k,
            plume_temperature_sd_k=plume_sd_k,
            ground_temperature_k=ground_k,
            wavelength_um=self.bandset.wavelength_um,
            atmosphere=air,
        )

    def some_contrasts(self, contrast: Contrast) -> NDArray[np.float32]:
        """Return each gas's contrast in pixels that stand for the scene, (gas, pixel) [(K)]."""
        return contrast.of_block(self.sample.some_radiance(CONTRAST_PIXELS)[None])[:, 0]

    @property
    def temperature_assumed(self) -> bool:
        """True if nobody says how warm the plumes or the air are."""
        told = self.settings.plume_temperature_k, self.bandset.cube.air_temperature_k
        return self.emissive and told == (None, None)

    def _believed_plume_k(self, ground_k: float) -> tuple[float, float]:
        """Return how warm plumes are believed to be before any is seen, and how surely, [K]."""
        settings, air_k = self.settings, self.bandset.cube.air_temperature_k
        if settings.plume_temperature_k is not None:
            return settings.plume_temperature_k, settings.plume_temperature_sd_k
        if air_k is not None:
            return air_k, settings.plume_excess_sd_k
        sd_k = np.hypot(settings.plume_excess_sd_k, settings.assumed_contrast_sd_k)
        return ground_k + settings.assumed_contrast_k, float(sd_k)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a scene before every pixel is searched.

    Attributes
    ----------
    gases
        Those that absorb in the bands used.
    signatures
        Of gases, thin ones first.
    clean : (row, sample) bool
        Pixels of the sample without plumes.
    background
        Of their means over squares.
    amounts
        Estimates amounts in single pixels.
    searcher
        What is looked for.
    clean_energy
        Median squared Mahalanobis distance of clean squares.
    air
        What the air does to the bands used.
    spread
        Name of a gas that lies over much of the scene; "" if there is none.
    """

    gases: GasesOnBands
    signatures: Signatures
    clean: NDArray[np.bool_]
    background: Background
    amounts: AmountBank
    searcher: Searcher
    clean_energy: float
    air: Atmosphere
    spread: str

    @classmethod
    def of_scene(
        cls,
        scene: Scene,
        gases: GasesOnBands,
        table: AirTable | None,
        beside: Executor,
    ) -> "Known":
        """Make the background, the air, and the signatures of gases and decoys.

        Parameters
        ----------
        beside
            Where two things that need not wait for each other go on together.
        """
        told_air = beside.submit(scene.atmosphere, table)
        rough, ordinary = scene.rough_background()
        air = told_air.result()
        model = scene.signature_model(rough, air)

        gases = gases.on_bands(scene.bandset.index)
        thin = gases.absorption_per_ppm_m
        absorption = saturated_absorption(thin, scene.settings.optical_depths)
        gas_names = gases.names * len(scene.settings.optical_depths)
        signatures = model(gases.names, absorption)
        every = model(gas_names, absorption)
        spread = scene.spread_gas(rough, every, len(thin))
        clean = scene.clean_pixels(rough, every, ordinary, spread)
        of_pixels = beside.submit(
            AmountBank.of_sample,
            scene.sample,
            clean,
            model(gases.names, thin),
            None if scene.emissive else LogLight.about(rough.mean.mean(axis=0)),
            scene.means,
        )
        background = scene.sample.background(clean, **scene.means)
        amounts = of_pixels.result()

        whitening = whitening_matrix(background)
        sham = decoy_absorption(
            thin,
            scene.settings.decoys_per_gas,
            lambda turned: (turned * signatures.level) @ whitening.T,
        )
        sham = saturated_absorption(sham, scene.settings.optical_depths)
        everything = np.vstack([absorption, sham])
        decoy_names = tuple(f"decoy {i}" for i in range(len(everything) - len(absorption)))
        bank = make_bank(model(gas_names + decoy_names, everything), background)
        scores = CleanScores.measure(scene.sample, clean, background, bank)
        n_gases, two_sided = len(absorption), scene.emissive
        searcher = Searcher(
            bandset=scene.bandset,
            gases=gases.names,
            width_px=scene.settings.averaging_width_px,
            bank=bank,
            gas_family=scores.family(bank, slice(0, n_gases), two_sided=two_sided),
            decoy_family=scores.family(
                bank, slice(len(absorption), None), two_sided=scene.emissive
            ),
            amounts=amounts,
            contrast=scene.contrast(amounts, thin, background, air),
        )
        return cls(
            gases, signatures, clean, background, amounts, searcher,
            scores.median_energy, air, gases.names[spread.gas] if spread else "",
        )  # fmt: skip

    def detectability(self, score: float) -> dict[str, DetectabilityCurve]:
        """Return what each gas needs to be found, if the search needs this score; by name."""
        bank, family = self.searcher.bank, self.searcher.gas_family
        return {
            name: detectability_curve(g, self.signatures, bank, family, self.clean_energy, score)
            for g, name in enumerate(self.gases.names)
        }

    @property
    def few_squares(self) -> bool:
        """True if the covariance is mostly guessed."""
        needed = MIN_SQUARES_PER_BAND * self.searcher.bandset.index.size
        return self.background.degrees_of_freedom < needed


def air_mass_factor(cube: Cube, settings: DetectSettings) -> float:
    r"""Return :math:`A = 1/\cos\theta_s + 1/\cos\theta_v`, from the settings or the cube's angles.

    Raises
    ------
    InputError
        If neither says, or an angle is so great that light no longer crosses the air on a straight
        way through flat layers.
    """
    if settings.air_mass_factor is not None:
        return settings.air_mass_factor
    if cube.sun_zenith_deg is None:
        raise InputError(
            f"cube {cube.name}: the sun's zenith angle is not in its header, so that no column "
            "density can be stated; give --air-mass-factor (sun overhead and looking down: 2)."
        )
    view_deg = cube.view_zenith_deg or 0.0
    for name, angle_deg in (("sun", cube.sun_zenith_deg), ("view", view_deg)):
        if not 0 <= angle_deg <= MAX_ZENITH_DEG:
            raise InputError(
                f"cube {cube.name}: the zenith angle of the {name} is {angle_deg:g} degrees; 0 to "
                f"{MAX_ZENITH_DEG:g} are needed to say how much air the light crossed: correct the "
                "header, or give --air-mass-factor."
            )
    return float(1 / np.cos(np.radians(cube.sun_zenith_deg)) + 1 / np.cos(np.radians(view_deg)))
