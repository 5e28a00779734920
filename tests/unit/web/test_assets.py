"""The pages' JavaScript is whole, or the error says how to get it."""

import hashlib
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from cathartes.errors import MissingExtraError
from cathartes.web.assets import VENDOR_FOLDER, vendor_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a vendor folder of one file."""
    (tmp_path / "map.js").write_text("export const map = 1;\n")
    sha256 = hashlib.sha256(b"export const map = 1;\n").hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {"map.js": sha256}}))
    return tmp_path


def test_files_are_returned_with_their_hash(folder: Path) -> None:
    assert list(vendor_files(folder)) == ["map.js"]


@pytest.mark.parametrize("change", ["alter", "remove"])
def test_a_file_that_is_not_as_stated_is_named(folder: Path, change: str) -> None:
    if change == "alter":
        (folder / "map.js").write_text("alert(1)")
    else:
        (folder / "map.js").unlink()
    with pytest.raises(MissingExtraError, match=r"map\.js is (?s:.*)make install"):
        vendor_files(folder)


def test_a_place_without_files_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(MissingExtraError, match="make install"):
        vendor_files(tmp_path / "vendor")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"files": 3}'])
def test_a_broken_manifest_is_no_reason_to_crash(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(MissingExtraError, match="no manifest"):
        vendor_files(folder)


@pytest.fixture(scope="module")
def fetch(repository: Path) -> ModuleType:
    """Return tools/fetch_web_assets.py as a module."""
    spec = importlib.util.spec_from_file_location("f", repository / "tools/fetch_web_assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_was_fetched_is_what_the_tool_lists(fetch: ModuleType) -> None:
    if not VENDOR_FOLDER.is_dir():
        pytest.skip("the pages' JavaScript is not here: make install-dev")
    assert set(vendor_files()) == {*fetch.FILES, "LICENCES.txt"}


def test_imports_by_name_become_addresses(fetch: ModuleType) -> None:
    """The pages' policy forbids the inline import map that would do it in the browser."""
    text = 'import{a as b}from"fflate";let c="from afar"\n//# sourceMappingURL=x.js.map'
    assert fetch.for_browsers(text, {"fflate": "fflate.js"}) == (
        'import{a as b}from"./fflate.js";let c="from afar"\n'
    )
    with pytest.raises(fetch.FetchError, match="'left-pad'"):
        fetch.for_browsers('import d from "left-pad";', {"fflate": "fflate.js"})


def test_a_folder_appears_whole_in_place_of_the_old_one(
    fetch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "node_modules"
    (packages / "one").mkdir(parents=True)
    (packages / "one/a.js").write_text("let a = 1;\n")
    (packages / "one/LICENSE").write_text("May be used.\n")
    monkeypatch.setattr(fetch, "WEB", tmp_path)
    entry = {"version": "1.0.0", "license": "MIT"}
    lock = tmp_path / "package-lock.json"
    lock.write_text(json.dumps({"packages": {"": {}, "node_modules/one": entry}}))
    target = tmp_path / "vendor"
    target.mkdir()
    (target / "stale.js").write_text("old")
    fetch.put(packages, {"a.js": "one/a.js"}, target, dev=False)
    assert sorted(vendor_files(target)) == ["LICENCES.txt", "a.js"]
    assert "one 1.0.0 (MIT)" in (target / "LICENCES.txt").read_text()
    assert not (target / "stale.js").exists()

    lock.write_text(json.dumps({"packages": {"node_modules/one": entry | {"license": "GPL-3.0"}}}))
    with pytest.raises(fetch.FetchError, match=r"GPL-3\.0"):
        fetch.put(packages, {"a.js": "one/a.js"}, target, dev=False)
    assert sorted(vendor_files(target)) == ["LICENCES.txt", "a.js"], "the old one stays"
