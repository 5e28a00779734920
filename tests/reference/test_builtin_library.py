"""The built-in library against the measurements it was fitted to, and against outside figures.

Rationale: the shipped tables are our own figures; only the published cross-sections can say that
they are right. The data folder is not shipped, so these tests skip without it.
"""

import csv
import gzip
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cathartes.scenes.instrument import load_instrument
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.band_model import BandModel
from cathartes.spectra.builtin import BandTable, builtin_library, builtin_tables
from cathartes.spectra.fidelity import Fidelity, state_fidelity
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.lookalikes import lookalike_matrix, worst_pairs
from cathartes.spectra.response import (
    SpectralBands,
    band_absorption_per_ppm_m,
    response_matrix,
)
from cathartes.spectra.visibility import search_visible

GASES = tuple(builtin_tables())
INSTRUMENT_WINDOW = (740.0, 1340.0)

ASKED = """
ammonia acetone dichloromethane methanol ethanol isopropanol 1-butanol acetic_acid chloroform
ethyl_acetate vinyl_acetate MEK MTBE ETBE benzene o-xylene m-xylene p-xylene ethylbenzene
tetrachloroethene 1,1,1-trichloroethane 1,1-dichloroethene carbon_tetrachloride SF6 R-11 R-12 R-22
R-32 R-125 R-134a R-143a R-152a CF4 sulfur_dioxide methane ethylene propylene 1,3-butadiene
isoprene ethylene_oxide acrylonitrile acetonitrile
""".split()  # noqa: SIM905

# Baselines of these measurements lie below zero over hundreds of cm-1 (CF4: by 0.0016 of the
# peak): their whole-window integral is too small, and no gas can give that back.
NEGATIVE_BASELINE = {"benzene", "CF4"}


@cache
def measured(folder: Path, gas: str) -> AbsorptionSpectrum:
    """Read the measurement of a gas, independently of the fit script."""
    path = folder / "spectra" / "xsec" / f"{builtin_tables()[gas].measurement}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        table = np.loadtxt(lines, delimiter=",", skiprows=2)
    table = table[np.argsort(table[:, 0], kind="stable")]
    return AbsorptionSpectrum(
        gas, table[:, 0], table[:, 1], 296.0, 101_325.0, 0.1, Quality.QUANTITATIVE, path.name
    )


@cache
def recomputed(folder: Path, gas: str) -> tuple[Fidelity, ...]:
    return state_fidelity(builtin_tables()[gas].model, measured(folder, gas))


def at(fidelity: tuple[Fidelity, ...], resolution_cm1: float) -> Fidelity:
    """Return the fidelity in the instrument window at a resolution."""
    (found,) = [
        f
        for f in fidelity
        if (f.low_cm1, f.high_cm1) == INSTRUMENT_WINDOW and f.resolution_cm1 == resolution_cm1
    ]
    return found


def test_every_gas_asked_for_is_there() -> None:
    missing = [name for name in ASKED if name not in GASES]
    assert missing == []


@pytest.mark.parametrize("gas", GASES)
def test_stated_fidelity_is_what_the_measurement_says(data_dir: Path, gas: str) -> None:
    """Expected: the stored figures, to their last digit (they were rounded when written)."""
    stored, now = builtin_tables()[gas].fidelity, recomputed(data_dir, gas)
    assert len(stored) == len(now)
    for old, new in zip(stored, now, strict=True):
        assert (old.low_cm1, old.resolution_cm1) == (new.low_cm1, new.resolution_cm1)
        assert old.correlation == pytest.approx(new.correlation, abs=2e-5)
        assert old.largest_error == pytest.approx(new.largest_error, abs=2e-4)
        assert old.integral_ratio == pytest.approx(new.integral_ratio, abs=2e-4)
        assert old.absorbing_integral_ratio == pytest.approx(new.absorbing_integral_ratio, abs=2e-4)
        assert old.bands_integral_ratio == pytest.approx(new.bands_integral_ratio, abs=2e-4)
        assert old.beyond_bands_share == pytest.approx(new.beyond_bands_share, abs=2e-4)
        assert old.band_integral_ratio == pytest.approx(new.band_integral_ratio, abs=2e-4)


@pytest.mark.parametrize("gas", GASES)
def test_asked_fidelity_is_reached(data_dir: Path, gas: str) -> None:
    """Expected: r >= 0.998 at 4 cm-1, >= 0.99 at 1 cm-1, integrals within 2 % (issue 2)."""
    fine, coarse = (at(recomputed(data_dir, gas), r) for r in (1.0, 4.0))
    assert coarse.correlation >= 0.998
    assert fine.correlation >= 0.99
    for f in (fine, coarse):
        assert f.band_integral_ratio == pytest.approx((1.0, 1.0), abs=0.02)
        assert f.absorbing_integral_ratio == pytest.approx(1.0, abs=0.02)
        if gas not in NEGATIVE_BASELINE:
            assert f.integral_ratio == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("gas", GASES)
def test_integral_of_all_bands_is_within_2_per_cent(data_dir: Path, gas: str) -> None:
    """Expected: for every gas, window and resolution (issue 2: "band integrals within 2 %").

    Rationale: an integrated intensity is one over bands. Beyond them the model may add no more
    than 2 % to it, over what was measured there, where an instrument looks; a measured integral
    below zero is nothing that a gas did.
    """
    for f in recomputed(data_dir, gas):
        assert f.bands_integral_ratio == pytest.approx(1.0, abs=0.02)
        if f.low_cm1 == 700.0:
            continue
        modelled, measured_share = f.beyond_bands_share
        assert modelled == pytest.approx(max(measured_share, 0.0), abs=0.02)


@pytest.mark.parametrize("gas", sorted(NEGATIVE_BASELINE))
def test_whole_window_integral_differs_by_a_baseline_below_zero_alone(
    data_dir: Path, gas: str
) -> None:
    """Expected: CF4 1.084 and benzene 1.037, 1.00 once what lies beyond the bands is left out.

    Rationale: were it the bands, a fit could mend it.
    """
    for f in (at(recomputed(data_dir, gas), r) for r in (1.0, 4.0)):
        modelled, measured_share = f.beyond_bands_share
        assert measured_share < -0.02
        whole = (f.bands_integral_ratio + modelled) / (1.0 + measured_share)
        assert whole == pytest.approx(f.integral_ratio, abs=1e-6)
        assert f.bands_integral_ratio == pytest.approx(1.0, abs=0.001)


def test_half_of_the_gases_reach_more_at_1_cm1(data_dir: Path) -> None:
    """Expected: r >= 0.998 at 1 cm-1 for half of them or more (issue 2)."""
    good = [gas for gas in GASES if at(recomputed(data_dir, gas), 1.0).correlation >= 0.998]
    assert len(good) >= len(GASES) / 2


@pytest.mark.parametrize("gas", ["ammonia", "methane", "acetic_acid", "isoprene"])
def test_short_wave_fidelity(data_dir: Path, gas: str) -> None:
    """Expected: r >= 0.99 at 4 cm-1 from 4000 to 7000 cm-1, integrals within 2 %."""
    short = [f for f in recomputed(data_dir, gas) if f.low_cm1 == 4000.0]
    assert [f.resolution_cm1 for f in short] == [1.0, 4.0]
    for f in short:
        assert f.correlation >= 0.99
        assert f.integral_ratio == pytest.approx(1.0, abs=0.02)


PEAKS_CM1_CM2 = {
    # Peaks at 4 cm-1 from the data folder's README, section A (made with another program).
    "ammonia": (966.5, 6.9e-19),
    "acetone": (1217.0, 3.2e-19),
    "dichloromethane": (750.2, 7.6e-19),
    "methanol": (1033.0, 4.6e-19),
    "chloroform": (772.7, 2.5e-18),
    "SF6": (946.5, 2.0e-17),
    "R-11": (846.5, 4.1e-18),
    "carbon_tetrachloride": (795.0, 4.0e-18),
    "sulfur_dioxide": (1165.0, 6.1e-20),
    "methane": (1305.0, 2.4e-19),
    "ethylene": (949.5, 4.7e-19),
    "acetonitrile": (1042.4, 8.9e-21),
}


@pytest.mark.parametrize("gas", PEAKS_CM1_CM2)
def test_strongest_peak_is_where_and_as_high_as_reported(gas: str) -> None:
    """Expected: reported to 0.5 cm-1 and two digits; the tolerance is that rounding and 1 %."""
    where, height = PEAKS_CM1_CM2[gas]
    grid = np.arange(741.0, 1333.0, 0.25)
    sigma = builtin_tables()[gas].model.at_resolution(4.0).cross_section_cm2(grid)
    # A flank that rises to the end of the window (SO2's band at 1362 cm-1) is no peak in it.
    inner = np.flatnonzero((sigma[1:-1] > sigma[:-2]) & (sigma[1:-1] >= sigma[2:])) + 1
    top = int(inner[sigma[inner].argmax()])
    assert grid[top] == pytest.approx(where, abs=0.6)
    digit = 10.0 ** (np.floor(np.log10(height)) - 1)
    assert sigma[top] == pytest.approx(height, abs=0.5 * digit + 0.01 * height)


BAND_INTEGRALS_CM = {
    # Section F of the same README: (gas, from, to) and cm molecule-1.
    ("acetone", 1180.0, 1270.0): 1.105e-17,
    ("acetone", 1320.0, 1400.0): 1.174e-17,
    ("SF6", 915.0, 965.0): 2.032e-16,
    ("methanol", 960.0, 1100.0): 1.826e-17,
    ("ammonia", 750.0, 1250.0): 2.388e-17,
    ("ammonia", 4800.0, 5200.0): 7.76e-19,
    ("sulfur_dioxide", 1080.0, 1260.0): 3.79e-18,
    ("methane", 1200.0, 1400.0): 5.39e-18,
    ("methane", 4150.0, 4650.0): 8.6e-19,
    ("methane", 5860.0, 6140.0): 8.8e-20,
}


@pytest.mark.parametrize(("window", "integral_cm"), BAND_INTEGRALS_CM.items())
def test_band_integrals_are_those_reported(
    window: tuple[str, float, float], integral_cm: float
) -> None:
    """Expected: within the 2 % asked of the library."""
    gas, low, high = window
    grid = np.arange(low, high, 0.1) + 0.05
    ours = builtin_tables()[gas].model.cross_section_cm2(grid).sum() * 0.1
    assert ours == pytest.approx(integral_cm, rel=0.02)


def four_cm1_bands(step_cm1: float = 2.0) -> SpectralBands:
    nu = np.arange(741.0, 1333.0, step_cm1)
    return SpectralBands(1e4 / nu, 4.0 * 1e4 / nu**2)


LOOKALIKES = {
    ("1-butanol", "ethanol"): 0.95,
    ("carbon_tetrachloride", "p-xylene"): 0.91,
    ("m-xylene", "chloroform"): 0.86,
    ("MEK", "acetic_acid"): 0.84,
    ("ethylbenzene", "dichloromethane"): 0.84,
    ("vinyl_acetate", "acetone"): 0.83,
}


def test_most_alike_pairs_are_those_found_in_the_measurements() -> None:
    """Expected: the six pairs of section F, in that order; given to two digits, at 4 cm-1."""
    library = builtin_library().select(GASES)
    names, correlation = lookalike_matrix(library, four_cm1_bands())
    pairs = worst_pairs(names, correlation)[: len(LOOKALIKES)]
    found = {frozenset(pair[:2]): pair[2] for pair in pairs}
    assert found.keys() == {frozenset(pair) for pair in LOOKALIKES}
    for pair, value in LOOKALIKES.items():
        assert found[frozenset(pair)] == pytest.approx(value, abs=0.006)


def test_library_at_4_cm1_is_the_independent_one(data_dir: Path) -> None:
    """Against lib_4cm.csv, smoothed by another program from the same measurements.

    Expected: r >= 0.998 wherever it has the gas under a name we know, at 741-1333 cm-1.
    """
    with (data_dir / "spectra" / "lib_4cm.csv").open(encoding="utf-8") as lines:
        rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    header, table = rows[0], np.array([[float(x or "nan") for x in r] for r in rows[1:]])
    nu = table[:, 0]
    compared = 0
    for gas, shipped in builtin_tables().items():
        columns = [i for i, h in enumerate(header) if _plain(h) == _plain(shipped.measurement)]
        if columns:
            theirs, ours = table[:, columns[0]], _at_4_cm1(shipped, nu)
            inside = (nu >= 741) & (nu <= 1333) & np.isfinite(theirs + ours) & (theirs != 0)
            assert np.corrcoef(theirs[inside], ours[inside])[0, 1] >= 0.998, gas
            compared += 1
    assert compared >= 30


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _at_4_cm1(shipped: BandTable, nu: np.ndarray) -> np.ndarray:
    return shipped.model.at_resolution(4.0).cross_section_cm2(nu)


def test_shipped_table_is_what_the_fit_script_makes(
    data_dir: Path, repository: Path, tmp_path: Path
) -> None:
    """Expected: the same absorption to 1 % of the peak; bit for bit on the machine that made it.

    Rationale: nobody may mend a table by hand, and the script must still run.
    """
    script = repository / "tools" / "fit_bands.py"
    words = ["--data", str(data_dir), "--out", str(tmp_path), "--gas", "acetone"]
    subprocess.run([sys.executable, str(script), *words], check=True, capture_output=True)
    again = json.loads((tmp_path / "acetone.json").read_text(encoding="utf-8"))
    figures = np.array(again["bands"])
    refitted = BandModel(figures[:, 0], figures[:, 1], figures[:, 2], ((660.0, 1450.0),))
    nu = np.arange(670.0, 1440.0, 0.5)
    shipped = builtin_tables()["acetone"].model.cross_section_cm2(nu)
    np.testing.assert_allclose(
        refitted.cross_section_cm2(nu), shipped, rtol=0, atol=0.01 * float(shipped.max())
    )


def test_saturation_is_as_documented(data_dir: Path) -> None:
    """Docs: 1 000 ppm m of ammonia show 0.87 of the absorbance that the model predicts.

    Rationale: lines narrower than 1 cm-1 saturate first. Expected: the figures of
    docs/explanation/built-in-library.md, to the two digits given there.
    """
    bands = load_instrument("hytes-like").bands
    inside = (bands.centre_um > 1e4 / 1320.0) & (bands.centre_um < 1e4 / 840.0)
    bands = bands.select(inside)
    grid = bands.wavenumber_grid_cm1(0.02)
    matrix = response_matrix(bands, grid)
    for gas, expected in {"ammonia": (0.99, 0.87), "acetone": (1.00, 1.00)}.items():
        fine = np.nan_to_num(measured(data_dir, gas).absorption_per_ppm_m(grid))
        ours = np.nan_to_num(builtin_tables()[gas].model.absorption_per_ppm_m(grid))
        for column_ppm_m, share in zip((100.0, 1000.0), expected, strict=True):
            true = band_absorption_per_ppm_m(matrix, fine, column_ppm_m)
            model = band_absorption_per_ppm_m(matrix, ours, column_ppm_m)
            assert true @ model / (model @ model) == pytest.approx(share, abs=0.0051)


def test_documented_table_is_that_of_the_shipped_figures(repository: Path) -> None:
    """If this fails: `python tools/library_page.py` writes the page anew."""
    page = (repository / "docs" / "explanation" / "built-in-library.md").read_text("utf-8")
    rows = {r[1].strip(): r for r in (line.split("|") for line in page.splitlines()) if len(r) > 9}
    for gas, table in builtin_tables().items():
        fine, coarse = at(table.fidelity, 1.0), at(table.fidelity, 4.0)
        assert int(rows[gas][3]) == len(table.model)
        assert float(rows[gas][4]) == pytest.approx(fine.correlation, abs=6e-5)
        assert float(rows[gas][5]) == pytest.approx(coarse.correlation, abs=6e-5)


UNSEEN = ("HCl", "toluene", "hexane", "NO2", "H2S", "CO", "HCN", "propane")


@pytest.mark.parametrize("name", UNSEEN)
def test_gases_that_cannot_be_seen_are_known_and_never_claimed(name: str) -> None:
    """Expected: section E of the README; each says where its bands lie."""
    gas = builtin_library()[name]
    (seen,) = search_visible(GasLibrary([gas]), four_cm1_bands())
    assert not seen.visible
    assert re.search(r"cm-1 \(.*um\)", seen.reason)


def test_an_instrument_of_7_5_to_13_5_um_sees_all_but_the_weak() -> None:
    """Expected: of the gases with a spectrum only acetonitrile is too weak at 100 ppm m."""
    seen = search_visible(builtin_library().select(GASES), four_cm1_bands(0.5))
    assert {v.name for v in seen if not v.visible} == {"acetonitrile"}
    by_name = {v.name: v for v in seen}
    # Optical depths of section A, last column. The table's own 1 cm-1 adds in quadrature to the
    # instrument's 4 cm-1, so that a narrow peak is at most 1 - 4/sqrt(17) = 3 % too low here.
    for gas, depth in {"ammonia": 0.171, "SF6": 5.076, "chloroform": 0.616}.items():
        assert 0.97 * depth - 0.0005 <= by_name[gas].optical_depth <= 1.005 * depth + 0.0005
