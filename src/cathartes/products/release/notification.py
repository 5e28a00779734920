"""The notice for alerting systems: the Common Alerting Protocol, scope Private.

References
----------
OASIS Standard, "Common Alerting Protocol Version 1.2", 1 July 2010, section 3.
"""

from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from cathartes.casework.likelihood import Likelihood
from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.products.release.markup import add, xml_bytes
from cathartes.products.release.statements import (
    answer_text,
    finding_facts,
    looks_text,
    place_text,
    withheld_text,
)
from cathartes.products.release.words import ReleaseWords, marking_of, title_of

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_CERTAINTY: dict[Likelihood, str] = {
    "virtually certain": "Likely", "very likely": "Likely", "likely": "Likely",
    "about as likely as not": "Possible", "unlikely": "Possible", "very unlikely": "Unlikely",
    "exceptionally unlikely": "Unlikely",
}  # fmt: skip
"""Likely: p above a half; Unlikely: near 0. Observed would be more than a look from the air."""


def release_notification(content: ReleaseContent, words: ReleaseWords) -> bytes:
    """Return the notice as XML."""
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    add(alert, "identifier", content.release_id)
    add(alert, "sender", content.sender.id)
    add(alert, "sent", _moment(content.issued_utc))
    add(alert, "status", "Exercise" if content.is_exercise else "Actual")
    add(alert, "msgType", content.notice.value.capitalize())
    add(alert, "scope", "Private")
    add(alert, "addresses", content.recipient.id)
    add(alert, "code", f"TLP:{content.tlp}")
    note = [words.say("exercise_note")] if content.is_exercise else []
    note += [content.reason] if content.reason else []
    if note:
        add(alert, "note", " ".join(note))
    if content.earlier:
        sender = content.sender.id
        told = (f"{sender},{one.release_id},{_moment(one.issued_utc)}" for one in content.earlier)
        add(alert, "references", " ".join(told))
    _add_info(alert, content, words)
    return xml_bytes(alert)


def _add_info(alert: ET.Element, content: ReleaseContent, words: ReleaseWords) -> None:
    finding = content.finding
    info = add(alert, "info")
    add(info, "language", content.language)
    add(info, "category", "CBRNE")
    add(info, "event", words.say("event_cancel" if finding is None else "event"))
    add(info, "responseType", "None" if finding is None else "Assess")
    add(info, "urgency", "Unknown")  # nobody on the ground has looked yet
    add(info, "severity", "Unknown")
    add(info, "certainty", "Unknown" if finding is None else _CERTAINTY[finding.likelihood])
    add(info, "senderName", content.sender.name)
    add(info, "headline", f"{marking_of(content)} · {title_of(content, words)}")
    add(info, "description", _description(content, words))
    add(info, "instruction", answer_text(content, words))
    if finding is None:
        return
    for name, value in (("reference", finding.reference), ("mgrs", finding.place.cell.mgrs)):
        parameter = add(info, "parameter")
        add(parameter, "valueName", name)
        add(parameter, "value", value)
    _add_area(info, finding, words)


def _description(content: ReleaseContent, words: ReleaseWords) -> str:
    finding = content.finding
    if finding is None:
        return words.say("limits_cancel")
    lines = [f"{label}: {text}" for label, text in finding_facts(finding, words)]
    lines += [told for told in (looks_text(finding, words), content.message) if told]
    lines.append(f"{words.say('withheld_note')} {withheld_text(content, words)}")
    lines.append(words.say("limits_are"))
    return "\n".join(lines)


def _add_area(info: ET.Element, finding: Finding, words: ReleaseWords) -> None:
    area = add(info, "area")
    add(area, "areaDesc", place_text(finding, words))
    cell = finding.place.cell
    add(area, "polygon", " ".join(f"{lat:.7f},{lon:.7f}" for lon, lat in cell.square))
    centre = f"{cell.latitude_deg:.7f},{cell.longitude_deg:.7f}"
    add(area, "circle", f"{centre} {finding.place.radius_m / 1000:.4f}")  # km


def _moment(moment: datetime) -> str:
    """Return a moment as CAP wants it: UTC is ``-00:00``, never Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}-00:00"
