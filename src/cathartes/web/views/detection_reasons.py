"""Why a detection is thought to be a plume, and what speaks against it: in ten seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cathartes.detect.plume_spectrum import Relation
from cathartes.products.plume_spectra import PlumeRecord
from cathartes.sites.detection import UNKNOWN, Detection
from cathartes.sites.site import Site

SELDOM = 0.05
"""Expected by chance in a look, up to which chance is no likely explanation."""
SURE = 0.9
"""Probability from which on a name counts as sure."""
POOR_MISFIT = 1.5
"""Of what noise and clutter leave, from which on a fit is poor."""
AS_WELL = 1.2
"""Ratio of misfits, up to which another chemical fits about as well."""
_INSTEAD = (Relation.RUNNER_UP, Relation.LOOK_ALIKE)
"""Fits with another chemical in the place of the named one."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that speaks for a detection or against it; `kind` says what the values are.

    Attributes
    ----------
    kind
        ``strength`` (σ), ``chance`` (expected in such a look), ``name`` (probability),
        ``fit`` (misfit, and the other's), ``rival`` (misfits), ``poor fit`` (misfit), ``again``
        (other looks), ``no name``, ``emitter`` (`name` is its id).
    is_for
    value, other
        None where the kind has none.
    name
        Of a chemical or an emitter.
    """

    kind: str
    is_for: bool
    value: float | None = None
    other: float | None = None
    name: str = ""


def reasons_of(
    detection: Detection, fits: PlumeRecord | None, near: Sequence[Detection], sites: Sequence[Site]
) -> tuple[Reason, ...]:
    """Return what speaks for and against a detection; its flags speak for themselves.

    Parameters
    ----------
    detection
    fits
        Of its spectrum; None if not kept.
    near
        Other detections close by.
    sites
        That it is attributed to.
    """
    return (
        *_of_strength(detection),
        *_of_name(detection),
        *(() if fits is None else _of_fits(fits)),
        *_of_others(detection, near, sites),
    )


def _of_strength(detection: Detection) -> Iterator[Reason]:
    if detection.snr is not None:
        yield Reason("strength", True, detection.snr)
    by_chance = detection.expected_by_chance
    if by_chance is not None:
        yield Reason("chance", by_chance <= SELDOM, by_chance)


def _of_name(detection: Detection) -> Iterator[Reason]:
    if detection.chemical == UNKNOWN:
        yield Reason("no name", False)
        return
    named = next(c for c in detection.candidates if c.chemical == detection.chemical)
    yield Reason("name", named.probability >= SURE, named.probability, name=named.chemical)


def _of_fits(fits: PlumeRecord) -> Iterator[Reason]:
    named = next((one for one in fits.fits if one.relation is Relation.NAMED), None)
    if named is None:
        return
    if named.misfit > POOR_MISFIT:
        yield Reason("poor fit", False, named.misfit)
    others = [one for one in fits.fits if one.relation in _INSTEAD]
    if others:
        best = min(others, key=lambda one: one.misfit)
        rivals = best.misfit <= AS_WELL * named.misfit
        kind = "rival" if rivals else "fit"
        yield Reason(kind, not rivals, named.misfit, best.misfit, best.chemicals[0])


def _of_others(
    detection: Detection, near: Sequence[Detection], sites: Sequence[Site]
) -> Iterator[Reason]:
    again = {
        one.observation_id
        for one in near
        if one.chemical == detection.chemical and one.observation_id != detection.observation_id
    }
    if again:
        yield Reason("again", True, float(len(again)), name=detection.chemical)
    for emitter in dict.fromkeys(one.explained_by for one in sites if one.explained_by):
        yield Reason("emitter", False, name=emitter)
