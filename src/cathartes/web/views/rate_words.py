"""What the parts of a rate's uncertainty come from, in words."""

from collections.abc import Mapping
from types import MappingProxyType

RATE_ERROR_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "noise": "noise of the column densities",
        "wind": "speed and direction of the wind",
        "outline": "what lies outside the outline",
        "column": "temperature contrast and signature",
        "height": "height of the source",
        "origin": "place of the origin",
        "terrain": "roughness of the terrain",
    }
)
"""By the names of `cathartes.locate.rate.ErrorParts`."""
