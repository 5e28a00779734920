"""Whether a content holds what its partner may have, and no more: asked of whoever made it.

`redaction` takes along what is allowed; this reads back what came of it, and shares no code with
it. A draft is kept only if both agree.
"""

from collections.abc import Iterator

from cathartes.casework.partner import Field, Partner
from cathartes.casework.release_content import Finding, ReleaseContent
from cathartes.errors import ReleaseError


def fields_told(content: ReleaseContent) -> frozenset[Field]:
    """Return the fields beyond the core that a content tells something of."""
    return frozenset() if content.finding is None else frozenset(_told(content.finding))


def check_withheld(content: ReleaseContent, partner: Partner) -> None:
    """Check that a content tells a partner no more than its record allows.

    Raises
    ------
    ReleaseError
        If it tells more, or of a place by another cell.
    """
    more = fields_told(content) - partner.fields
    if more:
        raise ReleaseError(
            f"release {content.release_id}: its content tells partner {partner.id} "
            f"{', '.join(sorted(more))}, which its record does not allow; draft it anew."
        )
    if content.finding is not None and content.finding.place.cell.size_m != partner.cell_m:
        raise ReleaseError(
            f"release {content.release_id}: its place is told by a cell of "
            f"{content.finding.place.cell.size_m} m, and partner {partner.id} is told cells of "
            f"{partner.cell_m} m; draft it anew."
        )


def _told(finding: Finding) -> Iterator[Field]:
    whole = {
        Field.CHEMICALS: finding.chemicals,
        Field.PROBABILITY: finding.probability,
        Field.RATE: finding.rate_kg_h,
        Field.FIRST_SEEN: finding.first_seen,
        Field.LAST_SEEN: finding.last_seen,
        Field.PLUME_OUTLINE: finding.plume_cells,
        Field.COLUMN_DENSITY: finding.column_density,
        Field.SPECTRUM: finding.spectrum,
        Field.MAP_IMAGE: finding.image,
        Field.EMPTY_LOOKS: finding.empty_looks,
        Field.LAWFUL_EMITTERS: finding.emitters,
        Field.REVIEWERS_CONFIDENCE: finding.reviewers_confidence,
        Field.FLAGS: finding.flags,
        Field.EVIDENCE_TEXT: finding.evidence,
        Field.SENSOR_KIND: finding.sensor_kinds,
    }
    yield from (field for field, told in whole.items() if told is not None)
    if any(one is not None and one.hours == 1 for one in (finding.first_seen, finding.last_seen)):
        yield Field.HOURS
    if any(one.probability is not None for one in finding.chemicals or ()):
        yield Field.PROBABILITY
    if any(one.chemicals for one in finding.emitters or ()):
        yield Field.CHEMICALS
    if finding.empty_looks is not None and finding.empty_looks.smallest:
        yield Field.CHEMICALS
