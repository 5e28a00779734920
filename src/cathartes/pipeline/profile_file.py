"""Chemical profiles: the one that is shipped, and files of one's own."""

from importlib import resources
from pathlib import Path

from cathartes.scenes.toml_file import parse_toml, read_toml_file
from cathartes.sites.profile import ChemicalProfile

DEFAULT_PROFILE = "solvent-and-acid-gas"
_KIND, _PAGE = "profile", "docs/reference/profile-files.md"


def read_profile(path: Path) -> ChemicalProfile:
    """Return the profile of a TOML file.

    Raises
    ------
    SettingsError
        If it can't be read, or a key is missing, unknown or wrong.
    """
    return read_toml_file(path, ChemicalProfile, _KIND, _PAGE)


def profile_of_text(toml: str, name: str) -> ChemicalProfile:
    """Return the profile of a TOML text; as `read_profile`, with a name for messages."""
    return parse_toml(toml, name, ChemicalProfile, _KIND, _PAGE)


def shipped_profile(name: str = DEFAULT_PROFILE) -> ChemicalProfile:
    """Return a profile that comes with Cathartes."""
    return parse_toml(shipped_profile_text(name), f"{name}.toml", ChemicalProfile, _KIND, _PAGE)


def shipped_profile_text(name: str = DEFAULT_PROFILE) -> str:
    """Return the TOML of a profile that comes with Cathartes."""
    return (resources.files("cathartes.sites") / "data" / f"{name}.toml").read_text("utf-8")
