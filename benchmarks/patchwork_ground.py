"""False plumes, and names, over ground that `cathartes.simulate` knows nothing of.

    CATHARTES_DATA=../shared/data python benchmarks/patchwork_ground.py [--scenes 40]
        [--first-seed 1000] [--half b]

Scenes of `patchwork_scene`, of one half of the measured emissivities: each without a plume, and
with two, one of a gas that is searched and one of a gas that is taken out of the library; greatest
optical depths from 0.05 to 0.6. They absorb by their measured spectra, while the detector knows the
band models. A plume is found where most of an outline lies in its pixels, and false where hardly
any of it lies in any's. Half ``a`` and seeds below 1000 were used for tuning.
"""

import argparse
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import UNKNOWN, Detections, Plume
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.pipeline.simulated import MEASURED
from cathartes.scenes.cube import Cube
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.library import GasLibrary
from patchwork_scene import SHAPE, GasPlume, patchwork
from real_data import data_folder, measured_spectrum
from simulated_scenes import searched_gases

ALL_MATERIALS = 10_000
DEPTHS = 0.05, 0.6


@dataclass
class Counts:
    """What was found over some scenes."""

    n_scenes: int = 0
    false: list[Plume] = field(default_factory=list)
    names: Counter[str] = field(default_factory=Counter)

    def show(self, title: str) -> None:
        """Print the false plumes, and how many by chance were stated for those."""
        megapixels = self.n_scenes * SHAPE[0] * SHAPE[1] / 1e6
        for kind, wanted in (("named", False), ("unknown", True)):
            these = [p for p in self.false if (p.chemical == UNKNOWN) is wanted]
            stated = sum(p.expected_by_chance for p in these)
            print(
                f"| {title}: false plumes, {kind} | {len(these)} | {len(these) / megapixels:.2f} a "
                f"megapixel; {stated:.2g} by their own numbers |"
            )
        names = Counter(p.chemical for p in self.false)
        print(f"| which | | {', '.join(f'{n} {name}' for name, n in names.items()) or 'none'} |")


def run(cube: Cube, library: GasLibrary) -> Detections:
    """Search a cube for a library's gases, as a scan does."""
    return detect(
        cube,
        searched_gases(cube, library),
        DetectSettings(),
        MemoryPlanes(cube.n_lines, cube.n_samples),
    )


def answer(found: Detections, inside: NDArray[np.bool_], expected: str) -> str:
    """Return what was said of a plume: the expected name, unknown, another one, or nothing."""
    said = [p.chemical for p in found.plumes if inside[found.labels == p.id].mean() > 0.5]
    if not said:
        return "missed"
    return "right" if said[0] == expected else "unknown" if said[0] == UNKNOWN else "misnamed"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--half", default="b", choices=["a", "b"])
    options = parser.parse_args()
    data, library = data_folder("spectra"), builtin_library()
    materials = read_measured_surfaces(data / MEASURED, options.half, ALL_MATERIALS).surfaces
    empty, full = Counts(), Counts()
    for seed in range(options.first_seed, options.first_seed + options.scenes):
        cube, _ = patchwork(seed, materials)
        visible = searched_gases(cube, library).names
        rng = np.random.default_rng(seed)
        gas, stranger = rng.choice(visible, 2, replace=False).tolist()
        searched = library.select([name for name in visible if name != stranger])
        found = run(cube, searched)
        empty.n_scenes += 1
        empty.false += found.plumes

        plumes = [GasPlume.of(measured_spectrum(data, name), rng.uniform(*DEPTHS))
                  for name in (gas, stranger)]  # fmt: skip
        cube, labels = patchwork(seed, materials, plumes)
        found = run(cube, searched)
        full.n_scenes += 1
        full.false += [p for p in found.plumes if (labels[found.labels == p.id] > 0).mean() < 0.2]
        full.names[f"searched: {answer(found, labels == 1, gas)}"] += 1
        full.names[f"not searched: {answer(found, labels == 2, UNKNOWN)}"] += 1
        print(f"seed {seed}: {gas}, {stranger}; {[p.chemical for p in found.plumes]}", flush=True)
    print("\n| what | number | |\n| --- | ---: | --- |")
    empty.show("without plumes")
    full.show("with plumes")
    for what, number in sorted(full.names.items()):
        print(f"| {what} | {number} | of {full.n_scenes} |")


if __name__ == "__main__":
    main()
