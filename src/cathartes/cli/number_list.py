"""Lists of numbers on the command line: typed, or in a file."""

import re
from pathlib import Path

from cathartes.errors import SettingsError

_MOST_BANDS = 100_000
"""A number above this is a slip: no cube has so many bands, and the list would fill the memory."""
_BANDS = re.compile(r"[0-9]{1,99}(?:-[0-9]{1,99})?")
_NEEDED_BANDS = "bands counted from 0 are needed, like 0,1,120-125."


def parse_numbers(text: str, option: str) -> tuple[float, ...]:
    """Return numbers from ``7.5,7.6`` or from a text file with numbers between blanks or commas.

    Parameters
    ----------
    option
        Name of the option, for the message.

    Raises
    ------
    SettingsError
        If it is neither.
    """
    given = text
    path = Path(text)
    try:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
        numbers = tuple(float(word) for word in text.replace(",", " ").split())
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"{option} {given}: {error}; numbers like 7.50,7.55,7.60 are needed, or a text file "
            "of them."
        ) from error
    if not numbers:
        raise SettingsError(f"{option} {given}: holds no number; at least one is needed.")
    return numbers


def parse_band_list(text: str, option: str) -> tuple[int, ...]:
    """Return band numbers from ``0,1,120-125``.

    Parameters
    ----------
    option
        Name of the option, for the message.

    Raises
    ------
    SettingsError
        If it is none.
    """
    parts = text.replace(",", " ").split()
    odd = next((part for part in parts if not _BANDS.fullmatch(part)), None)
    if odd is not None:
        raise SettingsError(f"{option} {text}: {odd!r} is no band; {_NEEDED_BANDS}")
    ends = [
        (int(first), int(last or first))
        for first, _, last in (part.partition("-") for part in parts)
    ]
    backwards = [f"{first}-{last}" for first, last in ends if last < first]
    if backwards:
        raise SettingsError(f"{option} {text}: {backwards[0]} runs backwards; {_NEEDED_BANDS}")
    beyond = max((last for _, last in ends), default=0)
    if beyond >= _MOST_BANDS:
        raise SettingsError(f"{option} {text}: no cube has a band {beyond}; {_NEEDED_BANDS}")
    return tuple(band for first, last in ends for band in range(first, last + 1))
