"""How well results of scans fit the truth of simulated scenes, one by one and pooled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import UNKNOWN
from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.pooled import PooledScore, SceneParts, pool_scores
from cathartes.products.file_names import LABELS, PLUMES_GEOJSON
from cathartes.products.fingerprint import sha256_of
from cathartes.products.layer_choice import LayerGrid
from cathartes.products.raster import read_image
from cathartes.products.summary import PlumeShort, ScanSummary, read_summary
from cathartes.products.vector import read_plume_rows
from cathartes.scenes.open import open_cube
from cathartes.simulate.evaluation import (
    FoundPlume,
    GasLayers,
    SceneScore,
    evaluate_scene,
)
from cathartes.simulate.folder import CUBE_NAME, read_truth
from cathartes.simulate.outcomes import plume_outcomes
from cathartes.simulate.pixels import GasPixels, gas_pixels
from cathartes.simulate.truth import PlumeTruth, Truth
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

_LAYERS = ("score", "column_density_ppm_m", "column_density_sd_ppm_m")


@dataclass(frozen=True, slots=True)
class PlumeCompared:
    """A plume that is in the scene, and what was said of it.

    Attributes
    ----------
    truth, found
        None where it was not found.
    is_visible
        False if no pixel shows it: neither found nor missed.
    is_named
        The chemical said is the one that shows most.
    column_density_true_ppm_m : [ppm m]
        True mean of the chemical said over the outline found; None if it was not found, or holds
        none of it.
    """

    truth: PlumeTruth
    found: PlumeShort | None
    is_visible: bool
    is_named: bool
    column_density_true_ppm_m: float | None


@dataclass(frozen=True, slots=True)
class ExtraPlume:
    """A plume found where gas is, beside the one that counts: see `Matching.extra`.

    Attributes
    ----------
    holds_it
        Some of its pixels truly hold the chemical said.
    """

    found: PlumeShort
    holds_it: bool


@dataclass(frozen=True, slots=True)
class SceneEvaluation:
    """One result against the truth of its scene.

    Attributes
    ----------
    name
        Of the scene.
    plumes
        Every true plume.
    false
        Plumes found where there is no gas.
    extra
        Further plumes found where gas is: neither found, nor missed, nor false.
    not_searched
        Gases of the truth that the scan did not search: invisible to the instrument, or left out.
    parts
        All scores, and what is pooled of the scene.
    """

    name: str
    plumes: tuple[PlumeCompared, ...]
    false: tuple[PlumeShort, ...]
    extra: tuple[ExtraPlume, ...]
    not_searched: tuple[str, ...]
    parts: SceneParts

    @property
    def score(self) -> SceneScore:
        """All scores of the scene alone."""
        return self.parts.score


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Several results, one by one and pooled."""

    scenes: tuple[SceneEvaluation, ...]
    pooled: PooledScore


def evaluate(
    pairs: Sequence[tuple[str | Path, str | Path]],
    *,
    plumes_only: bool = False,
    false_alarm_probability: float = 1e-4,
) -> Evaluation:
    """Score output folders of `scan` against the folders of the simulated scenes scanned.

    Parameters
    ----------
    pairs
        (folder of the result, folder of the scene).
    plumes_only
        Leave out the scores of pixels, so that no layers are needed.
    false_alarm_probability
        Of a pixel, for the detection of pixels.

    Raises
    ------
    InputError
        If a folder is not what it should be, or the result is of another scene.
    SettingsError
        If there is no pair, a result comes twice, or the layers needed were not written.
    """
    if not pairs:
        raise SettingsError("nothing to evaluate; give a result and the scene that it is of.")
    results = [Path(result).resolve() for result, _ in pairs]
    twice = next((pairs[i][0] for i, path in enumerate(results) if path in results[:i]), None)
    if twice is not None:
        raise SettingsError(f"{twice}: is given twice and would count twice; give it once.")
    if not 0 < false_alarm_probability < 1:
        raise SettingsError(
            f"false-alarm probability is {false_alarm_probability}; between 0 and 1 is needed."
        )
    scenes = tuple(
        evaluate_pair(
            Path(result),
            Path(scene),
            plumes_only=plumes_only,
            false_alarm_probability=false_alarm_probability,
        )
        for result, scene in pairs
    )
    return Evaluation(scenes, pool_scores([scene.parts for scene in scenes]))


def evaluate_pair(
    result: Path, scene: Path, *, plumes_only: bool, false_alarm_probability: float
) -> SceneEvaluation:
    """Score one output folder; see `evaluate`."""
    summary, truth = read_summary(result), read_truth(scene)
    _check_same_scene(summary, result, scene)
    labels = _image(result / LABELS).astype(np.int32, copy=False)
    searched = {gas.name for gas in summary.gases_searched}
    layers = {}
    if not plumes_only:
        wanted = [gas for gas in truth.gases if gas in searched]
        # In the emissive range a plume shows with either sign.
        two_sided = bool(np.isfinite(truth.thermal_contrast_k).any())
        layers = {gas: _read_layers(summary, result, gas, two_sided) for gas in wanted}
    found = {plume.id: plume for plume in summary.plumes}
    said = _said(result)
    score = evaluate_scene(truth, labels, said, layers, false_alarm_probability)
    partner = dict(score.matching.pairs)
    plumes = tuple(
        _compare(
            plume,
            found.get(partner.get(plume.id, 0)),
            plume.id in partner or plume.id in score.matching.missed,
            truth,
            labels == partner.get(plume.id, -1),
        )
        for plume in truth.plumes
    )
    return SceneEvaluation(
        name=summary.scene.name,
        plumes=plumes,
        false=tuple(found[i] for i in score.matching.false),
        extra=tuple(_extra(found[i], truth, labels == i) for i in score.matching.extra),
        not_searched=tuple(gas for gas in truth.gases if gas not in searched),
        parts=SceneParts(
            n_pixels=labels.size,
            n_clean=int((truth.labels == 0).sum()),
            score=score,
            outcomes=plume_outcomes(truth, score.matching, said, searched, UNKNOWN),
            chance_of_false=tuple(
                plume.expected_by_chance for plume in said if plume.id in score.matching.false
            ),
            chance_limit=_chance_limit(summary),
            pixels=_pixels(truth, layers, scene),
        ),
    )


def _said(result: Path) -> tuple[FoundPlume, ...]:
    """Return what the files say of each plume."""
    return tuple(
        FoundPlume(
            row.id,
            row.chemical,
            row.chemicals[1:],
            np.nan if row.probability is None else row.probability,
            np.nan if row.expected_by_chance is None else row.expected_by_chance,
        )
        for row in read_plume_rows(result / PLUMES_GEOJSON)
    )


def _chance_limit(summary: ScanSummary) -> float:
    """Return the greatest ``expected_by_chance`` of a plume reported; NaN if it is not stated.

    Older summaries have it among the settings.
    """
    if summary.greatest_by_chance is not None:
        return summary.greatest_by_chance
    detect = summary.settings.get("detect")
    limit = detect.get("max_expected_by_chance") if isinstance(detect, dict) else None
    return float(limit) if isinstance(limit, int | float) else float("nan")


def _compare(
    truth_of: PlumeTruth,
    found: PlumeShort | None,
    is_visible: bool,
    truth: Truth,
    outline: NDArray[np.bool_],
) -> PlumeCompared:
    """Return a true plume beside what was said of it; ``outline`` (line, sample) bool."""
    true_ppm_m = None
    if found is not None and found.chemical in truth.gases:
        columns = truth.column_density_ppm_m[truth.gases.index(found.chemical)]
        true_ppm_m = float(columns[outline].mean(dtype=np.float64))
    return PlumeCompared(
        truth=truth_of,
        found=found,
        is_visible=is_visible,
        is_named=found is not None and found.chemical == truth_of.main_gas,
        column_density_true_ppm_m=true_ppm_m,
    )


def _extra(found: PlumeShort, truth: Truth, outline: NDArray[np.bool_]) -> ExtraPlume:
    """Return what an extra plume is worth; ``outline`` (line, sample) bool."""
    if found.chemical not in truth.gases:
        return ExtraPlume(found, holds_it=False)
    columns = truth.column_density_ppm_m[truth.gases.index(found.chemical)]
    return ExtraPlume(found, holds_it=bool((columns[outline] > 0).any()))


def _check_same_scene(summary: ScanSummary, result: Path, scene: Path) -> None:
    """Check by its hash that the cube scanned is the scene's; a cube that is gone can't tell.

    Raises
    ------
    InputError
        If it is another one.
    """
    image = (scene / CUBE_NAME).with_suffix(".img")
    if not image.is_file():
        return
    digest, _ = sha256_of(image)
    if digest not in {file.sha256 for file in summary.inputs}:
        raise InputError(
            f"{result}: is the result of another cube than {image}; give a result and the scene "
            "that was scanned for it, in this order."
        )


def _read_layers(summary: ScanSummary, result: Path, gas: str, two_sided: bool) -> GasLayers:
    """Return the images of a gas; the score's size alone if both signs are plume-like.

    Raises
    ------
    SettingsError
        If they were not written, or on a map.
    """
    paths = {
        file.quantity: file.path
        for file in summary.files
        if file.chemical == gas and file.grid == LayerGrid.SENSOR.value
    }
    if not set(_LAYERS) <= set(paths):
        raise SettingsError(
            f"{result}: holds no images of {gas} in the sensor's grid, from which pixels are "
            "scored; scan again with --layers all --grid sensor, or score plumes alone with "
            "--plumes-only."
        )
    score, column, sd = (
        _image(result / paths[name]).astype(np.float32, copy=False) for name in _LAYERS
    )
    if two_sided:
        score = np.abs(score)
    return GasLayers(score=score, column_density_ppm_m=column, column_density_sd_ppm_m=sd)


def _image(path: Path) -> NDArray[np.float32] | NDArray[np.int32]:
    """Return an image of a result, (line, sample).

    Raises
    ------
    InputError
        If it is gone or damaged.
    """
    try:
        return read_image(path)
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error}); the result is damaged: scan again."
        ) from error


def _pixels(truth: Truth, layers: Mapping[str, GasLayers], scene: Path) -> tuple[GasPixels, ...]:
    """Return what is pooled of the pixels of each gas that has layers."""
    if not layers:
        return ()
    library, bands = working_library(), _bands(scene)
    return tuple(
        gas_pixels(truth, gas, images, _strongest_absorption_per_ppm_m(library, gas, bands))
        for gas, images in layers.items()
    )


def _bands(scene: Path) -> SpectralBands | None:
    """Return the bands of the scene's cube; None if it is gone."""
    header = scene / CUBE_NAME
    return open_cube(header).bands if header.with_suffix(".img").is_file() else None


def _strongest_absorption_per_ppm_m(
    library: GasLibrary, gas: str, bands: SpectralBands | None
) -> float:
    """Return a gas's absorption in its strongest band, [ppm-1 m-1]; NaN if it is not known."""
    spectrum = library[gas].spectrum if gas in library else None
    if spectrum is None or bands is None:
        return float("nan")
    absorption = absorption_on_bands_per_ppm_m(spectrum, bands)
    return float(np.nanmax(absorption)) if np.isfinite(absorption).any() else float("nan")
