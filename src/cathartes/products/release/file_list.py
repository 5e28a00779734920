"""The names of a package's files, in the order in which a person reads of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileKind:
    """One file: its name, its media type, and the key of what it is in words."""

    name: str
    media_type: str
    words: str


SUMMARY = FileKind("summary.txt", "text/plain", "file_summary")
REPORT = FileKind("report.pdf", "application/pdf", "file_report")
GEOJSON = FileKind("finding.geojson", "application/geo+json", "file_geojson")
GEOPACKAGE = FileKind("finding.gpkg", "application/geopackage+sqlite3", "file_gpkg")
KML = FileKind("finding.kml", "application/vnd.google-earth.kml+xml", "file_kml")
GROUND = FileKind("ground.png", "image/png", "file_ground")
NOTIFICATION = FileKind("notification.xml", "application/cap+xml", "file_notification")
CONTENT = FileKind("content.json", "application/json", "file_content")
STAC_ITEM = FileKind("stac-item.json", "application/geo+json", "file_stac")
PROVENANCE = FileKind("provenance.json", "application/json", "file_provenance")

FILE_KINDS = (
    SUMMARY, REPORT, GEOJSON, GEOPACKAGE, KML, GROUND, NOTIFICATION, CONTENT, STAC_ITEM, PROVENANCE,
)  # fmt: skip
