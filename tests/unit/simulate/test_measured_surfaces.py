"""Measured materials: read from an ENVI spectral library, split in halves, refused if odd."""

import numpy as np
import pytest

from cathartes.errors import InputError, UnitError
from cathartes.products.fingerprint import sha256_of
from cathartes.simulate.measured import read_measured_surfaces
from cathartes.simulate.scene import simulate_scene


def write_library(folder, values, wavelength_nm, data_type=4):
    listed = " , ".join(f"{w:.3f}" for w in wavelength_nm)
    (folder / "lib.hdr").write_text(
        f"ENVI\nsamples = 1\nlines = {values.shape[0]}\nbands = {values.shape[1]}\n"
        f"header offset = 0\ndata type = {data_type}\ninterleave = bil\n"
        f"wavelength = {{ {listed} }}\n"
    )
    values.astype("<f4").tofile(folder / "lib")
    return folder / "lib.hdr"


def test_halves_are_disjoint_and_impossible_spectra_left_out(tmp_path):
    values = np.linspace(0.01, 0.30, 10)[:, None] * np.ones((10, 3))
    values[2, 1], values[3, 1] = 1.4, -0.2
    path = write_library(tmp_path, values, [8000.0, 9000.0, 10000.0])
    names = {
        half: {s.name for s in read_measured_surfaces(path, half, count=99).surfaces}
        for half in "ab"
    }
    assert names["a"] == {f"measured-{i}" for i in (0, 4, 6, 8)}
    assert names["b"] == {f"measured-{i}" for i in (1, 5, 7, 9)}


def test_wavelengths_are_sorted_with_their_values(tmp_path):
    path = write_library(tmp_path, np.array([[0.3, 0.1, 0.2]]), [10000.0, 8000.0, 9000.0])
    surface = read_measured_surfaces(path).surfaces[0]
    np.testing.assert_allclose(
        surface.reflectance(np.array([8.0, 9.0, 10.0])), [0.1, 0.2, 0.3], rtol=1e-6
    )


@pytest.mark.parametrize("unit", ["Micrometers", "", "Nanometers"])
def test_a_library_as_envi_writes_it_is_read(tmp_path, unit):
    """A sample a wavelength, in a file named .sli; here big-endian per cent of emissivity."""
    reflectance = np.array([[0.1, 0.2, 0.3], [0.4, 0.0, 0.05]])
    scale = 1000.0 if unit == "Nanometers" else 1.0
    (tmp_path / "lib.hdr").write_text(
        "ENVI\nsamples = 3\nlines = 2\nbands = 1\nfile type = ENVI Spectral Library\n"
        "data type = 2\ninterleave = bsq\nbyte order = 1\nreflectance scale factor = 100\n"
        "z plot titles = {Wavelength, Emissivity}\n"
        + (f"wavelength units = {unit}\n" if unit else "")
        + f"wavelength = {{{8 * scale:g}, {9 * scale:g},\n {10 * scale:g}}}\n"
    )
    (100 * (1 - reflectance)).round().astype(">i2").tofile(tmp_path / "lib.sli")
    made = read_measured_surfaces(tmp_path / "lib.sli")
    seen = [s.reflectance(np.array([8.0, 9.0, 10.0])) for s in made.surfaces]
    np.testing.assert_allclose(seen, reflectance.clip(0.001), atol=1e-12)
    for file in made.files:
        assert file.sha256 == sha256_of(tmp_path / file.name)[0]
    assert [file.name for file in made.files] == ["lib.hdr", "lib.sli"]


def test_a_library_of_other_wavelengths_is_refused(tmp_path, gases, hytes, small):
    """Constant values beyond the table would be a ground that nobody measured."""
    path = write_library(tmp_path, np.full((2, 3), 0.1), [400.0, 1000.0, 2500.0])
    with pytest.raises(InputError, match=r"256 of 256 bands of hytes-like, from 7\.52 to 12 um"):
        simulate_scene(small, gases, hytes, read_measured_surfaces(path))


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="one is missing"):
        read_measured_surfaces(tmp_path / "none.hdr")
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8000.0, 9000.0, 10000.0], data_type=5)
    with pytest.raises(InputError, match=r"has 24 bytes; its header promises 48"):
        read_measured_surfaces(path)
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8000.0, 9000.0])
    with pytest.raises(InputError, match="2 wavelengths and 3 values a spectrum"):
        read_measured_surfaces(path)
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8.0, 9000.0, 10000.0])
    with pytest.raises(UnitError, match=r"from 8 to 10000 without unit; 0\.2 to 50 um"):
        read_measured_surfaces(path)
    path = write_library(tmp_path, np.full((2, 3), 3.0), [8000.0, 9000.0, 10000.0])
    with pytest.raises(InputError, match="0 of 2 spectra have all values between 0 and 1"):
        read_measured_surfaces(path)
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8000.0, 9000.0, 10000.0])
    np.full(7, 0.1, dtype="<f4").tofile(tmp_path / "lib")
    with pytest.raises(InputError, match="holds 28 bytes, its header promises 24"):
        read_measured_surfaces(path)
    with pytest.raises(InputError, match="surface set 'z'"):
        read_measured_surfaces(path, "z")


@pytest.mark.data
def test_the_ecostress_library_gives_many_materials(data_dir):
    path = data_dir / "emissivity_noise" / "ecostress_library_with_mixtures.hdr"
    a, b = (read_measured_surfaces(path, half, count=40).surfaces for half in "ab")
    assert len(a) == len(b) == 40
    assert {s.name for s in a}.isdisjoint(s.name for s in b)
    emissivity = 1.0 - np.stack([s.reflectance(np.linspace(7.6, 11.9, 50)) for s in a])
    assert 0.9 < np.median(emissivity) < 1.0
