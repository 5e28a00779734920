"""How well a casebook's sites fit the truth of the made-up campaign that was run into it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.pipeline.simulated_campaign import read_campaign_truth
from cathartes.pipeline.site_update import sites_of_sorties
from cathartes.simulate.campaign_looked import campaign_frame, looked_so_far
from cathartes.simulate.campaign_score import CampaignScore, StatedSite, pool_scores, score_sites
from cathartes.simulate.campaign_truth import CampaignTruth
from cathartes.sites.observation import LookOutcome
from cathartes.sites.site import Site
from cathartes.store.interface import Casebook
from cathartes.store.open import OpenedCasebook

MOST_SITES = 1_000_000


@dataclass(frozen=True, slots=True)
class CampaignEvaluation:
    """How well sites fit the truth.

    Attributes
    ----------
    campaigns
        Scores of each campaign.
    growth
        Of each campaign: scores after its first sorties, in order; empty if nobody asked.
    """

    campaigns: tuple[CampaignScore, ...]
    growth: tuple[tuple[CampaignScore, ...], ...] = ()

    @property
    def pooled(self) -> CampaignScore:
        """All campaigns as one."""
        return pool_scores(self.campaigns)

    @property
    def pooled_growth(self) -> tuple[CampaignScore, ...]:
        """All campaigns as one, after the same number of sorties; to where the shortest ends."""
        return tuple(pool_scores(step) for step in zip(*self.growth, strict=False))

    @property
    def average_precision(self) -> float:
        """Mean over campaigns in which something could be found; NaN if there is none."""
        each = np.array([score.average_precision for score in self.campaigns])
        return float(each[np.isfinite(each)].mean()) if np.isfinite(each).any() else float("nan")


def evaluate_campaign(
    campaigns: Sequence[tuple[str | Path, Casebook]],
    *,
    sites_after: Sequence[Mapping[int, Sequence[Site]]] = (),
) -> CampaignEvaluation:
    """Score casebooks against the truth of their campaigns.

    Parameters
    ----------
    campaigns
        Folders that `cathartes.simulate_campaign` wrote, each with the casebook into which its
        sorties were run; sorties that were not run are not counted.
    sites_after
        For each campaign, if the growth with flights is asked for: number of first sorties to the
        sites that follow from them alone, by value; see `sites_after_sorties`.

    Raises
    ------
    InputError
        If a folder holds no truth, or a casebook holds nothing of its campaign.
    """
    if sites_after and len(sites_after) != len(campaigns):
        raise InputError(
            f"{len(sites_after)} histories of sites for {len(campaigns)} campaigns; one each is "
            "needed, or none."
        )
    scores = []
    growth = []
    for number, (folder, casebook) in enumerate(campaigns):
        truth = read_campaign_truth(Path(folder))
        done = conclusive_looks(truth, casebook, str(folder))
        last = max(truth.sortie_ids.index(sortie_id) for sortie_id, _ in done) + 1
        sites = casebook.ranked_sites(limit=MOST_SITES)
        scores.append(score_sites_after(truth, done, last, sites))
        if sites_after:
            growth.append(
                tuple(
                    score_sites_after(truth, done, n, then)
                    for n, then in sorted(sites_after[number].items())
                )
            )
    return CampaignEvaluation(tuple(scores), tuple(growth))


def sites_after_sorties(folder: str | Path, opened: OpenedCasebook) -> dict[int, tuple[Site, ...]]:
    """Return the sites that follow from a campaign's first sortie alone, the first two, and so on.

    Parameters
    ----------
    folder
        That `cathartes.simulate_campaign` wrote.
    opened
        The casebook into which it was run; only sorties that are in it count.
    """
    run = {sortie.id for sortie in opened.casebook.sorties()}
    order = read_campaign_truth(Path(folder)).sortie_ids
    return {
        n: sites_of_sorties(opened, order[:n])
        for n, sortie_id in enumerate(order, start=1)
        if sortie_id in run
    }


def conclusive_looks(
    truth: CampaignTruth, casebook: Casebook, folder: str
) -> frozenset[tuple[str, str]]:
    """Return (sortie's id, name) of a campaign's observations that came to a conclusion.

    Raises
    ------
    InputError
        If there is none.
    """
    of_truth = {(look.sortie_id, look.name) for look in truth.looks}
    done = frozenset(
        (one.sortie_id, one.name)
        for one in casebook.observations()
        if one.outcome is not LookOutcome.INCONCLUSIVE
    )
    if not done & of_truth:
        raise InputError(
            f"the casebook holds no conclusive observation of the campaign in {folder}, whose "
            f"mandate is {truth.mandate_id}: run its sorties first, as "
            f"`cathartes run {folder}/sorties/{truth.sortie_ids[0]}`."
        )
    return done & of_truth


def score_sites_after(
    truth: CampaignTruth,
    done: frozenset[tuple[str, str]],
    n_sorties: int,
    sites: Sequence[Site],
) -> CampaignScore:
    """Judge the sites, by value, that follow from the first sorties.

    Parameters
    ----------
    done
        As `conclusive_looks` returns them.
    """
    frame = campaign_frame(truth)
    stated = [_stated(site, *frame.to_east_north(*_lon_lat(site))) for site in sites]
    return score_sites(stated, looked_so_far(truth, done, n_sorties))


def _lon_lat(site: Site) -> tuple[float, float]:
    return site.place.longitude_deg, site.place.latitude_deg


def _stated(site: Site, east_m: NDArray[np.float64], north_m: NDArray[np.float64]) -> StatedSite:
    return StatedSite(
        site.id, float(east_m), float(north_m), site.place.east_var_m2, site.place.north_var_m2,
        site.place.cov_m2, site.probability, bool(site.explained_by),
    )  # fmt: skip
