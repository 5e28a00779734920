"""The air: limits that hold without any table, and messages."""

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.scenes import air
from cathartes.scenes.air import Air, air_temperature_k, thermal_path
from cathartes.scenes.radiometry import planck_radiance

NU = np.linspace(760.0, 1330.0, 200)


def test_more_air_and_more_water_let_less_through():
    low, high = (thermal_path(Air(), h, NU) for h in (300.0, 5000.0))
    wet = thermal_path(Air(water_g_cm2=4.0), 5000.0, NU)
    assert (low.transmittance > high.transmittance).all()
    assert (high.transmittance >= wet.transmittance - 1e-12).all()
    # Where it is opaque the sensor sees the air next to it, which is colder higher up.
    thin = high.transmittance > 0.7
    assert thin.sum() > 50
    assert (high.path_radiance > low.path_radiance)[thin].all()
    opaque = low.transmittance < 0.3
    assert (high.path_radiance < low.path_radiance)[opaque].all()


def test_a_sensor_just_above_the_ground_sees_the_ground():
    path = thermal_path(Air(), 0.01, NU)
    # Strong lines' square-root growth is kept down to nothing: 3 % are left in one band at 1 cm.
    np.testing.assert_allclose(path.transmittance, 1.0, atol=0.04)
    assert np.median(path.transmittance) > 0.999
    assert np.median(path.path_radiance) < 0.01


def test_no_radiance_exceeds_a_black_body_of_the_warmest_air():
    air = Air(water_g_cm2=5.0, temperature_k=300.0)
    path = thermal_path(air, 3000.0, NU)
    black = planck_radiance(1e4 / NU, 300.0)
    assert (path.path_radiance <= black * (1 - path.transmittance) + 1e-9).all()
    assert ((path.downwelling > 0) & (path.downwelling < black)).all()


def test_temperature_falls_by_the_lapse_rate_to_the_tropopause():
    np.testing.assert_allclose(
        air_temperature_k(np.array([0.0, 1e3, 15e3]), 300.0), [300.0, 293.5, 217.0]
    )


def test_impossible_air_is_refused():
    with pytest.raises(SettingsError, match="0 to 6 and 0 to 1"):
        Air(water_g_cm2=-1.0)
    with pytest.raises(SettingsError, match="give it in kelvin"):
        Air(temperature_k=22.0)
    with pytest.raises(SettingsError, match="a sensor above the ground"):
        thermal_path(Air(), 0.0, NU)


def test_what_is_kept_from_state_to_state_changes_nothing():
    """As a fit asks: one thing is changed after the other, and the caller may write into it."""
    states = [(Air(), 2000.0), (Air(water_g_cm2=2.0), 2000.0), (Air(ozone_atm_cm=0.2), 2000.0),
              (Air(), 2100.0), (Air(temperature_k=290.0), 2000.0), (Air(), 2000.0)]  # fmt: skip
    for one, altitude_m in states:
        kept = thermal_path(one, altitude_m, NU)
        for cached in (air._columns, air._up, air._down, air._glow):
            cached.cache_clear()
        fresh = thermal_path(one, altitude_m, NU)
        for name in ("transmittance", "path_radiance", "downwelling"):
            np.testing.assert_array_equal(getattr(kept, name), getattr(fresh, name))
        fresh.transmittance[:] = 0.0
    for one, altitude_m in states:
        thermal_path(one, altitude_m, NU).transmittance[:] = 0.0
        assert (thermal_path(one, altitude_m, NU).transmittance > 0).any()
