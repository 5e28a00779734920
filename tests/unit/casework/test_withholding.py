"""What redaction takes along and what is read back of it agree, whatever a partner may have."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cathartes.casework.partner import Field
from cathartes.casework.redaction import content_for
from cathartes.casework.release_content import Interval
from cathartes.casework.withholding import check_withheld, fields_told
from cathartes.errors import ReleaseError
from effort import effort
from made_up_release import material, partner


@settings(max_examples=effort(24, 60), deadline=None)
@given(st.frozensets(st.sampled_from(Field)))
def test_whatever_is_allowed_no_more_is_told(fields):
    office = partner(*fields)
    content = content_for(office, material())
    assert fields_told(content) <= fields
    check_withheld(content, office)


def test_each_field_that_is_allowed_is_found_again():
    assert fields_told(content_for(partner(*Field), material())) == frozenset(Field)


@pytest.mark.parametrize("field", list(Field))
def test_what_is_not_allowed_is_refused_whoever_made_the_content(field):
    generous = content_for(partner(*Field), material())
    with pytest.raises(ReleaseError, match=f"{field.value}.*does not allow"):
        check_withheld(generous, partner(*set(Field) - {field}))


def test_a_finer_cell_than_the_partners_is_refused():
    office = partner()
    content = content_for(office, material())
    with pytest.raises(ReleaseError, match="is told cells of"):
        check_withheld(content, replace(office, cell_m=1000 if office.cell_m != 1000 else 100))


def test_a_number_slipped_into_a_finding_is_seen():
    office = partner()
    content = content_for(office, material())
    told = replace(content.finding, probability=Interval(0.9, 0.8, 0.95))
    with pytest.raises(ReleaseError, match="probability"):
        check_withheld(replace(content, finding=told), office)
