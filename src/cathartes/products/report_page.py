"""Pages of A4 that are filled from above: headings, paragraphs, tables and figures.

Every text is set as it is: ``$``, ``_`` or ``<`` in a name mean nothing. Letters are black or grey,
so that a page copied without colour says the same.
"""

import io
import secrets
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from fontTools.subset import Options
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.image import imsave
from matplotlib.lines import Line2D

from cathartes.errors import OutputError, SettingsError
from cathartes.products.figure_style import own_style

WIDTH_IN, HEIGHT_IN = 210 / 25.4, 297 / 25.4
MARGIN_IN = 0.75
TEXT_WIDTH_IN = WIDTH_IN - 2 * MARGIN_IN
PNG_DPI = 130
NORMAL_PT, SMALL_PT, HEAD_PT, TITLE_PT = 8.5, 7.5, 11.0, 16.0
LEADING = 1.32
INK, PALE = "black", "#666666"
FORMATS = (".pdf", ".png")


def check_report_path(path: Path) -> None:
    """Check, before any work, that a report can be written there.

    Raises
    ------
    SettingsError
        If its name ends neither with .pdf nor with .png.
    OutputError
        If its folder is not there.
    """
    if path.suffix.lower() not in FORMATS:
        raise SettingsError(
            f"{path}: ends with {path.suffix or 'nothing'!r}; a name that ends with .pdf or .png "
            "is needed."
        )
    if not path.parent.is_dir():
        raise OutputError(f"{path}: there is no folder {path.parent}; make it, or name another.")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    width_in: float
    align: Literal["left", "right"] = "left"
    mono: bool = False


@dataclass(frozen=True, slots=True)
class PageMark:
    """What marks every page.

    Attributes
    ----------
    label
        In letters of 12 points on black, above and below at the right; "" for none.
    colour
        Of these letters.
    across
        Pale across the page; "" for nothing.
    """

    label: str = ""
    colour: str = "white"
    across: str = ""


class ReportPages:
    """Fills pages one after the other; written by `write`.

    Parameters
    ----------
    title
        Of the document, in its metadata; "" for a document without any.
    foot
        Page and number of pages to the line at the foot.
    mark
        Of every page.
    """

    def __init__(
        self, title: str, foot: Callable[[int, int], str], mark: PageMark = PageMark()
    ) -> None:
        self._title, self._foot, self._mark = _plain(title), foot, mark
        self._figures: list[Figure] = []
        self._left_in = 0.0
        """What is left of the page above its lower margin."""
        self._new_page()

    def title(self, text: str) -> None:
        """Set the report's title."""
        self._lines(_wrapped(text, TITLE_PT, TEXT_WIDTH_IN, bold=True), TITLE_PT, bold=True)
        self.gap(0.06)

    def heading(self, text: str, needs_in: float = 0.8) -> None:
        """Set a heading, on a new page if so much of what follows would not fit below it."""
        if self._left_in < needs_in + 0.4:
            self._new_page()
        self.gap(0.14)
        self._lines([_plain(text)], HEAD_PT, bold=True)
        self._rule()
        self.gap(0.05)

    def paragraph(self, text: str, size_pt: float = NORMAL_PT, *, pale: bool = False) -> None:
        """Set text in lines as wide as the page."""
        self._lines(_wrapped(text, size_pt, TEXT_WIDTH_IN), size_pt, colour=PALE if pale else INK)
        self.gap(0.05)

    def facts(self, rows: Sequence[tuple[str, str]], *, label_in: float = 1.25) -> None:
        """Set labels with their values beside them."""
        columns = [Column("", label_in), Column("", TEXT_WIDTH_IN - label_in)]
        self._rows(columns, [list(row) for row in rows], bold_first=True)
        self.gap(0.05)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Set a table, its head again on each page that it runs over."""
        self._head(columns)
        self._rows(columns, rows, head=columns)
        self.gap(0.08)

    def axes(self, height_in: float, left: float = 0.0, right: float = 1.0, **kind: Any) -> Axes:
        """Return axes in what is next to be filled; `gap` leaves it.

        Parameters
        ----------
        height_in
            A new page is begun if there is no room.
        left, right
            Of the text's width, 0 to 1.
        kind
            As of `Figure.add_axes`.
        """
        if self._left_in < height_in:
            self._new_page()
        bottom = (MARGIN_IN + self._left_in - height_in) / HEIGHT_IN
        x, width = MARGIN_IN + left * TEXT_WIDTH_IN, (right - left) * TEXT_WIDTH_IN
        box = (x / WIDTH_IN, bottom, width / WIDTH_IN, height_in / HEIGHT_IN)
        return self._figures[-1].add_axes(box, **kind)

    def gap(self, height_in: float) -> None:
        """Leave room."""
        self._left_in -= height_in

    def write(self, path: Path) -> None:
        """Write all pages: a PDF with embedded fonts, or as PNG one below the other.

        The file takes its name when it is whole. It bears the title and no other metadata.

        Raises
        ------
        OutputError
            If it can't be written.
        """
        content = self.pdf() if path.suffix.lower() == ".pdf" else self.png()
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        try:
            partial.write_bytes(content)
            partial.replace(path)
        except OSError as error:
            with suppress(OSError):
                partial.unlink()
            raise OutputError(
                f"{path}: can't be written ({error.strerror or error}); name another file with "
                "--out."
            ) from error

    def pdf(self) -> bytes:
        """Return all pages as a PDF with embedded fonts; its only metadata is the title."""
        whole = io.BytesIO()
        nothing = dict.fromkeys(("Creator", "Producer", "CreationDate"))
        about = {"Title": self._title or None, **nothing}
        with _letters_alone(), PdfPages(whole, metadata=about) as pages:
            for figure in self._marked():
                pages.savefig(figure)
        return whole.getvalue()

    def png(self) -> bytes:
        """Return all pages as one picture, one below the other."""
        images = []
        for figure in self._marked():
            figure.set_dpi(PNG_DPI)
            canvas = FigureCanvasAgg(figure)
            canvas.draw()  # type: ignore[no-untyped-call]
            drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
            images.append(drawn[:, :, :3])
        whole = io.BytesIO()
        told: dict[str, Any] = {"Title": self._title, "Software": None}
        imsave(whole, np.vstack(images), format="png", dpi=PNG_DPI, metadata=told)
        return whole.getvalue()

    def _marked(self) -> Sequence[Figure]:
        """Return the pages with their feet and marks."""
        for number, figure in enumerate(self._figures, start=1):
            foot = _plain(self._foot(number, len(self._figures)))
            x, align = (MARGIN_IN / WIDTH_IN, "left") if self._mark.label else (0.5, "center")
            figure.text(x, 0.45 / HEIGHT_IN, foot, ha=align, fontsize=SMALL_PT, color=PALE)
            if self._mark.label:
                for y_in in (HEIGHT_IN - 0.47, 0.45):
                    figure.text(
                        1 - MARGIN_IN / WIDTH_IN, y_in / HEIGHT_IN, _plain(self._mark.label),
                        ha="right", fontsize=12, fontweight="bold", color=self._mark.colour,
                        bbox={"fc": "black", "ec": "none", "pad": 3},
                    )  # fmt: skip
            if self._mark.across:
                figure.text(
                    0.5, 0.5, _plain(self._mark.across), ha="center", va="center", rotation=52,
                    fontsize=min(90, 1000 / len(self._mark.across)), fontweight="bold",
                    color=PALE, alpha=0.16, zorder=10,
                )  # fmt: skip
        return self._figures

    def _new_page(self) -> None:
        figure = Figure(figsize=(WIDTH_IN, HEIGHT_IN), facecolor="white")
        FigureCanvasAgg(figure)
        self._figures.append(figure)
        self._left_in = HEIGHT_IN - 2 * MARGIN_IN

    def _text(self, x_in: float, text: str, size_pt: float, **how: Any) -> None:
        y = (MARGIN_IN + self._left_in) / HEIGHT_IN
        x = (MARGIN_IN + x_in) / WIDTH_IN
        self._figures[-1].text(x, y, text, fontsize=size_pt, va="top", **how)

    def _rule(self) -> None:
        y = (MARGIN_IN + self._left_in + 0.01) / HEIGHT_IN
        ends = [MARGIN_IN / WIDTH_IN, 1 - MARGIN_IN / WIDTH_IN]
        figure = self._figures[-1]
        figure.add_artist(Line2D(ends, [y, y], color=INK, lw=0.6, transform=figure.transFigure))

    def _lines(
        self, lines: Sequence[str], size_pt: float, *, bold: bool = False, colour: str = INK
    ) -> None:
        for line in lines:
            height = size_pt * LEADING / 72
            if self._left_in < height:
                self._new_page()
            self._text(0, line, size_pt, color=colour, fontweight="bold" if bold else "normal")
            self.gap(height)

    def _head(self, columns: Sequence[Column]) -> None:
        if self._left_in < 0.6:
            self._new_page()
        titles = [
            _wrapped(column.title, SMALL_PT, column.width_in - 0.08, bold=True)
            for column in columns
        ]
        self._cells(columns, titles, bold=True)
        self._rule()
        self.gap(0.03)

    def _rows(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        head: Sequence[Column] = (),
        bold_first: bool = False,
    ) -> None:
        for row in rows:
            cells = [
                _wrapped(text, SMALL_PT if head else NORMAL_PT, column.width_in - 0.08,
                         bold=bold_first and number == 0, mono=column.mono)
                for number, (column, text) in enumerate(zip(columns, row, strict=True))
            ]  # fmt: skip
            size_pt = SMALL_PT if head else NORMAL_PT
            # A cell longer than a page goes on over the next.
            most = int((HEIGHT_IN - 2 * MARGIN_IN - 0.5) / (size_pt * LEADING / 72))
            for start in range(0, max(len(cell) for cell in cells), most):
                part = [cell[start : start + most] for cell in cells]
                if self._left_in < max(len(cell) for cell in part) * size_pt * LEADING / 72:
                    self._new_page()
                    if head:
                        self._head(head)
                self._cells(columns, part, bold_first=bold_first, size_pt=size_pt)
            self.gap(0.02)

    def _cells(
        self,
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        *,
        bold: bool = False,
        bold_first: bool = False,
        size_pt: float = SMALL_PT,
    ) -> None:
        left, height = 0.0, size_pt * LEADING / 72
        begin = self._left_in
        for number, (column, lines) in enumerate(zip(columns, cells, strict=True)):
            self._left_in = begin
            right = column.align == "right"
            for line in lines:
                self._text(
                    left + (column.width_in - 0.08 if right else 0.0), line, size_pt, color=INK,
                    ha="right" if right else "left",
                    fontweight="bold" if bold or (bold_first and number == 0) else "normal",
                    family="monospace" if column.mono else "sans-serif",
                )  # fmt: skip
                self.gap(height)
            left += column.width_in
        self._left_in = begin - max(len(lines) for lines in cells) * height


@contextmanager
def report_style() -> Any:
    """Draw with one style: no text is a formula, fonts are embedded, unknown letters are boxes."""
    with own_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcParams.update(
            {"text.parse_math": False, "pdf.fonttype": 42, "axes.unicode_minus": True,
             "hatch.linewidth": 0.5, "font.size": SMALL_PT, "axes.linewidth": 0.6}
        )  # fmt: skip
        yield


_SETTING_TABLES = ("BASE", "GDEF", "GPOS", "GSUB", "MATH", "kern")
"""Of a font: how its letters are set, which is done when they are drawn."""


@contextmanager
def _letters_alone() -> Iterator[None]:
    """Embed of a font the letters that are used, and nothing by which others could be set.

    fontTools takes longer to make those tables smaller than Matplotlib for all the rest of a page,
    and follows them to letters that nobody uses; Matplotlib offers no way to leave them out.
    """
    dropped = Options._drop_tables_default  # noqa: SLF001
    dropped.extend(_SETTING_TABLES)
    try:
        yield
    finally:
        del dropped[-len(_SETTING_TABLES) :]


_HINTED = 1.03
"""Letters drawn at a screen's resolution are that much wider than the font says."""


def _plain(text: str) -> str:
    """Return a text in one line without letters that can't be printed."""
    return "".join(c if c.isprintable() else " " for c in text)


@lru_cache(maxsize=4096)
def _advance(letter: str, *, bold: bool, mono: bool) -> float:
    """Return the width of a letter as a part of the font's size."""
    wanted = FontProperties(
        family="DejaVu Sans Mono" if mono else "DejaVu Sans", weight="bold" if bold else "normal"
    )
    font = get_font(findfont(wanted))
    if not font.get_char_index(ord(letter)):
        return 1.0  # a box
    font.set_size(100, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65536 / 100


def _width_in(text: str, size_pt: float, *, bold: bool, mono: bool) -> float:
    return sum(_advance(c, bold=bold, mono=mono) for c in text) * size_pt / 72 * _HINTED


def _wrapped(
    text: str, size_pt: float, width_in: float, *, bold: bool = False, mono: bool = False
) -> list[str]:
    """Return a text in lines of a width; a word that is longer than one is broken."""
    lines: list[str] = []
    for part in text.splitlines() or [""]:
        line = ""
        for word in _plain(part).split(" "):
            longer = f"{line} {word}" if line else word
            if _width_in(longer, size_pt, bold=bold, mono=mono) <= width_in:
                line = longer
                continue
            if line:
                lines.append(line)
            line = ""
            for letter in word:
                if line and _width_in(line + letter, size_pt, bold=bold, mono=mono) > width_in:
                    lines.append(line)
                    line = ""
                line += letter
        lines.append(line)
    return lines
