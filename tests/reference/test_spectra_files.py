"""Original files against numbers that others took from them.

Rationale: a reader that forgets ln 10, takes Pa for kPa, or shifts an axis by one step still gives
a smooth, plausible spectrum. Peaks, optical depths and band integrals taken from the same files by
independent code (the project's data set, `spectra/README.md`, sections A and F) do not allow that.

Tolerances are those of the printed numbers: two digits for peaks (2.5 %: half a unit of "2.0" at
most), 1 cm-1 for their places (a table on a 0.5 cm-1 grid at 4 cm-1 resolution), half a unit of the
last digit for band integrals.
"""

import csv
import gzip

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from cathartes.spectra.absorption import Quality
from cathartes.spectra.readers import read_spectra

# Section A: strongest peaks in 741-1333 cm-1 at 4 cm-1 FWHM [cm-1: cm2 molecule-1], and the optical
# depth of 100 ppm m at the strongest of them.
PEAKS = {
    "NH3_pnnl.txt": ({966.5: 6.9e-19, 931.0: 5.7e-19, 1046.5: 2.1e-19, 1084.5: 2.0e-19}, 0.171),
    "acetone_quantir.jdx": ({1217.0: 3.2e-19, 1229.0: 2.6e-19, 1206.0: 2.4e-19}, 0.078),
    "acetone_hitran.xsc": ({1217.5: 3.6e-19, 1228.5: 3.0e-19}, 0.089),
    "dichloromethane.jdx": (
        {750.2: 7.6e-19, 764.2: 6.4e-19, 1275.7: 2.2e-19, 1260.7: 1.9e-19}, 0.189,
    ),
    "acetic_acid_old_layout.xsc": ({1177.0: 6.8e-19, 1276.5: 2.0e-19, 999.0: 1.8e-19}, 0.169),
    "benzene_quantir_says_Pa.jdx": ({1037.0: 5.8e-20, 1024.0: 3.0e-20, 1050.5: 2.8e-20}, 0.014),
    "so2_quantir.jdx": ({1165.0: 6.1e-20, 1136.5: 5.2e-20}, 0.015),
}  # fmt: skip

# Section F: file, range [cm-1], band integral [cm molecule-1].
INTEGRALS = [
    ("acetone_quantir.jdx", 1180, 1270, 1.105e-17),
    ("acetone_hitran.xsc", 1180, 1270, 1.113e-17),
    ("acetone_quantir.jdx", 1320, 1400, 1.174e-17),
    ("acetone_hitran.xsc", 1320, 1400, 1.204e-17),
    ("acetone_quantir.jdx", 1040, 1140, 6.09e-19),
    ("acetone_hitran.xsc", 1040, 1140, 5.23e-19),
    ("NH3_pnnl.txt", 750, 1250, 2.388e-17),
    ("NH3_pnnl.txt", 4800, 5200, 7.76e-19),
    ("so2_quantir.jdx", 1080, 1260, 3.79e-18),
    ("so2_quantir.jdx", 1300, 1420, 2.98e-17),
]

# The same spectra as the data set's own tables hold them.
TABLES = {
    "NH3_pnnl.txt": "ammonia_NH3",
    "acetone_quantir.jdx": "acetone",
    "acetone_hitran.xsc": "acetone_cold",
    "dichloromethane.jdx": "dichloromethane",
    "acetic_acid_old_layout.xsc": "acetic_acid",
    "benzene_quantir_says_Pa.jdx": "benzene",
    "so2_quantir.jdx": "SO2",
}


def read(data_dir, name, **options):
    path = data_dir / "spectra" / "formats" / name
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    return read_spectra(path, gas="a gas", **options)


def at_4_cm1(spectrum, grid_cm1):
    """Return a spectrum at 4 cm-1 FWHM; written apart from `cathartes.spectra.response`."""
    step = 0.02
    fine = np.arange(700.0, 1400.0, step)
    sigma = np.interp(fine, spectrum.wavenumber_cm1, spectrum.cross_section_cm2, 0.0, 0.0)
    smooth = gaussian_filter1d(sigma, 4.0 / 2.35482 / step, mode="constant")
    return np.interp(grid_cm1, fine, smooth)


def integral(spectrum, low, high):
    inside = (spectrum.wavenumber_cm1 >= low) & (spectrum.wavenumber_cm1 <= high)
    return np.trapezoid(spectrum.cross_section_cm2[inside], spectrum.wavenumber_cm1[inside])


@pytest.mark.parametrize("name", PEAKS)
def test_peaks_are_where_and_as_high_as_others_found_them(data_dir, name):
    expected, optical_depth = PEAKS[name]
    (spectrum,) = read(data_dir, name)
    grid = np.arange(741.0, 1333.0, 0.1)
    sigma = at_4_cm1(spectrum, grid)
    found = grid[find_peaks(sigma)[0]]
    for peak_cm1, peak_cm2 in expected.items():
        nearest = found[np.abs(found - peak_cm1).argmin()]
        assert nearest == pytest.approx(peak_cm1, abs=1.0)
        assert np.interp(nearest, grid, sigma) == pytest.approx(peak_cm2, rel=0.03)
    strongest = sigma[np.abs(grid - next(iter(expected))) < 2.0].max()
    # The table's depths are read off every 0.5 cm-1; a line of 4 cm-1 FWHM falls by 1.1 % in 0.25.
    tolerance = 6e-4 + 0.011 * optical_depth
    assert strongest * 2.4781e15 * 100 == pytest.approx(optical_depth, abs=tolerance)
    assert spectrum.quality is Quality.QUANTITATIVE


@pytest.mark.parametrize(("name", "low", "high", "expected"), INTEGRALS)
def test_band_integrals_are_those_of_others(data_dir, name, low, high, expected):
    (spectrum,) = read(data_dir, name)
    assert integral(spectrum, low, high) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("name", TABLES)
def test_cross_sections_are_those_of_the_data_sets_own_tables(data_dir, name):
    """Made from the same originals by other code; five digits are printed.

    PNNL's differ by 296.15 / 296 = 1.0005, because the table normalises to 296.15 K where PNNL
    states 296 K.
    """
    path = data_dir / "spectra" / "xsec" / f"{TABLES[name]}.csv.gz"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [row for row in csv.reader(stream) if not row[0].startswith("#")][1:]
    nu, sigma = np.array(rows, dtype=float).T
    (spectrum,) = read(data_dir, name)
    ours = np.interp(nu, spectrum.wavenumber_cm1, spectrum.cross_section_cm2)
    factor = 296.15 / 296.0 if "pnnl" in name else 1.0
    # The table's axis has four decimals: 5e-5 cm-1 on the steepest flank is a part of the peak.
    slope = np.abs(np.gradient(sigma, nu)).max()
    assert np.abs(ours * factor - sigma).max() <= 1e-4 * sigma.max() + 1e-4 * slope


def test_carbon_tetrachloride_holds_six_temperatures(data_dir):
    """Section A, second block: 795.0 (4.0e-18) and 779.0 (6.4e-19) at 298 K, tau 0.995."""
    spectra = read(data_dir, "CCl4_two_blocks.xsc")
    temperatures_k = [spectrum.temperature_k for spectrum in spectra]
    assert temperatures_k == [310.0, 298.0, 273.0, 248.0, 223.0, 170.0]
    assert all("maximum" not in spectrum.source for spectrum in spectra)
    sigma = at_4_cm1(spectra[1], np.array([795.0, 779.0]))
    assert sigma == pytest.approx([4.0e-18, 6.4e-19], rel=0.02)


def test_ammonia_lines_agree_with_the_measured_spectrum(data_dir):
    """Section A: HAPI's Voigt lines against PNNL at 4 cm-1: correlation 0.9999, slope 0.962.

    Section F: 2.388e-17 measured over 2.270e-17 from lines, 750-1250 cm-1 (lines weaker than
    1e-24 are not in the list).
    """
    (lines,) = read(data_dir, "NH3_hitran2020_repacked_700-1400.par")
    (measured,) = read(data_dir, "NH3_pnnl.txt")
    grid = np.arange(750.0, 1300.0, 0.5)
    a, b = at_4_cm1(measured, grid), at_4_cm1(lines, grid)
    assert np.corrcoef(a, b)[0, 1] > 0.9998
    assert (a @ b) / (a @ a) == pytest.approx(0.962, abs=0.01)
    assert integral(lines, 750, 1250) == pytest.approx(2.270e-17, rel=5e-3)


def test_an_old_paper_spectrum_is_right_within_a_factor_of_two(data_dir):
    """Section B: Coblentz integrals are 0.65 to 1.4 x the measured, less where saturated.

    Ammonia's narrow lines at 930 and 966 cm-1 are saturated at 50 mmHg over 5 cm; its broad
    bands at 1400-1900 and 3200-3500 cm-1 are weaker.
    """
    (paper,) = read(data_dir, "ammonia_coblentz_transmittance.jdx")
    (measured,) = read(data_dir, "NH3_pnnl.txt")
    assert paper.quality is Quality.SEMI_QUANTITATIVE
    assert 0.5 < integral(paper, 750, 1250) / integral(measured, 750, 1250) < 1.0
    for low, high in ((1400, 1900), (3200, 3500)):
        assert 0.65 < integral(paper, low, high) / integral(measured, low, high) < 1.4


def test_trap_7_hydrogen_chloride_has_its_amount_in_the_state(data_dir):
    """200 mmHg over 5 cm; its lines lie in 2700-3050 cm-1 and nothing does in 741-1333 cm-1."""
    (spectrum,) = read(data_dir, "hcl_amount_in_state.jdx")
    assert spectrum.quality is Quality.SEMI_QUANTITATIVE
    assert "26664 Pa over 0.05 m" in spectrum.source
    assert spectrum.pressure_pa == pytest.approx(79_993, abs=1)
    top = spectrum.wavenumber_cm1[spectrum.cross_section_cm2.argmax()]
    assert 2650 < top < 3100
    assert integral(spectrum, 2600, 3100) > 10 * integral(spectrum, 741, 1333)


def test_toluene_shows_at_its_edge(data_dir):
    """Section B: 731 cm-1, outside 13.5 um; 20 mmHg over 5 cm."""
    (spectrum,) = read(data_dir, "toluene_coblentz_transmittance.jdx")
    inside = (spectrum.wavenumber_cm1 > 700) & (spectrum.wavenumber_cm1 < 1333)
    top = spectrum.wavenumber_cm1[inside][spectrum.cross_section_cm2[inside].argmax()]
    assert top == pytest.approx(731, abs=3)
