"""Names that a package hands on, imported when they are first asked for.

So ``import cathartes`` is quick, and works on a machine on which one of the rooms does not.
"""

import importlib
import sys
from collections.abc import Callable, Mapping


def names_on_demand(package: str, places: Mapping[str, str]) -> Callable[[str], object]:
    """Return a module's ``__getattr__`` (PEP 562) for names that stand elsewhere.

    Parameters
    ----------
    package
        The module that hands them on.
    places
        Name to ``module:name``.
    """

    def get(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module, _, attribute = places[name].partition(":")
        value = getattr(importlib.import_module(module), attribute)
        setattr(sys.modules[package], name, value)
        return value

    return get
