"""What a log's own inversion says, as a view of its sortie."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cathartes.locate.reasons import Doubt
from cathartes.locate.result import LogSources, Reason
from cathartes.locate.second_look import OthersPlace
from cathartes.locate.sorties import Sighting, View


def view_of_log(name: str, found: LogSources) -> View:
    """Return the view of one sortie's logs.

    Sources whose place the log alone does not tell are handed on with their doubt: another sortie
    may tell it. Gas that no source explains, or that was seen from one place only, says nothing of
    any source, and neither does a log without a baseline or wind.

    Parameters
    ----------
    name
        For people.
    found
        By `locate_sources`, of all the sortie's logs.
    """
    evidence, posterior = found.evidence, found.posterior
    if evidence is None or found.reason is Reason.ONE_PLACE:
        return View(name)
    if posterior is None:
        return View(name, (), evidence)
    doubt = Doubt(found.reason, found.why) if found.reason else None
    sightings = [
        Sighting(
            label=f"{found.chemical}-{k + 1}",
            place_m=posterior.place_m[:, k, :2],
            rate_kg_h=posterior.rate_kg_h[:, k],
            height_m=posterior.place_m[:, k, 2],
            probability=probability,
            doubt=doubt,
        )
        for k, probability in enumerate(evidence.probability)
    ]
    again = None if found.again is None else _SecondLook(name, found.again)
    return View(name, tuple(sightings), evidence, again)


@dataclass(frozen=True, slots=True)
class _SecondLook:
    """A log's view where others show sources."""

    name: str
    found: Callable[[Sequence[OthersPlace]], LogSources | None]

    def __call__(self, others: Sequence[OthersPlace]) -> View | None:
        """Return it, its sightings under names of their own; None if it is the same."""
        found = self.found(others)
        if found is None:
            return None
        view = view_of_log(self.name, found)
        sightings = (replace(one, label=f"{one.label}, looked at again") for one in view.sightings)
        return replace(view, sightings=tuple(sightings))
