"""What a log's own inversion says, as a view of its sortie."""

from cathartes.locate.reasons import Doubt
from cathartes.locate.result import LogSources, Reason
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
    return View(name, tuple(sightings), evidence)
