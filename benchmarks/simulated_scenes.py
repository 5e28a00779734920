"""Detection, identification and column density on fresh simulated HyTES-like scenes.

    CATHARTES_DATA=../shared/data python benchmarks/simulated_scenes.py [--scenes 12]
        [--processes 2] [--first-seed 9000] [--surface-set b] [--json]

Scenes of 512 x 320 pixels by `cathartes.simulate.presets.trial_settings`: 8 plumes each of random
gases, strengths, temperatures and places, every fourth a mixture; surfaces of set ``b`` and seeds
from 9000 on were never used to tune anything. In every second scene the gases absorb by their
measured spectra (if the real data are there) while the detector knows the band models alone.
A gas too weak for the detector to search (`VisibilitySettings`) counts as a plume, not as pixels.
Every scene is searched with the built-in library and default settings, in memory, and so is the
same scene without plumes. All scenes are pooled:

* pixels: share over the threshold that 1e-5 of the pixels without gas exceed, by the optimal SNR
  of the gas (its exact change of radiance against the scene's own covariance), each gas's score
  against that gas's truth; scores are absolute values, since plumes show in emission or absorption.
  The threshold is one for all gases of all scenes. AUC of pixels with optimal SNR over 2. Both also
  for scores averaged over 3 by 3 pixels, from which plumes grow; and the share of pixels inside the
  outlines of reported plumes, beside the share of pixels without gas inside them.
* plumes found (the matching rule of `cathartes.simulate.score`) by their greatest optimal SNR;
  false plumes per megapixel in scenes with and without plumes, against what the detector itself
  says that chance gives;
* identification of found plumes: the main gas named right; the name among the plume's true gases;
  called unknown;
* column density of pixels of optimal SNR 4 or more: mean and median ratio of estimate to truth,
  and the share of truths within one and two stated standard deviations; the detector takes plumes
  to be as warm as the air, and here they are 8 K colder to 20 K warmer, so that the ratio is given
  again times assumed over true contrast (gas less ground, in kelvins). That figure is rough: it
  leaves out emissivity, and dense plumes, whose contrast is seen through them, come out low. Of
  found, rightly named plumes: the mean column against the truth's mean in the same pixels.
"""

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.chance import average
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import UNKNOWN, Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect, used_bands
from cathartes.pipeline.gases import gases_on_bands
from cathartes.scenes.cube import Cube
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate import Truth, simulate_scene, trial_settings
from cathartes.simulate.score import (
    SNR_EDGES,
    VISIBLE_SNR,
    area_under_roc,
    column_error,
    false_alarm_threshold,
    match_plumes,
)
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.visibility import VisibilitySettings
from real_data import measured_library

INSTRUMENT = "hytes-like"
FALSE_ALARM_PROBABILITY = 1e-5
COLUMN_SNR = 4.0
KINDS = ("pixel", "3x3")
PLUME_SNR_EDGES = (2.0, 4.0, 6.0, 8.0, 12.0, 20.0, 40.0, np.inf)


@dataclass(frozen=True, slots=True)
class Task:
    """One scene to make and search."""

    seed: int
    surface_set: str
    measured: Path | None


@dataclass(frozen=True, slots=True)
class PlumeRecord:
    """One true plume with a visible pixel."""

    snr_max: float
    main_gas: str
    gases: tuple[str, ...]
    said: str | None
    mean_true_ppm_m: float
    mean_said_ppm_m: float
    sd_said_ppm_m: float


@dataclass(frozen=True, slots=True)
class SceneRecord:
    """What is kept of one scene.

    Attributes
    ----------
    clean_scores : (kind, pixel) float32
        Of pixels without gas: each of the scene's gases in turn; kinds as in `KINDS`.
    gas_scores : (kind, pixel) float32
        Of pixels with gas, each with its own gas's score.
    outlined : (pixel,) bool
        Whether a reported plume holds the same pixel.
    clean_outlined
        Share of pixels without gas that one holds.
    snr, true_ppm_m, estimate_ppm_m, sd_ppm_m : (pixel,)
        Of the same pixels.
    contrast_ratio : (pixel,)
        Contrast that the detector assumed over the true one, gas less ground.
    plumes
        True plumes that can be seen.
    n_false, n_false_empty
        Reported where no gas is, with plumes and in the same scene without.
    n_pixels
        Of the scene.
    """

    clean_scores: NDArray[np.float32]
    gas_scores: NDArray[np.float32]
    outlined: NDArray[np.bool_]
    clean_outlined: float
    snr: NDArray[np.float32]
    true_ppm_m: NDArray[np.float32]
    estimate_ppm_m: NDArray[np.float32]
    sd_ppm_m: NDArray[np.float32]
    contrast_ratio: NDArray[np.float32]
    plumes: tuple[PlumeRecord, ...]
    n_false: int
    n_false_empty: int
    n_pixels: int


def search(cube: Cube) -> Detections:
    """Search a cube with the built-in library and default settings."""
    settings = DetectSettings()
    used = used_bands(cube, settings)
    gases, _ = gases_on_bands(builtin_library(), cube.bands, used, VisibilitySettings())
    return detect(cube, gases, settings, MemoryPlanes(cube.n_lines, cube.n_samples))


def _plume_records(truth: Truth, found: Detections) -> tuple[tuple[PlumeRecord, ...], int]:
    """Return the visible plumes, and the number of false ones."""
    matching = match_plumes(truth.labels, truth.best_snr, found.labels)
    reported = {plume.id: plume for plume in found.plumes}
    pairs = dict(matching.pairs)
    records = []
    for plume in truth.plumes:
        if plume.id in matching.invisible:
            continue
        said = reported.get(pairs.get(plume.id, -1))
        mean_true = float("nan")
        if said is not None and said.chemical in truth.gases:
            column = truth.column_density_ppm_m[truth.gases.index(said.chemical)]
            mean_true = float(column[found.labels == said.id].mean())
        records.append(
            PlumeRecord(
                plume.snr_max,
                plume.main_gas,
                tuple(name for name, _ in plume.gases),
                None if said is None else said.chemical,
                mean_true,
                float("nan") if said is None else said.column_density_mean_ppm_m,
                float("nan") if said is None else said.column_density_sd_ppm_m,
            )
        )
    return tuple(records), len(matching.false)


def run_scene(task: Task) -> SceneRecord:
    """Make a scene with and without plumes, search both, and keep what pooling needs."""
    instrument = load_instrument(INSTRUMENT)
    truth_library = builtin_library() if task.measured is None else measured_library(task.measured)
    settings = trial_settings(
        task.seed, builtin_library(), instrument, surface_set=task.surface_set
    )
    scene = simulate_scene(settings, truth_library, instrument)
    truth, found = scene.truth, search(scene.to_cube())
    clean, kept, values = truth.labels == 0, [], []
    searched = {gas.name for gas in found.gases}
    for g, gas in enumerate(truth.gases):
        if gas not in searched:
            continue
        score = found.planes.read(f"score/{gas}")
        scores = np.nan_to_num(np.abs(np.array([score, average(score, 3)])))
        kept.append(scores[:, clean])
        gassy = truth.column_density_ppm_m[g] > 0
        column = [
            found.planes.read(f"{kind}/{gas}")
            for kind in ("column_density_ppm_m", "column_density_sd_ppm_m")
        ]
        contrast = found.planes.read(f"contrast/{gas}") / truth.thermal_contrast_k
        images = [*scores, found.labels > 0, truth.snr[g], truth.column_density_ppm_m[g], *column,
                  contrast]  # fmt: skip
        values.append(np.array([image[gassy] for image in images], dtype=np.float32))
    pooled = np.concatenate(values, axis=1)
    plumes, n_false = _plume_records(truth, found)
    empty = simulate_scene(settings.without_plumes(), truth_library, instrument)
    n_false_empty = len(search(empty.to_cube()).plumes)
    return SceneRecord(
        np.concatenate(kept, axis=1),
        pooled[: len(KINDS)],
        pooled[len(KINDS)] > 0,
        float((found.labels[clean] > 0).mean()),
        *pooled[len(KINDS) + 1 :],
        plumes=plumes,
        n_false=n_false,
        n_false_empty=n_false_empty,
        n_pixels=truth.labels.size,
    )


def pixel_table(records: list[SceneRecord]) -> dict[str, object]:
    """Return detection probability by SNR, and AUC, for single pixels and 3 by 3 averages."""
    snr = np.concatenate([record.snr for record in records])
    outlined = np.concatenate([record.outlined for record in records])
    bins = [(snr >= low) & (snr < high) for low, high in pairwise(SNR_EDGES)]
    table: dict[str, object] = {
        "n_pixels": [int(b.sum()) for b in bins],
        "outlined": [float(outlined[b].mean()) if b.any() else None for b in bins],
        "clean_outlined": float(np.mean([record.clean_outlined for record in records])),
    }
    for row, title in enumerate(KINDS):
        clean = np.concatenate([record.clean_scores[row] for record in records])
        score = np.concatenate([record.gas_scores[row] for record in records])
        threshold = false_alarm_threshold(
            clean, np.ones(clean.size, dtype=bool), FALSE_ALARM_PROBABILITY
        )
        both = np.concatenate([score, clean])
        seen = np.concatenate([snr > VISIBLE_SNR, np.zeros(clean.size, dtype=bool)])
        is_clean = np.concatenate([np.zeros(score.size, dtype=bool), np.ones(clean.size, bool)])
        table[title] = {
            "threshold": threshold,
            "detection_probability": [
                float((score[b] > threshold).mean()) if b.any() else None for b in bins
            ],
            "auc": area_under_roc(both, seen, is_clean),
            "n_clean": clean.size,
        }
    return table


def plume_table(records: list[SceneRecord]) -> dict[str, object]:
    """Return how many plumes were found, named and falsely reported."""
    plumes = [plume for record in records for plume in record.plumes]
    found = [plume for plume in plumes if plume.said is not None]
    known = [plume for plume in found if plume.said != UNKNOWN]
    by_snr = []
    for low, high in pairwise(PLUME_SNR_EDGES):
        inside = [plume for plume in plumes if low <= plume.snr_max < high]
        hit = [plume for plume in inside if plume.said is not None]
        by_snr.append(
            {
                "from": low,
                "n": len(inside),
                "found": len(hit),
                "main_gas": sum(plume.said == plume.main_gas for plume in hit),
            }
        )
    megapixels = sum(record.n_pixels for record in records) / 1e6
    n_false = sum(record.n_false for record in records)
    n_false_empty = sum(record.n_false_empty for record in records)
    return {
        "by_snr": by_snr,
        "n_found": len(found),
        "n_visible": len(plumes),
        "main_gas": sum(plume.said == plume.main_gas for plume in found),
        "in_mixture": sum(plume.said in plume.gases for plume in found),
        "unknown": len(found) - len(known),
        "wrong": sorted(
            f"{plume.main_gas} -> {plume.said}" for plume in known if plume.said not in plume.gases
        ),
        "n_false": n_false,
        "n_false_empty": n_false_empty,
        "megapixels": megapixels,
        "allowed_per_scene": DetectSettings().max_expected_by_chance,
        "n_scenes": len(records),
    }


def column_table(records: list[SceneRecord]) -> dict[str, float]:
    """Return the errors of column density, of pixels and of whole plumes."""
    pooled = [
        np.concatenate([getattr(record, name) for record in records])
        for name in ("estimate_ppm_m", "sd_ppm_m", "true_ppm_m", "snr", "contrast_ratio")
    ]
    estimate, sd, true, snr, contrast_ratio = pooled
    strong = snr >= COLUMN_SNR
    # Gases differ a thousandfold in ppm m: every pixel counts relative to its own truth.
    scale = np.where(strong, true, 1.0)
    error = column_error(estimate / scale, sd / scale, true / scale, strong)
    inside = strong & np.isfinite(estimate)
    ratio = (estimate / scale)[inside]
    known = ratio * contrast_ratio[inside]
    plumes = [p for r in records for p in r.plumes if p.said == p.main_gas]
    said = np.array([p.mean_said_ppm_m for p in plumes])
    mean = np.array([p.mean_true_ppm_m for p in plumes])
    spread = np.array([p.sd_said_ppm_m for p in plumes])
    usable = np.isfinite(said) & (mean > 0)
    said, mean, spread = said[usable], mean[usable], spread[usable]
    return {
        "n_pixels": error.n_pixels,
        "n_without_contrast": int(strong.sum() - inside.sum()),
        "mean_ratio": error.slope,
        "median_ratio": float(np.median(ratio)),
        "median_ratio_known_contrast": float(np.median(known)),
        "quartiles_known_contrast": [float(q) for q in np.quantile(known, [0.25, 0.75])],
        "within_1_sd": error.within_1_sd,
        "within_2_sd": error.within_2_sd,
        "n_plumes": int(usable.sum()),
        "plume_median_ratio": float(np.median(said / mean)),
        "plume_ratio_quartiles": [float(q) for q in np.quantile(said / mean, [0.25, 0.75])],
        "plume_within_1_sd": float((np.abs(said - mean) <= spread).mean()),
        "plume_within_2_sd": float((np.abs(said - mean) <= 2 * spread).mean()),
    }


def measure(
    n_scenes: int, processes: int, first_seed: int, surface_set: str, data: Path
) -> dict[str, object]:
    """Make, search and pool the scenes."""
    measured = data if (data / "spectra" / "xsec").is_dir() else None
    tasks = [
        Task(first_seed + i, surface_set, measured if i % 2 else None) for i in range(n_scenes)
    ]
    with ProcessPoolExecutor(processes) as pool:
        records = list(pool.map(run_scene, tasks))
    return {
        "seeds": [first_seed, first_seed + n_scenes - 1],
        "surface_set": surface_set,
        "measured_truth": measured is not None,
        "pixels": pixel_table(records),
        "plumes": plume_table(records),
        "column_density": column_table(records),
    }


def show(result: dict[str, object]) -> None:
    """Print the tables."""
    pixels, plumes, column = result["pixels"], result["plumes"], result["column_density"]
    print(
        f"{plumes['n_scenes']} scenes, seeds {result['seeds']}, surfaces {result['surface_set']}, "
        f"measured spectra in every second: {result['measured_truth']}\n"
    )
    names = [f"{low:.0f}-{high:.0f}" for low, high in pairwise(SNR_EDGES)]
    print(f"| optimal SNR | {' | '.join(names)} | AUC | threshold |")
    print(f"| --- | {'---: | ' * (len(names) + 2)}".rstrip())
    for title in KINDS:
        part = pixels[title]
        cells = ["–" if p is None else f"{p:.3f}" for p in part["detection_probability"]]
        print(f"| {title} | {' | '.join(cells)} | {part['auc']:.4f} | {part['threshold']:.2f} |")
    cells = ["–" if p is None else f"{p:.3f}" for p in pixels["outlined"]]
    print(f"| in an outline | {' | '.join(cells)} | | false {pixels['clean_outlined']:.1e} |")
    print(f"| pixels | {' | '.join(map(str, pixels['n_pixels']))} | | |")
    print("\n| greatest SNR of a plume from | plumes | found | main gas named |")
    print("| ---: | ---: | ---: | ---: |")
    for row in plumes["by_snr"]:
        print(f"| {row['from']:.0f} | {row['n']} | {row['found']} | {row['main_gas']} |")
    print(
        f"\nfound {plumes['n_found']} of {plumes['n_visible']}; main gas {plumes['main_gas']}, "
        f"in mixture {plumes['in_mixture']}, unknown {plumes['unknown']}, "
        f"wrong {plumes['wrong']}"
    )
    allowed = plumes["allowed_per_scene"] * plumes["n_scenes"]
    print(
        f"false plumes: {plumes['n_false']} in scenes with plumes, {plumes['n_false_empty']} "
        f"without, over {plumes['megapixels']:.2f} megapixels each "
        f"({plumes['n_false'] / plumes['megapixels']:.1f} and "
        f"{plumes['n_false_empty'] / plumes['megapixels']:.1f} a megapixel); "
        f"chance is allowed {allowed:.1f}"
    )
    quartiles = ", ".join(f"{q:.2f}" for q in column["plume_ratio_quartiles"])
    known = column["quartiles_known_contrast"]
    print(
        f"column density, {column['n_pixels']} pixels of SNR {COLUMN_SNR:.0f} and more "
        f"({column['n_without_contrast']} more without contrast): mean ratio to the truth "
        f"{column['mean_ratio']:.3f}, median {column['median_ratio']:.3f}, within 1 sd "
        f"{column['within_1_sd']:.3f}, 2 sd {column['within_2_sd']:.3f}; with the true contrast "
        f"median {column['median_ratio_known_contrast']:.3f}, quartiles "
        f"{known[0]:.2f}, {known[1]:.2f}\n"
        f"plume means, {column['n_plumes']} plumes: median ratio "
        f"{column['plume_median_ratio']:.3f}, quartiles {quartiles}, within 1 sd "
        f"{column['plume_within_1_sd']:.2f}, 2 sd {column['plume_within_2_sd']:.2f}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=12)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=9000)
    parser.add_argument("--surface-set", choices=["a", "b", "all"], default="b")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    data = Path(os.environ.get("CATHARTES_DATA", "../shared/data"))
    result = measure(
        arguments.scenes,
        arguments.processes,
        arguments.first_seed,
        arguments.surface_set,
        data,
    )
    print(json.dumps(result, indent=2)) if arguments.json else show(result)


if __name__ == "__main__":
    main()
