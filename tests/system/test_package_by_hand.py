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
from made_up_packages import facts, files, key, package

PROGRAMS = ("age", "openssl", "unzip")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")

SENDER, PARTNER = key("sender"), key("partner")
RECIPIENT = PARTNER.public.age_recipient


def commands(sealed):
    """Return what a partner types, from the package itself."""
    text = unpack(PARTNER.identity.open(sealed))[README].decode()
    assert max(len(line) for line in text.splitlines()) <= 100
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert len(lines) == 18
    return lines


def check_by_hand(folder, sealed, sender=SENDER, holder=PARTNER):
    (folder / "p.cathartes").write_bytes(sealed)
    (folder / "identity.txt").write_text(f"{holder.identity.secret}\n")
    told = [
        "PACKAGE=p.cathartes",
        "IDENTITY=identity.txt",
        f"SENDER_KEY={sender.public.signing_key}",
    ]
    script = "\n".join(["set -e", *told, *commands(package())])
    return subprocess.run(
        ["sh", "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_whole_package_is_found_whole(tmp_path):
    done = check_by_hand(tmp_path, package())
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "Signature Verified Successfully"
    assert (tmp_path / "package/report.pdf").read_bytes() == files()[0].content
    assert len((tmp_path / "expected").read_text().splitlines()) == 4  # the manifest, too


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
