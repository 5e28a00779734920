"""Run pyELQ on one flight, in an environment of its own: a file of rows in, its sources out.

Called by `locate_flights.py --pyelq PYTHON`; arrays in the .npz file named first, JSON to standard
output. A source is a patch of 10 m cells, connected, in which more than half of the last thousand
samples have one; its place is their median, its rate their mean sum.
"""

import contextlib
import io
import json
import sys
import time

import numpy as np
import pandas as pd
from pyelq.component.background import SpatioTemporalBackground
from pyelq.component.error_model import BySensor
from pyelq.component.offset import PerSensor
from pyelq.component.source_model import Normal
from pyelq.coordinate_system import ENU
from pyelq.dispersion_model.gaussian_plume import GaussianPlume
from pyelq.gas_species import CH4
from pyelq.meteorology.meteorology import Meteorology
from pyelq.model import ELQModel
from pyelq.sensor.sensor import Sensor, SensorGroup
from pyelq.source_map import SourceMap
from scipy.ndimage import label

CELL_M = 10.0
KEPT = 1000


def run(rows: dict[str, np.ndarray], n_iter: int) -> ELQModel:
    """Return the model after its run."""
    times = pd.array(pd.to_datetime(rows["time_s"], unit="s", origin="2026-05-12"))
    place = ENU(ref_latitude=46.8, ref_longitude=7.1, ref_altitude=0.0)
    place.from_array(rows["place_m"])
    sensor = Sensor()
    sensor.label, sensor.time, sensor.concentration = "drone", times, rows["ppm"]
    sensor.location = place.to_lla()
    group = SensorGroup()
    group.add_sensor(sensor)
    air = Meteorology()
    air.time = times
    air.wind_speed, air.wind_direction = rows["wind_speed_m_s"], rows["wind_from_deg"]
    air.calculate_uv_from_wind_speed_direction()
    air.temperature, air.pressure = np.full(times.size, 288.15), np.full(times.size, 101.325)
    for word, spread in zip(("horizontal", "vertical"), rows["spread"], strict=True):
        degrees = np.full(times.size, np.degrees(np.arctan(spread)))
        setattr(air, f"wind_turbulence_{word}", degrees)
    limits = np.array([*rows["limits_m"], [0.0, 4.0]])
    plume = GaussianPlume(source_map=SourceMap(), source_half_width=0.01)
    plume.source_map.generate_sources(
        coordinate_object=ENU(ref_latitude=46.8, ref_longitude=7.1, ref_altitude=0.0),
        sourcemap_limits=limits,
        sourcemap_type="hypercube",
        nof_sources=2,
    )
    source = Normal()
    source.emission_rate_mean = np.array([0.0], ndmin=1)
    source.initial_precision = np.array([1 / 5.0**2], ndmin=1)
    source.reversible_jump, source.rate_num_sources = True, 1.0
    source.dispersion_model, source.site_limits = plume, limits
    source.update_precision = False
    source.coverage_detection, source.coverage_test_source = 0.05, 6.0
    background = SpatioTemporalBackground()
    background.n_time, background.mean_bg = None, float(np.quantile(rows["ppm"], 0.2))
    background.spatial_dependence = False
    background.initial_precision = 1 / 3e-3**2
    background.precision_time_0, background.update_precision = 1 / 0.1**2, False
    offset = PerSensor()
    offset.update_precision, offset.initial_precision = False, 1 / 0.001**2
    error = BySensor()
    error.initial_precision = 1 / 0.1**2
    error.prior_precision_shape = error.prior_precision_rate = 1e-2
    model = ELQModel(
        sensor_object=group, meteorology=air, gas_species=CH4(), background=background,
        source_model=source, error_model=error, offset_model=offset,
    )  # fmt: skip
    model.n_iter = n_iter
    model.initialise()
    model.to_mcmc()
    model.run_mcmc()
    model.from_mcmc()
    return model


def sources(model: ELQModel, limits_m: np.ndarray) -> list[list[float]]:
    """Return east, north [m] and rate [kg/h] of each source."""
    store = model.mcmc.store
    place = np.asarray(store["z_src"])[:, :, -KEPT:]
    rate = np.asarray(store["s"])[:, -KEPT:]
    low = limits_m[:, 0]
    shape = tuple(np.ceil(np.diff(limits_m)[:, 0] / CELL_M).astype(int) + 1)
    there = np.zeros(shape)
    samples = []
    for sample in range(place.shape[2]):
        real = np.isfinite(place[0, :, sample]) & (rate[:, sample] > 0.1)
        cell = ((place[:2, real, sample].T - low) // CELL_M).astype(int)
        samples.append((place[:2, real, sample].T, rate[real, sample], cell))
        there[tuple(np.unique(cell, axis=0).T)] += 1
    # Cells are widened by one, so that a source on their border is not lost between two.
    wide = sum(np.roll(there, shift, (0, 1)) for shift in ((0, 0), (0, 1), (1, 0), (1, 1)))
    patches, n_patches = label(np.minimum(wide, place.shape[2]) > 0.5 * place.shape[2])
    found = []
    for patch in range(1, n_patches + 1):
        near = patches == patch
        near = near | np.roll(near, -1, 0) | np.roll(near, -1, 1) | np.roll(near, (-1, -1), (0, 1))
        inside = [near[tuple(cell.T)] for _, _, cell in samples]
        points = np.vstack([p[i] for (p, _, _), i in zip(samples, inside, strict=True)])
        sums = [r[i].sum() for (_, r, _), i in zip(samples, inside, strict=True)]
        found.append([*np.median(points, axis=0).tolist(), float(np.mean(sums))])
    return found


def main() -> int:
    """Print what was found."""
    rows = dict(np.load(sys.argv[1]))
    np.random.seed(int(sys.argv[3]))  # noqa: NPY002 -- what pyELQ draws from
    begun, begun_cpu = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        model = run(rows, int(sys.argv[2]))
    spent = {"wall_s": time.perf_counter() - begun, "cpu_s": time.process_time() - begun_cpu}
    print(json.dumps({"sources": sources(model, rows["limits_m"])} | spent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
