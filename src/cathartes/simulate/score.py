"""How good a result is, against the truth. Pure functions on arrays, each a figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError

SNR_EDGES = (4.0, 6.0, 8.0, 12.0, 20.0, np.inf)
"""Bins of optimal SNR that detection is stated in."""
VISIBLE_SNR = 2.0
"""A pixel counts as plume if some gas has at least this optimal SNR in it."""


@dataclass(frozen=True, slots=True)
class SnrBin:
    """Detection in one bin of optimal SNR.

    Attributes
    ----------
    snr_from, snr_to
        Bin, the upper end outside.
    n_pixels
        Plume pixels in it.
    detection_probability
        Share of them over the threshold; NaN without pixels.
    """

    snr_from: float
    snr_to: float
    n_pixels: int
    detection_probability: float


def false_alarm_threshold(
    score: NDArray[np.floating], clean: NDArray[np.bool_], false_alarm_probability: float
) -> float:
    """Return the score that this share of the truly clean pixels exceeds.

    Parameters
    ----------
    score : any shape
        Larger is more plume-like; NaN counts as never alarming.
    clean : same shape, bool
        True where there is certainly no gas.

    Raises
    ------
    InputError
        If there are too few clean pixels to see one false alarm: pool more scenes.
    """
    values = np.nan_to_num(score[clean].astype(np.float64), nan=-np.inf)
    allowed = int(np.floor(values.size * false_alarm_probability + 1e-9))
    if allowed < 1:
        raise InputError(
            f"{values.size} clean pixels can't show a false-alarm probability of "
            f"{false_alarm_probability:g}; at least {np.ceil(1 / false_alarm_probability):.0f} "
            "are needed: pool several scenes."
        )
    # Exactly `allowed` clean pixels lie above the next lower value.
    return float(np.partition(values, values.size - 1 - allowed)[values.size - 1 - allowed])


def detection_by_snr(
    score: NDArray[np.floating],
    snr: NDArray[np.floating],
    threshold: float,
    edges: Sequence[float] = SNR_EDGES,
) -> tuple[SnrBin, ...]:
    """Return the share of plume pixels over a threshold, by optimal SNR of the same gas.

    Parameters
    ----------
    score, snr : same shape
    """
    bins = []
    for low, high in pairwise(edges):
        inside = (snr >= low) & (snr < high)
        count = int(inside.sum())
        rate = float((score[inside] > threshold).mean()) if count else float("nan")
        bins.append(SnrBin(float(low), float(high), count, rate))
    return tuple(bins)


def area_under_roc(
    score: NDArray[np.floating], is_plume: NDArray[np.bool_], is_clean: NDArray[np.bool_]
) -> float:
    """Return the probability that a plume pixel outscores a clean one; see `outscoring`.

    Parameters
    ----------
    score : any shape
    is_plume, is_clean : same shape, bool
        The two classes; pixels in neither are left out.
    """
    return outscoring(score[is_plume], score[is_clean])


def outscoring(plume: NDArray[np.floating], clean: NDArray[np.floating]) -> float:
    r"""Return the probability that a plume pixel outscores a clean one (ties count half).

    .. math:: AUC = \frac{1}{n_p n_c} \sum_p \Big(\#\{c < p\} + \tfrac12 \#\{c = p\}\Big)

    That is the area under the ROC curve (Mann and Whitney 1947). NaN scores rank lowest; NaN out
    if either class is empty.

    Parameters
    ----------
    plume, clean : (pixel,)
        Scores.
    """
    if plume.size == 0 or clean.size == 0:
        return float("nan")
    ordered = np.nan_to_num(clean, nan=-np.inf)
    ordered.sort()
    values = np.nan_to_num(plume, nan=-np.inf)
    below, not_above = (np.searchsorted(ordered, values, side) for side in ("left", "right"))
    return float((below + not_above).mean() / (2 * clean.size))


@dataclass(frozen=True, slots=True)
class Matching:
    """Which found plume is which true one.

    Attributes
    ----------
    pairs
        (true id, found id), each true plume with the found one that covers most of its visible
        pixels.
    missed
        Ids of true plumes with visible pixels that nothing found covers.
    invisible
        Ids of true plumes without a visible pixel: neither found nor missed. Those that others
        hide altogether, so that no pixel bears their label, are added by `evaluate_scene`.
    false
        Ids of found plumes of which less than a tenth holds gas.
    extra
        Ids of the other found plumes that are no true plume's partner: further pieces of one, and
        those where gas is, but too thin to show.
    """

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    invisible: tuple[int, ...]
    false: tuple[int, ...]
    extra: tuple[int, ...] = ()


def match_plumes(
    true_labels: NDArray[np.integer],
    best_snr: NDArray[np.floating],
    found_labels: NDArray[np.integer],
    visible_snr: float = VISIBLE_SNR,
    least_share: float = 0.1,
) -> Matching:
    """Match found plumes to true ones by overlap.

    Rule: a found plume belongs to the true one if at least one of the true plume's visible pixels
    (optimal SNR ≥ ``visible_snr``) lies in it, and at least ``least_share`` of the found plume's
    pixels hold gas. A found plume is false if less than that share of it holds gas. A plume found
    in several pieces is found once, and its other pieces are extra.

    Parameters
    ----------
    true_labels, best_snr, found_labels : (line, sample)

    Raises
    ------
    InputError
        If the shapes differ.
    """
    if not true_labels.shape == best_snr.shape == found_labels.shape:
        raise InputError(
            f"truth of shape {true_labels.shape}, SNR of {best_snr.shape}, result of "
            f"{found_labels.shape}; score a result of the same scene."
        )
    found_ids = [int(i) for i in np.unique(found_labels) if i > 0]
    gassy = {i: float((true_labels[found_labels == i] > 0).mean()) for i in found_ids}
    visible = (true_labels > 0) & (best_snr >= visible_snr)
    pairs, missed, invisible = [], [], []
    for true_id in (int(i) for i in np.unique(true_labels) if i > 0):
        own = visible & (true_labels == true_id)
        if not own.any():
            invisible.append(true_id)
            continue
        over, counts = np.unique(found_labels[own], return_counts=True)
        candidates = [
            (int(count), int(i))
            for i, count in zip(over, counts, strict=True)
            if i > 0 and gassy[int(i)] >= least_share
        ]
        if candidates:
            pairs.append((true_id, max(candidates)[1]))
        else:
            missed.append(true_id)
    false = tuple(i for i in found_ids if gassy[i] < least_share)
    taken = {*false, *(found_id for _, found_id in pairs)}
    extra = tuple(i for i in found_ids if i not in taken)
    return Matching(tuple(pairs), tuple(missed), tuple(invisible), false, extra)


def confusion(
    matching: Matching, true_gas: Mapping[int, str], said_gas: Mapping[int, str]
) -> dict[tuple[str, str], int]:
    """Return how often each (true main gas, said gas) occurs among matched plumes."""
    counts: dict[tuple[str, str], int] = {}
    for true_id, found_id in matching.pairs:
        key = (true_gas[true_id], said_gas[found_id])
        counts[key] = counts.get(key, 0) + 1
    return counts


@dataclass(frozen=True, slots=True)
class ColumnError:
    """Error of estimated column densities.

    Attributes
    ----------
    n_pixels
        Pixels compared.
    bias_ppm_m : [ppm m]
        Mean of estimate less truth.
    slope
        Of estimate on truth by least squares through the origin.
    rmse_ppm_m : [ppm m]
    within_1_sd, within_2_sd
        Share of pixels whose truth lies within so many stated standard deviations; .683 and .954
        are right for Gaussian errors.
    """

    n_pixels: int
    bias_ppm_m: float
    slope: float
    rmse_ppm_m: float
    within_1_sd: float
    within_2_sd: float


def column_error(
    estimate_ppm_m: NDArray[np.floating],
    sd_ppm_m: NDArray[np.floating],
    true_ppm_m: NDArray[np.floating],
    where: NDArray[np.bool_],
) -> ColumnError:
    """Compare estimated with true column densities.

    Parameters
    ----------
    estimate_ppm_m, sd_ppm_m, true_ppm_m : same shape [ppm m]
        Pixels with NaN in the estimate are left out.
    where : same shape, bool
        Pixels to compare.
    """
    chosen = where & np.isfinite(estimate_ppm_m)
    estimate = estimate_ppm_m[chosen].astype(np.float64)
    true = true_ppm_m[chosen].astype(np.float64)
    sd = sd_ppm_m[chosen].astype(np.float64)
    if estimate.size == 0:
        nan = float("nan")
        return ColumnError(0, nan, nan, nan, nan, nan)
    error = estimate - true
    square = float((true**2).sum())
    slope = float((estimate * true).sum()) / square if square > 0 else float("nan")
    return ColumnError(
        estimate.size, float(error.mean()), slope, float(np.sqrt((error**2).mean())),
        float((np.abs(error) <= sd).mean()), float((np.abs(error) <= 2.0 * sd).mean()),
    )  # fmt: skip
