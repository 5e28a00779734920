"""What is odd about a sortie that was run: its plan, and data that count twice or took a place."""

from collections.abc import Iterator, Sequence

from shapely import total_bounds

from cathartes.casework.plan import FlightPlan
from cathartes.pipeline.sortie_file import SORTIE, SortieFolder
from cathartes.sites.observation import Observation
from cathartes.store.interface import Box, Casebook


def plan_remarks(
    plan: FlightPlan | None, flown: SortieFolder, seen: Sequence[Observation]
) -> tuple[str, ...]:
    """Return what is odd about a sortie's plan; None if it names none."""
    if plan is None:
        return ("No flight plan is named.",)
    begins = [flown.begins_utc(), *(one.began_utc for one in seen)]
    began_utc = min((moment for moment in begins if moment is not None), default=None)
    if began_utc is None or plan.entered_utc <= began_utc:
        return ()
    entered, began = f"{plan.entered_utc:%Y-%m-%d %H:%M}", f"{began_utc:%Y-%m-%d %H:%M}"
    return (f"Flight plan {plan.id} was entered on {entered} UTC; the flight began {began} UTC.",)


def data_remarks(
    book: Casebook, before: Sequence[Observation], flown: SortieFolder, seen: Sequence[Observation]
) -> Iterator[str]:
    """Yield what is odd about a sortie's data.

    Parameters
    ----------
    book
    before
        What the casebook had of the sortie before this run.
    flown
    seen
        What it has of it now.
    """
    earlier = {one.name: one for one in before}
    for one in seen:
        was = earlier.get(one.name)
        if was is not None and _data_of(was) != _data_of(one):
            yield f"{one.name} took the place of a result from other data."
        for other in _with_same_data(book, one):
            yield (
                f"{one.name} holds the same data as {other.name} of sortie {other.sortie_id}: "
                "they count as two looks."
            )
    named = {entry.name for entry in flown.told.observation}
    for name in sorted(earlier.keys() - named):
        yield f"{name} is in the casebook, and no more in {SORTIE}: it still counts."


def _with_same_data(book: Casebook, one: Observation) -> Iterator[Observation]:
    """Yield other observations of the same ground from the same data."""
    if one.footprint is None:
        return
    west, south, east, north = map(float, total_bounds(one.footprint))
    for other in book.observations_over(Box(west, south, east, north)):
        if other.id != one.id and _data_of(other) == _data_of(one):
            yield other


def _data_of(one: Observation) -> str:
    """Return the hash of an observation's largest file, "" if it had none: others may be shared."""
    return max(((file.size_bytes, file.sha256) for file in one.files), default=(0, ""))[1]
