"""A casebook of a simulated campaign, run as anybody would: two sorties, three detections or so."""

import os
from pathlib import Path

from cathartes.pipeline.demo_campaign import CAMPAIGN, DemonstrationSettings, demo_campaign
from cathartes.pipeline.simulated_campaign import SORTIES_FOLDER, simulate_campaign
from cathartes.simulate.campaign_settings import CampaignSettings
from quick_pictures import pictures_are_drawn, pictures_are_quick

TINY = CampaignSettings(
    seed=7, sorties=2, weeks=2, cubes=1, lines=140, samples=140, cells_east=2, cells_north=1,
    hidden=1, registered=1, unregistered=0, beyond=0, log_every=0,
)  # fmt: skip
"""Acetic acid of a hidden place, and ammonia of a farm."""


FEW_GASES = 'gases = ["acetone", "acetic_acid", "ammonia", "SF6"]'


def make_casebook(folder: Path) -> Path:
    """Simulate the campaign, ask for a few gases, and run it; return where its casebook is."""
    simulate_campaign(folder / CAMPAIGN, TINY)
    for told in (folder / CAMPAIGN / SORTIES_FOLDER).glob("*/sortie.toml"):
        head, *looks = told.read_text("utf-8").split("[[observation]]")
        asked = [f"{look.rstrip()}\n\n[observation.scan]\n{FEW_GASES}\n\n" for look in looks]
        told.write_text("[[observation]]".join([head, *asked]), "utf-8")
    drawn = pictures_are_drawn if os.environ.get("CATHARTES_PICTURES") else pictures_are_quick
    with drawn():
        return Path(demo_campaign(folder, settings=DemonstrationSettings(TINY)).casebook)
