"""Third-party JavaScript of the pages: not in the repository, put in place when it is set up.

`tools/fetch_web_assets.py` writes the files with a manifest of their SHA-256. The server asks here,
before it opens, whether they are whole: a page without its map could be taken for an empty one.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from cathartes.errors import MissingExtraError

STATIC_FOLDER = Path(__file__).parent / "static"
VENDOR_FOLDER = STATIC_FOLDER / "vendor"

REMEDY = "run `make install` in the repository (`make install-dev` to work on it)"


def vendor_files(folder: Path = VENDOR_FOLDER) -> Mapping[str, str]:
    """Return the SHA-256 of each third-party file by its name, all of them checked.

    Raises
    ------
    MissingExtraError
        If the manifest is missing or unreadable, or a file is missing or not what it says.
    """
    try:
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        stated = {str(name): str(sha256) for name, sha256 in files.items()}
    except FileNotFoundError:
        raise MissingExtraError(
            f"the pages' JavaScript is not at {folder}, and the workstation needs it: {REMEDY}"
        ) from None
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise MissingExtraError(
            f"{folder / 'manifest.json'} is no manifest of the pages' JavaScript ({error}): "
            f"delete {folder}, then {REMEDY}"
        ) from error
    for name, sha256 in stated.items():
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != sha256:
            raise MissingExtraError(
                f"{path} is {found}, and its manifest says SHA-256 {sha256}: "
                f"delete {folder}, then {REMEDY}"
            )
    return stated
