"""From an outlined plume to what is said of it: chemicals, amounts, doubts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount import Amount, AmountReader, Outline
from cathartes.detect.bandset import Bandset, Tick, clean_pixels
from cathartes.detect.bank import FilterBank
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.identify import Identification, Prior, identify
from cathartes.detect.outline import Seed
from cathartes.detect.planes import PlumePixels, ScenePlanes
from cathartes.detect.result import UNKNOWN, Plume, PlumeSpectrum
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
CHANCE_ASSUMED_FLAG = "chance assumed, not measured"

THICK_OPTICAL_DEPTH = 0.5
SEVERAL = 3
"""So many plumes of one chemical make one think of a surface: roofs are many, vents are few."""
SURE = 0.95
"""A gas more probable than this has no rival: the sets without it have less than the rest."""


@dataclass(frozen=True, slots=True)
class MeanSignal:
    """The mean spectrum of one plume against its ring.

    Attributes
    ----------
    signal : (band,) [cube's unit]
        Plume's weighted mean less the ring's, each less the background's mean.
    n_effective, n_ring : [pixel]
    """

    signal: NDArray[np.float64]
    n_effective: float
    n_ring: float


def gather_signals(
    bandset: Bandset,
    bank: FilterBank,
    labels: NDArray[np.int32],
    rings: NDArray[np.int32],
    weight: NDArray[np.float32],
    tick: Tick,
) -> tuple[MeanSignal, ...]:
    """Return each plume's mean signal, reading only the lines where there are plumes.

    Parameters
    ----------
    labels, rings : (line, sample) int32
    weight : (line, sample)
        How much each pixel counts inside its plume, not negative.
    """
    n_plumes, n_bands = int(labels.max()), bandset.index.size
    inside, around = np.zeros((n_plumes + 1, n_bands)), np.zeros((n_plumes + 1, n_bands))
    w_sum, w_square, n_ring = (np.zeros(n_plumes + 1) for _ in range(3))
    for start, stop in bandset.ranges():
        here, ring_here = labels[start:stop], rings[start:stop]
        if not (here.any() or ring_here.any()):
            continue
        block = bandset.read(start, stop)
        usable = clean_pixels(block)
        centred = block - bank.mean
        for number in np.unique(here[usable & (here > 0)]):
            chosen = usable & (here == number)
            w = weight[start:stop][chosen].astype(np.float64)
            inside[number] += w @ centred[chosen]
            w_sum[number] += w.sum()
            w_square[number] += (w**2).sum()
        for number in np.unique(ring_here[usable & (ring_here > 0)]):
            chosen = usable & (ring_here == number)
            around[number] += centred[chosen].sum(axis=0, dtype=np.float64)
            n_ring[number] += chosen.sum()
        tick("identify", stop / bandset.cube.n_lines)
    signals = []
    for number in range(1, n_plumes + 1):
        mean = inside[number] / max(w_sum[number], 1e-30)
        mean -= around[number] / max(n_ring[number], 1.0)
        n_effective = w_sum[number] ** 2 / max(w_square[number], 1e-30)
        signals.append(MeanSignal(mean, float(n_effective), float(n_ring[number])))
    return tuple(signals)


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
    scored
        Names of the images of scores: of gases, then of strange spectra.
    false_alarm : index of one of these → law
        Of pixels away from plumes.
    """

    bank: FilterBank
    signatures: Signatures
    noise: PatchNoise
    planes: ScenePlanes
    settings: DetectSettings
    wavelength_um: NDArray[np.float64]
    laws: ChanceLaws
    scored: tuple[str, ...]
    false_alarm: Callable[[int], FalseAlarmLaw]
    amounts: AmountReader
    temperature_assumed: bool
    few_pixels: bool

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

    def describe(
        self,
        number: int,
        seed: Seed,
        signal: MeanSignal,
        labels: NDArray[np.int32],
        rings: NDArray[np.int32],
    ) -> Described:
        """Return what is said of one plume.

        Parameters
        ----------
        number
            Its number in the labels.
        seed, signal
            Of its strongest piece.
        labels, rings : (line, sample) int32
            Plumes and their surroundings.
        """
        settings, names = self.settings, self.signatures.names
        emissive = self.signatures.regime is Regime.EMISSIVE
        variance = float(self.noise.variance(signal.n_effective, signal.n_ring))
        prior = self.prior
        whitened = self.bank.whitening.astype(np.float64) @ signal.signal
        signatures = self.bank.whitened[: len(self.signatures.values)]
        found = identify(whitened, signatures, variance, len(names), prior)
        order = np.argsort(-found.probability)
        main = int(order[0])
        if found.best_set and found.probability[found.best_set[0]] > 0.5:
            main = found.best_set[0]  # of a mixture, the gas that shows most
        unknown = found.unknown > float(found.probability[main]) or not found.best_set
        others = [(names[g], float(found.probability[g])) for g in order if g != main or unknown]
        if not unknown:
            others.append((UNKNOWN, found.unknown))
        others = sorted((o for o in others if o[1] >= 0.005), key=lambda o: -o[1])[:5]

        line, sample = np.nonzero(labels == number)
        members = found.best_set if main in found.best_set else (main,)
        outline = Outline(line, sample, rings == number, variance)
        amount = self.amounts.measure(members, main, outline)
        flags = self._flags(amount, line, sample, labels.shape, found, main)
        peak = int(
            np.argmax(np.abs(np.nan_to_num(self.planes.score(self.scored[seed.gas])[line, sample])))
        )
        nan = float("nan")
        plume = Plume(
            id=number,
            chemical=UNKNOWN if unknown else names[main],
            probability=found.unknown if unknown else float(found.probability[main]),
            alternatives=tuple(others),
            expected_by_chance=self._expected_by_chance(seed, unknown=unknown),
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
            spectrum=self._spectrum(whitened, found, order, variance),
            column_density_low_ppm_m=nan if unknown else amount.low_ppm_m,
            column_density_high_ppm_m=nan if unknown else amount.high_ppm_m,
            plume_temperature_k=nan if unknown else amount.temperature_k,
            plume_temperature_sd_k=nan if unknown else amount.temperature_sd_k,
            evidence=PlumeEvidence(
                names=names,
                gram=self.bank.gram[: len(signatures), : len(signatures)],
                product=signatures @ whitened,
                noise_variance=variance,
                signature_error=settings.signature_error,
                sign=prior.sign,
                unknown=found.unknown,
            ),
        )
        return Described(plume, () if unknown else amount.pixels)

    def _expected_by_chance(self, seed: Seed, *, unknown: bool) -> float:
        """Return how many such plumes the scene gives by accident."""
        if seed.expected_by_chance is None:
            return self.laws.of(explained=seed.explained and not unknown).expected(seed.score)
        # A strange hill was too weak a peak of every gas: named after all, it is none.
        return seed.expected_by_chance if unknown else np.inf

    def _flags(
        self,
        amount: Amount,
        line: NDArray[np.intp],
        sample: NDArray[np.intp],
        shape: tuple[int, ...],
        found: Identification,
        main: int,
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
        if depth > THICK_OPTICAL_DEPTH:
            flags.append(THICK_FLAG)
        # Beside a sure gas another may be its partner, not its rival.
        second = np.sort(found.probability)[-2] if found.probability.size > 1 else 0.0
        if second > 0.05 and len(found.best_set) == 1 and found.probability[main] < SURE:
            flags.append(LOOKALIKE_FLAG)
        return tuple(flags)

    def _spectrum(
        self,
        whitened: NDArray[np.float64],
        found: Identification,
        order: NDArray[np.intp],
        variance: float,
    ) -> PlumeSpectrum:
        """Return the measured and fitted spectra of a plume."""
        values, n_gases = self.signatures.values, len(self.signatures.names)
        whitening = self.bank.whitening.astype(np.float64)
        gain = np.abs(found.single_amount) * np.sqrt(np.diag(self.bank.gram))[: len(values)]
        others = [int(g) for g in order if g not in found.best_set and found.probability[g] > 0.005]
        by_gain = (int(g) for g in np.argsort(-gain) if g % n_gases not in found.best_set)
        runner_up = others[0] if others else next((g % n_gases for g in by_gain), None)
        runner_up_fit = np.zeros(values.shape[1])
        if runner_up is not None:
            variants = np.arange(runner_up, len(values), n_gases)
            best = variants[np.argmax(gain[variants])]
            runner_up_fit = found.single_amount[best] * values[best]
        left_over = whitened - found.amount @ self.bank.whitened[: len(values)]
        residual, residual_sd = clear_of_ground(left_over, whitening)
        fit = found.amount @ values
        return PlumeSpectrum(
            wavelength_um=self.wavelength_um,
            signal=fit + residual,
            signal_sd=residual_sd * np.sqrt(variance),
            fit=fit,
            runner_up_fit=runner_up_fit,
            runner_up="" if runner_up is None else self.signatures.names[runner_up],
        )


def flag_several(plumes: tuple[Plume, ...]) -> tuple[Plume, ...]:
    """Return the plumes, those of a chemical that bears several of them flagged."""
    count = Counter(plume.chemical for plume in plumes)
    return tuple(
        replace(plume, flags=(*plume.flags, SEVERAL_FLAG))
        if count[plume.chemical] >= SEVERAL
        else plume
        for plume in plumes
    )


def clear_of_ground(
    whitened: NDArray[np.float64], whitening: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return what each band has that the other bands don't predict of the ground.

    .. math:: e_b = \frac{(K^{-1}x)_b}{(K^{-1})_{bb}}, \qquad
              \sigma_b = (K^{-1})_{bb}^{-1/2}

    Parameters
    ----------
    whitened : (band,)
        W x.
    whitening : (band, band) [1 / cube's unit]
        W, with WᵀW = K⁻¹.

    Returns
    -------
    residual, residual_sd : (band,) [cube's unit]

    References
    ----------
    Conditional mean and variance of a Gaussian vector's element; Rue & Held 2005, theorem 2.3.
    """
    precision = (whitening**2).sum(axis=0)
    return (whitening.T @ whitened) / precision, 1.0 / np.sqrt(precision)
