"""MODTRAN's channel output as a given atmosphere: read, looked up, and chosen by a scene."""

import numpy as np
import pytest

from cathartes.detect.atmosphere import AirOrigin, atmosphere_of_table
from cathartes.scenes.air_file import read_air_table
from cathartes.scenes.air_table import AirStates, AirTable
from cathartes.scenes.radiometry import planck_radiance
from cathartes.spectra.response import SpectralBands

WATER, OZONE = (0.5, 1.0, 2.0, 3.0), (0.01, 0.075, 0.2)


def run_of(data_dir, water, ozone):
    name = f"H2OSTR-{water:.4f}_O3STR-{ozone:.4f}.chn"
    return read_air_table(data_dir / "hytes_modtran" / "lut" / name)


def hytes(data_dir):
    table = np.loadtxt(data_dir / "hytes_modtran" / "input" / "hytes_wavelengths.txt")
    return SpectralBands(table[:, 1], table[:, 2])


def look_up_table(data_dir):
    runs = [[run_of(data_dir, w, o) for o in OZONE] for w in WATER]
    first = runs[0][0]

    def cube(name):
        return np.array([[getattr(run, name)[0, 0] for run in row] for row in runs])

    return AirTable(
        first.wavenumber_cm1, cube("transmittance"), cube("path_radiance"), cube("downwelling"),
        np.array(WATER), np.array(OZONE), first.fwhm_um,
    )  # fmt: skip


@pytest.mark.data
def test_a_channel_output_is_read_as_it_is_written(data_dir):
    """Numbers typed from the file H2OSTR-1.5000_O3STR-0.0750.chn, first channel (7519.88965 nm).

    Path: (1.136469e-05 + 7.475880e-09) W cm-2 sr-1 over 29.6636 nm is 3.8337 W m-2 sr-1 um-1; the
    sky from a mirror: 1.843738e-06 / .1061012 over the same, 5.8581.
    """
    run = run_of(data_dir, 1.5, 0.075)
    assert run.wavenumber_cm1.size == 256
    assert run.wavenumber_cm1[-1] == pytest.approx(1e7 / 7519.88965)
    assert run.transmittance[0, 0, -1] == 0.1061012
    assert run.path_radiance[0, 0, -1] == pytest.approx(3.8337, rel=1e-4)
    assert run.downwelling[0, 0, -1] == pytest.approx(5.8581, rel=1e-4)
    assert run.fwhm_um[-1] == pytest.approx(0.02795)


@pytest.mark.data
@pytest.mark.parametrize("water", [1.5, 2.5])
def test_a_state_left_out_is_interpolated(data_dir, water):
    """Depth grows nearly linearly over 1 g cm-2. Seen: 0.013 of transmittance, 0.09 of radiance."""
    states = AirStates.of_table(look_up_table(data_dir), hytes(data_dir))
    found = states.at(water, 0.075)
    true = run_of(data_dir, water, 0.075).on_bands(hytes(data_dir))
    np.testing.assert_allclose(found.transmittance, true.transmittance[0, 0], atol=0.03)
    np.testing.assert_allclose(found.path_radiance, true.path_radiance[0, 0], atol=0.2)


@pytest.mark.data
@pytest.mark.parametrize(("water", "ozone"), [(1.5, 0.15), (2.5, 0.075)])
@pytest.mark.parametrize("plants", [1.0, 0.5])
def test_the_scene_chooses_its_state(data_dir, water, ozone, plants):
    """Rationale: ground under a run that is not in the table; all its neighbours are.

    Expected: the transmittance within 3 % rms of 8.1 to 12 um, where the in-scene model's own
    air is allowed 10 %: the table knows the truth but for its grid. The same ground as in
    test_detect_air_reference.
    """
    bands = hytes(data_dir)
    true = run_of(data_dir, water, ozone).on_bands(bands)
    tau, up, sky = (v[0, 0] for v in (true.transmittance, true.path_radiance, true.downwelling))
    rng = np.random.default_rng(1)
    dark = 0.12 * np.exp(-0.5 * ((bands.centre_um - 9.0) / 0.6) ** 2)
    share = np.where(rng.random(2000) < plants, 0.0, rng.random(2000))
    emissivity = 0.97 - share[:, None] * dark
    glow = planck_radiance(bands.centre_um, rng.uniform(285.0, 310.0, (2000, 1)))
    radiance = (tau * (emissivity * glow + (1 - emissivity) * sky) + up).astype("f4")
    states = AirStates.of_table(look_up_table(data_dir), bands)
    found = atmosphere_of_table(radiance, bands.centre_um, states)
    assert found.origin is AirOrigin.TABLE_AND_SCENE
    assert found.water_g_cm2 == pytest.approx(water, abs=0.25)
    window = bands.centre_um > 8.1
    ratio = (found.transmittance / tau)[window]
    assert np.sqrt(((ratio - 1) ** 2).mean()) < 0.03


@pytest.mark.data
def test_a_table_of_one_state_is_believed(data_dir):
    """No pixel is asked, and its water and ozone stay unknown: the file does not state them."""
    bands = hytes(data_dir)
    states = AirStates.of_table(run_of(data_dir, 2.5, 0.075), bands)
    found = atmosphere_of_table(np.empty((0, 256), "f4"), bands.centre_um, states)
    assert found.origin is AirOrigin.TABLE
    assert np.isnan(found.water_g_cm2)
    true = run_of(data_dir, 2.5, 0.075).on_bands(bands).transmittance[0, 0]
    np.testing.assert_allclose(found.transmittance, np.maximum(true, 1e-6), rtol=1e-12)
