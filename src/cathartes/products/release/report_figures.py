"""Map and spectrum of a released finding, drawn from what is told alone."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.transforms import Affine2D
from shapely import LineString, Point

from cathartes.casework.release_content import Finding, Image, Spectrum
from cathartes.products.map_marks import INK, SOURCE
from cathartes.products.release.features import cell_area, plume_area
from cathartes.products.release.words import ReleaseWords
from cathartes.products.report_map import DARKEST, PALEST, GroundMap
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.offset import moved

_GAP = 4.0
"""A line is broken where bands lie so many times farther apart than usual."""


def draw_finding_map(axes: Axes, finding: Finding, shape: float) -> None:
    """Draw the cell, the circle that holds the place, the plume's cells and the ground.

    Parameters
    ----------
    shape
        Width of the axes over their height.
    """
    place, cell = finding.place, finding.place.cell
    centre = (cell.longitude_deg, cell.latitude_deg)
    plume = plume_area(finding)
    reach = place.radius_m
    ends = [
        Point(moved(*centre, east, north)) for east, north in ((-reach, -reach), (reach, reach))
    ]
    shown = [cell_area(finding), LineString(ends), *([] if plume is None else [plume])]
    ground = GroundMap.of(axes, LocalFrame(*centre), shown, shape)
    if finding.image is not None:
        _draw_image(ground, finding.image, _grid_turn_deg(ground, finding))
    if plume is not None:
        ground.draw_outline(plume, colour=INK, fill=0.18, width=0.8)
    ground.draw_outline(cell_area(finding), colour=SOURCE, fill=0.12, width=1.8)
    axes.add_patch(Circle((0, 0), reach, fill=False, ec=INK, ls="--", lw=1.2, zorder=6))
    ground.draw_scale()


def draw_spectrum(axes: Axes, spectrum: Spectrum, words: ReleaseWords) -> None:
    """Draw what was measured and the library's fit."""
    wavelength = np.array(spectrum.wavelength_um)
    order = np.argsort(wavelength, kind="stable")
    step = np.diff(wavelength[order])
    usual = np.median(step) if step.size else 0.0
    breaks = np.flatnonzero(step > _GAP * max(usual, 1e-9)) + 1
    x = np.insert(wavelength[order], breaks, np.nan)
    for values, style, width in ((spectrum.measured, "-", 1.1), (spectrum.fitted, "--", 1.4)):
        y = np.insert(np.array(values)[order], breaks, np.nan)
        axes.plot(x, y, style, color=INK if style == "-" else SOURCE, lw=width)
    axes.axhline(0, color="#999999", lw=0.6, zorder=0)
    axes.set_xlabel(words.say("spectrum_x"))
    axes.set_ylabel(words.say("spectrum_y"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: words.number(value, ".4g"))
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _grid_turn_deg(ground: GroundMap, finding: Finding) -> float:
    """Return how far the grid's east is turned from true east, anticlockwise."""
    south_west, south_east = np.array(finding.place.cell.square[:2])
    lon, lat = np.array([south_west, south_east]).T
    east, north = ground.frame.to_east_north(lon, lat)
    return float(np.degrees(np.arctan2(north[1] - north[0], east[1] - east[0])))


def _draw_image(ground: GroundMap, image: Image, turn_deg: float) -> None:
    grey = np.frombuffer(image.grey, np.uint8).reshape(image.pixels, image.pixels) / 255
    pale = np.where(grey < 1, DARKEST + (PALEST - DARKEST) * grey, 1.0)
    half, axes = image.side_m / 2, ground.axes
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        np.repeat(pale[:, :, None], 3, axis=2), extent=(-half, half, -half, half), zorder=0,
        aspect="auto", interpolation="nearest",
        transform=Affine2D().rotate_deg(turn_deg) + axes.transData,
    )  # fmt: skip
    axes.set_xlim(limits[0])
    axes.set_ylim(limits[1])
