"""Scores of several scenes as one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cathartes.simulate.evaluation import COLUMN_SNR, SceneScore
from cathartes.simulate.outcomes import PlumeFigures, PlumeOutcome, pool_plumes
from cathartes.simulate.pixels import (
    ColumnFigures,
    GasPixels,
    PixelDetection,
    pool_columns,
    pool_detection,
)
from cathartes.simulate.reliability import (
    ChanceLevel,
    StatedBin,
    chance_reliability,
    name_reliability,
)
from cathartes.simulate.score import ColumnError, SnrBin, column_error


@dataclass(frozen=True, slots=True)
class SceneParts:
    """What pooling needs of one scene.

    Attributes
    ----------
    n_pixels, n_clean
        Of the scene, and those of them without gas.
    score
        The scene's own scores.
    outcomes
        What became of its visible plumes.
    chance_of_false
        ``expected_by_chance`` stated of each false plume.
    chance_limit
        The greatest that a plume may have to be reported; NaN if it is not known.
    pixels
        Of each gas; empty without layers.
    """

    n_pixels: int
    n_clean: int
    score: SceneScore
    outcomes: tuple[PlumeOutcome, ...]
    chance_of_false: tuple[float, ...]
    chance_limit: float
    pixels: tuple[GasPixels, ...]


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
        Of a pixel, that `detection` and `pixels` are for.
    detection
        Pixels of all gases, each scene and gas with its own threshold; empty where no scene is
        large enough for that probability.
    n_too_small
        Scenes left out of `detection`, since they are too small for that probability.
    within_1_sd, within_2_sd
        Share of pixels of all gases whose true column density lies within so many stated standard
        deviations; NaN without pixels.
    mean_ratio, relative_rmse
        Of all pixels of all gases, each in parts of its own truth: mean of the estimate, and root
        of the mean square error; NaN without pixels.
    n_clean_pixels
        Pixels without gas, where false plumes can lie.
    pixels
        Pixels of all gases with one threshold for all.
    columns
        Errors of column density by thickness and strength.
    plumes
        Visible plumes by their greatest optimal SNR, and how they were named.
    naming
        Stated probabilities of names beside how many are right.
    chance
        False plumes beside what the scans say that chance gives; empty where their limit of
        ``expected_by_chance`` is not known.
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
    n_clean_pixels: int
    pixels: PixelDetection
    columns: ColumnFigures
    plumes: PlumeFigures
    naming: tuple[StatedBin, ...]
    chance: tuple[ChanceLevel, ...]

    @property
    def false_per_megapixel(self) -> float:
        """False plumes in a million pixels."""
        return self.n_false / (self.n_pixels / 1e6)

    @property
    def false_per_clean_megapixel(self) -> float:
        """False plumes in a million pixels without gas; NaN if there are none."""
        return self.n_false / (self.n_clean_pixels / 1e6) if self.n_clean_pixels else float("nan")


def pool_scores(scenes: Sequence[SceneParts]) -> PooledScore:
    """Return the scores of several scenes, at least one, as one."""
    scores = [scene.score for scene in scenes]
    outcomes = [plume for scene in scenes for plume in scene.outcomes]
    every = [gas for scene in scenes for gas in scene.pixels]
    limits = [scene.chance_limit for scene in scenes]
    false = [expected for scene in scenes for expected in scene.chance_of_false]
    confusion: Counter[tuple[str, str]] = Counter()
    for score in scores:
        confusion.update(score.confusion)
    gases = _pool_gases(scores, every)
    # In parts of the truth: gases differ a thousandfold in ppm m.
    relative = _pool_columns([_relative(gas) for gas in every])
    n_column = sum(gas.column.n_pixels for gas in gases)
    return PooledScore(
        n_scenes=len(scenes),
        n_pixels=sum(scene.n_pixels for scene in scenes),
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
        n_clean_pixels=sum(scene.n_clean for scene in scenes),
        pixels=pool_detection(every, scores[0].false_alarm_probability),
        columns=pool_columns(every),
        plumes=pool_plumes(outcomes),
        naming=name_reliability(outcomes),
        chance=chance_reliability(false, limits) if np.isfinite(limits).all() else (),
    )


def _pool_gases(scores: Sequence[SceneScore], pixels: Sequence[GasPixels]) -> tuple[GasPooled, ...]:
    compared: defaultdict[str, list[GasPixels]] = defaultdict(list)
    for part in pixels:
        compared[part.gas].append(part)
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
    return replace(
        pixels,
        estimate_ppm_m=pixels.estimate_ppm_m / true,
        sd_ppm_m=pixels.sd_ppm_m / true,
        true_ppm_m=true / true,
    )


def _pool_columns(pixels: Sequence[GasPixels]) -> ColumnError:
    none = [np.empty(0)]
    snr = np.concatenate([part.snr for part in pixels] or none)
    return column_error(
        np.concatenate([part.estimate_ppm_m for part in pixels] or none),
        np.concatenate([part.sd_ppm_m for part in pixels] or none),
        np.concatenate([part.true_ppm_m for part in pixels] or none),
        snr >= COLUMN_SNR,
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
