"""What must hold for a release to go a step on: pure rules, asked in the transaction of the step.

`decide` says who may; this says whether it may be done at all, whoever asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cathartes.casework.mandate import Mandate
from cathartes.casework.partner import Partner
from cathartes.casework.release import OPEN, Release, ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.review import Confidence
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.errors import ReleaseError

BINDING = frozenset({Step.SUBMIT, Step.APPROVE, Step.SEND})
"""Steps before which everything that a release rests on is checked anew."""
UNDER_WAY = OPEN | {ReleaseState.SUBMITTED, ReleaseState.APPROVED}
"""What these rest on is kept."""


@dataclass(frozen=True, slots=True)
class Present:
    """What is so now, as far as a release rests on it.

    Attributes
    ----------
    partner
    partner_sha256, site_sha256
        "" where it is gone.
    detection_sha256, settlements : by detection
        Of all that is attributed to the site now.
    confirmed_sha256
        Of what these settlements confirm, as `Basis` has it.
    mandates
        Those of the release that there are.
    earlier
        The releases that it replaces or takes back.
    open_alerts
        Ids of other releases to this partner, no recalls, that stand and tell of this site, or of
        a detection that is attributed to it now; drills apart from the real.
    successors
        Ids of other releases to this partner, no recalls, that stand and took the place of one of
        `earlier`.
    """

    partner: Partner
    partner_sha256: str
    site_sha256: str = ""
    detection_sha256: Mapping[str, str] = field(default_factory=dict)
    settlements: Mapping[str, Settlement] = field(default_factory=dict)
    confirmed_sha256: str = ""
    mandates: Mapping[str, Mandate] = field(default_factory=dict)
    earlier: tuple[Release, ...] = ()
    open_alerts: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()


def check_step(
    release: Release, step: Step, present: Present, seen_sha256: str, now_utc: datetime
) -> ReleaseState:
    """Return the state after a step.

    Parameters
    ----------
    release, step
    present
    seen_sha256
        Hash of the content that who takes the step has looked at.
    now_utc

    Raises
    ------
    ReleaseError
        If it can't be taken: from this state; of other content than was seen; resting on what has
        changed; to a partner that may not have it; of what review did not confirm with at least
        medium confidence.
    MandateError
        If a mandate was revoked, or has not begun.
    """
    after = release.after(step)
    if step not in BINDING:
        return after
    if seen_sha256 != release.content_sha256:
        raise _error(
            release, "its content is another than was looked at; look at it again, then go on."
        )
    if present.partner_sha256 != release.basis.partner_sha256:
        raise _error(
            release,
            f"the record of partner {release.partner_id} was changed since it was drafted; draft "
            "it anew.",
        )
    if release.tlp > present.partner.ceiling:
        raise _error(
            release,
            f"it is {release.tlp}, and the partner may get up to {present.partner.ceiling}.",
        )
    _check_earlier(release, present)
    if release.notice is not Notice.CANCEL:  # a recall goes out however things are by now
        _check_partner(release, present)
        _check_mandates(release, present, now_utc)
        _check_finding(release, present)
    return after


def _check_partner(release: Release, present: Present) -> None:
    if present.partner.is_disabled:
        raise _error(
            release, f"partner {release.partner_id} is disabled, and is told nothing more."
        )
    replaced = {one.id for one in present.earlier}
    others = [one for one in present.open_alerts if one not in replaced]
    if others:
        raise _error(
            release,
            f"{others[0]} tells partner {release.partner_id} of this site already, and stands; "
            "draft an update of it, or recall it first.",
        )


def _check_earlier(release: Release, present: Present) -> None:
    there = {one.id: one for one in present.earlier}
    for earlier_id in release.earlier_ids:
        earlier = there.get(earlier_id)
        if earlier is None or earlier.partner_id != release.partner_id:
            raise _error(release, f"{earlier_id} was not told to {release.partner_id}.")
        if earlier.is_exercise != release.is_exercise:
            raise _error(release, f"{earlier_id} and it: one is an exercise, the other is real.")
        if earlier.notice is Notice.CANCEL:
            raise _error(
                release,
                f"{earlier_id} is a recall, which is neither replaced nor taken back; tell of the "
                "site anew by a first notice.",
            )
        step = Step.RECALL if release.notice is Notice.CANCEL else Step.SUPERSEDE
        earlier.after(step)
    still = [one for one in present.successors if one not in release.earlier_ids]
    if still:
        raise _error(
            release,
            f"{still[0]} took the place of what it names, and stands; update or recall that one.",
        )


def _check_mandates(release: Release, present: Present, now_utc: datetime) -> None:
    for mandate_id in release.basis.mandate_ids:
        mandate = present.mandates.get(mandate_id)
        if mandate is None:
            raise _error(release, f"its mandate {mandate_id} is not in the casebook.")
        mandate.check_in_force(now_utc)
        if release.partner_id not in mandate.partners:
            raise _error(
                release, f"mandate {mandate_id} does not name partner {release.partner_id}."
            )
        if mandate_id not in present.partner.mandate_ids:
            raise _error(
                release,
                f"partner {release.partner_id} may not be told under mandate {mandate_id}.",
            )


def _check_finding(release: Release, present: Present) -> None:
    basis = release.basis
    if not basis.mandate_ids or not basis.detection_sha256:
        raise _error(release, "it rests on no detection, or on no mandate.")
    if basis.site_sha256 != present.site_sha256:
        what = "changed" if present.site_sha256 else "gone"
        raise _error(release, f"site {release.site_id} is {what} since then; draft it anew.")
    if dict(basis.detection_sha256) != dict(present.detection_sha256):
        raise _error(
            release, f"the detections of site {release.site_id} changed since; draft it anew."
        )
    if basis.confirmed_sha256 != present.confirmed_sha256:
        raise _error(
            release,
            f"what reviews confirm of site {release.site_id} changed since; draft it anew.",
        )
    told = [
        one
        for one in present.settlements.values()
        if one.state is ReviewState.CONFIRMED and one.confidence not in (None, Confidence.LOW)
    ]
    if not told:
        raise _error(
            release,
            f"no detection of site {release.site_id} is confirmed by review with at least medium "
            "confidence; nothing else is released.",
        )


def held_observations(releases: tuple[Release, ...]) -> frozenset[str]:
    """Return the observations that open releases, and those under way, rest on: they are kept."""
    kept = (one for one in releases if one.state in UNDER_WAY)
    return frozenset(each for one in kept for each in one.basis.observation_ids)


def _error(release: Release, what: str) -> ReleaseError:
    return ReleaseError(f"release {release.id}: {what}")
