"""One suite for every reader of spectra: what `SpectrumReader` promises, each must keep.

The samples are invented: a Gaussian band of "testane" at 950 cm-1 with a peak of 1e-18 cm2, in each
format; a list of three lines and PNNL's axis have their own peaks.
"""

import shutil
from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import (
    HeaderError,
    InputError,
    SettingsError,
    TruncatedFileError,
    UnknownFormatError,
)
from cathartes.spectra.absorption import Quality
from cathartes.spectra.readers import READERS, read_spectra

SAMPLES = Path(__file__).parent / "spectrum_samples"

# file: format, spectra, peak [cm-1], greatest cross-section [cm2], quality
EXPECTED = {
    "quantir.jdx": ("jcamp", 1, 950.0, 9.26e-19, Quality.QUANTITATIVE),
    "transmittance.jdx": ("jcamp", 1, 950.0, 1.466e-19, Quality.SEMI_QUANTITATIVE),
    "differences.jdx": ("jcamp", 1, 950.0, 1e-18, Quality.SHAPE_ONLY),
    "new_layout.xsc": ("xsc", 2, 950.0, 1e-18, Quality.QUANTITATIVE),
    "old_layout.xsc": ("xsc", 1, 950.0, 1e-18, Quality.QUANTITATIVE),
    "lines.par": ("par", 1, 950.5, 1.06e-19, Quality.QUANTITATIVE),
    "pnnl.txt": ("pnnl", 1, 942.0, 9.29e-19, Quality.QUANTITATIVE),
    "plain.csv": ("csv", 1, 950.0, 1e-18, Quality.QUANTITATIVE),
    "library.hdr": ("envi-library", 2, 950.0, 1e-18, Quality.SEMI_QUANTITATIVE),
    "library.sli": ("envi-library", 2, 950.0, 1e-18, Quality.SEMI_QUANTITATIVE),
}
BY_NAME = {reader.NAME: reader for reader in READERS}


def copy_sample(name: str, folder: Path) -> Path:
    shutil.copy(SAMPLES / name, folder / name)
    if name.startswith("library"):
        shutil.copy(SAMPLES / "library.hdr", folder / "library.hdr")
        shutil.copy(SAMPLES / "library.sli", folder / "library.sli")
    return folder / name


def test_every_reader_has_a_sample_and_a_name_of_its_own():
    assert {row[0] for row in EXPECTED.values()} == set(BY_NAME)
    assert len(BY_NAME) == len(READERS)
    assert {path.name for path in SAMPLES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_exactly_its_own_reader_recognises_a_file(name):
    head = (SAMPLES / name).read_bytes()[:8192]
    fitting = [reader.NAME for reader in READERS if reader.recognises(SAMPLES / name, head)]
    assert fitting == [EXPECTED[name][0]]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_content_decides_not_the_name(name, tmp_path):
    copy = copy_sample(name, tmp_path)
    # The two files of an ENVI library find each other by their common stem.
    new_names = {"library.hdr": "library.txt", "library.sli": "library.bin"}
    renamed = copy.rename(tmp_path / new_names.get(name, "spectrum.xyz"))
    assert read_spectra(renamed, gas="testane")


@pytest.mark.parametrize("name", EXPECTED)
def test_values_are_those_that_were_put_in(name):
    _, count, peak_cm1, peak_cm2, quality = EXPECTED[name]
    spectra = read_spectra(SAMPLES / name, gas=None if "library" in name else "testane")
    assert len(spectra) == count
    first = spectra[0]
    assert first.gas == "testane"
    top = int(np.argmax(first.cross_section_cm2))
    # A twentieth of a wavenumber: less than any sample's step.
    assert first.wavenumber_cm1[top] == pytest.approx(peak_cm1, abs=0.05)
    assert first.cross_section_cm2[top] == pytest.approx(peak_cm2, rel=2e-3)
    assert first.quality is quality
    assert first.source
    assert first.resolution_cm1 >= 0.5 * np.median(np.diff(first.wavenumber_cm1))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_given_gas_names_every_spectrum(name):
    gas = "othrane" if "library" in name else "R-999"
    assert {spectrum.gas for spectrum in read_spectra(SAMPLES / name, gas=gas)} == {gas}


@pytest.mark.parametrize("name", EXPECTED)
def test_an_empty_file_is_refused(name, tmp_path):
    path = copy_sample(name, tmp_path)
    path.write_bytes(b"")
    with pytest.raises(TruncatedFileError, match="is empty; fetch or export it again"):
        read_spectra(path)
    with pytest.raises(InputError):
        BY_NAME[EXPECTED[name][0]].read(path, gas="testane")


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.NAME)
def test_rubbish_is_not_recognised_and_refused_when_forced(reader, tmp_path):
    path = tmp_path / "rubbish.bin"
    path.write_bytes(np.random.default_rng(7).bytes(5000))
    assert not reader.recognises(path, path.read_bytes())
    with pytest.raises(InputError):
        reader.read(path, gas="testane")


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.NAME)
def test_a_missing_file_and_a_folder_are_refused(reader, tmp_path):
    with pytest.raises(InputError, match=r"can't be read \(No such file or directory\)"):
        reader.read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="is a folder; name the file"):
        reader.read(tmp_path)


# A cut CSV or two-column text is a shorter one: those formats promise no length.
@pytest.mark.parametrize(
    "name", [n for n, row in EXPECTED.items() if row[0] not in {"csv", "pnnl"} and ".hdr" not in n]
)
@pytest.mark.parametrize("kept", [0.65, 0.4])
def test_a_cut_file_is_refused(name, kept, tmp_path):
    path = copy_sample(name, tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises((TruncatedFileError, HeaderError), match=r"again|export"):
        read_spectra(path)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "quantir.jdx",
            b"943 798 604\n",
            b"943 NaN 604\n",
            "'NaN' is no number of a JCAMP-DX table",
        ),
        ("new_layout.xsc", b" 3.866E-21", b"       NaN", r"line 2: .* is neither a line of"),
        ("lines.par", b" 1.000E-20", b"       NaN", "field sw is 'NaN'; a number is needed"),
        ("pnnl.txt", b"1.000000e-03", b"nan", "is not a finite number"),
        ("plain.csv", b"950.0,1.0000e-18", b"950.0,nan", "'950.0,nan' is not two finite numbers"),
        ("library.sli", np.array([1e-18], ">f4").tobytes(), b"\x7f\xc0\0\0", "is not a finite"),
    ],
)
def test_a_value_that_is_not_a_number_is_refused(name, old, new, message, tmp_path):
    path = copy_sample(name, tmp_path)
    content = path.read_bytes()
    if name == "pnnl.txt":
        old = content.split(b"\n")[20].split(b"\t")[1]
    assert old in content
    path.write_bytes(content.replace(old, new, 1))
    with pytest.raises(InputError, match=message):
        read_spectra(path, gas=None if "library" in name else "testane")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("jcamp", None, "NPOINTS=1; a whole number from 2"),
        ("xsc", None, "1 point; a spectrum needs at least 2"),
        ("pnnl", b"940.0 1e-3\n", "1 points; a spectrum needs at least 2"),
        ("csv", b"wavenumber_cm1,cross_section_cm2\n940,1e-20\n", "1 points; a spectrum needs"),
        ("envi-library", None, "1 samples, 2 lines, 1 bands; a spectral library has at least 2"),
    ],
)
def test_one_point_is_refused(name, content, message, tmp_path):
    path = copy_sample(
        {"jcamp": "quantir.jdx", "xsc": "old_layout.xsc"}.get(name, "library.hdr"), tmp_path
    )
    if name == "jcamp":
        content = path.read_bytes().replace(b"NPOINTS=21", b"NPOINTS=1")
    if name == "xsc":
        content = path.read_bytes().replace(b"        21", b"         1")
    if name == "envi-library":
        content = path.read_bytes().replace(b"samples = 21", b"samples = 1")
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        BY_NAME[name].read(path, gas="testane")


def test_a_format_may_be_named_and_must_exist():
    assert read_spectra(SAMPLES / "plain.csv", format="csv")
    with pytest.raises(SettingsError, match=r"no spectrum format 'spc'; there are: jcamp, xsc"):
        read_spectra(SAMPLES / "plain.csv", format="spc")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>", "It is a web page: a download went wrong"),
        (b"\x1f\x8b\x08\x00rubbish", "It is compressed: unpack it first"),
        (b"700 1e-3\n701 2e-3\n702 1e-3\n", r"two columns of numbers and no units.*--format pnnl"),
        (b"\x00\x01\x02", r"no known spectrum format \(jcamp, xsc, par, pnnl, csv, envi-library\)"),
    ],
)
def test_an_unknown_format_says_what_it_looks_like(content, message, tmp_path):
    path = tmp_path / "unknown"
    path.write_bytes(content)
    with pytest.raises(UnknownFormatError, match=message):
        read_spectra(path)


def test_a_path_may_be_text():
    path = SAMPLES / "plain.csv"
    assert read_spectra(str(path))[0].source == read_spectra(path)[0].source


def test_a_file_of_many_gigabytes_is_refused_by_its_head(tmp_path):
    path = tmp_path / "cube.img"
    with path.open("wb") as stream:
        stream.write(b"\x01\x02\x03")
        stream.truncate(1 << 40)
    with pytest.raises(UnknownFormatError, match="is of no known spectrum format"):
        read_spectra(path)


def test_several_fitting_formats_are_an_error(monkeypatch):
    for name in ("jcamp", "csv"):
        monkeypatch.setattr(BY_NAME[name], "recognises", lambda path, head: True)
    with pytest.raises(UnknownFormatError, match=r"fits several .* \(jcamp, csv\); name the right"):
        read_spectra(SAMPLES / "plain.csv")
