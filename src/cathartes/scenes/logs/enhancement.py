"""A log with its background taken off, and what was learned of each sensor; the raw is kept."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cathartes.scenes.logs.baseline import Baseline, BaselineSettings, estimate_baseline
from cathartes.scenes.logs.estimate import Estimate, unknown
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.response import (
    ResponseSettings,
    estimate_delay,
    estimate_time_constant,
)
from cathartes.scenes.records.flags import Flag, FlagKind


@dataclass(frozen=True, slots=True)
class EnhancementSettings:
    """Settings of baseline and response."""

    baseline: BaselineSettings = field(default_factory=BaselineSettings)
    response: ResponseSettings = field(default_factory=ResponseSettings)


@dataclass(frozen=True, slots=True)
class SensorBehaviour:
    """What was learned of one sensor and gas from its own log.

    Attributes
    ----------
    chemical, sensor
        Which.
    noise_sd_ppm
        Of a single value in clean air.
    drift_ppm_h
        Trend of the baseline, in ppm per hour.
    delay_s
        Mean delay: dead time and time constant together.
    time_constant_s
        Of a first-order response.
    dead_time_s
        Their difference.
    has_baseline
        False if its baseline can't be trusted; a flag says why.
    """

    chemical: str
    sensor: str
    noise_sd_ppm: float
    drift_ppm_h: Estimate
    delay_s: Estimate
    time_constant_s: Estimate
    dead_time_s: Estimate
    has_baseline: bool = True


@dataclass(frozen=True, slots=True)
class Enhancement:
    """A gas log above its baseline.

    Nothing is shifted or sharpened for the sensor's delay: who needs that has the numbers.

    Attributes
    ----------
    log
        As measured.
    baseline_ppm, baseline_sd_ppm : (chemical, row) [ppm]
        And the standard deviation of its error; NaN where a sensor has too few values.
    sensors
        One for each gas and sensor, gas after gas.
    flags
        What can't be trusted.
    """

    log: GasLog
    baseline_ppm: NDArray[np.float64]
    baseline_sd_ppm: NDArray[np.float64]
    sensors: tuple[SensorBehaviour, ...]
    flags: tuple[Flag, ...] = ()

    def __post_init__(self) -> None:
        for name in ("baseline_ppm", "baseline_sd_ppm"):
            values = np.array(getattr(self, name), np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)

    @property
    def enhancement_ppm(self) -> NDArray[np.float64]:
        """(chemical, row) [ppm]: measured less baseline, NaN where there is no value."""
        return self.log.concentration_ppm - self.baseline_ppm

    def behaviour(self, chemical: str, sensor: str = "") -> SensorBehaviour:
        """Return what was learned of one gas and sensor; raises as the log for unknown names."""
        self.log.ppm_of(chemical)
        self.log.of_sensor(sensor)
        return next(s for s in self.sensors if (s.chemical, s.sensor) == (chemical, sensor))


def estimate_enhancement(log: GasLog, settings: EnhancementSettings | None = None) -> Enhancement:
    """Return a log above its baselines, with noise, drift, delay and time constant by sensor."""
    settings = settings or EnhancementSettings()
    position = log.position_m(log.local_frame())
    baseline = np.full(log.concentration_ppm.shape, np.nan)
    sd = np.full(log.concentration_ppm.shape, np.nan)
    sensors: list[SensorBehaviour] = []
    flags: list[Flag] = []
    for line, chemical in enumerate(log.chemicals):
        for sensor in log.sensors:
            rows = np.flatnonzero(log.of_sensor(sensor))
            time, ppm = log.time_unix_s[rows], log.concentration_ppm[line, rows]
            found = estimate_baseline(time, ppm, settings.baseline)
            baseline[line, rows], sd[line, rows] = found.ppm, found.sd_ppm
            if found.why_not:
                who = f"{chemical} of sensor {sensor}" if sensor else chemical
                flags.append(
                    Flag(FlagKind.BASELINE, f"{who}: no baseline to trust: {found.why_not}.")
                )
            sensors.append(
                _behaviour(chemical, sensor, time, position[rows], ppm, found, settings.response)
            )
    return Enhancement(log, baseline, sd, tuple(sensors), tuple(flags))


def _behaviour(
    chemical: str,
    sensor: str,
    time: NDArray[np.float64],
    position: NDArray[np.float64],
    ppm: NDArray[np.float64],
    baseline: Baseline,
    settings: ResponseSettings,
) -> SensorBehaviour:
    """Return what one sensor's rows tell of it."""
    above = ppm - baseline.ppm
    noise = baseline.noise_sd_ppm
    reach_m = np.ptp(position[:, :2], axis=0).max() if len(position) else 0.0
    if reach_m < settings.shortest_m:
        delay = unknown("the sensor stood still: a delay shows between opposite directions only")
    elif not noise > 0:
        delay = unknown("the sensor's noise is below its resolution, or unknown")
    else:
        delay = estimate_delay(time, position, above, noise, settings)
    constant = (
        estimate_time_constant(time, above, noise, settings)
        if noise > 0
        else unknown("the sensor's noise is below its resolution, or unknown")
    )
    if delay.known and constant.known:
        dead = Estimate(delay.value - constant.value, float(np.hypot(delay.sd, constant.sd)))
    else:
        dead = unknown(
            "it needs both delay and time constant",
            delay.value + 2 * delay.sd if delay.known else np.inf,
        )
    return SensorBehaviour(
        chemical, sensor, noise, baseline.drift_ppm_h, delay, constant, dead, not baseline.why_not
    )
