"""Methane on two real AVIRIS-NG tiles with 8 radiance bands: STARCOP, one plume and none.

    CATHARTES_DATA=../shared/data python benchmarks/starcop.py [--unit UNIT] [--json]

The 8 rasters of a tile (460 to 2360 nm) are opened through a mapping file, written to a temporary
folder; centres are those of the file names, full widths 5.5 nm, the unit is the one given (the
files state none; no score depends on it). The sun's angle is not stated: an air-mass factor of 2.3
is taken, on which column densities depend and scores don't.

Measured over the pixels that hold data, against the tile's label mask:

* AUC (area under the pixel ROC): of our score of methane, as shown in the score layer; of the same
  averaged over 3 by 3 pixels; of a plain matched filter
  on the same 8 bands (one mean, one covariance, target -A alpha mu), also averaged; and of the
  tile's own mag1c layer. mag1c used the instrument's own bands, some hundred of them where we have
  8; and the labels were drawn by people who looked at mag1c, so that its figure is a ceiling rather
  than a rival.
* plumes reported, with methane alone and with the whole library: those that touch a label, and
  those that don't (false), the latter also in the tile without a plume.

The tiles are map-projected, so that their columns are not the detector's: the default, a mean for
every column, has no physical reason here. ``global`` is listed beside it.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from cathartes.detect.known import used_bands
from cathartes.detect.planes import MemoryPlanes
from cathartes.detect.result import Detections
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import detect
from cathartes.pipeline.gases import gases_on_bands
from cathartes.scenes.cube import Cube
from cathartes.scenes.open import open_cube
from cathartes.simulate.score import area_under_roc
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.visibility import VisibilitySettings
from real_data import data_folder

CENTRES_NM = (460, 550, 640, 2004, 2109, 2310, 2350, 2360)
FWHM_NM = 5.5
AIR_MASS_FACTOR = 2.3
UNIT = "W m-2 sr-1 um-1"
PLUME_TILE = "ang20190927t153023_r7101_c126_w151_h151"
EMPTY_TILE = "ang20191019t175004_r8192_c256_w512_h512"


def average(score: NDArray[np.float32], width_px: int) -> NDArray[np.float32]:
    """Return the mean over squares of the pixels with a value, (line, sample)."""
    known = np.isfinite(score)
    total = uniform_filter(np.where(known, score, 0.0), width_px, mode="constant")
    share = uniform_filter(known.astype(float), width_px, mode="constant")
    return np.where(known, total / np.maximum(share, 1e-9), np.nan).astype(np.float32)


def open_tile(tile: Path, unit: str) -> Cube:
    """Return the tile's radiance bands as a cube, by a mapping file."""
    files = ", ".join(f'"{(tile / f"TOA_AVIRIS_{nm}nm.tif").resolve()}"' for nm in CENTRES_NM)
    with tempfile.TemporaryDirectory() as folder:
        mapping = Path(folder) / "tile.toml"
        mapping.write_text(
            f'[cube]\nname = "{tile.name}"\nquantity = "radiance"\nunit = "{unit}"\nfill = 0.0\n'
            f'[data]\nfiles = [{files}]\n[wavelength]\nunit = "nm"\n'
            f"values = {list(CENTRES_NM)}\nfwhm = {FWHM_NM}\n",
            encoding="utf-8",
        )
        return open_cube(mapping)


def read_layer(tile: Path, name: str) -> NDArray[np.float64]:
    """Return a raster of the tile, (line, sample)."""
    with rasterio.open(tile / f"{name}.tif") as dataset:
        return np.asarray(dataset.read(1), dtype=np.float64)


def search(cube: Cube, gas: str | None, settings: DetectSettings) -> Detections:
    """Search one gas, or the whole library."""
    library = builtin_library() if gas is None else builtin_library().select([gas])
    gases, _ = gases_on_bands(library, cube.bands, used_bands(cube, settings), VisibilitySettings())
    return detect(cube, gases, settings, MemoryPlanes(cube.n_lines, cube.n_samples))


def plain_matched_filter(cube: Cube) -> NDArray[np.float64]:
    r"""Return :math:`(x-\mu)^T K^{-1} s` with one mean and covariance, (line, sample)."""
    used = used_bands(cube, DetectSettings())
    gases, _ = gases_on_bands(
        builtin_library().select(["methane"]), cube.bands, used, VisibilitySettings()
    )
    x = cube.read_lines(0, cube.n_lines).astype(np.float64)
    valid = np.isfinite(x).all(axis=2)
    mean = x[valid].mean(axis=0)
    target = -AIR_MASS_FACTOR * gases.absorption_per_ppm_m[0] * mean
    weight = np.linalg.solve(np.cov(x[valid].T), target)
    return np.asarray((x - mean) @ weight)


@dataclass(frozen=True, slots=True)
class TileRun:
    """One search of one tile.

    Attributes
    ----------
    background
        Setting of the background's mean.
    gases
        How many gases were searched.
    auc_pixel, auc_3x3
        Of the score of methane; None without a label.
    n_plumes
        By chemical.
    n_on_label
        Reported plumes that touch the label, of any chemical.
    n_false
        Those that don't.
    label_covered
        Share of the label's pixels inside reported plumes; None without a label.
    expected_by_chance
        Of the reported plumes that don't touch the label, each one's own figure.
    """

    tile: str
    background: str
    gases: int
    auc_pixel: float | None
    auc_3x3: float | None
    n_plumes: dict[str, int]
    n_on_label: int
    n_false: int
    label_covered: float | None
    expected_by_chance: tuple[float, ...]


def run_tile(cube: Cube, label: NDArray[np.bool_], background: str, gas: str | None) -> TileRun:
    """Search a tile and score the result."""
    settings = DetectSettings(background_mean=background, air_mass_factor=AIR_MASS_FACTOR)
    found = search(cube, gas, settings)
    score = found.planes.read("score/methane")
    valid = np.isfinite(score)
    aucs = [
        area_under_roc(s, label & valid, ~label & valid) if label.any() else None
        for s in (score, average(score, 3))
    ]
    touching = {p.id for p in found.plumes if (label & (found.labels == p.id)).any()}
    chemicals = [plume.chemical for plume in found.plumes]
    return TileRun(
        tile=cube.name,
        background=background,
        gases=len(found.gases),
        auc_pixel=aucs[0],
        auc_3x3=aucs[1],
        n_plumes={name: chemicals.count(name) for name in sorted(set(chemicals))},
        n_on_label=len(touching),
        n_false=len(found.plumes) - len(touching),
        label_covered=float((found.labels[label] > 0).mean()) if label.any() else None,
        expected_by_chance=tuple(
            round(p.expected_by_chance, 4) for p in found.plumes if p.id not in touching
        ),
    )


def reference_aucs(tile: Path, cube: Cube, label: NDArray[np.bool_]) -> dict[str, float]:
    """Return the AUC of the plain matched filter and of mag1c, on the same pixels."""
    plain, mag1c = plain_matched_filter(cube), read_layer(tile, "mag1c")
    valid = np.isfinite(plain)
    mean = average(plain.astype(np.float32), 3)
    layers = {"plain matched filter": plain, "plain matched filter, 3x3": mean, "mag1c": mag1c}
    return {
        name: area_under_roc(layer, label & valid, ~label & valid) for name, layer in layers.items()
    }


def measure(data: Path, unit: str = UNIT) -> dict[str, object]:
    """Return every figure."""

    def runs() -> Iterator[TileRun]:
        for name in (PLUME_TILE, EMPTY_TILE):
            cube = open_tile(data / "starcop_avng" / name, unit)
            label = read_layer(data / "starcop_avng" / name, "labelbinary") > 0
            for background in ("auto", "global"):
                for gas in ("methane", None):
                    yield run_tile(cube, label, background, gas)

    tile = data / "starcop_avng" / PLUME_TILE
    label = read_layer(tile, "labelbinary") > 0
    return {
        "runs": [asdict(run) for run in runs()],
        "reference_auc": reference_aucs(tile, open_tile(tile, unit), label),
        "label_pixels": int(label.sum()),
    }


def show(result: dict[str, object]) -> None:
    """Print the tables."""
    print(f"tile with a plume, {result['label_pixels']} labelled pixels:")
    for name, auc in result["reference_auc"].items():
        print(f"AUC of {name}: {auc:.4f}")
    print(
        "\n| tile | background | gases | AUC pixel | AUC 3x3 | on label | label covered | false | "
        "expected by chance, of the false | chemicals |"
    )
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | --- |")
    for run in result["runs"]:
        kind = "plume" if run["tile"].startswith(PLUME_TILE[:11]) else "empty"
        figures = (run["auc_pixel"], run["auc_3x3"], run["label_covered"])
        aucs = ["–" if v is None else f"{v:.4f}" for v in figures]
        chemicals = ", ".join(f"{n} {name}" for name, n in run["n_plumes"].items()) or "none"
        chances = ", ".join(f"{v:g}" for v in run["expected_by_chance"][:6])
        print(
            f"| {kind} | {run['background']} | {run['gases']} | {aucs[0]} | {aucs[1]} | "
            f"{run['n_on_label']} | {aucs[2]} | {run['n_false']} | {chances} | {chemicals} |"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unit", default=UNIT, help="unit of the files' numbers")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(data_folder("starcop_avng"), arguments.unit)
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
