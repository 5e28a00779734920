"""Pixels of many scenes taken together: how many show, and how right their columns are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.simulate.evaluation import COLUMN_SNR, GasLayers
from cathartes.simulate.score import (
    SNR_EDGES,
    VISIBLE_SNR,
    SnrBin,
    column_error,
    detection_by_snr,
    false_alarm_threshold,
    outscoring,
)
from cathartes.simulate.truth import Truth

THIN_DEPTH = 0.1
"""Optical depth of a gas's strongest band below which a plume is thin."""
DENSE_DEPTH = 1.0
"""And above which its bands saturate."""
STRONG_SNR = 8.0
"""The relative error of columns is stated above this optimal SNR."""


@dataclass(frozen=True, slots=True)
class GasPixels:
    """One gas in one scene.

    Attributes
    ----------
    gas
        Its name.
    clean_score : (clean,)
        Of the pixels that hold no gas at all.
    score, snr : (pixel,)
        Of the pixels that hold this gas.
    estimate_ppm_m, sd_ppm_m, true_ppm_m : (pixel,) [ppm m]
        Of the same pixels; the estimate is NaN where there is none, the truth positive.
    absorption_per_ppm_m : [ppm-1 m-1]
        In the gas's strongest band; NaN if it is not known.
    """

    gas: str
    clean_score: NDArray[np.floating]
    score: NDArray[np.floating]
    snr: NDArray[np.floating]
    estimate_ppm_m: NDArray[np.floating]
    sd_ppm_m: NDArray[np.floating]
    true_ppm_m: NDArray[np.floating]
    absorption_per_ppm_m: float = float("nan")


def gas_pixels(
    truth: Truth, gas: str, layers: GasLayers, absorption_per_ppm_m: float = float("nan")
) -> GasPixels:
    """Return the pixels of one gas of a scene; the parameters are those of `GasPixels`."""
    index = truth.gases.index(gas)
    column = truth.column_density_ppm_m[index]
    gassy = column > 0
    return GasPixels(
        gas=gas,
        clean_score=layers.score[truth.labels == 0],
        score=layers.score[gassy],
        snr=truth.snr[index][gassy],
        estimate_ppm_m=layers.column_density_ppm_m[gassy],
        sd_ppm_m=layers.column_density_sd_ppm_m[gassy],
        true_ppm_m=column[gassy],
        absorption_per_ppm_m=absorption_per_ppm_m,
    )


@dataclass(frozen=True, slots=True)
class PixelDetection:
    """Detection of pixels with one threshold for all gases of all scenes.

    Attributes
    ----------
    n_clean
        Scores of pixels without gas that the threshold is taken from: every gas counts each.
    threshold
        Score that the asked share of them exceeds; NaN where they are too few to show it.
    bins
        Pixels over it by optimal SNR; empty without threshold.
    auc
        Area under the ROC curve of all pixels with an optimal SNR above `VISIBLE_SNR`.
    """

    n_clean: int
    threshold: float
    bins: tuple[SnrBin, ...]
    auc: float


def pool_detection(parts: Sequence[GasPixels], false_alarm_probability: float) -> PixelDetection:
    """Return the detection of pixels of all gases and scenes together."""
    clean = _joined([part.clean_score for part in parts])
    score = _joined([part.score for part in parts])
    snr = _joined([part.snr for part in parts])
    threshold = float("nan")
    bins: tuple[SnrBin, ...] = ()
    if clean.size * false_alarm_probability >= 1.0:
        everywhere = np.ones(clean.shape, dtype=bool)
        threshold = false_alarm_threshold(clean, everywhere, false_alarm_probability)
        bins = detection_by_snr(score, snr, threshold, SNR_EDGES)
    return PixelDetection(clean.size, threshold, bins, outscoring(score[snr > VISIBLE_SNR], clean))


@dataclass(frozen=True, slots=True)
class ColumnFigures:
    r"""Errors of the column densities of all gases and scenes together.

    Each pixel counts in parts of its own truth u, since gases differ a thousandfold in ppm m. A
    slope is that of estimate on truth through the origin, which then is the mean of
    :math:`\hat u/u`.

    Attributes
    ----------
    n_pixels
        Pixels with an optimal SNR of `COLUMN_SNR` and more, and an estimate.
    n_without
        Such pixels without an estimate.
    slope, median_ratio
        Of all of them.
    slope_thin, n_thin
        Of those with an optical depth below `THIN_DEPTH` in the gas's strongest band; a gas whose
        absorption is not known is in neither this figure nor the next.
    slope_to_dense, n_to_dense
        Of those with one of at most `DENSE_DEPTH`.
    relative_rmse_strong, n_strong
        Root of the mean square error, of those with an optimal SNR above `STRONG_SNR`.
    within_1_sd, within_2_sd
        Share of truths within so many stated standard deviations.
    """

    n_pixels: int
    n_without: int
    slope: float
    median_ratio: float
    slope_thin: float
    n_thin: int
    slope_to_dense: float
    n_to_dense: int
    relative_rmse_strong: float
    n_strong: int
    within_1_sd: float
    within_2_sd: float


def pool_columns(parts: Sequence[GasPixels]) -> ColumnFigures:
    """Return the errors of the columns of all gases and scenes together."""
    snr = _joined([part.snr for part in parts])
    true = _joined([part.true_ppm_m for part in parts])
    ratio = _joined([part.estimate_ppm_m for part in parts]) / true
    sd = _joined([part.sd_ppm_m for part in parts]) / true
    depth = _joined([part.true_ppm_m * part.absorption_per_ppm_m for part in parts])
    compared = snr >= COLUMN_SNR
    inside = compared & np.isfinite(ratio)
    everything = column_error(ratio, sd, np.ones_like(ratio), inside)
    thin, to_dense = inside & (depth < THIN_DEPTH), inside & (depth <= DENSE_DEPTH)
    strong = inside & (snr > STRONG_SNR)
    return ColumnFigures(
        n_pixels=int(inside.sum()),
        n_without=int(compared.sum() - inside.sum()),
        slope=_mean(ratio[inside]),
        median_ratio=float(np.median(ratio[inside])) if inside.any() else float("nan"),
        slope_thin=_mean(ratio[thin]),
        n_thin=int(thin.sum()),
        slope_to_dense=_mean(ratio[to_dense]),
        n_to_dense=int(to_dense.sum()),
        relative_rmse_strong=float(np.sqrt(_mean((ratio[strong] - 1.0) ** 2))),
        n_strong=int(strong.sum()),
        within_1_sd=everything.within_1_sd,
        within_2_sd=everything.within_2_sd,
    )


def _joined(parts: Sequence[NDArray[np.floating]]) -> NDArray[np.floating]:
    return np.concatenate(parts) if parts else np.empty(0)


def _mean(values: NDArray[np.floating]) -> float:
    return float(values.mean(dtype=np.float64)) if values.size else float("nan")
