"""What ``cathartes scan`` says to people."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.columns import Columns
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.cli.failure import Failure
from cathartes.detect.result import Outcome
from cathartes.products.file_names import PLUMES_GPKG, QUICKLOOK
from cathartes.products.rate_words import rate_words
from cathartes.products.summary import GasSearchedFacts, PlumeShort, ScanSummary

_SENSITIVITY = "Noise of a pixel's column density [ppm m], one standard deviation, scene median:"


def scan_page(summary: ScanSummary, cube_name: str, folder: Path) -> Iterator[RenderableType]:
    """Yield what is printed of one scan: outcome, plumes or sensitivity, where the files are."""
    style = "bold" if summary.outcome is Outcome.DETECTIONS else "bold yellow"
    yield Text(f"{cube_name}: {outcome_sentence(summary)}", style=style)
    if summary.plumes:
        yield plume_table(summary.plumes)
        for flags, ids in plumes_by_flags(summary.plumes).items():
            yield Text(f"Flagged {flags}: {', '.join(map(str, ids))}")
        for plume in summary.plumes:
            for part in plume.parts:
                yield Text(f"Plume {plume.id}: {part.n_pixels} pixels of it show {part.name}.")
        if summary.wind is not None:
            for plume in summary.plumes:
                yield Text(source_sentence(plume))
    yield Text(searched_sentence(summary))
    if not summary.plumes:
        yield Text(_SENSITIVITY)
        yield sensitivity_columns(summary.gases_searched)
    yield Text(f"Picture: {folder / QUICKLOOK}   For a GIS: {folder / PLUMES_GPKG}")


def source_sentence(plume: PlumeShort) -> str:
    """Return where a plume comes from and how much an hour, or why that is not said."""
    where = "origin not told"
    if plume.source_lon is not None and plume.source_lat is not None:
        where = (
            f"origin {plume.source_lat:.5f}, {plume.source_lon:.5f} "
            f"(90 % within about {plume.source_radius_m:.0f} m)"
        )
    if plume.n_sources is not None and plume.n_sources > 1:
        where += f", the first of {plume.n_sources:.0f}"
    rate, low, high = plume.rate_kg_h, plume.rate_kg_h_p05, plume.rate_kg_h_p95
    if rate is None or low is None or high is None:
        return f"Plume {plume.id}: {where}; no rate: {plume.rate_reason}."
    return f"Plume {plume.id}: {where}; {rate_words(rate, low, high)}."


def outcome_sentence(summary: ScanSummary) -> str:
    """Return the outcome as one sentence."""
    match summary.outcome:
        case Outcome.DETECTIONS:
            counted = [
                name if number == 1 else f"{name} ({number})"
                for name, number in summary.counts.plumes_by_chemical.items()
            ]
            word = "plume" if summary.counts.plumes == 1 else "plumes"
            return f"{summary.counts.plumes} {word} found: {', '.join(counted)}."
        case Outcome.NOTHING_FOUND:
            return "nothing found."
        case _:
            return f"inconclusive: {summary.reason}"


def searched_sentence(summary: ScanSummary) -> str:
    """Return what was searched for, and where."""
    scene, counts = summary.scene, summary.counts
    unseen = ""
    if counts.gases_not_visible:
        unseen = (
            f"; {counts.gases_not_visible} of the library can't be seen in these bands "
            "(summary.json says why)"
        )
    word = "gas was" if counts.gases_searched == 1 else "gases were"
    return (
        f"{counts.gases_searched} {word} searched in {scene.lines} x {scene.samples} pixels, "
        f"{scene.wavelength_min_um:.2f}-{scene.wavelength_max_um:.2f} um{unseen}."
    )


def plume_table(plumes: Sequence[PlumeShort]) -> Table:
    """Return the table of plumes, strongest first."""
    table = Table(box=None, pad_edge=False, collapse_padding=True)
    for heading in ("id", "chemical", "prob.", "column\n[ppm m]", "SNR", "by\nchance", "pix-\nels",
                    "where"):  # fmt: skip
        left = heading in {"chemical", "where"}
        table.add_column(
            Text(heading), justify="left" if left else "right", overflow="fold", no_wrap=left
        )
    for plume in plumes:
        table.add_row(
            str(plume.id),
            Text(plume.chemical),
            _number(plume.probability, ".2f"),
            column_text(
                plume.column_density_mean_ppm_m,
                plume.column_density_sd_ppm_m,
                plume.column_density_low_ppm_m,
            ),
            _number(plume.snr_max, ".1f"),
            _number(plume.expected_by_chance, ".1g"),
            str(plume.n_pixels),
            where_text(plume),
        )
    return table


def plumes_by_flags(plumes: Sequence[PlumeShort]) -> dict[str, list[int]]:
    """Return the ids of the plumes that bear each flag, in the order met."""
    ids: dict[str, list[int]] = {}
    for plume in plumes:
        for flag in plume.flags:
            ids.setdefault(flag, []).append(plume.id)
    return ids


def column_text(
    mean_ppm_m: float | None, sd_ppm_m: float | None, low_ppm_m: float | None = None
) -> str:
    """Return a column density with its standard deviation, or its lower bound where it has none."""
    if mean_ppm_m is None:
        return "-" if low_ppm_m is None else f"≥ {significant(low_ppm_m, 2)}"
    return f"{significant(mean_ppm_m, 3)} ± {significant(sd_ppm_m, 2)}"


def significant(value: float | None, digits: int) -> str:
    """Return a number with so many significant digits, without an exponent where that is short."""
    return "-" if value is None else f"{float(f'{value:.{digits}g}'):.6g}"


def where_text(plume: PlumeShort) -> str:
    """Return where the strongest part of a plume is, on the ground if that is known."""
    if plume.origin_lat is not None and plume.origin_lon is not None:
        return f"{plume.origin_lat:.5f}, {plume.origin_lon:.5f}"
    return f"line {_pixel(plume.origin_line)}, sample {_pixel(plume.origin_sample)}"


def _pixel(position: float | None) -> str:
    """Return the number of the pixel that a continuous position lies in."""
    return "-" if position is None else str(math.floor(position))


def sensitivity_columns(gases: Sequence[GasSearchedFacts]) -> Columns:
    """Return each gas searched with its noise-equivalent column density, most sensitive first."""
    known = [g for g in gases if g.necl_median_ppm_m is not None]
    known.sort(key=lambda gas: gas.necl_median_ppm_m or 0.0)
    cells = [f"{gas.name} {significant(gas.necl_median_ppm_m, 2)}" for gas in known]
    cells += [f"{gas.name} no contrast" for gas in gases if gas.necl_median_ppm_m is None]
    return Columns([Text(cell) for cell in cells], column_first=True)


def describe_run(
    cube_name: str, folder: Path, summary: ScanSummary | None, failure: Failure | None
) -> tuple[str, str, str]:
    """Return cube, outcome and folder for the table of several scans."""
    if summary is not None:
        return cube_name, outcome_sentence(summary), str(folder)
    told = "" if failure is None else f"failed ({failure.kind}, {failure.exit_code})"
    return cube_name, told, ""


def run_table(rows: Sequence[tuple[str, str, str]]) -> Table:
    """Return the table of several scans."""
    table = Table(box=None, pad_edge=False)
    for heading in ("cube", "outcome", "folder"):
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
