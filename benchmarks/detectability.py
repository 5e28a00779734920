"""Print how often plumes of the smallest detectable column are found.

    CATHARTES_DATA=../shared/data python benchmarks/detectability.py [--scenes N] [--seed FIRST]

A simulated scene without plumes is scanned; what `detect` says of each gas is the column density
that is found with a probability of 0.95. Then squares of 5 by 5 pixels of that column, or a part of
it, are put into the same scene, a few of each gas, by the exact three-layer equation on the
instrument's bands, and the scene is scanned anew. The plume has the air's temperature, and the
scan is told it.
"""

import argparse
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.gases import gases_on_bands
from cathartes.pipeline.simulated import choose_surfaces
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance
from cathartes.simulate.scene import SimulatedScene, pixel_and_altitude, simulate_scene
from cathartes.simulate.settings import AirSettings, SceneSettings
from cathartes.spectra.response import response_matrix
from cathartes.spectra.visibility import VisibilitySettings

PARTS = (0.5, 0.7, 1.0, 1.4, 2.0)
WIDTH_PX, GAP_PX, EACH = 5, 24, 2


@dataclass(frozen=True, slots=True)
class Implant:
    """One square of gas: its number of the library, and its first line and sample."""

    gas: int
    line: int
    sample: int

    @property
    def pixels(self) -> tuple[slice, slice]:
        """Where it lies."""
        return (
            slice(self.line, self.line + WIDTH_PX),
            slice(self.sample, self.sample + WIDTH_PX),
        )


def scene_of(seed: int) -> SimulatedScene:
    """Return an empty scene with its own ground and air."""
    rng = np.random.default_rng([seed, 23])
    air = AirSettings(
        water_g_cm2=float(rng.uniform(0.8, 2.5)), temperature_k=float(rng.uniform(285, 300))
    )
    settings = SceneSettings(seed=seed, lines=320, samples=320, air=air)
    instrument = load_instrument("hytes-like")
    ground = choose_surfaces("auto", settings, instrument)
    return simulate_scene(settings, working_library(), instrument, ground)


def places(shape: tuple[int, int], n_gases: int, rng: np.random.Generator) -> list[Implant]:
    """Return squares on a loose grid, a few of each gas, gases in random order."""
    lines, samples = (np.arange(GAP_PX // 2, n - GAP_PX // 2, GAP_PX) for n in shape)
    spots = [(int(i), int(j)) for i in lines for j in samples]
    rng.shuffle(spots)
    gases = np.repeat(rng.permutation(n_gases), EACH)[: len(spots)]
    return [Implant(int(g), *spot) for g, spot in zip(gases, spots, strict=False)]


def with_plumes(
    scene: SimulatedScene,
    absorption: NDArray[np.float64],
    columns: list[tuple[Implant, NDArray[np.float32]]],
) -> Cube:
    """Return the scene with squares of gas of these columns, (line, sample) [ppm m] each."""
    settings, bands = scene.settings, scene.bands
    _, altitude_m = pixel_and_altitude(settings, load_instrument(scene.instrument))
    nu = bands.wavenumber_grid_cm1(0.5)
    matrix = response_matrix(bands, nu)
    path = thermal_path(Air(**settings.air.model_dump()), altitude_m, nu)
    tau, up = matrix @ path.transmittance, matrix @ path.path_radiance
    glow = planck_radiance(bands.centre_um, settings.air.temperature_k)
    radiance = scene.radiance.copy()
    for implant, column in columns:
        here = radiance[implant.pixels]
        passed = np.exp(-column[..., None] * absorption[implant.gas])
        radiance[implant.pixels] = here + (1 - passed) * (tau * glow + up - here)
    return replace(scene.to_cube(), source=ArrayLines(radiance))


def is_found(found: Detections, implant: Implant) -> bool:
    """Return True if a plume overlaps the square."""
    return bool((found.labels[implant.pixels] > 0).any())


def main() -> None:
    """Simulate, implant, detect, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=3)
    parser.add_argument("--seed", type=int, default=5500)
    told = parser.parse_args()
    seen: defaultdict[float, list[tuple[bool, bool]]] = defaultdict(list)
    for seed in range(told.seed, told.seed + told.scenes):
        scene = scene_of(seed)
        cube = scene.to_cube()
        how = DetectSettings(plume_temperature_k=scene.settings.air.temperature_k)
        every = np.arange(len(scene.bands))
        gases, _ = gases_on_bands(working_library(), scene.bands, every, VisibilitySettings())

        def run(cube: Cube, gases=gases, how=how) -> Detections:  # type: ignore[no-untyped-def]
            return detect(cube, gases, how, MemoryPlanes(cube.n_lines, cube.n_samples))

        empty = run(cube)
        rng = np.random.default_rng([seed, 29])
        chosen = places(cube.shape[:2], len(gases.names), rng)
        smallest = {g: empty.planes.read(f"detectable_column_ppm_m/{name}")
                    for g, name in enumerate(gases.names)}  # fmt: skip
        blind = [gas.blind_share for gas in empty.gases]
        share = f"{np.nanmin(blind):.2f} to {np.nanmax(blind):.2f}"
        threshold = empty.gases[0].score_threshold
        print(f"seed {seed}: threshold {threshold:.2f}, blind share {share}", flush=True)
        for part in PARTS:
            columns = [(i, part * smallest[i.gas][i.pixels]) for i in chosen]
            # A square with a pixel that shows nothing is left out.
            columns = [(i, c) for i, c in columns if np.isfinite(c).all()]
            found = run(with_plumes(scene, gases.absorption_per_ppm_m, columns))
            name_at = {plume.id: plume.chemicals for plume in found.plumes}
            for implant, _ in columns:
                ids = np.unique(found.labels[implant.pixels])
                named = any(gases.names[implant.gas] in name_at.get(int(n), ()) for n in ids)
                before = is_found(empty, implant)
                seen[part].append((is_found(found, implant) and not before, named))
    print("column over the smallest detectable | squares | found | found under its own name")
    for part, results in sorted(seen.items()):
        hits, named = np.array(results).T
        print(f"{part:35g} | {hits.size:7d} | {hits.mean():5.3f} | {named.mean():.3f}")


if __name__ == "__main__":
    main()
