"""One picture of a scan for a report: where, what, how sure, and how it looks in the spectrum."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from cathartes import __version__
from cathartes.detect.result import Detections, Outcome
from cathartes.products import quicklook_images as images
from cathartes.products import quicklook_words as words
from cathartes.products.outline import pixel_outlines
from cathartes.products.quicklook_view import (
    View,
    is_elongated,
    main_view,
    north_in_pixels,
    strongest_score,
    whole_scene,
)
from cathartes.products.summary import utc_text
from cathartes.scenes.cube import Cube
from cathartes.scenes.quantity import Quantity
from cathartes.scenes.radiometry import EMISSIVE_FROM_UM
from cathartes.units import CANONICAL_RADIANCE_UNIT

_WIDTH_IN, _HEIGHT_IN, _DPI = 13.0, 9.2, 150
_COMPRESS_LEVEL = 3
"""Of the PNG: as small as by 6, the usual one, in two thirds of the time."""
_TICKS_IN = 0.42
"""Below an image: ticks and the axis' name."""
_LETTER_IN = 0.085
"""Width of a letter of normal size, rather too wide."""
_BANNER = {
    Outcome.DETECTIONS: ("#9C3D00", "white"),
    Outcome.NOTHING_FOUND: ("#2F5D62", "white"),
    Outcome.INCONCLUSIVE: ("#5B4B8A", "white"),
}


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle of the page in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


def write_quicklook(path: Path, cube: Cube, detections: Detections) -> None:
    """Draw a scan's result on one page and write it as PNG.

    Ground image and strongest score side by side with the outlines; below or beside them the
    strongest plume's spectrum and the table of plumes, or, where nothing was found, the
    sensitivity reached for each gas. An elongated scene is shown whole as a strip, and its part
    with the strongest plume in the images. Images are in the sensor's grid.

    Parameters
    ----------
    path
        Of the PNG.
    cube
        Gives name, time, instrument and geometry; its values are not read.
    detections
        What was found.
    """
    figure = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    top_in = _draw_head(figure, cube, detections)
    gases = images.gases_shown(detections)
    score = strongest_score(detections, gases)
    context = detections.planes.read("context")
    over = images.Annotation(
        plumes=detections.plumes,
        outlines=pixel_outlines(detections.labels) if detections.plumes else {},
        colours=images.chemical_colours(detections.plumes),
    )
    view = main_view(detections, _strongest_pixel(score))
    if is_elongated((cube.n_lines, cube.n_samples)):
        top_in = _draw_strip(figure, context, over, view, top_in)
    pictures, texts = _shared_out(view, top_in)
    left, right, bar = _image_boxes(view, pictures)
    ground = _axes(figure, left)
    images.draw_context(ground, context, view)
    scores = _axes(figure, right)
    images.draw_score(scores, _axes(figure, bar), score, view, _thresholds(cube, detections, gases))
    for axes in (ground, scores):
        _finish_image(axes, view)
        images.draw_outlines(axes, over)
    ground.set_title(
        "Ground, with plume outlines" if detections.plumes else "Ground",
        fontsize=words.NORMAL,
        loc="left",
    )
    room_in = bar.left + bar.width - right.left
    scores.set_title(_score_title(gases, room_in), fontsize=words.NORMAL, loc="left")
    ground.set_ylabel("line", fontsize=words.SMALL, labelpad=1)
    scores.set_yticklabels([])
    scale: tuple[Bbox, ...] = ()
    if cube.geometry is not None:
        north = north_in_pixels(cube.geometry, view)
        scale = images.draw_scale(ground, cube.geometry, view, north)
    images.label_plumes(ground, over, view, scale)
    _draw_words(figure, texts, cube, detections, over)
    figure.savefig(
        path,
        format="png",
        dpi=_DPI,
        metadata={"Software": f"Cathartes {__version__}"},
        pil_kwargs={"compress_level": _COMPRESS_LEVEL},
    )


def _axes(figure: Figure, box: _Box) -> Axes:
    return figure.add_axes(
        (box.left / _WIDTH_IN, box.bottom / _HEIGHT_IN, box.width / _WIDTH_IN,
         box.height / _HEIGHT_IN)
    )  # fmt: skip


def _draw_head(figure: Figure, cube: Cube, detections: Detections) -> float:
    """Draw title, outcome and foot; return the height left below, in inches."""
    known = [
        cube.instrument,
        utc_text(cube.start_utc) if cube.start_utc else "time unknown",
        f"{cube.n_lines} × {cube.n_samples} × {cube.n_bands} (lines × samples × bands)",
        "" if cube.geometry is None else f"pixel {cube.geometry.pixel_size_m():.3g} m",
    ]
    put = figure.text
    left = 0.45 / _WIDTH_IN
    put(
        left,
        1 - 0.4 / _HEIGHT_IN,
        words.shortened(cube.name, 85),
        fontsize=words.LARGE,
        fontweight="bold",
    )
    put(left, 1 - 0.66 / _HEIGHT_IN, " · ".join(filter(None, known)), fontsize=words.NORMAL,
        color="#444444")  # fmt: skip
    back, front = _BANNER[detections.outcome]
    outcome = words.wrapped(_outcome_words(detections), 125)
    height_in = 0.22 + 0.175 * (outcome.count("\n") + 1)
    bottom = 1 - (0.8 + height_in) / _HEIGHT_IN
    figure.add_artist(
        Rectangle((left, bottom), 1 - 2 * left, height_in / _HEIGHT_IN, facecolor=back,
                  transform=figure.transFigure)
    )  # fmt: skip
    put(left + 0.01, bottom + height_in / 2 / _HEIGHT_IN, outcome, fontsize=words.NORMAL + 1,
        color=front, va="center", fontweight="bold")  # fmt: skip
    put(left, 0.14 / _HEIGHT_IN,
        f"Cathartes {__version__}. An indication for a person to check, not proof.",
        fontsize=words.SMALL, color="#555555")  # fmt: skip
    return _HEIGHT_IN - 0.8 - height_in - 0.1


def _outcome_words(detections: Detections) -> str:
    n_plumes, n_gases = len(detections.plumes), len(detections.gases)
    plumes = f"{n_plumes} plume" + ("s" if n_plumes != 1 else "")
    searched = f"{n_gases} gases searched" if n_gases != 1 else "1 gas searched"
    if detections.outcome is Outcome.INCONCLUSIVE:
        return f"Inconclusive: {detections.reason} ({plumes}, {searched})"
    if detections.outcome is Outcome.NOTHING_FOUND:
        return f"Nothing found above the thresholds; {searched}"
    names = list(dict.fromkeys(words.spoken_mixture(plume) for plume in detections.plumes))
    some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{plumes} found: {some}; {searched}"


def _thresholds(cube: Cube, detections: Detections, gases: tuple[str, ...]) -> tuple[float, ...]:
    """Return the lowest threshold of the gases shown; of both signs in the emissive range."""
    of_gases = [gas.score_threshold for gas in detections.gases if gas.name in gases]
    lowest = min(of_gases, default=np.nan)
    emissive = bool(cube.bands.centre_um.min() > EMISSIVE_FROM_UM)
    return (-lowest, lowest) if emissive else (lowest,)


def _strongest_pixel(score: NDArray[np.float32]) -> tuple[int, int]:
    finite = np.where(np.isfinite(score), score, -np.inf)
    line, sample = np.unravel_index(int(finite.argmax()), finite.shape)
    return int(line), int(sample)


def _draw_strip(
    figure: Figure,
    context: NDArray[np.float32],
    over: images.Annotation,
    view: View,
    top_in: float,
) -> float:
    """Draw the whole of an elongated scene along the page; return the height left below."""
    n_lines, n_samples = context.shape
    tall = n_lines > n_samples
    room_in = _WIDTH_IN - 1.4
    height_in = min(1.1, max(0.35, room_in * min(context.shape) / max(context.shape)))
    width_in = min(room_in, height_in * max(context.shape) / max(1, min(context.shape)))
    axes = _axes(figure, _Box(0.8, top_in - 0.3 - height_in, width_in, height_in))
    whole = whole_scene((n_lines, n_samples))
    images.draw_context(axes, context, whole)
    picture = axes.images[0]
    along, across = "sample", "line"
    axes.set_xlim(0, n_samples)
    axes.set_ylim(n_lines, 0)
    if tall:
        axes.set_xlim(0, n_lines)
        axes.set_ylim(n_samples, 0)
        picture.set_data(np.asarray(picture.get_array()).T)
        picture.set_extent((0, n_lines, n_samples, 0))
        along, across = "line", "sample"
    axes.set_aspect("auto")
    axes.set_xlabel(along, fontsize=words.SMALL, labelpad=1)
    axes.set_ylabel(across, fontsize=words.SMALL)
    axes.tick_params(labelsize=words.SMALL)
    axes.set_yticks([])
    for plume in over.plumes:
        x, y = plume.origin_sample, plume.origin_line
        axes.plot(*((y, x) if tall else (x, y)), marker="o", markersize=7, markerfacecolor="none",
                  markeredgecolor=over.colours[plume.chemical], markeredgewidth=1.8)  # fmt: skip
    corner = (view.sample_start, view.line_start)
    size = (view.n_samples, view.n_lines)
    axes.add_patch(
        Rectangle(corner[::-1] if tall else corner, *(size[::-1] if tall else size),
                  fill=False, edgecolor="#F0E442", linewidth=1.8,
                  path_effects=[withStroke(linewidth=3.4, foreground="black")])
    )  # fmt: skip
    axes.set_title("Whole scene; the panels below show the part in the yellow frame",
                   fontsize=words.NORMAL, loc="left")  # fmt: skip
    return float(top_in - 0.3 - height_in - 0.5)


def _shared_out(view: View, top_in: float) -> tuple[_Box, tuple[_Box, _Box]]:
    """Return the boxes of the images, of the spectrum and of the table.

    Images above and words below, or images left and words right: whichever shows them larger.
    """
    low_in = 0.45
    room_in = top_in - low_in
    above = _Box(0.45, top_in - 0.57 * room_in, _WIDTH_IN - 0.9, 0.57 * room_in)
    beside = _Box(0.45, low_in, 6.2, room_in)
    scales = []
    for box in (above, beside):
        left, _, _ = _image_boxes(view, box)
        scales.append(left.width / view.n_samples)
    if scales[0] >= scales[1]:
        picture, _, _ = _image_boxes(view, above)
        below_in = picture.bottom - _TICKS_IN - 0.1 - low_in
        return above, (
            _Box(1.1, low_in + 0.45, 5.2, below_in - 0.75),
            _Box(6.8, low_in, 5.75, below_in - 0.3),
        )
    half_in = room_in / 2
    return beside, (
        _Box(7.5, low_in + half_in + 0.45, 5.05, half_in - 0.75),
        _Box(7.0, low_in, 5.55, half_in - 0.3),
    )


def _image_boxes(view: View, room: _Box) -> tuple[_Box, _Box, _Box]:
    """Return the boxes of the two images and the colour bar, pixels square if that is legible."""
    title_in, left_in, between_in, bar_in = 0.28, 0.6, 0.25, 0.95
    most_high = room.height - title_in - _TICKS_IN
    most_wide = (room.width - left_in - between_in - bar_in) / 2
    scale = min(most_wide / view.n_samples, most_high / view.n_lines)
    width, height = scale * view.n_samples, scale * view.n_lines
    width, height = max(width, min(most_wide, 1.0)), max(height, min(most_high, 1.0))
    used = left_in + 2 * width + between_in + bar_in
    left = room.left + left_in + max(0.0, (room.width - used) / 2)
    bottom = room.bottom + room.height - title_in - height
    second = left + width + between_in
    return (
        _Box(left, bottom, width, height),
        _Box(second, bottom, width, height),
        _Box(second + width + 0.12, bottom, 0.16, height),
    )


def _finish_image(axes: Axes, view: View) -> None:
    axes.set_aspect("auto")  # the box has the right shape already
    left, right, bottom, top = view.extent
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.tick_params(labelsize=words.SMALL)
    axes.locator_params(nbins=6, min_n_ticks=2, integer=True)
    axes.set_xlabel("sample", fontsize=words.SMALL, labelpad=1)


def _score_title(gases: tuple[str, ...], room_in: float) -> str:
    """Return a title that names the gases if there is room for that."""
    several = len(gases) > 1
    named = "Detection score: " + ("strongest of " if several else "")
    named += ", ".join(map(words.spoken, gases))
    if not several or len(named) * _LETTER_IN <= room_in:
        return named
    return f"Score, strongest of {len(gases)} gases"


def _draw_words(
    figure: Figure,
    boxes: tuple[_Box, _Box],
    cube: Cube,
    detections: Detections,
    over: images.Annotation,
) -> None:
    spectrum, table = boxes
    if not detections.plumes:
        left = 0.5 if spectrum.bottom == table.bottom + 0.45 else table.left
        top = spectrum.bottom + spectrum.height + 0.2
        wide = _Box(left, table.bottom, table.left + table.width - left, top - table.bottom)
        words.draw_sensitivity(_axes(figure, wide), detections.gases)
        return
    strongest = detections.plumes[0]
    axes = _axes(figure, spectrum)
    unit = CANONICAL_RADIANCE_UNIT if cube.quantity is Quantity.RADIANCE else "1"
    words.draw_spectrum(axes, strongest, unit)
    axes.set_title(f"Spectrum of plume {strongest.id}, the strongest", fontsize=words.NORMAL,
                   loc="left")  # fmt: skip
    words.draw_plume_table(_axes(figure, table), over.plumes, over.colours)
