"""The data forms of JCAMP-DX: lines of packed or squeezed numbers into ordinates.

AFFN (free numbers), PAC (signs for blanks), SQZ (first digit and sign in one letter), DIF
(differences), DUP (repeats); see McDonald and Wilks 1988, Appl. Spectrosc. 42, 151.
"""

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import HeaderError, InputError

_SQUEEZED = {c: str(d) for d, c in enumerate("@ABCDEFGHI")} | {
    c: f"-{d}" for d, c in enumerate("abcdefghi", start=1)
}
_DIFFERENCE = {c: str(d) for d, c in enumerate("%JKLMNOPQR")} | {
    c: f"-{d}" for d, c in enumerate("jklmnopqr", start=1)
}
_REPEAT = {c: str(d) for d, c in enumerate("STUVWXYZs", start=1)}

_FREE = r"[-+]?(?:\d+\.?\d*|\.\d+)"
# E is both an exponent and the squeezed digit 5: a table with no other letter has exponents.
_NUMBER = re.compile(rf"[\s,;]*({_FREE}(?:[eE][-+]?\d+)?)")
_SQUEEZED_TOKEN = re.compile(rf"[\s,]*({_FREE}|[@A-Ia-i%J-Rj-rS-Zs]\d*(?:\.\d*)?)")
# Letters, too, but nobody's digits where they stand alone.
_NOT_A_NUMBER = re.compile(r"(?<!\S)[-+]?(?:nan|inf(?:inity)?)(?!\S)", re.IGNORECASE)
_OTHER_LETTER = re.compile(r"[@A-DF-Ia-df-i%J-Rj-rS-Zs]")


@dataclass(slots=True)
class _Run:
    """Ordinates so far, and what the next repeat repeats."""

    values: list[float] = field(default_factory=list)
    difference: float | None = None


def free_numbers(line: str, where: str) -> list[float]:
    """Return the numbers of a line, with or without blanks between: ``112824-128422``.

    Raises
    ------
    InputError
        If something else is in it.
    """
    numbers: list[float] = []
    at = 0
    text = line.rstrip(" \t,;")
    while at < len(text):
        found = _NUMBER.match(text, at)
        if found is None:
            raise _not_a_number(text[at:], where)
        numbers.append(float(found.group(1)))
        at = found.end()
    return numbers


def read_ordinates(
    lines: list[str], axis: NDArray[np.float64], x_factor: float
) -> NDArray[np.float64]:
    """Return the ordinates of a table of the form ``(X++(Y..Y))``, before its factor.

    The X that starts a line is only checked against the header's axis, because the two differ by
    up to one step in published files (NIST QUANT-IR); more than that means that a line was lost.

    Parameters
    ----------
    lines
        Of the table, comments removed.
    axis : (point,) [the file's X unit], from FIRSTX, LASTX and NPOINTS
    x_factor
        Of the X at line starts.

    Returns
    -------
    (value,), as many as the lines hold.

    Raises
    ------
    InputError
        If a character is no part of a number.
    HeaderError
        If an X or a check value contradicts what came before it.
    """
    squeezed = any(_OTHER_LETTER.search(line) for line in lines)
    tolerance = 2.5 * abs(axis[-1] - axis[0]) / (axis.size - 1)
    run = _Run()
    for number, line in enumerate(lines, start=1):
        where = f"line {number} of the data table"
        if not line.strip():
            continue
        if found := _NOT_A_NUMBER.search(line):
            raise _not_a_number(found.group(), where)
        before = len(run.values)
        ends_in_difference = run.difference is not None
        x = _read_line(run, line, where, squeezed=squeezed)
        # A line that ends in a difference is followed by a line that repeats its last value.
        first = before - 1 if ends_in_difference else before
        if first < axis.size and not abs(x * x_factor - axis[first]) <= tolerance + _rounding(line):
            raise HeaderError(
                f"{where} starts at X = {x * x_factor:g}, where the header's FIRSTX, LASTX and "
                f"NPOINTS give {axis[first]:g}; a line is missing or the header is wrong: fetch "
                "the file again."
            )
    return np.array(run.values, dtype=np.float64)


def _rounding(line: str) -> float:
    """Return half a unit of the last digit of a line's X."""
    found = re.match(r"\s*[-+]?\d*\.?(\d*)", line)
    return 0.5 * 10.0 ** -min(len(found.group(1)), 12) if found else 0.0


def _read_line(run: _Run, line: str, where: str, *, squeezed: bool) -> float:
    """Add a line's ordinates to the run, and return its X."""
    if not squeezed:
        x, *values = free_numbers(line, where)
        run.values.extend(values)
        return x
    tokens = _squeezed_tokens(line, where)
    if len(tokens) < 2 or tokens[0][0] in _DIFFERENCE or tokens[0][0] in _REPEAT:
        raise _not_a_number(line, where)
    check = run.values[-1] if run.difference is not None else None
    run.difference = None
    for token in tokens[1:]:
        _add(run, token, where)
        if check is not None:
            if run.values[-1] != check:
                raise HeaderError(
                    f"{where} should repeat the value {check:g} that the line before ends with, "
                    f"and has {run.values[-1]:g}; the table is damaged: fetch the file again."
                )
            run.values.pop()
            check = None
    return _digits(tokens[0], _SQUEEZED)


def _squeezed_tokens(line: str, where: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    text = line.rstrip(" \t,;")
    while at < len(text):
        found = _SQUEEZED_TOKEN.match(text, at)
        if found is None:
            raise _not_a_number(text[at:], where)
        tokens.append(found.group(1))
        at = found.end()
    return tokens


def _add(run: _Run, token: str, where: str) -> None:
    letter = token[0]
    if letter in _REPEAT:
        count = _digits(token, _REPEAT)
        if not run.values or not 1 <= count <= 1_000_000:
            raise _not_a_number(token, where)
        for _ in range(int(count) - 1):
            run.values.append(run.values[-1] + (run.difference or 0.0))
    elif letter in _DIFFERENCE:
        if not run.values:
            raise _not_a_number(token, where)
        run.difference = _digits(token, _DIFFERENCE)
        run.values.append(run.values[-1] + run.difference)
    else:
        run.difference = None
        run.values.append(_digits(token, _SQUEEZED))


def _digits(token: str, letters: dict[str, str]) -> float:
    return (
        float(letters.get(token[0], token[0]) + token[1:]) if token[0] in letters else float(token)
    )


def _not_a_number(text: str, where: str) -> InputError:
    shown = text.strip()[:20]
    advice = (
        "'?' marks a value that was not measured: cut the range out of the file"
        if shown.startswith("?")
        else "fetch the file again"
    )
    return InputError(f"{where}: {shown!r} is no number of a JCAMP-DX table; {advice}.")
