"""What the map's routes answer, and to whom."""

import numpy as np

import made_up_casebook as made_up
import web_desk
from cathartes.casework.review import Confidence, Judgement, Verdict
from cathartes.products.evidence_json import evidence_text
from cathartes.products.flight_track import FLIGHT_TRACK, FlightTrack, TrackOf, track_feature
from cathartes.sites.detection import Candidate
from cathartes.sites.observation import Asset
from cathartes.web.views import map_rasters
from made_up_casebook import MINUTE, NOW
from made_up_rasters import record_rasters
from web_desk import client_of

ROUTES = (
    "start",
    "sites",
    "detections",
    "sources",
    "looks",
    "tracks",
    "rasters",
    "mandates",
    "plans",
    "emitters",
    "layers",
)


def ids(client, what, **told):
    answer = client.get(f"/api/v1/map/{what}", params=told)
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == "FeatureCollection"
    return sorted(one["id"] for one in answer.json()["features"])


def test_all_that_is_there_is_on_the_map(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        ana = client_of(desk, "ana")
        assert ids(ana, "sites") == ["site-a", "site-b"]
        assert ids(ana, "detections") == ["o1-1", "o1-2", "o3-1"]
        assert ids(ana, "sources") == ["o1-1.1", "o1-2.1", "o3-1.1"]
        assert ids(ana, "looks") == ["o1", "o2", "o3", "o4"]
        assert ids(ana, "mandates") == ["MX-1"]
        assert ids(ana, "plans") == ["plan-1"]
        assert ids(ana, "emitters") == [made_up.emitter().id]
        start = ana.get("/api/v1/map/start").json()
        assert (start["n_sites"], start["n_detections"], start["n_looks"]) == (2, 3, 4)
        assert start["n_of_outcome"] == {"detections": 2, "nothing found": 1, "inconclusive": 1}
        assert start["chemicals"] == ["acetone", "ammonia"]
        assert start["first_utc"] == start["last_utc"] == str(NOW.date())


def test_of_many_looks_the_newest_have_their_rasters_listed(tmp_path, monkeypatch):
    monkeypatch.setattr(map_rasters, "MOST_LOOKS", 2)
    with web_desk.desk(tmp_path) as desk:
        for number, began in enumerate((NOW + MINUTE, None, NOW, NOW + 2 * MINUTE)):
            record_rasters(desk, tmp_path / f"r{number}", f"r{number}", began_utc=began)
        ana = client_of(desk, "ana")
        told = ana.get("/api/v1/map/rasters", params={"chemical": "acetone"}).json()
        assert list(dict.fromkeys(one["observation_id"] for one in told["rasters"])) == ["r3", "r0"]
        assert told["are_left_out"]
        monkeypatch.setattr(map_rasters, "MOST_LOOKS", 60)
        told = ana.get("/api/v1/map/rasters").json()
        assert {f"r{n}" for n in range(4)} <= {one["observation_id"] for one in told["rasters"]}
        assert not told["are_left_out"]


def test_a_look_with_a_track_has_it_on_the_map_and_what_is_damaged_has_none(tmp_path):
    places = np.array([-103.12, -103.11, -103.1]), np.array([20.22, 20.22, 20.21])
    moved = track_feature(TrackOf.SENSOR, "nose", *places, np.arange(3.0))
    path = tmp_path / FLIGHT_TRACK
    with web_desk.desk(tmp_path) as desk:
        for one_id, content in (("t1", FlightTrack(features=(moved,))), ("t2", None)):
            told = evidence_text(content) if content else "no track"
            path.write_text(told)
            kind = "application/geo+json"
            sha256, size = desk.evidence.put(path), len(told)
            asset = Asset(sha256, "flight_track", path.name, kind, size)
            made_up.record(desk.casebook, one_id, assets=(asset,))
        ana = client_of(desk, "ana")
        (track,) = ana.get("/api/v1/map/tracks").json()["features"]
        assert track["id"] == "t1"
        wanted = [[[-103.12, 20.22], [-103.11, 20.22], [-103.1, 20.21]]]
        assert track["geometry"] == {"type": "MultiLineString", "coordinates": wanted}
        assert track["properties"]["of"] == "sensor"
        assert ids(ana, "tracks", bbox="-90,20,-89,21") == []


def test_a_box_an_interval_and_a_chemical_choose(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        ana = client_of(desk, "ana")
        around = "-103.06,20.24,-103.04,20.26"
        assert ids(ana, "detections", bbox=around) == ["o3-1"]
        assert ids(ana, "detections", bbox="170,-10,-170,10") == []
        assert ids(ana, "detections", bbox="-90,0,-100,40") == ["o1-1", "o1-2", "o3-1"]
        assert ids(ana, "detections", chemical="ammonia") == ["o1-2"]
        assert ids(ana, "looks", chemical="xenon") == []
        today = str(NOW.date())
        assert len(ids(ana, "detections", since=today, until=today)) == 3
        assert ids(ana, "detections", since="2026-05-05") == []
        assert ids(ana, "detections", until="2026-05-03") == []
        assert ids(ana, "detections", since="0001-01-01", until="9999-12-31") != []


def test_boxes_that_are_none_are_refused(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        ana = client_of(desk, "ana")
        for bbox in ("", "1,2,3", "a,b,c,d", "nan,0,1,1", "0,2,1,1", "0,0,inf,1", "0,0,181,1"):
            answer = ana.get("/api/v1/map/sites", params={"bbox": bbox})
            assert answer.status_code == 400, bbox
            assert "four numbers are needed" in answer.json()["error"]["message"]
        assert ana.get("/api/v1/map/sites?since=yesterday").status_code == 422


def test_many_are_counted_and_none_is_lost(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        ammonia = (Candidate("ammonia", 0.8), Candidate("unknown", 0.2))
        found = [
            made_up.detection(
                "o9",
                n,
                chemical="ammonia",
                candidates=ammonia,
                places=((-103.1 + 0.0001 * (n % 40), 20.2 + 0.0001 * (n // 40)),),
            )
            for n in range(1, 1201)
        ]
        made_up.record(desk.casebook, "o9", found, assets=())
        ana = client_of(desk, "ana")
        answer = ana.get("/api/v1/map/detections", params={"chemical": "ammonia"}).json()
        assert answer["are_together"]
        assert sum(one["properties"]["count"] for one in answer["features"]) == 1201
        assert {one["properties"]["highest"] for one in answer["features"]} == {7.5}
        answer = ana.get("/api/v1/map/sources").json()
        assert (answer["features"], answer["are_left_out"]) == ([], True)
        near = "-103.1001,20.1999,-103.0999,20.2021"
        assert 0 < len(ids(ana, "detections", bbox=near, chemical="ammonia")) < 100


def test_what_is_new_is_shown_and_a_sign_in_reads_nothing_again(tmp_path, monkeypatch):
    with web_desk.desk(tmp_path) as desk:
        ana = client_of(desk, "ana")
        assert "o9-1" not in ids(ana, "detections")
        n_reads = []
        read = type(desk.casebook).placed_sites
        monkeypatch.setattr(
            type(desk.casebook), "placed_sites", lambda book: n_reads.append(1) or read(book)
        )
        client_of(desk, "ben")
        ids(ana, "detections")
        assert not n_reads
        made_up.record(desk.casebook, "o9", [made_up.detection("o9", 1)], assets=())
        assert "o9-1" in ids(ana, "detections")
        assert n_reads == [1]
        desk.casebook.remove_observations(["o9"], "test", made_up.ME, NOW)
        assert "o9-1" not in ids(ana, "detections")


def test_collectors_and_those_without_cases_get_no_map(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        for user in ("cora", "ada", "pia"):
            client = client_of(desk, user)
            assert client.get("/").status_code == 303
            for what in ROUTES:
                assert client.get(f"/api/v1/map/{what}").status_code == 403, (user, what)
        nobody = client_of(desk)
        assert {nobody.get(f"/api/v1/map/{what}").status_code for what in ROUTES} == {401}


def test_the_map_says_nothing_of_what_others_judged(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        ben = client_of(desk, "ben")
        before = [ben.get(f"/api/v1/map/{what}").content for what in ROUTES]
        judged = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)
        desk.casebook.add_review("o1-1", judged, "ana", NOW)
        assert [ben.get(f"/api/v1/map/{what}").content for what in ROUTES] == before


def test_an_empty_casebook_has_an_empty_map(tmp_path):
    with web_desk.desk(tmp_path, filled=False) as desk:
        ana = client_of(desk, "ana")
        start = ana.get("/api/v1/map/start").json()
        assert (start["n_looks"], start["bounds_deg"], start["chemicals"]) == (0, None, [])
        for what in ("sites", "detections", "sources", "looks", "mandates", "plans", "emitters"):
            assert ids(ana, what) == []
        assert "Nothing has been looked at yet" in ana.get("/").text
