"""Where an aircraft was, and how it was turned, at any time of a flight."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod
from scipy.interpolate import Akima1DInterpolator
from scipy.spatial.transform import Rotation, Slerp

from cathartes.errors import InputError
from cathartes.scenes.georeference.frames import (
    body_to_local,
    local_to_earth,
    to_earth_m,
    to_geodetic,
)

SLOWEST_TRACK_M_S = 1.0
"""Below it the aircraft hovers, and its track has no direction."""


@dataclass(frozen=True, slots=True)
class Track:
    """Positions of the navigation's reference point, at the positions' own rate.

    Attributes
    ----------
    time_s : (n,) [s]
        Since `Navigation.start_utc`, rising.
    longitude_deg, latitude_deg, altitude_m : (n,) [deg], [deg], [m]
        WGS 84; altitude above the ellipsoid.
    sd_m : (n, 2) [m]
        Standard deviation in each horizontal direction, and in the vertical; NaN where nobody
        stated one, everywhere if None.

    Raises
    ------
    InputError
        If lengths differ, there are fewer than two, a number is not finite or no place on Earth,
        or times do not rise.
    """

    time_s: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_m: NDArray[np.float64]
    sd_m: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        _freeze(self, "positions")
        object.__setattr__(self, "sd_m", _checked_sd(self.sd_m, (self.time_s.size, 2)))
        lat, lon = np.abs(self.latitude_deg).max(), np.abs(self.longitude_deg).max()
        if lat > 90 or lon > 360:
            raise InputError(
                f"navigation: latitudes up to {lat:g} and longitudes up to {lon:g}; degrees are "
                "needed, latitude at most 90: are the two columns the other way round?"
            )

    def speed_m_s(self) -> NDArray[np.float64]:
        """Return the horizontal speed between positions, (n - 1,) [m s-1]."""
        return self.steps_m() / np.diff(self.time_s)

    def steps_m(self) -> NDArray[np.float64]:
        """Return the horizontal distances between positions, (n - 1,) [m]."""
        return self._ways()[1]

    def track_deg(self) -> NDArray[np.float64]:
        """Return the direction of movement between positions, clockwise from north, (n - 1,)."""
        return self._ways()[0]

    def _ways(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lon, lat = self.longitude_deg, self.latitude_deg
        azimuth, _, distance = Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
        return np.asarray(azimuth), np.asarray(distance)


@dataclass(frozen=True, slots=True)
class Attitudes:
    """How the body was turned, at the attitudes' own rate; conventions in `frames`.

    Attributes
    ----------
    time_s : (n,) [s]
        Since `Navigation.start_utc`, rising.
    roll_deg, pitch_deg, heading_deg : (n,) [deg]
    sd_deg : (n, 3) [deg]
        Standard deviations of roll, pitch and heading; NaN where nobody stated one, everywhere if
        None.

    Raises
    ------
    InputError
        If lengths differ, there are fewer than two, a number is not finite, times do not rise, or
        an angle is impossible.
    """

    time_s: NDArray[np.float64]
    roll_deg: NDArray[np.float64]
    pitch_deg: NDArray[np.float64]
    heading_deg: NDArray[np.float64]
    sd_deg: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        _freeze(self, "attitudes")
        object.__setattr__(self, "sd_deg", _checked_sd(self.sd_deg, (self.time_s.size, 3)))
        for name, most in (("roll", 180.0), ("pitch", 90.0), ("heading", 360.0)):
            largest = float(np.abs(getattr(self, f"{name}_deg")).max())
            if largest > most:
                raise InputError(
                    f"navigation: {name} of up to {largest:g}; degrees within {most:g} are needed: "
                    "correct the column."
                )


@dataclass(frozen=True, slots=True)
class LinePoses:
    """Where the camera was, and how the body was turned, when each line was taken.

    Attributes
    ----------
    camera_m : (line, 3) [m]
        Geocentric; NaN where the navigation does not say.
    body_to_earth : (line, 3, 3)
        Rotation; NaN where the navigation does not say.
    camera_velocity_m_s : (line, 3) [m s-1]
        Of the camera, lever arm included, in the Earth's frame.
    turn_deg_s : (line, 3) [deg s-1]
        How the body turns about the Earth's axes.
    position_sd_m : (line, 2) [m]
        Horizontal (each direction) and vertical; NaN where not stated.
    attitude_sd_deg : (line, 3) [deg]
        Roll, pitch, heading; NaN where not stated.
    """

    camera_m: NDArray[np.float64]
    body_to_earth: NDArray[np.float64]
    camera_velocity_m_s: NDArray[np.float64]
    turn_deg_s: NDArray[np.float64]
    position_sd_m: NDArray[np.float64]
    attitude_sd_deg: NDArray[np.float64]

    @property
    def known(self) -> NDArray[np.bool_]:
        """True for lines whose pose is known, (line,)."""
        return np.isfinite(self.camera_m[:, 0])

    def select(self, lines: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "LinePoses":
        """Return some lines' poses.

        Parameters
        ----------
        lines : (n,) int, (line,) bool, or a slice
        """
        return LinePoses(*(getattr(self, name)[lines] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Navigation:
    """A flight's positions and attitudes on one clock.

    Attributes
    ----------
    start_utc
        Aware; the clock's zero.
    track, attitudes
        Each at its own rate.
    """

    start_utc: datetime
    track: Track
    attitudes: Attitudes

    def __post_init__(self) -> None:
        if self.start_utc.tzinfo is None:
            raise InputError("navigation: its start has no time zone; give it in UTC.")

    @property
    def interval_s(self) -> tuple[float, float]:
        """First and last time of which both position and attitude are known, [s]."""
        starts, ends = zip(
            *((part.time_s[0], part.time_s[-1]) for part in (self.track, self.attitudes)),
            strict=True,
        )
        return float(max(starts)), float(min(ends))

    def utc_at(self, time_s: float) -> datetime:
        """Return the aware time of a number of seconds since the start."""
        return self.start_utc + timedelta(seconds=time_s)

    def at_heights_above(self, geoid_height_m: NDArray[np.float64]) -> "Navigation":
        """Return the flight with altitudes that were above the geoid brought to the ellipsoid.

        Parameters
        ----------
        geoid_height_m : (n,) [m]
            The geoid above the ellipsoid at each position of the track.
        """
        track = replace(self.track, altitude_m=self.track.altitude_m + geoid_height_m)
        return replace(self, track=track)

    def poses_at(
        self,
        time_s: NDArray[np.float64],
        lever_arm_m: NDArray[np.float64],
        *,
        max_position_gap_s: float,
        max_attitude_gap_s: float,
    ) -> LinePoses:
        r"""Return the camera's poses at given times.

        Positions go along Akima's cubic through the geocentric positions, which is smooth and
        does not ring beside a jump; attitudes turn evenly from one to the next (slerp).

        .. math:: P_c = P + R\,a

        Parameters
        ----------
        time_s : (line,) [s]
            On the navigation's clock.
        lever_arm_m : (3,) [m]
            a: from the navigation's reference point to the camera, in the body's frame.
        max_position_gap_s, max_attitude_gap_s : [s]
            Across a longer gap nothing is interpolated: NaN.

        References
        ----------
        Akima 1970, doi:10.1145/321607.321609; Shoemake 1985, doi:10.1145/325165.325242.
        """
        first, last = self.interval_s
        known = np.isfinite(time_s) & (time_s >= first) & (time_s <= last)
        for part, gap in ((self.track, max_position_gap_s), (self.attitudes, max_attitude_gap_s)):
            known &= _gap_at(part.time_s, time_s) <= gap
        when = np.where(known, time_s, first)
        position, velocity, body_to_earth, turn = self._state_at(when)
        arm = body_to_earth @ lever_arm_m
        camera = position + arm
        velocity = velocity + np.cross(np.radians(turn), arm)
        for values in (camera, body_to_earth, velocity, turn):
            values[~known] = np.nan
        position_sd = _between(self.track.time_s, self.track.sd_m, when)
        attitude_sd = _between(self.attitudes.time_s, self.attitudes.sd_deg, when)
        return LinePoses(camera, body_to_earth, velocity, turn, position_sd, attitude_sd)

    def _state_at(self, time_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        track, attitudes = self.track, self.attitudes
        places = to_earth_m(track.longitude_deg, track.latitude_deg, track.altitude_m)
        path = Akima1DInterpolator(track.time_s, places)
        position = np.asarray(path(time_s))
        velocity = np.asarray(path.derivative()(time_s))
        turns = Rotation.from_matrix(
            body_to_local(attitudes.roll_deg, attitudes.pitch_deg, attitudes.heading_deg)
        )
        local = Slerp(attitudes.time_s, turns)(time_s).as_matrix()
        lon, lat, _ = to_geodetic(position)
        to_earth = local_to_earth(lon, lat)
        after = np.clip(
            np.searchsorted(attitudes.time_s, time_s, side="right"), 1, attitudes.time_s.size - 1
        )
        step_s = attitudes.time_s[after] - attitudes.time_s[after - 1]
        # Of a rotation from one attitude to the next, the vector in the local frame.
        turn = np.degrees((turns[after] * turns[after - 1].inv()).as_rotvec()) / step_s[:, None]
        return (
            position,
            velocity,
            to_earth @ local,
            np.einsum("nij,nj->ni", to_earth, turn),
        )


def _between(
    knots_s: NDArray[np.float64], values: NDArray[np.float64] | None, time_s: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (n, k) values straight between knots at (m,) times, (m, k)."""
    if values is None:  # the checks fill it; for the type checker
        return np.full((time_s.size, 0), np.nan)
    return np.column_stack([np.interp(time_s, knots_s, column) for column in values.T])


def _checked_sd(sd: NDArray[np.float64] | None, shape: tuple[int, int]) -> NDArray[np.float64]:
    """Return standard deviations, (n, k), NaN where none is stated, that can be so."""
    values = np.full(shape, np.nan) if sd is None else np.array(sd, dtype=np.float64)
    if values.shape != shape or (values < 0).any():
        raise InputError(
            f"navigation: standard deviations of shape {values.shape}, least "
            f"{np.nanmin(values):g}; {shape} and nothing negative is needed: correct the columns."
        )
    values.setflags(write=False)
    return values


def _gap_at(knots_s: NDArray[np.float64], time_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the length of the interval between knots in which each time lies, (n,) [s].

    At a knot it is the shorter of the two: nothing need be interpolated there.
    """
    steps = np.diff(knots_s)
    sides = (np.searchsorted(knots_s, time_s, side=side) for side in ("left", "right"))
    before, after = (steps[np.clip(index - 1, 0, steps.size - 1)] for index in sides)
    return np.minimum(before, after)


def _freeze(record: Track | Attitudes, what: str) -> None:
    """Check that a record's arrays are finite, of one length and in time's order; freeze them."""
    n = np.size(record.time_s)
    if n < 2:
        raise InputError(
            f"navigation: {what} at {n} time{'s' * (n != 1)}; two times at least are needed: give "
            "navigation from before the first line to after the last."
        )
    for name in record.__slots__[:-1]:  # all but the standard deviations
        values = np.array(getattr(record, name), dtype=np.float64)
        values.setflags(write=False)
        object.__setattr__(record, name, values)
        if values.shape != (n,):
            raise InputError(
                f"navigation: {what} with {name} of shape {values.shape} and {n} times; one value "
                "a time is needed."
            )
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            raise InputError(
                f"navigation: {what}, {name} of record {bad[0] + 1} is {values[bad[0]]}; a number "
                "is needed: leave out records without one."
            )
    back = np.flatnonzero(np.diff(record.time_s) <= 0)
    if back.size:
        i = int(back[0])
        raise InputError(
            f"navigation: the clock of the {what} goes from {record.time_s[i]:.6f} to "
            f"{record.time_s[i + 1]:.6f} s at record {i + 2} ({back.size} such); times must rise: "
            "the clock jumped back, or records are out of order or doubled. Mend the file."
        )
