"""What a partner's officer is asked and told when answering, in their language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cathartes.casework.response import Answer
from cathartes.products.report_words import Language


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    text = (files("cathartes.products") / "data" / "answer-words.toml").read_text("utf-8")
    return tomllib.loads(text)


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Says and asks it in one language."""

    language: Language = Language.ENGLISH

    def say(self, key: str, **put_in: str) -> str:
        """Return a text with what is put in."""
        return _texts()[key][self.language.value].format(**put_in)

    def answer(self, answer: Answer) -> str:
        """Return an answer's word and what it means."""
        return self.say(answer.value.replace(" ", "_"))
