r"""From the ways wind is written to the one that is used inside: where it blows from.

Inside, a wind is a speed [m s-1] and ``wind_from_deg``, the direction it blows *from*, clockwise
from true north, 0 to 360 (the meteorological convention). Readers convert; nothing else does. A
direction whose convention is not stated is refused: the four in use differ by up to 180 degrees,
and nothing in the numbers tells them apart.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import InputError

Blowing = Literal["from", "to"]
Sense = Literal["clockwise from north", "counter-clockwise from east"]
AngleUnit = Literal["deg", "rad"]


@dataclass(frozen=True, slots=True)
class WindConvention:
    """How a file writes a wind's direction.

    Attributes
    ----------
    blowing
        Whether the angle says where the wind comes from or goes to.
    sense
        Compass ("clockwise from north") or mathematical ("counter-clockwise from east") angles.
    unit
        Degrees or radians.
    grid_north_deg : [deg]
        Azimuth of the file's own north (its y axis), clockwise from true north: a site frame's
        rotation, or the magnetic declination (east positive) of a compass.
    """

    blowing: Blowing
    sense: Sense = "clockwise from north"
    unit: AngleUnit = "deg"
    grid_north_deg: float = 0.0

    def to_wind_from_deg(self, angle: ArrayLike) -> NDArray[np.float64]:
        r"""Return the direction the wind blows from, 0 to 360, of the same shape [deg].

        .. math:: \phi = \theta \;\text{or}\; 90° - \theta, \qquad
                  \phi_w = \phi + \phi_{grid} + (180° \;\text{if blowing to}) \bmod 360°

        Parameters
        ----------
        angle : any shape [deg or rad, as the convention says]
            NaN gives NaN.

        Raises
        ------
        InputError
            If the angles can't be in the unit stated.
        """
        degrees = np.asarray(angle, np.float64)
        if self.unit == "rad":
            _check_turns(degrees, 2 * np.pi, "radians")
            degrees = np.degrees(degrees)
        else:
            _check_turns(degrees, 360.0, "degrees")
        azimuth = 90.0 - degrees if self.sense == "counter-clockwise from east" else degrees
        reverse = 180.0 if self.blowing == "to" else 0.0
        return wrapped_deg(azimuth + self.grid_north_deg + reverse)


def _check_turns(angle: NDArray[np.float64], turn: float, unit: str) -> None:
    if angle.size and np.nanmax(np.abs(angle), initial=0.0) > 1.01 * turn:
        raise InputError(
            f"wind directions reach {np.nanmax(np.abs(angle)):g}, which is more than a full turn "
            f"in {unit}; state the unit that they are in (rad or deg)."
        )


def wrapped_deg(angle_deg: ArrayLike) -> NDArray[np.float64]:
    """Return angles in 0 to 360, 360 excluded, of the same shape [deg].

    Parameters
    ----------
    angle_deg : any shape [deg]
    """
    turned = np.mod(np.asarray(angle_deg, np.float64), 360.0)
    return np.where(turned == 360.0, 0.0, turned)


def wind_from_components(
    east_m_s: ArrayLike, north_m_s: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return speed [m s-1] and direction from [deg], each of the same shape, of a wind vector.

    .. math:: U = \sqrt{u^2 + v^2}, \qquad \phi_w = \operatorname{atan2}(-u, -v)

    Parameters
    ----------
    east_m_s, north_m_s : any shape, broadcastable [m s-1]
        Where the air goes to, as models and sonic anemometers give u and v.
    """
    east, north = np.asarray(east_m_s, np.float64), np.asarray(north_m_s, np.float64)
    return np.hypot(east, north), wrapped_deg(np.degrees(np.arctan2(-east, -north)))


def wind_to_components(
    wind_speed_m_s: ArrayLike, wind_from_deg: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the wind vector (east, north), each of the same shape [m s-1]: where the air goes to.

    Parameters
    ----------
    wind_speed_m_s : any shape [m s-1]
    wind_from_deg : same shape [deg]
    """
    angle = np.radians(np.asarray(wind_from_deg, np.float64))
    speed = np.asarray(wind_speed_m_s, np.float64)
    return -speed * np.sin(angle), -speed * np.cos(angle)
