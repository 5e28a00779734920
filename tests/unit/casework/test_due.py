"""Due dates: the more urgent, the sooner; nothing that is withheld shows in them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import made_up_release as made_up
from cathartes.casework.due import DAYS, Urgency, due, urgency_index
from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import EmptyLooks, Interval
from cathartes.casework.release_material import Notice

SENT = made_up.ISSUED_UTC
TOLD = content_for(made_up.partner(), made_up.material()).finding


def content(*fields, material=None):
    return content_for(made_up.partner(*fields), material or made_up.material())


def finding(rate=3.0, seen=1, looks=2, probability=0.5):
    return replace(
        TOLD,
        rate_kg_h=Interval(rate, rate / 2, rate * 2),
        empty_looks=EmptyLooks(looks, looks - seen, 0, ()),
        probability=Interval(probability, 0.0, 1.0),
    )


def test_a_usual_source_seen_in_one_of_two_looks():
    # 3 kg/h is 1, one of two looks (1 + 1) / (2 + 2), and 0.5
    assert urgency_index(finding()) == pytest.approx(1 * 0.5 * 0.5)


def test_the_index_of_what_is_told_nothing_of():
    assert urgency_index(TOLD) == pytest.approx(0.5 * 0.945)  # "very likely" has its middle there


@given(
    st.floats(0.01, 1e4), st.floats(0.01, 1e4), st.integers(0, 20), st.integers(0, 20),
    st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
def test_it_grows_with_each_of_the_three(rate, more_rate, seen, more_seen, p, more_p):
    low = finding(min(rate, more_rate), min(seen, more_seen), 20, min(p, more_p))
    high = finding(max(rate, more_rate), max(seen, more_seen), 20, max(p, more_p))
    assert urgency_index(low) <= urgency_index(high) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("rate", "urgency"),
    [(0.5, Urgency.ROUTINE), (3.0, Urgency.PROMPT), (60.0, Urgency.PRESSING)],
)
def test_the_classes_and_their_days(rate, urgency):
    told = due(replace(content(), finding=finding(rate)), SENT)
    assert told.urgency is urgency
    assert told.due_utc == SENT + timedelta(days=DAYS[urgency])


def test_days_are_fewer_the_more_urgent():
    order = (Urgency.RECALL, Urgency.PRESSING, Urgency.PROMPT, Urgency.ROUTINE)
    days = [DAYS[one] for one in order]
    assert days == sorted(set(days))


def test_a_recall_asks_for_its_receipt_at_once():
    told = due(content(material=made_up.material(Notice.CANCEL)), SENT)
    assert told.urgency is Urgency.RECALL
    assert told.index is None


def test_what_is_withheld_changes_no_due_date():
    site = replace(made_up.site(), n_looks=50)
    material = replace(made_up.material(), site=site, looks=())
    assert due(content(material=material), SENT) == due(content(), SENT)
    assert due(content(Field.RATE), SENT).index != due(content(), SENT).index
