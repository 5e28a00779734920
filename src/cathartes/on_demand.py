"""Names that a package hands on, imported when they are first asked for.

So ``import cathartes`` is quick, and works on a machine on which one of the rooms does not.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


def names_on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """Return a module's ``__getattr__`` (PEP 562) for names that stand elsewhere.

    Parameters
    ----------
    package
        The module that hands them on.
    places
        Name to ``module:name``; a name with a ``module`` alone is that module.
    """

    def get(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = _standing_at(places[name])
        setattr(sys.modules[package], name, value)
        return value

    return get


def call_on_demand(room: str, place: str) -> None:
    """Let a room be called, for one that bears a command's name: `cathartes.simulate(...)`.

    The import system binds a package's name in its parent to the package, whatever was bound there
    before, so that a function of that name can't be handed on beside it. Giving a module a class
    of its own is Python's way to make modules do more ("Customizing module attribute access" in
    its data model). The room stays a package like any other.

    Parameters
    ----------
    room
        The package.
    place
        ``module:name`` of what a call of it calls.
    """

    class CallableRoom(ModuleType):
        """A package that can be called."""

        @property
        def __wrapped__(self) -> object:
            """What is called; `inspect.signature` looks here."""
            return _standing_at(place)

        def __call__(self, *arguments: object, **named: object) -> object:
            call: Callable[..., object] = _standing_at(place)
            return call(*arguments, **named)

    sys.modules[room].__class__ = CallableRoom


def _standing_at(place: str) -> Any:
    """Import and return what stands at ``module:name``."""
    module, _, attribute = place.partition(":")
    imported = importlib.import_module(module)
    return getattr(imported, attribute) if attribute else imported
