"""What ``cathartes scan --together`` says to people."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.products.together import (
    TOGETHER_GEOJSON,
    LookFacts,
    Place,
    TogetherSummary,
)

_SHORT = {"one against the other": "one against", "could not see it": "not visible"}
"""Words that a line of 80 columns has no room for."""


def together_page(summary: TogetherSummary | None, folder: Path) -> Iterator[RenderableType]:
    """Yield what is printed of a comparison: a heading, the places, where the files are."""
    if summary is None:
        yield Text("Not compared with each other, since a scan failed.", style="bold yellow")
        return
    if not summary.places:
        yield Text("Together: no scan shows a plume.", style="bold yellow")
        return
    word = "place" if len(summary.places) == 1 else "places"
    yield Text(f"Together: {len(summary.places)} {word}.", style="bold")
    yield place_table(summary.places)
    yield Text(time_sentence(summary.places))
    yield Text(f"For a GIS: {folder / TOGETHER_GEOJSON}")


def place_table(places: tuple[Place, ...]) -> Table:
    """Return the table of places."""
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in ("id", "chemical", "prob.", "thermal", "short-wave", "looks", "where"):
        right = heading in {"id", "prob."}
        table.add_column(Text(heading), justify="right" if right else "left", overflow="fold")
    for place in places:
        by_window = {look.window: look for look in place.looks}
        table.add_row(
            str(place.id),
            Text(" + ".join(place.chemicals)),
            "-" if place.probability is None else f"{place.probability:.2f}",
            Text(look_text(by_window.get("emissive"))),
            Text(look_text(by_window.get("reflective"))),
            Text(_SHORT.get(place.agreement, place.agreement)),
            f"{place.latitude_deg:.5f}, {place.longitude_deg:.5f}",
        )
    return table


def look_text(look: LookFacts | None) -> str:
    """Return what one scan says of a place."""
    if look is None:
        return "did not look"
    if look.said != "plume":
        return _SHORT.get(look.said, look.said)
    sure = "" if look.probability is None else f" {look.probability:.2f}"
    return f"{look.chemical}{sure}"


def time_sentence(places: tuple[Place, ...]) -> str:
    """Return how far apart in time the looks were."""
    both = [place for place in places if len(place.looks) > 1]
    differences_s = [place.time_difference_s for place in both]
    apart_s = sorted({round(abs(s)) for s in differences_s if s is not None})
    if not both:
        return "No place was looked at through both windows."
    told = []
    if apart_s:
        span = f"{apart_s[0]}" if len(apart_s) == 1 else f"{apart_s[0]} to {apart_s[-1]}"
        told.append(f"The looks were {span} s apart.")
    if None in differences_s:
        told.append("When a cube was taken is not known, and with it how far a plume has moved.")
    return " ".join(told)
