"""An office that sends: a casebook whose partner has a share and an e-mail address, and keys."""

from contextlib import contextmanager
from datetime import timedelta
from functools import cache

import cathartes.pipeline.release_send as sending
import made_up_office as office
from cathartes.casework.partner import Delivery, Way
from cathartes.pipeline import tak
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.pipeline.release_send import deliver, seal_and_send
from cathartes.sealing.package import open_package
from cathartes.store.open import open_casebook
from made_up_casebook import MINUTE, NOW
from made_up_packages import key

package_files = cache(sending.package_files)
"""Made once for each content: the same gives the same bytes."""


def be_quick(monkeypatch):
    """Make files once, and listen for a moment only."""
    monkeypatch.setattr(sending, "package_files", package_files)
    monkeypatch.setattr(tak, "LISTEN_S", 0.2)


@contextmanager
def open_with_ways(tmp_path):
    """Open a casebook whose partner has a share and an e-mail address."""
    with open_casebook(tmp_path / "casebook", create=True) as opened:
        office.open_office(opened.casebook)
        (tmp_path / "share").mkdir()
        ways = (
            Delivery(Way.FOLDER, str(tmp_path / "share")),
            Delivery(Way.EMAIL, "guardia@oficina.example"),
        )
        ways_are(opened, *ways)
        yield opened


def settings_in(tmp_path):
    """Return how the office delivers."""
    return DeliverySettings(
        tmp_path / "outbox", "unit@survey.example", tmp_path / "tls", timeout_s=1.0, whole_s=3.0
    )


def ways_are(opened, *ways, **changes):
    told = {"deliveries": ways, **keys_of("partner")} | changes
    opened.casebook.change_partner(office.partner(**told), "ada", NOW)


def keys_of(owner):
    public = key(owner).public
    return {"age_recipient": public.age_recipient, "signing_key": public.signing_key}


def send(opened, release_id="R-1", actor="rosa", now=NOW + MINUTE, seen="", trusted=None):
    seen = seen or opened.casebook.release(release_id).content_sha256
    trusted = [key("partner").public] if trusted is None else trusted
    return seal_and_send(opened, release_id, key("A test unit"), trusted, seen, actor, now)


def delivered(opened, settings, release_id="R-1", actor="rosa", **told):
    return tuple(deliver(opened, release_id, settings, actor, lambda: NOW + 2 * MINUTE, **told))


def package(opened, release_id="R-1"):
    """Return what a partner opens."""
    sealed = opened.evidence.read(opened.casebook.release(release_id).package_sha256)
    identity, sender = key("partner").identity, key("A test unit").public
    return open_package(sealed, identity, [sender], NOW + timedelta(days=1))


def n_evidence(opened):
    return len(opened.evidence.all_sha256())
