"""Detection from end to end: a cube and a library in, plumes out."""

from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.amount import AmountReader
from cathartes.detect.bandset import Tick
from cathartes.detect.cells import Cells
from cathartes.detect.cores import read_cores
from cathartes.detect.describe import PlumeReader, Verdict, flag_several
from cathartes.detect.explained import peak_cores, peak_misfits
from cathartes.detect.faint import FaintHills
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.imitation import hills_of_ground
from cathartes.detect.known import Known, Scene
from cathartes.detect.naming import PixelNamer
from cathartes.detect.outcome import outcome_of, remarks_of
from cathartes.detect.outline import Seed, widened
from cathartes.detect.pieces import Pieces
from cathartes.detect.planes import GasScale, PlaneStore, ScenePlanes
from cathartes.detect.pursuit import MAX_CORE_MISFIT
from cathartes.detect.result import Detections, GasSearched
from cathartes.detect.scales import PatchNoise
from cathartes.detect.search import Searcher, score_scene
from cathartes.detect.seeds import LEAST_HEIGHT, Peaks, find_plumes, near_plumes
from cathartes.detect.settings import DetectSettings
from cathartes.detect.strange import OddPeaks, find_strange
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.scenes.air_table import AirTable
from cathartes.scenes.cube import Cube

MIN_ALBEDO_FACTOR = 0.02
"""Pixels darker than this share of the mean get no column density."""
LIBRARY_ERROR = 0.05
"""Relative error of the library's amounts: of measured spectra, and of our model of them."""
LEVEL_ERROR = 0.05
"""The same in sunlight by a plume's surroundings, which hold its tail, and other ground: mean
columns of 35 plumes in 24 tuning scenes were 7 % off the truth."""


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
    *,
    images: bool = True,
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
    images
        False if nobody reads amounts, contrasts and what follows from them: then they are made in
        the lines near plumes alone, of these plumes' gases, and sensitivities are those of the
        background's sample.

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
    with ThreadPoolExecutor(workers) as beside:
        return _detect(cube, gases, settings, store, tick, workers, air, beside, images=images)


def _detect(
    cube: Cube,
    gases: GasesOnBands,
    settings: DetectSettings,
    store: PlaneStore,
    tick: Tick,
    workers: int,
    air: AirTable | None,
    beside: ThreadPoolExecutor,
    *,
    images: bool,
) -> Detections:
    """Detect; what need not be waited for goes on beside."""
    scene = Scene.of_cube(cube, settings, tick)
    known = Known.of_scene(scene, gases, air, beside)
    gases, searcher = known.gases, known.searcher
    scales, patches = _beside_search(scene, known, beside)
    cells = searcher.cells() if scene.emissive and settings.faint_plumes else None
    heights = score_scene(searcher, store, workers, tick, cells, images=images)
    planes = ScenePlanes(
        store=store,
        scales=scales.result(),
        emissive=scene.emissive,
        min_contrast=settings.min_contrast_k if scene.emissive else MIN_ALBEDO_FACTOR,
        contrast_sd=searcher.contrast.plume_temperature_sd_k if scene.emissive else 0.0,
        relative_error=float(
            np.hypot(LIBRARY_ERROR, settings.air_error if scene.emissive else LEVEL_ERROR)
        ),
        shape_only=gases.shape_only,
    )

    noise = patches.result()
    peaks = Peaks.of_heights(heights)
    cores = peak_cores(heights, peaks)
    # In heat, what starts no plume of a known gas may be one by its form: see below.
    odd = (
        OddPeaks.of_distance(store.read("distance"))
        if scene.emissive and settings.unknown_chemicals
        else None
    )
    looked_at = [*cores, *(odd.cores() if odd is not None else ())]
    read = read_cores(scene.bandset, searcher.bank.mean, looked_at, "cores", tick)
    left = peak_misfits(searcher, peaks, cores, read.part(slice(len(cores))), noise)
    score_of = cache(lambda gas: planes.score(gases.names[gas]))
    valid = np.isfinite(heights.gas)
    labels, seeds, laws = find_plumes(peaks, left <= MAX_CORE_MISFIT, valid, score_of, settings)
    threshold = max(laws.explained.score_for(laws.greatest), LEAST_HEIGHT)
    planes = replace(planes, detectability=known.detectability(threshold))
    sensitivity = beside.map(
        planes.sensitivity,
        gases.names,
        repeat(None) if images else scene.some_contrasts(searcher.contrast),
    )
    reader = PlumeReader(
        bank=searcher.bank,
        signatures=known.signatures,
        noise=noise,
        planes=planes,
        settings=settings,
        band=scene.bandset.index,
        wavelength_um=scene.bandset.wavelength_um,
        laws=laws,
        scored=gases.names,
        false_alarm=_false_alarms(planes, searcher, gases.names, labels),
        temperature_assumed=scene.temperature_assumed,
        amounts=AmountReader(
            names=gases.names,
            absorption_per_ppm_m=gases.absorption_per_ppm_m,
            gram=known.amounts.bank.gram,
            contrast=searcher.contrast,
            planes=planes,
            spread=known.spread,
        ),
        few_pixels=known.few_squares,
        spread=known.spread,
    )

    reader, pieces = _of_gases(scene, reader, peaks, left, labels, seeds, score_of, tick)
    if odd is not None:
        near, of_odd = near_plumes(pieces.labels), read.part(slice(len(cores), None))
        strange = find_strange(searcher, store, odd, of_odd, near, noise, workers, tick)
        scored = gases.names + strange.planes
        reader = replace(reader, scored=scored)
        score_of = cache(lambda number: planes.score(scored[number]))
        by_form = Pieces.read(
            scene.bandset, reader, *strange.outlined(near, len(gases.names)), score_of, near, tick
        )
        # Where a known gas explains it, a plume may well end where the ground changes.
        free = strange.over_any_ground(len(gases.names))
        pieces = pieces.beside(
            by_form.where(lambda s, v: reader.likely(s, v) and (s.gas in free or not v.unknown))
        )
    if cells is not None:
        pieces = _with_faint(pieces, reader, searcher, cells, valid, score_of, workers, tick)
    _make_images(() if images else pieces.verdicts, pieces.labels, searcher, store, settings)
    false_alarm = _false_alarms(planes, searcher, reader.scored, pieces.labels)
    of_gases = beside.map(false_alarm, range(len(gases.names)))
    labels, described = pieces.describe(replace(reader, false_alarm=false_alarm))
    plumes = flag_several(tuple(each.plume for each in described))
    planes = planes.with_plumes(pair for each in described for pair in each.pixels)
    namer = PixelNamer(
        bandset=scene.bandset,
        bank=searcher.bank,
        names=gases.names,
        n_signatures=len(known.signatures.values),
        noise=noise,
        prior=reader.prior,
        width_px=searcher.width_px,
        ring_gap_px=settings.ring_gap_px,
        ring_width_px=settings.ring_width_px,
    )
    plumes, named = namer.name(labels, plumes, tick)
    searched = _searched(
        known,
        threshold,
        of_gases,
        sensitivity,
        contrast_known=not scene.temperature_assumed,
    )
    outcome, reason = outcome_of(
        plumes,
        store.read("distance"),
        cube.looked,
        searched,
        laws.every,
        n_bands=scene.bandset.index.size,
        width_px=settings.averaging_width_px,
        few_pixels=reader.few_pixels,
        spread=known.spread,
    )
    return Detections(
        labels,
        plumes,
        searched,
        laws.every.measured,
        outcome,
        reason,
        planes,
        known.air,
        named,
        laws.greatest,
        remarks_of(plumes, known.spread),
    )


def _beside_search(
    scene: Scene, known: Known, beside: Executor
) -> tuple[Future[dict[str, GasScale]], Future[PatchNoise]]:
    """Begin what the search need not wait for: what amounts are worth, and how clutter averages."""
    bank = known.searcher.bank
    return (
        beside.submit(
            known.amounts.scales,
            scene.sample,
            known.clean,
            known.gases,
            known.signatures,
            known.searcher.contrast,
        ),
        beside.submit(PatchNoise.measure, scene.sample, known.clean, known.background, bank),
    )


def _make_images(
    verdicts: tuple[Verdict, ...],
    labels: NDArray[np.int32],
    searcher: Searcher,
    store: PlaneStore,
    settings: DetectSettings,
) -> None:
    """Make the images of what pieces are said to be, in their lines and their surroundings'."""
    gases = sorted({gas for verdict in verdicts for gas in verdict.members})
    reach_px = settings.ring_gap_px + settings.ring_width_px
    lines = np.asarray((labels > 0).any(axis=1, keepdims=True))
    searcher.images(gases).write_near(searcher.bandset, store, widened(lines, reach_px)[:, 0])


def _of_gases(
    scene: Scene,
    reader: PlumeReader,
    peaks: Peaks,
    left: NDArray[np.float64],
    labels: NDArray[np.int32],
    seeds: tuple[Seed, ...],
    score_of: Callable[[int], NDArray[np.float32]],
    tick: Tick,
) -> tuple[PlumeReader, Pieces]:
    """Return the pieces that are plumes, and the reader, which knows how much ground is like them.

    Parameters
    ----------
    left : (peak,)
        See `explained.peak_misfits`.
    labels, seeds
        Of what grew from peaks.
    """
    nothing = np.zeros(labels.shape, dtype=bool)
    pieces = Pieces.read(scene.bandset, reader, labels, seeds, score_of, nothing, tick)
    strongest = pieces.strongest(reader.signatures.names)
    each = list(zip(pieces.seeds, pieces.verdicts, strict=True))
    ground = sum(reader.like_ground(*each[number]) for number in set(strongest))
    reader = replace(reader, hills_of_ground=ground + hills_of_ground(peaks, left, labels))

    def is_known(seed: Seed, verdict: Verdict) -> bool:
        # Ground has a core that signatures explain, too.
        strange = verdict.unknown and scene.emissive
        high = reader.chance_by_height(seed, verdict) <= reader.laws.greatest
        return high and (not strange or (seed.explained and reader.fades(seed)))

    # What gases leave of a plume's weaker pieces is not asked.
    return reader, pieces.only(
        [
            is_known(*one) and (reader.likely(*one) or reader.likely(*each[first]))
            for one, first in zip(each, strongest, strict=True)
        ]
    )


def _with_faint(
    pieces: Pieces,
    reader: PlumeReader,
    searcher: Searcher,
    cells: Cells,
    valid: NDArray[np.bool_],
    score_of: Callable[[int], NDArray[np.float32]],
    workers: int,
    tick: Tick,
) -> Pieces:
    """Return the pieces, and behind them those that show along lines alone and have a name."""
    near = near_plumes(pieces.labels)
    hills = FaintHills.find(cells, len(searcher.gases), near, valid, workers)
    left = hills.misfits(searcher, reader.noise, valid.shape, tick)
    labels, seeds = hills.outlined(
        left, score_of, valid.shape, reader.settings.decoys_per_gas, reader.laws.greatest
    )
    faint = Pieces.read(searcher.bandset, reader, labels, seeds, score_of, near, tick)
    return pieces.beside(faint.where(lambda _, verdict: verdict.explained and not verdict.unknown))


def _false_alarms(
    planes: ScenePlanes,
    searcher: Searcher,
    scored: tuple[str, ...],
    labels: NDArray[np.int32],
) -> Callable[[int], FalseAlarmLaw]:
    """Return what gives the law of each score away from labelled plumes."""
    clear, strength = ~near_plumes(labels), searcher.gas_family.strength
    # Each image is read when it is asked for: forty of a scene are too many to keep.
    return cache(lambda n: FalseAlarmLaw.measure(strength(planes.score(scored[n])[clear])))


def _searched(
    known: Known,
    threshold: float,
    false_alarm: Iterable[FalseAlarmLaw],
    sensitivity: Iterable[tuple[float, float, float]],
    *,
    contrast_known: bool,
) -> tuple[GasSearched, ...]:
    """Return how well each gas could be seen."""
    thin = known.signatures.absorption_per_ppm_m[: len(known.gases.names)]
    strongest = known.signatures.air_mass_factor * thin.max(axis=1)
    return tuple(
        GasSearched(
            name,
            necl,
            threshold,
            law,
            detectable_column_median_ppm_m=column,
            blind_share=blind if contrast_known else float("nan"),
            thick_ppm_m=1.0 / float(most),
        )
        for name, law, (necl, column, blind), most in zip(
            known.gases.names, false_alarm, sensitivity, strongest, strict=True
        )
    )
