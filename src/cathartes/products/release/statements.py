"""What a release says, as labels with their values: the same in report, map, notice and summary."""

from typing import TypeAlias

from cathartes.casework.due import days_to_answer
from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.products.release.words import ReleaseWords, earlier_of, marking_of

Facts: TypeAlias = list[tuple[str, str]]


def envelope_facts(content: ReleaseContent, words: ReleaseWords) -> Facts:
    """Return who tells whom, when, and under which label."""
    notice = words.say(f"notice_{content.notice.value}", earlier=earlier_of(content))
    label = f"{marking_of(content)}: {words.kind('tlp', content.tlp)}"
    facts = [
        (words.say("release"), content.release_id),
        (words.say("notice"), notice),
        *([(words.say("reason"), content.reason)] if content.reason else []),
        (words.say("issued"), words.report.date(content.issued_utc)),
        (words.say("from"), f"{content.sender.name} ({content.sender.id})"),
        (words.say("to"), f"{content.recipient.name} ({content.recipient.country})"),
        (words.say("label"), label),
    ]
    if content.mandate_ids:
        facts.append((words.say("mandates"), ", ".join(content.mandate_ids)))
    return facts


def finding_facts(finding: Finding, words: ReleaseWords) -> Facts:
    """Return what is told of a site, without what is withheld or not known."""
    facts = [
        (words.say("place"), place_text(finding, words)),
        (words.say("radius"), _radius(finding, words)),
        (words.say("likelihood"), likelihood_text(finding, words)),
    ]
    if finding.is_lawful_likely:
        facts.append((words.say("lawful"), words.say("lawful_is")))
    if finding.reviewers_confidence is not None:
        word = words.kind("confidence", finding.reviewers_confidence)
        facts.append((words.say("confidence"), words.say("confidence_is", word=word)))
    facts += _measured_facts(finding, words)
    for key, period in (("first_seen", finding.first_seen), ("last_seen", finding.last_seen)):
        if period is not None:
            facts.append((words.say(key), words.period(period)))
    if finding.sensor_kinds is not None:
        kinds = ", ".join(words.kind("sensor", one) for one in finding.sensor_kinds)
        facts.append((words.say("sensors"), kinds))
    if finding.flags is not None:
        flags = ", ".join(words.kind("flag", one) for one in finding.flags)
        facts.append((words.say("flags"), flags or words.say("none")))
    return facts


def place_text(finding: Finding, words: ReleaseWords) -> str:
    """Return the cell with its centre, whose degrees have a point, as maps want them typed."""
    cell = finding.place.cell
    return words.say(
        "place_is", mgrs=cell.mgrs, size=words.length(cell.size_m), datum=finding.place.datum,
        lat=f"{cell.latitude_deg:.5f}", lon=f"{cell.longitude_deg:.5f}",
    )  # fmt: skip


def likelihood_text(finding: Finding, words: ReleaseWords) -> str:
    """Return how likely it is, in words and, if told, numbers."""
    said = words.say("likelihood_of", word=words.report.word(finding.likelihood))
    told = finding.probability
    if told is None:
        return said
    p, low, high = (words.number(v, ".2f") for v in (told.value, told.low, told.high))
    return f"{said}; {words.say('probability_is', p=p, low=low, high=high)}"


def withheld_text(content: ReleaseContent, words: ReleaseWords) -> str:
    """Return the names of what is withheld."""
    return "; ".join(words.kind("withheld", one) for one in content.withheld) + "."


def answer_text(content: ReleaseContent, words: ReleaseWords) -> str:
    """Return how to answer, and within how many days."""
    key = "answer_cancel" if content.finding is None else "answer_is"
    return words.say(key, days=str(days_to_answer(content)), id=content.release_id)


def looks_text(finding: Finding, words: ReleaseWords) -> str:
    """Return how often one looked and found nothing; "" if that is withheld."""
    looks = finding.empty_looks
    if looks is None:
        return ""
    numbers = {"n": looks.n_looks, "empty": looks.n_empty, "doubt": looks.n_inconclusive}
    return words.say("looks_are", **{name: str(value) for name, value in numbers.items()})


def map_text(finding: Finding, words: ReleaseWords) -> str:
    """Return what is what on the report's map."""
    told = [words.say("map_note", within=words.share(finding.place.within))]
    if finding.plume_cells is not None:
        told.append(words.say("map_plume", size=words.length(finding.place.cell.size_m)))
    if finding.image is not None:
        told.append(words.say("map_image"))
    return " ".join(told)


def _radius(finding: Finding, words: ReleaseWords) -> str:
    place = finding.place
    radius = words.length(place.radius_m)
    return words.say("radius_is", radius=radius, within=words.share(place.within))


def _measured_facts(finding: Finding, words: ReleaseWords) -> Facts:
    facts: Facts = []
    if finding.chemicals is not None:
        told = [
            words.chemical(one.name) if one.probability is None else words.say(
                "chemical_is", name=words.chemical(one.name), p=words.number(one.probability, ".2f")
            )
            for one in finding.chemicals
        ]  # fmt: skip
        facts.append((words.say("chemicals"), ", ".join(told) or words.say("none")))
    if finding.rate_kg_h is not None:
        rate = finding.rate_kg_h
        value, low, high = (words.number(v, ".2g") for v in (rate.value, rate.low, rate.high))
        facts.append((words.say("rate"), words.say("rate_is", value=value, low=low, high=high)))
    if finding.column_density is not None:
        column = finding.column_density
        mean = words.number(column.mean_ppm_m)
        if column.sd_ppm_m is None:
            said = words.say("column_is", mean=mean)
        else:
            said = words.say("column_sd_is", mean=mean, sd=words.number(column.sd_ppm_m, ".2g"))
        facts.append((words.say("column"), said))
    return facts
