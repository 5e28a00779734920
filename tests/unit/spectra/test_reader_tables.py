"""The readers of plain tables: our CSV, PNNL's two columns, ENVI spectral libraries."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import HeaderError, InputError, TruncatedFileError, UnitError
from cathartes.spectra.absorption import Quality
from cathartes.spectra.readers import envi_library, plain_csv, pnnl

SAMPLES = Path(__file__).parents[2] / "contract" / "spectrum_samples"
ROWS = "900,1\n901,2\n902,3\n"


def csv(tmp_path, columns="wavenumber_cm1,cross_section_cm2", rows=ROWS, header="# gas: testane\n"):
    path = tmp_path / "table.csv"
    path.write_text(f"{header}{columns}\n{rows}")
    return path


@pytest.mark.parametrize(
    ("columns", "factor"),
    [
        ("wavenumber_cm1,cross_section_cm2", 1.0),
        ("wavenumber_cm-1,sigma_cm2_per_molecule", 1.0),
        ("Wavenumber (cm-1);Absorption cross-section (cm^2/molecule)", 1.0),
        ("wavenumber_cm1\tabsorption_per_ppm_m", 1 / 2.4794e15),
        ("wavenumber_cm1,absorption_base10_per_ppm_m", np.log(10) / 2.4794e15),
    ],
)
def test_csv_columns_say_what_they_are(tmp_path, columns, factor):
    (spectrum,) = plain_csv.read(csv(tmp_path, columns, ROWS))
    assert spectrum.cross_section_cm2 == pytest.approx(np.array([1, 2, 3]) * factor, rel=1e-4)


@pytest.mark.parametrize(
    ("unit", "values"), [("um", [11.111, 11.099, 11.086]), ("nm", [11111.0, 11099.0, 11086.0])]
)
def test_csv_wavelengths_become_ascending_wavenumbers(tmp_path, unit, values):
    rows = "".join(f"{v},{i}\n" for i, v in enumerate(values))
    (spectrum,) = plain_csv.read(csv(tmp_path, f"wavelength_{unit},cross_section_cm2", rows))
    assert spectrum.wavenumber_cm1 == pytest.approx([900.0, 901.0, 902.0], abs=0.1)
    assert spectrum.cross_section_cm2.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("wavenumber,cross_section_cm2", "first column says 'wavenumber', .* would fit cm-1 or nm"),
        ("wavelength,cross_section_cm2", "'wavelength', which is no unit .* fit cm-1 or nm"),
        ("wavelength_um,cross_section_cm2", "can't be in um; it looks like cm-1 or nm: state"),
        ("wavelength_furlong,cross_section_cm2", "'wavelength_furlong', which is no unit"),
        ("wavenumber_cm1,cross_section", "a cross-section needs its unit: call it cross_section_"),
        ("wavenumber_cm1,absorption ppm-1 m-1", "needs the base of its logarithm"),
        ("wavenumber_cm1,value", "says 'value'; use one of cross_section_cm2, absorption_per"),
        ("700,1e-20", "numbers were found where the names of the columns are needed"),
    ],
)
def test_csv_without_units_is_refused_with_the_right_suggestion(tmp_path, columns, message):
    with pytest.raises(UnitError, match=message):
        plain_csv.read(csv(tmp_path, columns))


@pytest.mark.parametrize(
    ("header", "rows", "error", "message"),
    [
        ("", ROWS, InputError, "does not name its gas; name it with --gas"),
        ("# gas: t\n# quality: fine\n", ROWS, HeaderError, "'# quality: fine' is not one of quant"),
        ("# gas: t\n# temperature_k: 23 C\n", ROWS, HeaderError, "is no positive number; correct"),
        ("# gas: t\n# pressure_pa: -1\n", ROWS, HeaderError, "'# pressure_pa: -1' is no positive"),
        ("# gas: t\n", "900,1,2\n", HeaderError, "has 3 columns; 2 are needed"),
        ("# gas: t\n", "900,x\n901,2\n", InputError, "line 3: '900,x' is not two finite numbers"),
        ("# gas: t\n", "900,1\n902,2\n901,3\n", InputError, "axis turns or repeats at 902"),
        ("# gas: t\n", "900,1\n900,2\n901,3\n", InputError, "axis turns or repeats at 900"),
        ("# gas: t\n", "", InputError, "0 points; a spectrum needs at least 2"),
    ],
)
def test_csv_broken_files_are_refused(tmp_path, header, rows, error, message):
    with pytest.raises(error, match=message):
        plain_csv.read(csv(tmp_path, header=header, rows=rows))


def test_csv_comments_alone_are_refused(tmp_path):
    path = tmp_path / "comments.csv"
    path.write_text("# gas: testane\n")
    with pytest.raises(HeaderError, match="names no columns; a line like 'wavenumber_cm1"):
        plain_csv.read(path)


def test_csv_transmittance_needs_an_amount_to_be_more_than_a_shape(tmp_path):
    columns, rows = "wavenumber_cm1,transmittance", "900,1\n901,0.5\n902,1\n"
    (shape,) = plain_csv.read(csv(tmp_path, columns, rows))
    assert shape.quality is Quality.SHAPE_ONLY
    header = "# gas: t\n# column_density_ppm_m: 100\n# quality: quantitative\n"
    (amount,) = plain_csv.read(csv(tmp_path, columns, rows, header))
    assert amount.quality is Quality.SEMI_QUANTITATIVE
    assert amount.absorption_per_ppm_m([901.0])[0] == pytest.approx(np.log(2) / 100)


def test_csv_transmittance_in_per_cent_must_say_so(tmp_path):
    rows = "900,100\n901,50\n902,98\n"
    with pytest.raises(UnitError, match="transmittance of 100 was found, at most about 1 is poss"):
        plain_csv.read(csv(tmp_path, "wavenumber_cm1,transmittance", rows))
    header = "# gas: t\n# column_density_ppm_m: 100\n"
    columns = "wavenumber_cm1,percent_transmittance"
    (amount,) = plain_csv.read(csv(tmp_path, columns, rows, header))
    assert amount.absorption_per_ppm_m([901.0])[0] == pytest.approx(np.log(2) / 100)


def test_csv_that_states_no_quality_is_not_trusted(tmp_path):
    (spectrum,) = plain_csv.read(csv(tmp_path))
    assert spectrum.quality is Quality.SEMI_QUANTITATIVE
    assert "quality not stated" in spectrum.source
    assert "temperature not stated, 296 K taken" in spectrum.source


def test_csv_keys_may_be_written_large(tmp_path):
    header = "# Gas: t\n# Temperature_K: 310\n# Quality: Quantitative\n"
    (spectrum,) = plain_csv.read(csv(tmp_path, header=header))
    assert (spectrum.gas, spectrum.temperature_k) == ("t", 310.0)
    assert spectrum.quality is Quality.QUANTITATIVE


def test_csv_can_be_told_the_conditions(tmp_path):
    (spectrum,) = plain_csv.read(csv(tmp_path), temperature_k=310.0, pressure_pa=9e4)
    assert (spectrum.temperature_k, spectrum.pressure_pa) == (310.0, 9e4)


@pytest.mark.parametrize(
    ("columns", "given", "message"),
    [
        ("wavenumber_cm1,cross_section_cm2", {"temperature_k": np.nan}, "temperature nan K can't"),
        ("wavenumber_cm1,absorption_per_ppm_m", {"temperature_k": 0.0}, "temperature 0 K can't be"),
        ("wavenumber_cm1,cross_section_cm2", {"pressure_pa": np.inf}, "pressure inf Pa can't be"),
        ("wavenumber_cm1,absorption_per_ppm_m", {"pressure_pa": 0.0}, "nothing at 0 Pa; correct"),
        ("wavenumber_cm1,absorbance", {"pressure_pa": 0.0}, "nothing at 0 Pa; correct"),
    ],
)
def test_csv_at_impossible_conditions_is_refused(tmp_path, columns, given, message):
    path = csv(tmp_path, columns, header="# gas: t\n# column_density_ppm_m: 100\n")
    with pytest.raises(InputError, match=message):
        plain_csv.read(path, **given)


def test_pnnl_amounts_are_of_296_k_and_base_10(tmp_path):
    path = tmp_path / "p.txt"
    path.write_text("940.0000\t1e-3\n939.9397\t2e-3\n939.8794\t3e-3\n939.8191\t3e-3\n")
    (spectrum,) = pnnl.read(path, gas="testane", temperature_k=323.0)
    assert spectrum.temperature_k == 323.0
    # 1 ppm m at 296 K, 1 atm is 2.4794e15 molecules per cm2, whatever the sample's temperature.
    expected = np.array([3, 3, 2, 1]) * 1e-3 * np.log(10) / 2.4794e15
    assert spectrum.cross_section_cm2 == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "given", "message"),
    [
        ("940 1\n939.94 2\n939.88 3\n", {}, "does not name its gas"),
        ("940 1\n939.94 2\n939.88 3\n", {"pressure_pa": 5e4}, "are of 1 atm, and 50000 Pa was"),
        ("940 1\nwhat 2\n939.88 3\n", {"gas": "t"}, "line 2: 'what 2' is not two numbers"),
        ("7.5 1\n7.4 2\n7.3 3\n", {"gas": "t"}, "can't be in cm-1; it looks like um"),
    ],
)
def test_pnnl_broken_files_are_refused(tmp_path, text, given, message):
    path = tmp_path / "p.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        pnnl.read(path, **given)


@pytest.fixture
def library(tmp_path):
    """Return a function that changes the header of an ENVI library and returns its path."""

    def change(old="", new=""):
        shutil.copy(SAMPLES / "library.sli", tmp_path)
        text = (SAMPLES / "library.hdr").read_text()
        assert old in text
        path = tmp_path / "library.hdr"
        path.write_text(text.replace(old, new))
        return path

    return change


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ("samples = 21", "samples = 30", TruncatedFileError, "168 bytes .* header promises 240"),
        ("lines = 2", "lines = 1", HeaderError, "promises 84 .* correct samples, lines or data"),
        ("data type = 4", "data type = 6", HeaderError, "data type 6 is not read"),
        ("data type = 4\n", "", HeaderError, "'data type' is ''; a number is needed"),
        ("bands = 1", "bands = 3", HeaderError, "3 bands; a spectral library has"),
        (
            "z plot titles",
            "plot titles",
            UnitError,
            "does not say what its values are; add 'z plot",
        ),
        ("(cm2/molecule)", "", UnitError, "a cross-section needs its unit"),
        ("units = Micrometers", "units = Unknown", UnitError, "would fit um: state it"),
        (
            "units = Micrometers",
            "units = Nanometers",
            UnitError,
            "can't be in nanometers; it looks",
        ),
        ("wavelength units = Micrometers\n", "", UnitError, "'wavelength units' says ''"),
        (" testane, othrane", "testane", HeaderError, "1 spectra names and 2 lines"),
        ("10.638298", "x", HeaderError, "wavelengths are not all numbers"),
        ("10.638298, ", "", HeaderError, "20 wavelengths and 21 samples"),
    ],
)
def test_envi_broken_headers_are_refused(library, old, new, error, message):
    with pytest.raises(error, match=message):
        envi_library.read(library(old, new))


def test_envi_byte_order_and_scale_matter(library):
    (first, _) = envi_library.read(library())
    path = library("byte order = 1", "byte order = 0\nreflectance scale factor = 100")
    np.fromfile(path.with_suffix(".sli"), ">f4").astype("<f4").tofile(path.with_suffix(".sli"))
    (scaled, _) = envi_library.read(path)
    assert scaled.cross_section_cm2 == pytest.approx(first.cross_section_cm2 / 100)


def test_envi_notes_what_the_format_cannot_state(library):
    for spectrum in envi_library.read(library()):
        assert "quality not stated; resolution not stated, two steps" in spectrum.source


def test_envi_halves_without_the_other_are_refused(library, tmp_path):
    path = library()
    path.with_suffix(".sli").rename(tmp_path / "elsewhere.sli")
    with pytest.raises(HeaderError, match=r"has no table beside it; one of library.sli, .*needed"):
        envi_library.read(path)
    with pytest.raises(HeaderError, match=r"elsewhere.sli has no header elsewhere.hdr beside it"):
        envi_library.read(tmp_path / "elsewhere.sli")
