"""Fetching spectra from their publishers: HITRAN's lines and the NIST Chemistry WebBook.

Only on a person's order (`cathartes library fetch`); nothing else in Cathartes uses a connection.
What arrives is read before it is kept, so no web page and no half of a file lands in the folder.
"""

import http.client
import re
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cathartes.errors import InputError, NoConnectionError, OutputError, UnknownGasError
from cathartes.spectra.imported import write_whole
from cathartes.spectra.readers import hitran_lines, jcamp

Download = Callable[[str], bytes]

NIST_ADDRESS = "https://webbook.nist.gov/cgi/cbook.cgi?JCAMP=C{cas}&Index={index}&Type=IR"
HITRAN_ADDRESS = "https://hitran.org/lbl/api?iso_ids_list={isotopologues}&numin={low}&numax={high}"

TIMEOUT_S = 60.0
MAX_BYTES = 500_000_000


def download(url: str) -> bytes:
    """Return what an address answers.

    Raises
    ------
    NoConnectionError
        If there is no connection, or it breaks.
    InputError
        If the server answers that there is nothing, or refuses.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "cathartes"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            content: bytes = response.read(MAX_BYTES)
    except urllib.error.HTTPError as error:
        raise InputError(
            f"{url} answers {error.code} {error.reason}; check gas and range, or fetch the file "
            "with a browser and use `cathartes library import`."
        ) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise NoConnectionError(
            f"{url} can't be reached ({reason}); connect to the internet, or fetch the file on "
            "another machine and use `cathartes library import`."
        ) from error
    if len(content) == MAX_BYTES:
        raise InputError(f"{url} answers with over {MAX_BYTES:,} bytes; ask for a smaller range.")
    return content


def fetch_nist(cas: str, folder: Path, *, index: int = 0, download: Download = download) -> Path:
    """Fetch an infrared spectrum from the NIST Chemistry WebBook, and return its file.

    Parameters
    ----------
    cas
        The substance's CAS number, ``67-64-1``.
    folder
        Where the file is kept, as ``<cas>-<index>.jdx``; made if it is not there.
    index
        The WebBook may have several spectra of a substance, counted from 0.
    download
        Answers an address; raises as `download`.

    Raises
    ------
    InputError
        If the CAS number can't be one, or the answer is no spectrum of a gas.
    NoConnectionError, OutputError
    """
    _check_cas(cas)
    url = NIST_ADDRESS.format(cas=cas.replace("-", ""), index=index)
    content = download(url)
    if re.match(rb"\s*##TITLE=Spectrum not found", content, re.IGNORECASE):
        raise UnknownGasError(
            f"the NIST WebBook has no infrared spectrum {index} of CAS {cas}; try a lower index, "
            "or another source."
        )
    return _keep(content, folder, f"{cas}-{index}.jdx", jcamp.read, url)


def fetch_hitran(
    gas: str,
    wavenumber_range_cm1: tuple[float, float],
    folder: Path,
    *,
    download: Download = download,
) -> Path:
    """Fetch the lines of all isotopologues of a molecule from HITRAN, and return their file.

    Molecules, isotopologues and partition sums are those of HITRAN's own package HAPI. Its
    download is not used: it has no time limit, and says every failure by a bare exception.

    Parameters
    ----------
    gas
        HITRAN's formula, ``NH3``.
    wavenumber_range_cm1 : (low, high) [cm-1]
    folder
        Where the file is kept, as ``<gas>_<low>-<high>.par``; made if it is not there.
    download
        Answers an address; raises as `download`.

    Raises
    ------
    UnknownGasError
        If HITRAN has no lines of that molecule.
    InputError
        If the range is none, or the answer is no list of lines.
    MissingExtraError, NoConnectionError, OutputError
    """
    low, high = wavenumber_range_cm1
    if not 0 <= low < high <= 50_000:
        raise InputError(f"range {low:g} to {high:g} cm-1: 0 <= low < high <= 50000 is needed.")
    hapi = hitran_lines.load_hapi()
    found = {
        str(row[4]).lower(): [r[0] for r in hapi.ISO.values() if r[4] == row[4]]
        for row in hapi.ISO.values()
    }
    isotopologues = found.get(gas.strip().lower())
    if isotopologues is None:
        raise UnknownGasError(
            f"HITRAN has no lines of {gas!r}; name one of its molecules by formula: "
            f"{', '.join(sorted({str(row[4]) for row in hapi.ISO.values()}))}."
        )
    identifiers = ",".join(str(i) for i in sorted(isotopologues))
    url = HITRAN_ADDRESS.format(isotopologues=identifiers, low=f"{low:g}", high=f"{high:g}")
    name = f"{gas.strip()}_{low:g}-{high:g}.par"
    return _keep(download(url), folder, name, hitran_lines.check_rows, url)


def _check_cas(cas: str) -> None:
    """Raise InputError if a CAS number's form or check digit is wrong."""
    if not re.fullmatch(r"\d{2,7}-\d{2}-\d", cas, re.ASCII):
        raise InputError(f"{cas!r} is no CAS number; one like 67-64-1 is needed.")
    *digits, check = (int(c) for c in cas if c != "-")
    if sum(n * digit for n, digit in enumerate(reversed(digits), start=1)) % 10 != check:
        raise InputError(f"CAS number {cas}: its last digit is not the check digit; correct it.")


def _keep(
    content: bytes, folder: Path, name: str, check: Callable[[Path], object], url: str
) -> Path:
    """Write what arrived into the folder, if the check raises nothing."""
    with tempfile.TemporaryDirectory() as trial:
        path = Path(trial, name)
        path.write_bytes(content)
        try:
            check(path)
        except InputError as error:
            raise type(error)(
                f"{url} answered with no usable spectrum, nothing kept: {error}"
            ) from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, content)
    except OSError as error:
        raise OutputError(
            f"{folder / name} can't be written ({error.strerror}); name a writable folder."
        ) from error
    return folder / name
