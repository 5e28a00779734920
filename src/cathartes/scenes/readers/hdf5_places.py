"""Longitudes and latitudes of pixels out of an HDF5 or NetCDF-4 file."""

import h5py

from cathartes.errors import HeaderError
from cathartes.scenes.igm import IgmGeometry
from cathartes.scenes.readers.hdf5_lines import find_numbers, without_fill


def read_places(
    file: h5py.File, longitude: str, latitude: str, shape: tuple[int, int], origin: str
) -> IgmGeometry:
    """Return the geometry of two datasets, fill values made NaN.

    Parameters
    ----------
    file
        Open.
    longitude, latitude
        Paths of the datasets, (line, sample) [deg, WGS 84].
    shape
        (line, sample) of the cube.
    origin
        The file's name, for messages.

    Raises
    ------
    HeaderError
        If a dataset is missing, or is not of the cube's shape.
    """
    places = []
    for name in (longitude, latitude):
        data = find_numbers(file, name, origin, 2)
        if data.shape != shape:
            raise HeaderError(
                f"{origin}: {name} is of shape {data.shape} and the cube has {shape[0]} lines and "
                f"{shape[1]} samples; both must be equal."
            )
        places.append(without_fill(data))
    return IgmGeometry(places[0], places[1])
