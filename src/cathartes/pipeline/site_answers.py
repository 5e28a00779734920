"""What partners answered, as evidence of the sites that they were told of.

Drills are none: nothing that was not so speaks for a place. A recall takes no visit back: who was
there was there, whatever we think by now; were answers to recalled releases left out, a "nothing
found" that led to the recall would make the site likelier again.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time

from cathartes.casework.relay import Heard, Relay, relays_of
from cathartes.casework.release import TOLD, Release
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer
from cathartes.errors import CasebookError
from cathartes.sites.detection import Detection
from cathartes.sites.inspection import Inspection, Said
from cathartes.store.interface import Casebook
from cathartes.store.interface_releases import ReleaseFilter

_PAGE = 1000
_SAID = {
    Answer.CONFIRMED: Said.FOUND,
    Answer.DISMANTLED: Said.DISMANTLED,
    Answer.NOTHING_FOUND: Said.NOTHING,
    Answer.NOT_ACCESSIBLE: Said.NO_ACCESS,
    Answer.DISPUTED: Said.DISPUTED,
}
TELLING = frozenset(_SAID)
"""Receipts and intentions are no evidence of anything, and closing a file is none either."""


def told_relays(
    book: Casebook, *, is_exercise: bool = False, partner_id: str = ""
) -> tuple[Relay, ...]:
    """Return what was told to partners with what they answered, drills or what is real."""
    wanted = ReleaseFilter(states=TOLD, partner_id=partner_id, is_exercise=is_exercise)
    releases = tuple(_all_releases(book, wanted))
    answers = book.responses([one.id for one in releases])
    heard = {
        name: tuple(Heard(kept.response, kept.received_utc) for kept in some)
        for name, some in answers.items()
    }
    return relays_of(releases, heard)


def inspections_of(book: Casebook, detections: Iterable[Detection]) -> tuple[Inspection, ...]:
    """Return what partners' answers say of the sites that some detections make.

    Those to what was told of these detections, and those that have lost all of theirs: a site near
    the place that was told takes them over.
    """
    here = {one.id for one in detections}
    answered = [(one, word) for one in told_relays(book) if (word := _word(one)) is not None]
    elsewhere = {
        name
        for one, _ in answered
        if not here.intersection(one.first.basis.detection_sha256)
        for name in _detection_ids(one)
    }
    there = {found.detection.id for found in book.detections_of_ids(sorted(elsewhere))}
    return tuple(
        _inspection(book, one, word)
        for one, word in answered
        if _detection_ids(one) & here or not _detection_ids(one) & there
    )


def _all_releases(book: Casebook, wanted: ReleaseFilter) -> Iterator[Release]:
    after = ""
    while page := book.releases(wanted, _PAGE, after):
        yield from page
        after = page[-1].id


def _detection_ids(relay: Relay) -> frozenset[str]:
    return frozenset(name for one in relay.releases for name in one.basis.detection_sha256)


def _word(relay: Relay) -> Heard | None:
    """Return the answer that counts: what was found, else the last that says anything."""
    outcome = relay.outcome
    telling: Sequence[Heard] = [h for h in relay.heard if h.response.answer in _SAID]
    if outcome is not None:
        telling = [h for h in telling if h.response.answer is outcome]
    return telling[-1] if telling else None


def _inspection(book: Casebook, relay: Relay, word: Heard) -> Inspection:
    alert = next(one for one in reversed(relay.releases) if one.notice is not Notice.CANCEL)
    finding = book.release_content(alert.id).finding
    if finding is None:
        raise CasebookError(
            f"release {alert.id} is no recall and tells of no finding; run `cathartes casebook "
            "check`."
        )
    cell = finding.place.cell
    return Inspection(
        release_id=word.response.release_id,
        partner=relay.partner_id,
        said=_SAID[word.response.answer],
        moment_utc=moment_of(word),
        was_there=word.response.visited_on is not None,
        site_id=alert.site_id,
        detection_ids=_detection_ids(relay),
        longitude_deg=cell.longitude_deg,
        latitude_deg=cell.latitude_deg,
        radius_m=finding.place.radius_m,
    )


def moment_of(word: Heard) -> datetime:
    """Return when somebody was there: noon of the day that is told, else when it was answered.

    By the partner's clock, but never after its answer was here.
    """
    response = word.response
    told = response.answered_utc
    if response.visited_on is not None:
        told = datetime.combine(response.visited_on, time(12), UTC)
    return min(told, word.received_utc)
