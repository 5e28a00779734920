"""``cathartes user``: what it makes, prints and refuses."""

import io
import json

import pytest

import web_releases
from cathartes.casework.roles import Role
from cathartes.cli.main import main
from cathartes.errors import AccessError, ReleaseError
from cathartes.pipeline.passwords import is_right_password
from cathartes.store.open import open_casebook
from made_up_casebook import NOW

GOOD = "correct horse battery"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """Work in an empty folder with a casebook."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.delenv("CATHARTES_CASEBOOK", raising=False)
    assert main(["casebook", "create"]) == 0
    return tmp_path


@pytest.fixture
def run(capsys, monkeypatch):
    """Return what runs ``cathartes user`` with a password on standard input."""

    def run(*words, password=GOOD):
        capsys.readouterr()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        code = main(["user", *words])
        return code, capsys.readouterr()

    return run


def add(run, *words, user="ana"):
    code, said = run("add", user, "--role", "analyst", "--password-stdin", "--json", *words)
    assert code == 0, said.err
    return json.loads(said.out)["users"][0]


def test_an_account_is_added_with_its_password_from_standard_input(run):
    told = add(run, "--name", "Ana Ruiz")
    assert (told["id"], told["name"], told["roles"]) == ("ana", "Ana Ruiz", ["analyst"])
    assert GOOD not in json.dumps(told)
    with open_casebook("casebook") as opened:
        assert is_right_password(opened.casebook.credentials("ana").password_hash, GOOD)


def test_all_are_listed_for_people_and_for_programs(run):
    assert "This casebook has no accounts." in run("list")[1].out
    add(run)
    code, said = run("list")
    assert code == 0
    for word in ("ana", "analyst", "enabled"):
        assert word in said.out
    assert [one["id"] for one in json.loads(run("list", "--json")[1].out)["users"]] == ["ana"]


def test_an_officer_of_a_partner_that_was_not_entered_is_refused(run):
    add(run)
    for words in (("add", "pia", "--password-stdin"), ("role", "ana")):
        code, said = run(*words, "--role", "partner", "--partner", "nosuch")
        assert code == ReleaseError.exit_code
        assert "no partner 'nosuch' in this casebook; there is none" in " ".join(said.err.split())
    assert [one["id"] for one in json.loads(run("list", "--json")[1].out)["users"]] == ["ana"]


def test_roles_password_and_state_are_changed(run):
    add(run)
    code, _ = run("role", "ana", "--role", "release-authority", "--role", "collector")
    assert code == 0
    with open_casebook("casebook") as opened:
        assert opened.casebook.user("ana").roles == (Role.COLLECTOR, Role.RELEASE_AUTHORITY)
    code, said = run("password", "ana", "--password-stdin", password="another good password")  # noqa: S106
    assert code == 0
    assert "nobody is signed in as ana" in said.out
    assert "disabled" in run("disable", "ana")[1].out
    assert "enabled" in run("disable", "ana", "--enable")[1].out
    with open_casebook("casebook") as opened:
        assert [e.action for e in opened.casebook.audit_of("ana")] == [
            "user.add", "user.password", "user.roles", "user.password", "user.disable",
            "user.enable",
        ]  # fmt: skip


def test_a_partners_officer_and_an_identity(run):
    assert run("add", "ada", "--role", "administrator", "--password-stdin")[0] == 0
    with open_casebook("casebook") as opened:
        opened.casebook.add_partner(web_releases.partner(), "ada", NOW)
    code, said = run("add", "pia", "--role", "partner", "--partner", "office", "--identity",
                     "https://id.example|7", "--json")  # fmt: skip
    assert code == 0
    told = json.loads(said.out)["users"][0]
    assert (told["partner"], told["oidc_subject"]) == ("office", "https://id.example|7")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["add", "ana", "--role", "analyst"], "is there already"),
        (["add", "A", "--role", "analyst"], "lower-case letters"),
        (["add", "eve", "--role", "king"], "choose among them"),
        (["add", "eve", "--role", "auditor", "--role", "analyst"], "goes with no other role"),
        (["add", "eve", "--role", "partner"], "needs the partner's name"),
        (["role", "eve", "--role", "analyst"], "no user 'eve'"),
        (["password", "eve"], "no user 'eve'"),
        (["disable", "eve"], "no user 'eve'"),
        (["disable", "ana", "--enable"], "enabled already"),
    ],
)
def test_what_can_not_be_is_refused_with_its_own_exit_code(run, words, why):
    add(run)
    stdin = ["--password-stdin"] if words[0] in {"add", "password"} else []
    code, said = run(*words, *stdin)
    assert code == AccessError.exit_code
    assert why in " ".join(said.err.split())


@pytest.mark.parametrize("password", ["", "short"])
def test_a_bad_password_makes_no_account(run, password):
    code, _ = run("add", "ana", "--role", "analyst", "--password-stdin", password=password)
    assert code == AccessError.exit_code
    with open_casebook("casebook") as opened:
        assert not opened.casebook.has_users()


@pytest.mark.parametrize("command", ["add", "list", "role", "password", "disable"])
def test_each_has_help_with_an_example(run, command):
    code, said = run(command, "--help")
    assert code == 0
    assert f"cathartes user {command}" in " ".join(said.out.split())
