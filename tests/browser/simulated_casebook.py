"""A casebook of a simulated campaign, run as anybody would: two sorties, four detections or so."""

from pathlib import Path

from cathartes.pipeline.demo_campaign import DemonstrationSettings, demo_campaign
from cathartes.simulate.campaign_settings import CampaignSettings

TINY = CampaignSettings(
    seed=7, sorties=2, weeks=2, cubes=2, lines=140, samples=140, cells_east=2, cells_north=1,
    hidden=1, registered=1, unregistered=0, beyond=0, log_every=0,
)  # fmt: skip
"""Acetone and acetic acid of a hidden place, and ammonia of a farm, twice."""


def make_casebook(folder: Path) -> Path:
    """Simulate the campaign and run it; return where its casebook is."""
    return Path(demo_campaign(folder, settings=DemonstrationSettings(TINY)).casebook)
