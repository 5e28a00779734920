"""Detections and looks of many flights become sites, each with its evidence."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cathartes.sites.association import Cluster, attribute
from cathartes.sites.detection import Detection
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.evidence import Weighed, weigh
from cathartes.sites.inspection import Inspection, assign
from cathartes.sites.lawful import EmitterIndex
from cathartes.sites.look import Look
from cathartes.sites.place import Place
from cathartes.sites.profile import ChemicalProfile
from cathartes.sites.ranking import rank
from cathartes.sites.settings import EvidenceSettings, SiteSettings
from cathartes.sites.sighting import to_sightings
from cathartes.sites.site import Site

_EXPLAINS = 0.5
"""Share of all probability from which on an emitter is said to explain a site."""


@dataclass(frozen=True, slots=True)
class SitesFound:
    """What came of joining.

    Attributes
    ----------
    sites
        By value, highest first, then by id.
    unattributed
        Ids of the sources that belong to none, or that nobody can tell, by time and id.
    """

    sites: tuple[Site, ...]
    unattributed: tuple[str, ...]


def build_sites(
    detections: Sequence[Detection],
    looks_at: Callable[[Place], Sequence[Look]],
    emitters: Sequence[LawfulEmitter],
    profile: ChemicalProfile,
    settings: SiteSettings | None = None,
    answers: Sequence[Inspection] = (),
) -> SitesFound:
    """Join detections into sites and weigh the evidence of each.

    The order of what is given does not matter. A site depends on nothing but the detections that
    are linked with its own (`neighbourhood`), the looks over its place and the emitters near it.

    Parameters
    ----------
    detections
        Of any number of observations; ids are unique.
    looks_at
        Every observation's look over a place, inconclusive ones too.
    emitters
        Known lawful ones; those far away are passed over.
    profile
        Of what kind of place the probability is; the densities that it says count before those of
        the settings.
    settings
        None for the defaults.
    answers
        What partners answered of any sites, present or gone; see `assign`.
    """
    told = _with_densities(settings or SiteSettings(), profile)
    attributed = attribute(to_sightings(detections), told.association)
    index = EmitterIndex(emitters)
    clusters = {site_id(one): one for one in attributed.clusters}
    heard = assign(
        answers,
        {name: frozenset(s.detection.id for s in one.sightings) for name, one in clusters.items()},
        {name: one.place for name, one in clusters.items()},
    )
    sites = []
    for name, cluster in clusters.items():
        near = index.near(cluster.place, told.evidence)
        looks = looks_at(cluster.place)
        weighed = weigh(cluster, looks, near, profile, told, heard.get(name, ()))
        sites.append(_to_site(cluster, weighed, told))
    return SitesFound(
        tuple(sorted(sites, key=lambda site: (-site.value, site.id))),
        tuple(one.source.id for one in attributed.unattributed),
    )


def _with_densities(settings: SiteSettings, profile: ChemicalProfile) -> SiteSettings:
    if profile.density is None:
        return settings
    return replace(settings, evidence=replace(settings.evidence, **profile.density.known()))


def site_id(cluster: Cluster) -> str:
    """Return a site's id, by a hash of its first detection's.

    If that detection has more sources, only its first gives the detection's hash: two sites may
    begin with one detection.
    """
    first = cluster.sightings[0]
    is_first = first.source.id == first.detection.sources[0].id
    name = first.detection.id if is_first else first.source.id
    return "site-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def _to_site(cluster: Cluster, weighed: Weighed, settings: SiteSettings) -> Site:
    explained_by = _explained_by(weighed, settings.evidence)
    ranked = rank(weighed, explained_by, settings)
    moments = [s.detection.seen_utc for s in cluster.sightings if s.detection.seen_utc is not None]
    return Site(
        id=site_id(cluster),
        place=cluster.place,
        chemicals=weighed.chemicals,
        source_ids=tuple(one.source.id for one in cluster.sightings),
        n_detections=sum(bool(view.sightings) for view in weighed.views),
        n_looks=len(weighed.views),
        first_seen_utc=min(moments, default=None),
        last_seen_utc=max(moments, default=None),
        evidence=weighed.lines,
        probability=weighed.probability,
        probability_low=weighed.probability_low,
        probability_high=weighed.probability_high,
        explained_by=explained_by,
        value=ranked.value,
        why=ranked.why,
    )


def _explained_by(weighed: Weighed, settings: EvidenceSettings) -> str:
    if not weighed.explanations:
        return ""
    best = weighed.explanations[0]
    *_, lawful = weighed.weights.rival_shares(settings)
    of_lawful = best.weight_per_km2 / sum(weighed.weights.emitter_per_km2)
    explains = (1 - weighed.probability) * lawful * of_lawful > _EXPLAINS
    explains &= best.chemical_ratio >= 1
    return best.emitter.id if explains else ""
