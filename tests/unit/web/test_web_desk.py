"""The desk of the other tests: it opens, and people can be signed in."""

import pytest

import web_desk


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.mark.parametrize("user", [user.id for user in web_desk.USERS])
def test_everybody_can_be_signed_in_by_a_link(desk, user):
    client = web_desk.client_of(desk, user)
    answer = client.get("/account")
    assert answer.status_code == 200
    assert client.csrf in answer.text


def test_the_desk_has_what_it_says(desk):
    ids = [one.id for one in desk.casebook.ranked_sites()]
    assert ids == ["site-a", "site-b"]
    assert [o.id for o in desk.casebook.observations("S1")] == ["o1", "o2"]
    assert web_desk.client_of(desk).csrf == ""
