"""Writing ENVI cubes: float32, interleaved by line, block after block, nothing half-written."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import OutputError
from cathartes.scenes.geometry import MapGrid
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.readers.envi_map import write_map_info
from cathartes.spectra.response import SpectralBands
from cathartes.units import CANONICAL_RADIANCE_UNIT


def write_envi(
    path: Path,
    radiance: NDArray[np.floating] | Iterable[NDArray[np.floating]],
    *,
    bands: SpectralBands,
    band_valid: NDArray[np.bool_] | None = None,
    quantity: Quantity = Quantity.RADIANCE,
    grid: MapGrid | None = None,
    start_utc: datetime | None = None,
    fields: Mapping[str, str] | None = None,
) -> Path:
    """Write a cube as float32 BIL with its header; both appear under their names when complete.

    Parameters
    ----------
    path
        Of the header (``scene.hdr``, data then in ``scene.img``) or of the data file.
    radiance : (line, sample, band) [W m-2 sr-1 um-1, or 1 for reflectance]
        A whole array, or blocks of lines in order. NaN is written as NaN.
    bands : (band,)
    band_valid : (band,) bool
        The bad-band list; None for all good.
    grid
        The pixels' map grid, if they have one.
    start_utc
        Aware time of acquisition.
    fields
        More header fields, such as ``sensor type`` or ``description``.

    Returns
    -------
    The header's path.

    Raises
    ------
    OutputError
        If there are no lines, blocks differ in samples or bands, the time has no zone, the grid
        can't be said in an ENVI header, or the folder can't be written.
    """
    header = path if path.suffix.lower() == ".hdr" else path.with_suffix(".hdr")
    data = path.with_suffix(".img") if path == header else path
    if start_utc is not None and start_utc.tzinfo is None:
        raise OutputError(f"{header.name}: the acquisition time has no time zone; give it in UTC.")
    blocks = [radiance] if isinstance(radiance, np.ndarray) else radiance
    partial = data.with_name(f".{data.name}.partial"), header.with_name(f".{header.name}.partial")
    with ExitStack() as undo:
        for each in partial:
            undo.callback(each.unlink, missing_ok=True)
        try:
            with partial[0].open("wb") as file:
                shape = _write_blocks(file, blocks, len(bands))
            text = _header_text(shape, bands, band_valid, quantity, grid, start_utc, fields or {})
            partial[1].write_text(text, encoding="utf-8")
            header.unlink(missing_ok=True)  # An older header must not describe the new data.
            partial[0].replace(data)
            partial[1].replace(header)
        except OSError as error:
            raise OutputError(
                f"{data.name} can't be written in {data.parent}: {error.strerror}. Choose another "
                "folder, or make room in this one."
            ) from error
    return header


def _write_blocks(
    file: BinaryIO, blocks: Iterable[NDArray[np.floating]], n_bands: int
) -> tuple[int, int, int]:
    n_lines, n_samples = 0, -1
    for block in blocks:
        if block.ndim != 3 or block.shape[2] != n_bands or n_samples not in {-1, block.shape[1]}:
            raise OutputError(
                f"a block of shape {block.shape} was given; (line, sample, band) with {n_bands} "
                f"bands{'' if n_samples < 0 else f' and {n_samples} samples'} is needed."
            )
        file.writelines(np.ascontiguousarray(line.T, dtype="<f4").data for line in block)
        n_lines, n_samples = n_lines + block.shape[0], block.shape[1]
    if n_lines == 0 or n_samples < 1:
        raise OutputError("no lines were given; a cube needs at least one line and one sample.")
    return n_lines, n_samples, n_bands


def _header_text(
    shape: tuple[int, int, int],
    bands: SpectralBands,
    band_valid: NDArray[np.bool_] | None,
    quantity: Quantity,
    grid: MapGrid | None,
    start_utc: datetime | None,
    extra: Mapping[str, str],
) -> str:
    unit = CANONICAL_RADIANCE_UNIT if quantity is Quantity.RADIANCE else "reflectance"
    fields = {
        "samples": str(shape[1]),
        "lines": str(shape[0]),
        "bands": str(shape[2]),
        "header offset": "0",
        "file type": "ENVI Standard",
        "data type": "4",
        "interleave": "bil",
        "byte order": "0",
        "data units": unit,
        "z plot titles": f"{{Wavelength (um), {quantity.value.capitalize()} ({unit})}}",
        "wavelength units": "Micrometers",
        "wavelength": _listed(repr(float(v)) for v in bands.centre_um),
        "fwhm": _listed(repr(float(v)) for v in bands.fwhm_um),
    }
    if band_valid is not None:
        fields["bbl"] = _listed(str(int(v)) for v in band_valid)
    if start_utc is not None:
        fields["acquisition time"] = start_utc.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if grid is not None:
        fields |= {key: f"{{{value}}}" for key, value in write_map_info(grid).items()}
    for key, value in extra.items():
        if any(sign in value for sign in "{}\r\n") or "=" in key:
            raise OutputError(
                f"header field {key!r} = {value!r} holds a brace or a line break; leave them out."
            )
        fields[key.lower()] = f"{{{value}}}" if key.lower() == "description" else value
    return "ENVI\n" + "".join(f"{key} = {value}\n" for key, value in fields.items())


def _listed(items: Iterable[str]) -> str:
    values = list(items)
    rows = (", ".join(values[i : i + 8]) for i in range(0, len(values), 8))
    return "{\n " + ",\n ".join(rows) + "}"
