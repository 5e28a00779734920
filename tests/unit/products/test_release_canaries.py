"""Nothing withheld is in any byte of any file of a release: canaries are planted everywhere.

Rationale: a withheld value leaks by ways nobody thought of (a WKB, a PNG's text, a free page of a
database, the distance to a third place). So it is not the code that is read but the bytes that go
out, unpacked as deep as they go. Each needle is shown to be found where it may be: a search that
finds nothing proves nothing.
"""

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import mgrs
import numpy as np
import pyrage
import pytest
import rasterio
import shapely
from rasterio.io import MemoryFile

from cathartes.casework.grid_cell import cell_of
from cathartes.casework.partner import CellSize, Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_material import Notice
from cathartes.casework.tlp import Tlp
from cathartes.products.release.files import package_files, release_files
from cathartes.products.release.ground import ground_image
from cathartes.sealing.package import write_package
from cathartes.sealing.statement import Kind, PackageFacts
from made_up_packages import SIGNED, key
from made_up_release import (
    CHEMICAL,
    ISSUED_UTC,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    OTHER_CHEMICAL,
    SECRETS,
    SEEN_UTC,
    detection,
    material,
    partner,
)
from needles import exact_numbers, found, of_this_machine, written
from unpacked import pieces

TOLD_BY: Mapping[Field, tuple[str, ...]] = {
    Field.CHEMICALS: (CHEMICAL, "canarium chloride"),
    Field.PROBABILITY: ("probability 0.93", '"probability":{'),
    Field.RATE: ("130 kg/h", '"rate_kg_h":{'),
    Field.FIRST_SEEN: ("2026-03-12",),
    Field.LAST_SEEN: ("2026-03-13",),
    Field.PLUME_OUTLINE: ('"plume_cells":[', "cells that the plume touched"),
    Field.COLUMN_DENSITY: ("ppm m, mean over", '"mean_ppm_m"'),
    Field.SPECTRUM: ('"spectrum":{', "clear of the ground"),
    Field.MAP_IMAGE: ('"image":{', "the ground as the sensor saw it"),
    Field.EMPTY_LOOKS: ("Conclusive looks", '"n_empty":1'),
    Field.LAWFUL_EMITTERS: ("Granja El Ejemplo", "dairy farm"),
    Field.REVIEWERS_CONFIDENCE: ("with high confidence", '"reviewers_confidence":"high"'),
    Field.FLAGS: ("background differs", '"flags":["background"]'),
    Field.EVIDENCE_TEXT: ("before anything was seen", '"log_odds"'),
    Field.SENSOR_KIND: ("imaging spectrometer",),
    Field.HOURS: ("T14Z", "14:00"),
}
"""Told if the field is allowed, and only then; hours only beside a day."""
PROFILES = {
    "nothing": (), **{one.value: (one,) for one in Field}, "everything": tuple(Field),
    "day": (Field.FIRST_SEEN, Field.HOURS),
}  # fmt: skip


@cache
def unpacked(fields: tuple[Field, ...], cell_m: CellSize, notice: Notice = Notice.ALERT):
    files = release_files(content_for(partner(*fields, cell_m=cell_m), material(notice)))
    return tuple(piece for name, data in files.items() for piece in pieces(data, name))


def exact(decimals: int = 5) -> list[bytes]:
    """Return what tells the exact places and moments of the made-up finding."""
    corners = [(LONGITUDE_DEG, LATITUDE_DEG)]
    for number in (0, 1):
        one = detection(number)
        corners += [(x, y) for x, y in shapely.get_coordinates(one.outline).tolist()]
        corners.append((one.sources[0].place.longitude_deg, one.sources[0].place.latitude_deg))
    return exact_numbers(corners, SEEN_UTC, decimals)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_field_is_told_only_where_it_is_allowed(profile):
    fields = PROFILES[profile]
    all_pieces = unpacked(fields, 100)
    has_day = {Field.FIRST_SEEN, Field.LAST_SEEN} & set(fields)
    for field, needles in TOLD_BY.items():
        told = found((one.encode() for one in needles), all_pieces)
        if field in fields and (field is not Field.HOURS or has_day):
            assert len(told) >= len(needles), field
        else:
            assert not told, field


@pytest.mark.parametrize("cell_m", [10, 100, 1000])
@pytest.mark.parametrize("fields", [(), tuple(Field)], ids=["nothing", "everything"])
def test_what_surrounds_a_finding_never_goes_out(fields, cell_m):
    """Names, ids, paths, exact places and moments: not even to who may have every field."""
    secrets = [one for text in (*SECRETS, OTHER_CHEMICAL) for one in written(text)]
    needles = [*secrets, *exact(6 if cell_m == 10 else 5), *of_this_machine()]
    assert found(needles, unpacked(fields, cell_m)) == []


@pytest.mark.parametrize("cell_m", [100, 1000])
def test_no_finer_cell_is_named(cell_m):
    place = (LONGITUDE_DEG, LATITUDE_DEG)
    finer = [cell_of(*place, size).mgrs for size in (10, 100) if size < cell_m]
    finer.append(str(mgrs.MGRS().toMGRS(*place[::-1], MGRSPrecision=5)))
    assert found((one.encode() for one in finer), unpacked(tuple(Field), cell_m)) == []


def test_measured_numbers_go_out_rounded():
    """In page descriptions such digits stand for places on the paper: the text is searched."""
    exact = ("0.9312", "0.8034", "0.9745", "0.973", "131.7", "61.3", "303.1", "123.456", "47.31",
             "11.77", "1.2345", "9.5137")  # fmt: skip
    readable = [
        (where, data) for where, data in unpacked(tuple(Field), 100)
        if not where.startswith("report.pdf") or "/text" in where
    ]  # fmt: skip
    assert found((one.encode() for one in exact), readable) == []


def test_a_recall_tells_nothing_of_the_site():
    needles = [one.encode() for many in TOLD_BY.values() for one in many]
    needles += [one for text in (*SECRETS, "13Q", "mgrs") for one in written(text)]
    told = unpacked(tuple(Field), 100, Notice.CANCEL)
    assert found([*needles, *exact()], told) == []
    assert found([b"R-2031-0006"], told)


def test_what_is_told_is_found_in_every_file():
    """The search itself: the release's id is found in each file, through all its packing."""
    all_pieces = unpacked(tuple(Field), 100)
    where = {name.split("/")[0] for name, data in all_pieces if b"R-2031-0007" in data}
    assert where == {name.split("/")[0] for name, _ in all_pieces} - {"ground.png"}
    assert f"{ISSUED_UTC:%Y-%m-%d}".encode() in b"".join(data for _, data in all_pieces)


@pytest.mark.parametrize("fields", [(), tuple(Field)], ids=["nothing", "everything"])
def test_nothing_is_added_where_the_files_are_packed(fields):
    """The package as its partner opens it: archive, manifest, statement and README as well."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    to = replace(partner(*fields), age_recipient=recipient)
    content = content_for(to, material())
    facts = PackageFacts(
        Kind.RELEASE, content.release_id, to.id, Tlp(content.tlp), content.sha256, SIGNED
    )
    sealed = write_package(package_files(content), facts, key("sender"), recipient)
    archive = pyrage.decrypt(sealed, [identity])
    opened = tuple(pieces(archive))
    secrets = [one for text in (*SECRETS, OTHER_CHEMICAL) for one in written(text)]
    assert found([*secrets, *exact(), *of_this_machine(), b"canary"], opened) == []
    assert {where.split("/")[1] for where, _ in opened[1:]} >= {"report.pdf", "README.txt"}
    assert found([content.sha256.encode()], opened)


def test_needles_are_found_however_deep_they_are_packed():
    text = zlib.compress(b"CANARY-SN-4471")
    body = b"Comment\0\0" + text
    crc = zlib.crc32(b"zTXt" + body)
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(body)) + b"zTXt" + body
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("a.gz", gzip.compress(png + struct.pack(">I", crc)))
        archive.comment = b"canary-host"
    told = list(pieces(whole.getvalue()))
    assert found([b"canary-sn-4471"], told)
    assert found([b"canary-host"], told)
    assert not found([b"another"], told)


def test_tags_of_an_image_stay_behind():
    profile = {
        "driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "float32",
        "crs": "EPSG:4326", "transform": rasterio.transform.from_origin(-103.35, 20.68, 1e-3, 1e-3),
    }  # fmt: skip
    with MemoryFile() as memory:
        with memory.open(**profile) as image:
            image.write(np.arange(64, dtype=np.float32).reshape(8, 8), 1)
            image.update_tags(TIFFTAG_SOFTWARE="canary-host", sortie="canary-sortie-0312")
            image.set_band_description(1, "CANARY-SN-4471")
        tiff = memory.read()
    assert b"canary-host" in tiff
    grey = ground_image(tiff)
    assert (grey.width, grey.height, min(grey.grey), max(grey.grey)) == (8, 8, 0, 254)
    assert list(grey.grey) == sorted(grey.grey)
    assert found([b"canary"], [("grey", grey.grey)]) == []
