"""Averaging the transmittance, not the absorption: against theory, and the figures we publish.

The equivalent width of a Lorentz line of strength S and half width g at column u is

    W = 2 pi g x exp(-x) (I0(x) + I1(x)),   x = S u / (2 pi g)

(Ladenburg and Reiche 1913; Goody and Yung 1989, eq. 4.11), and 1 - W / width is what a
band with a flat response transmits. Averaging the absorption gives exp(-S u / width) instead.
"""

import importlib.util
import re

import numpy as np
import pytest
from scipy.special import ive

from cathartes.spectra.response import (
    SpectralBands,
    TabulatedResponse,
    band_absorption_per_ppm_m,
    response_matrix,
)


@pytest.mark.parametrize("column_density_ppm_m", [1.0, 10.0, 100.0, 1000.0])
def test_a_lorentz_line_has_the_curve_of_growth(column_density_ppm_m):
    strength, half_width_cm1 = 0.01, 0.07  # of a line that is strong at 100 ppm m
    low, high = 900.0, 1000.0
    nu = np.arange(low - 1.0, high + 1.0, 0.002)
    alpha = strength * half_width_cm1 / np.pi / ((nu - 950.0) ** 2 + half_width_cm1**2)
    # Flat over wavenumber is 1 / wavelength^2 over wavelength.
    wavelength_um = np.linspace(1e4 / high, 1e4 / low, 4000)
    table = TabulatedResponse(wavelength_um, 100.0 / wavelength_um**2)
    bands = SpectralBands(np.array([10.5]), np.array([1.0]), (table,))
    matrix = response_matrix(bands, nu)

    x = strength * column_density_ppm_m / (2 * np.pi * half_width_cm1)
    width_cm1 = 2 * np.pi * half_width_cm1 * x * (ive(0, x) + ive(1, x))
    expected = -np.log(1 - width_cm1 / (high - low)) / column_density_ppm_m
    found = band_absorption_per_ppm_m(matrix, alpha, column_density_ppm_m)[0]
    # Theory counts the wings past 50 cm-1 on either side, 2 g / (50 pi) of the line's strength.
    beyond = strength * column_density_ppm_m * 2 * half_width_cm1 / (np.pi * 50.0) / width_cm1
    assert found == pytest.approx(expected, rel=beyond + 1e-3)

    thin = band_absorption_per_ppm_m(matrix, alpha, 0.0)[0]
    assert thin == pytest.approx(strength / (high - low), rel=2e-3)


def benchmark(repository):
    path = repository / "benchmarks" / "response_error.py"
    spec = importlib.util.spec_from_file_location("response_error", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_published_errors_are_those_of_the_script(data_dir, repository, monkeypatch, capsys):
    """docs/explanation/instrument-response.md prints the script's own table."""
    monkeypatch.setenv("CATHARTES_DATA", str(data_dir))
    assert benchmark(repository).main() == 0
    page = (repository / "docs" / "explanation" / "instrument-response.md").read_text("utf-8")
    row = re.compile(r"\|.*\d %.*\|")
    printed = [line for line in capsys.readouterr().out.splitlines() if row.fullmatch(line)]
    published = [line for line in page.splitlines() if row.fullmatch(line)]
    assert len(printed) == 10
    assert published == printed


def test_the_error_is_that_of_a_slow_twin(data_dir, repository):
    """Ammonia's 4 cm-1 band at 100 ppm m, integrated without matrix or cut response."""
    script = benchmark(repository)
    bands = script.bands_of_4_cm1()
    grid = bands.wavenumber_grid_cm1(script.STEP_CM1)
    alpha = script.absorption_per_ppm_m(data_dir, "ammonia_NH3", grid)
    band_cm1, thin, over = script.errors(bands, grid, alpha)
    centre_um = 1e4 / band_cm1
    wavelength_um = 1e4 / grid[::-1]
    fwhm_um = 4.0 * 1e4 / band_cm1**2
    weight = np.exp(-4 * np.log(2) * ((wavelength_um - centre_um) / fwhm_um) ** 2)

    def average(values):
        return np.trapezoid(weight * values[::-1], wavelength_um) / np.trapezoid(
            weight, wavelength_um
        )

    slow = -np.log(average(np.exp(-100.0 * alpha))) / 100.0
    # 4e-4 of the response is cut off in the fast one.
    assert thin == pytest.approx(average(alpha), rel=1e-3)
    assert over[1] == pytest.approx(average(alpha) / slow - 1, rel=0.02)
