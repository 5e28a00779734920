"""Detection, identification and column density on fresh simulated HyTES-like scenes.

    CATHARTES_DATA=../shared/data python benchmarks/simulated_scenes.py [--scenes 12]
        [--first-seed 33000] [--surface-set b] [--processes 2] [--json] [--plots FOLDER]

Scenes of 512 x 320 pixels by `cathartes.simulate.presets.trial_settings`: 8 plumes each of random
gases, strengths, temperatures and places, every fourth a mixture, and one more of a gas that is
taken out of the library searched (`with_foreign_plume`). With the real data, the gases of every
second scene absorb by their measured spectra while the detector knows the band models alone (a
perturbed library), and the ground of two scenes in every four is of measured reflectances. Surfaces
of half ``a`` and seeds below 1000 were used for tuning; those of half ``b`` and seeds from 31000
for nothing but judging. Each scene is searched in memory with default settings, and so is the same
scene without plumes. The table stands beside what was asked, over all scenes and by library and
ground:

* pixels: detection and AUC of `cathartes.simulate.pixels`, each gas's score against its own truth,
  of absolute value, since plumes show in emission or absorption. The threshold that 1e-5 of the
  pixels without gas exceed is one for all gases and scenes, or each gas's own in each scene, or
  that of the same gas in the same scene without plumes: the score is of squares of pixels, and
  shows a strong plume beyond its edge too;
* plumes of gases searched that were found, by their greatest optimal SNR, and false ones a million
  pixels without gas; names of found plumes (`cathartes.simulate.outcomes`);
* the share of an empty scene's scores to which the detector gives a false-alarm probability up to
  1e-3, 1e-4 and 1e-5, as a multiple of that;
* columns of plumes of one gas with the true temperature of the plume given: the detector's contrast
  is made again with it, and only the ground's is in doubt. And as the scan states them, which knows
  the air's temperature alone, and finds out from each plume's own pixels how warm it is: they are
  8 K colder to 20 K warmer;
* these temperatures, of found plumes whose main gas is named rightly.
"""

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from cathartes.cli.json_output import write_json
from cathartes.detect import step
from cathartes.detect.gases import GasesOnBands
from cathartes.detect.known import used_bands
from cathartes.detect.planes import MemoryPlanes, PlumePixels, ScenePlanes
from cathartes.detect.plume_temperature import GROUND_SD_K
from cathartes.detect.result import UNKNOWN, Detections
from cathartes.detect.search import Searcher
from cathartes.detect.settings import DetectSettings
from cathartes.pipeline.gases import gases_on_bands
from cathartes.pipeline.pooled import SceneParts
from cathartes.pipeline.simulated import MEASURED
from cathartes.scenes.cube import Cube
from cathartes.scenes.instrument import Instrument, load_instrument
from cathartes.simulate import (
    FoundPlume,
    GasLayers,
    SimulatedScene,
    evaluate_scene,
    simulate_scene,
    trial_settings,
    with_foreign_plume,
)
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.simulate.outcomes import PLUME_SNR_EDGES, plume_outcomes
from cathartes.simulate.pixels import GasPixels, gas_pixels
from cathartes.simulate.reliability import AlarmCount, pool_alarms
from cathartes.simulate.score import SnrBin, detection_by_snr, false_alarm_threshold
from cathartes.simulate.settings import SceneSettings
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.visibility import VisibilitySettings
from real_data import measured_library
from scene_figures import (
    STATED,
    Figures,
    SceneRecord,
    Task,
    TemperatureError,
    asked_rows,
    bound_text,
    figures_of,
    groups_of,
    verdict,
)
from scene_plots import plot_all

INSTRUMENT = "hytes-like"
FALSE_ALARM_PROBABILITY = 1e-5


def searched_gases(cube: Cube, library: GasLibrary) -> GasesOnBands:
    """Return the gases of a library that show on a cube's bands."""
    used = used_bands(cube, DetectSettings())
    return gases_on_bands(library, cube.bands, used, VisibilitySettings())[0]


def search(cube: Cube, gases: GasesOnBands) -> tuple[Detections, Searcher]:
    """Search a cube with default settings; the searcher knows how contrast is made."""
    with patch.object(step, "score_scene", wraps=step.score_scene) as watched:
        store = MemoryPlanes(cube.n_lines, cube.n_samples)
        found = step.detect(cube, gases, DetectSettings(), store)
    return found, watched.call_args.args[0]


def stated_false_alarm(
    found: Detections, gas: str, strength: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Ask the detector for the false-alarm probability of a gas's scores, of absolute value."""
    return found.false_alarm(gas).probability(strength)


def count_alarms(found: Detections) -> tuple[AlarmCount, ...]:
    """Return how many scores of an empty scene are stated to be so improbable."""
    counted = []
    for gas in found.gases:
        score = np.abs(found.planes.read(f"score/{gas.name}"))
        stated = stated_false_alarm(found, gas.name, score[np.isfinite(score)])
        counted.append([AlarmCount(p, int((stated <= p).sum()), stated.size) for p in STATED])
    return pool_alarms(counted)


def columns_of_known_contrast(
    scene: SimulatedScene, found: Detections, searcher: Searcher, strongest: dict[str, float]
) -> tuple[GasPixels, ...]:
    """Return the columns that the detector gives if told how warm each plume is.

    Its own contrast with the plume's true temperature, known as well as the ground's is
    (`GROUND_SD_K`), and its own images of them; pixels of plumes of one gas where no other gas is.
    """
    truth, planes = scene.truth, found.planes
    if not isinstance(planes, ScenePlanes):
        raise TypeError(f"{type(planes).__name__} has no scales; detect into ScenePlanes.")
    gassy = truth.column_density_ppm_m > 0
    alone = gassy.sum(axis=0) == 1
    index = searcher.bandset.index
    parts = []
    for plume in truth.plumes:
        gas = plume.main_gas
        inside = (truth.labels == plume.id) & alone & gassy[truth.gases.index(gas)]
        if len(plume.gases) > 1 or gas not in searcher.gases or not inside.any():
            continue
        told = replace(searcher.contrast, plume_temperature_k=plume.temperature_k)
        contrasts = told.of_block(scene.radiance[inside][np.newaxis, :, index])
        contrast = contrasts[searcher.gases.index(gas), 0]
        pixels = PlumePixels(*np.nonzero(inside), planes.amount(gas)[inside], contrast, GROUND_SD_K)
        known = planes.with_plumes([(gas, pixels)])
        row = truth.gases.index(gas)
        parts.append(
            GasPixels(
                gas=gas,
                clean_score=np.empty(0, dtype=np.float32),
                score=planes.score(gas)[inside],
                snr=truth.snr[row][inside],
                estimate_ppm_m=known.column_density(gas)[inside],
                sd_ppm_m=known.column_density_sd(gas)[inside],
                true_ppm_m=truth.column_density_ppm_m[row][inside],
                absorption_per_ppm_m=strongest[gas],
            )
        )
    return tuple(parts)


def temperature_errors(
    scene: SimulatedScene, found: Detections, parts: SceneParts
) -> tuple[TemperatureError, ...]:
    """Compare the temperatures of found plumes, named rightly, with the truth."""
    true = {plume.id: plume for plume in scene.truth.plumes}
    said = {plume.id: plume for plume in found.plumes}
    pairs = [(true[i], said[j]) for i, j in parts.score.matching.pairs]
    return tuple(
        TemperatureError(s.plume_temperature_k - t.temperature_k, s.plume_temperature_sd_k)
        for t, s in pairs
        if s.chemical == t.main_gas and np.isfinite(s.plume_temperature_k)
    )


def scene_parts(
    scene: SimulatedScene, found: Detections, strongest: dict[str, float]
) -> SceneParts:
    """Return a scene's scores and what pooling needs of it."""
    truth = scene.truth
    searched = {gas.name for gas in found.gases}
    read = found.planes.read
    layers = {
        gas: GasLayers(
            np.abs(read(f"score/{gas}")),
            read(f"column_density_ppm_m/{gas}"),
            read(f"column_density_sd_ppm_m/{gas}"),
        )
        for gas in truth.gases
        if gas in searched
    }
    said = tuple(
        FoundPlume(p.id, p.chemical, p.chemicals[1:], p.probability, p.expected_by_chance)
        for p in found.plumes
    )
    score = evaluate_scene(truth, found.labels, said, layers, FALSE_ALARM_PROBABILITY)
    return SceneParts(
        n_pixels=truth.labels.size,
        n_clean=int((truth.labels == 0).sum()),
        score=score,
        outcomes=plume_outcomes(truth, score.matching, said, searched, UNKNOWN),
        chance_of_false=tuple(p.expected_by_chance for p in said if p.id in score.matching.false),
        chance_limit=found.greatest_by_chance,
        pixels=tuple(gas_pixels(truth, gas, layers[gas], strongest[gas]) for gas in layers),
    )


def over_empty(pixels: GasPixels, nothing: Detections) -> tuple[SnrBin, ...]:
    """Return the detection of a gas's pixels over its threshold in the scene without plumes."""
    score = np.abs(nothing.planes.read(f"score/{pixels.gas}"))
    everywhere = np.ones(score.shape, dtype=bool)
    threshold = false_alarm_threshold(score, everywhere, FALSE_ALARM_PROBABILITY)
    return detection_by_snr(pixels.score, pixels.snr, threshold)


def run_scene(task: Task) -> SceneRecord:
    """Make a scene with and without plumes, search both, and keep what pooling needs."""
    instrument = load_instrument(INSTRUMENT)
    library = builtin_library()
    settings = trial_settings(task.seed, library, instrument, surface_set=task.surface_set)
    empty = make(settings.without_plumes(), task, instrument).to_cube()
    known = searched_gases(empty, library)
    settings, foreign = with_foreign_plume(settings, library.select(known.names), instrument)
    scene = make(settings, task, instrument)
    gases = searched_gases(empty, library.select([n for n in known.names if n != foreign]))
    found, searcher = search(scene.to_cube(), gases)
    strongest = dict(zip(gases.names, gases.absorption_per_ppm_m.max(axis=1).tolist(), strict=True))
    nothing, _ = search(empty, gases)
    parts = scene_parts(scene, found, strongest)
    return SceneRecord(
        task=task,
        foreign=foreign,
        parts=parts,
        known_contrast=columns_of_known_contrast(scene, found, searcher, strongest),
        temperatures=temperature_errors(scene, found, parts),
        chance_of_false_empty=tuple(plume.expected_by_chance for plume in nothing.plumes),
        n_empty=nothing.labels.size,
        alarms=count_alarms(nothing),
        over_empty=tuple(over_empty(part, nothing) for part in parts.pixels),
    )


def make(settings: SceneSettings, task: Task, instrument: Instrument) -> SimulatedScene:
    """Simulate a scene with the spectra and the ground of a task."""
    library, ground = builtin_library(), None
    if task.data is not None and task.measured_spectra:
        library = measured_library(task.data)
    if task.data is not None and task.measured_ground:
        ground = read_measured_surfaces(task.data / MEASURED, task.surface_set, seed=task.seed)
    return simulate_scene(settings, library, instrument, ground)


def show(figures: dict[str, Figures], records: Sequence[SceneRecord]) -> None:
    """Print the tables."""
    seeds = [record.task.seed for record in records]
    print(f"{len(seeds)} scenes, seeds {min(seeds)}-{max(seeds)}, surfaces "
          f"{records[0].task.surface_set}; threshold {figures['all'].pooled.pixels.threshold:.2f}; "
          "in brackets what a figure rests on\n")  # fmt: skip
    print(f"| what | asked | stretch | {' | '.join(figures)} | reached |")
    print(f"| --- | --- | --- |{' ---: |' * len(figures)} --- |")
    for row in asked_rows():
        cells = [row.measure(each) for each in figures.values()]
        texts = [f"{c.value:.3g}" + (f" ({c.n})" if c.n else "") if np.isfinite(c.value) else "–"
                 for c in cells]  # fmt: skip
        print(f"| {row.title} | {bound_text(row.asked)} | {bound_text(row.stretch)} | "
              f"{' | '.join(texts)} | {verdict(row, cells[0].value)} |")  # fmt: skip
    pooled = figures["all"].pooled
    names = [f"{low:g}-{high:g}" if high < 99 else f"{low:g}+"
             for low, high in pairwise(PLUME_SNR_EDGES)]  # fmt: skip
    print(f"\n| peak SNR | {' | '.join(names)} |\n| --- |{' ---: |' * len(names)}")
    for title, name in (("plumes of gases searched", "n_plumes"), ("found", "n_found"),
                        ("main gas first", "n_main_right"), ("of gases not searched", "n_foreign"),
                        ("found", "n_foreign_found")):  # fmt: skip
        counts = (str(getattr(one, name)) for one in pooled.plumes.bins)
        print(f"| {title} | {' | '.join(counts)} |")
    print("\n| stated probability of the name | plumes | mean stated | right |")
    print("| --- | ---: | ---: | ---: |")
    for one in pooled.naming:
        shares = f"{one.mean_stated:.3f} | {one.share_right:.3f}" if one.n_plumes else "– | –"
        print(f"| {one.stated_from:g}-{one.stated_to:g} | {one.n_plumes} | {shares} |")
    print("\n| expected by chance up to | stated, scenes with and without plumes | false plumes |")
    print("| ---: | ---: | ---: |")
    for level in figures["all"].chance:
        print(f"| {level.expected_by_chance:g} | {level.n_stated:.3g} | {level.n_false} |")
    wrong = sorted(
        f"{' + '.join(p.gases)}{' (not searched)' if p.is_foreign else ''} -> {' + '.join(p.said)}"
        for record in records for p in record.parts.outcomes if p.is_found and not p.is_name_right
    )  # fmt: skip
    print(f"\nwrong names: {'; '.join(wrong) or 'none'}")


def to_content(figures: dict[str, Figures], records: Sequence[SceneRecord]) -> dict[str, object]:
    """Return the tables as content for JSON."""
    return {
        "seeds": [record.task.seed for record in records],
        "surface_set": records[0].task.surface_set,
        "rows": [
            {
                "what": row.title,
                "asked": row.asked,
                "stretch": row.stretch,
                **{name: asdict(row.measure(each)) for name, each in figures.items()},
            }
            for row in asked_rows()
        ],
        "figures": figures,
        "plumes": [
            {"seed": record.task.seed, "outcome": plume}
            for record in records
            for plume in record.parts.outcomes
        ],
    }


def tasks_of(n_scenes: int, first_seed: int, surface_set: str, data: Path | None) -> list[Task]:
    """Return the scenes to make: every second with measured spectra, two in four on such ground."""
    return [
        Task(first_seed + i, surface_set, data, data is not None and i % 2 == 1,
             data is not None and i // 2 % 2 == 1)
        for i in range(n_scenes)
    ]  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=12)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=33_000)
    parser.add_argument("--surface-set", choices=["a", "b"], default="b")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--plots", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    data = Path(os.environ.get("CATHARTES_DATA", "../shared/data"))
    there = (data / "spectra" / "xsec").is_dir() and (data / MEASURED).is_file()
    tasks = tasks_of(
        arguments.scenes, arguments.first_seed, arguments.surface_set, data if there else None
    )
    with ProcessPoolExecutor(arguments.processes) as pool:
        records = list(pool.map(run_scene, tasks))
    figures = {name: figures_of(group) for name, group in groups_of(records).items()}
    if arguments.plots:
        plot_all(arguments.plots, figures["all"], records)
    write_json(to_content(figures, records)) if arguments.json else show(figures, records)


if __name__ == "__main__":
    main()
