"""From a finding to an approved release at the command line, by persons with passwords.

Rationale: what others got wrong is who may let what go out to whom (see shared design, Release).
So each way round the rules is tried, through the very commands, and must end in a refusal that says
why, is on record, and changes nothing.
"""

import io
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest

import releasable_casebook as made
from cathartes.casework.release import ReleaseState
from cathartes.casework.review import Confidence, Judgement, Verdict
from cathartes.cli.main import main
from cathartes.errors import (
    AccessError,
    KeyringError,
    MandateError,
    OutputError,
    ReleaseError,
    SettingsError,
)
from cathartes.store.open import open_casebook
from made_up_release import CHEMICAL, SEEN_UTC
from releasable_casebook import APPROVER, BOTH, DRAFTER, GOOD, KEEPER, REVIEWER, SECOND, SITE

BAD = "wrong horse"
PROFILE = """
name = "Autoridad de Prueba"
country = "MX"
languages = ["es", "en"]
fields = ["chemicals", "rate", "spectrum", "map_image", "empty_looks", "flags"]
cell_m = 100
ceiling = "AMBER"
mandates = ["M-1"]

[[deliver]]
way = "folder"
to = "/media/office"
"""


class Desk:
    """A casebook in a folder, commands on it, and what they said last."""

    def __init__(self, folder: Path, monkeypatch, capsys):
        self.folder, self._patch, self._capsys = folder, monkeypatch, capsys
        self.out = self.err = ""

    def run(self, *words: str, by: str = "", password: str = GOOD) -> int:
        """Run a command as somebody, and return its exit code."""
        self._patch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
        self._capsys.readouterr()
        code = main([*words, *(("--as", by, "--password-stdin") if by else ())])
        said = self._capsys.readouterr()
        self.out, self.err = said.out, " ".join(said.err.split())
        return code

    def told(self, *words: str, by: str) -> dict:
        """Return what a command that works tells as JSON."""
        assert self.run(*words, "--json", by=by) == 0, self.err
        return json.loads(self.out)

    def refused(self, error: type, *words: str, by: str, says: str, password: str = GOOD):
        """Run a command that must be refused with an error that says something."""
        code = self.run(*words, by=by, password=password)
        assert code == error.exit_code, (code, self.out, self.err)
        assert says in self.err, self.err

    def drafted(self, by: str = DRAFTER, *more: str) -> dict:
        return self.told("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER",
                         *more, by=by)  # fmt: skip

    def submitted(self) -> dict:
        release = self.drafted()
        seen = release["content_sha256"][:16]
        return self.told("release", "submit", release["id"], "--seen", seen, by=DRAFTER)

    def actions(self) -> list[tuple[str, str]]:
        with open_casebook(self.folder / "casebook") as opened:
            return [(one.action, one.actor) for one in opened.casebook.audit_entries()]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Return a folder with a casebook, our keys, and a partner's exported key."""
    folder = tmp_path_factory.mktemp("office")
    made.fill(folder / "casebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for keys, owner in (("keys", "Vuelo Químico, Sonora"), ("theirs", "Autoridad de Prueba")):
            patch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
            words = ("key", "create", owner, "--keys", keys, "--passphrase-stdin")
            assert main(list(words)) == 0
        own = next((folder / "theirs" / "own").iterdir()).name
        patch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
        words = ("key", "export", own, "--out", "theirs.key", "--keys", "theirs")
        assert main([*words, "--passphrase-stdin"]) == 0
    (folder / "partner.toml").write_text(PROFILE, "utf-8")
    return folder


@pytest.fixture
def bare(office, tmp_path, monkeypatch, capsys):
    """Return a desk without a partner."""
    folder = shutil.copytree(office, tmp_path / "office")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "160")
    for name in ("CASEBOOK", "KEYS", "USER", "SENDER"):
        monkeypatch.delenv(f"CATHARTES_{name}", raising=False)
    return Desk(folder, monkeypatch, capsys)


@pytest.fixture
def desk(bare):
    """Return a desk with a partner."""
    add_partner(bare)
    return bare


def number_of(desk) -> str:
    return next((desk.folder / "theirs" / "own").iterdir()).name


def add_partner(desk, *more: str) -> dict:
    words = ("partner", "add", "mx-authority", "theirs.key", "--fingerprint", number_of(desk))
    return desk.told(*words, "--profile", "partner.toml", *more, by=KEEPER)


def test_a_finding_is_drafted_looked_at_submitted_and_approved_by_two_persons(desk):
    release = desk.drafted()
    assert release["state"] == "draft"
    assert release["authors"] == [DRAFTER]
    assert re.fullmatch(r"R(-[2-9A-HJ-NP-Z]{4}){3}", release["id"])
    seen = release["content_sha256"][:12]

    assert desk.run("release", "show", release["id"], "--files", "look", by=APPROVER) == 0
    for word in ("Vuelo Químico, Sonora", "TLP:AMBER", "130 kg/h", "exact place", f"--seen {seen}"):
        assert word in " ".join(desk.out.split()), word
    assert {one.name for one in Path("look").iterdir()} >= {"report.pdf", "content.json"}
    summary = Path("look/summary.txt").read_text("utf-8")
    assert "Hallazgo" in summary  # in the partner's language
    assert " ".join(summary.split()) in " ".join(desk.out.split())

    submitted = desk.told("release", "submit", release["id"], "--seen", seen, by=DRAFTER)
    assert submitted["state"] == "submitted"
    approved = desk.told("release", "approve", release["id"], "--seen", seen, by=APPROVER)
    assert (approved["state"], approved["decided_by"]) == ("approved", APPROVER)
    actions = desk.actions()
    assert set(actions) >= {
        ("partner.add", KEEPER), ("release.draft", DRAFTER), ("release.read", APPROVER),
        ("release.submit", DRAFTER), ("release.approve", APPROVER), ("sign-in", APPROVER),
    }  # fmt: skip


def test_what_the_content_says_is_what_the_evidence_holds(desk):
    release = desk.drafted()
    told = desk.told("release", "show", release["id"], by=APPROVER)
    content, finding = told["content"], told["content"]["finding"]
    assert content["sender"] == {"id": "vuelo-quimico-sonora", "name": "Vuelo Químico, Sonora"}
    assert finding["chemicals"] == [{"name": CHEMICAL, "probability": None}]
    assert finding["rate_kg_h"] == {"value": 130.0, "low": 61.0, "high": 300.0}
    looks = finding["empty_looks"]
    assert (looks["n_looks"], looks["n_empty"], looks["n_inconclusive"]) == (3, 1, 1)
    (smallest,) = looks["smallest"]
    assert smallest["rate_kg_h"] == pytest.approx(made.SMALLEST_KG_H, rel=0.05)
    assert len(finding["spectrum"]["measured"]) == 80
    assert max(finding["spectrum"]["fitted"]) == pytest.approx(9.5, abs=0.2)  # 0.95 over sd 0.1
    assert finding["image"]["side_m"] == 600
    assert finding["flags"] == ["background"]
    assert finding["probability"] is None
    assert "probability" in content["withheld"]
    assert "exact place" in told["withheld"]
    assert release["mandates"] == ["M-1"]
    with open_casebook("casebook") as opened:
        held = opened.casebook.release(release["id"]).basis.observation_ids
    assert held == tuple(f"canary-observation-{n}" for n in (0, 1, made.EMPTY, made.DOUBTFUL))


@pytest.mark.parametrize("person", [DRAFTER, REVIEWER, SECOND, KEEPER])
def test_who_wrote_or_reviewed_or_only_keeps_accounts_approves_nothing(desk, person):
    release = desk.submitted()
    seen = release["content_sha256"]
    why = "is administrator" if person == KEEPER else "is analyst"
    desk.refused(AccessError, "release", "approve", release["id"], "--seen", seen, by=person,
                 says=why)  # fmt: skip
    assert ("release.denied", person) in desk.actions()


def test_a_release_authority_that_drafted_it_does_not_approve_it(desk):
    release = desk.drafted(BOTH)
    seen = release["content_sha256"]
    desk.told("release", "submit", release["id"], "--seen", seen, by=DRAFTER)
    desk.refused(AccessError, "release", "approve", release["id"], "--seen", seen, by=BOTH,
                 says="another person must decide")  # fmt: skip


def test_a_release_authority_that_reviewed_the_site_does_not_approve_it(bare):
    shutil.rmtree("casebook")
    made.fill(Path("casebook"), reviewers=(BOTH, SECOND))
    add_partner(bare)
    release = bare.submitted()
    seen = release["content_sha256"]
    bare.refused(AccessError, "release", "approve", release["id"], "--seen", seen, by=BOTH,
                 says="it rests on a review of yours")  # fmt: skip


def test_an_administrator_neither_drafts_nor_reads(desk):
    words = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    desk.refused(AccessError, *words, by=KEEPER, says="is administrator")
    release = desk.drafted()
    desk.refused(AccessError, "release", "show", release["id"], by=KEEPER, says="is administrator")
    desk.refused(AccessError, "release", "list", by=KEEPER, says="is administrator")
    assert ("refused", KEEPER) in desk.actions()


def test_wrong_passwords_are_refused_counted_and_told_apart_from_nothing(desk):
    release = desk.submitted()
    words = ("release", "approve", release["id"], "--seen", release["content_sha256"])
    desk.refused(AccessError, *words, by=APPROVER, password=BAD, says="not signed in")
    first = desk.err.replace(APPROVER, "X")
    desk.refused(AccessError, *words, by="nobody", password=BAD, says="not signed in")
    assert desk.err.replace("nobody", "X") == first
    for _ in range(4):
        desk.run(*words, by=APPROVER, password=BAD)
    desk.refused(AccessError, *words, by=APPROVER, says="wait 15 s")  # even with the right one
    with open_casebook("casebook") as opened:
        assert opened.casebook.release(release["id"]).state is ReleaseState.SUBMITTED


def test_the_second_factor_is_asked_for_and_each_code_works_once(desk):
    release = desk.submitted()
    secret = pyotp.random_base32()
    with open_casebook("casebook") as opened:
        opened.casebook.set_totp(APPROVER, secret, APPROVER, SEEN_UTC)
    words = ("release", "approve", release["id"], "--seen", release["content_sha256"])
    desk.refused(AccessError, *words, by=APPROVER, says="second factor")
    code = pyotp.TOTP(secret).at(datetime.now(UTC))
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    desk.refused(AccessError, *words, "--code", wrong, by=APPROVER, says="second factor")
    desk.told(*words, "--code", code, by=APPROVER)
    refuse = ("release", "refuse", release["id"], "--why", "No.", "--code", code)
    desk.refused(AccessError, *refuse, by=APPROVER, says="each works once")


def test_only_what_was_looked_at_is_submitted_and_approved(desk):
    release = desk.drafted()
    number = release["id"]
    for seen in ("", "--seen=abcdef", f"--seen={'0' * 16}"):
        words = ("release", "submit", number, *([seen] if seen else []))
        desk.refused(ReleaseError, *words, by=DRAFTER, says=f"cathartes release show {number}")
    seen = release["content_sha256"][:16]
    desk.told("release", "submit", number, "--seen", seen, by=DRAFTER)
    anew = desk.told("release", "redraft", number, "--message", "Pronto, por favor.", by=BOTH)
    assert anew["state"] == "draft"
    assert anew["authors"] == [DRAFTER, BOTH]
    assert anew["content_sha256"] != release["content_sha256"]
    desk.refused(ReleaseError, "release", "approve", number, "--seen", seen, by=APPROVER,
                 says="written anew")  # fmt: skip


def test_an_approval_is_void_when_the_partners_profile_changes(desk):
    release = desk.submitted()
    number, seen = release["id"], release["content_sha256"]
    desk.told("partner", "profile", "mx-authority", "--cell", "10", by=KEEPER)
    desk.refused(ReleaseError, "release", "approve", number, "--seen", seen, by=APPROVER,
                 says="record of partner mx-authority was changed")  # fmt: skip
    desk.told("release", "redraft", number, by=DRAFTER)
    told = desk.told("release", "show", number, by=APPROVER)
    assert told["content"]["finding"]["place"]["cell"]["size_m"] == 10


def test_low_confidence_is_never_drafted(bare):
    shutil.rmtree("casebook")
    made.fill(Path("casebook"), confidence=Confidence.LOW)
    add_partner(bare)
    words = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    bare.refused(ReleaseError, *words, by=DRAFTER, says="low confidence")


@pytest.mark.parametrize("reviewers", [(), (REVIEWER,)])
def test_what_is_not_confirmed_is_not_drafted_and_how_far_it_is_not_told(bare, reviewers):
    shutil.rmtree("casebook")
    made.fill(Path("casebook"), reviewers=reviewers)
    add_partner(bare)
    words = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    bare.refused(ReleaseError, *words, by=DRAFTER, says=f"site {SITE} is not confirmed by review;")
    assert "in review" not in bare.err
    assert "candidate" not in bare.err


def listed(desk, by: str) -> list[str]:
    return [one["id"] for one in desk.told("release", "list", by=by)["releases"]]


def test_a_release_of_what_is_open_again_is_told_to_no_analyst(desk):
    drafted = desk.drafted()["id"]
    assert listed(desk, SECOND) == [drafted]
    doubts = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)
    with open_casebook(desk.folder / "casebook") as opened:
        opened.casebook.add_review("canary-observation-0-1", doubts, REVIEWER, datetime.now(UTC))
    assert listed(desk, SECOND) == []
    desk.refused(AccessError, "release", "show", drafted, by=SECOND, says="open to review again")
    assert listed(desk, APPROVER) == [drafted]


def test_a_partner_that_no_mandate_names_is_told_nothing(bare):
    words = ("partner", "add", "other", "theirs.key", "--fingerprint", number_of(bare))
    bare.told(*words, "--profile", "partner.toml", by=KEEPER)
    draft = ("release", "draft", SITE, "--partner", "other", "--tlp", "AMBER")
    bare.refused(ReleaseError, *draft, by=DRAFTER, says="does not allow sharing with partner other")


def test_a_partner_without_that_mandate_in_its_profile_is_told_nothing(bare):
    Path("partner.toml").write_text(PROFILE.replace('mandates = ["M-1"]', ""), "utf-8")
    add_partner(bare)
    draft = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    bare.refused(ReleaseError, *draft, by=DRAFTER, says="its profile has no mandate")


def test_nobody_is_told_above_the_ceiling_or_when_disabled(desk):
    red = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "RED")
    desk.refused(ReleaseError, *red, by=DRAFTER, says="up to TLP:AMBER")
    assert desk.told("partner", "disable", "mx-authority", by=KEEPER)["is_disabled"]
    desk.refused(ReleaseError, "partner", "disable", "mx-authority", by=KEEPER, says="already")
    amber = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    desk.refused(ReleaseError, *amber, by=DRAFTER, says="disabled")
    desk.told("partner", "enable", "mx-authority", by=KEEPER)
    desk.drafted()
    nobody = ("release", "draft", SITE, "--partner", "", "--tlp", "AMBER")
    desk.refused(ReleaseError, *nobody, by=DRAFTER, says="no partner ''")


def test_a_revoked_mandate_stops_what_was_submitted(desk):
    release = desk.submitted()
    with open_casebook("casebook") as opened:
        opened.casebook.revoke_mandate("M-1", "by letter", "local:x", datetime.now(UTC))
    words = ("release", "approve", release["id"], "--seen", release["content_sha256"])
    desk.refused(MandateError, *words, by=APPROVER, says="by letter")


def test_a_release_is_refused_or_dropped_with_a_reason(desk):
    release = desk.submitted()
    number = release["id"]
    desk.refused(ReleaseError, "release", "refuse", number, "--why", " ", by=APPROVER, says="why")
    refused = desk.told("release", "refuse", number, "--why", "A farm is near.", by=APPROVER)
    assert (refused["state"], refused["why"]) == ("refused", "A farm is near.")
    dropped = desk.told("release", "drop", number, "--why", "It is the farm.", by=DRAFTER)
    assert dropped["state"] == "dropped"
    desk.refused(ReleaseError, "release", "redraft", number, by=DRAFTER, says="is dropped")
    found = desk.told("release", "list", "--state", "dropped", by=APPROVER)
    assert [one["id"] for one in found["releases"]] == [number]
    assert desk.run("release", "list", "--exercise", by=APPROVER) == 0
    assert "No such release" in desk.out


def test_a_drill_is_marked_as_one(desk):
    release = desk.drafted(DRAFTER, "--exercise")
    assert release["is_exercise"]
    assert desk.run("release", "show", release["id"], by=APPROVER) == 0
    assert "EXERCISE · TLP:AMBER" in desk.out


def test_what_was_not_sent_is_neither_updated_nor_recalled(desk):
    number = desk.drafted()["id"]
    for command in ("update", "recall"):
        desk.refused(ReleaseError, "release", command, number, "--reason", "Wrong.", by=DRAFTER,
                     says="the partner does not have it")  # fmt: skip


def test_a_partner_is_shown_listed_and_given_another_key(desk):
    assert desk.run("partner", "show", "mx-authority", by=DRAFTER) == 0
    for word in ("Autoridad de Prueba", "up to TLP:AMBER", "chemicals", "folder: /media/office"):
        assert word in desk.out
    assert [one["id"] for one in desk.told("partner", "list", by=APPROVER)["partners"]] == [
        "mx-authority"
    ]
    desk.refused(ReleaseError, "partner", "keys", "mx-authority", "theirs.key", "--fingerprint",
                 number_of(desk), by=KEEPER, says="is so already")  # fmt: skip
    desk.refused(KeyringError, "partner", "keys", "mx-authority", "theirs.key", "--fingerprint",
                 "0" * 32, by=KEEPER, says="read theirs aloud")  # fmt: skip
    twin = ("partner", "add", "twin", "theirs.key", "--fingerprint", number_of(desk))
    desk.refused(ReleaseError, *twin, "--profile", "partner.toml", by=KEEPER,
                 says="is that of partner mx-authority")  # fmt: skip


def test_a_key_that_is_revoked_is_no_partners(bare):
    key = number_of(bare)
    words = ("key", "revoke", key, "--why", "compromised", "--keys", "theirs")
    assert bare.run(*words) == 0
    export = ("key", "export", key, "--out", "now.key", "--keys", "theirs")
    assert bare.run(*export, "--passphrase-stdin") == 0
    add = ("partner", "add", "mx-authority", "now.key", "--fingerprint", key)
    bare.refused(KeyringError, *add, "--profile", "partner.toml", by=KEEPER,
                 says="is revoked (compromised); have the partner export")  # fmt: skip


def test_an_empty_list_of_a_file_takes_away_what_there_was(desk):
    Path("partner.toml").write_text("fields = []\nmandates = []\n", "utf-8")
    words = ("partner", "profile", "mx-authority", "--profile", "partner.toml")
    told = desk.told(*words, by=KEEPER)
    assert (told["fields"], told["mandates"], told["cell_m"]) == ([], [], 100)


@pytest.mark.parametrize("person", [DRAFTER, APPROVER])
def test_only_administrators_keep_partners(desk, person):
    words = ("partner", "profile", "mx-authority", "--ceiling", "RED")
    desk.refused(AccessError, *words, by=person, says="must be administrator")


@pytest.mark.parametrize(
    ("line", "error", "says"),
    [
        ('fields = ["chemicals"', SettingsError, "as TOML"),
        ('fields = ["everything"]', SettingsError, "chemicals, probability"),
        ("cell_m = 50", SettingsError, "10, 100 or 1000"),
        ('ceiling = "PURPLE"', SettingsError, "AMBER+STRICT"),
        ('mandates = ["M-9"]', MandateError, "M-9"),
        ('colour = "red"', SettingsError, "colour"),
        ('[[deliver]]\nway = "pigeon"\nto = "north"', SettingsError, "folder, e-mail"),
        ('[[deliver]]\nway = "https"\nto = "http://x"', ReleaseError, "https://"),
    ],
)
def test_a_profile_that_can_not_be_is_refused_with_what_can_be(bare, line, error, says):
    text = 'name = "A"\ncountry = "MX"\nlanguages = ["es"]\n' + line
    Path("partner.toml").write_text(text, "utf-8")
    words = ("partner", "add", "mx-authority", "theirs.key", "--fingerprint", number_of(bare))
    bare.refused(error, *words, "--profile", "partner.toml", by=KEEPER, says=says)


def test_options_win_over_the_file_and_what_neither_says_is_asked_for(bare):
    told = add_partner(bare, "--cell", "1000", "--field", "first-seen")
    assert (told["cell_m"], told["fields"], told["ceiling"]) == (1000, ["first_seen"], "AMBER")
    words = ("partner", "add", "b", "theirs.key", "--fingerprint", number_of(bare))
    bare.refused(ReleaseError, *words, "--name", "B", by=KEEPER, says="a country and a language")


def test_a_casebook_without_accounts_or_a_name_to_act_by(bare):
    assert bare.run("release", "list", "--password-stdin") == SettingsError.exit_code
    assert "--as ana" in bare.err
    assert bare.run("casebook", "create", "--casebook", "empty") == 0
    bare.refused(AccessError, "release", "list", "--casebook", "empty", by=DRAFTER,
                 says="cathartes user add")  # fmt: skip


def test_files_are_not_written_over_what_is_there(desk):
    number = desk.drafted()["id"]
    Path("look").mkdir()
    desk.refused(OutputError, "release", "show", number, "--files", "look", by=APPROVER,
                 says="is there already")  # fmt: skip


def test_a_draft_needs_a_key_or_the_name_of_who_releases(desk):
    shutil.rmtree("keys")
    words = ("release", "draft", SITE, "--partner", "mx-authority", "--tlp", "AMBER")
    desk.refused(KeyringError, *words, by=DRAFTER, says="cathartes key create")
    told = desk.told(*words, "--sender", "Otra Oficina", by=DRAFTER)
    shown = desk.told("release", "show", told["id"], by=DRAFTER)
    assert shown["content"]["sender"] == {"id": "otra-oficina", "name": "Otra Oficina"}


def test_times_are_those_of_the_draft(desk):
    before = datetime.now(UTC) - timedelta(seconds=1)
    release = desk.drafted()
    assert datetime.fromisoformat(release["drafted"]) >= before
