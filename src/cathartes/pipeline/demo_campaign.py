"""A made-up campaign becomes a casebook with sites, accounts and detections to be judged."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.pipeline.authority import mandate_add, plan_add, plan_list
from cathartes.pipeline.campaign_score import CampaignEvaluation, evaluate_campaign
from cathartes.pipeline.demo_partner import PARTNER_ID, DemonstratedPartner, demo_partner
from cathartes.pipeline.executors import Executor
from cathartes.pipeline.findings import emitters_import, profile_use
from cathartes.pipeline.owners import local_actor
from cathartes.pipeline.passwords import hash_password
from cathartes.pipeline.progress import Progress
from cathartes.pipeline.run import RunReport, run
from cathartes.pipeline.simulated_campaign import (
    EMITTERS_NAME,
    MANDATE_NAME,
    PLANS_FOLDER,
    PROFILE_NAME,
    SORTIES_FOLDER,
    TRUTH_NAME,
    simulate_campaign,
)
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.store.interface import Casebook
from cathartes.store.open import open_casebook

CAMPAIGN = "campaign"
"""Folder of the campaign in the demonstration's folder."""
CASEBOOK = "casebook"
"""Folder of the casebook in the demonstration's folder."""

PEOPLE = (
    User("ana", "Ana", (Role.ANALYST,)),
    User("ben", "Ben", (Role.ANALYST,)),
    User("eva", "Eva", (Role.ANALYST,)),
    User("rosa", "Rosa", (Role.RELEASE_AUTHORITY,)),
    User("pia", "Pia", (Role.PARTNER,), PARTNER_ID),
    User("ada", "Ada", (Role.AUDITOR,)),
    User("adam", "Adam", (Role.ADMINISTRATOR,)),
)
"""Accounts of the demonstration: two reviews need two persons, and a third where they differ; a
release needs another who reviewed nothing of it, and somebody who answers."""
PASSWORD = "made-up password"  # noqa: S105  # printed by the demonstration
"""Of all of them."""
_KEEPER = "adam"


def _small() -> CampaignSettings:
    return CampaignSettings(seed=7, sorties=5, weeks=5)


@dataclass(frozen=True, slots=True)
class DemonstrationSettings:
    """How large the demonstration's campaign is; the only place of its defaults."""

    campaign: CampaignSettings = field(default_factory=_small)


@dataclass(frozen=True, slots=True)
class DemonstratedCampaign:
    """What was flown, kept and found.

    Attributes
    ----------
    campaign, casebook
        Folders.
    reports
        Of each sortie's run.
    evaluation
        The sites against the truth.
    partner
        Who can be told of them.
    """

    campaign: Path
    casebook: Path
    reports: tuple[RunReport, ...]
    evaluation: CampaignEvaluation
    partner: DemonstratedPartner


def demo_campaign(
    out: str | Path,
    *,
    settings: DemonstrationSettings | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    on_run: Callable[[RunReport], None] | None = None,
) -> DemonstratedCampaign:
    """Simulate a campaign, run its sorties into a casebook, and enter accounts and a partner.

    What is there already is kept, reviews and releases too: the same call after a kill, or on
    another day, goes on where it was.

    Parameters
    ----------
    out
        Folder for the folders of campaign, casebook, keys, and the partner.
    settings
        The defaults if None.
    executor
        Where sorties are analysed; here if None.
    progress
        Who watches; nobody if None.
    on_run
        Called after each sortie.

    Raises
    ------
    OutputError
        If a folder is not free or can't be written.
    """
    campaign, casebook = Path(out) / CAMPAIGN, Path(out) / CASEBOOK
    settings = settings or DemonstrationSettings()
    if not (campaign / TRUTH_NAME).is_file():
        simulate_campaign(campaign, settings=settings.campaign, progress=progress)
    mandate_id = _enter_authority(campaign, casebook)
    reports = []
    for sortie in sorted((campaign / SORTIES_FOLDER).iterdir()):
        report = run(sortie, casebook, executor=executor, progress=progress)
        reports.append(report)
        if on_run is not None:
            on_run(report)
    with open_casebook(casebook) as opened:
        _enter_people(opened.casebook, [one for one in PEOPLE if not one.partner])
        partner = demo_partner(Path(out), opened.casebook, mandate_id, _KEEPER)
        _enter_people(opened.casebook, [one for one in PEOPLE if one.partner])
        evaluation = evaluate_campaign([(campaign, opened.casebook)])
    return DemonstratedCampaign(campaign, casebook, tuple(reports), evaluation, partner)


def _enter_people(book: Casebook, people: Iterable[User]) -> None:
    """Enter the accounts that are not there, and give a password to each that has none."""
    there = {user.id for user in book.users()}
    for user in people:
        if user.id not in there:
            book.add_user(user, local_actor(), datetime.now(UTC))
        if not book.credentials(user.id).password_hash:
            book.set_password(user.id, hash_password(PASSWORD), local_actor(), datetime.now(UTC))


def _enter_authority(campaign: Path, casebook: Path) -> str:
    """Enter what must be there before the first sortie, unless it is; return the mandate's id."""
    mandate = mandate_add(casebook, campaign / MANDATE_NAME)
    entered = {plan.id for plan in plan_list(casebook)}
    for file in sorted((campaign / PLANS_FOLDER).iterdir()):
        if file.stem not in entered:
            plan_add(casebook, file)
    with open_casebook(casebook) as opened:
        has_emitters, has_profile = bool(opened.casebook.emitters()), opened.casebook.profile()
    if not has_emitters:
        emitters_import(casebook, campaign / EMITTERS_NAME)
    if not has_profile:
        profile_use(casebook, campaign / PROFILE_NAME)
    return mandate.id
