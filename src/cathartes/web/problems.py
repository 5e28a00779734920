"""What people are told when something can't be done, in their language.

Errors are written in English where they arise; `problem_sentences` has those that people meet at
the pages, and catalogues translate them.
"""

import re
from collections.abc import Callable
from functools import cache

from cathartes.web.problem_sentences import SENTENCES
from cathartes.web.texts import said

_ACTIONS = (
    said("read looks"),
    said("read cases"),
    said("review"),
    said("read the audit"),
    said("read partners"),
    said("manage partners"),
    said("read releases"),
    said("draft a release"),
    said("approve a release"),
    said("send a release"),
    said("answer a release"),
    said("take in an answer"),
    said("read outcomes"),
    said("manage users"),
    said("use an account"),
    said("nobody with a role"),
)
"""As `cathartes.casework.roles.Action` calls them; the last is who has no role."""
_LISTS = frozenset({"fields", "held", "needed", "possible", "words"})
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
    groups = [f"(?P<{name}>.+?)" for name in parts[1::2]]
    return re.compile("".join(a + b for a, b in zip(plain, [*groups, ""], strict=True)), re.DOTALL)
