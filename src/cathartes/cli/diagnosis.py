"""What works on this machine and what is missing, check by check.

Every check imports what it needs itself, so that one broken package is a finding and not the end.
"""

import importlib
import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from cathartes import __version__
from cathartes.errors import CathartesError, InputError, MissingExtraError

PYTHON_NEEDED = (3, 11)
DISK_NEEDED_GIB = 2.0
"""Free space for temporary files that a scan of a 4 GB cube needs, with as much again to spare."""
MEMORY_NEEDED_GIB = 2.0
"""A scan is held under 1.5 GiB whatever the cube's size (benchmarks); the rest is the system's."""
MAP_CODE = "EPSG:32633"

_PACKAGES = (
    "numpy", "scipy", "h5py", "matplotlib", "pydantic", "pyogrio", "pyproj", "rasterio", "rich",
    "shapely", "threadpoolctl", "typer", "zarr",
)  # fmt: skip


class Verdict(StrEnum):
    """What a check found."""

    WORKS = "works"
    MISSING = "missing"
    """Something optional is not there."""
    FAILS = "fails"
    """Something that scanning needs is not there or not right."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one check.

    Attributes
    ----------
    subject
        What was looked at.
    found
        What is there: a version, a size, a reason.
    advice
        What to do; "" if nothing.
    """

    subject: str
    verdict: Verdict
    found: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All findings about a machine."""

    findings: tuple[Finding, ...]

    @property
    def can_scan(self) -> bool:
        """True if nothing is wrong that scanning needs."""
        return all(finding.verdict is not Verdict.FAILS for finding in self.findings)


def doctor() -> Diagnosis:
    """Look at this machine, and say what of Cathartes works on it.

    Nothing is fetched and nothing stays written; it takes a few seconds.
    """
    return Diagnosis(tuple(_finding(subject, check) for subject, check in _checks().items()))


def _checks() -> dict[str, Callable[[], str]]:
    """Return the checks by subject; each returns what it found, or raises what `_finding` reads."""
    return {
        "Python": _python,
        **{name: partial(_package, name) for name in _PACKAGES},
        "linear algebra": _linear_algebra,
        "GDAL rasters": _rasters,
        "GDAL vectors": _vectors,
        "map projections": _projections,
        "built-in gases": _gases,
        "your own gases": _own_gases,
        "built-in instruments": _instruments,
        "temporary files": _temporary_files,
        "memory": _memory,
        "HITRAN line lists": _hitran,
        "real test data": _real_data,
    }


class _Lack(Exception):  # noqa: N818  # not an error of a user's: a finding on its way
    """What a check found wanting: (found, advice)."""


def _finding(subject: str, check: Callable[[], str]) -> Finding:
    """Run a check and return its finding."""
    try:
        return Finding(subject, Verdict.WORKS, check())
    except _Lack as lack:
        found, advice = lack.args
        return Finding(subject, Verdict.FAILS, found, advice)
    except MissingExtraError as error:
        return Finding(subject, Verdict.MISSING, "not here", str(error))
    except (ImportError, OSError, CathartesError) as error:  # OSError: a system library is missing
        return Finding(subject, Verdict.FAILS, str(error), "Run `make clean install`.")


def _python() -> str:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info < PYTHON_NEEDED:
        raise _Lack(found, "Python 3.11 or newer is needed.")
    return f"{found}, Cathartes {__version__}"


def _package(name: str) -> str:
    importlib.import_module(name)
    return importlib.metadata.version(name)


def _linear_algebra() -> str:
    import numpy as np
    from threadpoolctl import threadpool_info

    np.linalg.inv(np.eye(2))  # the libraries are loaded on first use
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    names = [f"{p['internal_api']} {p['version']}, {p['num_threads']} threads" for p in pools]
    return f"{'; '.join(dict.fromkeys(names)) or 'unknown BLAS'}; {os.cpu_count()} processors"


def _rasters() -> str:
    import rasterio

    with rasterio.Env() as environment:
        drivers = environment.drivers()
    found = f"GDAL {rasterio.__gdal_version__}, {len(drivers)} drivers"
    missing = [name for name in ("GTiff", "COG") if name not in drivers]
    if missing:
        advice = "Use the rasterio of the lock file: its GDAL has these drivers."
        raise _Lack(f"{found}, without {', '.join(missing)}", advice)
    return f"{found}; writes cloud-optimised GeoTIFF"


def _vectors() -> str:
    import pyogrio

    drivers = pyogrio.list_drivers(write=True)
    found = f"GDAL {'.'.join(map(str, pyogrio.__gdal_version__))}"
    missing = [name for name in ("GPKG", "GeoJSON") if name not in drivers]
    if missing:
        advice = "Use the pyogrio of the lock file: its GDAL has these drivers."
        raise _Lack(f"{found}, can't write {', '.join(missing)}", advice)
    return f"{found}; writes GeoPackage and GeoJSON"


def _projections() -> str:
    """Another program's PROJ database, named by the environment, is the classic trap."""
    import pyproj
    import rasterio.crs

    try:
        pyproj.CRS.from_user_input(MAP_CODE)
        rasterio.crs.CRS.from_user_input(MAP_CODE)
    except (RuntimeError, ValueError) as error:  # what the two raise without their database
        foreign = [f"{k}={os.environ[k]}" for k in ("PROJ_LIB", "PROJ_DATA") if k in os.environ]
        advice = f"Another program's PROJ is in the way: unset {', '.join(foreign)}."
        raise _Lack(
            f"{MAP_CODE} is not understood: {error}",
            advice if foreign else "Run `make clean install`.",
        ) from error
    return f"PROJ {pyproj.proj_version_str}"


def _gases() -> str:
    from cathartes.spectra.builtin import builtin_library

    library = builtin_library()
    visible = sum(gas.spectrum is not None for gas in library)
    return f"{len(library)} gases, {visible} with a spectrum"


def _own_gases() -> str:
    from cathartes.pipeline.gas_library import working_library
    from cathartes.spectra.imported import library_folder, read_imported

    try:
        working_library()
        return f"{len(read_imported(library_folder()))} in {library_folder()}"
    except InputError as error:
        raise _Lack(str(error), "Every scan reads them.") from error


def _instruments() -> str:
    from cathartes.scenes.instrument import builtin_instruments, load_instrument

    return ", ".join(load_instrument(name).name for name in builtin_instruments())


def _temporary_files() -> str:
    folder: Path | str = "no folder for temporary files"
    try:
        folder = Path(tempfile.gettempdir())
        with tempfile.TemporaryFile(dir=folder) as trial:
            trial.write(b"cathartes")
        free_gib = shutil.disk_usage(folder).free / 2**30
    except OSError as error:
        raise _Lack(f"{folder}: {error}", "Set TMPDIR to a folder you may write.") from error
    found = f"{folder}: {free_gib:.1f} GiB free"
    if free_gib < DISK_NEEDED_GIB:
        raise _Lack(
            found, f"A large scan needs {DISK_NEEDED_GIB:.0f} GiB: free some, or set TMPDIR."
        )
    return found


def _memory() -> str:
    total_gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    if total_gib < MEMORY_NEEDED_GIB:
        raise _Lack(f"{total_gib:.1f} GiB", f"A scan needs {MEMORY_NEEDED_GIB:.0f} GiB.")
    return f"{total_gib:.1f} GiB"


def _hitran() -> str:
    try:
        return f"hitran-api {importlib.metadata.version('hitran-api')}"
    except importlib.metadata.PackageNotFoundError:
        raise MissingExtraError(
            "Only `library fetch` and line lists need it: pip install 'cathartes[hitran]'."
        ) from None


def _real_data() -> str:
    named = os.environ.get("CATHARTES_DATA")
    if not named or not Path(named).is_dir():
        raise MissingExtraError(
            "Tests, benchmarks and measured ground in `simulate` need it: set CATHARTES_DATA (see "
            "CONTRIBUTING.md)."
        )
    return f"{named}: {sum(path.is_dir() for path in Path(named).iterdir())} sets"
