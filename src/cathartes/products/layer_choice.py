"""Which images of a scan are written, and on which grid."""

from enum import StrEnum


class LayerChoice(StrEnum):
    """Of which gases images are written."""

    ALL = "all"
    """Every gas searched."""
    FOUND = "found"
    """Chemicals that a plume bears: its main one, and those more probably in it than not."""
    DETECTABILITY = "detectability"
    """Every gas searched, but of each the smallest detectable column alone."""
    NONE = "none"


class LayerGrid(StrEnum):
    """In which grid images are written."""

    SENSOR = "sensor"
    """(line, sample), as the data were taken."""
    MAP = "map"
    """(y, x) on a map, by the cube's geometry."""
