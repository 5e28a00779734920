"""Outcomes as CSV: one number a line, with its interval and the whole it is a part of."""

import csv
import io
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from cathartes.casework.intervals import Share
from cathartes.casework.outcomes import Outcomes, PartnerOutcome
from cathartes.products.whole_file import write_file

HEAD = ("group", "name", "value", "unit", "low", "high", "of")
_Row = tuple[str, str, float | None, str, float | None, float | None, int | None]


def outcomes_rows(told: Outcomes) -> Iterator[_Row]:
    """Yield the lines: group, name, value, unit, ends of the interval of 90 %, and the whole."""
    yield ("flown", "sorties", told.flown.n_sorties, "1", None, None, None)
    for outcome, n in told.flown.looks.items():
        yield ("flown", f"looks: {outcome.value}", n, "1", None, None, None)
    for area in told.flown.areas:
        name = area.name or "all"
        yield ("area", f"{name}: looked at", area.looked_km2, "km2", None, None, None)
        yield ("area", f"{name}: different ground", area.ground_km2, "km2", None, None, None)
        for rate, km2 in area.within_km2.items():
            text = f"{name}: {rate:g} kg/h found"
            yield ("area", text, km2, "km2", None, None, None)
    for one in told.stages:
        yield _count("sites", one.stage.value, one.reached)
    yield ("sites", "nothing found", told.n_nothing_found, "1", None, None, None)
    yield ("sites", "to look at again", len(told.relook), "1", None, None, None)
    for leg in told.legs:
        days = leg.days
        yield ("days", leg.leg.value, days.median_days, "d", days.low_days, days.high_days,
               days.n_done + days.n_waiting)  # fmt: skip
    for partner in told.partners:
        yield from _of_partner(partner)
    found = told.calibration
    for each in found.bins:
        name = f"{each.said_from:g} to {each.said_to:g}, mean {each.mean_said:.3f}"
        yield _count("calibration", name, each.confirmed)
    yield ("calibration", "expected", found.expected, "1", None, None, found.n)
    yield ("calibration", "brier", found.brier, "1", None, None, found.n)
    yield ("calibration", "brier of base rate", found.brier_of_base_rate, "1", None, None, found.n)


def _count(group: str, name: str, share: Share) -> _Row:
    """Return a count; the interval is of its share."""
    return (group, name, share.n, "1", share.low, share.high, share.of)


def _of_partner(partner: PartnerOutcome) -> Iterator[_Row]:
    group = f"partner {partner.partner_id}" if partner.partner_id else "all partners"
    for field in fields(partner):
        value = getattr(partner, field.name)
        if isinstance(value, int):
            name = field.name.removeprefix("n_").replace("_", " ")
            yield (group, name, value, "1", None, None, None)
    yield _count(group, "answered of due", partner.answered_of_due)


def write_outcomes_csv(path: Path, told: Outcomes) -> None:
    """Write outcomes as CSV; a file that is there is replaced.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    write_file(path, outcomes_csv_text(told).encode())


def outcomes_csv_text(told: Outcomes) -> str:
    """Return outcomes as CSV (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEAD)
    for row in outcomes_rows(told):
        writer.writerow(["" if cell is None else _said(cell) for cell in row])
    return text.getvalue()


def _said(cell: float | str) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)
