"""What speaks for a site and what against, as summands of its log-odds.

The equation is in `hypotheses`. Each line is what it gained when its datum was put in: the prior,
the looks by time, then profile, persistence, hour, emitters and partners' answers. Their sum is its
last value, and depends on no order.

An empty look counts against everything lasting alike. Constant rivals would be hurt more by it,
and a site thereby helped; that "nothing seen" should raise a suspicion is left out on purpose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, fsum, log, log1p, pi

import numpy as np
from scipy.special import betaln, expit

from cathartes.sites.association import Cluster
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.hypotheses import Weights, bounded_log_ratio
from cathartes.sites.inspection import Inspection, Said, VisitWeight, weigh_visit
from cathartes.sites.lawful import Explanation, explain
from cathartes.sites.look import Look
from cathartes.sites.naming import log_naming_ratio
from cathartes.sites.profile import ChemicalProfile
from cathartes.sites.sentences import (
    detection_text,
    emitter_text,
    empty_look_text,
    gone_look_text,
    hour_text,
    inspection_text,
    persistence_text,
    prior_text,
    profile_text,
)
from cathartes.sites.settings import EvidenceSettings, SiteSettings
from cathartes.sites.site import EvidenceKind, EvidenceLine
from cathartes.sites.views import View, rates_of, views_of, without_the_gone
from cathartes.sites.visibility import UsualRate
from cathartes.sites.working import Working

_WARMEST_H = 13.0
"""Solar hour at which ground is warmest, about."""
_SUREST = 0.995
"""No single look identifies a gas more surely."""
_INTERVAL_SD = 1.6449
"""90 % of a normal law lie within."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A site's evidence and what came of it.

    Attributes
    ----------
    lines
    probability, probability_low, probability_high
    weights
    working
        What the looks say of the share of the time that it works.
    views
    chemicals
        Most often seen first.
    explanations
        Lawful emitters nearby.
    dismantled_utc
        When a partner last said so; None if none did.
    """

    lines: tuple[EvidenceLine, ...]
    probability: float
    probability_low: float
    probability_high: float
    weights: Weights
    working: Working
    views: tuple[View, ...]
    chemicals: tuple[str, ...]
    explanations: tuple[Explanation, ...]
    dismantled_utc: datetime | None = None


def weigh(
    cluster: Cluster,
    looks: Sequence[Look],
    emitters: Sequence[LawfulEmitter],
    profile: ChemicalProfile,
    settings: SiteSettings,
    answers: Sequence[Inspection] = (),
) -> Weighed:
    """Weigh all that speaks for and against a site.

    Parameters
    ----------
    cluster
        Its sightings.
    looks
        Over its place, in any order.
    emitters
        Known lawful ones; those far away are passed over.
    profile
    settings
    answers
        What partners who were told of it answered, in order of time.
    """
    told = settings.evidence
    rates = rates_of(cluster, looks, told)
    dismantled = [one.moment_utc for one in answers if one.said is Said.DISMANTLED]
    views = without_the_gone(views_of(cluster, looks, rates, settings), dismantled)
    shows = shown_probability(cluster)
    explanations = explain(cluster.place, shows, emitters, told)
    weights = Weights(0.0, 0.0, 0.0, 0.0)
    now = weights.log_odds(told)
    lines = [EvidenceLine(EvidenceKind.PRIOR, now, prior_text(told.sites_per_km2))]
    working = Working(told.working_alpha, told.working_beta)
    for view in views:
        share = working.mean_share()
        if view.gone_since_utc is None:
            working.add(view.seen)
        weights = replace(weights, log_m=working.log_likelihood)
        gain, now = weights.log_odds(told) - now, weights.log_odds(told)
        lines += _view_lines(view, gain, cluster, rates, share)
    for step, line in _later_steps(cluster, views, shows, explanations, profile, settings):
        weights = replace(weights, **step)  # type: ignore[arg-type]
        gain, now = weights.log_odds(told) - now, weights.log_odds(told)
        lines.append(replace(line, log_odds=gain))
    heard = _heard(cluster, answers, settings)
    weights = replace(weights, log_answers=fsum(line.log_odds for line in heard))
    lines += heard
    total = fsum(line.log_odds for line in lines)
    sd = _log_odds_sd(weights, views, working, told)
    sd = float(np.hypot(sd, settings.inspection.log_sd * weights.log_answers))
    sd = float(np.hypot(sd, told.profile_scale * profile.log_spread(shows)))
    low, middle, high = (float(expit(total + k * sd)) for k in (-_INTERVAL_SD, 0, _INTERVAL_SD))
    return Weighed(
        tuple(lines), middle, low, high, weights, working, views,
        _often_first(cluster), explanations, max(dismantled, default=None),
    )  # fmt: skip


def shown_probability(cluster: Cluster) -> dict[str, float]:
    r"""Return for each chemical the probability that it is really given off there.

    One detection in so many takes one gas for another, so what one of ten names is less sure than
    what it says: the odds of those that name it are added, and divided by one more than the number
    of detections that don't,

    .. math:: \frac{P}{1-P} = \frac{1}{1+n_0} \sum_j \frac{p_j}{1-p_j}

    Added, not multiplied, as what is taken for acetone once is so again.
    """
    odds: dict[str, list[float]] = {}
    for one in cluster.sightings:
        for candidate in one.detection.candidates:
            p = min(candidate.probability, _SUREST)
            odds.setdefault(candidate.chemical, []).append(p / (1 - p))
    shows = {}
    for chemical, each in odds.items():
        total = fsum(each) / (1 + len(cluster.sightings) - len(each))
        shows[chemical] = total / (1 + total)
    return shows


def _view_lines(
    view: View, gain: float, cluster: Cluster, rates: Mapping[str, UsualRate], share: float
) -> list[EvidenceLine]:
    if view.gone_since_utc is not None:
        text = gone_look_text(view, view.gone_since_utc)
        return [EvidenceLine(EvidenceKind.EMPTY_LOOK, gain, text, view.observation_id,
                             view.moment_utc)]  # fmt: skip
    if not view.sightings:
        text = empty_look_text(view, rates, share)
        kind = EvidenceKind.EMPTY_LOOK
        return [EvidenceLine(kind, gain, text, view.observation_id, view.moment_utc)]
    strongest = view.strongest
    return [
        EvidenceLine(
            EvidenceKind.DETECTION,
            gain if one is strongest else 0.0,
            detection_text(one, view, cluster.place, counts=one is strongest),
            one.detection.id,
            view.moment_utc,
        )
        for one, _ in view.sightings
    ]


def _later_steps(
    cluster: Cluster,
    views: Sequence[View],
    shows: Mapping[str, float],
    explanations: Sequence[Explanation],
    profile: ChemicalProfile,
    settings: SiteSettings,
) -> list[tuple[dict[str, object], EvidenceLine]]:
    """Return what each step after the looks puts in, with its line yet without a weight."""
    told = settings.evidence
    log_c = bounded_log_ratio(profile.log_ratio(shows), told.profile_scale, told.mimic_share)
    showing = {view.seen.sortie: view for view in views if view.sightings}
    n_sorties = len({view.seen.sortie for view in views if view.gone_since_utc is None})
    second = sorted(shows.values())[-2] if len(shows) > 1 else 0.0
    named = [view.strongest.detection.chemical for view in views if view.strongest is not None]
    n_names = len(set(named))
    naming = log_naming_ratio(len(named), n_names, told.false_target_names, told.source_names)
    fit = _false_log_fit(len(showing), second, naming, told)
    hours = _solar_hours(list(showing.values()), cluster.place.longitude_deg)
    log_hours = fsum(log1p(told.noon_share * np.cos(pi / 12 * (h - _WARMEST_H))) for h in hours)
    steps: list[tuple[dict[str, object], EvidenceLine]] = [
        (
            {"log_c": log_c},
            EvidenceLine(EvidenceKind.PROFILE, 0.0, profile_text(profile, shows), profile.name),
        ),
        (
            {"false_log_fit": fit},
            EvidenceLine(
                EvidenceKind.PERSISTENCE,
                0.0,
                persistence_text(len(showing), n_sorties, n_names, second, fit),
            ),
        ),
    ]
    if hours:
        line = EvidenceLine(EvidenceKind.HOUR, 0.0, hour_text(hours, log_hours))
        steps.append(({"false_log_hours": log_hours}, line))
    for n, one in enumerate(explanations, start=1):
        line = EvidenceLine(EvidenceKind.LAWFUL_EMITTER, 0.0, emitter_text(one), one.emitter.id)
        so_far = explanations[:n]
        hidden = tuple(told.hidden_at_emitter * e.premises_per_km2 for e in so_far)
        lawful = tuple(e.weight_per_km2 for e in so_far)
        steps.append(({"emitter_per_km2": lawful, "hidden_per_km2": hidden}, line))
    return steps


def _heard(
    cluster: Cluster, answers: Sequence[Inspection], settings: SiteSettings
) -> list[EvidenceLine]:
    """Return a line for each answer."""
    seen = [one.detection.seen_utc for one in cluster.sightings if one.detection.seen_utc]

    def line(one: Inspection, told: VisitWeight) -> EvidenceLine:
        text = inspection_text(one, told)
        return EvidenceLine(
            EvidenceKind.RESPONSE, told.log_odds, text, one.release_id, one.moment_utc
        )

    return [line(one, weigh_visit(one, seen, settings.inspection)) for one in answers]


def _false_log_fit(
    n_sorties: int, second: float, log_naming: float, settings: EvidenceSettings
) -> float:
    r"""Return ln g: \int p_false(w) w^n dw / \int p(w) w^n dw, times the fit of its chemicals.

    Some false targets always look like one gas, and seldom like a second; the others are named
    anew by each look.
    """

    def log_mean_power(alpha: float, beta: float) -> float:
        return float(betaln(alpha + n_sorties, beta) - betaln(alpha, beta))

    again = log_mean_power(settings.false_target_alpha, settings.false_target_beta)
    usual = log_mean_power(settings.working_alpha, settings.working_beta)
    steady = 1 + second * (settings.false_target_second - 1)
    fickle = settings.false_target_fickle
    return again - usual + log((1 - fickle) * steady + fickle * exp(log_naming))


def _solar_hours(views: Sequence[View], longitude_deg: float) -> list[float]:
    """Return the mean solar time of each, [h]; those without a time are left out."""
    moments = [view.moment_utc for view in views if view.moment_utc is not None]
    return [(one.timestamp() / 3600 + longitude_deg / 15) % 24 for one in moments]


def _log_odds_sd(
    weights: Weights, views: Sequence[View], working: Working, settings: EvidenceSettings
) -> float:
    """Return how wrong the log-odds may be, by first-order errors of what it is made of.

    Of the looks only so far as chance is still a rival: then how well they see matters, and which
    share of the time it works, which few looks leave open.
    """
    chance, other, false, lawful = weights.rival_shares(settings)
    shifted = Working(settings.working_alpha, settings.working_beta)
    for view in views:
        if view.gone_since_utc is not None:
            continue
        less = view.seen.found_probability * exp(-settings.sensitivity_log_sd)
        shifted.add(replace(view.seen, found_probability=less))
    return float(
        np.sqrt(
            settings.density_log_sd**2 * (1 + other**2 + false**2)
            + (settings.profile_log_sd * weights.log_c) ** 2
            + (settings.emitter_log_sd * lawful) ** 2
            + (chance * (weights.log_m - shifted.log_likelihood)) ** 2
            + (chance * working.log_spread()) ** 2
        )
    )


def _often_first(cluster: Cluster) -> tuple[str, ...]:
    times: dict[str, int] = {}
    for one in cluster.sightings:
        times[one.detection.chemical] = times.get(one.detection.chemical, 0) + 1
    return tuple(sorted(times, key=lambda name: (-times[name], name)))
