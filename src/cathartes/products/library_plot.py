"""A picture of gases' absorption, alone or as an instrument's bands show it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cathartes.errors import NoSignatureError, OutputError, SettingsError
from cathartes.spectra.library import Gas
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

COLUMN_DENSITY_PPM_M = 100.0
"""Column for which optical depths are drawn."""
LONG_WAVE_CM1 = (700.0, 1400.0)
"""Range drawn when neither a range nor an instrument is given."""

_POINTS = 2800
_WIDTH_IN, _PANEL_IN, _MARGIN_IN, _DPI = 9.0, 1.7, 1.1, 130
_LINE, _BANDS = "#9AA5AB", "#9C3D00"


def plot_library(
    gases: Sequence[Gas],
    path: Path,
    *,
    bands: SpectralBands | None = None,
    range_cm1: tuple[float, float] | None = None,
) -> None:
    """Draw the optical depth of 100 ppm m of each gas, one panel a gas, and write it as PNG.

    Parameters
    ----------
    gases
        In the order drawn, top down.
    path
        Of the PNG.
    bands : (band,)
        Adds what an instrument with these bands sees.
    range_cm1 : (low, high) [cm-1]
        Default: what the instrument and the spectra have in common, without one 700 to 1400.

    Raises
    ------
    NoSignatureError
        If none of the gases has a spectrum in the range.
    OutputError
        If the file can't be written.
    SettingsError
        If its name is of another format than PNG.
    """
    if path.suffix.lower() != ".png":
        raise SettingsError(f"{path.name}: a PNG is drawn; name a file that ends in .png.")
    low, high = range_cm1 or (LONG_WAVE_CM1 if bands is None else _common_cm1(gases, bands))
    grid = np.linspace(low, high, _POINTS)
    curves = [_depth(gas, grid) for gas in gases]
    if not any(np.isfinite(curve).any() for curve in curves):
        raise NoSignatureError(
            f"no spectrum of {', '.join(gas.name for gas in gases)} from {low:.0f} to {high:.0f} "
            "cm-1; choose another range (--range) or other gases (`cathartes library list`)."
        )
    height = _MARGIN_IN + _PANEL_IN * len(gases)
    figure = Figure(figsize=(_WIDTH_IN, height), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    panels = figure.subplots(len(gases), 1, sharex=True, squeeze=False)[:, 0]
    for panel, gas, curve in zip(panels, gases, curves, strict=True):
        _draw(panel, gas, grid, curve, bands)
    panels[0].set_xlim(low, high)
    panels[-1].set_xlabel("wavenumber [cm⁻¹]")
    above = panels[0].secondary_xaxis("top", functions=(_reciprocal, _reciprocal))
    above.set_xlabel("wavelength [µm]")
    figure.supylabel(f"optical depth of {COLUMN_DENSITY_PPM_M:g} ppm m", fontsize=10)
    edge = 0.5 / height
    figure.subplots_adjust(left=0.11, right=0.98, bottom=edge, top=1.0 - 1.1 * edge, hspace=0.12)
    try:
        figure.savefig(path, format="png")
    except OSError as error:
        raise OutputError(
            f"{path} can't be written ({error.strerror}); name a file in a writable folder."
        ) from error


def _draw(
    panel: Axes,
    gas: Gas,
    grid: NDArray[np.float64],
    curve: NDArray[np.float64],
    bands: SpectralBands | None,
) -> None:
    panel.fill_between(grid, np.nan_to_num(curve), color=_LINE, alpha=0.35, linewidth=0)
    panel.plot(grid, curve, color=_LINE if bands is not None else "black", linewidth=0.9)
    unknown = ~np.isfinite(curve)
    if unknown.any():
        panel.fill_between(
            grid, 0, 1, where=unknown, transform=panel.get_xaxis_transform(),
            facecolor="none", edgecolor="#CCCCCC", hatch="///", linewidth=0,
        )  # fmt: skip
    if bands is not None and gas.spectrum is not None:
        depth = COLUMN_DENSITY_PPM_M * absorption_on_bands_per_ppm_m(gas.spectrum, bands)
        order = np.argsort(bands.centre_um)
        panel.plot(
            1e4 / bands.centre_um[order], depth[order],
            color=_BANDS, marker="o", markersize=2, linewidth=1.0,
        )  # fmt: skip
    panel.set_ylim(bottom=0.0)
    panel.margins(y=0.15)
    panel.grid(alpha=0.25, linewidth=0.5)
    panel.text(
        0.01, 0.86, gas.name, transform=panel.transAxes, fontweight="bold", fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1.5},
    )  # fmt: skip


def _depth(gas: Gas, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    if gas.spectrum is None:
        return np.full(grid.shape, np.nan)
    return COLUMN_DENSITY_PPM_M * gas.spectrum.absorption_per_ppm_m(grid)


def _common_cm1(gases: Sequence[Gas], bands: SpectralBands) -> tuple[float, float]:
    """Return the range in which bands meet spectra; the bands' own if they never do."""
    low, high = 1e4 / float(bands.centre_um.max()), 1e4 / float(bands.centre_um.min())
    met = [
        (max(low, start), min(high, stop))
        for gas in gases
        if gas.spectrum is not None
        for start, stop in gas.spectrum.coverage_cm1
        if start < high and stop > low
    ]
    return (min(a for a, _ in met), max(b for _, b in met)) if met else (low, high)


def _reciprocal(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return µm for cm⁻¹ and back."""
    return 1e4 / np.maximum(x, 1e-3)
