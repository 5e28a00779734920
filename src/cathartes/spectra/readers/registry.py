"""Which formats there are, and which of them a file is: told by its content, not by its name."""

import re
from pathlib import Path

from cathartes.errors import SettingsError, UnknownFormatError
from cathartes.spectra.absorption import AbsorptionSpectrum
from cathartes.spectra.readers import (
    envi_library,
    hitran_lines,
    hitran_xsc,
    jcamp,
    plain_csv,
    pnnl,
)
from cathartes.spectra.readers.interface import HEAD_BYTES, SpectrumReader, read_bytes

READERS: tuple[SpectrumReader, ...] = (
    jcamp,
    hitran_xsc,
    hitran_lines,
    pnnl,
    plain_csv,
    envi_library,
)

_NUMBER = rb"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_TWO_NUMBERS = re.compile(rb"\s*" + _NUMBER + rb"[\s,;]+" + _NUMBER + rb"\s*")


def read_spectra(
    path: str | Path,
    *,
    gas: str | None = None,
    format: str | None = None,  # noqa: A002 -- the word of the command line
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Read every absorption spectrum of a file, whatever its format.

    Parameters
    ----------
    path
    gas
        Names the gas where the file holds one, chooses it where the file holds several.
    format
        A reader's name; without it the content decides.
    temperature_k, pressure_pa : [K], [Pa]
        Of the sample, where the file does not state them.

    Returns
    -------
    At least one spectrum; one a block where a file holds several.

    Raises
    ------
    SettingsError
        If there is no such format.
    UnknownFormatError
        If no format, or more than one, fits the content.
    InputError
        As the format's reader says.
    """
    path = Path(path)
    head = read_bytes(path, HEAD_BYTES)
    reader = _named(format) if format is not None else _fitting(path, head)
    return reader.read(path, gas=gas, temperature_k=temperature_k, pressure_pa=pressure_pa)


def _named(name: str) -> SpectrumReader:
    for reader in READERS:
        if name == reader.NAME:
            return reader
    raise SettingsError(f"no spectrum format {name!r}; there are: {_known()}.")


def _fitting(path: Path, head: bytes) -> SpectrumReader:
    fitting = [reader for reader in READERS if reader.recognises(path, head)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(reader.NAME for reader in fitting)
        raise UnknownFormatError(
            f"{path.name} fits several spectrum formats ({names}); name the right one with "
            "--format."
        )
    raise UnknownFormatError(
        f"{path.name} is of no known spectrum format ({_known()}). {_guess(head)}"
    )


def _known() -> str:
    return ", ".join(reader.NAME for reader in READERS)


def _guess(head: bytes) -> str:
    """Return what the bytes look like, and what to do about it."""
    start = head.lstrip()[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "It is a web page: a download went wrong, fetch the spectrum itself."
    if start.startswith((b"\x1f\x8b", b"pk\x03\x04")):
        return "It is compressed: unpack it first."
    lines = [line for line in head.splitlines()[:20] if line.strip()]
    if lines and all(_TWO_NUMBERS.fullmatch(line) for line in lines[:10]):
        return (
            "It holds two columns of numbers and no units. If they are wavenumber in cm-1 and "
            "base-10 absorbance per ppm m at 296 K (PNNL), pass --format pnnl; else put a line "
            "like 'wavenumber_cm1,cross_section_cm2' above them and pass --format csv."
        )
    return "Convert it to one of these, or name its format with --format."
