"""How well sites fit a campaign, for people."""

from collections.abc import Iterator, Sequence
from math import isfinite

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from cathartes.pipeline.campaign_score import CampaignEvaluation
from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_score import LEVEL, REACH_M, CampaignScore


def campaign_page(evaluation: CampaignEvaluation) -> Iterator[RenderableType]:
    """Yield sentences and tables, in the order of the page."""
    pooled = evaluation.pooled
    if len(evaluation.campaigns) > 1:
        yield Text(f"{len(evaluation.campaigns)} campaigns together.")
    yield Text(
        f"Looked at {pooled.looked_km2:.2f} km² in {pooled.n_sorties} sorties. A site stands at a "
        f"place within {REACH_M:.0f} m of it; it says that one is hidden there at a probability of "
        f"{LEVEL:g} or more, if no lawful emitter explains it."
    )
    yield _places_table(pooled)
    yield Text(_places_sentence(pooled, evaluation.average_precision))
    for number, score in enumerate(evaluation.campaigns, start=1):
        name = f" of campaign {number}" if len(evaluation.campaigns) > 1 else ""
        ranks = ", ".join(str(rank) for rank in score.ranks) or "none"
        n_at_none = sum(site.standing is None for site in score.sites)
        yield Text(
            f"Ranks of hidden places{name} among {len(score.sites)} sites: {ranks}; "
            f"{n_at_none} sites, whatever they say, stand where there is nothing."
        )
    if pooled.sites:
        yield _calibration_table(pooled)
        yield Text(
            f"Expected calibration error {pooled.calibration_error:.3f}, over "
            f"{len(pooled.sites)} sites; exact probabilities would have "
            f"{pooled.calibration_error_by_chance:.3f} with so many."
        )
    if evaluation.growth:
        yield _growth_table(evaluation.pooled_growth)


def _table(headings: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(Text(heading), justify="left" if number == 0 else "right", overflow="fold")
    return table


def _places_table(score: CampaignScore) -> Table:
    table = _table(("places", "looked at", "working then", "with a site", "said to be hidden"))
    for standing in Standing:
        places = score.of(standing)
        table.add_row(
            standing.value,
            str(len(places)),
            str(sum(place.n_working_looks > 0 for place in places)),
            str(len(score.sites_at(standing, say_hidden=False))),
            str(len(score.sites_at(standing, say_hidden=True))),
        )
    return table


def _places_sentence(score: CampaignScore, average_precision: float) -> str:
    found = (
        f"Found: {len(score.found)} of {score.n_workable} hidden places that worked while somebody "
        f"looked. False: {len(score.false)}, {_number(score.false_per_100_km2, '.1f')} per "
        "100 km² of ground."
    )
    parts = [found]
    if score.found:
        parts.append(
            f"Median location error {score.location_error_m:.0f} m; "
            f"{100 * score.region_share:.0f} % lie in the stated region of 90 %."
        )
    parts.append(f"Average precision of the ranking {_number(average_precision, '.2f')}.")
    return " ".join(parts)


def _calibration_table(score: CampaignScore) -> Table:
    table = _table(("stated", "sites", "mean stated", "truly hidden", "90 % interval"))
    for one in score.calibration:
        table.add_row(
            f"{one.stated_from:.1f}-{one.stated_to:.1f}",
            str(one.n),
            f"{one.mean_stated:.2f}",
            f"{one.share_true:.2f}",
            f"{one.share_low:.2f}-{one.share_high:.2f}",
        )
    return table


def _growth_table(growth: Sequence[CampaignScore]) -> Table:
    table = _table(
        ("sorties", "km²", "hidden", "worked", "found", "false per 100 km²", "error [m]",
         "calibration error")
    )  # fmt: skip
    for score in growth:
        table.add_row(
            str(score.n_sorties),
            f"{score.looked_km2:.2f}",
            str(len(score.of(Standing.HIDDEN))),
            str(score.n_workable),
            str(len(score.found)),
            _number(score.false_per_100_km2, ".1f"),
            _number(score.location_error_m, ".0f"),
            _number(score.calibration_error, ".3f"),
        )
    return table


def _number(value: float, form: str) -> str:
    return format(value, form) if isfinite(value) else "-"
