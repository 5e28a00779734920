"""The images of a quicklook: ground and score, plume outlines, labels, scale and north."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox, ScaledTranslation, Transform
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon

from cathartes.detect.result import UNKNOWN, Detections, Plume
from cathartes.products.quicklook_view import View, reduced, scale_bar_m
from cathartes.products.quicklook_words import SMALL, spoken_mixture
from cathartes.scenes.geometry import Geometry

# Okabe and Ito 2008, the colours that colour-blind people tell apart; black and yellow left out.
_PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#D55E00", "#0072B2")
_UNKNOWN_COLOUR = "#F0E442"
_LONGEST_PIXELS = 1400


def chemical_colours(plumes: Sequence[Plume]) -> dict[str, str]:
    """Return a colour for each chemical found, strongest first."""
    names = [n for n in dict.fromkeys(p.chemical for p in plumes) if n != UNKNOWN]
    colours = {name: _PALETTE[i % len(_PALETTE)] for i, name in enumerate(names)}
    return colours | {UNKNOWN: _UNKNOWN_COLOUR}


@dataclass(frozen=True, slots=True)
class Annotation:
    """What is drawn over an image.

    Attributes
    ----------
    plumes
        Strongest first.
    outlines
        Plume id to outline, x = sample, y = line.
    colours
        By chemical.
    """

    plumes: tuple[Plume, ...]
    outlines: Mapping[int, MultiPolygon]
    colours: Mapping[str, str]


def draw_context(axes: Axes, image: NDArray[np.float32], view: View) -> None:
    """Draw the grey image of the ground, stretched between its 1st and 99th percentile."""
    shown = reduced(view.cut(image), _LONGEST_PIXELS, "mean")
    valid = shown[np.isfinite(shown)]
    low, high = np.percentile(valid, (1, 99)) if valid.size else (0.0, 1.0)
    high = high if high > low else low + 1.0
    axes.set_facecolor("#4a3b52")
    axes.imshow(shown, cmap="gray", vmin=low, vmax=high, extent=view.extent)


def draw_score(
    axes: Axes, bar: Axes, score: NDArray[np.float32], view: View, thresholds: Sequence[float]
) -> None:
    """Draw the score, diverging around 0, with its colour bar; the thresholds are marked on it."""
    shown = reduced(view.cut(score), _LONGEST_PIXELS, "strongest")
    valid = np.abs(shown[np.isfinite(shown)])
    top = float(np.percentile(valid, 99.9)) if valid.size else 1.0
    marked = [threshold for threshold in thresholds if np.isfinite(threshold)]
    top = max([top, *(1.5 * abs(threshold) for threshold in marked)])
    top = top or 1.0
    axes.set_facecolor("#bdbdbd")
    picture = axes.imshow(shown, cmap="PuOr_r", vmin=-top, vmax=top, extent=view.extent)
    figure = axes.figure
    colour_bar = figure.colorbar(picture, cax=bar, extend="both")
    colour_bar.ax.tick_params(labelsize=SMALL)
    low = bar.get_position().height * figure.get_figheight() < 2.9  # type: ignore[union-attr]
    unit = "[sd]" if low else "[standard deviations of the clean scene]"
    colour_bar.set_label(f"score {unit}", fontsize=SMALL)
    for threshold in marked:
        colour_bar.ax.axhline(threshold, color="black", linewidth=1.2)


def draw_outlines(axes: Axes, over: Annotation, width: float = 1.3) -> None:
    """Draw each plume's outline in its chemical's colour, with a dark edge."""
    for plume in over.plumes:
        outline = over.outlines.get(plume.id)
        if outline is None or outline.is_empty:
            continue
        patches = [
            PathPatch(
                Outline.make_compound_path(
                    *(
                        Outline(np.asarray(ring.coords)[:, :2])
                        for ring in (p.exterior, *p.interiors)
                    )
                )
            )
            for p in outline.geoms
        ]
        for colour, size in (("black", width + 1.2), (over.colours[plume.chemical], width)):
            axes.add_collection(
                PatchCollection(patches, facecolor="none", edgecolor=colour, linewidth=size)
            )


def label_plumes(
    axes: Axes, over: Annotation, view: View, kept_free: Sequence[Bbox] = (), most: int = 12
) -> None:
    """Write number and chemical beside the strongest plumes, nowhere over each other.

    A label for which there is no free place is left out: the outline and the table remain.

    Parameters
    ----------
    kept_free
        Boxes in the figure's pixels (left, bottom, right, top) that something else has taken.
    """
    figure = axes.figure
    renderer = figure.canvas.get_renderer()  # type: ignore[attr-defined]
    frame = axes.get_window_extent(renderer)
    shown = [plume for plume in over.plumes if view.shows(plume)]
    taken = [_pixel_box(axes, plume) for plume in shown]
    taken += [(box.x0, box.y0, box.x1, box.y1) for box in kept_free]
    for plume in shown[:most]:
        text = axes.annotate(
            f"{plume.id} {spoken_mixture(plume)}",
            (0, 0), xycoords="figure pixels", fontsize=SMALL, fontweight="bold",
            color=over.colours[plume.chemical], annotation_clip=False, zorder=5,
            path_effects=[withStroke(linewidth=2.2, foreground="black")],
        )  # fmt: skip
        size = text.get_window_extent(renderer)
        place = _free_place(_pixel_box(axes, plume), (size.width, size.height), frame.extents,
                            taken)  # fmt: skip
        if place is None:
            text.remove()
            continue
        text.set_position(place)
        text.xy = place
        taken.append((*place, place[0] + size.width, place[1] + size.height))


def _pixel_box(axes: Axes, plume: Plume) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of a plume in the figure's pixels."""
    corners = axes.transData.transform(
        [(plume.sample_min, plume.line_max + 1), (plume.sample_max + 1, plume.line_min)]
    )
    (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
    return float(left), float(bottom), float(right), float(top)


def _free_place(
    around: tuple[float, float, float, float],
    size: tuple[float, float],
    frame: Sequence[float],
    taken: Sequence[tuple[float, float, float, float]],
) -> tuple[float, float] | None:
    """Return the lower left corner for a label beside a box, inside the frame, off the others."""
    left, bottom, right, top = around
    width, height = size
    middle_x, middle_y = (left + right - width) / 2, (bottom + top - height) / 2
    for gap in (5, 5 + height, 5 + 2 * height, 5 + 4 * height):
        for x, y in (
            (right + gap, middle_y), (middle_x, top + gap), (middle_x, bottom - gap - height),
            (left - gap - width, middle_y), (right + gap, top), (left - gap - width, top),
            (right + gap, bottom - height), (left - gap - width, bottom - height),
            (left + gap, top + gap), (right - gap - width, top + gap),
            (left + gap, bottom - gap - height), (right - gap - width, bottom - gap - height),
        ):  # fmt: skip
            inside = (
                x >= frame[0] + 2 and y >= frame[1] + 2
                and x + width <= frame[2] - 2 and y + height <= frame[3] - 2
            )  # fmt: skip
            free = all(
                x > t[2] + 2 or x + width < t[0] - 2 or y > t[3] + 1 or y + height < t[1] - 1
                for t in taken
            )
            if inside and free:
                return x, y
    return None


def draw_scale(
    axes: Axes, geometry: Geometry, view: View, north: tuple[float, float] | None
) -> tuple[Bbox, ...]:
    """Draw a scale bar in the lower left corner and an arrow to north in the upper right one.

    Returns
    -------
    Their boxes in the figure's pixels.
    """
    size_m = geometry.pixel_size_m()
    stroke = [withStroke(linewidth=3, foreground="black")]
    drawn: list[Artist] = []
    if np.isfinite(size_m) and size_m > 0:
        length_m = scale_bar_m(view.n_samples * size_m)
        across = length_m / size_m / view.n_samples
        words = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
        bar_stroke = [withStroke(linewidth=4.5, foreground="black")]
        drawn += axes.plot([0.03, 0.03 + across], [0.04, 0.04], transform=axes.transAxes,
                           color="white", linewidth=2.5, solid_capstyle="butt",
                           path_effects=bar_stroke)  # fmt: skip
        drawn.append(
            axes.text(0.03 + across / 2, 0.055, words, transform=axes.transAxes, color="white",
                      fontsize=SMALL, ha="center", va="bottom", path_effects=stroke)
        )  # fmt: skip
    if north is not None:
        # Lines run downwards in the picture: its y axis is turned.
        across, up = north[0], -north[1]

        def shifted(points: float) -> Transform:
            move = ScaledTranslation(
                (points * across - 26) / 72, (points * up - 26) / 72, axes.figure.dpi_scale_trans
            )
            return axes.transAxes + move

        corner = (1.0, 1.0)
        arrow = axes.annotate("", corner, corner, xycoords=shifted(8), textcoords=shifted(-16),
                              arrowprops={"arrowstyle": "-|>", "color": "white", "linewidth": 1.8,
                                          "path_effects": stroke})  # fmt: skip
        letter = axes.text(*corner, "N", transform=shifted(13), color="white", fontsize=SMALL,
                           fontweight="bold", ha="center", va="center",
                           path_effects=stroke)  # fmt: skip
        drawn += [arrow, letter]
    renderer = axes.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    return tuple(artist.get_window_extent(renderer) for artist in drawn)


def gases_shown(detections: Detections) -> tuple[str, ...]:
    """Return the gases whose scores a picture shows: those found, else all searched."""
    searched = tuple(gas.name for gas in detections.gases)
    found = {plume.chemical for plume in detections.plumes} | {
        name for p in detections.plumes if p.chemical == UNKNOWN for name, _ in p.alternatives[:1]
    }
    return tuple(name for name in searched if name in found) or searched
