"""Evidence in sentences, with their numbers, for one who has to decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp

from cathartes.sites.detection import UNKNOWN
from cathartes.sites.hypotheses import CELL_KM2
from cathartes.sites.inspection import Inspection, Said, VisitWeight
from cathartes.sites.lawful import Explanation
from cathartes.sites.offset import distance_m
from cathartes.sites.place import Place
from cathartes.sites.profile import ChemicalProfile
from cathartes.sites.sighting import Sighting
from cathartes.sites.views import View
from cathartes.sites.visibility import UsualRate

_SHOWN = 0.05
"""Chemicals less probable than this are not named."""


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun; without ``many`` an s makes the plural."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def prior_text(sites_per_km2: float) -> str:
    """Say what is expected before any look."""
    return (
        f"Before any look, one such site is expected in {1 / sites_per_km2:.3g} km2 of ground: on "
        f"a given hectare with {100 * CELL_KM2 * sites_per_km2:.2g} %."
    )


def detection_text(sighting: Sighting, view: View, place: Place, counts: bool) -> str:
    """Say what was seen, how strong, and how well it fits the place."""
    detection = sighting.detection
    chemicals = _chemicals({one.chemical: one.probability for one in detection.candidates})
    away = distance_m(sighting.source.place, place)
    said = [
        f"{_when(view.moment_utc)}, {chemicals} seen",
        f"{away:.0f} m from the site's middle",
        f"placed to {sighting.source.place.radius_m:.0f} m",
    ]
    if detection.snr is not None:
        said.append(f"{detection.snr:.1f} standard deviations strong")
    if detection.expected_by_chance is not None:
        said.append(f"of which chance shows {detection.expected_by_chance:.1g} in such a look")
    if not counts:
        return f"{', '.join(said)}; another of the same look tells more, and counts in its place."
    found = view.seen.found_probability
    return f"{', '.join(said)}; a working site is found by this look with {_percent(found)}."


def empty_look_text(view: View, rates: Mapping[str, UsualRate], share: float) -> str:
    """Say what would have been found, and how surely."""
    when = _when(view.moment_utc)
    if not view.seen.found_probability:
        return f"{when}, nothing seen, but this look could not have seen these chemicals there."
    usual = " or ".join(f"{r.median_kg_h:.2g} kg/h of {name}" for name, r in sorted(rates.items()))
    return (
        f"{when}, nothing seen, where {usual} would have been found with "
        f"{_percent(view.seen.found_probability)}; by the looks before it, a site here works about "
        f"{_percent(share)} of the time."
    )


def gone_look_text(view: View, gone_since_utc: datetime) -> str:
    """Say why an empty look after a dismantling says nothing."""
    return (
        f"{_when(view.moment_utc)}, nothing seen, after it was dismantled on "
        f"{gone_since_utc:%Y-%m-%d}: this says nothing of what was there before."
    )


def inspection_text(inspection: Inspection, told: VisitWeight) -> str:
    """Say who was there when, what they said, and how well such a visit tells."""
    day = f"{inspection.moment_utc:%Y-%m-%d}"
    match inspection.said:
        case Said.NO_ACCESS:
            return (
                f"Partner {inspection.partner} told on {day} that it could not get in: nobody "
                "looked, which says nothing of what is there."
            )
        case Said.DISPUTED:
            return (
                f"Partner {inspection.partner} disputed it on {day}: its reason is to be read, "
                "and is no visit that could be counted."
            )
        case Said.FOUND:
            said = "confirmed it"
        case Said.DISMANTLED:
            said = "dismantled it"
        case Said.NOTHING:
            said = "found nothing"
    was = "was there on" if inspection.was_there else "answered on"
    days = "less than a day" if told.days < 1 else counted(round(told.days), "day")
    return (
        f"Partner {inspection.partner} {was} {day}, {days} from the nearest sighting, and {said}: "
        f"of a site this is said with {_percent(told.if_site)}, of another place with "
        f"{_percent(told.if_none)}."
    )


def profile_text(profile: ChemicalProfile, shows: Mapping[str, float]) -> str:
    """Say which classes of the profile showed."""
    there = {n: p for n, p in profile.class_probability(shows).items() if p >= _SHOWN}
    if not there:
        return f"None of the chemicals of the profile {profile.name} was seen."
    named = ", ".join(f"{name} ({_percent(p)})" for name, p in there.items())
    n_pairs = sum(set(pair.classes) <= set(there) for pair in profile.together)
    pairs = f", with {n_pairs} of its telling combinations" if n_pairs else ""
    return (
        f"Of the profile {profile.name}, {len(there)} of "
        f"{counted(len(profile.classes), 'class', 'classes')} showed: "
        f"{named}{pairs}."
    )


def persistence_text(
    n_showing: int, n_sorties: int, n_names: int, second: float, log_fit: float
) -> str:
    """Say how well a lasting false target would show the same."""
    names = "one name" if n_names == 1 else f"{n_names} names"
    return (
        f"Seen in {n_showing} of {counted(n_sorties, 'sortie')} under {names}, a second "
        f"chemical with {_percent(second)}: ground that looks like a gas shows this "
        f"{_as_often(exp(log_fit))} as a source does."
    )


def hour_text(hours: Sequence[float], log_hours: float) -> str:
    """Say at which hours it was seen, and what that says of warm ground."""
    named = ", ".join(f"{int(h * 60 + 0.5) // 60 % 24:02d}:{int(h * 60 + 0.5) % 60:02d}"
                      for h in sorted(hours))  # fmt: skip
    return (
        f"Seen at {named} solar time, when warm ground looks like a gas "
        f"{_as_often(exp(log_hours))} as on average."
    )


def emitter_text(one: Explanation) -> str:
    """Say what the emitter is, how far, and how its chemicals fit."""
    emitter = one.emitter
    where = f"{one.distance_m:.0f} m away" if one.distance_m >= 1 else "there"
    listed = ", ".join(emitter.chemicals) or "chemicals not known"
    return (
        f"{emitter.name} ({emitter.kind}; {listed}) is {where}, and gives off what was seen "
        f"{_as_often(one.chemical_ratio)} as any other source."
    )


def _when(moment_utc: datetime | None) -> str:
    return f"{moment_utc:%Y-%m-%d %H:%M} UTC" if moment_utc else "At an unknown time"


def _as_often(ratio: float) -> str:
    """Return how many times as often, to two digits."""
    times = f"{ratio:.2g}"
    return "as often" if times == "1" else f"{times} times as often"


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f} %"


def _chemicals(probability: Mapping[str, float]) -> str:
    named = [
        f"{'a gas outside the library' if name == UNKNOWN else name} ({_percent(p)})"
        for name, p in sorted(probability.items(), key=lambda one: (-one[1], one[0]))
        if p >= _SHOWN
    ]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named) or "gas"
