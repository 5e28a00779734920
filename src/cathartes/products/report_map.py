"""Ground from above on a printed page: outlines, places with their ellipses, emitters, context."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import rasterio
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.io import MemoryFile
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT
from shapely.geometry.base import BaseGeometry

from cathartes.errors import EvidenceError
from cathartes.products.map_marks import INK, draw_scale
from cathartes.products.outline import polygons_of
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.place import Place

ELLIPSE_SHARE = 0.9
LEAST_EXTENT_M = 150.0
CONTEXT_PX = 600
PALEST, DARKEST = 1.0, 0.62
"""Greys of the ground: it must not hide what lies on it."""
MOST_LABELS = 25
_STROKE = [withStroke(linewidth=2.0, foreground="white")]


@dataclass(frozen=True, slots=True)
class GroundMap:
    """A map in metres about a place, with the page's axes to draw on."""

    axes: Axes
    frame: LocalFrame

    @classmethod
    def of(
        cls, axes: Axes, frame: LocalFrame, shown: Iterable[BaseGeometry], shape: float
    ) -> "GroundMap":
        """Return a map that shows geometries, longitude first, with a margin.

        Parameters
        ----------
        shape
            Width of the axes over their height.
        """
        corners = shapely.get_coordinates(list(shown))
        east, north = frame.to_east_north(corners[:, 0], corners[:, 1])
        middle = (east.min() + east.max()) / 2, (north.min() + north.max()) / 2
        height = max(
            float(np.ptp(north)), float(np.ptp(east)) / shape, LEAST_EXTENT_M / min(shape, 1)
        )
        height *= 1.15
        axes.set_xlim(middle[0] - shape * height / 2, middle[0] + shape * height / 2)
        axes.set_ylim(middle[1] - height / 2, middle[1] + height / 2)
        axes.autoscale(enable=False)
        axes.set_xticks([])
        axes.set_yticks([])
        return cls(axes, frame)

    def draw_context(self, *contents: bytes) -> tuple[float, float] | None:
        """Draw images of the ground in pale greys, all with the same ones.

        Parameters
        ----------
        *contents
            Evidence of role ``context``, in one unit; the first lies uppermost.

        Returns
        -------
        What darkest and palest grey stand for, in the image's unit; None if none of it is here.

        Raises
        ------
        EvidenceError
            If it is no image.
        """
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        n_y = max(1, round(CONTEXT_PX * (north - south) / (east - west)))
        values = np.full((n_y, CONTEXT_PX), np.nan, dtype=np.float32)
        for content in contents:
            values = np.where(np.isfinite(values), values, self._on_page(content, values.shape))
        seen = values[np.isfinite(values)]
        if not seen.size:
            return None
        low, high = (float(v) for v in np.quantile(seen, [0.02, 0.98]))
        part = np.clip((values - low) / max(high - low, 1e-30), 0, 1)
        grey = np.where(np.isfinite(part), DARKEST + (PALEST - DARKEST) * part, 1.0)
        self.axes.imshow(
            np.repeat(grey[:, :, None], 3, axis=2), extent=(west, east, south, north), zorder=0,
            aspect="auto", interpolation="nearest",
        )  # fmt: skip
        return low, high

    def _on_page(self, content: bytes, shape: tuple[int, int]) -> NDArray[np.float32]:
        """Return an image on the page's grid: (y, x), NaN where it has no value."""
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        n_y, n_x = shape
        place = Affine((east - west) / n_x, 0.0, west, 0.0, -(north - south) / n_y, north)
        try:
            with (
                MemoryFile(content) as memory,
                memory.open() as image,
                WarpedVRT(
                    image, crs=self.frame.crs, width=n_x, height=n_y, nodata=float("nan"),
                    transform=place, resampling=Resampling.bilinear,
                ) as warped,
            ):  # fmt: skip
                values: NDArray[np.float32] = warped.read(1)
        except rasterio.errors.RasterioError as error:
            raise EvidenceError(
                f"a context image can't be read ({error}); run cathartes casebook check."
            ) from error
        return values

    def draw_outline(
        self, outline: BaseGeometry, label: str = "", *, colour: object = INK, style: str = "-",
        fill: float = 0.0, hatch: str = "", width: float = 1.2,
    ) -> None:  # fmt: skip
        """Draw polygons, longitude first, with a label in their middle."""
        for polygon in polygons_of(outline):
            rings = [self._metres(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
            path = Outline.make_compound_path(*(Outline(ring) for ring in rings))
            if fill:
                self.axes.add_patch(PathPatch(path, fc=colour, ec="none", alpha=fill, zorder=2))
            line = PathPatch(path, fill=False, ec=colour, lw=width, ls=style, hatch=hatch, zorder=3)
            if fill:  # seen on any ground
                line.set_path_effects([withStroke(linewidth=width + 1.4, foreground="white")])
            self.axes.add_patch(line)
        if label and not outline.is_empty:
            middle = outline.representative_point()
            self.draw_label(middle.x, middle.y, label)

    def draw_label(
        self, longitude_deg: float, latitude_deg: float, text: str, *, beside: bool = False
    ) -> None:
        """Write at a place, or beside it, unless it is outside."""
        east, north = (float(v) for v in self.frame.to_east_north(longitude_deg, latitude_deg))
        self.axes.annotate(
            text, (east, north), (11, 9) if beside else (0, 0), textcoords="offset points",
            ha="center", va="center", fontsize=8, fontweight="bold", path_effects=_STROKE,
            zorder=7, clip_on=True,
        )  # fmt: skip

    def draw_place(self, place: Place, *, width: float = 1.6) -> None:
        """Draw a cross with the ellipse of 90 %."""
        east, north = (
            float(v) for v in self.frame.to_east_north(place.longitude_deg, place.latitude_deg)
        )
        scale = np.sqrt(-2 * np.log(1 - ELLIPSE_SHARE))
        values, vectors = np.linalg.eigh(place.covariance_m2)
        angle = float(np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])))
        self.axes.add_patch(
            Ellipse(
                (east, north),
                2 * scale * np.sqrt(values[1]),
                2 * scale * np.sqrt(values[0]),
                angle=angle,
                fill=False,
                ec=INK,
                lw=width,
                zorder=6,
            )
        )
        self.axes.plot([east], [north], marker="+", ms=9, mew=width, color=INK, zorder=6)

    def draw_emitters(self, emitters: Sequence[LawfulEmitter]) -> None:
        """Draw lawful emitters hatched, with their names."""
        for emitter in emitters:
            middle = emitter.area.centroid
            east, north = (float(v) for v in self.frame.to_east_north(middle.x, middle.y))
            if emitter.area.geom_type == "Point":
                self.axes.plot([east], [north], marker="s", ms=7, mfc="none", mec=INK, zorder=4)
            else:
                self.draw_outline(emitter.area, colour="#444444", hatch="////", width=0.8)
            (west, right), (south, top) = self.axes.get_xlim(), self.axes.get_ylim()
            if west < east < right and south < north < top:
                name = emitter.name if len(emitter.name) <= 32 else f"{emitter.name[:31]}…"
                self.axes.annotate(
                    name, (east, north), (0, -9), textcoords="offset points", ha="center", va="top",
                    fontsize=7, style="italic", path_effects=_STROKE, zorder=7, clip_on=True,
                )  # fmt: skip

    def draw_scale(self) -> None:
        """Draw a scale bar and where north is."""
        draw_scale(self.axes)

    def _metres(self, coordinates: Iterable[Sequence[float]]) -> NDArray[np.float64]:
        lon_lat = np.array([point[:2] for point in coordinates])
        return np.column_stack(self.frame.to_east_north(lon_lat[:, 0], lon_lat[:, 1]))
