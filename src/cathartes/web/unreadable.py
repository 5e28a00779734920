"""What of a request can't be read, in our own words: Pydantic's are English, and of programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from cathartes.web.texts import said

_NOT_UNDERSTOOD = said("the request can't be read; go back, and try again.")
_NUMBER = said("a number is needed, as 12.5.")
_WHOLE = said("a whole number is needed.")
_MOMENT = said("a day is needed, as 2026-05-31, or a moment, as 2026-05-31T14:30Z.")
_TRUTH = said("true or false is needed.")
_CHOICE = said("one of these is needed: {words}.")
_CHARACTERS = said("it has characters that are not taken here.")
_WORDS: Mapping[str, str] = {
    "missing": said("it was not given."),
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "date_parsing": _MOMENT,
    "date_from_datetime_parsing": _MOMENT,
    "date_from_datetime_inexact": _MOMENT,
    "date_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_type": _MOMENT,
    "enum": _CHOICE,
    "literal_error": _CHOICE,
    "string_pattern_mismatch": _CHARACTERS,
    "string_unicode": _CHARACTERS,
    "string_too_long": said("at most {max_length} characters are taken."),
    "too_long": said("at most {max_length} are taken."),
    "greater_than_equal": said("at least {ge} is needed."),
    "less_than_equal": said("at most {le} is needed."),
}
"""By Pydantic's type of an error; what is put in has the names of its context."""


def why_unreadable(errors: Sequence[Mapping[str, Any]]) -> str:
    """Return what the first error is of and what is needed; Pydantic's words of a rare one."""
    if not errors:
        return _NOT_UNDERSTOOD
    first = errors[0]
    where = ".".join(str(part) for part in first.get("loc", ())[1:])
    told = first.get("ctx", {})
    if "expected" in told:
        told = told | {"words": str(told["expected"]).replace("'", "")}
    if isinstance(told.get("error"), ValueError):  # of a check of our own
        why = f"{told['error']}."
    elif first["type"] in _WORDS:
        why = _WORDS[first["type"]].format(**told)
    else:
        why = f"{first['msg']}."
    return f"{where}: {why}" if where else why
