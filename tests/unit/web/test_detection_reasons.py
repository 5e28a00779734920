"""What speaks for a detection and against it says no more than is known."""

from dataclasses import replace

import pytest

import made_up_casebook as made_up
from cathartes.detect.plume_spectrum import Relation
from cathartes.products.plume_spectra import Fit, PlumeRecord
from cathartes.sites.detection import UNKNOWN, Candidate
from cathartes.web.texts import Texts
from cathartes.web.views.detection_reasons import POOR_MISFIT, SELDOM, reasons_of


def told(detection, fits=None, near=(), sites=()):
    """Return the kinds of the reasons for, and of those against."""
    found = reasons_of(detection, fits, near, sites)
    return [one.kind for one in found if one.is_for], [one.kind for one in found if not one.is_for]


def fit(relation, misfit, *chemicals):
    """Return a fit as evidence keeps it, of one band."""
    return Fit(
        chemicals=chemicals, relation=relation, probability=0.5, likeness=1.0,
        amount=(1.0,) * len(chemicals), fit=(0.0,), residual=(0.0,), misfit=misfit,
    )  # fmt: skip


def spectrum(*fits):
    """Return a plume's record with these fits, and nothing else of it."""
    return PlumeRecord.model_construct(fits=fits)


def test_chance_and_a_doubtful_name_speak_against_from_their_bounds_on() -> None:
    seldom = made_up.detection(expected_by_chance=SELDOM)
    often = made_up.detection(expected_by_chance=2 * SELDOM)
    assert "chance" in told(seldom)[0]
    assert "chance" in told(often)[1]
    assert not any("chance" in side for side in told(made_up.detection(expected_by_chance=None)))
    doubtful = (Candidate("acetone", 0.6), Candidate("ethanol", 0.4))
    assert "name" in told(made_up.detection(candidates=doubtful))[1]


def test_what_no_gas_explains_has_no_name() -> None:
    unknown = made_up.detection(chemical=UNKNOWN, candidates=(Candidate(UNKNOWN, 1.0),))
    assert "no name" in told(unknown)[1]


@pytest.mark.parametrize(
    ("named", "other", "relation", "for_", "against"),
    [
        (1.0, 2.0, Relation.RUNNER_UP, ["fit"], []),
        (1.0, 1.1, Relation.LOOK_ALIKE, [], ["rival"]),
        (1.0, 0.9, Relation.PARTNER, [], []),
        (2 * POOR_MISFIT, 9.0, Relation.RUNNER_UP, ["fit"], ["poor fit"]),
    ],
)
def test_a_fit_is_judged_by_what_it_leaves_and_by_what_others_leave(
    named, other, relation, for_, against
) -> None:
    fits = spectrum(fit(Relation.NAMED, named, "acetone"), fit(relation, other, "ethanol"))
    found = told(made_up.detection(), fits)
    kinds = {"fit", "rival", "poor fit"}
    assert [one for one in found[0] if one in kinds] == for_
    assert [one for one in found[1] if one in kinds] == against


def test_the_same_chemical_counts_once_for_each_other_look() -> None:
    own = made_up.detection("o1", 1)
    near = [made_up.detection("o1", 2), made_up.detection("o2", 1), made_up.detection("o2", 2)]
    (again,) = [one for one in reasons_of(own, None, near, ()) if one.kind == "again"]
    assert again.value == 1
    assert "again" not in told(own, near=near[:1])[0]


def test_a_lawful_emitter_speaks_against_once() -> None:
    site = made_up.site("site-a", ["o1-1.1"])
    explained = [replace(site, explained_by="dairy-1"), replace(site, explained_by="dairy-1")]
    found = reasons_of(made_up.detection(), None, (), explained)
    assert [one.name for one in found if one.kind == "emitter"] == ["dairy-1"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "> 0.99"),
        (0.996, "> 0.99"),
        (0.99, "0.99"),
        (0.5, "0.5"),
        (0.01, "0.01"),
        (0.0, "< 0.01"),
    ],
)
def test_a_probability_is_never_said_to_be_certain(value: float, said: str) -> None:
    assert Texts("en").probability(value) == said
    assert Texts("es").probability(value) == said.replace(".", ",")
