"""What the repository as a whole promises: lock files, generated pages, no trace of a machine."""

import importlib.util
import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from source_tree import REPOSITORY

LOCKS = ("requirements.lock", "requirements-dev.lock")
NPM_LOCKS = ("tools/web/package-lock.json", "tools/basemap/package-lock.json")
# Public-domain data, made by tools/make_basemap.py from packages that come to a hundred megabytes.
LARGE = {"src/cathartes/web/static/map/basemap.pmtiles": 6 * 2**20}
# Split, so that this file does not find itself.
MACHINE_PATHS = tuple("/" + folder for folder in ("work/", "root/", "home/", "Users/"))
TEXT = {".py", ".md", ".toml", ".lock", ".cff", ".yaml", ".yml", ".sh", ".json", ".cfg", ".csv", ""}


def tracked_files() -> list[Path]:
    """Return the files that git knows, or all of a copy without git."""
    if shutil.which("git") and (REPOSITORY / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, check=True, text=True
        ).stdout
        return [p for name in listed.split("\0") if name and (p := REPOSITORY / name).is_file()]
    skipped = {".venv", "__pycache__", "out", "demo"}
    return [p for p in REPOSITORY.rglob("*") if p.is_file() and not skipped & set(p.parts)]


def names_pinned(lock: str) -> dict[str, str]:
    """Return each pinned package's line by its name."""
    lines = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (REPOSITORY / lock).read_text(), re.MULTILINE)
    return dict(lines)


@pytest.mark.parametrize("lock", [*LOCKS, "requirements-node.lock", "requirements-installer.lock"])
def test_a_lock_names_no_registry(lock: str) -> None:
    """So that it serves behind any mirror, and shows nobody's."""
    assert not re.search(r"https?:|file:|--index|--find-links", (REPOSITORY / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    text = (REPOSITORY / lock).read_text()
    entries = re.findall(r"^[A-Za-z0-9_.-]+==(?:[^\n]*\\\n)*[^\n]*", text, re.MULTILINE)
    assert len(entries) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_an_npm_lock_has_hashes_and_no_registry(lock: str) -> None:
    packages = json.loads((REPOSITORY / lock).read_text())["packages"]
    own = packages.pop("")
    asked = json.loads((REPOSITORY / lock).with_name("package.json").read_text())
    for kind in ("dependencies", "devDependencies"):
        assert own.get(kind) == asked.get(kind), "run `make lock`"
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """A dependency added without `make lock` would break a fresh machine only."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    extras = [r for e in project["project"]["optional-dependencies"].values() for r in e]
    runtime, dev = (names_pinned(lock) for lock in LOCKS)

    def missing(requirements: list[str], lock: dict[str, str]) -> list[str]:
        names = [re.split(r"[\[<>=!~; ]", r, maxsplit=1)[0].lower() for r in requirements]
        return [name for name in names if name not in lock and name != "cathartes"]

    assert missing(wanted, runtime) == []
    assert missing(wanted + extras, dev) == []


def test_the_two_locks_agree() -> None:
    runtime, dev = (names_pinned(lock) for lock in LOCKS)
    assert {n: (v, dev.get(n)) for n, v in runtime.items() if dev.get(n) != v} == {}


def test_no_path_of_a_machine_is_in_the_repository() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}: {machine}"
        for path in tracked_files()
        if path.suffix in TEXT
        for machine in MACHINE_PATHS
        if machine in path.read_text(encoding="utf-8", errors="replace")
    ]
    assert found == []


def test_no_large_file_is_in_the_repository() -> None:
    """Measured data stay outside: several sets may not be passed on, and history keeps all."""
    names = {str(path.relative_to(REPOSITORY)): path.stat().st_size for path in tracked_files()}
    assert [name for name, size in names.items() if size > LARGE.get(name, 2**20)] == []


@pytest.fixture(scope="module")
def make_docs() -> ModuleType:
    """Return tools/make_docs.py as a module."""
    spec = importlib.util.spec_from_file_location("make_docs", REPOSITORY / "tools/make_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "page", ["vocabulary.md", "exit-codes.md", "command-line.md", "web-api.md"]
)
def test_a_generated_page_is_what_the_code_says(make_docs: ModuleType, page: str) -> None:
    kept = (REPOSITORY / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert kept == make_docs.PAGES[page](), "run `make docs` and commit the pages"


def test_the_error_example_of_the_exit_codes_page_is_json(make_docs: ModuleType) -> None:
    example = re.search(r"`(\{.*\})`", make_docs.exit_codes_page())
    assert example
    assert json.loads(example[1])["error"]["exit_code"] == 13


def test_links_between_pages_lead_somewhere() -> None:
    pages = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md")]
    dead = [
        f"{page.relative_to(REPOSITORY)} -> {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target) and not (page.parent / target).exists()
    ]
    assert dead == []


def test_every_page_is_reached_from_its_index() -> None:
    unlisted = []
    for index in (REPOSITORY / "docs").glob("*/index.md"):
        listed = index.read_text(encoding="utf-8")
        unlisted += [
            f"{page.relative_to(REPOSITORY)} is not in {index.relative_to(REPOSITORY)}"
            for page in sorted(index.parent.glob("*.md"))
            if page != index and f"({page.name})" not in listed
        ]
    assert unlisted == []


def test_decisions_are_numbered_without_gaps_and_built_alike() -> None:
    decisions = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(p.name[:4]) for p in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings[:3] == ["Problem", "Options", "Decision"], path.name
