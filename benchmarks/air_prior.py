"""Print how far the air of simulated scenes is off, the air temperature stated right or wrong.

    python benchmarks/air_prior.py [--scenes N] [--seed FIRST]

Per standard deviation of the stated temperature (0.01 K: believed as it is) and error of it:
transmittance found over true, mean over the bands of 8.1 to 12 um but for ozone's, and the ground's
temperature less the true one; median and greatest size over the scenes. Water is 0.8 to 3.2 g cm-2.
"""

import argparse
from dataclasses import replace

import numpy as np

from cathartes.detect.known import Scene
from cathartes.detect.settings import DetectSettings
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.simulated import choose_surfaces
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import brightness_temperature_k
from cathartes.simulate.scene import pixel_and_altitude, simulate_scene
from cathartes.simulate.settings import AirSettings, SceneSettings
from cathartes.spectra.response import response_matrix

SIZES_K = (0.01, 2.0, np.inf)
ERRORS_K = (0.0, 2.0, -2.0, 5.0, -5.0)


def main() -> None:
    """Simulate, estimate, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenes", type=int, default=8)
    parser.add_argument("--seed", type=int, default=5000)
    told = parser.parse_args()
    instrument, library = load_instrument("hytes-like"), working_library()
    nu = instrument.bands.wavenumber_grid_cm1(0.5)
    matrix = response_matrix(instrument.bands, nu)
    centre_um = instrument.bands.centre_um
    seen = (centre_um > 8.1) & ~((centre_um > 9.3) & (centre_um < 10.0))
    clear = (centre_um > 10.2) & (centre_um < 11.4)
    found: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for number in range(told.scenes):
        rng = np.random.default_rng([told.seed + number, 19])
        air = AirSettings(
            water_g_cm2=float(np.linspace(0.8, 3.2, told.scenes)[number]),
            ozone_atm_cm=float(rng.uniform(0.25, 0.4)),
            temperature_k=float(rng.uniform(283.0, 303.0)),
        )
        settings = SceneSettings(seed=told.seed + number, lines=160, samples=160, air=air)
        ground = choose_surfaces("auto", settings, instrument)
        scene = simulate_scene(settings, library, instrument, ground)
        _, altitude_m = pixel_and_altitude(settings, instrument)
        path = thermal_path(Air(**air.model_dump()), altitude_m, nu)
        tau, up = matrix @ path.transmittance, matrix @ path.path_radiance
        for error_k in ERRORS_K:
            cube = replace(scene.to_cube(), air_temperature_k=air.temperature_k + error_k)
            for sd_k in SIZES_K:
                how = DetectSettings(air_temperature_sd_k=sd_k)
                part = Scene.of_cube(cube, how, lambda *_: None)
                here = part.atmosphere()
                index = part.bandset.index
                mean = part.sample.some_radiance(part.sample.valid.size).mean(axis=0)
                ground_k, true_k = (
                    brightness_temperature_k(centre_um[index], (mean - b) / a)[clear[index]].mean()
                    for a, b in (
                        (here.transmittance, here.path_radiance),
                        (tau[index], up[index]),
                    )
                )
                ratio = float((here.transmittance / tau[index])[seen[index]].mean())
                found.setdefault((sd_k, error_k), []).append((ratio - 1.0, ground_k - true_k))
    print("sd [K] | stated off [K] | transmittance: median, largest | ground [K]: median, largest")
    for (sd_k, error_k), values in sorted(found.items()):
        off = np.abs(np.array(values))
        print(
            f"{sd_k:6g} | {error_k:+14g} | {np.median(off[:, 0]):.3f} {off[:, 0].max():.3f} | "
            f"{np.median(off[:, 1]):.2f} {off[:, 1].max():.2f}"
        )


if __name__ == "__main__":
    main()
