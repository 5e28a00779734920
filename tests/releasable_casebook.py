"""A casebook with a finding that may be told, accounts of all roles, and secrets all around.

The finding is that of `made_up_release`, with its canaries; evidence files, sorties, reviews and
names of persons have some of their own.
"""

import io
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import rasterio
from argon2 import PasswordHasher

from cathartes.casework.mandate import Mandate
from cathartes.casework.review import Confidence, Flag, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.products.evidence_json import evidence_text, series
from cathartes.products.plume_spectra import PlumeSpectra, plume_record
from cathartes.products.sensitivity import (
    DETECTABLE_COLUMN,
    SMALLEST_RATE,
    SensitivityMap,
    write_sensitivity,
)
from cathartes.sites.observation import Asset, LookOutcome, Observation
from cathartes.store.interface import Job, Sortie
from cathartes.store.open import OpenedCasebook, open_casebook
from made_up_release import (
    CHEMICAL,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    SEEN_UTC,
    SENSOR_SERIAL,
    SORTIE,
    detection,
    emitters,
    mandate,
    observation,
    site,
)
from made_up_spectra import made_up_spectrum

SITE = "canary-site-1"
DRAFTER, REVIEWER, SECOND, APPROVER, KEEPER, BOTH = (
    "canary-analyst", "canary-reviewer", "canary-reviewer-2", "canary-approver", "adam", "eva",
)  # fmt: skip
GOOD = "correct horse battery"
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)
USERS = (
    User(DRAFTER, "canary-name of the drafter", (Role.ANALYST,)),
    User(REVIEWER, "canary-name of a reviewer", (Role.ANALYST,)),
    User(SECOND, "canary-name of another", (Role.ANALYST,)),
    User(APPROVER, "canary-name of the authority", (Role.RELEASE_AUTHORITY,)),
    User(KEEPER, "canary-name of the keeper", (Role.ADMINISTRATOR,)),
    User(BOTH, "canary-name of both", (Role.ANALYST, Role.RELEASE_AUTHORITY)),
)
MORE_SECRETS = (
    "canary-name", "canary note", "canary-platform", "canary-manifest", "canary-approver",
    "canary-tag", "canary-band", "canary-unit", "canary-machine",
)  # fmt: skip
"""Beside those of `made_up_release.SECRETS`."""
WORKER = "canary-machine:1:1"
_NUMBERS = count(1)
EMPTY, DOUBTFUL = 5, 6
"""Numbers of the other looks."""
SMALLEST_KG_H = 47.31


def fill(
    folder: Path,
    *,
    confidence: Confidence = Confidence.HIGH,
    reviewers: Sequence[str] = (REVIEWER, SECOND),
    under: Mandate | None = None,
) -> Path:
    """Make such a casebook, reviewed by these with this confidence, under a mandate if told."""
    shutil.copytree(_filled(confidence, tuple(reviewers), under or mandate()), folder)
    return folder


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="cathartes-releasable-")


@cache
def _filled(confidence: Confidence, reviewers: tuple[str, ...], under: Mandate) -> Path:
    """Return such a casebook to copy."""
    folder = Path(_folder().name) / f"casebook-{next(_NUMBERS)}"
    with open_casebook(folder, create=True) as opened:
        book = opened.casebook
        for user in USERS:
            book.add_user(user, "local:canary-host", SEEN_UTC)
            book.set_password(user.id, HASHED, "local:canary-host", SEEN_UTC)
        book.add_mandate(under, "local:canary-host", SEEN_UTC)
        manifest = {"sensor": SENSOR_SERIAL, "note": "canary-manifest"}
        book.put_sortie(
            Sortie(SORTIE, "M-1", "", "canary-platform", SEEN_UTC, SEEN_UTC, manifest),
            "local:canary-host",
            SEEN_UTC,
        )
        for number in (0, 1):
            record(opened, folder, observation(number), number)
        record(opened, folder, observation(EMPTY, LookOutcome.NOTHING_FOUND))
        record(opened, folder, observation(DOUBTFUL, LookOutcome.INCONCLUSIVE))
        book.put_sites([site()], (), "local:canary-host", SEEN_UTC)
        book.put_emitters(emitters(), "local:canary-host", SEEN_UTC)
        for number in (0, 1):
            for reviewer in reviewers:
                judged = Judgement(
                    Verdict.PLUME, confidence, RateVerdict.MAY_BE_GIVEN, (Flag.BACKGROUND,),
                    f"canary note of {reviewer}",
                )  # fmt: skip
                book.add_review(f"canary-observation-{number}-1", judged, reviewer, SEEN_UTC)
    return folder


def record(
    opened: OpenedCasebook,
    folder: Path,
    look: Observation,
    number: int | None = None,
    n_pixels: int = 300,
) -> None:
    """Record a look with its evidence, as a run does; of a number, with its detection."""
    book = opened.casebook
    told = {f.name: getattr(look, f.name) for f in look.__dataclass_fields__.values()}
    files = {"context": _context(folder / "canary-asset.tif", n_pixels)}
    if number is None:
        files["sensitivity"] = _sensitivity(folder / "canary-asset-2.tif")
    else:
        files["plume_spectra"] = _spectra(folder / "canary-asset.json")
    assets = tuple(
        Asset(
            opened.evidence.put(path), role, path.name, "canary-asset", path.stat().st_size,
            CHEMICAL,
        )
        for role, path in files.items()
    )  # fmt: skip
    for path in files.values():
        path.unlink()
    name = f"{look.name} {look.id[-1]}"  # looks of one name take each other's place
    whole = Observation(**(told | {"assets": assets, "name": name}))
    found = () if number is None else (detection(number),)
    book.put_jobs([Job(look.id, SORTIE, name, look.input_hash)])
    if book.claim_job([look.id], WORKER, SEEN_UTC, 60.0) is None:
        raise LookupError(look.id)
    if not book.record_observation(whole, found, {}, WORKER, "local:canary-host", SEEN_UTC):
        raise LookupError(look.id)


def _context(path: Path, n: int) -> Path:
    step = 1e-4
    profile = {
        "driver": "GTiff", "width": n, "height": n, "count": 1, "dtype": "float32",
        "crs": "EPSG:4326",
        "transform": rasterio.transform.from_origin(
            LONGITUDE_DEG - n / 2 * step, LATITUDE_DEG + n / 2 * step, step, step
        ),
    }  # fmt: skip
    y, x = np.mgrid[:n, :n]
    with rasterio.open(path, "w", **profile) as image:
        image.write((290 + np.sin(x / 9) + np.cos(y / 7)).astype(np.float32), 1)
        image.update_tags(TIFFTAG_SOFTWARE="canary-tag", TIFFTAG_HOSTCOMPUTER="canary-host")
        image.set_band_description(1, f"canary-band of {SENSOR_SERIAL}")
    return path


def _sensitivity(path: Path) -> Path:
    values = np.full((9, 9), SMALLEST_KG_H, np.float32)
    bands = {(SMALLEST_RATE, CHEMICAL): values, (DETECTABLE_COLUMN, CHEMICAL): values / 4}
    west, north = LONGITUDE_DEG - 0.0045, LATITUDE_DEG + 0.0045
    write_sensitivity(path, SensitivityMap(west, north, 0.001, 0.001, bands))
    return path


def _spectra(path: Path) -> Path:
    wavelength = np.linspace(8.0, 12.0, 80)
    spectrum = made_up_spectrum(wavelength, np.exp(-(((wavelength - 10.7) / 0.2) ** 2)), CHEMICAL)
    spectra = PlumeSpectra(
        unit="canary-unit",
        amount_unit="ppm m",
        band=tuple(range(wavelength.size)),
        wavelength_um=series(wavelength),
        background_sd=series(spectrum.background_sd),
        plumes=(plume_record(1, CHEMICAL, 40, spectrum, None),),
    )
    path.write_text(evidence_text(spectra), "utf-8")
    return path


def answered(monkeypatch, *lines: str) -> None:
    """Let standard input have these lines."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
