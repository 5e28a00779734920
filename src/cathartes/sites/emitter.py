"""A lawful emitter: what is known to give something off, and why it may."""

from dataclasses import dataclass

from shapely import MultiPolygon, Point, Polygon

from cathartes.errors import InputError


@dataclass(frozen=True, slots=True)
class LawfulEmitter:
    """A place that lawfully gives something off: industry, a farm, a landfill, a treatment works.

    Attributes
    ----------
    id
        Unique among emitters.
    name, kind
        Kind in a word or two: ``dairy farm``.
    chemicals
        What it gives off, names of the library; empty: not known.
    area
        Point or polygon, longitude first.
    source
        Who says so.
    """

    id: str
    name: str
    kind: str
    chemicals: tuple[str, ...]
    area: Point | Polygon | MultiPolygon
    source: str = ""

    def __post_init__(self) -> None:
        if self.area.is_empty or not self.area.is_valid:
            raise InputError(
                f"lawful emitter {self.id}: its area is empty or crosses itself; a point or a "
                "simple polygon is needed."
            )
