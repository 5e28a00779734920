"""What people are told when something can't be done, in their language.

Errors are written in English where they arise. The sentences here are those that people meet at
the pages, with what is put into them in braces; catalogues translate them as they stand.
"""

import re
from collections.abc import Callable
from functools import cache

from cathartes.web.texts import said

SENTENCES = (
    said("detection {id}: this is what {person} said before; nothing was added."),
    said("detection {id} was changed since it was looked at; nothing was kept. Look at it again."),
    said("detection {id}: {why}"),
    said("it was settled as inconclusive, which nobody can rewrite."),
    said("it is settled; only who reviewed it can have another mind."),
    said("reviews are blind until the detection is settled."),
    said("it is somebody else's."),
    said("it is your own account: ask another administrator, or use `cathartes user`."),
    said("{who} is {held}; to {action} one must be {needed}."),
    said(
        "no detection {id} in this casebook: its observation was never recorded, or was superseded "
        "or removed; the audit says which."
    ),
    said(
        "no observation {id} in this casebook: it was never recorded, or was superseded or "
        "removed; the audit says which."
    ),
    said("no site {id} in this casebook; `cathartes sites` lists those there are."),
    said("no sortie {id} in this casebook; `cathartes run` enters it."),
    said("{question}: it was not answered; choose one of: {words}."),
    said("whether it is a real plume"),
    said("whether a rate may be given"),
    said("how sure you are"),
    said("note of {n} characters; at most {most} are kept: shorten it."),
    said("note: it has a zero byte, which is no text; write it again."),
    said("origin: it can't be read; [longitude, latitude] in degrees is needed. Drag it again."),
    said("outline: it can't be read; a polygon in GeoJSON is needed. Draw it again."),
    said("outline: it is empty or crosses itself; draw it again."),
)
"""The narrower before the wider: the first that fits is taken."""

_ACTIONS = (
    said("read looks"),
    said("read cases"),
    said("review"),
    said("read the audit"),
    said("manage users"),
)
"""As `cathartes.casework.roles.Action` calls them: what pages are for."""
_LISTS = frozenset({"held", "needed", "words"})
_WORDS_BETWEEN = (said(" and "), said(" or "), ", ")
_BETWEEN = re.compile(f"({'|'.join(_WORDS_BETWEEN)})")
_PUT_IN = re.compile(r"\{(\w+)\}")


def told(message: str, translated: Callable[[str], str]) -> str:
    """Return a message in a language; as it is where no sentence fits.

    Parameters
    ----------
    message
        As it was raised.
    translated
        Returns a text of the catalogue in the language.
    """
    if translated(message) != message:
        return translated(message)
    for sentence in SENTENCES:
        found = _form(sentence).fullmatch(message)
        if found and found.groupdict():
            put_in = found.groupdict().items()
            return translated(sentence).format(
                **{name: _put_in(name, text, translated) for name, text in put_in}
            )
    return message


def _put_in(name: str, text: str, translated: Callable[[str], str]) -> str:
    """Return what is put into a sentence: words that are listed, each; else a sentence again."""
    if name in _LISTS:
        return "".join(map(translated, _BETWEEN.split(text)))
    return told(text, translated)


@cache
def _form(sentence: str) -> re.Pattern[str]:
    """Return what messages of a sentence look like."""
    parts = _PUT_IN.split(sentence)
    plain = map(re.escape, parts[::2])
    groups = [f"(?P<{name}>.+)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(plain, [*groups, ""], strict=True)), re.DOTALL)
