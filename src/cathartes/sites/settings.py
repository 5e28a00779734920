"""What joining detections into sites and weighing their evidence rests on: defaults, once."""

from dataclasses import dataclass, field

from cathartes.errors import SettingsError


def _check_positive(settings: object, names: tuple[str, ...], what: str) -> None:
    for name in names:
        if not getattr(settings, name) > 0:
            raise SettingsError(
                f"{what}: {name} is {getattr(settings, name):g}; a positive number is needed."
            )


@dataclass(frozen=True, slots=True)
class AssociationSettings:
    """How sources are attributed to sites.

    Attributes
    ----------
    extent_m : [m]
        Standard deviation of where on a site it gives off: a yard with several vents.
    places_per_km2
        Density of places that show anything, true or not: what a new site is expected with. Two
        sources 20 m wrong are joined up to about 100 m apart.
    least_odds
        Evidence for another site, as a share of that for the own one, from which on a source is
        ambiguous, and stays unattributed.
    """

    extent_m: float = 15.0
    places_per_km2: float = 2.0
    least_odds: float = 0.1

    def __post_init__(self) -> None:
        _check_positive(self, ("extent_m", "places_per_km2", "least_odds"), "association of sites")
        if self.least_odds >= 1:
            raise SettingsError(
                f"association of sites: least_odds is {self.least_odds:g}; less than 1 is needed."
            )


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """Weights of the evidence.

    The three densities, the power, the profile's scale and the share of mimics were fitted on
    simulated campaigns (`benchmarks/site_calibration.py`); the others are judged.

    Attributes
    ----------
    sites_per_km2, other_sources_per_km2, false_targets_per_km2
        Expected before looking: sites of the profile's kind, lasting sources that are neither
        these nor known, and ground that looks like a gas (roofs, bare soil).
    strength_power
        A true detection's `expected_by_chance` e has a density as e to this power less one.
    chance_factor
        Detections where nothing is are so many times as frequent as `expected_by_chance` says: it
        is of an even ground, and does not count pieces of plumes under other gases' names.
    largest_by_chance
        Of `expected_by_chance`: up to which true detections are counted. Looks at more than a
        sixth of a megapixel report some beyond it, at the same law.
    smallest_by_chance
        Less is not believed: the laws of chance are not known so far out.
    log_by_chance
        That of a log's sources, which have none.
    unknown_footprint_km2
        Of an observation whose footprint is not known.
    usual_found
        Probability with which a working site is found, where a look's sensitivity is not known.
    working_alpha, working_beta
        Beta law of the share of the time that a source works.
    rate_kg_h, rate_log_sd
        Log-normal law of rates, where none was estimated; and of a site's rate from day to day.
    profile_scale
        Factor of the profile's weights.
    mimic_share
        Share of other lasting sources whose chemicals are as those of the profile's kind: however
        telling they look, they tell no more than one in so many.
    false_target_alpha, false_target_beta
        Beta law of the share of sorties in which a lasting false target shows: it rests less.
    false_target_second
        Odds with which a false target looks like a second, other chemical too.
    false_target_fickle
        Share of the false targets that each look names anew; the others always look alike.
    false_target_names, source_names
        How many names looks have for one of these, and for a source: Ewens' parameters.
    noon_share
        How much of the false targets' showing follows the sun: 0 none, 1 none at midnight.
    emitter_margin_m : [m]
        Standard deviation of where a lawful emitter gives off, about its outline.
    emitter_active
        Probability that a known emitter gives off enough to be seen at all.
    hidden_at_emitter
        Share of lawful premises that hide a site of the profile's kind. It lets chemicals that the
        emitter does not give off speak; closeness to an emitter never speaks for a site.
    emitter_match, emitter_mismatch
        How much likelier a chemical on an emitter's list is there than at any source, and one that
        is not on it.
    density_log_sd, profile_log_sd, emitter_log_sd, sensitivity_log_sd
        How wrong the logarithms of densities, a profile's weight, an emitter's weight and a look's
        probability of finding may be: what the interval rests on.
    """

    sites_per_km2: float = 0.05
    other_sources_per_km2: float = 0.05
    false_targets_per_km2: float = 0.095
    strength_power: float = 0.2
    chance_factor: float = 3.0
    largest_by_chance: float = 0.1
    smallest_by_chance: float = 1e-6
    log_by_chance: float = 0.05
    unknown_footprint_km2: float = 2.0
    usual_found: float = 0.7
    working_alpha: float = 1.0
    working_beta: float = 1.0
    rate_kg_h: float = 3.0
    rate_log_sd: float = 0.7
    profile_scale: float = 1.4
    mimic_share: float = 0.005
    false_target_alpha: float = 3.0
    false_target_beta: float = 1.0
    false_target_second: float = 0.2
    false_target_fickle: float = 0.3
    false_target_names: float = 3.0
    source_names: float = 0.5
    noon_share: float = 0.5
    emitter_margin_m: float = 40.0
    emitter_active: float = 0.5
    hidden_at_emitter: float = 0.01
    emitter_match: float = 5.0
    emitter_mismatch: float = 0.05
    density_log_sd: float = 0.5
    profile_log_sd: float = 0.3
    emitter_log_sd: float = 0.7
    sensitivity_log_sd: float = 0.3

    def __post_init__(self) -> None:
        _check_positive(self, tuple(type(self).__dataclass_fields__), "evidence of sites")
        for name in (
            "usual_found", "noon_share", "emitter_active", "hidden_at_emitter",
            "false_target_fickle",
        ):  # fmt: skip
            if getattr(self, name) >= 1:
                raise SettingsError(
                    f"evidence of sites: {name} is {getattr(self, name):g}; less than 1 is needed."
                )
        if not self.smallest_by_chance < self.largest_by_chance:
            raise SettingsError(
                f"evidence of sites: smallest_by_chance is {self.smallest_by_chance:g}; less than "
                f"largest_by_chance, {self.largest_by_chance:g}, is needed."
            )


@dataclass(frozen=True, slots=True)
class InspectionSettings:
    """How reliably a partner's visit tells. All of it is judged; `cathartes outcomes` will tell.

    Attributes
    ----------
    finds
        Probability that inspectors find a site that is there and say so: nine of ten such places
        are indoors or hidden, and offices are short of time.
    searches_m : [m]
        About the place they were told, they search so far as well as that; of a wider circle,
        the share searches_m / radius.
    false_confirmed, false_dismantled
        That they say so of a place that is none of the kind. Taking a place apart leaves things
        to show; a mere yes may be of something else nearby.
    half_life_days
        After so many days half the sites have moved.
    returns
        Share of the dismantled sites that are at work again when one looks next.
    log_sd
        How wrong an answer's weight may be, as a share of it: for the interval.
    """

    finds: float = 0.85
    searches_m: float = 300.0
    false_confirmed: float = 0.05
    false_dismantled: float = 0.01
    half_life_days: float = 180.0
    returns: float = 0.3
    log_sd: float = 0.3

    def __post_init__(self) -> None:
        _check_positive(self, tuple(type(self).__dataclass_fields__), "inspection of sites")
        for name in ("finds", "false_confirmed", "false_dismantled", "returns"):
            if getattr(self, name) >= 1:
                raise SettingsError(
                    f"inspection of sites: {name} is {getattr(self, name):g}; less than 1 is "
                    "needed."
                )


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """All that `build_sites` may be told."""

    association: AssociationSettings = field(default_factory=AssociationSettings)
    evidence: EvidenceSettings = field(default_factory=EvidenceSettings)
    inspection: InspectionSettings = field(default_factory=InspectionSettings)
