"""Printed reports: nothing breaks them, nothing leaves the page, and the same is the same bytes."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from PIL import Image

from cathartes.errors import OutputError, SettingsError
from cathartes.products.observation_report import write_observation_report
from cathartes.products.report_page import (
    FORMATS,
    ReportPages,
    check_report_path,
    report_style,
)
from cathartes.products.report_words import Language, ReportWords
from cathartes.products.site_report import write_site_report
from cathartes.sites.observation import LookOutcome
from made_up_reports import LONG, ODD, observation_report, site_report
from unpacked import pieces

ENGLISH, SPANISH = ReportWords(), ReportWords(Language.SPANISH)

REPORTS = {
    "site": lambda path, words: write_site_report(path, site_report(), words),
    "odd site": lambda path, words: write_site_report(path, site_report(4, ODD), words),
    "long site": lambda path, words: write_site_report(path, site_report(1, LONG), words),
    "many looks": lambda path, words: write_site_report(path, site_report(100), words),
    "no wind": lambda path, words: write_site_report(path, site_report(6, wind=False), words),
    "no plume": lambda path, words: write_site_report(path, site_report(6, seen=False), words),
    "no look": lambda path, words: write_site_report(path, site_report(0), words),
    "observation": lambda path, words: write_observation_report(path, observation_report(), words),
    "odd observation": lambda path, words: write_observation_report(
        path, observation_report(ODD, LookOutcome.INCONCLUSIVE), words
    ),
    "long observation": lambda path, words: write_observation_report(
        path, observation_report(LONG, LookOutcome.INCONCLUSIVE, 2), words
    ),
    "nothing found": lambda path, words: write_observation_report(
        path, observation_report(outcome=LookOutcome.NOTHING_FOUND, n_detections=0), words
    ),
}


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Return the pages that are drawn, without writing them."""
    figures: list[Figure] = []
    monkeypatch.setattr(ReportPages, "write", lambda self, _path: figures.extend(self._figures))
    return figures


@pytest.mark.parametrize(
    ("kind", "words"),
    [*((kind, ENGLISH) for kind in REPORTS), ("site", SPANISH), ("observation", SPANISH)],
)
def test_no_text_leaves_the_page_or_is_taken_for_a_formula(
    kind: str, words: ReportWords, drawn: list[Figure], tmp_path: Path
) -> None:
    REPORTS[kind](tmp_path / "x.pdf", words)
    assert drawn
    with report_style():
        for figure in drawn:
            canvas = FigureCanvasAgg(figure)
            figure.draw_without_rendering()
            width, height = canvas.get_width_height()
            for text in figure.texts:
                assert not text.get_parse_math()
                box = text.get_window_extent(canvas.get_renderer())
                assert box.x0 >= 0.08 * width, text.get_text()
                assert box.x1 <= 0.95 * width, text.get_text()
                assert box.y0 >= 0.02 * height, text.get_text()
                assert box.y1 <= 0.98 * height, text.get_text()


def test_what_is_said_is_on_the_page(drawn: list[Figure], tmp_path: Path) -> None:
    write_site_report(tmp_path / "x.pdf", site_report(4, "a$b$c_d<e>"), SPANISH)
    said = " ".join(text.get_text() for figure in drawn for text in figure.texts)
    for expected in (
        "a$b$c",
        "0,42",
        "0,10",
        "0,80",
        "12/03/2025",
        "18/03/2025",
        "33 kg/h",
        "-3,00",
    ):
        assert expected in said, expected
    assert "tan probable como improbable" in said


@pytest.mark.parametrize(("words", "told"), [(ENGLISH, "nothing here"), (SPANISH, "nada aquí")])
def test_a_look_that_found_others_found_nothing_here(
    words: ReportWords, told: str, drawn: list[Figure], tmp_path: Path
) -> None:
    report = site_report(2, seen=False)
    look = report.looks[0]
    found = replace(look, observation=replace(look.observation, outcome=LookOutcome.DETECTIONS))
    write_site_report(tmp_path / "x.pdf", replace(report, looks=(found,)), words)
    said = [text.get_text() for figure in drawn for text in figure.texts]
    assert told in said
    assert words.outcome(LookOutcome.DETECTIONS) not in said


def test_a_report_is_the_same_bytes_and_bears_its_title_alone(tmp_path: Path) -> None:
    paths = [tmp_path / f"{n}{suffix}" for n in (1, 2) for suffix in FORMATS]
    for path in paths:
        write_site_report(path, site_report(), ENGLISH)
    pdf, png, pdf_again, png_again = (path.read_bytes() for path in paths)
    assert (pdf, png) == (pdf_again, png_again)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(p.name for p in paths)
    (info,) = re.findall(rb"<<[^<>]*/Title[^<>]*>>", pdf)
    assert re.findall(rb"/(\w+)", info) == [b"Title"]
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf
    assert b"/MediaBox [ 0 0 595.27" in pdf
    with Image.open(paths[1]) as image:
        assert image.text == {"Title": "Site site-0123456789"}
        width, height = image.size
        assert height % round(width * 297 / 210) <= height // 1500


def test_of_fonts_the_letters_alone_are_embedded_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_site_report(path, site_report(), ENGLISH)
    fonts = [one for _, one in pieces(path.read_bytes()) if one.startswith(b"\0\1\0\0")]
    seen: set[str] = set()
    for content in fonts:
        font = TTFont(io.BytesIO(content))
        assert not {"GSUB", "GPOS", "GDEF", "MATH", "kern"} & set(font.keys())
        weight = "bold" if "Bold" in str(font["name"].getDebugName(4)) else "normal"
        whole = TTFont(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
        names = set(font.getGlyphOrder())
        seen |= names
        for name in names - {".notdef"}:
            assert font["hmtx"][name][0] == whole["hmtx"][name][0]
            assert drawn_letter(font, name) == drawn_letter(whole, name)
    assert {"A", "e"} <= seen


def drawn_letter(font: TTFont, name: str) -> list[tuple[str, tuple[object, ...]]]:
    """Return the lines and curves of a letter."""
    letters = font.getGlyphSet()
    pen = DecomposingRecordingPen(letters)
    letters[name].draw(pen)
    return pen.value


def test_copied_without_colour_what_was_seen_still_differs_from_what_was_not(
    tmp_path: Path,
) -> None:
    """The oldest and the newest plume are of greys that an eye tells apart."""
    grey = []
    for report in (site_report(3), site_report(3, seen=False)):
        write_site_report(tmp_path / "x.png", report, ENGLISH)
        with Image.open(tmp_path / "x.png") as image:
            grey.append(np.asarray(image.convert("L"))[:1520].astype(int))
    assert (np.abs(grey[0] - grey[1]) > 60).sum() > 400


def test_a_name_that_is_no_report_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ends with '\.doc'; a name that ends with \.pdf or"):
        check_report_path(tmp_path / "site.doc")
    with pytest.raises(OutputError, match=r"there is no folder .*gone; make it"):
        check_report_path(tmp_path / "gone" / "site.pdf")


def test_what_can_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").mkdir()
    with pytest.raises(OutputError, match=r"x\.pdf: can't be written .*--out"):
        write_site_report(tmp_path / "x.pdf", site_report(), ENGLISH)
    assert [path.name for path in tmp_path.iterdir()] == ["x.pdf"]


def test_context_under_the_plumes_is_paler_than_they_are(
    tmp_path: Path, drawn: list[Figure], context: Callable[..., bytes]
) -> None:
    report = replace(site_report(), contexts=(context(),), context_in_k=True)
    write_site_report(tmp_path / "x.pdf", report, ENGLISH)
    (image,) = [one for figure in drawn for axes in figure.axes for one in axes.images]
    grey = np.asarray(image.get_array())
    assert grey.min() >= 0.6
    assert np.ptp(grey) > 0.2
    said = " ".join(text.get_text() for figure in drawn for text in figure.texts)
    assert "brightness temperature 28" in said


def test_where_the_newest_image_of_the_ground_ends_older_ones_are_seen(
    tmp_path: Path, drawn: list[Figure], context: Callable[..., bytes]
) -> None:
    whole, half = context(), context(250)
    white = []
    for contexts in ((whole,), (half,), (half, whole)):
        drawn.clear()
        report = replace(site_report(), contexts=contexts, context_in_k=True)
        write_site_report(tmp_path / "x.pdf", report, ENGLISH)
        (image,) = [one for figure in drawn for axes in figure.axes for one in axes.images]
        white.append(float((np.asarray(image.get_array()) == 1.0).mean()))
    assert white[1] > white[0] + 0.1  # the palest two in a hundred are white too
    assert white[2] == pytest.approx(white[0], abs=0.03)


@pytest.fixture
def context(tmp_path: Path) -> Callable[..., bytes]:
    from cathartes.products.raster import write_cog
    from cathartes.scenes.geometry import MapGrid

    def make(n_columns: int = 500) -> bytes:
        grid = MapGrid((2e-5, 0.0, 8.525, 0.0, -2e-5, 49.005), "EPSG:4326", (500, n_columns))
        ramp = np.linspace(280, 300, 500 * n_columns, dtype=np.float32).reshape(500, n_columns)
        write_cog(tmp_path / "c.tif", ramp, grid=grid, unit="K", long_name="ground")
        return (tmp_path / "c.tif").read_bytes()

    return make
