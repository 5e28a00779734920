"""A gas-sensor log: what was measured where and when, by moving, fixed and open-path sensors."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.local_frame import LocalFrame, check_place, middle_longitude_deg
from cathartes.scenes.records.flags import Flag
from cathartes.scenes.records.times import iso_text


@dataclass(frozen=True, slots=True)
class PathEnd:
    """The far end of an open path, for each row.

    Attributes
    ----------
    longitude_deg, latitude_deg : (row,) [deg]
    altitude_agl_m : (row,) [m]
    """

    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_agl_m: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GasLog:
    """Rows of gas concentrations with time and place, in order of time.

    Attributes
    ----------
    name
        Short, from the file.
    time_unix_s : (row,) [s]
        Since 1970-01-01T00:00:00Z; never falling, and strictly rising for each sensor.
    longitude_deg, latitude_deg : (row,) [deg]
        WGS 84, of the sensor or of a path's near end; finite.
    altitude_agl_m : (row,) [m]
        Height above the ground below; finite.
    chemicals
        Names, one for each line of `concentration_ppm`.
    concentration_ppm : (chemical, row) [ppm]
        By volume; of an open path the mean along it. NaN where there is no value. As measured:
        with background, and negative where the sensor says so.
    sensors
        Names; one, perhaps "", for a single moving sensor.
    sensor_index : (row,) int
        Which of `sensors` each row is of.
    path_end
        For open paths; None for points.
    wind_speed_m_s, wind_from_deg : (row,) [m s-1], [deg]
        Wind at the row, NaN where unknown (then in both).
    flags
        What was wrong and was lived with; row ranges are of this log.

    Raises
    ------
    InputError
        If any of this does not hold.
    """

    name: str
    time_unix_s: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_agl_m: NDArray[np.float64]
    chemicals: tuple[str, ...]
    concentration_ppm: NDArray[np.float64]
    sensors: tuple[str, ...]
    sensor_index: NDArray[np.intp]
    wind_speed_m_s: NDArray[np.float64]
    wind_from_deg: NDArray[np.float64]
    path_end: PathEnd | None = None
    flags: tuple[Flag, ...] = ()

    def __post_init__(self) -> None:
        n_rows = np.size(self.time_unix_s)
        for name in ("time_unix_s", "longitude_deg", "latitude_deg", "altitude_agl_m",
                     "wind_speed_m_s", "wind_from_deg"):  # fmt: skip
            object.__setattr__(self, name, self._read_only(name, getattr(self, name), (n_rows,)))
        shape = (len(self.chemicals), n_rows)
        object.__setattr__(
            self,
            "concentration_ppm",
            self._read_only("concentration_ppm", self.concentration_ppm, shape),
        )
        index = np.array(self.sensor_index, dtype=np.intp)
        index.setflags(write=False)
        object.__setattr__(self, "sensor_index", index)
        if self.path_end is not None:
            end = PathEnd(
                *(
                    self._read_only(f"path_end.{name}", getattr(self.path_end, name), (n_rows,))
                    for name in ("longitude_deg", "latitude_deg", "altitude_agl_m")
                )
            )
            object.__setattr__(self, "path_end", end)
        self._check_shape(n_rows)
        self._check_places()
        self._check_times()
        self._check_wind()

    def _read_only(
        self, name: str, values: NDArray[np.float64], shape: tuple[int, ...]
    ) -> NDArray[np.float64]:
        array = np.array(values, dtype=np.float64)
        if array.shape != shape:
            raise InputError(
                f"gas log {self.name}: {name} has the shape {array.shape}; {shape} is needed."
            )
        array.setflags(write=False)
        return array

    def _check_shape(self, n_rows: int) -> None:
        if n_rows == 0 or not self.chemicals or not self.sensors:
            raise InputError(
                f"gas log {self.name}: {n_rows} rows, {len(self.chemicals)} gases, "
                f"{len(self.sensors)} sensors; at least one of each is needed."
            )
        for word, names in (("chemicals", self.chemicals), ("sensors", self.sensors)):
            if len(set(names)) < len(names):
                raise InputError(f"gas log {self.name}: {word} {', '.join(names)} repeat a name.")
        index = self.sensor_index
        if index.shape != (n_rows,) or index.min() < 0 or index.max() >= len(self.sensors):
            raise InputError(
                f"gas log {self.name}: sensor_index must say for each of {n_rows} rows which of "
                f"{len(self.sensors)} sensors it is of, from 0."
            )
        if np.isinf(self.concentration_ppm).any():
            raise InputError(
                f"gas log {self.name}: a concentration is infinite; NaN stands for no value."
            )

    def _check_places(self) -> None:
        check_place(self.longitude_deg, self.latitude_deg, f"gas log {self.name}")
        heights = [self.altitude_agl_m]
        if self.path_end is not None:
            end = self.path_end
            check_place(end.longitude_deg, end.latitude_deg, f"gas log {self.name}, path ends")
            heights.append(end.altitude_agl_m)
        if not all(np.isfinite(height).all() for height in heights):
            raise InputError(f"gas log {self.name}: a height is not finite; leave such rows out.")

    def _check_times(self) -> None:
        if not np.isfinite(self.time_unix_s).all():
            raise InputError(f"gas log {self.name}: a time is not finite; leave such rows out.")
        order = np.lexsort((self.time_unix_s, self.sensor_index))
        same = np.diff(self.sensor_index[order]) == 0
        repeated = same & (np.diff(self.time_unix_s[order]) == 0)
        if (np.diff(self.time_unix_s) < 0).any() or repeated.any():
            raise InputError(
                f"gas log {self.name}: times must never fall, and rise for each sensor; sort the "
                "rows, and average those of one time."
            )

    def _check_wind(self) -> None:
        speed, angle = self.wind_speed_m_s, self.wind_from_deg
        known = np.isfinite(speed)
        if (known != np.isfinite(angle)).any() or np.isinf(speed).any():
            raise InputError(
                f"gas log {self.name}: wind speed and direction must be known in the same rows."
            )
        if (speed[known] < 0).any() or (angle[known] < 0).any() or (angle[known] > 360).any():
            raise InputError(
                f"gas log {self.name}: wind speeds from 0 and directions of 0 to 360 degrees are "
                f"needed; found from {speed[known].min():g} m/s, and {angle[known].min():g} to "
                f"{angle[known].max():g} degrees. Is it a number that stands for no value?"
            )

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.time_unix_s.size

    @property
    def has_wind(self) -> bool:
        """True if the wind is known in at least one row."""
        return bool(np.isfinite(self.wind_speed_m_s).any())

    def ppm_of(self, chemical: str) -> NDArray[np.float64]:
        """Return one gas's concentration, (row,) [ppm], NaN where there is no value.

        Raises
        ------
        InputError
            If the log has no such gas.
        """
        if chemical not in self.chemicals:
            raise InputError(
                f"gas log {self.name} has no {chemical!r}; it has {', '.join(self.chemicals)}."
            )
        values: NDArray[np.float64] = self.concentration_ppm[self.chemicals.index(chemical)]
        return values

    def of_sensor(self, sensor: str) -> NDArray[np.bool_]:
        """Return (row,), True for the rows of one sensor.

        Raises
        ------
        InputError
            If the log has no such sensor.
        """
        if sensor not in self.sensors:
            raise InputError(
                f"gas log {self.name} has no sensor {sensor!r}; it has {', '.join(self.sensors)}."
            )
        return np.asarray(self.sensor_index == self.sensors.index(sensor))

    def local_frame(self) -> LocalFrame:
        """Return the metric frame about the middle of the log's places."""
        return LocalFrame(
            middle_longitude_deg(self.longitude_deg),
            float((self.latitude_deg.min() + self.latitude_deg.max()) / 2),
        )

    def position_m(self, frame: LocalFrame) -> NDArray[np.float64]:
        """Return where each row was measured, (row, 3): east, north, up above ground [m]."""
        east, north = frame.to_east_north(self.longitude_deg, self.latitude_deg)
        return np.column_stack([east, north, self.altitude_agl_m])

    def path_end_m(self, frame: LocalFrame) -> NDArray[np.float64]:
        """Return each row's far end, (row, 3): east, north, up [m]; a point is its own."""
        if self.path_end is None:
            return self.position_m(frame)
        end = self.path_end
        east, north = frame.to_east_north(end.longitude_deg, end.latitude_deg)
        return np.column_stack([east, north, end.altitude_agl_m])

    def chosen(self, rows: NDArray[np.bool_]) -> "GasLog":
        """Return some of the rows, at least one; flags lose the rows that they point at.

        Parameters
        ----------
        rows : (row,) bool
        """
        end = self.path_end
        return replace(
            self,
            time_unix_s=self.time_unix_s[rows],
            longitude_deg=self.longitude_deg[rows],
            latitude_deg=self.latitude_deg[rows],
            altitude_agl_m=self.altitude_agl_m[rows],
            concentration_ppm=self.concentration_ppm[:, rows],
            sensor_index=self.sensor_index[rows],
            wind_speed_m_s=self.wind_speed_m_s[rows],
            wind_from_deg=self.wind_from_deg[rows],
            path_end=None if end is None else PathEnd(
                end.longitude_deg[rows], end.latitude_deg[rows], end.altitude_agl_m[rows]
            ),
            flags=tuple(replace(flag, rows=()) for flag in self.flags),
        )  # fmt: skip

    def of_chemicals(self, chemicals: Collection[str]) -> "GasLog":
        """Return the log with some of its gases alone, at least one."""
        kept = [k for k, chemical in enumerate(self.chemicals) if chemical in chemicals]
        return replace(
            self,
            chemicals=tuple(self.chemicals[k] for k in kept),
            concentration_ppm=self.concentration_ppm[kept],
        )

    def with_flags(self, *flags: Flag) -> "GasLog":
        """Return the log with more flags."""
        return replace(self, flags=(*self.flags, *flags))

    def span(self) -> str:
        """Return first and last time as text, for messages."""
        return f"{iso_text(self.time_unix_s[0])} to {iso_text(self.time_unix_s[-1])}"
