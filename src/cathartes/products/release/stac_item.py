"""The finding as a STAC item 1.1.0 with the processing and file extensions: a card for catalogues.

References
----------
SpatioTemporal Asset Catalog, "STAC Item Specification", version 1.1.0; extensions
"Processing" v1.2.0 and "File Info" v2.1.0.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue

from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.products.release.features import cell_area, json_bytes
from cathartes.products.release.file_list import FILE_KINDS
from cathartes.products.release.words import ReleaseWords, marking_of, title_of

EXTENSIONS = (
    "https://stac-extensions.github.io/file/v2.1.0/schema.json",
    "https://stac-extensions.github.io/processing/v1.2.0/schema.json",
)
_SHA256_MULTIHASH = "1220"
"""Code of the hash and its length in bytes, hexadecimal."""


def stac_item(content: ReleaseContent, files: Mapping[str, bytes], words: ReleaseWords) -> bytes:
    """Return the item of a content that has a finding.

    Parameters
    ----------
    files
        That it lists, by name, with their hashes.
    """
    finding = content.finding
    if finding is None:
        raise ValueError("a recall has no place on the map, and so no STAC item.")
    area = cell_area(finding).geoms[0]
    properties: dict[str, JsonValue] = {
        "title": f"{marking_of(content)} · {title_of(content, words)}",
        **_times(content, finding, words),
        "processing:facility": content.sender.name,
        "processing:lineage": words.say("lineage"),
        "mgrs": finding.place.cell.mgrs,
    }
    item: dict[str, JsonValue] = {
        "type": "Feature",
        "stac_version": "1.1.0",
        "stac_extensions": list(EXTENSIONS),
        "id": content.release_id,
        "geometry": {"type": "Polygon", "coordinates": [[list(p) for p in area.exterior.coords]]},
        "bbox": list(area.bounds),
        "properties": properties,
        "links": [],
        "assets": {
            kind.name.replace(".", "-"): {
                "href": f"./{kind.name}",
                "type": kind.media_type,
                "title": words.say(kind.words),
                "roles": ["thumbnail"] if kind.media_type == "image/png" else ["data"],
                "file:size": len(files[kind.name]),
                "file:checksum": _SHA256_MULTIHASH + hashlib.sha256(files[kind.name]).hexdigest(),
            }
            for kind in FILE_KINDS
            if kind.name in files
        },
    }
    return json_bytes(item)


def _times(content: ReleaseContent, finding: Finding, words: ReleaseWords) -> dict[str, JsonValue]:
    """Return when it was seen, if told from first to last; else when it was released."""
    issued = {"created": _moment(content.issued_utc), "updated": _moment(content.issued_utc)}
    first, last = finding.first_seen, finding.last_seen
    if first is None or last is None:
        return {
            "datetime": _moment(content.issued_utc),
            "description": words.say("stac_time_issued"),
            **issued,
        }
    end = last.begin_utc + timedelta(hours=last.hours)
    return {
        "datetime": None,
        "start_datetime": _moment(first.begin_utc),
        "end_datetime": _moment(end),
        **issued,
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
