"""What a casebook knows, as calls: observations, sites with their evidence, lawful emitters."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cathartes.pipeline.emitter_file import read_emitters
from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.owners import local_actor
from cathartes.pipeline.profile_file import read_profile
from cathartes.pipeline.site_update import SiteChanges, profile_of, update_all_sites
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import Observation
from cathartes.sites.profile import ChemicalProfile
from cathartes.sites.site import Site
from cathartes.store.interface import FoundDetection
from cathartes.store.open import open_casebook


@dataclass(frozen=True, slots=True)
class LookedUp:
    """An observation with what it showed.

    Attributes
    ----------
    observation
    detections
        With the sites of their sources.
    timings_s
        The clock of each stage.
    """

    observation: Observation
    detections: tuple[FoundDetection, ...]
    timings_s: dict[str, float]


def observations_list(casebook: str | Path, sortie_id: str = "") -> tuple[Observation, ...]:
    """Return the observations of a casebook, or of one sortie, by time and name."""
    with open_casebook(casebook) as opened:
        return opened.casebook.observations(sortie_id)


def observations_show(casebook: str | Path, observation_id: str) -> LookedUp:
    """Return an observation with its detections; CasebookError if it is not there."""
    with open_casebook(casebook) as opened:
        book = opened.casebook
        return LookedUp(
            book.observation(observation_id),
            book.detections_of(observation_id),
            book.timings_s(observation_id),
        )


def sites_list(casebook: str | Path, limit: int = 100, offset: int = 0) -> tuple[Site, ...]:
    """Return the sites of a casebook by the value of looking at them next, highest first."""
    with open_casebook(casebook) as opened:
        return opened.casebook.ranked_sites(limit, offset)


def sites_show(casebook: str | Path, site_id: str) -> Site:
    """Return a site with every line of its evidence; CasebookError if it is not there."""
    with open_casebook(casebook) as opened:
        return opened.casebook.site(site_id)


def sites_rebuild(casebook: str | Path, *, actor: str = "") -> SiteChanges:
    """Make all sites again from what is in the casebook, and tell what changed."""
    with open_casebook(casebook) as opened:
        return update_all_sites(opened, actor or local_actor())


def emitters_import(
    casebook: str | Path, file: str | Path, *, actor: str = ""
) -> tuple[tuple[LawfulEmitter, ...], SiteChanges]:
    """Enter the lawful emitters of a file, and bring the sites up to date.

    Returns
    -------
    The emitters, and what changed of the sites.
    """
    emitters = read_emitters(Path(file), tuple(gas.name for gas in working_library()))
    actor = actor or local_actor()
    with open_casebook(casebook, create=True) as opened:
        opened.casebook.put_emitters(emitters, actor, datetime.now(UTC))
        return emitters, update_all_sites(opened, actor)


def emitters_list(casebook: str | Path) -> tuple[LawfulEmitter, ...]:
    """Return the lawful emitters of a casebook, by id."""
    with open_casebook(casebook) as opened:
        return opened.casebook.emitters()


def profile_show(casebook: str | Path) -> ChemicalProfile:
    """Return the chemical profile that a casebook's sites are weighed by."""
    with open_casebook(casebook) as opened:
        return profile_of(opened.casebook)


def profile_use(
    casebook: str | Path, file: str | Path, *, actor: str = ""
) -> tuple[ChemicalProfile, SiteChanges]:
    """Weigh a casebook's sites by the profile of a file from now on, all of them at once.

    Returns
    -------
    The profile, and what changed of the sites.
    """
    profile = read_profile(Path(file))
    actor = actor or local_actor()
    with open_casebook(casebook) as opened:
        toml = Path(file).read_text("utf-8")
        opened.casebook.put_profile(toml, actor, datetime.now(UTC))
        return profile, update_all_sites(opened, actor)
