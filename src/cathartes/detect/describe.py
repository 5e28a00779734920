"""From an outlined plume to what is said of it: chemicals, amounts, doubts."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bandset import Bandset, Tick, clean_pixels
from cathartes.detect.bank import FilterBank
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.identify import Identification, Prior, identify
from cathartes.detect.outline import Seed
from cathartes.detect.planes import ScenePlanes
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
class PlumeReader:
    """Everything that describing a plume needs beside the plume itself.

    Attributes
    ----------
    bank
        Against the background of means over squares.
    gram : (gas, gas) [(unit)-2]
        s̃ᵀs̃ of thin signatures against the background of single pixels, which gave the amounts.
    noise
        Of means over patches.
    false_alarm : gas → law
        Of pixels away from plumes.
    """

    bank: FilterBank
    gram: NDArray[np.float64]
    signatures: Signatures
    noise: PatchNoise
    planes: ScenePlanes
    settings: DetectSettings
    wavelength_um: NDArray[np.float64]
    laws: ChanceLaws
    false_alarm: Callable[[int], FalseAlarmLaw]
    contrast_assumed: bool
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
    ) -> Plume:
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
        amount = _Amount.measure(self, found, main, line, sample, rings == number, variance)
        flags = self._flags(amount, line, sample, labels.shape, found, main)
        peak = int(
            np.argmax(np.abs(np.nan_to_num(self.planes.score(names[seed.gas])[line, sample])))
        )
        return Plume(
            id=number,
            chemical=UNKNOWN if unknown else names[main],
            probability=found.unknown if unknown else float(found.probability[main]),
            alternatives=tuple(others),
            expected_by_chance=self.laws.of(explained=seed.explained and not unknown).expected(
                seed.score
            ),
            false_alarm_probability=float(self.false_alarm(seed.gas).probability(seed.score)),
            snr_max=seed.score,
            n_pixels=int(line.size),
            line_min=int(line.min()),
            line_max=int(line.max()),
            sample_min=int(sample.min()),
            sample_max=int(sample.max()),
            origin_line=float(line[peak]) + 0.5,
            origin_sample=float(sample[peak]) + 0.5,
            column_density_max_ppm_m=float("nan") if unknown else amount.greatest_ppm_m,
            column_density_mean_ppm_m=float("nan") if unknown else amount.mean_ppm_m,
            column_density_sd_ppm_m=float("nan") if unknown else amount.sd_ppm_m,
            thermal_contrast=int(np.sign(amount.signed)) if emissive else 0,
            flags=flags,
            spectrum=self._spectrum(whitened, found, order, variance),
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

    def _flags(
        self,
        amount: "_Amount",
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
        elif self.contrast_assumed:
            flags.append(ASSUMED_FLAG)
        elif amount.contradicts:
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


@dataclass(frozen=True, slots=True)
class _Amount:
    """Column densities of a plume's main gas."""

    signed: float
    mean_ppm_m: float
    greatest_ppm_m: float
    sd_ppm_m: float
    contradicts: bool

    @classmethod
    def measure(
        cls,
        reader: PlumeReader,
        found: Identification,
        main: int,
        line: NDArray[np.intp],
        sample: NDArray[np.intp],
        ring: NDArray[np.bool_],
        variance: float,
    ) -> "_Amount":
        """Fit the plume's gases together in each of its pixels, less what the ring shows."""
        names, gram, planes = reader.signatures.names, reader.gram, reader.planes
        chosen = list(found.best_set) if main in found.best_set else [main]
        product, offset = [], []
        for g in chosen:
            values = planes.amount(names[g]) * gram[g, g]
            product.append(values[line, sample])
            offset.append(float(np.nanmedian(values[ring])) if ring.any() else 0.0)
        centred = np.array(product) - np.array(offset)[:, None]
        amounts = np.linalg.lstsq(gram[np.ix_(chosen, chosen)], centred, rcond=1e-10)[0]
        amount = amounts[chosen.index(main)].astype(np.float32)
        contrast = planes.contrast(names[main])[line, sample]
        signed = float(np.nanmean(amount))
        if reader.contrast_assumed:
            contrast = np.abs(contrast) * np.float32(np.sign(signed) or 1.0)
        usable = np.isfinite(amount) & (np.abs(contrast) >= planes.min_contrast)
        if not usable.any():
            return cls(signed, *(3 * (float("nan"),)), contradicts=False)
        amount, contrast = amount[usable], contrast[usable]
        if float(amount @ contrast) < 0:
            return cls(signed, *(3 * (float("nan"),)), contradicts=True)

        # Pixels with little contrast would blow the mean up: they count by their precision.
        scale = planes.scales[names[main]]
        apparent = amount / contrast
        column = scale.curve.invert(apparent).astype(np.float64)
        weight = np.minimum(contrast**2, np.median(contrast**2)).astype(np.float64)
        mean = float(weight @ column / weight.sum())
        image = np.full((np.ptp(line) + 3, np.ptp(sample) + 3), np.nan)
        image[line[usable] - line.min() + 1, sample[usable] - sample.min() + 1] = column

        # Noise and clutter of the plume's size, the contrast's error, and the library's.
        growth = float(weight @ scale.curve.slope(apparent) / weight.sum())
        typical = float(np.sqrt(np.mean(contrast**2)))
        # A mean of pixels never spreads more than one of them.
        spread = min(scale.square_noise_equivalent * np.sqrt(variance), scale.noise_equivalent)
        noise = spread / typical
        relative = np.hypot(planes.contrast_sd / typical, planes.relative_error)
        if reader.contrast_assumed:
            relative = 1.0
        apparent_mean = float(weight @ apparent / weight.sum())
        sd = growth * np.hypot(noise, apparent_mean * relative)
        greatest = max(_smoothed_maximum(image), mean)
        return cls(signed, mean, greatest, float(sd), contradicts=False)


def _smoothed_maximum(image: NDArray[np.float64]) -> float:
    """Return the greatest mean over 3 by 3 pixels, of those with at least 4 values."""
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3))
    count = np.isfinite(windows).sum(axis=(2, 3))
    total = np.nansum(windows, axis=(2, 3))
    means = np.where(count >= 4, total / np.maximum(count, 1), -np.inf)
    best = float(means.max())
    return best if np.isfinite(best) else float(np.nanmax(image))
