"""Partners in the workstation: administrators keep them, others read them, no case is shown."""

import pytest

import web_desk
import web_releases
from cathartes.casework.partner import Field, Way
from cathartes.pipeline.keys import key_create, key_export

PASSPHRASE = web_desk.GOOD


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return a partner's exported key, and its fingerprint."""
    folder = tmp_path_factory.mktemp("theirs")
    made = key_create("Fiscalía", PASSPHRASE, keys=folder)
    key_export(made.id, PASSPHRASE, folder / "key.json", keys=folder)
    return (folder / "key.json").read_bytes(), made.fingerprint


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        web_releases.now_of_keys(desk)
        yield desk


@pytest.fixture
def ada(desk):
    return web_desk.client_of(desk, "ada")


def add(client, record, fingerprint, **changes):
    told = {
        "csrf": client.csrf, "partner": "Fiscalia", "name": "Fiscalía", "country": "mx",
        "languages": "es, en", "fingerprint": fingerprint,
    }  # fmt: skip
    return client.post("/partners", data=told | changes, files={"record": ("k.json", record)})


def profile(client, **told):
    data = {"csrf": client.csrf, "cell_m": "1000", "ceiling": "CLEAR"} | told
    return client.post("/partners/fiscalia/profile", data=data)


def test_a_partner_is_entered_by_its_key_as_read_aloud_and_may_have_nothing(desk, ada, exported):
    assert add(ada, *exported).headers["location"] == "/partners/fiscalia"
    made = desk.casebook.partner("fiscalia")
    assert (made.fields, made.mandate_ids, made.country) == (frozenset(), (), "MX")
    assert made.languages == ("es", "en")
    page = ada.get("/partners/fiscalia").text
    assert exported[1] in page
    assert "partner.add" in {one.action for one in desk.casebook.audit_of("fiscalia")}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"fingerprint": "0000 1111"}, "is not what was told"),
        ({"fingerprint": ""}, "is not what was told"),
        ({"partner": "Ñ"}, "lower-case letters"),
        ({"country": "Mexico"}, "two capital letters"),
        ({"languages": ""}, "a language is needed"),
        ({"name": "<script>alert(1)</script>", "country": "9"}, "two capital letters"),
    ],
)
def test_what_can_not_be_is_said_beside_what_was_typed(desk, ada, exported, changes, problem):
    told = {"fingerprint": exported[1]} | changes
    answer = add(ada, exported[0], told.pop("fingerprint"), **told)
    assert answer.status_code == 409
    assert problem in answer.text.partition('role="alert">')[2]
    assert "<script>alert" not in answer.text
    assert desk.casebook.partners() == ()


def test_a_profile_is_what_was_checked_and_says_so(desk, ada, exported):
    add(ada, *exported)
    told = {
        "may": ["rate", "spectrum"], "cell_m": "100", "ceiling": "AMBER+STRICT", "mandate": "MX-1",
        "way": ["folder", "", "tak"], "leads_to": ["/media/office", "x", "tak.example:8089"],
    }  # fmt: skip
    assert profile(ada, **told).status_code == 303
    kept = desk.casebook.partner("fiscalia")
    assert kept.fields == {Field.RATE, Field.SPECTRUM}
    assert [(one.way, one.target) for one in kept.deliveries] == [
        (Way.FOLDER, "/media/office"), (Way.TAK, "tak.example:8089")
    ]  # fmt: skip
    page = ada.get("/partners/fiscalia").text
    seen, _, withheld = page.partition('data-part="seen"')[2].partition('data-part="withheld"')
    assert "emission rate" in seen
    assert "emission rate" not in withheld.partition("</p>")[0]
    assert profile(ada).status_code == 303  # nothing checked is nothing allowed
    assert desk.casebook.partner("fiscalia").fields == frozenset()


@pytest.mark.parametrize(
    "told",
    [{"may": "everything"}, {"cell_m": "7"}, {"ceiling": "WHITE"}, {"mandate": "NONE"},
     {"way": "pigeon", "leads_to": "x"}, {"way": "https", "leads_to": "http://x"}],
)  # fmt: skip
def test_a_profile_that_can_not_be_changes_nothing(desk, ada, exported, told):
    add(ada, *exported)
    before = desk.casebook.partner("fiscalia")
    assert profile(ada, **told).status_code == 409
    assert desk.casebook.partner("fiscalia") == before


def test_disabling_and_programs(desk, ada, exported):
    add(ada, *exported)
    data = {"csrf": ada.csrf}
    assert ada.post("/partners/fiscalia/disable", data=data).status_code == 303
    assert desk.casebook.partner("fiscalia").is_disabled
    assert ada.post("/partners/fiscalia/disable", data=data).status_code == 409
    headers = {"x-csrf-token": ada.csrf}
    path = "/api/v1/partners/fiscalia"
    assert not ada.post(f"{path}/enable", headers=headers).json()["is_disabled"]
    told = {"fields": ["rate"], "cell_m": 10, "ceiling": "RED", "mandate_ids": [],
            "deliveries": [{"way": "folder", "target": "/x"}]}  # fmt: skip
    assert ada.put(f"{path}/profile", json=told, headers=headers).json()["fields"] == ["rate"]
    rita = web_desk.client_of(desk, "rita")
    assert rita.get(path).json()["officers"] is None
    assert ada.get(path).json()["officers"] == []


def test_others_read_and_have_no_forms(desk, exported):
    web_releases.begin(desk)
    for who in ("ana", "rita", "aud"):
        client = web_desk.client_of(desk, who)
        page = client.get("/partners/office").text
        assert "Oficina de Prueba" in page
        assert 'action="/partners' not in page
        assert add(client, *exported).status_code == 403
