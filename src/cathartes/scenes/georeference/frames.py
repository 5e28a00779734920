r"""Frames of reference, and the rotations between them.

==========  ====================================================================================
Earth       Geocentric, turning with the Earth (WGS 84): x to longitude 0, z to the north pole.
Local       North, east, down at a place on the ellipsoid.
Body        Forward, right, down in the aircraft, about the navigation's reference point.
Camera      As the body's where the boresight is zero: x forward, y right, z out of the lens.
==========  ====================================================================================

Roll is positive with the right wing down, pitch with the nose up, heading clockwise from true
north: the aeronautical convention (ISO 1151-1, ARINC 705). A vector goes from body to local by

.. math:: R = R_z(\psi)\,R_y(p)\,R_x(r)

with heading ψ, pitch p, roll r. The boresight goes from camera to body by the same form.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from scipy.spatial.transform import Rotation

GEOCENTRIC, GEODETIC_3D = "EPSG:4978", "EPSG:4979"


@lru_cache(maxsize=1)
def _geodesy() -> Transformer:
    return Transformer.from_crs(GEODETIC_3D, GEOCENTRIC, always_xy=True)


def to_earth_m(
    longitude_deg: ArrayLike, latitude_deg: ArrayLike, altitude_m: ArrayLike
) -> NDArray[np.float64]:
    """Return geocentric positions.

    Parameters
    ----------
    longitude_deg, latitude_deg, altitude_m : any shape, broadcastable [deg], [deg], [m]
        Altitude above the ellipsoid.

    Returns
    -------
    (..., 3) [m]
        NaN where any is NaN.
    """
    lon, lat, height = np.broadcast_arrays(
        *(np.asarray(v, dtype=np.float64) for v in (longitude_deg, latitude_deg, altitude_m))
    )
    position = np.stack(_geodesy().transform(lon, lat, height), axis=-1)
    position[~np.isfinite(position).all(axis=-1)] = np.nan
    return position


def to_geodetic(
    position_m: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return longitude and latitude [deg] and altitude above the ellipsoid [m], each (...,).

    Parameters
    ----------
    position_m : (..., 3) [m]
        Geocentric; NaN gives NaN.
    """
    x, y, z = np.moveaxis(position_m, -1, 0)
    parts = _geodesy().transform(x, y, z, direction="INVERSE")
    lon, lat, height = (np.asarray(part, dtype=np.float64) for part in parts)
    unknown = ~(np.isfinite(lon) & np.isfinite(lat) & np.isfinite(height))
    lon, lat, height = (np.where(unknown, np.nan, part) for part in (lon, lat, height))
    return lon, lat, height


def local_to_earth(longitude_deg: ArrayLike, latitude_deg: ArrayLike) -> NDArray[np.float64]:
    r"""Return the matrices whose columns are north, east and down in the Earth's frame.

    .. math:: N = (-\sin\varphi\cos\lambda, -\sin\varphi\sin\lambda, \cos\varphi), \;
              E = (-\sin\lambda, \cos\lambda, 0), \; D = N \times E

    Parameters
    ----------
    longitude_deg, latitude_deg : any shape, broadcastable [deg]

    Returns
    -------
    (..., 3, 3)
    """
    lon, lat = np.broadcast_arrays(np.radians(longitude_deg), np.radians(latitude_deg))
    north = np.stack([-np.sin(lat) * np.cos(lon), -np.sin(lat) * np.sin(lon), np.cos(lat)], axis=-1)
    east = np.stack([-np.sin(lon), np.cos(lon), np.zeros_like(lon)], axis=-1)
    return np.stack([north, east, np.cross(north, east)], axis=-1)


def body_to_local(
    roll_deg: ArrayLike, pitch_deg: ArrayLike, heading_deg: ArrayLike
) -> NDArray[np.float64]:
    """Return the matrices from body to north-east-down; from camera to body for a boresight.

    Parameters
    ----------
    roll_deg, pitch_deg, heading_deg : (n,) or one number each [deg]

    Returns
    -------
    (n, 3, 3), or (3, 3) of numbers
    """
    angles = np.stack([np.asarray(v, dtype=np.float64) for v in (heading_deg, pitch_deg, roll_deg)])
    return np.asarray(Rotation.from_euler("ZYX", angles.T, degrees=True).as_matrix())


def to_attitude_deg(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return roll, pitch and heading of matrices from body to north-east-down.

    Parameters
    ----------
    rotation : (n, 3, 3) or (3, 3)

    Returns
    -------
    (n, 3) or (3,) [deg]
        Roll and heading in -180 to 180, pitch in -90 to 90.
    """
    return np.asarray(Rotation.from_matrix(rotation).as_euler("ZYX", degrees=True))[..., ::-1]
