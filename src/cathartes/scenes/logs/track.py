"""Where the carrier of a sensor was over time, and how rows without a place get theirs."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.scenes.local_frame import LocalFrame, check_place
from cathartes.scenes.logs.assemble import RawRows
from cathartes.scenes.records.flags import Flag
from cathartes.scenes.records.times import iso_text
from cathartes.scenes.wind.history import within_gaps

LONGEST_GAP_S = 3.0
"""Between fixes farther apart than this a drone may have been anywhere: no place is made up."""


@dataclass(frozen=True, slots=True)
class Track:
    """Places over time.

    Attributes
    ----------
    name
        The file's.
    time_unix_s : (fix,) [s]
        Since 1970-01-01T00:00:00Z, strictly ascending.
    longitude_deg, latitude_deg : (fix,) [deg]
    altitude_agl_m : (fix,) [m]
        Above the ground below.
    flags
        What was wrong, or assumed of the ground.
    """

    name: str
    time_unix_s: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    altitude_agl_m: NDArray[np.float64]
    flags: tuple[Flag, ...] = ()

    def __post_init__(self) -> None:
        shape = np.shape(self.time_unix_s)
        for name in ("time_unix_s", "longitude_deg", "latitude_deg", "altitude_agl_m"):
            values = np.array(getattr(self, name), np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
            if values.ndim != 1 or values.shape != shape or values.size == 0:
                raise InputError(f"track {self.name}: {name} has the shape {values.shape}.")
            if not np.isfinite(values).all():
                raise InputError(f"track {self.name}: {name} is not finite; leave such fixes out.")
        if (np.diff(self.time_unix_s) <= 0).any():
            raise InputError(f"track {self.name}: its times don't rise; sort or split the file.")
        check_place(self.longitude_deg, self.latitude_deg, f"track {self.name}")

    def at(
        self, time_unix_s: NDArray[np.float64], longest_gap_s: float = LONGEST_GAP_S
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Return longitude, latitude [deg] and height above ground [m], each (time,).

        Interpolated on the ground's plane; NaN in gaps, and beyond both ends by half a gap.

        Parameters
        ----------
        time_unix_s : (time,) [s]
        longest_gap_s
        """
        frame = LocalFrame(float(self.longitude_deg[0]), float(self.latitude_deg[0]))
        east, north = frame.to_east_north(self.longitude_deg, self.latitude_deg)
        x, y, z = (
            np.interp(time_unix_s, self.time_unix_s, values)
            for values in (east, north, self.altitude_agl_m)
        )
        known = within_gaps(self.time_unix_s, time_unix_s, longest_gap_s)
        longitude, latitude = frame.to_lon_lat(x, y)
        nothing = np.where(known, 0.0, np.nan)
        return longitude + nothing, latitude + nothing, z + nothing


def join_track(raw: RawRows, track: Track, longest_gap_s: float = LONGEST_GAP_S) -> RawRows:
    """Return rows with the places that a track gives them.

    Raises
    ------
    InputError
        If the two have no time in common: most often one clock is in local time.
    """
    time = raw.time_unix_s[np.isfinite(raw.time_unix_s)]
    if time.size and (time.max() < track.time_unix_s[0] or time.min() > track.time_unix_s[-1]):
        raise InputError(
            f"{raw.name} was measured from {iso_text(time.min())} to {iso_text(time.max())}, and "
            f"the track {track.name} flown from {iso_text(track.time_unix_s[0])} to "
            f"{iso_text(track.time_unix_s[-1])}: no time in common. Correct the zone or clock of "
            "one of them (time.zone, time.offset_s in the mapping file)."
        )
    longitude, latitude, altitude = track.at(raw.time_unix_s, longest_gap_s)
    return replace(
        raw,
        longitude_deg=longitude,
        latitude_deg=latitude,
        altitude_agl_m=altitude,
        flags=(*raw.flags, *track.flags),
    )
