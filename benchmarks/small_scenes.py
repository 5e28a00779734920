"""Plumes, columns and false plumes in small scenes, of which a plume may take a large part.

    CATHARTES_DATA=../shared/data python benchmarks/small_scenes.py [--scenes 60]
        [--first-seed 20000] [--surface-set b] [--instrument hytes-like] [--processes 2]

Scenes of 64 to 255 pixels a side, of 0.5 to 3.4 m, with one to three plumes of a fifth
to seven tenths of the scene's width, as warm as the air or 5 K off, every fifth a mixture; greatest
optical depths from 0.05 to 2. Every second scene is of measured reflectances where the real data
are. Each is searched as it is and without plumes, with default settings. Surfaces of half ``a`` and
seeds below 20000 were used for tuning.
"""

import argparse
import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np

from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import Detections, Plume
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.pipeline.simulated import MEASURED
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate import Truth, simulate_scene
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.simulate.settings import LandscapeSettings, PlumeSettings, SceneSettings
from cathartes.spectra.builtin import builtin_library
from simulated_scenes import INSTRUMENT, searched_gases

DEPTHS = 0.05, 2.0
LEVELS = 1e-3, 1e-2, 3e-2, 1e-1
FOUND_SHARE, FALSE_SHARE = 0.3, 0.2
"""Parts of an outline that lie in a true plume, and in none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a scan said of one plume: its column over the true mean, and in stated deviations."""

    is_false: bool
    chance: float
    ratio: float
    deviations: float


@dataclass(frozen=True, slots=True)
class Counted:
    """One scene: (optimal SNR, found, main gas right) of true plumes, and what was said."""

    seed: int
    n_pixels: int
    true: tuple[tuple[float, bool, bool], ...]
    said: tuple[Said, ...]
    empty: tuple[float, ...]


@cache
def strengths(instrument: str) -> dict[str, float]:
    """Return the strongest absorption of each gas that shows, [ppm-1 m-1]."""
    settings = SceneSettings(lines=8, samples=8, instrument=instrument)
    cube = simulate_scene(settings, builtin_library(), load_instrument(instrument)).to_cube()
    gases = searched_gases(cube, builtin_library())
    return dict(zip(gases.names, gases.absorption_per_ppm_m.max(axis=1).tolist(), strict=True))


def scene_settings(seed: int, surface_set: str, instrument: str) -> SceneSettings:
    """Draw a scene."""
    rng = np.random.default_rng([seed, 7])
    lines, samples = (int(n) for n in rng.integers(64, 256, 2))
    pixel_m, strength = float(rng.choice([0.5, 1.0, 2.0, 3.4])), strengths(instrument)
    plumes = []
    for _ in range(int(rng.integers(1, 4))):
        gas, other = rng.choice(list(strength), 2, replace=False).tolist()
        depth = float(np.exp(rng.uniform(*np.log(DEPTHS))))
        mixed = {other: strength[gas] / strength[other] * float(rng.uniform(0.3, 1.0))}
        plumes.append(
            PlumeSettings(
                gases={gas: 1.0} | (mixed if rng.random() < 0.2 else {}),
                line=float(rng.uniform(0.1, 0.9) * lines),
                sample=float(rng.uniform(0.1, 0.9) * samples),
                peak_ppm_m=depth / strength[gas],
                length_m=float(rng.uniform(0.2, 0.7) * samples * pixel_m),
                source_width_m=float(rng.uniform(1.0, 3.0) * pixel_m),
                temperature_difference_k=float(rng.choice([0.0, 0.0, 5.0, -5.0])),
            )
        )
    return SceneSettings(
        seed=seed,
        lines=lines,
        samples=samples,
        pixel_m=pixel_m,
        instrument=instrument,
        wind_from_deg=float(rng.uniform(0, 360)),
        landscape=LandscapeSettings.model_validate({"surface_set": surface_set}),
        plumes=tuple(plumes),
    )


def run_scene(seed: int, surface_set: str, instrument: str, data: Path | None) -> Counted:
    """Make a scene with and without plumes, and search both."""
    settings = scene_settings(seed, surface_set, instrument)
    ground = None
    if data is not None and seed % 2:
        ground = read_measured_surfaces(data / MEASURED, surface_set, seed=seed)
    library = builtin_library()
    searches = []
    for each in (settings, settings.without_plumes()):
        scene = simulate_scene(each, library, load_instrument(instrument), ground)
        cube = scene.to_cube()
        store = MemoryPlanes(cube.n_lines, cube.n_samples)
        gases = searched_gases(cube, library)
        searches.append((scene.truth, detect(cube, gases, DetectSettings(), store)))
    (truth, found), (_, nothing) = searches
    true = []
    for plume in truth.plumes:
        names = [p.chemical for p in found.plumes if covers(found, p, truth, plume.id)]
        true.append((plume.snr_max, bool(names), plume.main_gas in names))
    return Counted(
        seed,
        truth.labels.size,
        tuple(true),
        tuple(said_of(found, plume, truth) for plume in found.plumes),
        tuple(plume.expected_by_chance for plume in nothing.plumes),
    )


def covers(found: Detections, plume: Plume, truth: Truth, number: int) -> bool:
    """Whether enough of an outline lies in a true plume."""
    return float((truth.labels[found.labels == plume.id] == number).mean()) >= FOUND_SHARE


def said_of(found: Detections, plume: Plume, truth: Truth) -> Said:
    """Compare what was said of a plume with the truth under its outline."""
    inside = found.labels == plume.id
    is_false = float((truth.labels[inside] > 0).mean()) < FALSE_SHARE
    ratio = deviations = np.nan
    if not is_false and plume.chemical in truth.gases:
        columns = truth.column_density_ppm_m[truth.gases.index(plume.chemical)]
        true = float(columns[inside].mean())
        ratio = plume.column_density_mean_ppm_m / true if true > 0 else np.nan
        deviations = (plume.column_density_mean_ppm_m - true) / plume.column_density_sd_ppm_m
    return Said(is_false, plume.expected_by_chance, ratio, deviations)


def show(scenes: Iterable[Counted]) -> None:
    """Print the table."""
    scenes = list(scenes)
    megapixels = sum(one.n_pixels for one in scenes) / 1e6
    true = np.array([plume for one in scenes for plume in one.true])
    said = [each for one in scenes for each in one.said]
    print(
        f"{len(scenes)} small scenes, seeds {scenes[0].seed}-{scenes[-1].seed}, {megapixels:.2f} "
        "megapixels, each with and without plumes\n\n| what | figure | of |\n| --- | ---: | ---: |"
    )
    for low, high in ((0, 6), (6, 12), (12, np.inf)):
        chosen = true[(true[:, 0] >= low) & (true[:, 0] < high)]
        share = f"{chosen[:, 1].mean():.2f}" if len(chosen) else "–"
        print(f"| plumes found, peak SNR {low} to {high:g} | {share} | {len(chosen)} |")
    named = true[(true[:, 1] > 0) & (true[:, 0] >= 6)][:, 2]
    print(f"| main gas named in it, found and SNR from 6 | {named.mean():.2f} | {named.size} |")
    ratio, off = (np.array([getattr(s, name) for s in said]) for name in ("ratio", "deviations"))
    stated = np.isfinite(ratio) & np.isfinite(off)
    ratio, off = ratio[stated], np.abs(off[stated])
    print(f"| mean column over the truth, median | {np.median(ratio):.2f} | {ratio.size} |\n"
          f"| within 1 stated deviation (0.68) | {(off <= 1).mean():.2f} | {ratio.size} |\n"
          f"| within 2 (0.95) | {(off <= 2).mean():.2f} | {ratio.size} |\n"
          f"\n| by chance up to | stated in {len(scenes)} scenes | false without plumes | with |\n"
          "| ---: | ---: | ---: | ---: |")  # fmt: skip
    alone = [chance for one in scenes for chance in one.empty]
    for level in LEVELS:
        with_plumes = sum(each.is_false and each.chance <= level for each in said)
        print(f"| {level:g} | {level * len(scenes):.2g} | {sum(c <= level for c in alone)} | "
              f"{with_plumes} |")  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--first-seed", type=int, default=20_000)
    parser.add_argument("--surface-set", choices=["a", "b"], default="b")
    parser.add_argument("--instrument", default=INSTRUMENT)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    folder = Path(os.environ.get("CATHARTES_DATA", "../shared/data"))
    data = folder if (folder / MEASURED).is_file() else None
    seeds = range(options.first_seed, options.first_seed + options.scenes)
    run = partial(
        run_scene, surface_set=options.surface_set, instrument=options.instrument, data=data
    )
    with ProcessPoolExecutor(options.processes) as pool:
        show(pool.map(run, seeds))


if __name__ == "__main__":
    main()
