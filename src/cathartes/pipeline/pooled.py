"""Scores of several scenes as one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.simulate.evaluation import SceneScore
from cathartes.simulate.score import ColumnError, SnrBin, column_error


@dataclass(frozen=True, slots=True)
class GasPixels:
    """The pixels of one scene in which a gas's column density can be compared.

    Attributes
    ----------
    estimate_ppm_m, sd_ppm_m, true_ppm_m : (pixel,) [ppm m]
        The truth is positive.
    """

    gas: str
    estimate_ppm_m: NDArray[np.floating]
    sd_ppm_m: NDArray[np.floating]
    true_ppm_m: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class GasPooled:
    """Scores of one gas over all scenes that hold it.

    Attributes
    ----------
    auc
        Mean over scenes of the area under the ROC curve of its score; NaN if none shows it.
    """

    gas: str
    n_scenes: int
    auc: float
    detection: tuple[SnrBin, ...]
    column: ColumnError


@dataclass(frozen=True, slots=True)
class PooledScore:
    """Scores over all scenes.

    Attributes
    ----------
    n_found, n_missed, n_invisible
        True plumes; the invisible show in no pixel, and count neither way.
    n_false
        Plumes found where there is no gas.
    n_extra
        Further plumes found where gas is: pieces, and gas too thin to show.
    n_identified
        Found plumes that bear the name of the gas that shows most.
    n_other_of_mixture
        Found plumes that bear the name of another gas of their mixture.
    confusion
        (true main gas, said) to count.
    false_alarm_probability
        Of a pixel, that `detection` is for; each scene and gas has its own threshold.
    detection
        Pixels of all gases; empty where no scene is large enough for that probability.
    n_too_small
        Scenes left out of `detection`, since they are too small for that probability.
    within_1_sd, within_2_sd
        Share of pixels of all gases whose true column density lies within so many stated standard
        deviations; NaN without pixels.
    mean_ratio, relative_rmse
        Of all pixels of all gases, each in parts of its own truth: mean of the estimate, and root
        of the mean square error; NaN without pixels.
    """

    n_scenes: int
    n_pixels: int
    n_found: int
    n_missed: int
    n_invisible: int
    n_false: int
    n_extra: int
    n_identified: int
    n_other_of_mixture: int
    confusion: Mapping[tuple[str, str], int]
    false_alarm_probability: float
    detection: tuple[SnrBin, ...]
    n_too_small: int
    within_1_sd: float
    within_2_sd: float
    mean_ratio: float
    relative_rmse: float
    gases: tuple[GasPooled, ...]

    @property
    def false_per_megapixel(self) -> float:
        """False plumes in a million pixels."""
        return self.n_false / (self.n_pixels / 1e6)


def pool_scores(
    scenes: Sequence[tuple[int, SceneScore, tuple[GasPixels, ...]]],
) -> PooledScore:
    """Return the scores of several scenes as one.

    Parameters
    ----------
    scenes
        (number of pixels, scores, pixels compared) of each; at least one.
    """
    scores = [score for _, score, _ in scenes]
    confusion: Counter[tuple[str, str]] = Counter()
    for score in scores:
        confusion.update(score.confusion)
    gases = _pool_gases(scores, [pixels for _, _, pixels in scenes])
    # In parts of the truth: gases differ a thousandfold in ppm m.
    relative = _pool_columns([_relative(gas) for _, _, pixels in scenes for gas in pixels])
    n_column = sum(gas.column.n_pixels for gas in gases)
    return PooledScore(
        n_scenes=len(scenes),
        n_pixels=sum(n for n, _, _ in scenes),
        n_found=sum(len(score.matching.pairs) for score in scores),
        n_missed=sum(len(score.matching.missed) for score in scores),
        n_invisible=sum(len(score.matching.invisible) for score in scores),
        n_false=sum(len(score.matching.false) for score in scores),
        n_extra=sum(len(score.matching.extra) for score in scores),
        n_identified=sum(score.n_identified for score in scores),
        n_other_of_mixture=sum(score.n_other_of_mixture for score in scores),
        confusion=dict(sorted(confusion.items())),
        false_alarm_probability=scores[0].false_alarm_probability,
        detection=pool_bins([gas.detection for gas in gases]),
        n_too_small=sum(any(not gas.detection for gas in score.gases) for score in scores),
        within_1_sd=_share([(g.column.n_pixels, g.column.within_1_sd) for g in gases], n_column),
        within_2_sd=_share([(g.column.n_pixels, g.column.within_2_sd) for g in gases], n_column),
        mean_ratio=relative.slope,
        relative_rmse=relative.rmse_ppm_m,
        gases=gases,
    )


def _pool_gases(
    scores: Sequence[SceneScore], pixels: Sequence[tuple[GasPixels, ...]]
) -> tuple[GasPooled, ...]:
    compared: defaultdict[str, list[GasPixels]] = defaultdict(list)
    for scene in pixels:
        for gas in scene:
            compared[gas.gas].append(gas)
    pooled = []
    for name in sorted(compared):
        each = [gas for score in scores for gas in score.gases if gas.gas == name]
        auc = [gas.auc for gas in each if np.isfinite(gas.auc)]
        pooled.append(
            GasPooled(
                gas=name,
                n_scenes=len(each),
                auc=float(np.mean(auc)) if auc else float("nan"),
                detection=pool_bins([gas.detection for gas in each]),
                column=_pool_columns(compared[name]),
            )
        )
    return tuple(pooled)


def _relative(pixels: GasPixels) -> GasPixels:
    true = pixels.true_ppm_m
    return GasPixels(pixels.gas, pixels.estimate_ppm_m / true, pixels.sd_ppm_m / true, true / true)


def _pool_columns(pixels: Sequence[GasPixels]) -> ColumnError:
    none = [np.empty(0)]
    estimate_ppm_m = np.concatenate([p.estimate_ppm_m for p in pixels] or none)
    return column_error(
        estimate_ppm_m,
        np.concatenate([p.sd_ppm_m for p in pixels] or none),
        np.concatenate([p.true_ppm_m for p in pixels] or none),
        np.ones(estimate_ppm_m.shape, dtype=bool),
    )


def pool_bins(each: Sequence[tuple[SnrBin, ...]]) -> tuple[SnrBin, ...]:
    """Return bins of the same edges as one set: detections and pixels added up."""
    pixels: Counter[tuple[float, float]] = Counter()
    detected: defaultdict[tuple[float, float], float] = defaultdict(float)
    for bins in each:
        for one in bins:
            edges = (one.snr_from, one.snr_to)
            pixels[edges] += one.n_pixels
            if one.n_pixels:
                detected[edges] += one.n_pixels * one.detection_probability
    return tuple(
        SnrBin(low, high, n, detected[low, high] / n if n else float("nan"))
        for (low, high), n in sorted(pixels.items())
    )


def _share(parts: Sequence[tuple[int, float]], total: int) -> float:
    return sum(n * share for n, share in parts if n) / total if total else float("nan")
