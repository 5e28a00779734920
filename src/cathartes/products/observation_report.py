"""One look on paper: what came of it and why, plumes on the ground, what could be seen."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from cathartes import __version__
from cathartes.products.report_map import GroundMap
from cathartes.products.report_page import (
    TEXT_WIDTH_IN,
    Column,
    ReportPages,
    report_style,
)
from cathartes.products.report_words import ReportWords
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.detection import Detection
from cathartes.sites.observation import Observation, ObservationKind, Sensitivity

MAP_HEIGHT_IN = 4.0
MOST_LETTERS = 300
"""Of the value of one setting."""


@dataclass(frozen=True, slots=True)
class ObservationReport:
    """What an observation's report says.

    Attributes
    ----------
    observation
    detections
        With the site of each of their sources, "" where unattributed.
    context
        An image of the ground, evidence of role ``context``; None if there is none.
    context_in_k
        Whether its unit is kelvin.
    """

    observation: Observation
    detections: tuple[tuple[Detection, tuple[str, ...]], ...] = ()
    context: bytes | None = None
    context_in_k: bool = False


def write_observation_report(path: Path, report: ObservationReport, words: ReportWords) -> None:
    """Write an observation's report as PDF or PNG.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    one = report.observation
    title = words.say("observation_title", name=one.name, sortie=one.sortie_id)

    def foot(page: int, pages: int) -> str:
        told = {"title": title, "page": str(page), "pages": str(pages), "version": __version__}
        return words.say("foot", **told)

    with report_style():
        pages = ReportPages(title, foot)
        pages.title(title)
        pages.facts(_facts(one, words))
        _draw_map(pages, report, words)
        _write_detections(pages, report, words)
        _write_sensitivities(pages, one.sensitivities, words)
        if one.remarks:
            pages.heading(words.say("remarks"))
            for remark in one.remarks:
                pages.paragraph(words.sentence(remark))
        _write_settings(pages, one, words)
        _write_files(pages, one, words)
        pages.heading(words.say("limits"))
        pages.paragraph(words.say("limits_observation"))
        pages.paragraph(words.say("recorded"))
        pages.write(path)


def _facts(one: Observation, words: ReportWords) -> list[tuple[str, str]]:
    masked = one.masked
    taken = words.date(one.began_utc)
    if one.ended_utc is not None:
        taken += f" – {words.date(one.ended_utc)}"
    what = words.say("pixels" if one.kind is ObservationKind.CUBE else "rows")
    facts = [(words.say("outcome"), words.outcome(one.outcome))]
    if one.reason:
        facts.append((words.say("reason"), one.reason))
    if masked.n_total:
        analysed = words.say(
            "analysed_is", share=words.percent(masked.n_analysed / masked.n_total), what=what,
            total=words.count(masked.n_total), area=words.count(masked.n_outside_area),
            time=words.count(masked.n_outside_time), placeless=words.count(masked.n_without_place),
        )  # fmt: skip
        facts.append((words.say("analysed"), analysed))
    wind = words.say("wind_none")
    if one.wind is not None:
        wind = words.say(
            "wind_is", speed=words.number(one.wind.speed_m_s, ".1f"),
            speed_sd=words.number(one.wind.speed_sd_m_s, ".1f"),
            from_deg=words.number(one.wind.from_deg, ".0f"),
            from_sd=words.number(one.wind.from_sd_deg, ".0f"),
        )  # fmt: skip
    return [
        *facts,
        (words.say("taken"), taken),
        (words.say("instrument"), one.instrument or words.say("not_known")),
        *([(words.say("wind"), wind)] if one.kind is ObservationKind.CUBE else []),
        (words.say("sortie"), one.sortie_id),
        (words.say("mandate"), one.mandate_id),
        (words.say("id"), one.id),
    ]


def _draw_map(pages: ReportPages, report: ObservationReport, words: ReportWords) -> None:
    one = report.observation
    pages.heading(words.say("footprint"), MAP_HEIGHT_IN)
    if one.footprint is None or one.footprint.is_empty:
        pages.paragraph(words.say("footprint_none"))
        return
    middle = one.footprint.centroid
    ground = GroundMap.of(
        pages.axes(MAP_HEIGHT_IN),
        LocalFrame(middle.x, middle.y),
        [one.footprint],
        TEXT_WIDTH_IN / MAP_HEIGHT_IN,
    )
    note = words.say("footprint_note")
    greys = None if report.context is None else ground.draw_context(report.context)
    if greys is not None:
        low, high = (words.number(v, ".0f") for v in greys)
        kind = "context_k" if report.context_in_k else "context_other"
        note += " " + words.say("footprint_context", context=words.say(kind, low=low, high=high))
    ground.draw_outline(one.footprint, colour="#444444", style="--", width=0.9)
    for detection, _ in report.detections:
        if detection.outline is not None:
            ground.draw_outline(detection.outline, colour="black", fill=0.25)
        for source in detection.sources:
            ground.draw_place(source.place, width=0.9)
    for detection, _ in report.detections:  # above all else
        at = detection.outline.representative_point() if detection.outline is not None else None
        place = detection.sources[0].place if detection.sources else None
        if at is not None:
            ground.draw_label(at.x, at.y, str(detection.number))
        elif place is not None:
            ground.draw_label(
                place.longitude_deg, place.latitude_deg, str(detection.number), beside=True
            )
    ground.draw_scale()
    pages.gap(MAP_HEIGHT_IN + 0.05)
    pages.paragraph(note, pale=True)


def _write_detections(pages: ReportPages, report: ObservationReport, words: ReportWords) -> None:
    pages.heading(words.say("detections"))
    if not report.detections:
        pages.paragraph(words.say("detections_none"))
        return
    columns = (
        Column(words.say("number"), 0.4, "right"),
        Column(words.say("chemical"), 1.35),
        Column(words.say("p_short"), 0.5, "right"),
        Column(words.say("snr"), 0.45, "right"),
        Column(words.say("by_chance"), 0.75, "right"),
        Column(words.say("column"), 0.9, "right"),
        Column(words.say("rate"), 1.15, "right"),
        Column(words.say("site"), TEXT_WIDTH_IN - 5.5),
    )
    pages.table(columns, [_row(one, sites, words) for one, sites in report.detections])


def _row(one: Detection, sites: tuple[str, ...], words: ReportWords) -> list[str]:
    probability = {c.chemical: c.probability for c in one.candidates}.get(one.chemical)
    told = one.properties or {}
    rates = [source.rate for source in one.sources if source.rate is not None]
    rate = "–"
    if rates:
        first = rates[0]
        low, high = words.number(first.p05_kg_h, ".2g"), words.number(first.p95_kg_h, ".2g")
        rate = f"{words.number(first.median_kg_h, '.2g')} ({low}–{high})"
    mean = _number(told.get("column_density_mean_ppm_m"))
    sd = _number(told.get("column_density_sd_ppm_m"))
    column = "–" if mean is None else f"{words.number(mean)} ± {words.number(sd, '.2g')}"
    named = ", ".join(site or words.say("unattributed") for site in dict.fromkeys(sites))
    return [
        str(one.number), words.chemical(one.chemical), words.number(probability, ".2f"),
        words.number(one.snr, ".1f"), words.number(one.expected_by_chance, ".1g"), column, rate,
        named or words.say("unattributed"),
    ]  # fmt: skip


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _write_sensitivities(
    pages: ReportPages, sensitivities: Iterable[Sensitivity], words: ReportWords
) -> None:
    pages.heading(words.say("sensitivities"))
    pages.paragraph(words.say("sensitivities_note"), pale=True)
    columns = (
        Column(words.say("chemical"), 2.4),
        Column(words.say("necl"), 1.1, "right"),
        Column(words.say("smallest_column"), 1.2, "right"),
        Column(words.say("rate"), 1.0, "right"),
        Column(words.say("blind"), 0.8, "right"),
    )
    rows = [
        (words.chemical(one.chemical), words.number(one.necl_ppm_m),
         words.number(one.detectable_column_ppm_m), words.number(one.smallest_rate_kg_h, ".2g"),
         "–" if one.blind_share is None else words.percent(one.blind_share))
        for one in sensitivities
    ]  # fmt: skip
    if rows:
        pages.table(columns, rows)
    else:
        pages.paragraph(words.say("not_known"))


def _write_settings(pages: ReportPages, one: Observation, words: ReportWords) -> None:
    pages.heading(words.say("settings"))
    told = [(words.say("software"), f"Cathartes {one.software}"), *_flat("", one.settings)]
    columns = (Column("", 2.6, mono=True), Column("", TEXT_WIDTH_IN - 2.6, mono=True))
    pages.table(columns, told)


def _flat(prefix: str, value: JsonValue) -> Iterable[tuple[str, str]]:
    """Yield settings by their names with dots."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(f"{prefix}.{name}" if prefix else name, inner)
        return
    text = json.dumps(value, ensure_ascii=False)
    yield prefix, text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _write_files(pages: ReportPages, one: Observation, words: ReportWords) -> None:
    pages.heading(words.say("files"))
    pages.paragraph(words.say("files_note"), pale=True)
    columns = (
        Column(words.say("name"), TEXT_WIDTH_IN - 5.35),
        Column(words.say("bytes"), 0.85, "right"),
        Column("SHA-256", 4.5, mono=True),
    )
    rows = [(file.name, words.count(file.size_bytes), file.sha256) for file in one.files]
    rows += [
        (f"{asset.role} {words.chemical(asset.chemical) if asset.chemical else ''}".strip(),
         words.count(asset.size_bytes), asset.sha256)
        for asset in one.assets
    ]  # fmt: skip
    rows.append((words.say("input_hash"), "", one.input_hash))
    pages.table(columns, rows)
