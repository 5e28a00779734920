"""One result against one truth: all scores together."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.simulate.score import (
    VISIBLE_SNR,
    ColumnError,
    Matching,
    SnrBin,
    area_under_roc,
    column_error,
    confusion,
    detection_by_snr,
    false_alarm_threshold,
    match_plumes,
)
from cathartes.simulate.truth import Truth

COLUMN_SNR = 4.0
"""Column densities are compared where the gas has at least this optimal SNR."""


@dataclass(frozen=True, slots=True)
class FoundPlume:
    """What a result says of one plume.

    Attributes
    ----------
    id
        Its value in the label image.
    chemical
        Main chemical.
    others
        Further chemicals said to be in it.
    probability
        Stated, of the main chemical; NaN if nothing is stated.
    expected_by_chance
        Number of such plumes that chance is said to give in this scene; NaN likewise.
    """

    id: int
    chemical: str
    others: tuple[str, ...] = ()
    probability: float = float("nan")
    expected_by_chance: float = float("nan")


@dataclass(frozen=True, slots=True)
class GasLayers:
    """A result's images of one gas, (line, sample).

    ``score`` dimensionless, larger is more plume-like; ``column_density_ppm_m`` and
    ``column_density_sd_ppm_m`` [ppm m].
    """

    score: NDArray[np.floating]
    column_density_ppm_m: NDArray[np.floating]
    column_density_sd_ppm_m: NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class GasScore:
    """Scores of one gas.

    Attributes
    ----------
    threshold
        Score at the false-alarm probability; NaN where the scene is too small to show it.
    """

    gas: str
    auc: float
    threshold: float
    detection: tuple[SnrBin, ...]
    column: ColumnError


@dataclass(frozen=True, slots=True)
class SceneScore:
    """Scores of one scene.

    Attributes
    ----------
    matching
        Plumes found, missed, invisible, false, extra.
    false_per_megapixel
        False plumes over the scene's area.
    n_identified
        Matched plumes whose chemical is the true main gas.
    n_other_of_mixture
        Matched plumes whose chemical is another gas of the true mixture.
    confusion
        (true main gas, said) to count.
    false_alarm_probability
        That the thresholds of `gases` are for.
    """

    matching: Matching
    false_per_megapixel: float
    n_identified: int
    n_other_of_mixture: int
    confusion: Mapping[tuple[str, str], int]
    false_alarm_probability: float
    gases: tuple[GasScore, ...]

    def to_dict(self) -> dict[str, object]:
        """Return it as plain content for JSON; None where there is no value."""
        return {
            "n_found": len(self.matching.pairs),
            "n_missed": len(self.matching.missed),
            "n_invisible": len(self.matching.invisible),
            "n_false": len(self.matching.false),
            "n_extra": len(self.matching.extra),
            "false_per_megapixel": self.false_per_megapixel,
            "n_identified": self.n_identified,
            "n_other_of_mixture": self.n_other_of_mixture,
            "pairs": [list(pair) for pair in self.matching.pairs],
            "missed": list(self.matching.missed),
            "invisible": list(self.matching.invisible),
            "false": list(self.matching.false),
            "extra": list(self.matching.extra),
            "confusion": [
                {"true": true, "said": said, "count": count}
                for (true, said), count in sorted(self.confusion.items())
            ],
            "false_alarm_probability": self.false_alarm_probability,
            "gases": [_gas_dict(gas) for gas in self.gases],
        }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _gas_dict(score: GasScore) -> dict[str, object]:
    column = score.column
    return {
        "gas": score.gas,
        "auc": _number(score.auc),
        "threshold": _number(score.threshold),
        "detection": [
            {
                "snr_from": each.snr_from,
                "snr_to": _number(each.snr_to),
                "n_pixels": each.n_pixels,
                "probability": _number(each.detection_probability),
            }
            for each in score.detection
        ],
        "column": {
            "n_pixels": column.n_pixels,
            "bias_ppm_m": _number(column.bias_ppm_m),
            "slope": _number(column.slope),
            "rmse_ppm_m": _number(column.rmse_ppm_m),
            "within_1_sd": _number(column.within_1_sd),
            "within_2_sd": _number(column.within_2_sd),
        },
    }


def evaluate_scene(
    truth: Truth,
    found_labels: NDArray[np.integer],
    found: tuple[FoundPlume, ...],
    layers: Mapping[str, GasLayers],
    false_alarm_probability: float = 1e-4,
) -> SceneScore:
    """Score a result against the truth of its scene.

    Parameters
    ----------
    found_labels : (line, sample) int
        0 outside plumes.
    layers
        By gas; a gas of the truth without layers gets no pixel scores.
    false_alarm_probability
        For pixel detection; 1e-4 is the smallest that a scene of 512 x 320 shows with 16 false
        pixels. Pool scenes with the functions of `cathartes.simulate.score` for smaller ones.

    Raises
    ------
    InputError
        If the shapes differ, or the label image holds other plumes than are said to be found.
    """
    said = {plume.id: plume.chemical for plume in found}
    _check_complete(truth, found_labels, said.keys(), layers)
    matching = match_plumes(truth.labels, own_snr(truth), found_labels)
    hidden = {plume.id for plume in truth.plumes} - {int(i) for i in np.unique(truth.labels)}
    matching = replace(matching, invisible=tuple(sorted({*matching.invisible, *hidden})))
    true_gas = {plume.id: plume.main_gas for plume in truth.plumes}
    counts = confusion(matching, true_gas, said)
    others = {plume.id: {name for name, _ in plume.gases[1:]} for plume in truth.plumes}
    clean = truth.labels == 0
    gases = tuple(
        _score_gas(truth, index, gas, layers[gas], clean, false_alarm_probability)
        for index, gas in enumerate(truth.gases)
        if gas in layers
    )
    return SceneScore(
        matching=matching,
        false_per_megapixel=len(matching.false) / (found_labels.size / 1e6),
        n_identified=sum(count for (true, name), count in counts.items() if true == name),
        n_other_of_mixture=sum(said[f] in others[true_id] for true_id, f in matching.pairs),
        confusion=counts,
        false_alarm_probability=false_alarm_probability,
        gases=gases,
    )


def _check_complete(
    truth: Truth,
    found_labels: NDArray[np.integer],
    found: Collection[int],
    layers: Mapping[str, GasLayers],
) -> None:
    labelled = {int(i) for i in np.unique(found_labels) if i > 0}
    if labelled != set(found):
        raise InputError(
            f"the result's label image holds plumes {sorted(labelled)}, and {sorted(found)} are "
            "said to be found; the result is damaged: scan again."
        )
    for gas, images in layers.items():
        for field in fields(images):
            shape = getattr(images, field.name).shape
            if shape != truth.labels.shape:
                raise InputError(
                    f"{field.name} of {gas} has shape {shape}, the truth {truth.labels.shape}; "
                    "score a result of the same scene."
                )


def own_snr(truth: Truth) -> NDArray[np.float32]:
    """Return the greatest optimal SNR of the labelled plume's own gases, (line, sample).

    A faint plume's label may reach into a strong plume of another gas, and does not show there.
    """
    own = np.zeros(truth.labels.shape, dtype=np.float32)
    for plume in truth.plumes:
        inside = truth.labels == plume.id
        rows = [truth.gases.index(gas) for gas, _ in plume.gases]
        own[inside] = truth.snr[rows][:, inside].max(axis=0)
    return own


def _score_gas(
    truth: Truth,
    index: int,
    gas: str,
    layers: GasLayers,
    clean: NDArray[np.bool_],
    false_alarm_probability: float,
) -> GasScore:
    snr = truth.snr[index]
    threshold = float("nan")
    bins: tuple[SnrBin, ...] = ()
    if clean.sum() * false_alarm_probability >= 1.0:
        threshold = false_alarm_threshold(layers.score, clean, false_alarm_probability)
        bins = detection_by_snr(layers.score, snr, threshold)
    return GasScore(
        gas,
        area_under_roc(layers.score, snr > VISIBLE_SNR, clean),
        threshold,
        bins,
        column_error(
            layers.column_density_ppm_m,
            layers.column_density_sd_ppm_m,
            truth.column_density_ppm_m[index],
            snr >= COLUMN_SNR,
        ),
    )
