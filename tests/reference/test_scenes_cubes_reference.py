"""Readers and radiometry on real files nobody of this project made."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.integrate import quad

from cathartes.errors import UnitError
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.open import OpenOptions, open_cube
from cathartes.scenes.plausibility import check_radiance
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance
from cathartes.scenes.sanity import SanityInspector

STEFAN_BOLTZMANN = 5.670374419e-8
STARCOP = """
[cube]
instrument = "AVIRIS-NG"
unit = "uW cm-2 sr-1 nm-1"
fill = 0.0
start_utc = "2019-09-27T15:30:23Z"
[data]
files = ["TOA_AVIRIS_460nm.tif", "TOA_AVIRIS_640nm.tif", "TOA_AVIRIS_2310nm.tif"]
[wavelength]
unit = "nm"
values = [460, 640, 2310]
fwhm = 5.5
"""


def test_planck_integrates_to_stefan_boltzmann() -> None:
    """Expected: pi times the integral over wavelength is sigma T^4 (CODATA 2018)."""
    total, _ = quad(lambda um: float(planck_radiance(um, 300.0)), 1.0, 1000.0, limit=400)
    assert np.pi * total == pytest.approx(STEFAN_BOLTZMANN * 300.0**4, rel=1e-4)


def test_planck_at_ten_micrometres() -> None:
    """Expected: B(10 um, 300 K) = 9.924 W m-2 sr-1 um-1, the textbook value."""
    assert float(planck_radiance(10.0, 300.0)) == pytest.approx(9.924, abs=0.001)


def test_real_hytes_water_spectrum_has_the_temperature_of_a_lake(data_dir: Path) -> None:
    """Rationale: microwatts per cm2 and nm are ten of ours; the wrong factor is 100 K off.

    Expected: a spectrum over water in summer daylight, 285 to 305 K where the air is clear.
    Source: isofit tutorial, first 223 bands AVIRIS-C, then 256 of HyTES.
    """
    folder = data_dir / "hytes_modtran" / "input"
    table = np.loadtxt(folder / "extracted_points_water_offset_adjust.txt")[223:]
    wavelength_um, radiance = table[:, 0] / 1e3, 10.0 * table[:, 1]
    clear = (wavelength_um > 10.0) & (wavelength_um < 11.5)
    believed = brightness_temperature_k(wavelength_um[clear], radiance[clear])
    assert 285.0 < believed.min() < believed.max() < 305.0
    check_radiance(radiance[None], wavelength_um, "uW cm-2 sr-1 nm-1")
    with pytest.raises(UnitError, match="'W m-2 sr-1 um-1'"):
        check_radiance(10.0 * radiance[None], wavelength_um, "uW cm-2 sr-1 nm-1")


def test_hytes_like_bands_are_those_of_the_real_instrument(data_dir: Path) -> None:
    """Expected: 256 bands of 7.520 to 12.008 um, 28 to 35 nm wide.

    Ours are evenly spaced, HyTES's are not: 1.2 steps (21 nm) bound the difference of centres.
    """
    table = np.loadtxt(data_dir / "hytes_modtran" / "input" / "hytes_wavelengths.txt")
    bands = load_instrument("hytes-like").bands
    np.testing.assert_allclose(bands.centre_um, table[:, 1], atol=0.021)
    np.testing.assert_allclose(bands.centre_um[[0, -1]], table[[0, -1], 1], atol=0.003)
    assert table[:, 2].min() == pytest.approx(bands.fwhm_um[0], rel=0.01)


@pytest.mark.parametrize(("name", "file"), [("aviris-ng-like", "avirisng_noise.txt"),
                                            ("emit-like", "emit_noise.txt")])  # fmt: skip
def test_reflective_noise_is_of_the_published_class(data_dir: Path, name: str, file: str) -> None:
    """Expected: the teams' own noise fits within a third in most bands (ours are round figures).

    Source: isofit-data; units uW cm-2 sr-1 nm-1, noise = a sqrt(b + L) + c.
    """
    table = np.loadtxt(data_dir / "emissivity_noise" / file)
    instrument = load_instrument(name)
    assert abs(len(instrument.bands) - len(table)) <= 1
    for level in (0.3, 1.0, 5.0):
        published = table[:, 1] * np.sqrt(table[:, 2] + level) + table[:, 3]
        ours = instrument.noise.nesr(np.full(len(instrument.bands), 10.0 * level)) / 10.0
        ours = np.interp(table[:, 0] / 1e3, instrument.bands.centre_um, ours)
        assert np.median(np.abs(ours / published - 1.0)) < 0.1
        assert np.mean(np.abs(ours / published - 1.0) < 1 / 3) > 0.8


def test_thermal_noise_is_the_stated_temperature_difference() -> None:
    """Expected: raising 300 K by 0.2 K changes each hytes-like band by one NESR (0.4 % curved)."""
    instrument = load_instrument("hytes-like")
    centre = instrument.bands.centre_um
    step = planck_radiance(centre, 300.2) - planck_radiance(centre, 300.0)
    np.testing.assert_allclose(instrument.noise.nesr(np.zeros(256)), step, rtol=4e-3)


def test_starcop_tiles_stack_into_one_cube(data_dir: Path, tmp_path: Path) -> None:
    """Rationale: single-band files, zero fill and a rotated grid, as they come.

    Expected: rasterio's own numbers times ten; the flight line covers 79.7 % of the tile.
    """
    folder = data_dir / "starcop_avng" / "ang20190927t153023_r7101_c126_w151_h151"
    mapping = tmp_path / "starcop.toml"
    mapping.write_text(STARCOP)
    cube = open_cube(folder, options=OpenOptions(mapping=mapping))
    values = cube.read_lines(100, 140)
    with rasterio.open(folder / "TOA_AVIRIS_640nm.tif") as file:
        expected = file.read(1)[100:140]
    np.testing.assert_allclose(
        values[:, :, 1], np.where(expected == 0, np.nan, 10.0 * expected), rtol=1e-6
    )
    assert cube.shape == (512, 512, 3)
    assert cube.geometry.pixel_size_m() == pytest.approx(7.5, rel=1e-3)
    inspector = SanityInspector(cube.bands, cube.n_samples)
    for _, block in cube.blocks(2**20):
        inspector.inspect_block(block)
    report = inspector.report()
    assert report.n_non_finite / report.n_values == pytest.approx(0.203, abs=0.001)
    assert report.n_saturated == 0


def test_enmap_tiles_are_reflectances(data_dir: Path) -> None:
    """Expected: 224 bands 418 to 2446 nm, 218 good ones, GDAL scale 1e-4, 24 July 2022, UTM 33."""
    path = data_dir / "enmap_tiles" / "enmap_potsdam_tile_128_0.tif"
    with pytest.raises(UnitError, match=r"names no unit.*--quantity reflectance"):
        open_cube(path)
    cube = open_cube(path, options=OpenOptions(quantity=Quantity.REFLECTANCE))
    values = cube.read_lines(0, 32)
    with rasterio.open(path) as file:
        numbers = file.read().transpose(1, 2, 0)
    np.testing.assert_allclose(
        values, np.where(numbers == -32768, np.nan, numbers * 1e-4), rtol=1e-6
    )
    assert 0.0 < np.nanmedian(values) < 0.6
    np.testing.assert_allclose(cube.bands.centre_um[[0, -1]], [0.41824, 2.44553])
    np.testing.assert_allclose(cube.bands.fwhm_um[[0, -1]], [0.00699561, 0.0071581])
    assert cube.band_valid.sum() == 218
    assert cube.start_utc.isoformat() == "2022-07-24T10:45:26+00:00"
    assert cube.geometry.crs == "EPSG:32633"


def test_a_real_spectral_table_without_units_is_refused_with_the_right_one(data_dir: Path) -> None:
    """Expected: the ECOSTRESS table lists 375.6 to 12007.7 and names no unit: nanometres."""
    path = data_dir / "emissivity_noise" / "ecostress_library_with_mixtures"
    with pytest.raises(UnitError, match=r"last band centre is 12007\.7; .*nanometres"):
        open_cube(path)
