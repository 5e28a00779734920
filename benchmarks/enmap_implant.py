"""Plumes implanted into real clutter: methane and ammonia over nine EnMAP tiles.

    CATHARTES_DATA=../shared/data python benchmarks/enmap_implant.py [--background global] [--json]

The nine tiles of 32 x 32 pixels (EnMAP L2A, Potsdam, reflectance, 89 good bands of 1.4 to 2.446 um
are searched) are laid out as one image of 96 x 96 pixels: water, fields, woods and town. A column
density u multiplies each band of a pixel by the exact transmittance that the band would see,

    T_b = integral R_b(lambda) exp(-A alpha(lambda) u) d lambda,   A = 2.3,

alpha measured (0.11 cm-1, not the library's band model), R_b Gaussian of the file's width. The
structure of the air inside a band is not in it (a reflectance has had its air taken out), and the
noise stays that of the pixel. What is measured, with the built-in library and default settings
but for the air-mass factor and the background's mean:

One plume of 900 m with a stated greatest column is implanted a trial, 12 trials of random place
and wind for each of six greatest columns and each gas; about 3 % of the image is then inside it.

* Pixels, pooled over all trials of a gas, by their true column: share whose score of the gas
  exceeds the threshold that 1e-3 (1e-4) of the pixels without gas in the same images exceed (these
  are the same 9,216 pixels again and again: 1e-4 is one of them in most images); estimate less
  truth: bias, standard deviation, share within two stated standard deviations; and the slope of
  estimate on truth, by least squares through the origin, over pixels of at least four times the
  median NECL.
* Plumes: reported (an outline touches it where it has a third of its greatest column), named
  rightly, and outlines elsewhere a trial (the untouched image's own are listed apart).

``--background global`` takes one mean over the image: the tiles are map-projected, and columns are
not detectors. ``auto`` is what a scan would do by itself: a mean for every column.
"""

import argparse
import json
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.gases import GasesOnBands
from cathartes.detect.known import used_bands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.pipeline.gases import gases_on_bands
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.quantity import Quantity
from cathartes.simulate.plume import PlumeShape, unit_plume
from cathartes.simulate.score import column_error, false_alarm_threshold
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.response import response_matrix
from cathartes.spectra.visibility import VisibilitySettings
from real_data import data_folder, measured_spectrum

AIR_MASS_FACTOR = 2.3
TILES_ACROSS = 3
PIXEL_M = 30.0
GASES = ("methane", "ammonia")
COLUMNS_PPM_M = (500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
FALSE_ALARM_PROBABILITIES = (1e-3, 1e-4)
LEAST_PPM_M = 20.0
"""Pixels with less of the gas count as clean for outlines, and as neither for pixel figures."""
TRIALS = 12
SEED = 77


def read_mosaic(folder: Path) -> Cube:
    """Return the tiles side by side as one cube of reflectance in memory."""
    paths = sorted(folder.glob("*.tif"))
    options = OpenOptions(quantity=Quantity.REFLECTANCE)
    tiles = [open_cube(path, options=options) for path in paths]
    blocks = [tile.read_lines(0, tile.n_lines) for tile in tiles]
    rows = [
        np.concatenate(blocks[first : first + TILES_ACROSS], axis=1)
        for first in range(0, len(blocks), TILES_ACROSS)
    ]
    values = np.concatenate(rows, axis=0)
    return replace(
        tiles[0],
        name="enmap-mosaic",
        shape=(values.shape[0], values.shape[1], values.shape[2]),
        source=ArrayLines(values),
        geometry=None,
        paths=(),
    )


@dataclass(frozen=True, slots=True)
class Clutter:
    """The untouched image, and how it is searched."""

    cube: Cube
    used: NDArray[np.intp]
    gases: GasesOnBands
    settings: DetectSettings

    @classmethod
    def of_data(cls, data: Path, background: str) -> "Clutter":
        """Read the image and choose the gases that show on its bands."""
        cube = read_mosaic(data / "enmap_tiles")
        settings = DetectSettings(background_mean=background, air_mass_factor=AIR_MASS_FACTOR)
        used = used_bands(cube, settings)
        gases, _ = gases_on_bands(builtin_library(), cube.bands, used, VisibilitySettings())
        return cls(cube, used, gases, settings)

    def search(self, values: NDArray[np.float32] | None = None) -> Detections:
        """Search the image, or other values (line, sample, band) in its place."""
        cube = self.cube if values is None else replace(self.cube, source=ArrayLines(values))
        store = MemoryPlanes(cube.n_lines, cube.n_samples)
        return detect(cube, self.gases, self.settings, store)


class Implanter:
    """Puts columns of one gas into an image."""

    def __init__(self, clutter: Clutter, data: Path, gas: str) -> None:
        bands = clutter.cube.bands.select(clutter.used)
        nu = bands.wavenumber_grid_cm1(0.1)
        self._alpha = np.nan_to_num(measured_spectrum(data, gas).absorption_per_ppm_m(nu))
        self._matrix = response_matrix(bands, nu)
        self._used = clutter.used
        self._values = clutter.cube.read_lines(0, clutter.cube.n_lines)

    def transmittance(self, column_ppm_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return each column's band transmittance, (column, used band)."""
        fine = np.exp(-AIR_MASS_FACTOR * np.outer(column_ppm_m, self._alpha))
        return np.asarray((self._matrix @ fine.T).T)

    def implant(self, column_ppm_m: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the image behind columns (line, sample) [ppm m], (line, sample, band)."""
        values = self._values.copy()
        # Transmittance is smooth in u: 40 columns and interpolation of its logarithm in between.
        top = float(column_ppm_m.max())
        knots = np.linspace(0.0, top, 41)
        log_t = np.log(self.transmittance(knots))
        there = column_ppm_m > 0
        position = column_ppm_m[there] / top * 40
        low = np.minimum(position.astype(int), 39)
        part = (position - low)[:, None]
        factor = np.exp(log_t[low] * (1 - part) + log_t[low + 1] * part)
        pixels = values[there]
        pixels[:, self._used] *= factor.astype(np.float32)
        values[there] = pixels
        return values


@dataclass(frozen=True, slots=True)
class Trials:
    """Everything seen of one gas, pooled: (pixel,) each.

    Attributes
    ----------
    true_ppm_m, estimate_ppm_m, sd_ppm_m : (pixel,) [ppm m]
    score : (pixel,)
    """

    true_ppm_m: NDArray[np.float64]
    estimate_ppm_m: NDArray[np.float64]
    sd_ppm_m: NDArray[np.float64]
    score: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlumeFigures:
    """Detection of whole plumes."""

    peak_ppm_m: float
    n_trials: int
    n_reported: int
    n_named: int
    others_per_trial: float


def _random_plume(
    shape: tuple[int, int], peak_ppm_m: float, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return column densities, (line, sample) [ppm m]."""
    line, sample = generator.uniform(0.25, 0.75, 2) * shape
    plume = PlumeShape(
        float(line), float(sample), float(generator.uniform(0, 360)),
        length_m=900.0, source_width_m=40.0, growth=0.12, meander=0.8, filaments=0.6,
    )  # fmt: skip
    column = unit_plume(plume, shape, PIXEL_M, generator)
    return np.asarray(column * (peak_ppm_m / column.max()))


def run_trials(
    clutter: Clutter, data: Path, gas: str, peaks_ppm_m: tuple[float, ...], n_trials: int
) -> tuple[Trials, tuple[PlumeFigures, ...]]:
    """Implant and search, one plume at a time."""
    implanter = Implanter(clutter, data, gas)
    generator = np.random.default_rng(SEED)
    pixels: list[NDArray[np.float64]] = []
    figures = []
    for peak in peaks_ppm_m:
        reported = named = others = 0
        for _ in range(n_trials):
            column = _random_plume(clutter.cube.shape[:2], peak, generator)
            found = clutter.search(implanter.implant(column))
            strong = column > peak / 3
            touching = {
                p.id: p.chemical for p in found.plumes if strong[found.labels == p.id].any()
            }
            reported += bool(touching)
            named += gas in touching.values()
            gassy = column > LEAST_PPM_M
            others += sum(not gassy[found.labels == p.id].any() for p in found.plumes)
            layers = [
                found.planes.read(f"{kind}/{gas}").ravel()
                for kind in ("column_density_ppm_m", "column_density_sd_ppm_m", "score")
            ]
            pixels.append(np.array([column.ravel(), *layers]))
        figures.append(PlumeFigures(peak, n_trials, reported, named, others / n_trials))
    return Trials(*np.concatenate(pixels, axis=1)), tuple(figures)


@dataclass(frozen=True, slots=True)
class PixelFigures:
    """Detection and column density of pixels whose column lies in a range."""

    from_ppm_m: float
    to_ppm_m: float
    n_pixels: int
    detection_probability: tuple[float, ...]
    bias_ppm_m: float
    sd_ppm_m: float
    within_2_sd: float


def pixel_figures(trials: Trials, edges_ppm_m: tuple[float, ...]) -> tuple[PixelFigures, ...]:
    """Return the figures of each range of columns."""
    clean = trials.true_ppm_m == 0
    thresholds = [false_alarm_threshold(trials.score, clean, p) for p in FALSE_ALARM_PROBABILITIES]
    figures = []
    for low, high in pairwise(edges_ppm_m):
        inside = (trials.true_ppm_m >= low) & (trials.true_ppm_m < high)
        error = column_error(trials.estimate_ppm_m, trials.sd_ppm_m, trials.true_ppm_m, inside)
        figures.append(
            PixelFigures(
                low,
                high,
                int(inside.sum()),
                tuple(float((trials.score[inside] > t).mean()) for t in thresholds),
                error.bias_ppm_m,
                float(np.sqrt(max(error.rmse_ppm_m**2 - error.bias_ppm_m**2, 0.0))),
                error.within_2_sd,
            )
        )
    return tuple(figures)


def measure(data: Path, background: str) -> dict[str, object]:
    """Return every figure."""
    clutter = Clutter.of_data(data, background)
    untouched = clutter.search()
    necl = {gas.name: gas.necl_median_ppm_m for gas in untouched.gases}
    result: dict[str, object] = {
        "background": background,
        "bands": int(clutter.used.size),
        "gases": list(clutter.gases.names),
        "untouched_plumes": [
            [p.chemical, p.snr_max, p.expected_by_chance] for p in untouched.plumes
        ],
    }
    for gas in GASES:
        trials, plumes = run_trials(clutter, data, gas, COLUMNS_PPM_M, TRIALS)
        strong = trials.true_ppm_m >= 4 * necl[gas]
        error = column_error(trials.estimate_ppm_m, trials.sd_ppm_m, trials.true_ppm_m, strong)
        edges = (250.0, *COLUMNS_PPM_M)
        result[gas] = {
            "necl_median_ppm_m": necl[gas],
            "slope": error.slope,
            "pixels": [asdict(figure) for figure in pixel_figures(trials, edges)],
            "plumes": [asdict(figure) for figure in plumes],
        }
    return result


def show(result: dict[str, object]) -> None:
    """Print the tables."""
    print(f"background {result['background']}, {result['bands']} bands, {result['gases']}")
    print(f"reported in the untouched image: {result['untouched_plumes'] or 'nothing'}")
    for gas in GASES:
        part = result[gas]
        print(f"\n{gas}: NECL {part['necl_median_ppm_m']:.0f} ppm m, slope {part['slope']:.3f}")
        print(
            "| ppm m | pixels | Pd at 1e-3 | Pd at 1e-4 | bias ppm m | sd ppm m | within 2 sd |"
            "\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
        )
        for pixel in part["pixels"]:
            chances = " | ".join(f"{p:.3f}" for p in pixel["detection_probability"])
            print(
                f"| {pixel['from_ppm_m']:.0f}-{pixel['to_ppm_m']:.0f} | {pixel['n_pixels']} | "
                f"{chances} | {pixel['bias_ppm_m']:+.0f} | {pixel['sd_ppm_m']:.0f} | "
                f"{pixel['within_2_sd']:.2f} |"
            )
        print("\n| greatest column ppm m | plumes reported | named | others a trial |")
        print("| ---: | ---: | ---: | ---: |")
        for plume in part["plumes"]:
            print(
                f"| {plume['peak_ppm_m']:.0f} | {plume['n_reported']} of {plume['n_trials']} | "
                f"{plume['n_named']} | {plume['others_per_trial']:.2f} |"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--background", choices=["global", "auto", "column"], default="global")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(data_folder("enmap_tiles"), arguments.background)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
