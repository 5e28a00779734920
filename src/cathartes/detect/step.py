"""Detection from end to end: a cube and a library in, plumes out."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from cathartes.detect.bandset import Bandset, Tick
from cathartes.detect.describe import PlumeReader, flag_several, gather_signals
from cathartes.detect.explained import explained_peaks
from cathartes.detect.known import GasesOnBands, Known, Scene
from cathartes.detect.outcome import outcome_of
from cathartes.detect.outline import EIGHT_NEIGHBOURS, Seed, join_pieces, ring_labels
from cathartes.detect.planes import PlaneStore, ScenePlanes
from cathartes.detect.result import Detections, GasSearched, Plume
from cathartes.detect.scales import (
    PatchNoise,
)
from cathartes.detect.search import score_scene
from cathartes.detect.seeds import LEAST_HEIGHT, PLUME_MARGIN_PX, Peaks, find_plumes
from cathartes.detect.settings import DetectSettings
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.scenes.air_table import AirTable
from cathartes.scenes.cube import Cube

MIN_ALBEDO_FACTOR = 0.02
"""Pixels darker than this share of the mean get no column density."""
LIBRARY_ERROR = 0.05
"""Relative error of the library's amounts: of measured spectra, and of our model of them."""
ALBEDO_FACTOR_SD = 0.05
"""How well the albedo factor stands for a pixel's brightness in a gas's own bands."""


def quiet(stage: str, share: float) -> None:
    """Take progress and do nothing with it."""


def detect(
    cube: Cube,
    gases: GasesOnBands,
    settings: DetectSettings,
    store: PlaneStore,
    tick: Tick = quiet,
    workers: int = 1,
    air: AirTable | None = None,
) -> Detections:
    """Find the plumes in a cube, name and measure them.

    The cube is read once and a part: lines spread over it, from which the background is made;
    every line, for the search; once more the lines with plumes, for their spectra.

    Parameters
    ----------
    cube
        The scene.
    gases
        What to search for.
    settings
        How.
    store
        Where images are kept meanwhile.
    tick
        Takes progress.
    workers
        Threads that search.
    air
        What the air does, if that is known; else it is estimated from the scene.

    Raises
    ------
    InputError
        If the cube has too few usable bands or pixels, or the air's table does not fit its bands.
    NoSignatureError
        If there is no gas to search for.
    HeaderError
        If the cube says that the air is as it can't be, and no plume temperature overrules it.
    NumericalError
        If the background can't be inverted.
    """
    scene = Scene.of_cube(cube, settings, tick)
    known = Known.of_scene(scene, gases, air)
    gases, searcher = known.gases, known.searcher
    heights = score_scene(searcher, store, workers, tick)
    assumed = scene.emissive and np.isnan(searcher.contrast.plume_temperature_k)
    planes = ScenePlanes(
        store=store,
        scales=scene.gas_scales(known, contrast_seen=not assumed),
        min_contrast=settings.min_contrast_k if scene.emissive else MIN_ALBEDO_FACTOR,
        contrast_sd=settings.plume_temperature_sd_k if scene.emissive else ALBEDO_FACTOR_SD,
        relative_error=np.hypot(LIBRARY_ERROR, settings.air_error if scene.emissive else 0.0),
        shape_only=gases.shape_only,
    )

    @cache
    def gas_score(gas: int) -> NDArray[np.float32]:
        return planes.score(gases.names[gas])

    noise = PatchNoise.measure(scene.sample, known.clean, known.background, searcher.bank)
    peaks = Peaks.of_heights(heights)
    explained = explained_peaks(searcher, heights, peaks, noise, tick)
    shape = (cube.n_lines, cube.n_samples)
    labels, seeds, laws = find_plumes(peaks, explained, shape, gas_score, settings)

    def false_alarms(outside: NDArray[np.int32]) -> Callable[[int], FalseAlarmLaw]:
        clear = ~binary_dilation(outside > 0, EIGHT_NEIGHBOURS, iterations=PLUME_MARGIN_PX)
        strength = searcher.gas_family.strength
        # Not by gas_score, which keeps what it returns: forty images of a scene are too many.
        return cache(
            lambda gas: FalseAlarmLaw.measure(strength(planes.score(gases.names[gas])[clear]))
        )

    reader = PlumeReader(
        bank=searcher.bank,
        gram=known.single_bank.gram,
        signatures=known.signatures,
        noise=noise,
        planes=planes,
        settings=settings,
        wavelength_um=scene.bandset.wavelength_um,
        laws=laws,
        false_alarm=false_alarms(labels),
        contrast_assumed=assumed,
        few_pixels=known.few_squares,
    )
    plumes: tuple[Plume, ...] = ()
    if seeds:
        labels, plumes = _describe(
            scene.bandset, reader, labels, seeds, gas_score, false_alarms, tick
        )
    threshold = max(laws.explained.score_for(settings.max_expected_by_chance), LEAST_HEIGHT)
    false_alarm = false_alarms(labels)
    planes = replace(planes, detectability=known.detectability(threshold))
    searched = tuple(
        _searched(planes, name, threshold, false_alarm(gas), contrast_known=not assumed)
        for gas, name in enumerate(gases.names)
    )
    outcome, reason = outcome_of(
        plumes,
        store.read("distance"),
        searched,
        laws.every,
        n_bands=scene.bandset.index.size,
        width_px=settings.averaging_width_px,
        few_pixels=reader.few_pixels,
    )
    return Detections(
        labels, plumes, searched, laws.every.measured, outcome, reason, planes, known.air
    )


def _searched(
    planes: ScenePlanes, gas: str, threshold: float, law: FalseAlarmLaw, *, contrast_known: bool
) -> GasSearched:
    """Return how well a gas could be seen."""
    necl, column, blind = planes.sensitivity(gas)
    return GasSearched(gas, necl, threshold, law, column, blind if contrast_known else np.nan)


def _describe(
    bandset: Bandset,
    reader: PlumeReader,
    labels: NDArray[np.int32],
    seeds: tuple[Seed, ...],
    gas_score: Callable[[int], NDArray[np.float32]],
    false_alarms: Callable[[NDArray[np.int32]], Callable[[int], FalseAlarmLaw]],
    tick: Tick,
) -> tuple[NDArray[np.int32], tuple[Plume, ...]]:
    """Say of each outlined piece what it is, join those of one plume, and describe that."""
    weight = np.zeros(labels.shape, np.float32)
    for number, seed in enumerate(seeds, start=1):
        inside = labels == number
        weight[inside] = np.clip(gas_score(seed.gas)[inside] * seed.sign, 0.1, None)
    rings = ring_labels(labels, reader.settings.ring_gap_px, reader.settings.ring_width_px)
    signals = gather_signals(bandset, reader.bank, labels, rings, weight, tick)

    def describe(number: int, piece: int) -> Plume:
        return reader.describe(number, seeds[piece], signals[piece], labels, rings)

    pieces = [describe(piece + 1, piece) for piece in range(len(seeds))]
    # What no gas explains was weighed as if one did, until its spectrum was seen.
    likely = reader.settings.max_expected_by_chance
    kept = [i for i, piece in enumerate(pieces) if piece.expected_by_chance <= likely]
    renumber = np.zeros(len(pieces) + 1, dtype=np.int32)
    renumber[[i + 1 for i in kept]] = np.arange(1, len(kept) + 1)
    plume_of = join_pieces(renumber[labels], tuple(pieces[i].chemical for i in kept))
    renumber[[i + 1 for i in kept]] = plume_of
    labels, rings = renumber[labels], renumber[rings]
    reader = replace(reader, false_alarm=false_alarms(labels))
    strongest = [kept[plume_of.index(n)] for n in range(1, max(plume_of, default=0) + 1)]
    plumes = tuple(describe(n, piece) for n, piece in enumerate(strongest, start=1))
    return labels, flag_several(plumes)
