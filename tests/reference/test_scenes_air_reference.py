"""The simulated atmosphere against MODTRAN6 runs that its fit never saw (1.5 and 2.5 g cm-2)."""

import re
from pathlib import Path

import numpy as np
import pytest

from cathartes.scenes.air import Air, thermal_path, two_way_transmittance
from cathartes.scenes.radiometry import planck_radiance

HELD_OUT = [(w, o) for w in (1.5, 2.5) for o in (0.01, 0.075, 0.15, 0.2)]
# The runs look down from above the weather and the ozone; their air at the ground is not stated.
SENSOR_M, GROUND_AIR_K = 100_000.0, 294.2


def read_run(data_dir: Path, water: float, ozone: float) -> np.ndarray:
    path = data_dir / "hytes_modtran" / "lut" / f"H2OSTR-{water:.4f}_O3STR-{ozone:.4f}.chn"
    rows = [
        [float(word) for word in line.split()[:26]]
        for line in path.read_text(errors="replace").splitlines()
        if re.match(r"^\s*\d{4,5}\.\d+\s+\d", line)
    ]
    assert len(rows) == 256
    return np.array(rows)


@pytest.mark.data
@pytest.mark.parametrize(("water", "ozone"), HELD_OUT)
def test_transmittance_of_runs_kept_out_of_the_fit(data_dir, water, ozone):
    """Rationale: between fitted columns the curve of growth must hold.

    Tolerance: 0.01 is a twentieth of the change of transmittance between neighbouring runs.
    """
    run = read_run(data_dir, water, ozone)
    path = thermal_path(Air(water, ozone, GROUND_AIR_K), SENSOR_M, 1e7 / run[:, 0])
    error = path.transmittance - run[:, 24]
    assert np.abs(error).max() < 0.01
    assert np.sqrt((error**2).mean()) < 0.002


@pytest.mark.data
@pytest.mark.parametrize(("water", "ozone"), HELD_OUT)
def test_path_and_reflected_sky_radiance(data_dir, water, ozone):
    """Rationale: layers of the right temperature give MODTRAN's path and sky radiance.

    Tolerance: 0.2 W m-2 sr-1 um-1 rms is 1.5 K in brightness of a 295 K ground at 10 um, below
    what the weather of a day changes; sign errors or a wrong lapse miss it by far.
    """
    run = read_run(data_dir, water, ozone)
    per_um = 1e4 / (run[:, 8] * 1e-3)
    up = (run[:, 11] + run[:, 12]) * per_um
    reflected = run[:, 16] * per_um
    path = thermal_path(Air(water, ozone, GROUND_AIR_K), SENSOR_M, 1e7 / run[:, 0])
    assert np.sqrt(((path.path_radiance - up) ** 2).mean()) < 0.2
    assert np.sqrt(((path.downwelling * path.transmittance - reflected) ** 2).mean()) < 0.2
    # The scale they are judged on: both are several W m-2 sr-1 um-1 somewhere.
    assert up.max() > 2.5
    assert reflected.max() > 1.0


@pytest.mark.data
def test_a_real_hytes_spectrum_over_water_is_met(data_dir):
    """Rationale: a real spectrum over water, emissivity known, must be explained by some air.

    The last 256 rows are HyTES (nm; uW cm-2 sr-1 nm-1). Its ozone band is as deep as from a high
    aircraft (20 km). 8.2 to 11.3 um are compared: towards 12 um the spectrum's brightness falls
    by 14 K, which no water column does without closing the other windows too.
    Tolerance: 3 % rms of the level (2 K), with water, air and skin temperature on a coarse grid; a
    sensor at 2 km, under the ozone, misses it by 14 %.
    """
    table = np.loadtxt(
        data_dir / "hytes_modtran" / "input" / "extracted_points_water_offset_adjust.txt"
    )[-256:]
    centre_um, measured = table[:, 0] / 1e3, table[:, 1] * 10.0
    use = (centre_um > 8.2) & (centre_um < 11.3)

    def misfit(altitude_m: float) -> float:
        best = np.inf
        for water in (0.5, 1.0, 2.0, 3.0):
            for air_k in (285.0, 292.0, 299.0):
                path = thermal_path(Air(water, 0.3, air_k), altitude_m, 1e4 / centre_um)
                for skin_k in np.arange(280.0, 304.0, 1.0):
                    sky = 0.015 * path.downwelling
                    emitted = 0.985 * planck_radiance(centre_um, skin_k) + sky
                    seen = path.transmittance * emitted + path.path_radiance
                    best = min(best, float(np.sqrt(((seen / measured - 1)[use] ** 2).mean())))
        return best

    assert misfit(20_000.0) < 0.03
    assert misfit(2_000.0) > 0.06


def test_short_wave_windows_and_bands_lie_where_they_do():
    """Rationale: 2.1-2.3 um and 1.6 um are windows, 1.38 and 1.9 um opaque (any textbook)."""
    wavelength_um = np.array([1.62, 2.13, 2.22, 1.38, 1.87, 0.76, 0.75])
    tau = two_way_transmittance(Air(1.5), 5000.0, 35.0, wavelength_um)
    assert (tau[:3] > 0.75).all()
    assert (tau[3:5] < 0.1).all()
    assert tau[5] < 0.85 * tau[6]  # the oxygen A band against its shoulder
