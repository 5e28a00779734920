"""Where the files come from, as W3C PROV: the content, who is responsible, and what it replaces.

References
----------
W3C Member Submission, "The PROV-JSON Serialization", 24 April 2013.
"""

import hashlib
from collections.abc import Mapping

from pydantic import JsonValue

from cathartes.casework.release_content import ReleaseContent
from cathartes.products.release.features import json_bytes
from cathartes.products.release.file_list import CONTENT
from cathartes.products.release.words import ReleaseWords

PREFIXES = {"r": "urn:cathartes:release:", "a": "urn:cathartes:agent:"}


def release_provenance(
    content: ReleaseContent, files: Mapping[str, bytes], words: ReleaseWords
) -> bytes:
    """Return the provenance of files, by name.

    Every file is derived from the content; an update's content is a revision of the earlier one.
    """
    release, sender = f"r:{content.release_id}", f"a:{content.sender.id}"
    whole, made = f"{release}/{CONTENT.name}", f"{release}/release"
    others = [name for name in files if name != CONTENT.name]
    entities: dict[str, JsonValue] = {
        f"{release}/{name}": {"r:sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    }
    derived: dict[str, JsonValue] = {
        f"_:d{number}": {"prov:generatedEntity": f"{release}/{name}", "prov:usedEntity": whole}
        for number, name in enumerate(others, start=1)
    }
    for number, one in enumerate(content.earlier, start=1):
        before = f"r:{one.release_id}/{CONTENT.name}"
        entities[before] = {}
        derived[f"_:e{number}"] = {
            "prov:generatedEntity": whole, "prov:usedEntity": before,
            "prov:type": {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"},
        }  # fmt: skip
    lineage = words.say("lineage" if content.finding is not None else "event_cancel")
    document: dict[str, JsonValue] = {
        "prefix": dict(PREFIXES),
        "entity": entities,
        "activity": {
            made: {
                "prov:label": lineage,
                "prov:endTime": f"{content.issued_utc:%Y-%m-%dT%H:%M:%SZ}",
                "r:isExercise": content.is_exercise,
                "r:tlp": content.tlp,
            }
        },
        "agent": {
            sender: {
                "prov:type": {"$": "prov:Organization", "type": "prov:QUALIFIED_NAME"},
                "prov:label": content.sender.name,
            }
        },
        "wasGeneratedBy": {"_:g1": {"prov:entity": whole, "prov:activity": made}},
        "wasAssociatedWith": {"_:a1": {"prov:activity": made, "prov:agent": sender}},
        "wasAttributedTo": {"_:t1": {"prov:entity": whole, "prov:agent": sender}},
        "wasDerivedFrom": derived,
    }
    return json_bytes(document)
