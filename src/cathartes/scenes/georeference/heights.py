"""What heights are measured from: asked for, never guessed."""

from dataclasses import replace
from enum import StrEnum

import numpy as np

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.geometry import lon_lat_transformer
from cathartes.scenes.georeference.navigation import Navigation
from cathartes.scenes.georeference.terrain import HeightGrid, Terrain


class HeightReference(StrEnum):
    """The surface that heights are measured from."""

    ELLIPSOID = "ellipsoid"
    """WGS 84, as satellite navigation gives them."""
    SEA = "sea"
    """The geoid: heights above mean sea level, orthometric heights."""


def chosen_reference(
    stated: HeightReference | None, given: HeightReference | None, what: str, how: str
) -> HeightReference:
    """Return what heights are measured from, by the file or by the user.

    Parameters
    ----------
    stated, given
        By the file, and by the user; None if not.
    what, how
        Whose heights, and how to say it, for messages.

    Raises
    ------
    SettingsError
        If neither says, or the two differ.
    """
    if stated is None and given is None:
        raise SettingsError(
            f"{what}: nothing says whether heights are above the ellipsoid or above the sea, which "
            f"differ by up to 100 m; {how}."
        )
    if stated is not None and given is not None and stated != given:
        raise SettingsError(
            f"{what}: the file says heights above the {stated.value}, and {given.value} was given; "
            "correct one of them."
        )
    return stated or given or HeightReference.ELLIPSOID


def navigation_on_ellipsoid(
    navigation: Navigation, reference: HeightReference, geoid: Terrain | None
) -> Navigation:
    """Return a flight with altitudes above the ellipsoid.

    Parameters
    ----------
    navigation
        With altitudes as they were read.
    reference
        What those are measured from.
    geoid
        The geoid's heights above the ellipsoid.

    Raises
    ------
    SettingsError
        If the geoid is needed and not given.
    InputError
        If it does not cover the flight.
    """
    if reference is HeightReference.ELLIPSOID:
        return navigation
    track = navigation.track
    height = _needed(geoid, "the navigation's").altitude_at(track.longitude_deg, track.latitude_deg)
    _check_covered(np.isnan(height), "flight")
    return navigation.at_heights_above(height)


def grid_on_ellipsoid(
    heights: HeightGrid, reference: HeightReference, geoid: Terrain | None
) -> HeightGrid:
    """Return a grid of heights above the ellipsoid.

    Parameters
    ----------
    heights
        As they were read.
    reference, geoid
        As for `navigation_on_ellipsoid`.

    Raises
    ------
    SettingsError
        If the geoid is needed and not given.
    InputError
        If it does not cover the grid.
    """
    if reference is HeightReference.ELLIPSOID:
        return heights
    row, column = np.indices(heights.grid.shape) + 0.5
    a, b, c0, d, e, f0 = heights.grid.transform
    lon, lat = lon_lat_transformer(heights.grid.crs).transform(
        a * column + b * row + c0, d * column + e * row + f0
    )
    height = _needed(geoid, "the terrain's").altitude_at(lon, lat)
    _check_covered(np.isnan(height) & np.isfinite(heights.height_m), "terrain")
    return replace(heights, height_m=heights.height_m + height)


def _needed(geoid: Terrain | None, whose: str) -> Terrain:
    if geoid is None:
        raise SettingsError(
            f"{whose} heights are above the sea, and the geoid's height above the ellipsoid is not "
            "given; give --geoid: a number in metres, or a GeoTIFF of it (such as EGM96, EGM2008)."
        )
    return geoid


def _check_covered(unknown: np.typing.NDArray[np.bool_], what: str) -> None:
    if unknown.any():
        raise InputError(
            f"the geoid's grid does not cover {unknown.mean():.0%} of the {what}; give one that "
            "does, or its height here as a number."
        )
