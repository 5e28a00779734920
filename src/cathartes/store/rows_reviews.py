"""Reviews and what they come to as rows, and back."""

from typing import Any

import shapely
from sqlalchemy import Row

from cathartes.casework.review import Confidence, Flag, Judgement, RateVerdict, Review, Verdict
from cathartes.casework.settlement import ReviewState, Settlement
from cathartes.store.canonical import to_wkb
from cathartes.store.rows_results import Values


def values_of_review(review: Review) -> Values:
    """Return a review as a row."""
    judgement = review.judgement
    longitude_deg, latitude_deg = judgement.origin_deg or (None, None)
    return {
        "id": review.id,
        "detection_id": review.detection_id,
        "detection_sha256": review.detection_sha256,
        "reviewer": review.reviewer,
        "moment_utc": review.moment_utc,
        "was_blind": int(review.was_blind),
        "verdict": judgement.verdict.value,
        "confidence": judgement.confidence.value,
        "rate": None if judgement.rate is None else judgement.rate.value,
        "flags": list(judgement.flags),
        "note": judgement.note,
        "origin_longitude_deg": longitude_deg,
        "origin_latitude_deg": latitude_deg,
        "outline": None if judgement.outline is None else to_wkb(judgement.outline),
    }


def review_of(row: Row[Any]) -> Review:
    """Return a row as a review."""
    has_origin = row.origin_longitude_deg is not None
    judgement = Judgement(
        verdict=Verdict(row.verdict),
        confidence=Confidence(row.confidence),
        rate=None if row.rate is None else RateVerdict(row.rate),
        flags=tuple(Flag(one) for one in row.flags),
        note=row.note,
        origin_deg=(row.origin_longitude_deg, row.origin_latitude_deg) if has_origin else None,
        outline=None if row.outline is None else shapely.from_wkb(row.outline),
    )
    return Review(
        row.id,
        row.detection_id,
        row.detection_sha256,
        row.reviewer,
        row.moment_utc,
        bool(row.was_blind),
        judgement,
    )


def values_of_settlement(detection_id: str, settlement: Settlement) -> Values:
    """Return what reviews came to as a row."""
    rate = settlement.rate_may_be_given
    return {
        "detection_id": detection_id,
        "state": settlement.state.value,
        "confidence": None if settlement.confidence is None else settlement.confidence.value,
        "rate_may_be_given": None if rate is None else int(rate),
        "reviewers": list(settlement.reviewers),
    }


def settlement_of(row: Row[Any]) -> Settlement:
    """Return a row as what reviews came to."""
    return Settlement(
        ReviewState(row.state),
        None if row.confidence is None else Confidence(row.confidence),
        None if row.rate_may_be_given is None else bool(row.rate_may_be_given),
        tuple(row.reviewers),
    )
