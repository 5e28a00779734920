"""Tiles of rasters: of evidence by its SHA-256, and of the operator's own layers."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from cathartes.errors import InputError
from cathartes.web.guard import CaseReader, LookReader, OnDesk, guarded_router
from cathartes.web.rasters import DEEPEST, Legend, legend_of, own_tile_png, tile_png
from cathartes.web.views.map_rasters import seen_raster
from cathartes.web.views.own_layers import own_layer_file

router: APIRouter = guarded_router()

_FOREVER = {"cache-control": "private, max-age=31536000, immutable"}
"""What is in a file of this hash never changes."""
_FOR_NOW = {"cache-control": "private, max-age=300"}

Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
LayerId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Band = Annotated[str, Query(max_length=200)]
"""Types of parts of addresses."""


class AskedColours(BaseModel):
    """What is asked of a tile's colours: by default those of the legend.

    Attributes
    ----------
    band
        Its description; "" for the first.
    low, high
        Values of the first and the last colour.
    colours
        Name of the colour map.
    """

    model_config = ConfigDict(frozen=True)

    band: str = Field("", max_length=200)
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    colours: Literal["", "puor_r", "gray", "cividis"] = ""


def _tile(
    z: Annotated[int, Path(ge=0, le=DEEPEST)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
) -> tuple[int, int, int]:
    """Return the tile asked for; InputError if it is none of the web map."""
    if max(x, y) >= 2**z:
        raise InputError(f"tile {z}/{x}/{y}: column and row below {2**z} are needed.")
    return z, x, y


AskedTile = Annotated[tuple[int, int, int], Depends(_tile)]


@router.get("/tiles/{sha256}/legend.json")
def show_legend(visitor: LookReader, desk: OnDesk, sha256: Sha256, band: Band = "") -> Legend:
    """Return what a raster's colours mean."""
    owned = seen_raster(desk, visitor, sha256)
    return legend_of(desk.evidence.fetch(sha256), owned.asset.role, band)


@router.get("/tiles/{sha256}/{z}/{x}/{y}.png", response_class=Response)
def show_tile(
    request: Request,
    visitor: LookReader,
    desk: OnDesk,
    sha256: Sha256,
    tile: AskedTile,
    asked: Annotated[AskedColours, Query()],
) -> Response:
    """Return a tile of a raster, transparent where it has nothing.

    Its legend says the range and the colours; other ones may be asked for, to compare rasters.
    """
    owned = seen_raster(desk, visitor, sha256)
    tag = _tag(request)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=_FOREVER | {"etag": tag})
    path = desk.evidence.fetch(sha256)
    legend = legend_of(path, owned.asset.role, asked.band)
    png = tile_png(
        path,
        tile,
        band=asked.band,
        colour_map=asked.colours or legend.colour_map,
        low=legend.low if asked.low is None else asked.low,
        high=legend.high if asked.high is None else asked.high,
    )
    return _picture(png, _FOREVER | {"etag": tag})


@router.get("/layers/{layer_id}.pmtiles", response_class=FileResponse)
def show_own_pmtiles(visitor: CaseReader, desk: OnDesk, layer_id: LayerId) -> Response:  # noqa: ARG001
    """Return an operator's own PMTiles file, or the ranges of it that are asked for."""
    path = own_layer_file(desk.settings.layers, layer_id, "pmtiles")
    return FileResponse(path, media_type="application/vnd.pmtiles", headers=_FOR_NOW)


@router.get("/layers/{layer_id}/{z}/{x}/{y}.png", response_class=Response)
def show_own_tile(
    visitor: CaseReader,  # noqa: ARG001
    desk: OnDesk,
    layer_id: LayerId,
    tile: AskedTile,
) -> Response:
    """Return a tile of an operator's own GeoTIFF, transparent where it has nothing."""
    path = own_layer_file(desk.settings.layers, layer_id, "raster")
    return _picture(own_tile_png(path, tile), _FOR_NOW)


def _picture(png: bytes, headers: dict[str, str]) -> Response:
    return Response(png, media_type="image/png", headers=headers)


def _tag(request: Request) -> str:
    """Return what tells this picture from others: its address, as it names the bytes' hash."""
    told = f"{request.url.path}?{request.url.query}"
    return f'"{hashlib.sha256(told.encode()).hexdigest()[:32]}"'
