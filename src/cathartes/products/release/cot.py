"""The release on a partner's live map: Cursor-on-Target 2.0, a neutral mark and its deletion.

A live map has more readers than a sealed package, so the mark says no more than what every release
says: the cell, how likely it is, whether something lawful explains it. It is built from nothing, as
libraries for this format add the host's name.

References
----------
MITRE, "Event data model (Version 2.0)", Event-PUBLIC.xsd, 2003 with its clarifications of 2007.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.casework.release_material import Notice
from cathartes.products.release.markup import add
from cathartes.products.release.statements import finding_facts
from cathartes.products.release.words import marking_of, title_of, words_of

SPOT = "b-m-p-s-m"
"""A spot on the map (bits, map, point, spot, marker): of no side, no unit and no target."""
DELETION = "t-x-d-d"
GREETING = "t-x-c-t"
"""A ping, which has no place on any map."""
UNKNOWN_M = "9999999"
SHOWN = timedelta(days=30)
"""After which a mark is stale. The clock is the release's: an earlier one's mark goes first."""

_BREAK = " \n"
"""Some servers make one line of remarks; its parts stay apart."""


def release_events(content: ReleaseContent) -> tuple[bytes, ...]:
    """Return what a live map is to be told, in order: the same content gives the same bytes.

    An alert is a mark; an update deletes those of the releases that it replaces and sets its own; a
    recall deletes.
    """
    deletions = tuple(_deletion(content, one.release_id) for one in content.earlier)
    return (*deletions, *([] if content.finding is None else [_mark(content, content.finding)]))


def greeting(content: ReleaseContent) -> bytes:
    """Return what a connection begins with.

    Some servers take the first event for who is connected, and delete it from all maps when the
    connection ends; some answer it.
    """
    event = _event(content, mark_uid(content, f"{content.release_id}\0greeting"), GREETING)
    _add_point(event, "0", "0", UNKNOWN_M)
    add(event, "detail")
    return _document(event)


def mark_uid(content: ReleaseContent, release_id: str) -> str:
    """Return the name of a release's mark: the same for its recalls, and telling nothing."""
    told = f"{content.recipient.id}\0{release_id}"  # not the sender: a later one may recall it
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _mark(content: ReleaseContent, finding: Finding) -> bytes:
    place = finding.place
    event = _event(content, mark_uid(content, content.release_id), SPOT)
    _add_point(
        event, f"{place.cell.latitude_deg:.7f}", f"{place.cell.longitude_deg:.7f}",
        f"{place.radius_m:.1f}",
    )  # fmt: skip
    words = words_of(content)
    # What every release says, and nothing of what this partner may have beyond it.
    core = Finding(finding.reference, place, finding.likelihood, finding.is_lawful_likely)
    facts = [
        (words.say("release"), content.release_id),
        (words.say("from"), content.sender.name),
        (words.say("to"), content.recipient.name),
        *finding_facts(core, words),
    ]
    lines = [marking_of(content)]
    lines += [words.say("exercise_note")] if content.is_exercise else []
    lines += [f"{label}: {text}" for label, text in facts]
    lines.append(words.say("mark_note"))
    detail = add(event, "detail")
    add(detail, "contact", callsign=f"{marking_of(content)} · {title_of(content, words)}")
    add(detail, "remarks", _BREAK.join(lines))
    return _document(event)


def _deletion(content: ReleaseContent, release_id: str) -> bytes:
    uid = mark_uid(content, release_id)
    event = _event(content, mark_uid(content, f"{content.release_id}\0{uid}"), DELETION)
    _add_point(event, "0", "0", UNKNOWN_M)
    words = words_of(content)
    lines = [marking_of(content)]
    lines += [words.say("exercise_note")] if content.is_exercise else []
    is_recall = content.notice is Notice.CANCEL
    lines.append(words.say("mark_recalled" if is_recall else "mark_replaced", earlier=release_id))
    detail = add(event, "detail")
    add(detail, "link", uid=uid, relation="p-p", type=SPOT)
    add(detail, "__forcedelete")
    add(detail, "remarks", _BREAK.join(lines))
    return _document(event)


def _event(content: ReleaseContent, uid: str, kind: str) -> ET.Element:
    issued = content.issued_utc
    return ET.Element(
        "event", version="2.0", uid=uid, type=kind, how="h-e",
        time=_moment(issued), start=_moment(issued), stale=_moment(issued + SHOWN),
        access=f"TLP:{content.tlp}",
    )  # fmt: skip


def _add_point(event: ET.Element, lat: str, lon: str, ce: str) -> None:
    add(event, "point", lat=lat, lon=lon, hae=UNKNOWN_M, ce=ce, le=UNKNOWN_M)


def _document(event: ET.Element) -> bytes:
    """Return an event on a line of its own: servers read a stream of them."""
    text: str = ET.tostring(event, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
