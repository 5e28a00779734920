"""What was understood of a gas log, before anybody searches a source with it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cathartes.scenes.logs.enhancement import Enhancement, SensorBehaviour, estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.scenes.logs.open import read_gas_log
from cathartes.scenes.logs.own_wind import wind_of_log
from cathartes.scenes.records.flags import Flag
from cathartes.scenes.wind.variability import WindSummary, summarise_wind


@dataclass(frozen=True, slots=True)
class GasSummary:
    """One gas of one sensor in a few numbers.

    Attributes
    ----------
    behaviour
        Noise, drift, delay and time constant.
    n_values
        Rows with a value.
    lowest_ppm, median_ppm, highest_ppm
        As measured.
    baseline_ppm
        Median of the baseline.
    highest_enhancement_ppm
        Above the baseline.
    """

    behaviour: SensorBehaviour
    n_values: int
    lowest_ppm: float
    median_ppm: float
    highest_ppm: float
    baseline_ppm: float
    highest_enhancement_ppm: float


@dataclass(frozen=True, slots=True)
class LogInspection:
    """A gas log as it was understood.

    Attributes
    ----------
    log
        Its rows.
    enhancement
        Above the baselines.
    gases
        One for each gas and sensor that has values.
    wind
        Of the log's own rows; None if they have none.
    extent_m
        Greatest extent east, north, and up.
    """

    log: GasLog
    enhancement: Enhancement
    gases: tuple[GasSummary, ...]
    wind: WindSummary | None
    extent_m: tuple[float, float, float]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """All that was wrong and was lived with."""
        return (*self.log.flags, *self.enhancement.flags)


def inspect_log(
    path: Path | str, *, mapping: Path | str | None = None, track: Path | str | None = None
) -> LogInspection:
    """Return what is understood of a gas log; arguments and errors as of `read_gas_log`."""
    log = read_gas_log(
        Path(path),
        mapping=None if mapping is None else Path(mapping),
        track=None if track is None else Path(track),
    )
    found = estimate_enhancement(log)
    east, north, up = np.ptp(log.position_m(log.local_frame()), axis=0).tolist()
    return LogInspection(
        log=log,
        enhancement=found,
        gases=tuple(
            summary for one in found.sensors if (summary := _summary(log, found, one)) is not None
        ),
        wind=summarise_wind(wind_of_log(log)) if log.has_wind else None,
        extent_m=(east, north, up),
    )


def _summary(log: GasLog, found: Enhancement, one: SensorBehaviour) -> GasSummary | None:
    """Return one sensor's gas in numbers; None if it has no value."""
    line = log.chemicals.index(one.chemical)
    rows = log.of_sensor(one.sensor) & np.isfinite(log.concentration_ppm[line])
    if not rows.any():
        return None
    ppm = log.concentration_ppm[line, rows]
    known = np.isfinite(found.baseline_ppm[line, rows])
    above = found.enhancement_ppm[line, rows][known]
    return GasSummary(
        behaviour=one,
        n_values=ppm.size,
        lowest_ppm=float(ppm.min()),
        median_ppm=float(np.median(ppm)),
        highest_ppm=float(ppm.max()),
        baseline_ppm=float(np.median(found.baseline_ppm[line, rows])),
        highest_enhancement_ppm=float(above.max()) if above.size else float("nan"),
    )
