"""A partner checks a package with ``age`` and ``openssl`` alone, by the README's own commands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cathartes.sealing.archive import pack, unpack
from cathartes.sealing.manifest import PackageFile
from cathartes.sealing.package import README, write_package
from cathartes.sealing.secret_key import seal

sys.path.insert(0, str(Path(__file__).parents[1]))
from made_up_answers import ATTACHED, sealed_answer
from made_up_packages import facts, files, key, package

PROGRAMS = ("age", "openssl", "unzip")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

SENDER, PARTNER = key("sender"), key("partner")
RECIPIENT = PARTNER.public.age_recipient


def told(language):
    """Return a package whose README is in this language."""
    return write_package(files(), facts(), SENDER, RECIPIENT, language)


def readme(sealed):
    return unpack(PARTNER.identity.open(sealed))[README].decode()


def commands(text):
    """Return what a partner types, from the package itself."""
    assert max(len(line) for line in text.splitlines()) <= 100
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert len(lines) == 18
    return lines


def check_by_hand(folder, sealed, sender=SENDER, holder=PARTNER, language="en"):
    (folder / "p.cathartes").write_bytes(sealed)
    (folder / "identity.txt").write_text(f"{holder.identity.secret}\n")
    places = [
        "PACKAGE=p.cathartes",
        "IDENTITY=identity.txt",
        f"SENDER_KEY={sender.public.signing_key}",
    ]
    script = "\n".join(["set -e", *places, *commands(readme(told(language)))])
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_whole_package_is_found_whole(tmp_path, language):
    done = check_by_hand(tmp_path, told(language), language=language)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Signature Verified Successfully"
    assert (tmp_path / "package/report.pdf").read_bytes() == files()[0].content
    assert len((tmp_path / "expected").read_text().splitlines()) == 4  # the manifest, too


def test_each_language_says_it_in_its_own_words_and_the_same_commands():
    english, spanish = readme(told("en")), readme(told("es"))
    assert commands(english) == commands(spanish)
    assert "CHECK IT WITHOUT" in english
    assert "COMPROBARLO SIN ÉL" in spanish
    assert "Comunicación R-2026-0001, para fgr-son" in spanish
    prose = [
        {line for line in text.splitlines() if line and not line.startswith(" ")}
        for text in (english, spanish)
    ]
    assert prose[0] & prose[1] == {"TLP:AMBER"}


def test_an_answer_is_checked_by_hand_as_well(tmp_path):
    sealed = sealed_answer(language="es")
    text = unpack(SENDER.identity.open(sealed))[README].decode()
    assert "Respuesta R-2026-0001, para sonora" in text
    done = check_by_hand(tmp_path, sealed, sender=PARTNER, holder=SENDER, language="es")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "package/attachments/ground.png").read_bytes() == ATTACHED["ground.png"]


def test_a_package_of_many_files_is_too(tmp_path):
    """The statement is one long line, which some versions of base64 can't take."""
    many = [PackageFile(f"f/{n}.txt", "text/plain", "One.", b"%d" % n) for n in range(2000)]
    done = check_by_hand(tmp_path, write_package(many, facts(), SENDER, RECIPIENT))
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "expected").read_text().splitlines()) == 2002


def changed(members):
    return members | {"report.pdf": b"another"}


def added(members):
    return members | {"more.txt": b"another"}


def less(members):
    return {name: content for name, content in members.items() if name != "report.pdf"}


def resigned(members):
    other = unpack(PARTNER.identity.open(package(release_id="R-2026-0002")))
    return members | {"statement.dsse.json": other["statement.dsse.json"]}


@pytest.mark.parametrize("change", [changed, added, less, resigned])
def test_what_was_changed_is_seen(tmp_path, change):
    members = change(unpack(PARTNER.identity.open(package())))
    done = check_by_hand(tmp_path, seal(pack(members), RECIPIENT))
    assert "Signature Verified Successfully" in done.stdout
    assert done.returncode != 0
    assert "<" in done.stdout or ">" in done.stdout  # by diff


def test_another_senders_signature_is_seen(tmp_path):
    done = check_by_hand(tmp_path, package(), sender=key("stranger"))
    assert done.returncode != 0
    assert "Signature Verification Failure" in done.stdout + done.stderr


def test_a_package_for_somebody_else_is_not_opened(tmp_path):
    done = check_by_hand(tmp_path, package(), holder=key("other"))
    assert done.returncode != 0
    assert "no identity matched" in done.stderr


def test_a_cut_package_is_not_opened(tmp_path):
    done = check_by_hand(tmp_path, package()[:-1])
    assert done.returncode != 0
    assert not (tmp_path / "package").exists()
