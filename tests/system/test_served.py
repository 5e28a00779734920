"""The workstation as it is served: a GIS reads it, streams tell what is new, Ctrl-C ends it all."""

import json
import signal
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from served import ended_within, served

import made_up_casebook as made_up
import web_desk
from cathartes.casework.user import ApiToken
from cathartes.errors import MissingExtraError
from cathartes.store.open import open_casebook
from cathartes.web.assets import vendor_files
from cathartes.web.visitor import hashed


@pytest.fixture(scope="module")
def casebook(tmp_path_factory):
    """Return a filled casebook with accounts, and a token of Ana's."""
    tmp_path = tmp_path_factory.mktemp("served")
    try:
        vendor_files()
    except MissingExtraError as error:
        pytest.skip(str(error))
    with web_desk.desk(tmp_path) as desk:
        now_utc = datetime.now(UTC)  # the process that serves has the machine's clock
        token = ApiToken(hashed("a-secret"), "ana", "gis", now_utc, now_utc + timedelta(days=1))
        desk.casebook.add_token(token, "ana", now_utc)
    return next(tmp_path.glob("casebook-*"))


@pytest.fixture(scope="module")
def workstation(casebook):
    """Return the workstation with links for three; the last test of the file ends it."""
    with served(casebook, "ana", "cora", "aud") as opened:
        yield opened


def test_gdal_reads_the_features_as_qgis_does(workstation):
    """GDAL's OAPIF driver is written to the same standard, and QGIS asks in the same way."""
    pyogrio = pytest.importorskip("pyogrio")
    if "OAPIF" not in pyogrio.list_drivers():
        pytest.skip("this GDAL has no OAPIF driver")
    where = f"OAPIF:{workstation.address}/ogc"
    sent = {"USERPWD": "gis:a-secret", "PAGE_SIZE": "2"}
    layers = {
        name: pyogrio.raw.read(where, layer=name, **sent)
        for name in ("sites", "detections", "plumes", "observations")
    }
    counts = {name: len(layer[2]) for name, layer in layers.items()}
    assert counts == {"sites": 2, "detections": 3, "plumes": 3, "observations": 4}
    meta, _fids, geometry, fields = layers["detections"]
    assert meta["crs"] in {"OGC:CRS84", "EPSG:4326"}
    assert meta["geometry_type"] == "Point"
    by_name = dict(zip(meta["fields"], fields, strict=True))
    assert sorted(by_name["id"]) == ["o1-1", "o1-2", "o3-1"]
    assert set(by_name["chemical"]) == {"acetone", "ammonia"}
    assert len(geometry) == 3


class _Stream(threading.Thread):
    """A browser's stream of events."""

    def __init__(self, client, address, **headers):
        super().__init__(daemon=True)
        self.events = []
        self._news = threading.Condition()
        self.status = None
        self.ended_whole = False  # cut off in the middle, httpx raises
        self._asked = {"url": f"{address}/events", "headers": headers, "timeout": None}
        self._client = client
        self.start()

    def run(self):
        with closing(self._client), self._client.stream("GET", **self._asked) as answer:
            self.status = answer.status_code
            event = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                    continue
                with self._news:
                    self.events.append(event)
                    self._news.notify_all()
                event = {}
        self.ended_whole = True

    def wait_for(self, kind, timeout_s=120):
        """Return what is told of the first event of a kind."""

        def found():
            return [one for one in self.events if one.get("event") == kind]

        with self._news:
            assert self._news.wait_for(found, timeout_s), f"no {kind} in {self.events}"
            return json.loads(found()[0]["data"])


def test_what_is_new_is_told_and_ctrl_c_ends_the_streams(casebook, workstation):
    streams = {}
    for name, link in zip(("ana", "cora", "aud"), workstation.links, strict=True):
        client = httpx.Client()
        assert client.get(link).status_code == 303
        streams[name] = _Stream(client, workstation.address)
        streams[name].wait_for("begin")
    with open_casebook(casebook) as opened:
        book = opened.casebook
        book.put_jobs([made_up.job("o5", "S1", name="line-5")])
        made_up.record(book, "o6", [made_up.detection("o6")], sortie_id="S2", name="line-6")
        made_up.record(book, "o7", [made_up.detection("o7")], sortie_id="S1", name="line-7")
    for name in ("ana", "aud"):
        assert streams[name].wait_for("observation")["id"] == "o6"
        assert streams[name].wait_for("detection") == {"observation": "o6", "n": 1}
    own = streams["cora"].wait_for("observation")
    assert (own["id"], own["sortie"]) == ("o7", "S1")
    assert streams["cora"].wait_for("jobs")["sortie"] == "S1"
    assert not [one for one in streams["cora"].events if one.get("event") == "detection"]
    workstation.process.send_signal(signal.SIGINT)
    for stream in streams.values():
        stream.join(120)
        assert stream.ended_whole
    assert ended_within(workstation.process, 120.0)
    assert workstation.process.returncode == 0
