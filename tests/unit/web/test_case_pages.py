"""Pages of cases as people of each role get them, and the same as JSON, from made-up casebooks."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from shapely import MultiPolygon, box

import made_up_casebook as made_up
import web_desk
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.products.evidence_json import evidence_text
from cathartes.products.plume_spectra import PlumeSpectra, plume_record, series
from cathartes.sites.detection import DetectionKind
from cathartes.sites.observation import Asset, LookOutcome, ObservationKind, RawFile, Sensitivity
from cathartes.sites.site import EvidenceKind, EvidenceLine
from made_up_casebook import ME, NOW
from made_up_spectra import made_up_spectrum

SCRIPT = "<script>alert('x')</script>"
CASES = ("/sites", "/sites/site-a", "/detections/o1-1", "/detections/o1-2", "/detections/o3-1")
LOOKS = (
    "/observations",
    "/observations/o1",
    "/observations/o3",
    "/observations/o4",
    "/sorties",
    "/sorties/S1",
    "/sorties/S2",
    "/mandates",
    "/mandates/MX-1",
)
OF_OTHERS = {"/observations/o3", "/observations/o4", "/sorties/S2"}
"""To the collector cora."""
PLUME = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN, note="a clear plume")


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as opened:
        yield opened


def as_json(client, path):
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", CASES + LOOKS)
@pytest.mark.parametrize("user", ["ana", "rita", "aud", "cora", "ada", "pia"])
def test_each_role_gets_what_is_theirs_as_page_and_as_json(desk, user, path):
    client = web_desk.client_of(desk, user)
    of_cases = {"ana", "rita", "aud"}
    allowed = user in of_cases or (user == "cora" and path in LOOKS and path not in OF_OTHERS)
    for address in (path, f"/api/v1{path}"):
        assert client.get(address).status_code == (200 if allowed else 403), address


def test_a_collector_sees_looks_and_sorties_of_their_own_alone(desk):
    cora = web_desk.client_of(desk, "cora")
    assert {one["id"] for one in as_json(cora, "/observations")["observations"]} == {"o1", "o2"}
    assert [one["id"] for one in as_json(cora, "/sorties")["sorties"]] == ["S1"]
    assert [one["id"] for one in as_json(cora, "/mandates/MX-1")["sorties"]] == ["S1"]
    assert as_json(cora, "/observations?sortie=S2")["observations"] == []
    look = as_json(cora, "/observations/o1")
    assert look["detections"] is None
    assert look["audit"] is None
    text = cora.get("/observations/o1").text
    assert "site-a" not in text
    assert "/detections/" not in text


def test_unknown_things_are_not_there(desk):
    ana = web_desk.client_of(desk, "ana")
    for path in ("/sites/none", "/detections/none", "/observations/none", "/sorties/none",
                 "/mandates/none", "/sites?after=none", "/observations?after=none"):  # fmt: skip
        assert ana.get(path).status_code == 404
        assert ana.get(f"/api/v1{path}").json()["error"]["status"] == 404


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "least_probability=2", "least_probability=nan", "since=yesterday",
     "since=0001-01-01T00:00:00%2B14:00", "explained=perhaps", "chemical=%00"],
)  # fmt: skip
def test_what_can_not_be_asked_is_said_so(desk, query):
    ana = web_desk.client_of(desk, "ana")
    assert ana.get(f"/sites?{query}").status_code in {400, 422}


def test_days_back_to_front_are_told_beside_what_was_asked(desk):
    for user, path in (("ana", "/observations"), ("aud", "/audit")):
        client = web_desk.client_of(desk, user)
        for since, until, is_told in (
            ("2025-04-01", "2025-03-01", True), ("2025-04-01", "2025-04-01", True),
            ("2025-03-01", "2025-04-01", False), ("2025-04-01", "", False),
        ):  # fmt: skip
            page = client.get(path, params={"since": since, "until": until}).text
            assert ("nothing lies between these" in page) == is_told
            assert f'value="{since}"' in page


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "5,0,1,1", "nan,0,1,1", "0,0,0,inf"])
def test_a_box_is_four_numbers_in_order(desk, bbox):
    ana = web_desk.client_of(desk, "ana")
    assert ana.get(f"/api/v1/detections?bbox={bbox}").status_code == 422


def test_detections_are_listed_by_box_and_time(desk):
    ana = web_desk.client_of(desk, "ana")
    every = as_json(ana, "/detections")["detections"]
    assert {one["id"] for one in every} == {"o1-1", "o1-2", "o3-1"}
    west = as_json(ana, "/detections?bbox=-103.11,20.19,-103.09,20.22")["detections"]
    assert [one["id"] for one in west] == ["o1-1"]


def test_filters_left_empty_by_a_form_ask_for_all(desk):
    ana = web_desk.client_of(desk, "ana")
    text = ana.get("/sites?chemical=&least_probability=&explained=&since=").text
    assert "site-a" in text
    assert "site-b" in text
    assert "/observations/o4" in ana.get("/observations?outcome=&kind=&sortie=&since=&until=").text


def test_a_list_is_walked_page_by_page_with_its_filters(desk):
    ana = web_desk.client_of(desk, "ana")
    path, ids = "/observations?limit=1&kind=cube", []
    while path:
        text = ana.get(path).text
        ids += re.findall(r'href="/observations/(\w+)"', text)
        further = re.search(r'rel="next" href="([^"]+)"', text)
        path = html.unescape(further[1]) if further else ""
        assert not path or "kind=cube" in path
    assert sorted(ids) == ["o1", "o2", "o3", "o4"]


def test_evidence_is_shown_line_by_line_with_its_sum(desk):
    ana = web_desk.client_of(desk, "ana")
    site = as_json(ana, "/sites/site-a")
    assert site["log_odds"] == sum(line["log_odds"] for line in site["evidence"]) == -4.25
    assert [line["link"] for line in site["evidence"]] == ["", "/detections/o1-1"]
    text = ana.get("/sites/site-a").text
    assert "−4.25" in text
    assert "Acetone was seen." in text
    assert [one["id"] for one in site["emitters"]] == ["dairy-1"]
    assert site["emitters"][0]["offset"]["distance_m"] == 0


def test_every_look_over_a_place_is_on_its_timeline(desk):
    """o1 showed it, o2 found nothing, o3 saw another place alone, o4 could say nothing."""
    ana = web_desk.client_of(desk, "ana")
    looks = {one["observation_id"]: one for one in as_json(ana, "/sites/site-a")["looks"]}
    told = {name: one["here"] for name, one in looks.items()}
    assert told == {
        "o1": "detections", "o2": "nothing found", "o3": "nothing found", "o4": "inconclusive",
    }  # fmt: skip
    assert looks["o4"]["reason"] == "cloud"
    assert looks["o2"]["smallest_rate_kg_h"] == 1.0
    text = ana.get("/sites/site-a").text
    assert text.count('class="hit"') == 4


def test_a_site_of_a_hundred_looks_shows_them_all(desk):
    for n in range(100):
        began = NOW + timedelta(hours=n)
        made_up.record(desk.casebook, f"many{n}", began_utc=began, ended_utc=began, assets=())
    ana = web_desk.client_of(desk, "ana")
    assert len(as_json(ana, "/sites/site-a")["looks"]) == 104
    assert ana.get("/sites/site-a").text.count('class="hit"') == 104


def bytes_of(client):
    """Return all that a visitor gets to read of cases, page by page."""
    paths = (*CASES, *LOOKS)
    told = {path: client.get(path) for path in (*paths, *(f"/api/v1{path}" for path in paths))}
    return {path: answer.text for path, answer in told.items()}


def test_nothing_changes_for_a_reviewer_by_what_another_one_says(desk):
    ben = web_desk.client_of(desk, "ben")
    before = bytes_of(ben)
    desk.casebook.add_review("o1-1", PLUME, "ana", NOW)
    desk.casebook.add_review("o3-1", Judgement(Verdict.DOUBT, Confidence.LOW), "ana", NOW)
    assert bytes_of(ben) == before
    ana = bytes_of(web_desk.client_of(desk, "ana"))
    assert "a clear plume" in ana["/detections/o1-1"]
    assert "a clear plume" in bytes_of(web_desk.client_of(desk, "aud"))["/detections/o1-1"]
    assert "ben" not in ana["/api/v1/detections/o1-1"]


def test_what_is_settled_is_told_to_all(desk):
    for user in ("ana", "ben"):
        desk.casebook.add_review("o1-1", PLUME, user, NOW)
    eva = web_desk.client_of(desk, "eva")
    site = as_json(eva, "/sites/site-a")
    assert site["about"]["standing"]["state"] == "confirmed"
    assert [one["reviewer"] for one in site["plumes"][0]["reviews"]] == ["ana", "ben"]
    assert "a clear plume" in eva.get("/sites/site-a").text


def test_the_audit_is_the_auditors(desk):
    assert as_json(web_desk.client_of(desk, "ana"), "/sorties/S1")["audit"] is None
    entries = as_json(web_desk.client_of(desk, "aud"), "/sorties/S1")["audit"]
    assert [one["action"] for one in entries] == ["sortie.add"]


def record_hostile(desk):
    """Enter things whose every text is a script."""
    book = desk.casebook
    asset = put(desk, b"{}")
    emitter = made_up.emitter("e<1>", name=SCRIPT, kind=SCRIPT, source=SCRIPT, chemicals=(SCRIPT,))
    book.put_emitters([emitter], ME, NOW)
    found = made_up.detection(
        "evil",
        chemical=SCRIPT,
        candidates=(replace(made_up.detection().candidates[0], chemical=SCRIPT),),
        flags=(SCRIPT, "%(evil)s {evil} %s"),
        properties={SCRIPT: SCRIPT, "rate_error_parts": {SCRIPT: 0.3, "wind": "no number"}},
    )
    made_up.record(
        book,
        "evil",
        [found],
        name=SCRIPT,
        instrument=SCRIPT,
        files=(RawFile(f"{SCRIPT}.hdr", SCRIPT, 1),),
        settings={SCRIPT: SCRIPT},
        software=SCRIPT,
        sensitivities=(Sensitivity(SCRIPT, 1.0),),
        assets=(Asset(asset, SCRIPT, f"../{SCRIPT}\r\n.html", "text/html", 2, SCRIPT),),
        remarks=(SCRIPT, "ünïcödé ✈ 100 % %(num)d"),
    )
    told = EvidenceLine(EvidenceKind.LAWFUL_EMITTER, 1.0, SCRIPT, SCRIPT)
    book.put_sites(
        [made_up.site("site-x", ["evil-1.1"], chemicals=(SCRIPT,), evidence=(told,), why=SCRIPT,
                      explained_by=SCRIPT)],
        [], ME, NOW,
    )  # fmt: skip


def put(desk, content):
    """Put bytes into the evidence store and return their hash."""
    path = Path(desk.where) / "scratch"
    path.write_bytes(content)
    return desk.evidence.put(path)


@pytest.mark.parametrize(
    "path",
    ["/sites", "/sites/site-x", "/detections/evil-1", "/observations", "/observations/evil",
     "/sorties/S1", "/sites/site-a"],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_of_a_casebook_becomes_a_script(desk, path, language):
    record_hostile(desk)
    aud = web_desk.client_of(desk, "aud")
    answer = aud.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    assert "alert(" not in re.sub(
        r"&lt;script&gt;alert\(.*?\)&lt;/script&gt;|%3Cscript.*?\"", "", answer.text
    )
    assert "&lt;script&gt;" in answer.text
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert 'style="' not in answer.text


def test_a_hostile_file_leaves_as_mere_bytes_under_a_plain_name(desk):
    record_hostile(desk)
    ana = web_desk.client_of(desk, "ana")
    (file,) = as_json(ana, "/observations/evil")["evidence"]
    answer = ana.get(file["href"])
    assert answer.content == b"{}"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment; filename")
    assert not set("<>\r\n") & set(disposition)
    assert "%3C" not in disposition
    assert "/" not in disposition.replace("utf-8''", "")


def test_evidence_is_had_only_of_the_look_that_names_it(desk):
    ana = web_desk.client_of(desk, "ana")
    (file,) = as_json(ana, "/observations/o1")["evidence"]
    assert ana.get(file["href"]).content == b"a raster"
    assert ana.get(f"/observations/o2/evidence/{file['sha256']}").status_code == 404
    assert ana.get(f"/observations/o1/evidence/{'0' * 64}").status_code == 404
    assert ana.get("/observations/o1/evidence/..%2f..%2fcasebook.sqlite").status_code == 404
    cora = web_desk.client_of(desk, "cora")
    assert cora.get(file["href"]).content == b"a raster"
    assert cora.get(f"/observations/o3/evidence/{file['sha256']}").status_code == 403


def test_a_collector_gets_rasters_and_not_what_was_found(desk):
    content = put(desk, b'{"plumes": []}')
    asset = Asset(content, "plumes", "plumes.geojson", "application/geo+json", 14)
    made_up.record(desk.casebook, "o9", assets=(asset,))
    assert as_json(web_desk.client_of(desk, "cora"), "/observations/o9")["evidence"] == []
    assert len(as_json(web_desk.client_of(desk, "ana"), "/observations/o9")["evidence"]) == 1
    path = f"/observations/o9/evidence/{content}"
    assert web_desk.client_of(desk, "cora").get(path).status_code == 404


def test_what_is_not_known_is_said_so(desk):
    bare = made_up.detection(
        "bare", seen=None, outline=None, false_alarm_probability=None, expected_by_chance=None,
        snr=None, flags=(), properties=None, kind=DetectionKind.LOG_SOURCE,
    )  # fmt: skip
    made_up.record(
        desk.casebook, "bare", [bare], began_utc=None, ended_utc=None, instrument="", wind=None,
        footprint=None, sensitivities=(), assets=(), remarks=(), kind=ObservationKind.LOG,
    )  # fmt: skip
    desk.casebook.put_sites(
        [made_up.site("site-bare", ["bare-1.1"], last_seen_utc=None, first_seen_utc=None)],
        [], ME, NOW,
    )  # fmt: skip
    ana = web_desk.client_of(desk, "ana")
    detection = ana.get("/detections/bare-1").text
    for sentence in ("time not known", "What chance gives is not known", "No wind is known",
                     "No series was kept of this log"):  # fmt: skip
        assert sentence in detection
    look = ana.get("/observations/bare").text
    assert "Nothing was analysed, or nobody knows where." in look
    assert "Nothing is known of what could have been seen." in look
    assert "observation-map" not in look
    assert ana.get("/sites/site-bare").status_code == 200
    assert "No spectra were kept" in ana.get("/detections/o1-1").text


def test_a_spectrum_is_shown_with_its_fits_and_a_broken_one_is_said_to_be_broken(desk):
    wavelength = np.linspace(8, 12, 30)
    spectrum = made_up_spectrum(wavelength, np.sin(wavelength), runner_up="R-12")
    kept = PlumeSpectra(
        unit="W m-2 sr-1 um-1",
        amount_unit="ppm m K",
        band=tuple(range(30)),
        wavelength_um=series(wavelength),
        background_sd=series(np.full(30, 0.1)),
        plumes=(plume_record(1, "ammonia", 40, spectrum, None),),
    )
    for name, content in (("good", evidence_text(kept).encode()), ("broken", b"{}")):
        sha256 = put(desk, content)
        asset = Asset(sha256, "plume_spectra", "plume_spectra.json", "application/json", 9)
        found = [made_up.detection(name, 1), made_up.detection(name, 2)]
        made_up.record(desk.casebook, name, found, assets=(asset,))
    ana = web_desk.client_of(desk, "ana")
    told = as_json(ana, "/detections/good-1")["spectrum"]
    assert told["wavelength_um"] == pytest.approx(wavelength, rel=1e-5)
    assert [fit["chemicals"] for fit in told["plume"]["fits"]] == [["ammonia"], ["R-12"]]
    assert "runner-up" in ana.get("/detections/good-1").text
    assert "has no spectrum of this plume" in ana.get("/detections/good-2").text
    assert "evidence can&#39;t be read" in ana.get("/detections/broken-1").text


def test_the_parts_of_a_rates_error_are_shown_where_they_were_kept(desk):
    parts = {"noise": 0.1, "wind": 0.35}
    found = made_up.detection("parts", properties={"rate_error_parts": parts})
    made_up.record(desk.casebook, "parts", [found], assets=())
    ana = web_desk.client_of(desk, "ana")
    assert as_json(ana, "/detections/parts-1")["rate_error_parts"] == parts
    assert "speed and direction of the wind" in ana.get("/detections/parts-1").text
    assert "were not kept" in ana.get("/detections/o1-1").text


def test_geometries_are_geojson_with_longitude_first(desk):
    ana = web_desk.client_of(desk, "ana")
    outline = as_json(ana, "/detections/o1-1")["outline"]
    assert outline["type"] == "MultiPolygon"
    west, south = np.array(outline["coordinates"][0][0]).min(axis=0)
    assert (west, south) == (-103.1, 20.2)
    drawn = MultiPolygon([box(-103.1, 20.2, -103.095, 20.205)])
    judged = replace(PLUME, origin_deg=(-103.1, 20.2), outline=drawn)
    desk.casebook.add_review("o1-1", judged, "ana", NOW)
    (review,) = as_json(ana, "/detections/o1-1")["reviews"]
    assert review["origin"] == {"type": "Point", "coordinates": [-103.1, 20.2]}
    assert review["outline"]["type"] == "MultiPolygon"


def test_sorties_tell_of_plan_and_of_work(desk):
    desk.casebook.put_jobs([made_up.job("waiting", "S1", "line-9")])
    desk.casebook.claim_job(["waiting"], "worker", NOW, 60)
    desk.casebook.drop_job("waiting", "worker", f"it failed: {SCRIPT}")
    ana = web_desk.client_of(desk, "ana")
    sortie = as_json(ana, "/sorties/S1")
    assert sortie["plan"]["id"] == "plan-1"
    jobs = {one["id"]: (one["state"], one["attempts"]) for one in sortie["jobs"]}
    assert jobs["o1"] == ("done", 1)
    assert jobs["waiting"] == ("waiting", 1)
    assert sortie["about"]["outcomes"] == {"detections": 1, "nothing found": 1}
    assert "it failed: &lt;script&gt;" in ana.get("/sorties/S1").text


def test_a_sortie_of_very_many_looks_shows_some_and_leads_to_the_list(desk, monkeypatch):
    monkeypatch.setattr("cathartes.web.views.sortie.MOST_SHOWN", 1)
    ana = web_desk.client_of(desk, "ana")
    assert len(as_json(ana, "/sorties/S1")["observations"]) == 1
    assert 'href="/observations?sortie=S1"' in ana.get("/sorties/S1").text
    monkeypatch.undo()
    assert as_json(ana, "/sorties/S1")["are_all_shown"]
    assert 'href="/observations?sortie=S1"' not in ana.get("/sorties/S1").text


def test_a_revoked_mandate_says_why(desk):
    desk.casebook.revoke_mandate("MX-1", f"overruled {SCRIPT}", ME, NOW)
    ana = web_desk.client_of(desk, "ana")
    assert as_json(ana, "/mandates")["mandates"][0]["state"] == "revoked"
    assert "overruled &lt;script&gt;" in ana.get("/mandates/MX-1").text


@pytest.mark.parametrize("path", ["/sites/site-a/report.pdf", "/observations/o1/report.png"])
def test_reports_are_sent_to_who_may_see_cases(desk, path):
    ana = web_desk.client_of(desk, "ana")
    answer = ana.get(path)
    assert answer.status_code == 200
    begins = {"pdf": b"%PDF", "png": b"\x89PNG"}[path[-3:]]
    assert answer.content.startswith(begins)
    assert "attachment" in answer.headers["content-disposition"]
    assert web_desk.client_of(desk, "cora").get(path).status_code == 403
    assert ana.get(path.replace(path[-3:], "exe")).status_code == 422
    assert ana.get("/sites/none/report.pdf").status_code == 404


def test_inconclusive_is_never_told_as_nothing_found(desk):
    ana = web_desk.client_of(desk, "ana")
    look = as_json(ana, "/observations/o4")
    assert look["about"]["outcome"] == LookOutcome.INCONCLUSIVE.value
    text = ana.get("/observations/o4").text
    assert "nothing can be said of their absence" in text
    assert "Nothing was found" not in text


def test_pages_and_programs_read_the_same(desk):
    """The page's number of rows is the list's of the API, whatever the page says beside it."""
    ana = web_desk.client_of(desk, "ana")
    for path, of in (
        ("/sites", "sites"),
        ("/observations", "observations"),
        ("/sorties", "sorties"),
    ):
        ids = [one["id"] for one in as_json(ana, path)[of]]
        assert [one for one in ids if f'href="{path}/{one}"' in ana.get(path).text] == ids
