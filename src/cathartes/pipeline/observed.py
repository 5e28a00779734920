"""What an analysis of one observation hands back: a record, its detections, files of evidence."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from cathartes.products.fingerprint import sha256_of
from cathartes.scenes.local_frame import LocalFrame
from cathartes.sites.detection import Detection
from cathartes.sites.observation import Asset, LookOutcome, Observation
from cathartes.sites.place import Place
from cathartes.store.evidence import EvidenceStore

MEDIA_TYPES = {
    ".tif": "image/tiff; application=geotiff",
    ".png": "image/png",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".npz": "application/x-npz",
    ".gpkg": "application/geopackage+sqlite3",
}
PUT_AT_ONCE = 4
"""Files of evidence: the disk, which is waited for, takes them together."""
LEAST_PLACE_SD_M = 1.0
"""No place is known better."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that becomes evidence, with what it is."""

    path: Path
    role: str
    chemical: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of one observation.

    Attributes
    ----------
    observation
        Without its assets, as long as the files are not in the evidence store.
    detections
    files
        Evidence, still in the working folder.
    timings_s
        Stage to seconds.
    """

    observation: Observation
    detections: tuple[Detection, ...] = ()
    files: tuple[EvidenceFile, ...] = ()
    timings_s: Mapping[str, float] = field(default_factory=dict)

    def kept(self, evidence: EvidenceStore) -> Observation:
        """Put the files into the evidence store, and return the observation with its assets."""
        with ThreadPoolExecutor(PUT_AT_ONCE) as pool:
            hashes = pool.map(evidence.put, (file.path for file in self.files))
            assets = tuple(
                Asset(
                    sha256=sha256,
                    role=file.role,
                    name=file.path.name,
                    media_type=MEDIA_TYPES.get(file.path.suffix, "application/octet-stream"),
                    size_bytes=file.path.stat().st_size,
                    chemical=file.chemical,
                )
                for file, sha256 in zip(self.files, hashes, strict=True)
            )
        return replace(self.observation, assets=assets)


def place_of_particles(
    longitude_deg: NDArray[np.float64], latitude_deg: NDArray[np.float64]
) -> Place:
    """Return the normal law with the mean and covariance of equally likely places.

    Parameters
    ----------
    longitude_deg, latitude_deg : (particle,) [deg]
        At least two.
    """
    frame = LocalFrame(float(np.median(longitude_deg)), float(np.median(latitude_deg)))
    east, north = frame.to_east_north(longitude_deg, latitude_deg)
    return place_about(frame, np.array([east.mean(), north.mean()]), np.cov(east, north))


def place_about(
    frame: LocalFrame, mean_m: NDArray[np.float64], covariance_m2: NDArray[np.float64]
) -> Place:
    """Return a place from mean (2,) [m] and covariance (2, 2) [m2] of east and north."""
    longitude, latitude = frame.to_lon_lat(mean_m[0], mean_m[1])
    least = LEAST_PLACE_SD_M**2
    return Place(
        longitude_deg=round(float(longitude), 7),
        latitude_deg=round(float(latitude), 7),
        east_var_m2=float(covariance_m2[0, 0]) + least,
        north_var_m2=float(covariance_m2[1, 1]) + least,
        cov_m2=float(covariance_m2[0, 1]),
    )


def content_hash(content: Mapping[str, JsonValue] | Sequence[JsonValue]) -> str:
    """Return the SHA-256 of a JSON value in one certain form, hexadecimal."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def file_facts(path: Path) -> tuple[str, str, int]:
    """Return a file's name, SHA-256 and size."""
    digest, size = sha256_of(path)
    return path.name, digest, size


def outcome_of(detections: Sequence[Detection], reason: str) -> LookOutcome:
    """Return what a look may say: inconclusive if there is a reason, whatever was seen."""
    if reason:
        return LookOutcome.INCONCLUSIVE
    return LookOutcome.DETECTIONS if detections else LookOutcome.NOTHING_FOUND
