"""The mark on a live map: the schema's rules, neutral, no more than every release says.

The rules are those of MITRE's Event-PUBLIC.xsd (version 2.0, 2003, clarified 2007), written here as
tests; `system/test_tak_server.py` shows the events to a real server.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
import shapely

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import Recipient, ReleaseContent
from cathartes.casework.release_material import Earlier, Notice, Sender
from cathartes.casework.tlp import Tlp
from cathartes.products.release.cot import greeting, mark_uid, release_events
from made_up_release import (
    CHEMICAL,
    LATITUDE_DEG,
    LONGITUDE_DEG,
    SECRETS,
    SEEN_UTC,
    detection,
    material,
    partner,
)
from needles import exact_numbers, found, of_this_machine, written

ALLOWED = {"version", "type", "access", "qos", "opex", "uid", "time", "start", "stale", "how"}
"""Attributes of an event: the schema knows no others."""
REQUIRED = ALLOWED - {"access", "qos", "opex"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CORNERS = [
    (LONGITUDE_DEG, LATITUDE_DEG),
    *((x, y) for x, y in shapely.get_coordinates(detection(0).outline).tolist()),
]
HOSTILE = "\"/><detail><evil a='1'/>]]>&lol;<!-- </remarks> & 𝔘"


def content(notice=Notice.ALERT, fields=tuple(Field), cell_m=100, languages=("en",), **changes):
    to = replace(partner(*fields, cell_m=cell_m, languages=languages), ceiling=Tlp.RED)
    return content_for(to, replace(material(notice), **changes))


def told(content: ReleaseContent) -> list[bytes]:
    return [greeting(content), *release_events(content)]


EVERY = {
    "alert": content(), "update": content(Notice.UPDATE), "recall": content(Notice.CANCEL),
    "drill": content(is_exercise=True), "spanish": content(languages=("es",)),
    "red": content(tlp=Tlp.RED),
    "hostile": replace(
        content(Notice.UPDATE, message=HOSTILE, reason=HOSTILE, sender=Sender("x", HOSTILE)),
        recipient=Recipient("mx-authority", HOSTILE, "MX"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_each_event_follows_the_schema(name):
    for text in told(EVERY[name]):
        event = ET.XML(text)
        assert event.tag == "event"
        assert REQUIRED <= set(event.attrib) <= ALLOWED
        assert [child.tag for child in event] == ["point", "detail"]
        assert Decimal(event.get("version")) == 2
        assert re.fullmatch(r"\w+(-\w+)*(;[^;]*)?", event.get("type"))
        assert re.fullmatch(r"\w(-\w+)*", event.get("how"))
        assert event.get("uid")
        times = [event.get(which) for which in ("time", "start", "stale")]
        assert all(MOMENT.fullmatch(one) for one in times)
        time, start, stale = map(datetime.fromisoformat, times)
        assert time == start < stale
        point = event.find("point")
        assert set(point.attrib) == {"lat", "lon", "hae", "ce", "le"}
        assert not list(point)
        numbers = {key: Decimal(value) for key, value in point.attrib.items()}
        assert "e" not in "".join(point.attrib.values()).lower(), "a decimal has no exponent"
        assert abs(numbers["lat"]) <= 90
        assert abs(numbers["lon"]) <= 180
        assert numbers["le"] == numbers["hae"] == 9999999, "no height is known"
        assert 0 < numbers["ce"] <= 9999999


@pytest.mark.parametrize("name", EVERY)
def test_no_event_is_of_a_side_a_unit_or_a_target(name):
    """Types that begin with ``a`` have an affiliation: friend, hostile, and the like."""
    types = [
        one.get("type")
        for text in told(EVERY[name])
        for one in ET.XML(text).iter()
        if "type" in one.attrib
    ]
    assert set(types) <= {"b-m-p-s-m", "t-x-d-d", "t-x-c-t"}
    assert not [one for one in types if one.startswith(("a-", "u-d", "b-r", "b-m-p-t", "b-d"))]


def test_the_mark_is_the_cells_centre_with_its_radius():
    full = content()
    (mark,) = map(ET.XML, release_events(full))
    place, point = full.finding.place, mark.find("point")
    assert float(point.get("lat")) == place.cell.latitude_deg
    assert float(point.get("lon")) == place.cell.longitude_deg
    assert float(point.get("ce")) == place.radius_m
    assert mark.get("uid") == mark_uid(full, full.release_id)


def test_a_recall_deletes_the_very_mark_and_lasts_longer_than_it():
    first = content(fields=())
    issued = first.issued_utc + timedelta(days=2)
    earlier = (Earlier(first.release_id, first.issued_utc),)
    recall = replace(
        content(Notice.CANCEL), release_id="R-2031-0011", earlier=earlier, issued_utc=issued
    )
    (mark,), (deletion,) = map(release_events, (first, recall))
    mark, deletion = ET.XML(mark), ET.XML(deletion)
    link = deletion.find("detail/link")
    assert (link.get("uid"), link.get("relation")) == (mark.get("uid"), "p-p")
    assert deletion.find("detail/__forcedelete") is not None
    assert deletion.get("uid") != mark.get("uid")
    assert deletion.get("stale") > mark.get("stale")
    assert (deletion.find("point").get("lat"), deletion.find("point").get("lon")) == ("0", "0")


def test_an_update_takes_the_old_mark_away_and_sets_its_own():
    update = content(Notice.UPDATE)
    deletion, mark = map(ET.XML, release_events(update))
    assert deletion.find("detail/link").get("uid") == mark_uid(update, "R-2031-0006")
    assert mark.get("uid") == mark_uid(update, "R-2031-0007")
    assert len({deletion.get("uid"), mark.get("uid"), ET.XML(greeting(update)).get("uid")}) == 3


def test_marks_that_an_update_failed_to_delete_go_with_the_next():
    recall = content(Notice.CANCEL)
    before = Earlier("R-2031-0005", recall.issued_utc)
    recall = replace(recall, earlier=(*recall.earlier, before))
    events = [ET.XML(one) for one in release_events(recall)]
    gone = [one.find("detail/link").get("uid") for one in events]
    assert gone == [mark_uid(recall, one) for one in ("R-2031-0006", "R-2031-0005")]
    assert len({one.get("uid") for one in events}) == 2


def test_uids_differ_by_partner_and_release_and_tell_neither():
    one = content()
    other = replace(one, recipient=Recipient("mx-other", "Other", "MX"))
    uids = {mark_uid(told, "R-2031-0007") for told in (one, other)}
    uids.add(mark_uid(one, "R-2031-0008"))
    assert len(uids) == 3
    renamed = replace(one, sender=Sender("renamed", "A new name"))
    assert mark_uid(renamed, "R-2031-0007") in uids, "or its recall would miss the mark"
    assert all(re.fullmatch("[0-9a-f]{32}", uid) for uid in uids)


@pytest.mark.parametrize("name", EVERY)
def test_the_marking_stands_on_every_mark_and_deletion(name):
    one = EVERY[name]
    label = f"EXERCISE · TLP:{one.tlp}" if one.is_exercise else f"TLP:{one.tlp}"
    for event in map(ET.XML, release_events(one)):
        assert event.find("detail/remarks").text.startswith(label)
        assert event.get("access") == f"TLP:{one.tlp}"
        if event.get("type") == "b-m-p-s-m":
            assert event.find("detail/contact").get("callsign").startswith(label)
            assert ("nothing in it is real" in event.find("detail/remarks").text) == one.is_exercise


def test_hostile_text_stays_text():
    for text in told(EVERY["hostile"]):
        tags = [one.tag for one in ET.XML(text).iter()]
        assert set(tags) <= {
            "event", "point", "detail", "contact", "remarks", "link", "__forcedelete"
        }  # fmt: skip
        assert text.count(b"<remarks>") <= 1
        assert text.isascii() or text.decode("utf-8")
    mark = ET.XML(release_events(EVERY["hostile"])[-1])
    assert HOSTILE in mark.find("detail/remarks").text


def test_the_same_content_gives_the_same_events():
    assert told(content()) == told(content())


@pytest.mark.parametrize("fields", [(), tuple(Field)], ids=["nothing", "everything"])
def test_a_map_is_told_no_more_than_every_release_says(fields):
    """More people see a map than open a package: what this partner may have is not on it."""
    least, one = content(fields=()), content(fields=fields)
    assert told(one) == told(least)
    for text in (CHEMICAL, "kg/h", "ppm", "2026-03", "0.93", "Granja", "medium", "background"):
        assert text not in b"".join(told(one)).decode()


@pytest.mark.parametrize("notice", list(Notice))
@pytest.mark.parametrize("cell_m", [100, 1000])
def test_nothing_that_is_withheld_is_in_an_event(notice, cell_m):
    pieces = [("event", text) for text in told(content(notice, cell_m=cell_m))]
    secrets = [needle for text in SECRETS for needle in written(text)]
    assert (
        found([*secrets, *exact_numbers(CORNERS, SEEN_UTC), *of_this_machine(), b"canary"], pieces)
        == []
    )
    if notice is not Notice.CANCEL:
        assert found([b"13QFC"], pieces), "the search finds what is told"
    else:
        assert found([b"13QFC", b"103.3", b"20.67"], pieces) == [], "a recall tells no place"


def test_a_caution_about_what_is_lawful_is_told():
    one = content()
    cautious = replace(one, finding=replace(one.finding, is_lawful_likely=True))
    assert b"a lawful emitter is known" in release_events(cautious)[0]
    assert b"a lawful emitter is known" not in release_events(one)[0]


def test_times_are_the_releases_own():
    one = replace(content(), issued_utc=datetime(2031, 5, 4, 17, 2, tzinfo=UTC))
    event = ET.XML(release_events(one)[0])
    assert event.get("time") == "2031-05-04T17:02:00.000Z"
    assert event.get("stale") == "2031-06-03T17:02:00.000Z"
