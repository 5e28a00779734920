"""Whatever a program sends to the API and to the features, the answer is no fault of ours.

Requests are made by schemathesis from the descriptions that the workstation itself gives, over
ASGI, with a fixed seed; ``CATHARTES_FUZZ=1000`` makes so many for each route instead of a few.
"""

import os
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import web_desk
import web_releases
from effort import effort

N_EXAMPLES = int(os.environ.get("CATHARTES_FUZZ", effort(2, 4)))
DESCRIPTIONS = {"api": ("/api/v1/openapi.json", ""), "ogc": ("/ogc/api", "/ogc")}
THERE = {
    "site_id": "site-a",
    "detection_id": "o1-1",
    "observation_id": "o1",
    "sortie_id": "S1",
    "partner_id": "office",
    "release_id": web_releases.SENT,
    "number": 1,
    "collectionId": "observations",
    "featureId": "o1",
}
"""Ids that are there, so that half of the requests come further than to "not there"."""


@pytest.fixture(scope="module")
def after_a_release(tmp_path_factory):
    """Return a casebook of which a release was sent; not to be changed."""
    with web_desk.desk(tmp_path_factory.mktemp("sent")) as desk:
        web_releases.begin(desk)
        with pytest.MonkeyPatch.context() as patch:
            web_releases.name_next(patch, web_releases.SENT)
            web_releases.sent(desk)
    return Path(desk.where)


@pytest.fixture
def desk(after_a_release, tmp_path):
    with web_desk.desk(tmp_path, like=after_a_release) as desk:
        yield desk


def statuses_of(client, operation, prefix: str) -> set[int]:
    """Return how an operation answers to whatever it may be asked."""
    found: set[int] = set()
    headers = {"x-csrf-token": client.csrf}

    @seed(20260504)
    @settings(
        max_examples=N_EXAMPLES,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), is_there=st.booleans())
    def ask(case, is_there) -> None:
        if is_there:
            named = case.path_parameters or {}
            case.path_parameters = {name: THERE.get(name, one) for name, one in named.items()}
        told = case.as_transport_kwargs(base_url=str(client.base_url))
        sent = {name: told[name] for name in ("params", "json", "data") if told.get(name)}
        path = f"{prefix}{case.formatted_path}"
        answer = client.request(case.method, path, headers=headers, **sent)
        assert answer.status_code < 500, f"{case.method} {path} {sent}: {answer.text}"
        found.add(answer.status_code)

    ask()
    return found


@pytest.mark.parametrize("user", ["ana", "aud", "cora", "ada", "pia", "rita"])
@pytest.mark.parametrize("description", DESCRIPTIONS)
def test_nothing_that_a_program_sends_is_a_fault(desk, user, description):
    client = web_desk.client_of(desk, user, raise_server_exceptions=False)
    where, prefix = DESCRIPTIONS[description]
    answer = client.get(where)
    if answer.status_code == 403:
        pytest.skip(f"{user} may not read this description")
    schema = schemathesis.openapi.from_dict(answer.json())
    statuses = {
        status
        for each in schema.get_all_operations()
        for status in statuses_of(client, each.ok(), prefix)
    }
    assert 200 in statuses
