"""What ``cathartes library`` prints: tables of gases, of fidelity, of look-alike pairs."""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from rich.table import Table
from rich.text import Text

from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    AbsorptionSpectrum,
    number_density_per_ppm_m,
)
from cathartes.spectra.band_model import BandModel
from cathartes.spectra.builtin import BandTable
from cathartes.spectra.fidelity import smoothed_cross_section_cm2
from cathartes.spectra.library import Gas, GasSpectrum
from cathartes.spectra.visibility import Visibility

COLUMN_DENSITY_PPM_M = 100.0
SHOWN_RESOLUTION_CM1 = 4.0
"""Resolution at which strongest bands are stated: that of an airborne imaging spectrometer."""

_MAX_BANDS = 8
_STEP_CM1 = 0.5


def describe(gas: Gas) -> dict[str, object]:
    """Return what is known of a gas, for JSON."""
    spectrum = gas.spectrum
    described: dict[str, object] = {
        "name": gas.name,
        "formula": gas.formula,
        "cas": gas.cas,
        "molar_mass_g_mol": gas.molar_mass_g_mol,
        "aliases": gas.aliases,
        "remark": gas.remark,
        "spectrum": None,
    }
    if spectrum is not None:
        described["spectrum"] = {
            "quality": spectrum.quality,
            "resolution_cm1": spectrum.resolution_cm1,
            "coverage_cm1": spectrum.coverage_cm1,
            "source": spectrum.source,
            "n_bands": len(spectrum) if isinstance(spectrum, BandModel) else None,
            "measured_cm1": (
                spectrum.measured_cm1 if isinstance(spectrum, BandModel) else spectrum.coverage_cm1
            ),
        }
    return described


def strongest_bands(gas: Gas) -> list[dict[str, float]]:
    """Return the strongest peaks at `shown_resolution_cm1`, at least 5 % of the greatest.

    Strongest first, each with ``wavenumber_cm1`` and ``optical_depth`` of 100 ppm m.
    """
    if gas.spectrum is None:
        return []
    peaks: list[tuple[float, float]] = []
    for low, high in gas.spectrum.coverage_cm1:
        grid = np.arange(low, high, _STEP_CM1)
        depth = COLUMN_DENSITY_PPM_M * _shown_per_ppm_m(gas.spectrum, grid)
        inner = np.flatnonzero((depth[1:-1] > depth[:-2]) & (depth[1:-1] >= depth[2:])) + 1
        peaks += [(float(grid[i]), float(depth[i])) for i in inner]
    peaks.sort(key=lambda peak: -peak[1])
    chosen: list[tuple[float, float]] = []
    for nu, depth_there in peaks:
        apart = all(abs(nu - other) > SHOWN_RESOLUTION_CM1 for other, _ in chosen)
        if apart and depth_there >= 0.05 * peaks[0][1] and len(chosen) < _MAX_BANDS:
            chosen.append((nu, depth_there))
    return [{"wavenumber_cm1": nu, "optical_depth": depth_there} for nu, depth_there in chosen]


def shown_resolution_cm1(spectrum: GasSpectrum) -> float:
    """Return the resolution at which bands are stated: 4 cm-1, or a coarse spectrum's own."""
    fine = spectrum.resolution_cm1 <= SHOWN_RESOLUTION_CM1 / 4.0
    return SHOWN_RESOLUTION_CM1 if fine else spectrum.resolution_cm1


def _shown_per_ppm_m(spectrum: GasSpectrum, grid_cm1: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the absorption at `shown_resolution_cm1`, (point,) [ppm-1 m-1]."""
    resolution_cm1 = shown_resolution_cm1(spectrum)
    if isinstance(spectrum, BandModel):
        return spectrum.at_resolution(resolution_cm1).absorption_per_ppm_m(grid_cm1)
    if isinstance(spectrum, AbsorptionSpectrum) and resolution_cm1 > spectrum.resolution_cm1:
        per_ppm_m_cm2 = number_density_per_ppm_m(STANDARD_TEMPERATURE_K, STANDARD_PRESSURE_PA)
        return per_ppm_m_cm2 * smoothed_cross_section_cm2(spectrum, grid_cm1, resolution_cm1)
    return spectrum.absorption_per_ppm_m(grid_cm1)


def gas_table(gases: Iterable[Gas]) -> Table:
    """Return the table of all gases."""
    table = _table("gas", "formula", "CAS", "spectrum", "known in [cm-1]", "remark")
    for gas in gases:
        spectrum = gas.spectrum
        table.add_row(
            Text(gas.name, style="bold" if spectrum is not None else "dim"),
            gas.formula,
            gas.cas,
            "none" if spectrum is None else f"{spectrum.quality}, {spectrum.resolution_cm1:g} cm-1",
            "" if spectrum is None else _ranges(spectrum.coverage_cm1),
            Text(gas.remark),
        )
    return table


def visibility_table(gases: Iterable[Gas], seen: Sequence[Visibility]) -> Table:
    """Return the table of what an instrument sees, visible gases first, strongest first."""
    formula = {gas.name: gas.formula for gas in gases}
    table = _table("gas", "formula", "visible", "contrast", "reason")
    for item in sorted(seen, key=lambda v: (not v.visible, -np.nan_to_num(v.contrast))):
        table.add_row(
            Text(item.name, style="bold" if item.visible else "dim"),
            formula[item.name],
            Text("yes", style="green") if item.visible else Text("no", style="yellow"),
            "" if math.isnan(item.contrast) else f"{item.contrast:.2g}",
            Text(item.reason),
        )
    return table


def pair_table(pairs: Iterable[tuple[str, str, float]]) -> Table:
    """Return the table of look-alike pairs."""
    table = _table("correlation", "gas", "looks like")
    for first, second, value in pairs:
        table.add_row("unknown" if math.isnan(value) else f"{value:.3f}", first, second)
    return table


def gas_page(gas: Gas, shipped: BandTable | None) -> Iterator[Table | Text]:
    """Yield what `library show` prints of a gas."""
    facts = _table("", "", header=False)
    facts.add_row("gas", Text(gas.name, style="bold"))
    facts.add_row("formula, CAS", f"{gas.formula}, {gas.cas}")
    if math.isfinite(gas.molar_mass_g_mol):
        facts.add_row("molar mass", f"{gas.molar_mass_g_mol:g} g mol-1")
    if gas.aliases:
        facts.add_row("also called", Text(", ".join(gas.aliases)))
    spectrum = gas.spectrum
    if spectrum is None:
        facts.add_row("spectrum", "none: this gas can't be seen")
    else:
        facts.add_row("spectrum", f"{spectrum.quality}, {spectrum.resolution_cm1:g} cm-1")
        facts.add_row("source", Text(spectrum.source))
    if isinstance(spectrum, BandModel):
        facts.add_row("band model", f"{len(spectrum)} Gaussian bands")
        facts.add_row("measured in", f"{_ranges(spectrum.measured_cm1)} cm-1")
        if spectrum.transparent_cm1:
            facts.add_row(
                "taken as clear", f"{_ranges(spectrum.transparent_cm1)} cm-1 (not measured)"
            )
    elif spectrum is not None:
        facts.add_row("known in", f"{_ranges(spectrum.coverage_cm1)} cm-1")
    if gas.remark:
        facts.add_row("remark", Text(gas.remark))
    yield facts
    if spectrum is not None:
        resolution_cm1 = shown_resolution_cm1(spectrum)
        yield Text(f"\nStrongest bands at {resolution_cm1:g} cm-1", style="bold")
        yield _band_table(gas)
    if shipped is not None:
        yield Text("\nFidelity: the band model against its measurement", style="bold")
        yield _fidelity_table(shipped)
        yield Text(_FIDELITY_LEGEND, style="dim")


def _band_table(gas: Gas) -> Table:
    table = _table("cm-1", "um", f"optical depth of {COLUMN_DENSITY_PPM_M:g} ppm m")
    for band in strongest_bands(gas):
        nu = band["wavenumber_cm1"]
        table.add_row(f"{nu:.1f}", f"{1e4 / nu:.3f}", f"{band['optical_depth']:.3g}")
    return table


def _fidelity_table(shipped: BandTable) -> Table:
    table = _table("window", "at", "correlation", "error", "whole", "above 0", "bands", "each band")
    for f in shipped.fidelity:
        low, high = f.band_integral_ratio
        table.add_row(
            f"{f.low_cm1:.0f}-{f.high_cm1:.0f}",
            f"{f.resolution_cm1:g}",
            f"{f.correlation:.5f}",
            f"{f.largest_error:.1%}",
            f"{f.integral_ratio:.3f}",
            f"{f.absorbing_integral_ratio:.3f}",
            f"{f.bands_integral_ratio:.3f}",
            f"{low:.3f}" if low == high else f"{low:.3f}-{high:.3f}",
        )
    return table


_FIDELITY_LEGEND = (
    "Window and resolution in cm-1; error: the largest, as a share of the peak; then integrals, "
    "model over measurement: of the whole window, of the same without the measurement's negative "
    "values, which are errors of its baseline, of all bands together (where the measurement at 4 "
    "cm-1 exceeds 1 % of its peak), and of each strong band, lowest and highest."
)


def _ranges(ranges: Iterable[tuple[float, float]]) -> str:
    return ", ".join(f"{low:.0f}-{high:.0f}" for low, high in ranges)


def _table(*headings: str, header: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, show_header=header)
    for place, heading in enumerate(headings):
        # Names must survive a narrow terminal: they are copied into the next command.
        table.add_column(heading, overflow="fold", no_wrap=place == 0)
    return table
