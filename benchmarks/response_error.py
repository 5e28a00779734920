"""Print the error of convolving absorption where an instrument convolves transmittance.

An instrument averages transmittance over a band; code that averages the absorption coefficient
instead predicts too strong a signal, the more so the narrower and stronger the gas's lines are.
For each gas: effective band absorption over its thin limit, minus 1, in the band where the gas
absorbs most, at 10, 100 and 1000 ppm m.

    CATHARTES_DATA=../shared/data python benchmarks/response_error.py

Needs the measured spectra (0.11 to 0.48 cm-1 resolution) and HyTES' band list of CATHARTES_DATA.
"""

import gzip
import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.spectra.absorption import number_density_per_ppm_m
from cathartes.spectra.readers import read_spectra
from cathartes.spectra.response import SpectralBands, band_absorption_per_ppm_m, response_matrix

COLUMN_DENSITIES_PPM_M = (10.0, 100.0, 1000.0)
GASES = {"ammonia": "ammonia_NH3", "methanol": "methanol", "methane": "CH4", "SF6": "SF6"}
RANGE_CM1 = (835.0, 1320.0)
STEP_CM1 = 0.02


def bands_of_4_cm1() -> SpectralBands:
    """Return bands of 4 cm-1 full width, 4 cm-1 apart, in HyTES' range."""
    centre_cm1 = np.arange(RANGE_CM1[1], RANGE_CM1[0], -4.0)
    return SpectralBands(1e4 / centre_cm1, 4.0 * 1e4 / centre_cm1**2)


def bands_of_hytes(data: Path) -> SpectralBands:
    """Return HyTES' 256 bands: centres and widths of its published list."""
    table = np.loadtxt(data / "hytes_modtran" / "input" / "hytes_wavelengths.txt")
    return SpectralBands(table[:, 1], table[:, 2])


def absorption_per_ppm_m(data: Path, name: str, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (point,) [ppm-1 m-1] on a grid [cm-1], from a table of cross-sections."""
    with gzip.open(data / "spectra" / "xsec" / f"{name}.csv.gz", "rt", encoding="utf-8") as stream:
        table = np.loadtxt(stream, delimiter=",", skiprows=2)
    sigma = np.interp(grid, table[:, 0], table[:, 1])
    return np.clip(sigma, 0.0, None) * number_density_per_ppm_m(296.0, 101_325.0)


def lines_per_ppm_m(data: Path, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ammonia's absorption from HITRAN lines, unblurred by any spectrometer."""
    path = data / "spectra" / "formats" / "NH3_hitran2020_repacked_700-1400.par"
    (spectrum,) = read_spectra(path)
    return np.nan_to_num(spectrum.absorption_per_ppm_m(grid))


def errors(
    bands: SpectralBands, grid: NDArray[np.float64], alpha: NDArray[np.float64]
) -> tuple[float, float, list[float]]:
    """Return the strongest band [cm-1], its thin absorption [ppm-1 m-1], and the errors there.

    An error is thin limit over effective absorption, minus 1: how much the wrong way round
    overstates the optical depth.
    """
    matrix = response_matrix(bands, grid)
    thin = band_absorption_per_ppm_m(matrix, alpha, 0.0)
    top = int(thin.argmax())
    over = [
        float(thin[top] / band_absorption_per_ppm_m(matrix, alpha, u)[top] - 1.0)
        for u in COLUMN_DENSITIES_PPM_M
    ]
    return float(1e4 / bands.centre_um[top]), float(thin[top]), over


def main() -> int:
    """Print the table; 1 if the data are not there."""
    data = Path(os.environ.get("CATHARTES_DATA", "../shared/data"))
    if not (data / "spectra" / "xsec").is_dir():
        print(f"real data not found at {data}: set CATHARTES_DATA", file=sys.stderr)
        return 1
    for title, bands in (("4 cm-1 bands", bands_of_4_cm1()), ("HyTES", bands_of_hytes(data))):
        grid = bands.wavenumber_grid_cm1(STEP_CM1)
        print(f"\n{title}: overstated optical depth in the gas's strongest band")
        print("| gas | band cm-1 | thin limit per ppm m | 10 ppm m | 100 ppm m | 1000 ppm m |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        spectra = {g: absorption_per_ppm_m(data, name, grid) for g, name in GASES.items()}
        spectra["ammonia, from lines"] = lines_per_ppm_m(data, grid)
        for gas, alpha in spectra.items():
            band_cm1, thin, over = errors(bands, grid, alpha)
            cells = " | ".join(f"{100 * e:.1f} %" for e in over)
            print(f"| {gas} | {band_cm1:.1f} | {thin:.2e} | {cells} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
