"""PNNL/NWIR spectra: two columns and not a word.

Wavenumber, and base-10 absorbance of 1 ppm m of gas in air at 296 K and 1 atm (Sharpe et al. 2004,
doi:10.1366/0003702042641281). Since the file says nothing, it is known by its axis alone, which is
the same in the whole collection: 0.0603 cm-1 from point to point.
"""

import re
from pathlib import Path

import numpy as np

from cathartes.errors import HeaderError, InputError
from cathartes.spectra.absorption import (
    STANDARD_PRESSURE_PA,
    STANDARD_TEMPERATURE_K,
    AbsorptionSpectrum,
)
from cathartes.spectra.readers.interface import head_lines, read_text
from cathartes.spectra.readers.quantity import CM1, Ordinate, to_ascending_cm1, to_cross_section
from cathartes.spectra.readers.sample import Sample, gas_name

NAME = "pnnl"

STEP_CM1 = (0.0600, 0.0606)
RESOLUTION_CM1 = 0.112

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_LINE = re.compile(rf"\s*({_NUMBER})[\s,]+({_NUMBER}|[nN]a[nN]|[-+]?[iI]nf)\s*")


def recognises(path: Path, head: bytes) -> bool:
    """Return True if the file is two columns on PNNL's axis."""
    del path
    lines = head_lines(head)[:-1][:20]
    found = [_LINE.fullmatch(line) for line in lines if line.strip()]
    rows = [row for row in found if row is not None]
    if len(rows) < 3 or len(rows) != len(found):
        return False
    axis = np.array([float(row.group(1)) for row in rows])
    with np.errstate(all="ignore"):
        step = np.abs(np.diff(axis))
    return bool(((step > STEP_CM1[0]) & (step < STEP_CM1[1])).all())


def read(
    path: Path,
    *,
    gas: str | None = None,
    temperature_k: float | None = None,
    pressure_pa: float | None = None,
) -> tuple[AbsorptionSpectrum, ...]:
    """Return the one spectrum of the file.

    The amount is always per ppm m at 296 K and 1 atm; ``temperature_k`` says how warm the sample
    was (278, 298 or 323 K in the collection).

    Raises
    ------
    HeaderError, UnitError, InputError
    """
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            raise HeaderError(
                f"{path.name}, line {number}: {line.strip()[:40]!r} is not two numbers, wavenumber "
                "and absorbance; cut it out, or name another format."
            )
        rows.append((float(found.group(1)), float(found.group(2))))
    table = np.array(rows, dtype=np.float64).reshape(-1, 2)
    nu, values = to_ascending_cm1(table[:, 0], table[:, 1], CM1, path.name)
    if pressure_pa is not None and abs(pressure_pa - STANDARD_PRESSURE_PA) > 500.0:
        raise InputError(
            f"PNNL's spectra are of 1 atm, and {pressure_pa:g} Pa was given; leave it out."
        )
    amount = Sample(gas_name(gas), STANDARD_TEMPERATURE_K, STANDARD_PRESSURE_PA)
    sigma, quality = to_cross_section(Ordinate.ABSORPTION_BASE_10, values, amount)
    note = "" if temperature_k is not None else "; sample temperature not stated, 296 K taken"
    spectrum = AbsorptionSpectrum(
        gas=amount.gas,
        wavenumber_cm1=nu,
        cross_section_cm2=sigma,
        temperature_k=STANDARD_TEMPERATURE_K if temperature_k is None else temperature_k,
        pressure_pa=STANDARD_PRESSURE_PA,
        resolution_cm1=max(RESOLUTION_CM1, float(np.median(np.diff(nu)))),
        quality=quality,
        source=f"PNNL two-column text ({path.name}){note}",
        terms="PNNL/NWIR terms: no redistribution without permission",
    )
    return (spectrum,)
