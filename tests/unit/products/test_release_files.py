"""Each file of a release is read by others' programs, or held against its standard's rules."""

import hashlib
import json
import re
import tomllib
import warnings
from dataclasses import replace
from importlib.resources import files
from xml.etree import ElementTree as ET

import jsonschema
import numpy as np
import pyogrio
import pystac
import pytest
import shapely
from pystac.validation import validate_dict
from rasterio.io import MemoryFile

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import content_from_json, content_schema
from cathartes.casework.release_material import Notice
from cathartes.casework.tlp import Tlp
from cathartes.products.plume_spectra import Fit, PlumeRecord, PlumeSpectra
from cathartes.products.release.features import COLUMNS
from cathartes.products.release.file_list import FILE_KINDS
from cathartes.products.release.files import release_files
from cathartes.products.release.notification import release_notification
from cathartes.products.release.plume_spectrum import released_spectrum
from cathartes.products.release.provenance import PREFIXES
from cathartes.products.release.sections import finding_sections
from cathartes.products.release.statements import finding_facts, map_text
from cathartes.products.release.words import ReleaseWords, words_of
from made_up_release import CHEMICAL, LATITUDE_DEG, LONGITUDE_DEG, material, partner, site
from unpacked import pieces

NOTICES = list(Notice)
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def content(*fields, notice=Notice.ALERT, languages=("en",), **change):
    to = replace(partner(*fields, languages=languages), ceiling=Tlp.RED)
    return content_for(to, replace(material(notice), **change))


@pytest.fixture(scope="module")
def full():
    return content(*Field)


@pytest.fixture(scope="module")
def full_files(full):
    return release_files(full)


def test_the_same_content_gives_the_same_bytes(full, full_files):
    again = release_files(content_from_json(full.canonical_json))
    assert again == full_files
    assert list(again) == sorted(again)
    assert set(again) == {kind.name for kind in FILE_KINDS}
    assert again["notification.xml"] == release_notification(full, words_of(full))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_summary_says_all_that_the_report_says(language):
    """The release authority reads it in a terminal, and answers for what the report says."""
    told, words = content(*Field, languages=(language,)), ReleaseWords(language)
    text = release_files(told)["summary.txt"].decode()
    flat = " ".join(text.split())
    finding = told.finding
    sections = finding_sections(finding, words)
    assert [one.name for one in sections] == ["not_seen", "emitters", "evidence"]
    said = [told.message, words.say("spectrum_note"), map_text(finding, words)]
    for one in sections:
        said += [one.heading, *one.sentences, one.note, *(cell for row in one.rows for cell in row)]
    said += [value for _, value in finding_facts(finding, words)]
    assert [one for one in said if " ".join(one.split()) not in flat] == []
    assert max(map(len, text.splitlines())) <= 80


def test_a_recall_has_no_map():
    told = release_files(content(*Field, notice=Notice.CANCEL))
    assert set(told) == {
        "summary.txt", "content.json", "notification.xml", "provenance.json", "report.pdf"
    }  # fmt: skip
    assert "R-2031-0006 holds no more" in told["summary.txt"].decode()


def test_the_content_follows_its_schema_which_is_shipped(full):
    shipped = json.loads(
        (files("cathartes.products") / "data" / "release-content-1.schema.json").read_text()
    )
    assert shipped == content_schema(), "the classes changed: write content_schema() to it"
    for one in (full, content(), content(notice=Notice.CANCEL)):
        jsonschema.validate(json.loads(one.canonical_json), shipped)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json.loads(full.canonical_json), "tlp": "PINK"}, shipped)


@pytest.mark.parametrize("name", ["finding.geojson", "finding.gpkg", "finding.kml"])
def test_gdal_reads_the_maps(full_files, name, tmp_path):
    (tmp_path / name).write_bytes(full_files[name])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        about, _, shapes, columns = pyogrio.raw.read(tmp_path / name)
    assert about["crs"] == "EPSG:4326"
    areas = shapely.from_wkb(shapes)
    cell = min(areas, key=lambda area: area.area)
    assert cell.contains(shapely.Point(LONGITUDE_DEG, LATITUDE_DEG))
    assert len(areas) == 2
    if name != "finding.kml":
        told = dict(zip(about["fields"], columns, strict=True))
        assert {*told} - {"id"} == {*COLUMNS}
        assert told["probability"][0] == 0.93
        assert told["mgrs"][0] == "13QFC721869"
        assert [np.isnan(v) for v in told["radius_m"]] == [False, True]
        assert told["last_seen"][0] == "2026-03-13T14Z"
        assert CHEMICAL in str(told["chemicals"][0])


def test_the_geojson_is_wound_as_it_should_be(full_files):
    """RFC 7946, section 3.1.6: outer rings anticlockwise."""
    for one in json.loads(full_files["finding.geojson"])["features"]:
        area = shapely.from_geojson(json.dumps(one["geometry"]))
        assert all(polygon.exterior.is_ccw for polygon in area.geoms)


def test_the_image_is_the_contents_pixels_and_nothing_else(full, full_files):
    data = full_files["ground.png"]
    kinds = [where for where, _ in pieces(data)][1:]
    assert {kind.split("/")[1] for kind in kinds} == {"IHDR", "IDAT", "IEND", "pixels"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has no place on Earth, and should have none
        with MemoryFile(data) as memory, memory.open() as image:
            assert image.read(1).tobytes() == full.finding.image.grey


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_report_is_marked_on_each_page_and_has_no_metadata(language):
    drill = content(*Field, languages=(language,), is_exercise=True, tlp=Tlp.RED)
    pdf = release_files(drill)["report.pdf"]
    shown = [text.decode() for where, text in pieces(pdf) if "/text" in where and b"TLP" in text]
    n_pages = len(re.findall(rb"/Type /Page\b", pdf))
    assert len(shown) == n_pages
    across = "EXERCISE" if language == "en" else "EXERCISE · SIMULACRO"
    for page in shown:
        assert page.count("EXERCISE · TLP:RED") >= 2, "above and below"
        assert re.search(rf"{across}(?! · TLP)", page), "across"
    for name in (b"Title", b"Author", b"Creator", b"Producer", b"CreationDate", b"ModDate"):
        assert b"/" + name not in pdf
    words = {"en": "What was not seen", "es": "Qué no se vio"}
    assert words[language] in "".join(shown)


def test_every_word_is_said_in_every_language():
    text = (files("cathartes.products") / "data" / "release-words.toml").read_text("utf-8")
    for key, said in tomllib.loads(text).items():
        assert set(said) == {"en", "es"}, key
        fields = [sorted(re.findall(r"{(\w+)}", one)) for one in said.values()]
        assert fields[0] == fields[1], key


@pytest.mark.parametrize("fields", [(), tuple(Field), (Field.FIRST_SEEN,)])
def test_the_stac_item_is_valid_and_lists_the_files_as_they_are(fields):
    told = release_files(content(*fields))
    item = json.loads(told["stac-item.json"])
    assert validate_dict(item, extensions=[]), "by the core schemas that pystac brings"
    with pytest.raises(pystac.STACValidationError):
        validate_dict({**item, "geometry": {"type": "Pentagon"}}, extensions=[])
    read = pystac.Item.from_dict(item)
    for asset in read.assets.values():
        data = told[asset.href.removeprefix("./")]
        assert asset.extra_fields["file:size"] == len(data)
        # Multihash: code 0x12 of SHA-256, length 0x20.
        digest = bytes.fromhex(asset.extra_fields["file:checksum"])
        assert digest == b"\x12\x20" + hashlib.sha256(data).digest()
    has_times = {Field.FIRST_SEEN, Field.LAST_SEEN} <= set(fields)
    assert (read.datetime is None) == has_times
    if has_times:
        start, end = (item["properties"][f"{which}_datetime"] for which in ("start", "end"))
        assert (start, end) == ("2026-03-12T14:00:00Z", "2026-03-13T15:00:00Z")


@pytest.mark.parametrize("notice", NOTICES)
def test_the_provenance_is_prov_json(notice):
    """Every record names its parts by declared prefixes, and refers to what is there."""
    told = release_files(content(*Field, notice=notice))
    prov = json.loads(told["provenance.json"])
    assert prov["prefix"] == PREFIXES
    there = {*prov["entity"], *prov["activity"], *prov["agent"]}
    assert all(name.split(":")[0] in PREFIXES for name in there)
    relations = {
        "wasGeneratedBy": ("entity", "activity"), "wasAssociatedWith": ("activity", "agent"),
        "wasAttributedTo": ("entity", "agent"),
        "wasDerivedFrom": ("generatedEntity", "usedEntity"),
    }  # fmt: skip
    assert {*prov} == {"prefix", "entity", "activity", "agent", *relations}
    for relation, ends in relations.items():
        for record in prov[relation].values():
            for end in ends:
                assert record[f"prov:{end}"] in there
    for name, data in told.items():
        if name != "provenance.json":
            said = prov["entity"][f"r:R-2031-0007/{name}"]["r:sha256"]
            assert said == hashlib.sha256(data).hexdigest()
    revised = [one for one in prov["wasDerivedFrom"].values() if "prov:type" in one]
    assert len(revised) == (0 if notice is Notice.ALERT else 1)


# The rules of CAP 1.2's XML schema (OASIS 2010, section 3.4): elements in their order, how often
# each may stand, and which values it may have.
DATE_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d"
NO_SPACE = r"[^\s,<&]+"
POINT = r"-?\d+(\.\d+)?,-?\d+(\.\d+)?"
ALERT = [
    ("identifier", "1", NO_SPACE), ("sender", "1", NO_SPACE), ("sent", "1", DATE_TIME),
    ("status", "1", "Actual|Exercise|System|Test|Draft"),
    ("msgType", "1", "Alert|Update|Cancel|Ack|Error"), ("source", "?", ".+"),
    ("scope", "1", "Public|Restricted|Private"), ("restriction", "?", ".+"),
    ("addresses", "?", ".+"), ("code", "*", ".+"), ("note", "?", "(?s).+"),
    ("references", "?", rf"{NO_SPACE},{NO_SPACE},{DATE_TIME}( {NO_SPACE},{NO_SPACE},{DATE_TIME})*"),
    ("incidents", "?", ".+"), ("info", "*", None),
]  # fmt: skip
INFO = [
    ("language", "?", "[a-z]{2}(-[A-Z]{2})?"),
    ("category", "+",
     "Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other"),
    ("event", "1", ".+"),
    ("responseType", "*", "Shelter|Evacuate|Prepare|Execute|Avoid|Monitor|Assess|AllClear|None"),
    ("urgency", "1", "Immediate|Expected|Future|Past|Unknown"),
    ("severity", "1", "Extreme|Severe|Moderate|Minor|Unknown"),
    ("certainty", "1", "Observed|Likely|Possible|Unlikely|Unknown"),
    ("audience", "?", ".+"), ("eventCode", "*", None), ("effective", "?", DATE_TIME),
    ("onset", "?", DATE_TIME), ("expires", "?", DATE_TIME), ("senderName", "?", ".+"),
    ("headline", "?", ".+"), ("description", "?", "(?s).+"), ("instruction", "?", "(?s).+"),
    ("web", "?", ".+"), ("contact", "?", ".+"), ("parameter", "*", None), ("resource", "*", None),
    ("area", "*", None),
]  # fmt: skip
AREA = [
    ("areaDesc", "1", ".+"), ("polygon", "*", rf"{POINT}( {POINT}){{3,}}"),
    ("circle", "*", rf"{POINT} \d+(\.\d+)?"), ("geocode", "*", None), ("altitude", "?", ".+"),
    ("ceiling", "?", ".+"),
]  # fmt: skip
PARAMETER = [("valueName", "1", ".+"), ("value", "1", ".+")]


def check_cap(element, rules):
    """Check an element's children against the schema's sequence."""
    order = [name for name, _, _ in rules]
    names = [child.tag.removeprefix(CAP) for child in element]
    assert all(child.tag.startswith(CAP) for child in element)
    assert [order.index(name) for name in names] == sorted(order.index(name) for name in names)
    for name, times, like in rules:
        found = [child for child in element if child.tag == CAP + name]
        assert times != "1" or len(found) == 1, name
        assert times != "?" or len(found) <= 1, name
        assert times != "+" or found, name
        if like is not None:
            assert all(re.fullmatch(like, child.text) for child in found), name
    nested = {"info": INFO, "area": AREA, "parameter": PARAMETER}
    for child in element:
        inner = nested.get(child.tag.removeprefix(CAP))
        if inner is not None:
            check_cap(child, inner)


@pytest.mark.parametrize("is_exercise", [False, True])
@pytest.mark.parametrize("language", ["en", "es-MX"])
@pytest.mark.parametrize("notice", NOTICES)
def test_the_notification_follows_cap(notice, language, is_exercise):
    told = content(*Field, notice=notice, languages=(language,), is_exercise=is_exercise)
    alert = ET.fromstring(release_notification(told, words_of(told)))  # noqa: S314
    assert alert.tag == f"{CAP}alert"
    check_cap(alert, ALERT)
    said = {child.tag.removeprefix(CAP): child.text for child in alert}
    assert said["status"] == ("Exercise" if is_exercise else "Actual")
    assert said["msgType"] == notice.value.capitalize()
    assert (said["scope"], said["addresses"]) == ("Private", "mx-authority")
    assert said["sent"] == "2031-05-04T17:02:00-00:00"
    references = "test.cathartes,R-2031-0006,2031-04-20T09:30:00-00:00"
    assert said.get("references") == (None if notice is Notice.ALERT else references)
    polygon = alert.find(f".//{CAP}polygon")
    assert (polygon is None) == (notice is Notice.CANCEL)
    if polygon is not None:
        first, *_, last = polygon.text.split()
        assert first == last
        assert first.startswith("20."), "latitude first"


@pytest.mark.parametrize(
    ("probability", "certainty"),
    [(0.995, "Likely"), (0.7, "Likely"), (0.5, "Possible"), (0.2, "Possible"), (0.02, "Unlikely")],
)
def test_certainty_goes_with_probability(probability, certainty):
    unsure = replace(site(), probability=probability, probability_low=0.0, probability_high=1.0)
    told = content(site=unsure)
    notification = release_notification(told, words_of(told)).decode()
    assert f"<certainty>{certainty}</certainty>" in notification


def test_the_cap_rules_refuse_what_breaks_them(full_files):
    text = full_files["notification.xml"].decode()
    broken = [
        text.replace("<scope>Private", "<scope>Secret"),
        text.replace("-00:00</sent>", "Z</sent>"),
        text.replace("<status>Actual</status>", ""),
        re.sub(r"(<status>.*</status>)\s*(<msgType>.*</msgType>)", r"\2\1", text),
    ]
    for one in broken:
        assert one != text
        with pytest.raises(AssertionError):
            check_cap(ET.fromstring(one), ALERT)  # noqa: S314


def test_texts_that_look_like_markup_stay_texts():
    odd = 'a <b> & "c" $x_1$ ñ 火 {brace} %s'
    told = release_files(content(*Field, message=odd))
    assert odd in told["summary.txt"].decode()
    alert = ET.fromstring(told["notification.xml"])  # noqa: S314
    assert odd in alert.find(f".//{CAP}description").text


def test_a_spectrum_is_told_in_deviations_of_the_background():
    fit = Fit(
        chemicals=(CHEMICAL,), relation="named", probability=0.9, likeness=1.0, amount=(5.0,),
        fit=(2.0, 4.0), residual=(1.0, -1.0), misfit=1.0,
    )  # fmt: skip
    plume = PlumeRecord(
        number=3, chemical=CHEMICAL, n_pixels=9, noise_variance=0.1, measured=(9.0, 9.0),
        signal=(3.0, 3.0), signal_sd=(1.0, 1.0), fits=(fit,),
    )  # fmt: skip
    spectra = PlumeSpectra(
        unit="W", amount_unit="ppm m", band=(4, 5), wavelength_um=(8.1, 8.2),
        background_sd=(2.0, 4.0), plumes=(plume,),
    )  # fmt: skip
    told = released_spectrum(spectra, 3)
    assert (told.wavelength_um, told.measured, told.fitted) == ((8.1, 8.2), (1.5, 0.75), (1.0, 1.0))
    assert released_spectrum(spectra, 4) is None
