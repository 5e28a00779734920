"""A user's folder of spectra."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, OutputError, UnitError
from cathartes.spectra import imported
from cathartes.spectra.absorption import AbsorptionSpectrum, Quality
from cathartes.spectra.library import Gas
from cathartes.spectra.readers import read_spectra

SPECTRUM = AbsorptionSpectrum(
    "testane", np.array([900.0, 901.0, 902.0]), np.array([0.0, 1e-18, -1e-21]), 296.0, 101_325.0,
    0.5, Quality.QUANTITATIVE, "invented", "none",
)  # fmt: skip
ALIASES = ("1,2-dimethyltestane", "dimethyl ketone")
ENTRY = Gas("testane", "C9H9X9", "67-64-1", 58.08, ALIASES, None, "mind")


def test_an_imported_gas_comes_back_with_all_that_is_known(tmp_path):
    path = imported.import_spectrum(SPECTRUM, tmp_path / "new" / "folder", entry=ENTRY)
    (gas,) = imported.read_imported(path.parent)
    assert replace(gas, spectrum=None) == ENTRY
    assert gas.spectrum.terms == "none"
    assert read_spectra(path)[0].gas == "testane"


@pytest.mark.parametrize("written", ["1,2-a, b c", "1,2-a;b c", "1,2-a; b c,", "1,2-a ,  b c"])
def test_aliases_may_hold_commas(tmp_path, written):
    path = imported.import_spectrum(SPECTRUM, tmp_path)
    path.write_text(f"# aliases: {written}\n{path.read_text()}")
    (gas,) = imported.read_imported(tmp_path)
    assert gas.aliases == ("1,2-a", "b c")


def test_without_a_molar_mass_the_remark_says_so(tmp_path):
    imported.import_spectrum(SPECTRUM, tmp_path)
    (gas,) = imported.read_imported(tmp_path)
    assert np.isnan(gas.molar_mass_g_mol)
    assert gas.remark == "molar mass not stated: no mass can be computed"


def test_a_gas_is_replaced_only_on_demand(tmp_path):
    imported.import_spectrum(SPECTRUM, tmp_path)
    changed = replace(SPECTRUM, temperature_k=310.0)
    with pytest.raises(OutputError, match="has a spectrum of testane already; replace it with"):
        imported.import_spectrum(changed, tmp_path)
    imported.import_spectrum(changed, tmp_path, replace=True)
    (gas,) = imported.read_imported(tmp_path)
    assert gas.spectrum.temperature_k == 310.0


@pytest.mark.parametrize(
    ("values", "advice"),
    [
        ([0.0, -1e-18, -1e-21], r"from -1e-18 to 0 cm2.*turn it back"),
        ([1e-20, -1e-18, 0.0], r"from -1e-18 to 1e-20 cm2.*turn it back"),
        ([0.0, 0.0, 0.0], r"from 0 to 0 cm2.*look at its numbers"),
        ([0.0, 1.0, 0.5], r"reaches 1 cm2 a molecule.*in another unit"),
    ],
)
def test_a_spectrum_that_does_not_absorb_is_refused(tmp_path, values, advice):
    """A scan would not search for it, whatever it is called."""
    with pytest.raises(InputError, match=advice):
        imported.import_spectrum(replace(SPECTRUM, cross_section_cm2=np.array(values)), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = imported.import_spectrum(SPECTRUM, tmp_path)
    before = path.read_bytes()

    def fail(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OutputError, match=r"No space left on device.* CATHARTES_LIBRARY"):
        imported.import_spectrum(SPECTRUM, tmp_path, replace=True)
    assert [p.name for p in tmp_path.iterdir()] == ["testane.csv"]
    assert path.read_bytes() == before


def test_a_name_that_is_none_of_the_library_is_refused(tmp_path):
    with pytest.raises(InputError, match="only letters, digits"):
        imported.import_spectrum(replace(SPECTRUM, gas="../evil"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_no_folder_is_an_empty_library(tmp_path):
    assert imported.read_imported(tmp_path / "none") == ()


def test_two_files_of_one_gas_are_refused(tmp_path):
    path = imported.import_spectrum(SPECTRUM, tmp_path)
    (tmp_path / "older.csv").write_text(path.read_text().replace("gas: testane", "gas: Test_ane"))
    with pytest.raises(InputError, match=r"older.csv and testane.csv in .* are both of testane"):
        imported.read_imported(tmp_path)


def test_a_folder_that_may_not_be_read_is_not_empty(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "listdir", refuse)
    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"can't be read \(Permission denied\); make it readable"):
        imported.read_imported(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="can't be written"):
        imported.import_spectrum(SPECTRUM, tmp_path / "file")


def test_broken_files_in_the_folder_are_named(tmp_path):
    path = imported.import_spectrum(SPECTRUM, tmp_path, entry=ENTRY)
    text = path.read_text()
    path.write_text(text.replace("58.08", "heavy"))
    with pytest.raises(HeaderError, match=r"testane.csv: '# molar_mass_g_mol: heavy' is no molar"):
        imported.read_imported(tmp_path)
    path.write_text(text.replace("wavenumber_cm1", "wavenumber"))
    with pytest.raises(UnitError, match=r"testane.csv: the first column says 'wavenumber'"):
        imported.read_imported(tmp_path)


def test_the_nearest_temperature_is_chosen_then_the_nearest_pressure():
    def at(temperature_k, pressure_pa):
        return replace(SPECTRUM, temperature_k=temperature_k, pressure_pa=pressure_pa)

    spectra = (at(250.0, 1e5), at(298.0, 0.0), at(298.0, 9e4), at(310.0, 101_325.0))
    assert imported.choose_spectrum(spectra) is spectra[2]
    assert imported.choose_spectrum(spectra, 240.0) is spectra[0]
    with pytest.raises(InputError, match="spectra of othrane, testane were found; one gas"):
        imported.choose_spectrum([SPECTRUM, replace(SPECTRUM, gas="othrane")])
    with pytest.raises(InputError, match="spectra of no gas were found"):
        imported.choose_spectrum([])


def test_blocks_of_one_sample_in_several_ranges_are_joined():
    """HITRAN and AER give each band of R-11, R-134a, R-143a and others a block of its own."""

    def band(start, temperature_k=296.0):
        nu = np.arange(start, start + 50.0)
        sigma = np.full(nu.size, start * 1e-21)
        return replace(
            SPECTRUM, wavenumber_cm1=nu, cross_section_cm2=sigma, temperature_k=temperature_k
        )

    blocks = (band(1050.0), band(810.0, 250.0), band(810.0), band(1050.0, 250.0), band(840.0))
    joined = imported.choose_spectrum(blocks)
    assert joined.coverage_cm1 == ((810.0, 859.0), (1050.0, 1099.0))
    assert joined.temperature_k == 296.0
    assert joined.absorption_per_ppm_m([820.0])[0] < joined.absorption_per_ppm_m([1060.0])[0]
    assert "joined from blocks of 810-859, 1050-1099 cm-1" in joined.source


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CATHARTES_LIBRARY": "/a/b", "HOME": "/h"}, "/a/b"),
        ({"XDG_DATA_HOME": "/x", "HOME": "/h"}, "/x/cathartes/spectra"),
        ({"HOME": "/h"}, "/h/.local/share/cathartes/spectra"),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="paths of a POSIX system")
def test_the_folder_is_where_the_platform_keeps_data(environment, expected, monkeypatch):
    monkeypatch.setattr(imported.sys, "platform", "linux")
    assert imported.library_folder(environment) == Path(expected)


def test_a_pressure_of_nought_comes_back(tmp_path):
    """HITRAN states it for gases at low pressure."""
    imported.import_spectrum(replace(SPECTRUM, pressure_pa=0.0), tmp_path)
    (gas,) = imported.read_imported(tmp_path)
    assert gas.spectrum.pressure_pa == 0.0


@pytest.mark.parametrize("name", ["temperature_k", "pressure_pa", "resolution_cm1"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0])
def test_a_spectrum_of_impossible_conditions_is_none(name, value):
    with pytest.raises(InputError, match=r"must be positive, pressure not negative, all of them"):
        replace(SPECTRUM, **{name: value})
