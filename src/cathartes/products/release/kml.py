"""The finding as KML 2.2, for globes.

References
----------
Open Geospatial Consortium, OGC 07-147r2, "OGC KML", version 2.2.0, 2008.
"""

from xml.etree import ElementTree as ET

from shapely import Polygon
from shapely.geometry.polygon import orient

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.features import ReleaseFeature, release_features
from cathartes.products.release.markup import add, xml_bytes
from cathartes.products.release.statements import (
    envelope_facts,
    finding_facts,
    looks_text,
    withheld_text,
)
from cathartes.products.release.words import ReleaseWords, marking_of, title_of

_STYLES = {"cell": ("ff1c12c1", "4d1c12c1"), "plume": ("ff222222", "40222222")}
"""Line and fill, aabbggrr."""


def release_kml(content: ReleaseContent, words: ReleaseWords) -> bytes:
    """Return the features with what is told of them in words."""
    root = ET.Element("kml", {"xmlns": "http://www.opengis.net/kml/2.2"})
    document = add(root, "Document")
    add(document, "name", f"{marking_of(content)} · {title_of(content, words)}")
    for role, (line, fill) in _STYLES.items():
        style = add(document, "Style", id=role)
        add(add(style, "LineStyle"), "color", line)
        add(add(style, "PolyStyle"), "color", fill)
    for one in reversed(release_features(content)):  # the cell lies above the plume
        _add_placemark(document, content, one, words)
    return xml_bytes(root)


def _add_placemark(
    document: ET.Element, content: ReleaseContent, feature: ReleaseFeature, words: ReleaseWords
) -> None:
    mark = add(document, "Placemark")
    add(mark, "name", words.say(f"{feature.role}_name"))
    finding = content.finding
    if feature.role == "cell" and finding is not None:
        facts = [*finding_facts(finding, words), *envelope_facts(content, words)]
        lines = [marking_of(content), *(f"{label}: {text}" for label, text in facts)]
        looks = looks_text(finding, words)
        lines += [looks] if looks else []
        lines.append(f"{words.say('withheld_note')} {withheld_text(content, words)}")
        add(mark, "description", "\n".join(lines))
    add(mark, "styleUrl", f"#{feature.role}")
    geometry = add(mark, "MultiGeometry")
    for polygon in feature.area.geoms:
        _add_polygon(geometry, orient(polygon))


def _add_polygon(parent: ET.Element, polygon: Polygon) -> None:
    element = add(parent, "Polygon")
    rings = [("outerBoundaryIs", polygon.exterior)]
    rings += [("innerBoundaryIs", ring) for ring in polygon.interiors]
    for where, ring in rings:
        told = " ".join(f"{x:.7f},{y:.7f}" for x, y in ring.coords)
        add(add(add(element, where), "LinearRing"), "coordinates", told)
