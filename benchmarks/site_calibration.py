"""Calibration of sites' probabilities on simulated campaigns with known truth.

    python benchmarks/site_calibration.py fit           # prints weights; seeds 0 to 149
    python benchmarks/site_calibration.py judge         # the figures; seeds 80000 to 80299
    python benchmarks/site_calibration.py shifted       # other laws; 100 each from seed 70000
    python benchmarks/site_calibration.py judge --plot docs/images/site_reliability.png
    python benchmarks/site_calibration.py interval      # does it hold P under other weights?

`fit` gives the three densities, the profile's scale and the share of mimics of the highest
posterior, from the truth of all sites built, and the power of true detections' strengths by its
own maximum likelihood; the values are kept in `EvidenceSettings`. Judged once a version: judging
seeds are not for tuning. Seeds from 10000 to 60000 on judged versions before, and are spent.
"""

import argparse
from dataclasses import dataclass, replace
from math import exp, log
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from cathartes.pipeline.profile_file import shipped_profile
from cathartes.sites.association import attribute
from cathartes.sites.build import build_sites
from cathartes.sites.evidence import weigh
from cathartes.sites.hypotheses import Weights, bounded_log_ratio
from cathartes.sites.offset import offset_m
from cathartes.sites.settings import EvidenceSettings, SiteSettings
from cathartes.sites.sighting import to_sightings
from site_campaigns import ORIGIN, Campaign, CampaignLaw, make_campaign

TUNING, JUDGING, SHIFTED = 0, 80_000, 70_000
FOUND_FROM = 0.5
REGION_90 = 4.605
PRIOR_PER_KM2, PRIOR_LOG_SD = 0.05, 0.5
"""Densities are fitted under this log-normal law: other sources and false
targets are told apart so weakly that one of them would be fitted to nothing."""
FLIGHTS = (2, 4, 8, 16, 32)
DENSITIES = ("sites_per_km2", "other_sources_per_km2", "false_targets_per_km2")
JUDGED = (
    "strength_power", "chance_factor", "rate_kg_h", "mimic_share", "working_alpha", "working_beta",
    "false_target_alpha", "false_target_names", "source_names", "emitter_match", "emitter_margin_m",
)  # fmt: skip
SHIFTS = {
    "rates halved": CampaignLaw(median_rate_kg_h=2.0),
    "sites work 5 to 40 % of the time": CampaignLaw(share=(0.05, 0.4)),
    "a third of the sites": CampaignLaw(sites=0.027),
    "three times the sites": CampaignLaw(sites=0.24),
    "false targets doubled": CampaignLaw(false_targets=0.2),
    "chance three times as frequent": CampaignLaw(chance_factor=9.0),
    "unknown sources doubled": CampaignLaw(others=0.12),
}


@dataclass(frozen=True)
class Row:
    """One site that was built: what was said, and what is true."""

    probability: float
    low: float
    high: float
    true: bool
    n_looks: int
    n_detections: int
    error_m: float
    within: bool
    explained: bool
    kind: str
    hidden: str


def origin_of(source_ids: tuple[str, ...], campaign: Campaign) -> str:
    """Return what most of a site's sources come from: a name, or "" for chance.

    A hidden site's from a third on: at lawful premises it is not the only one to be seen.
    """
    names = [campaign.origin_of[s] for s in source_ids]
    hidden = sorted(
        n for n in set(names) if n.startswith("site") and 3 * names.count(n) >= len(names)
    )
    if hidden:
        return hidden[0]
    best = max(sorted(set(names)), key=names.count)
    return best if 2 * names.count(best) > len(names) else ""


def rows_of(campaign: Campaign, settings: SiteSettings) -> list[Row]:
    """Build a campaign's sites and compare each with the truth."""
    truth = {one.name: one for one in campaign.emissions}
    found = build_sites(
        campaign.detections, campaign.looks_at, campaign.emitters, PROFILE, settings
    )
    rows = []
    for site in found.sites:
        name = origin_of(site.source_ids, campaign)
        kind = truth[name].kind if name else "chance"
        error, within = float("nan"), False
        if name:
            east, north = offset_m(*ORIGIN, site.place.longitude_deg, site.place.latitude_deg)
            away = np.array([east - truth[name].east_m, north - truth[name].north_m])
            error = float(np.hypot(*away))
            within = bool(away @ np.linalg.solve(site.place.covariance_m2, away) < REGION_90)
        rows.append(
            Row(site.probability, site.probability_low, site.probability_high, kind == "site",
                site.n_looks, site.n_detections, error, within, bool(site.explained_by), kind, name)
        )  # fmt: skip
    return rows


def calibration_error(p: np.ndarray, true: np.ndarray, n_bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal width."""
    which = np.minimum((p * n_bins).astype(int), n_bins - 1)
    return sum(
        abs(p[which == k].mean() - true[which == k].mean()) * (which == k).mean()
        for k in range(n_bins)
        if (which == k).any()
    )


def equal_mass_error(p: np.ndarray, true: np.ndarray, n_bins: int = 15) -> float:
    """Return the same over bins of as many sites each."""
    parts = np.array_split(np.argsort(p, kind="stable"), n_bins)
    return sum(abs(p[k].mean() - true[k].mean()) * k.size / p.size for k in parts if k.size)


def fit(n: int) -> None:
    """Print the weights that fit the tuning campaigns best."""
    settings = SiteSettings()
    depths = []
    made: list[tuple[Campaign, list]] = []
    for seed in range(TUNING, TUNING + n):
        campaign = make_campaign(seed)
        made.append((campaign, list(attribute(to_sightings(campaign.detections),
                                              settings.association).clusters)))  # fmt: skip
        for one in campaign.detections:
            if campaign.origin_of[one.sources[0].id]:
                e = max(one.expected_by_chance, settings.evidence.smallest_by_chance)
                depths.append(log(settings.evidence.largest_by_chance / e))
    power = 1 / float(np.mean(depths))
    print(f"strength_power {power:.3f} from {len(depths)} true detections")
    told = replace(settings.evidence, strength_power=power, profile_scale=1.0, mimic_share=1e-12)
    settings = replace(settings, evidence=told)
    weights: list[Weights] = []
    true: list[bool] = []
    for campaign, clusters in made:
        kinds = {one.name: one.kind for one in campaign.emissions}
        for cluster in clusters:
            weights.append(weigh(cluster, campaign.looks_at(cluster.place), campaign.emitters,
                                 PROFILE, settings).weights)  # fmt: skip
            ids = tuple(s.source.id for s in cluster.sightings)
            true.append(kinds.get(origin_of(ids, campaign)) == "site")
    truth = np.array(true)

    def loss(logs: np.ndarray) -> float:
        trial = fitted(told, logs)
        odds = np.array(
            [
                replace(w, log_c=bounded_log_ratio(w.log_c, logs[3], exp(logs[4]))).log_odds(trial)
                for w in weights
            ]
        )
        before = 0.5 * np.sum(((logs[:3] - log(PRIOR_PER_KM2)) / PRIOR_LOG_SD) ** 2)
        return float(np.mean(np.logaddexp(0, np.where(truth, -odds, odds))) + before / truth.size)

    best = minimize(loss, [log(0.05), log(0.03), log(0.1), 1.0, log(0.02)], method="Nelder-Mead",
                    options={"maxiter": 500, "xatol": 0.01, "fatol": 1e-5})  # fmt: skip
    names = ("sites_per_km2", "other_sources_per_km2", "false_targets_per_km2")
    for name, value in zip(names, best.x, strict=False):
        print(f"{name} {exp(value):.4f}")
    print(f"profile_scale {best.x[3]:.3f}; mimic_share {exp(best.x[4]):.3f}")
    print(f"log loss {best.fun:.4f} over {truth.size} sites, {truth.sum()} true")


def fitted(settings: EvidenceSettings, logs: np.ndarray) -> EvidenceSettings:
    """Return settings with trial densities."""
    site, other, false = (exp(value) for value in logs[:3])
    return replace(settings, sites_per_km2=site, other_sources_per_km2=other,
                   false_targets_per_km2=false)  # fmt: skip


def report(rows: list[Row], title: str) -> None:
    """Print calibration, Brier score, sharpness, all and by number of looks."""
    print(f"\n{title}")
    print("sites                 n   true   mean p   ECE  ECE(equal mass)  Brier  (base)  sd of p")
    parts = [("all", rows)]
    for low, high in ((1, 3), (4, 7), (8, 15), (16, 99)):
        parts.append((f"{low} to {high} looks", [r for r in rows if low <= r.n_looks <= high]))
    parts.append(("p 0.05 to 0.95", [r for r in rows if 0.05 < r.probability < 0.95]))
    for name, some in parts:
        if not some:
            continue
        p, t = (np.array([getattr(r, what) for r in some], float)
                for what in ("probability", "true"))  # fmt: skip
        base = t.mean() * (1 - t.mean())
        print(f"{name:16s} {p.size:6d} {t.mean():6.3f} {p.mean():8.3f} "
              f"{calibration_error(p, t):6.3f} {equal_mass_error(p, t):10.3f} "
              f"{np.mean((p - t) ** 2):10.3f} {base:7.3f} {p.std():7.3f}")  # fmt: skip


def table(rows: list[Row]) -> None:
    """Print the reliability table, with how often the interval holds a bin's true share."""
    print("\nsaid            n   mean p   true share   mean interval")
    for low in np.arange(0, 1, 0.1):
        some = [r for r in rows if low <= r.probability < low + 0.1 + 1e-9 * (low > 0.85)]
        if some:
            print(
                f"{low:.1f} to {low + 0.1:.1f} {len(some):6d} "
                f"{np.mean([r.probability for r in some]):8.3f} "
                f"{np.mean([r.true for r in some]):10.3f}      "
                f"{np.mean([r.low for r in some]):.2f} to {np.mean([r.high for r in some]):.2f}"
            )
    false = [r for r in rows if r.probability >= FOUND_FROM and not r.true]
    kinds = {k: sum(r.kind == k for r in false) for k in ("chance", "other", "known", "false")}
    print(f"false from {FOUND_FROM} on, by what they are: {kinds}")
    sure = [r for r in rows if r.true and r.probability >= FOUND_FROM]
    print(f"places' 90 % regions hold {np.mean([r.within for r in sure]):.2f} of {len(sure)}")
    known = [r for r in rows if r.kind == "known"]
    wrongly = sum(r.explained for r in rows if r.kind == "site")
    print(
        f"lawful known sources marked as explained: {sum(r.explained for r in known)} of "
        f"{len(known)}; hidden sites so marked: {wrongly} of {sum(r.true for r in rows)}"
    )


def by_flights(campaigns: list[Campaign], settings: SiteSettings) -> None:
    """Print what is found after so many sorties of each campaign."""
    print("\nsorties  campaigns  found of seen of all sites  false/100 km2  error median, 90 % [m]"
          "   ECE  unattributed")  # fmt: skip
    for n in FLIGHTS:
        long = [c.shortened(n) for c in campaigns if c.n_sorties >= n]
        seen = found = hidden = false = 0
        errors: list[float] = []
        rows: list[Row] = []
        left = total = 0
        for campaign in long:
            here = rows_of(campaign, settings)
            rows += here
            sites = {one.name for one in campaign.emissions if one.kind == "site"}
            hidden += len(sites)
            seen += len(sites & {campaign.origin_of[d.sources[0].id] for d in campaign.detections})
            sure = [r for r in here if r.probability >= FOUND_FROM]
            found += len({r.hidden for r in sure if r.true})
            false += sum(not r.true for r in sure)
            errors += [r.error_m for r in sure if r.true]
            sightings = to_sightings(campaign.detections)
            left += len(attribute(sightings, settings.association).unattributed)
            total += len(sightings)
        area = sum(c.area_km2 for c in long)
        p, t = np.array([r.probability for r in rows]), np.array([r.true for r in rows], float)
        print(f"{n:7d} {len(long):10d} {found:8d} of {seen} of {hidden} {100 * false / area:12.1f} "
              f"{np.median(errors):14.1f}, {np.quantile(errors, 0.9):.1f} "
              f"{calibration_error(p, t):12.3f} {left / total:10.3f}")  # fmt: skip


def own_errors(told: EvidenceSettings, rng: np.random.Generator) -> EvidenceSettings:
    """Return weights that are wrong by what the interval says it allows for."""

    def off(name: str, log_sd: float) -> float:
        return float(getattr(told, name) * np.exp(log_sd * rng.standard_normal()))

    return replace(
        told,
        **{name: off(name, told.density_log_sd) for name in DENSITIES},
        profile_scale=off("profile_scale", told.profile_log_sd),
        emitter_active=min(off("emitter_active", told.emitter_log_sd), 0.99),
        usual_found=min(off("usual_found", told.sensitivity_log_sd), 0.99),
    )


def all_errors(told: EvidenceSettings, rng: np.random.Generator) -> EvidenceSettings:
    """Return weights of which the others are wrong too, by a factor of 1.6."""
    others = {
        name: getattr(told, name) * np.exp(told.density_log_sd * rng.standard_normal())
        for name in JUDGED
    }
    return replace(own_errors(told, rng), **others)


def interval(n: int, draws: int = 20) -> None:
    """Print how often a site's 90 % interval holds what other weights make of the same site.

    That says how well first-order errors stand for the errors they are of, not whether the model
    is right: of one site nobody can count how often it is one.
    """
    settings, rng = SiteSettings(), np.random.default_rng(7)
    held: dict[str, list[tuple[float, float]]] = {"its own": [], "all": []}
    for seed in range(JUDGING, JUDGING + n):
        campaign = make_campaign(seed)
        for cluster in attribute(to_sightings(campaign.detections), settings.association).clusters:
            given = (cluster, campaign.looks_at(cluster.place), campaign.emitters, PROFILE)
            said = weigh(*given, settings)
            for name, wrong in (("its own", own_errors), ("all", all_errors)):
                inside = 0
                for _ in range(draws):
                    told = replace(settings, evidence=wrong(settings.evidence, rng))
                    p = weigh(*given, told).probability
                    inside += said.probability_low <= p <= said.probability_high
                held[name].append((said.probability, inside / draws))
    print(f"\nshare of {draws} re-weighings that the 90 % interval holds, {n} campaigns")
    print("weights wrong    sites    all   p 0.05 to 0.5   p 0.5 to 0.95")
    for name, each in held.items():
        p, share = np.array(each).T
        parts = [share, share[(p > 0.05) & (p < 0.5)], share[(p >= 0.5) & (p < 0.95)]]
        print(f"{name:14s} {p.size:7d}" + "".join(f" {part.mean():8.3f}" for part in parts))


def plot(rows: list[Row], path: Path) -> None:
    """Draw the reliability diagram with the number of sites a bin."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    p, t = np.array([r.probability for r in rows]), np.array([r.true for r in rows], float)
    figure, (top, bottom) = plt.subplots(
        2, 1, figsize=(5, 6), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    which = np.minimum((p * 10).astype(int), 9)
    top.plot([0, 1], [0, 1], color="0.7", lw=1)
    for k in range(10):
        some = which == k
        if some.any():
            share, n = t[some].mean(), some.sum()
            # Wilson's interval of 90 %
            z = 1.645
            middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
            half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
            top.plot([p[some].mean()] * 2, [middle - half, middle + half], color="C0", lw=1.5)
            top.plot(p[some].mean(), share, "o", color="C0")
    top.set(ylabel="share that are sites of the profile's kind", ylim=(0, 1), xlim=(0, 1))
    bottom.hist(p, np.linspace(0, 1, 21), color="C0")
    bottom.set(xlabel="probability that was said", ylabel="sites", yscale="log")
    figure.savefig(path, dpi=110)


def main() -> None:
    """Do what is asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "what", choices=("fit", "check", "judge", "shifted", "interval"), nargs="?", default="judge"
    )
    parser.add_argument("--campaigns", type=int, default=0)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    settings = SiteSettings()
    if asked.what == "fit":
        fit(asked.campaigns or 150)
    elif asked.what == "interval":
        interval(asked.campaigns or 20)
    elif asked.what == "shifted":
        for name, law in SHIFTS.items():
            n = asked.campaigns or 100
            made = [make_campaign(SHIFTED + k, law) for k in range(n)]
            report([r for c in made for r in rows_of(c, settings)], name)
    else:
        first = TUNING if asked.what == "check" else JUDGING
        made = [make_campaign(first + k) for k in range(asked.campaigns or 300)]
        rows = [r for c in made for r in rows_of(c, settings)]
        report(rows, f"{len(made)} campaigns from seed {first} on")
        table(rows)
        by_flights(made, settings)
        if asked.plot:
            plot(rows, asked.plot)


PROFILE = shipped_profile()
if __name__ == "__main__":
    main()
