"""Instruments: the files that come with Cathartes, users' own, and wrong ones by message."""

from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.scenes.instrument import (
    Instrument,
    NoiseModel,
    SpectralRange,
    builtin_instruments,
    load_instrument,
    parse_instrument,
)
from cathartes.scenes.radiometry import planck_slope
from cathartes.spectra.response import SpectralBands, response_matrix

GOOD = """
name = "mine"
n_samples = 10
ifov_mrad = 2
altitude_m = 100
[bands]
first_um = 8.0
last_um = 9.0
count = 3
fwhm_um = 0.5
[noise]
kind = "nedt"
nedt_k = 0.5
"""


def test_every_built_in_instrument_loads() -> None:
    assert builtin_instruments() == ("aviris-ng-like", "emit-like", "hytes-like", "lwir-drone-like")
    for name in builtin_instruments():
        instrument = load_instrument(name)
        assert instrument.name == name
        assert instrument.description
        assert (instrument.noise.nesr(np.full(len(instrument.bands), 5.0)) > 0).all()
        emissive = instrument.bands.centre_um[0] > 5
        assert (instrument.spectral_range is SpectralRange.EMISSIVE) == emissive


def test_a_users_file_loads_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    instrument = load_instrument(path)
    assert load_instrument(str(path)).name == instrument.name == "mine"
    np.testing.assert_allclose(instrument.bands.centre_um, [8.0, 8.5, 9.0])
    np.testing.assert_allclose(instrument.noise.c, 0.5 * planck_slope([8.0, 8.5, 9.0], 300.0))
    assert instrument.ground_sampling_distance_m == pytest.approx(0.2)


def test_noise_in_other_units_is_the_same_noise() -> None:
    table = 'kind = "parametric"\na = 0.02\nb = 0.3\nc = 0.001\nunit = "uW cm-2 sr-1 nm-1"'
    noise = parse_instrument(GOOD.replace('kind = "nedt"\nnedt_k = 0.5', table), "x").noise
    expected = 10.0 * (0.02 * np.sqrt(0.3 + 4.0) + 0.001)
    np.testing.assert_allclose(noise.nesr(np.full(3, 40.0)), expected)


def test_knots_are_interpolated_and_lists_are_taken_band_by_band() -> None:
    knots = 'kind = "nesr"\nwavelength_um = [8.0, 9.0]\nnesr = [0.1, 0.3]'
    noise = parse_instrument(GOOD.replace('kind = "nedt"\nnedt_k = 0.5', knots), "x").noise
    np.testing.assert_allclose(noise.nesr(np.zeros(3)), [0.1, 0.2, 0.3])
    listed = 'kind = "nesr"\nnesr = [0.1, 0.5, 0.3]'
    noise = parse_instrument(GOOD.replace('kind = "nedt"\nnedt_k = 0.5', listed), "x").noise
    np.testing.assert_allclose(noise.nesr(np.zeros(3)), [0.1, 0.5, 0.3])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("fwhm_um = 0.5", "fwhm_um = 0.5\nshape = [1.0, 2.0]", "0 values of shape_offset_fwhm"),
        (
            "fwhm_um = 0.5",
            "fwhm_um = 0.5\nshape_offset_fwhm = [1.0, -1.0]\nshape = [1.0, 1.0]",
            "offsets ascending",
        ),
        ('name = "mine"', "", "instrument file x.toml, name: Field required"),
        ("n_samples = 10", "n_samples = 0", "n_samples: .*greater than 0"),
        ("n_samples", "n_smaples", "n_smaples|n_samples"),
        ("count = 3", "centre_um = [8.0]", "either first_um, last_um and count, or the list"),
        ("count = 3", "count = 3\ncentre_um = [8.0]", "not both"),
        ("fwhm_um = 0.5", "fwhm_um = [0.5, 0.5]", "2 values of fwhm_um for 3 bands"),
        ('"nedt"', '"guess"', "noise"),
        ("nedt_k = 0.5", "nedt_k = [0.5, 0.6]\nwavelength_um = [8.0]", "2 values of nedt_k for 1"),
        ("nedt_k = 0.5", "nedt_k = [0.5, 0.6]", "2 values of noise.nedt_k for 3 bands"),
        ("nedt_k = 0.5", "nedt_k = 0.5\nwavelength_um = [9.0, 8.0]", "wavelength_um must rise"),
        ("nedt_k = 0.5", "nedt_k = -1.0", "greater than 0"),
        ("[noise]", "[noise", "not valid TOML"),
        ("altitude_m = 100", "altitude_m = inf", "altitude_m: .*finite number"),
        ("first_um = 8.0", "first_um = 8000", "bands: .*centres of 9 to 8000 um; 0.2 to 30 um is"),
        ("first_um = 8.0", "first_um = inf", "first_um: .*finite number"),
        ("fwhm_um = 0.5", "fwhm_um = 50", "bands: .*fwhm_um is 50 to 50; a band is 1/50000 to 1/2"),
        ("fwhm_um = 0.5", "fwhm_um = 1e-5", "fwhm_um is 1e-05"),
        ("first_um = 8.0\nlast_um = 9.0\ncount = 3", "centre_um = []", "bands.centre_um: .*1 item"),
        ('"nedt"\nnedt_k = 0.5', '"nesr"\nnesr = 1.0\nunit = "DN"',
         "instrument file x.toml, noise.nesr.unit: .*radiance unit 'DN' is not known"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_in_words(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError, match=message):
        parse_instrument(GOOD.replace(old, new), "x.toml")


def test_a_tabulated_shape_replaces_the_gaussian() -> None:
    """A triangle of one width: a line of 1/50 of it is seen by the triangle's height there."""
    words = "fwhm_um = 0.5\nshape_offset_fwhm = [-1.0, 0.0, 1.0]\nshape = [0.0, 1.0, 0.0]"
    bands = parse_instrument(GOOD.replace("fwhm_um = 0.5", words), "mine.toml").bands
    assert bands.response is not None
    assert [r.wavelength_um[1] for r in bands.response] == pytest.approx([8.0, 8.5, 9.0])
    nu = bands.wavenumber_grid_cm1(0.2)
    line = np.exp(-0.5 * ((1e4 / nu - 8.25) / 0.01) ** 2)
    seen = response_matrix(bands, nu) @ line
    assert seen[0] == pytest.approx(seen[1], rel=0.01)
    assert seen[2] < 1e-6 * seen[0]


def test_a_file_that_is_no_text_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match=r"x\.toml is no text .*a TOML file is needed"):
        load_instrument(tmp_path / "x.toml")


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match=r"'hytes'\. Nearest: hytes-like.*Built in are"):
        load_instrument("hytes")


def test_values_are_checked_at_birth() -> None:
    one = np.ones(1)
    with pytest.raises(SettingsError, match="one value a band"):
        NoiseModel(one, np.ones(2), one)
    with pytest.raises(SettingsError, match="not finite"):
        NoiseModel(one, one * np.nan, one)
    with pytest.raises(SettingsError, match="a band without noise"):
        NoiseModel(one * 0, one, one * 0)
    bands = SpectralBands(np.array([8.0, 9.0]), np.array([0.1, 0.1]))
    with pytest.raises(SettingsError, match="2 bands and a noise model of 1"):
        Instrument("x", bands, NoiseModel(one, one, one), 10, 1.0, 100.0)
    noise = NoiseModel(np.ones(2), np.ones(2), np.ones(2))
    with pytest.raises(SettingsError, match="must be positive"):
        Instrument("x", bands, noise, 10, 0.0, 100.0)
