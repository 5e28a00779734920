"""What reviewers said of a site, a line each, to be printed.

Paper goes from hand to hand: of a detection that is open to who prints, not even their own word is
on it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from cathartes.web.desk import Desk
from cathartes.web.texts import Texts, said
from cathartes.web.views.site_rows import detection_ids_of
from cathartes.web.views.verdicts import (
    OPEN,
    ReviewView,
    Standing,
    reviews_view,
    site_standing,
    standing,
)
from cathartes.web.visitor import Visitor

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "plume": said("Real plume"),
        "not a plume": said("Not a plume"),
        "doubt": said("Doubt"),
        "may be given": said("Rate may be given"),
        "may not be given": said("Rate may not be given"),
    }
)
"""Of a review's values, as the pages say them."""


def review_lines(desk: Desk, visitor: Visitor, site_id: str, texts: Texts) -> tuple[str, ...]:
    """Return how far a site's reviews are, and each that is blind no more to a visitor."""
    ids = detection_ids_of(desk.casebook.site(site_id))
    settled = desk.casebook.settlements(ids)
    known = [one for one in ids if standing(visitor, settled[one]).state != OPEN]
    seen = reviews_view(desk, visitor, known)
    said_of_each = [
        f"{detection_id}: {_told(one, texts)}"
        for detection_id in known
        for one in seen[detection_id]
    ]
    stands = site_standing(visitor, [settled[one] for one in ids])
    return (*_stands(stands, texts), *said_of_each)


def _stands(stands: Standing, texts: Texts) -> tuple[str, ...]:
    if stands.state == OPEN:
        return ()
    words = [texts.gettext(stands.state)]
    if stands.confidence:
        words.append(f"{texts.gettext('confidence')} {texts.gettext(stands.confidence)}")
    return (f"{texts.gettext('Site')}: {', '.join(words)}.",)


def _told(one: ReviewView, texts: Texts) -> str:
    confidence = f"{texts.gettext('confidence')} {texts.gettext(one.confidence)}"
    words = [f"{texts.gettext(_WORDS[one.verdict])}, {confidence}"]
    words += [texts.gettext(_WORDS[one.rate])] if one.rate else []
    words += [texts.gettext(flag) for flag in one.flags] + ([one.note] if one.note else [])
    return f"{texts.moment(one.moment_utc)}, {one.reviewer}: {'; '.join(words)}"
