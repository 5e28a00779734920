"""A real TAK server passes on our marks and their deletions, and takes none away when we go.

Needs one that runs: CATHARTES_TAK_SERVER is its ``host:port`` of TLS, CATHARTES_TAK_FILES a folder
with its authority, ``ca.pem``, and a client's certificate with key, ``client.pem``. Decision 0050
says how FreeTAKServer of PyPI is run for it.
"""

import os
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from uuid import uuid4
from xml.etree import ElementTree as ET

import pytest

from cathartes.casework.redaction import content_for
from cathartes.casework.release_material import Earlier, Notice
from cathartes.pipeline.tak import show_on_tak
from cathartes.pipeline.tls import TlsFiles, connected
from cathartes.products.release.cot import greeting, mark_uid
from made_up_release import material, partner

SERVER = os.environ.get("CATHARTES_TAK_SERVER", "")
FILES = Path(os.environ.get("CATHARTES_TAK_FILES", ""))
SEEN_S = 25.0
"""In which a server should pass on what it gets, and that somebody went."""

pytestmark = pytest.mark.skipif(
    not SERVER, reason="CATHARTES_TAK_SERVER names no TAK server that runs"
)


def content(release_id: str, notice: Notice, earlier: tuple[Earlier, ...] = ()):
    told = content_for(partner(), replace(material(notice), is_exercise=True))
    issued = datetime.now(UTC).replace(second=0, microsecond=0)
    return replace(told, release_id=release_id, issued_utc=issued, earlier=earlier)


def watched(tls: TlsFiles, got: list[bytes]) -> None:
    """Keep what another client of the server sees."""
    host, _, port = SERVER.rpartition(":")
    end = time.monotonic() + SEEN_S
    with connected(host, int(port), tls, 5.0, SEEN_S + 5) as client:
        client.sendall(greeting(content(f"W-{uuid4().hex[:8]}", Notice.ALERT)))
        client.settimeout(1.0)
        while time.monotonic() < end:
            try:
                got.append(client.recv(65536))
            except TimeoutError:
                continue


def test_a_mark_and_its_deletion_reach_who_watches():
    tls = TlsFiles(FILES / "ca.pem", FILES / "client.pem")
    got: list[bytes] = []
    watcher = Thread(target=watched, args=(tls, got))
    watcher.start()
    time.sleep(3)  # a server passes on to whom it knows already
    first = content(f"R-{uuid4().hex[:8]}", Notice.ALERT)
    earlier = (Earlier(first.release_id, first.issued_utc),)
    recall = content(f"R-{uuid4().hex[:8]}", Notice.CANCEL, earlier)
    for told in (first, recall):
        show_on_tak(told, SERVER, tls, 10.0, 30.0)
    watcher.join()
    seen = [ET.XML(one) for one in re.findall(rb"<event .*?</event>", b"".join(got), re.DOTALL)]
    uid = mark_uid(first, first.release_id)
    (mark,) = [one for one in seen if one.get("uid") == uid]
    assert mark.get("type") == "b-m-p-s-m"
    cell = first.finding.place.cell
    told = [float(mark.find("point").get(key)) for key in ("lat", "lon", "ce")]
    assert told == [cell.latitude_deg, cell.longitude_deg, first.finding.place.radius_m]
    assert mark.find("detail/contact").get("callsign").startswith("EXERCISE · TLP:AMBER")
    deletions = [
        one.get("type") for one in seen for link in one.iter("link") if link.get("uid") == uid
    ]
    assert deletions == ["t-x-d-d"], "once, by the recall: not when the first connection ended"
