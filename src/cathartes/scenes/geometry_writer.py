"""Writing geometry files in ENVI: positions (IGM), look-up tables (GLT), images of doubles."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import OutputError
from cathartes.scenes.geometry import MapGrid, MapIndex
from cathartes.scenes.readers.envi_map import write_map_info

NO_VALUE = -9999.0
_ENVI_TYPES = {np.dtype("<f4"): 4, np.dtype("<f8"): 5, np.dtype("<i4"): 3}


def write_igm(
    path: Path,
    longitude_deg: NDArray[np.float64],
    latitude_deg: NDArray[np.float64],
    altitude_m: NDArray[np.float64],
) -> Path:
    """Write an input geometry file: longitude, latitude, altitude of each pixel's centre.

    Parameters
    ----------
    path
        The data file; its header is ``path.hdr``.
    longitude_deg, latitude_deg, altitude_m : (line, sample) [deg], [deg], [m]
        WGS 84, altitude above the ellipsoid; NaN becomes -9999.

    Returns
    -------
    The header's path.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    names = "longitude (WGS 84) [deg]", "latitude (WGS 84) [deg]", "altitude above ellipsoid [m]"
    images = longitude_deg, latitude_deg, altitude_m
    return write_images(path, dict(zip(names, images, strict=True)), "<f8")


def write_glt(path: Path, index: MapIndex) -> Path:
    """Write a look-up table: sample and line, from one, of each map cell; 0 where none is.

    Parameters
    ----------
    path
        The data file; its header is ``path.hdr``.
    index
        Zero-based.

    Returns
    -------
    The header's path.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    images = {"GLT sample": index.sample + 1, "GLT line": index.line + 1}
    return write_images(path, images, "<i4", grid=index.grid)


def write_images(
    path: Path,
    images: Mapping[str, NDArray[np.generic]],
    dtype: str,
    grid: MapGrid | None = None,
) -> Path:
    """Write images by their names, interleaved by band; both files appear when complete.

    Parameters
    ----------
    path
        The data file; its header is ``path.hdr``.
    images : (line, sample) each
        NaN becomes -9999.
    dtype
        ``<f4``, ``<f8`` or ``<i4``.
    grid
        The map grid, if they have one.

    Returns
    -------
    The header's path.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    header = path.with_name(path.name + ".hdr")
    kind = np.dtype(dtype)
    shape = next(iter(images.values())).shape
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            for image in images.values():
                plain = np.where(np.isnan(image), NO_VALUE, image) if kind.kind == "f" else image
                file.write(np.ascontiguousarray(plain, dtype=kind).data)
        header.unlink(missing_ok=True)  # An older header must not describe the new data.
        partial.replace(path)
        header.write_text(_header(shape, tuple(images), kind, grid), encoding="utf-8")
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(
            f"{path.name} can't be written in {path.parent}: {error.strerror}. Choose another "
            "folder, or make room in this one."
        ) from error
    return header


def _header(
    shape: Sequence[int], names: Sequence[str], kind: np.dtype[np.generic], grid: MapGrid | None
) -> str:
    fields = {
        "samples": str(shape[1]),
        "lines": str(shape[0]),
        "bands": str(len(names)),
        "header offset": "0",
        "file type": "ENVI Standard",
        "data type": str(_ENVI_TYPES[kind]),
        "interleave": "bsq",
        "byte order": "0",
        "band names": f"{{{', '.join(names)}}}",
    }
    if kind.kind == "f":
        fields["data ignore value"] = f"{NO_VALUE:g}"
    if grid is not None:
        fields |= {key: f"{{{value}}}" for key, value in write_map_info(grid).items()}
    return "ENVI\n" + "".join(f"{key} = {value}\n" for key, value in fields.items())
