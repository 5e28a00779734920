"""What people see of a comparison."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cathartes.cli.together_tables import look_text, place_table, time_sentence, together_page
from cathartes.products.together import LookFacts, Place


def look(window: str, said: str, chemical: str | None) -> dict[str, Any]:
    return {
        "folder": window, "window": window, "said": said, "plume_id": None, "chemical": chemical,
        "probability": None if chemical is None else 0.94, "column_density_mean_ppm_m": None,
        "snr_max": None, "expected_by_chance": None,
    }  # fmt: skip


def place(**other: Any) -> Place:
    facts = {
        "id": 12, "chemical": "dichloromethane", "chemicals": ("dichloromethane",),
        "probability": 0.987, "alternatives": (), "agreement": "one against the other",
        "longitude_deg": -117.123456, "latitude_deg": 33.98765, "distance_m": None,
        "tolerance_m": 20.0, "time_difference_s": 61.2, "still_there": 0.9,
        "looks": (look("emissive", "plume", "SF6"), look("reflective", "could not see it", None)),
        "expected": (),
    } | other  # fmt: skip
    return Place.model_validate(facts)


def test_a_place_fits_a_line_of_80_columns() -> None:
    console = Console(width=80, record=True)
    with console.capture() as capture:
        console.print(place_table((place(),)))
    (row,) = capture.get().splitlines()[1:]
    for cell in ("12", "dichloromethane", "0.99", "SF6 0.94", "not visible", "one against",
                 "33.98765"):  # fmt: skip
        assert cell in row, capture.get()


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        (look("emissive", "plume", "SF6"), "SF6 0.94"),
        (look("emissive", "no plume", None), "no plume"),
        (None, "did not look"),
    ],
)
def test_what_a_scan_says_of_a_place(facts: dict[str, Any] | None, text: str) -> None:
    assert look_text(None if facts is None else LookFacts.model_validate(facts)) == text


def test_how_far_apart_the_looks_were() -> None:
    alone = place(looks=(look("emissive", "plume", "SF6"),), agreement="one alone")
    assert time_sentence((alone,)) == "No place was looked at through both windows."
    assert time_sentence((place(), alone)) == "The looks were 61 s apart."
    both = time_sentence((place(), place(time_difference_s=-300.0)))
    assert both == "The looks were 61 to 300 s apart."
    assert "not known" in time_sentence((place(time_difference_s=None),))


def test_a_failed_scan_is_not_compared() -> None:
    (said,) = together_page(None, Path("together"))
    assert "Not compared" in str(said)
