"""Measured materials: read from an ENVI spectral library, split in halves, refused if odd."""

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.simulate.measured import read_measured_surfaces


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
    names = {half: {s.name for s in read_measured_surfaces(path, half, count=99)} for half in "ab"}
    assert names["a"] == {f"measured-{i}" for i in (0, 4, 6, 8)}
    assert names["b"] == {f"measured-{i}" for i in (1, 5, 7, 9)}


def test_wavelengths_are_sorted_with_their_values(tmp_path):
    path = write_library(tmp_path, np.array([[0.3, 0.1, 0.2]]), [10000.0, 8000.0, 9000.0])
    surface = read_measured_surfaces(path)[0]
    np.testing.assert_allclose(
        surface.reflectance(np.array([8.0, 9.0, 10.0])), [0.1, 0.2, 0.3], rtol=1e-6
    )


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="one is missing"):
        read_measured_surfaces(tmp_path / "none.hdr")
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8000.0, 9000.0, 10000.0], data_type=5)
    with pytest.raises(InputError, match="data type is not 4"):
        read_measured_surfaces(path)
    path = write_library(tmp_path, np.full((2, 3), 0.1), [8000.0, 9000.0, 10000.0])
    np.full(5, 0.1, dtype="<f4").tofile(tmp_path / "lib")
    with pytest.raises(InputError, match="holds 5 numbers; 2 spectra of 3 bands"):
        read_measured_surfaces(path)
    with pytest.raises(InputError, match="surface set 'z'"):
        read_measured_surfaces(path, "z")


@pytest.mark.data
def test_the_ecostress_library_gives_many_materials(data_dir):
    path = data_dir / "emissivity_noise" / "ecostress_library_with_mixtures.hdr"
    a, b = (read_measured_surfaces(path, half, count=40) for half in "ab")
    assert len(a) == len(b) == 40
    assert {s.name for s in a}.isdisjoint(s.name for s in b)
    emissivity = 1.0 - np.stack([s.reflectance(np.linspace(7.6, 11.9, 50)) for s in a])
    assert 0.9 < np.median(emissivity) < 1.0
