"""What a casebook can do, whatever database holds it. Every change writes its audit entry with it.

Methods that change something take `actor` (who) and `now_utc` (when), and are one transaction:
after a kill at any moment it happened with its audit entry, or not at all.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import JsonValue

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.sites.detection import Detection, Source
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.observation import LookOutcome, Observation
from cathartes.sites.site import Site
from cathartes.store.filters import LookFilter, SiteFilter
from cathartes.store.interface_audit import AuditBook
from cathartes.store.interface_map import MapBook
from cathartes.store.interface_outcomes import OutcomeBook
from cathartes.store.interface_people import PeopleBook, ReviewBook, SignInBook
from cathartes.store.interface_releases import PartnerBook, ReleaseBook, ResponseBook


@dataclass(frozen=True, slots=True)
class Box:
    """Longitudes and latitudes from to, [deg]; west is less than east."""

    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float


@dataclass(frozen=True, slots=True)
class FeatureFilter:
    """Which features are wanted; of what is not given, all.

    Attributes
    ----------
    boxes
        In any of these; two, where one goes over the 180th meridian.
    since_utc, until_utc
        That were going on at some moment from the one to the other, both included. What has no
        time is not wanted, where either is given.
    sortie_ids
        Observations of these sorties alone; None: of all.
    """

    boxes: tuple[Box, ...] = ()
    since_utc: datetime | None = None
    until_utc: datetime | None = None
    sortie_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Sortie:
    """One flight of one platform under one mandate.

    Attributes
    ----------
    id
    mandate_id, plan_id
        The plan is "" if none was entered.
    platform
    began_utc, ended_utc
        None if not known.
    manifest
        What `sortie.toml` said, paths without folders.
    """

    id: str
    mandate_id: str
    plan_id: str
    platform: str
    began_utc: datetime | None
    ended_utc: datetime | None
    manifest: dict[str, JsonValue]


class JobState(StrEnum):
    """How far a piece of work is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Job:
    """One observation to be analysed: a durable row.

    Attributes
    ----------
    id
        The observation's id: the same work is the same row.
    sortie_id, name
    input_hash
    state
    attempts
        How often it was begun.
    owner
        Who works on it: ``host:pid:start`` of a process; "" if nobody.
    lease_until_utc
        When others may take it; None if nobody has it.
    trouble
        What went wrong last; "" if nothing.
    """

    id: str
    sortie_id: str
    name: str
    input_hash: str
    state: JobState = JobState.WAITING
    attempts: int = 0
    owner: str = ""
    lease_until_utc: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class JobTally:
    """How many jobs of a sortie wait, are worked on, and are done."""

    waiting: int = 0
    working: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class FoundDetection:
    """A detection with the site of each of its sources, "" where it is unattributed."""

    detection: Detection
    site_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacedSource:
    """A source with what association and evidence need of its detection."""

    source: Source
    detection: Detection
    site_id: str


@dataclass(frozen=True, slots=True)
class Removed:
    """What a purge removed: ids and hashes, which stay on record."""

    observation_ids: tuple[str, ...]
    detection_ids: tuple[str, ...]
    evidence_sha256: tuple[str, ...]


class Casebook(
    PeopleBook, ReviewBook, SignInBook, MapBook, AuditBook,
    PartnerBook, ReleaseBook, ResponseBook, OutcomeBook, Protocol,
):  # fmt: skip
    """One casebook. Open it with `cathartes.store.open.open_casebook`, close it after use."""

    def close(self) -> None:
        """Let go of the database."""

    # --- authority ---

    def add_mandate(self, mandate: Mandate, actor: str, now_utc: datetime) -> None:
        """Enter a mandate; MandateError if its id is taken by another content."""

    def revoke_mandate(self, mandate_id: str, why: str, actor: str, now_utc: datetime) -> Mandate:
        """Revoke a mandate from now on; MandateError if it is not there or revoked already."""

    def mandate(self, mandate_id: str) -> Mandate:
        """Return a mandate; MandateError, which lists those that are there, if it is not."""

    def mandates(self) -> tuple[Mandate, ...]:
        """Return all, the newest first."""

    def add_plan(self, plan: FlightPlan, actor: str, now_utc: datetime) -> None:
        """Enter a flight plan; MandateError if its id is taken or its mandate not there."""

    def plan(self, plan_id: str) -> FlightPlan:
        """Return a flight plan; MandateError if it is not there."""

    def plans(self, mandate_id: str = "") -> tuple[FlightPlan, ...]:
        """Return all, or those of one mandate, by their beginnings."""

    # --- work ---

    def put_sortie(self, sortie: Sortie, actor: str, now_utc: datetime) -> None:
        """Enter a sortie, or the same again; CasebookError if the id is taken by another mandate.

        A changed manifest is entered, with an audit entry of its own.
        """

    def sortie(self, sortie_id: str) -> Sortie:
        """Return a sortie; CasebookError if it is not there."""

    def sorties(self) -> tuple[Sortie, ...]:
        """Return all, by time."""

    def put_jobs(self, jobs: Sequence[Job]) -> tuple[Job, ...]:
        """Enter jobs that are not there yet; return all of these ids as they are now."""

    def claim_job(
        self, ids: Sequence[str], owner: str, now_utc: datetime, lease_s: float,
        gone: Sequence[str] = (),
    ) -> Job | None:  # fmt: skip
        """Take one of these jobs: a waiting one, or one whose lease ended or whose owner is gone.

        Never the same to two callers. None if there is none to take.
        """

    def keep_job(self, job_id: str, owner: str, now_utc: datetime, lease_s: float) -> bool:
        """Prolong a lease; False if the job is not the owner's any more."""

    def drop_job(self, job_id: str, owner: str, trouble: str) -> None:
        """Let go of a job after trouble: it waits again."""

    def jobs(self, sortie_id: str = "") -> tuple[Job, ...]:
        """Return all jobs, or one sortie's, in the order in which they were entered."""

    def job_tallies(self, sortie_ids: Sequence[str]) -> dict[str, JobTally]:
        """Return how far the work on each of these sorties is."""

    def unfinished_jobs(self) -> dict[str, JobTally]:
        """Return how many wait or are worked on, of each sortie with any; `done` is not counted."""

    # --- results ---

    def record_observation(
        self,
        observation: Observation,
        detections: Sequence[Detection],
        timings_s: dict[str, float],
        owner: str,
        actor: str,
        now_utc: datetime,
    ) -> bool:
        """Keep what came of a look and end its job, at once; MandateError if it is revoked by now.

        An earlier observation of the same sortie and name (other files, settings or software)
        is superseded: it and its detections leave the present results, and the audit entry names
        it. Returns False, and keeps nothing, if the job is not the owner's any more.
        """

    def observation(self, observation_id: str) -> Observation:
        """Return an observation; CasebookError if it is not there."""

    def observations(self, sortie_id: str = "") -> tuple[Observation, ...]:
        """Return the present ones, or one sortie's, by time and name."""

    def observations_over(self, box: Box) -> tuple[Observation, ...]:
        """Return those whose footprint's box meets a box, by time and name."""

    def timings_s(self, observation_id: str) -> dict[str, float]:
        """Return the seconds of each stage; apart, as they are no result."""

    def detection(self, detection_id: str) -> FoundDetection:
        """Return a detection; CasebookError if it is not there."""

    def detections_of(self, observation_id: str) -> tuple[FoundDetection, ...]:
        """Return an observation's, by number."""

    def detections_in(
        self, box: Box, since_utc: datetime | None = None, limit: int = 1000, after: str = ""
    ) -> tuple[FoundDetection, ...]:
        """Return those whose first source lies in a box, seen since then, newest first.

        `after` is the id of the last one had: the page after it is returned.
        """

    def sources_near(self, box: Box) -> tuple[PlacedSource, ...]:
        """Return all sources whose place lies in a box, by time and id."""

    # --- features: by place and time, in order of their ids; those after the id `after` ---

    def detection_features(
        self, wanted: FeatureFilter, limit: int, after: str = ""
    ) -> tuple[FoundDetection, ...]:
        """Return detections whose first source lies in one of the boxes."""

    def site_features(self, wanted: FeatureFilter, limit: int, after: str = "") -> tuple[Site, ...]:
        """Return sites that lie in one of the boxes, with no evidence lines."""

    def look_features(
        self, wanted: FeatureFilter, limit: int, after: str = ""
    ) -> tuple[Observation, ...]:
        """Return observations whose footprint's box meets one of the boxes."""

    # --- sites ---

    def put_sites(
        self,
        sites: Sequence[Site],
        removed_ids: Sequence[str],
        actor: str,
        now_utc: datetime,
        as_of: int | None = None,
    ) -> bool:
        """Put sites in the place of those of the same ids and of the removed ones, at once.

        Returns False, and keeps nothing, if anything was changed since the audit had the number
        `as_of`: the sites were made of what is no more.

        Sources that were attributed to any of these and are in none of `sites` become
        unattributed.
        """

    def site(self, site_id: str) -> Site:
        """Return a site with its evidence; CasebookError if it is not there."""

    def ranked_sites(self, limit: int = 100, offset: int = 0) -> tuple[Site, ...]:
        """Return sites by value, highest first, with no evidence lines."""

    def sites_in(self, box: Box) -> tuple[Site, ...]:
        """Return those whose place lies in a box, by id, with their evidence."""

    def stale_site_ids(self) -> tuple[str, ...]:
        """Return the ids of sites whose evidence names what was superseded or removed.

        All evidence is read for it: seconds, where there are many sites.
        """

    # --- lawful emitters ---

    def put_emitters(
        self, emitters: Sequence[LawfulEmitter], actor: str, now_utc: datetime
    ) -> None:
        """Put emitters in the place of those of the same ids."""

    def emitters(self) -> tuple[LawfulEmitter, ...]:
        """Return all, by id."""

    def emitters_in(self, box: Box) -> tuple[LawfulEmitter, ...]:
        """Return those whose box meets a box, by id."""

    # --- what sites are weighed by ---

    def put_profile(self, toml: str, actor: str, now_utc: datetime) -> None:
        """Put a chemical profile, as TOML, in the place of the one there was."""

    def profile(self) -> str:
        """Return the chemical profile as TOML; "" if none was put."""

    # --- lists: `after` is the id of the last one had; CasebookError if it is gone ---

    def sites_page(self, wanted: SiteFilter, limit: int = 50, after: str = "") -> tuple[Site, ...]:
        """Return sites by value, highest first, with no evidence lines."""

    def looks_page(
        self, wanted: LookFilter, limit: int = 50, after: str = ""
    ) -> tuple[Observation, ...]:
        """Return observations, newest first, those without a time last."""

    def sorties_page(
        self, ids: frozenset[str] | None, limit: int = 50, after: str = ""
    ) -> tuple[Sortie, ...]:
        """Return sorties, these or all, newest first, those without a time last."""

    def jobs_page(self, sortie_id: str, limit: int) -> tuple[Job, ...]:
        """Return jobs of a sortie in the order of entry, those that are not done first."""

    def sortie_ids_entered_by(self, actors: Sequence[str]) -> frozenset[str]:
        """Return the ids of the sorties that any of these actors entered."""

    def outcomes_of(self, sortie_ids: Sequence[str]) -> dict[str, dict[LookOutcome, int]]:
        """Return how many observations of each sortie came to what."""

    def observations_of_ids(self, ids: Sequence[str]) -> tuple[Observation, ...]:
        """Return observations by time and name; those that are not there are left out."""

    def detections_of_ids(self, ids: Sequence[str]) -> tuple[FoundDetection, ...]:
        """Return detections, newest first; those that are not there are left out."""

    def n_detections_of(self, observation_ids: Sequence[str]) -> dict[str, int]:
        """Return how many detections each observation has."""

    # --- keeping ---

    def remove_observations(
        self, ids: Sequence[str], why: str, actor: str, now_utc: datetime
    ) -> Removed:
        """Remove observations with detections, jobs and attributions; hashes stay in the audit.

        Evidence that nothing else names is returned for removal from the evidence store.
        CasebookError, and nothing is removed, if a release that is open or under way rests on any.
        """

    def evidence_sha256(self) -> frozenset[str]:
        """Return the hashes of all evidence that is referred to."""

    def remove_evidence(
        self,
        sha256: Collection[str],
        why: str,
        remove: Callable[[str], None],
        actor: str,
        now_utc: datetime,
    ) -> tuple[str, ...]:
        """Have evidence removed that nothing refers to; return the hashes of what went, sorted.

        `remove` is called in the transaction that looks whether anything does, so that nobody comes
        to refer to it meanwhile; see ``keep`` of `ReleaseBook.take_step`. The audit says what went.
        """
