"""How long what was collected is kept: as the mandate says, and longer under an open release."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cathartes.casework.mandate import Mandate
from cathartes.sites.observation import Observation


@dataclass(frozen=True, slots=True)
class Expired:
    """An observation past its retention.

    Attributes
    ----------
    observation
    kept_until_utc
        When it should have gone.
    held
        True if an open release rests on it: it stays.
    """

    observation: Observation
    kept_until_utc: datetime
    held: bool


def find_expired(
    observations: Iterable[Observation],
    mandates: Mapping[str, Mandate],
    held_ids: Collection[str],
    now_utc: datetime,
) -> tuple[Expired, ...]:
    """Return the observations past their mandates' retention, the oldest first.

    The time runs from the end of the acquisition; where that is not known, from the end of the
    mandate, which it can't be after.
    """
    expired = []
    for one in observations:
        mandate = mandates[one.mandate_id]
        seen_utc = one.ended_utc or one.began_utc or mandate.valid_until_utc
        until_utc = mandate.keeps_until(seen_utc)
        if until_utc <= now_utc:
            expired.append(Expired(one, until_utc, one.id in held_ids))
    return tuple(sorted(expired, key=lambda one: (one.kept_until_utc, one.observation.id)))
