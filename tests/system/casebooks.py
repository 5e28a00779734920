"""A small sortie with two cubes and a log, its mandate, and casebooks to run it into."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.audit import check_chain
from cathartes.pipeline.authority import mandate_add, plan_add
from cathartes.pipeline.simulated_campaign import simulate_campaign
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.store.digest import digest
from cathartes.store.open import open_casebook

SMALL = CampaignSettings(
    seed=1, sorties=1, weeks=1, cubes=2, log_every=1, lines=96, samples=96, cells_east=2,
    cells_north=1, hidden=2, registered=0, unregistered=0, instrument="lwir-drone-like",
)  # fmt: skip
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def small_campaign(folder: Path, **change: int) -> Path:
    """Write the campaign of one sortie; its cubes are searched for few gases, to be quick."""
    simulate_campaign(folder, replace(SMALL, **change))
    search_for_few(folder)
    return folder


def search_for_few(campaign: Path) -> None:
    """Have its cubes searched for few gases, and its logs for one source."""
    for sortie in (campaign / "sorties").iterdir():
        text = (sortie / "sortie.toml").read_text("utf-8")
        blocks = text.split("[[observation]]")
        for k, block in enumerate(blocks):
            if 'kind = "cube"' in block:
                gases = 'gases = ["ammonia", "acetic_acid", "ethanol", "SF6"]'
                blocks[k] = f"{block.rstrip()}\n\n[observation.scan]\n{gases}\n\n"
            elif 'kind = "log"' in block:
                told = "chains = 16\nmost_places = 300\nmost_sources = 1"
                blocks[k] = f"{block.rstrip()}\n\n[observation.locate]\n{told}\n\n"
        (sortie / "sortie.toml").write_text("[[observation]]".join(blocks), "utf-8")


def sorties_of(campaign: Path) -> list[Path]:
    """Return the folders of the sorties."""
    return sorted((campaign / "sorties").iterdir())


def new_casebook(campaign: Path, where: Path | str) -> Path | str:
    """Make a casebook with the campaign's mandate and plans."""
    mandate_add(where, campaign / "mandate.geojson", actor="test")
    for plan in sorted((campaign / "plans").iterdir()):
        plan_add(where, plan, actor="test")
    return where


def state_of(casebook: Path | str) -> tuple[str, frozenset[str]]:
    """Return the hash of a casebook's results and of its evidence, its audit checked."""
    with open_casebook(casebook) as opened:
        check_chain(opened.casebook.audit_entries())
        referred = opened.casebook.evidence_sha256()
        for sha256 in referred:
            opened.evidence.read(sha256)  # checked against its hash
        return digest(opened.casebook), referred


def edit(sortie: Path, old: str, new: str) -> None:
    """Change the text of a sortie's file."""
    path = sortie / "sortie.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def keep_only(sortie: Path, *names: str) -> None:
    """Leave those observations alone in a sortie's file."""
    path = sortie / "sortie.toml"
    head, *blocks = path.read_text("utf-8").split("[[observation]]")
    kept = [one for one in blocks if any(f'name = "{name}"' in one for name in names)]
    assert len(kept) == len(names)
    path.write_text("[[observation]]".join([head, *kept]), "utf-8")


def mandate_file(campaign: Path, folder: Path, **properties: object) -> Path:
    """Write the campaign's mandate with other properties."""
    feature = json.loads((campaign / "mandate.geojson").read_text("utf-8"))
    if feature["type"] == "FeatureCollection":
        (feature,) = feature["features"]
    feature["properties"].update(properties)
    path = folder / "mandate.geojson"
    path.write_text(json.dumps(feature), "utf-8")
    return path


def differences(one: Path | str, other: Path | str) -> list[tuple[str, str]]:
    """Return the fields in which the observations of two casebooks differ, with their values."""
    with open_casebook(one) as first, open_casebook(other) as second:
        pairs = zip(first.casebook.observations(), second.casebook.observations(), strict=True)
        return [
            (f"{a.name}.{field.name}", f"{getattr(a, field.name)} is not {getattr(b, field.name)}")
            for a, b in pairs
            for field in fields(a)
            if getattr(a, field.name) != getattr(b, field.name)
        ]
