"""From an outlined plume to what is said of it: chemicals, amounts, doubts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount import Amount, AmountReader, Outline
from cathartes.detect.bank import FilterBank
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.form import CORE_AREA_PX, CORE_FADE, greatest_fade
from cathartes.detect.identify import Identification, Prior, identify
from cathartes.detect.imitation import LEFT_BY_GASES, imitations
from cathartes.detect.outline import Seed
from cathartes.detect.planes import PlumePixels, ScenePlanes
from cathartes.detect.plume_spectrum import PlumeSpectrum, SpectrumReader
from cathartes.detect.pursuit import MAX_CORE_MISFIT
from cathartes.detect.result import UNKNOWN, Plume
from cathartes.detect.scales import PatchNoise
from cathartes.detect.seeds import ChanceLaws
from cathartes.detect.settings import DetectSettings
from cathartes.detect.signature import Signatures
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.detect.window import Regime

EDGE_FLAG = "cut by the scene's edge"
ASSUMED_FLAG = "plume temperature assumed"
CONTRADICTS_FLAG = "sign contradicts plume temperature"
THICK_FLAG = "optically thick"
LOW_CONTRAST_FLAG = "contrast too small for a column density"
LOOKALIKE_FLAG = "look-alike possible"
NO_AMOUNTS_FLAG = "library spectrum has no amounts"
FEW_PIXELS_FLAG = "too few pixels to know the ground"
SEVERAL_FLAG = "several alike in the scene"
SPREAD_FLAG = "gas over much of the scene"
GROUND_FLAG = "gases leave a part unexplained"
CHANCE_ASSUMED_FLAG = "chance assumed, not measured"

THICK_OPTICAL_DEPTH = 0.5
"""Of the strongest band, on the whole way of the light."""
SEVERAL = 3
"""So many plumes of one chemical make one think of a surface: roofs are many, vents are few."""
SURE = 0.95
"""A gas more probable than this has no rival: the sets without it have less than the rest."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a piece's mean spectrum says of its chemicals.

    Attributes
    ----------
    signal : (band,) [cube's unit]
        The spectrum: the piece's mean less its surroundings'.
    whitened : (band,)
        The same, whitened by the background.
    variance
        Of each whitened band, by noise and clutter.
    found
        Posterior over the gases.
    main
        The gas that it is named by, if by any.
    unknown
        Whether a chemical outside the library is more probable.
    """

    signal: NDArray[np.float64]
    whitened: NDArray[np.float64]
    variance: float
    found: Identification
    main: int
    unknown: bool

    @property
    def members(self) -> tuple[int, ...]:
        """The gases that are measured together: the likeliest ones, or that of the name alone."""
        return self.found.best_set if self.main in self.found.best_set else (self.main,)

    @property
    def explained(self) -> bool:
        """Whether one or two gases explain it, as they must a hill's core."""
        return self.found.pair_misfit <= MAX_CORE_MISFIT


@dataclass(frozen=True, slots=True)
class Described:
    """A plume, and what it does to the images of its gases inside it."""

    plume: Plume
    pixels: tuple[tuple[str, PlumePixels], ...]


@dataclass(frozen=True, slots=True)
class PlumeReader:
    """Everything that describing a plume needs beside the plume itself.

    Attributes
    ----------
    bank
        Against the background of means over squares.
    noise
        Of means over patches.
    band : (band,) int
    wavelength_um : (band,) [um]
        Bands used: numbers in the cube, and centres.
    scored
        Names of the images of scores: of gases, then of strange spectra.
    false_alarm : index of one of these → law
        Of pixels away from plumes.
    spread
        Name of a gas that lies over much of the scene; "" if there is none.
    hills_of_ground
        In the scene, those among the plumes too: see `imitation`.
    """

    bank: FilterBank
    signatures: Signatures
    noise: PatchNoise
    planes: ScenePlanes
    settings: DetectSettings
    band: NDArray[np.intp]
    wavelength_um: NDArray[np.float64]
    laws: ChanceLaws
    scored: tuple[str, ...]
    false_alarm: Callable[[int], FalseAlarmLaw]
    amounts: AmountReader
    temperature_assumed: bool
    few_pixels: bool
    spread: str
    hills_of_ground: int = 0

    @property
    def prior(self) -> Prior:
        """What is believed of a plume before its spectrum is seen."""
        settings = self.settings
        return Prior(
            max_gases=settings.mixture_max_gases,
            extra_gas=settings.prior_extra_gas,
            unknown=settings.prior_unknown,
            signature_error=settings.signature_error,
            sign=0 if self.signatures.regime is Regime.EMISSIVE else 1,
        )

    def verdict(self, signal: NDArray[np.float64], variance: float) -> Verdict:
        """Return what a mean spectrum less its surroundings', (band,) [cube's unit], says."""
        whitened = self.bank.whitening.astype(np.float64) @ signal
        signatures = self.bank.whitened[: len(self.signatures.values)]
        found = identify(whitened, signatures, variance, len(self.signatures.names), self.prior)
        main = int(np.argmax(found.probability))
        if found.best_set and found.probability[found.best_set[0]] > 0.5:
            main = found.best_set[0]  # of a mixture, the gas that shows most
        unknown = found.unknown > float(found.probability[main]) or not found.best_set
        return Verdict(signal, whitened, variance, found, main, unknown)

    def expected_by_chance(self, seed: Seed, verdict: Verdict) -> float:
        """Return how many such plumes the scene gives by accident."""
        return self.chance_by_height(seed, verdict) + self._chance_by_ground(seed, verdict)

    def chance_by_height(self, seed: Seed, verdict: Verdict) -> float:
        """Return how many hills so high it gives, as decoys tell it."""
        if seed.expected_by_chance is not None:
            return seed.expected_by_chance
        explained = seed.explained and verdict.explained and not verdict.unknown
        law = self.laws.of(explained=explained and not self.like_ground(seed, verdict))
        return law.expected(seed.score)

    def _chance_by_ground(self, seed: Seed, verdict: Verdict) -> float:
        """Return how many it gives of which gases leave as little: ground, which has a border."""
        if self._judged_elsewhere(seed) or verdict.unknown:
            return 0.0
        others = self.hills_of_ground - self.like_ground(seed, verdict)
        by_ground = imitations(verdict.found.pair_misfit, others)
        return by_ground if by_ground and not self.fades(seed) else 0.0

    def fades(self, seed: Seed) -> bool:
        """Whether the hill of a gas's score fades as plumes do: ground has a border."""
        score = seed.sign * self.planes.score(self.scored[seed.gas])
        return greatest_fade(score, seed.line, seed.sample, CORE_AREA_PX) >= CORE_FADE

    def like_ground(self, seed: Seed, verdict: Verdict) -> bool:
        """Whether gases leave as much of a piece as they leave of ground, and it ends."""
        left = verdict.found.pair_misfit >= LEFT_BY_GASES
        return left and not self._judged_elsewhere(seed) and not self.fades(seed)

    def _judged_elsewhere(self, seed: Seed) -> bool:
        """Whether a number by chance is given, as by form and along lines, or the scene is sunlit.

        What gases leave of ground in sunlight was not measured.
        """
        emissive = self.signatures.regime is Regime.EMISSIVE
        return seed.expected_by_chance is not None or not emissive

    def likely(self, seed: Seed, verdict: Verdict) -> bool:
        """Whether chance gives few enough of such plumes."""
        return self.expected_by_chance(seed, verdict) <= self.laws.greatest

    def describe(
        self,
        number: int,
        seed: Seed,
        verdict: Verdict,
        labels: NDArray[np.int32],
        rings: NDArray[np.int32],
    ) -> Described:
        """Return what is said of one plume.

        Parameters
        ----------
        number
            Its number in the labels.
        seed, verdict
            Of its strongest piece.
        labels, rings : (line, sample) int32
            Plumes and their surroundings.
        """
        names, found, main = self.signatures.names, verdict.found, verdict.main
        unknown, variance = verdict.unknown, verdict.variance
        emissive = self.signatures.regime is Regime.EMISSIVE
        signatures = self.bank.whitened[: len(self.signatures.values)]
        order = np.argsort(-found.probability)
        others = [(names[g], float(found.probability[g])) for g in order if g != main or unknown]
        if not unknown:
            others.append((UNKNOWN, found.unknown))
        others = sorted((o for o in others if o[1] >= 0.005), key=lambda o: -o[1])[:5]

        line, sample = np.nonzero(labels == number)
        outline = Outline(line, sample, rings == number, variance)
        amount = self.amounts.measure(verdict.members, main, outline)
        flags = self._flags(amount, line, sample, labels.shape, verdict)
        if self.like_ground(seed, verdict) and not verdict.unknown:
            flags = (*flags, GROUND_FLAG)
        peak = int(
            np.argmax(np.abs(np.nan_to_num(self.planes.score(self.scored[seed.gas])[line, sample])))
        )
        nan = float("nan")
        plume = Plume(
            id=number,
            chemical=UNKNOWN if unknown else names[main],
            probability=found.unknown if unknown else float(found.probability[main]),
            alternatives=tuple(others),
            expected_by_chance=self.expected_by_chance(seed, verdict),
            false_alarm_probability=float(self.false_alarm(seed.gas).probability(seed.score)),
            snr_max=seed.score,
            n_pixels=int(line.size),
            line_min=int(line.min()),
            line_max=int(line.max()),
            sample_min=int(sample.min()),
            sample_max=int(sample.max()),
            origin_line=float(line[peak]) + 0.5,
            origin_sample=float(sample[peak]) + 0.5,
            column_density_max_ppm_m=nan if unknown else amount.greatest_ppm_m,
            column_density_mean_ppm_m=nan if unknown else amount.mean_ppm_m,
            column_density_sd_ppm_m=nan if unknown else amount.sd_ppm_m,
            thermal_contrast=int(np.sign(amount.signed)) if emissive and not unknown else 0,
            flags=flags,
            spectrum=self._spectrum(verdict),
            column_density_low_ppm_m=nan if unknown else amount.low_ppm_m,
            column_density_high_ppm_m=nan if unknown else amount.high_ppm_m,
            plume_temperature_k=nan if unknown else amount.temperature_k,
            plume_temperature_sd_k=nan if unknown else amount.temperature_sd_k,
            evidence=PlumeEvidence(
                names=names,
                gram=self.bank.gram[: len(signatures), : len(signatures)],
                product=signatures @ verdict.whitened,
                noise_variance=variance,
                signature_error=self.prior.signature_error,
                sign=self.prior.sign,
                unknown=found.unknown,
            ),
        )
        return Described(plume, () if unknown else amount.pixels)

    def _flags(
        self,
        amount: Amount,
        line: NDArray[np.intp],
        sample: NDArray[np.intp],
        shape: tuple[int, ...],
        verdict: Verdict,
    ) -> tuple[str, ...]:
        """Return what a reviewer must know."""
        flags = []
        at_edge = line.min() == 0 or sample.min() == 0
        if at_edge or line.max() == shape[0] - 1 or sample.max() == shape[1] - 1:
            flags.append(EDGE_FLAG)
        if self.few_pixels:
            flags.append(FEW_PIXELS_FLAG)
        if not self.laws.every.measured:
            flags.append(CHANCE_ASSUMED_FLAG)
        if not verdict.unknown:
            flags.extend(self._flags_of_gas(amount, verdict))
        return tuple(flags)

    def _flags_of_gas(self, amount: Amount, verdict: Verdict) -> list[str]:
        """Return what a reviewer must know of the name and the amount."""
        found, main = verdict.found, verdict.main
        flags = [SPREAD_FLAG] if self.signatures.names[main] == self.spread else []
        if self.signatures.names[main] in self.planes.shape_only:
            flags.append(NO_AMOUNTS_FLAG)
        else:
            if self.temperature_assumed:
                flags.append(ASSUMED_FLAG)
            if amount.contradicts:
                flags.append(CONTRADICTS_FLAG)
            elif not np.isfinite(amount.mean_ppm_m):
                flags.append(LOW_CONTRAST_FLAG)
        depth = self.signatures.absorption_per_ppm_m[main].max() * amount.greatest_ppm_m
        if self.signatures.air_mass_factor * depth > THICK_OPTICAL_DEPTH:
            flags.append(THICK_FLAG)
        # Beside a sure gas another may be its partner, not its rival.
        second = np.sort(found.probability)[-2] if found.probability.size > 1 else 0.0
        if second > 0.05 and len(found.best_set) == 1 and found.probability[main] < SURE:
            flags.append(LOOKALIKE_FLAG)
        return flags

    def _spectrum(self, verdict: Verdict) -> PlumeSpectrum:
        """Return the measured and fitted spectra of a plume."""
        reader = SpectrumReader(
            names=self.signatures.names,
            band=self.band,
            wavelength_um=self.wavelength_um,
            values=self.signatures.values,
            bank=self.bank,
            prior=self.prior,
        )
        return reader.read(
            verdict.signal, verdict.variance, verdict.found, verdict.main, unknown=verdict.unknown
        )


def flag_several(plumes: tuple[Plume, ...]) -> tuple[Plume, ...]:
    """Return the plumes, those of a chemical that bears several of them flagged.

    Unknown ones need not be the same chemical.
    """
    count = Counter(plume.chemical for plume in plumes if plume.chemical != UNKNOWN)
    return tuple(
        replace(plume, flags=(*plume.flags, SEVERAL_FLAG))
        if count[plume.chemical] >= SEVERAL
        else plume
        for plume in plumes
    )
