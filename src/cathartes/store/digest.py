"""One hash over all present results, by which two casebooks that did the same work are the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from cathartes.store.canonical import canonical
from cathartes.store.interface import Box, Casebook

_EARTH = Box(-180, -90, 180, 90)


def digest(casebook: Casebook) -> str:
    """Return the SHA-256 over the canonical JSON of all present results, hexadecimal.

    Mandates, sorties, observations with their evidence's hashes, detections with sources and the
    sites these are attributed to, sites with their evidence, and lawful emitters. What differs
    between two runs of the same work stays out: clocks, timings, owners, attempts and the audit.
    """
    hashed = hashlib.sha256()
    for kind, value in _results(casebook):
        hashed.update(canonical([kind, value]) + b"\n")
    return hashed.hexdigest()


def _results(casebook: Casebook) -> Iterator[tuple[str, object]]:
    """Yield each result with the name of its kind, in an order that rests on results alone."""
    for mandate in sorted(casebook.mandates(), key=lambda one: one.id):
        was_revoked = mandate.revoked_utc is not None
        yield "mandate", [replace(mandate, revoked_utc=None), was_revoked]
    for sortie in sorted(casebook.sorties(), key=lambda one: one.id):
        yield "sortie", sortie
    for observation in sorted(casebook.observations(), key=lambda one: one.id):
        yield "observation", observation
        for found in casebook.detections_of(observation.id):
            yield "detection", found
    for site in casebook.sites_in(_EARTH):
        yield "site", site
    for emitter in casebook.emitters():
        yield "emitter", emitter
    yield "profile", casebook.profile()
