"""What the numbers of a cube may be."""

from enum import StrEnum


class Quantity(StrEnum):
    """What a cube's numbers are."""

    RADIANCE = "radiance"
    """[W m-2 sr-1 um-1]"""
    REFLECTANCE = "reflectance"
    """Dimensionless; only the reflective range can be searched in it."""
