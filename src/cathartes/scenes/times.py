"""Times out of file headers."""

import re
from datetime import UTC, datetime

from cathartes.errors import HeaderError

_TIFF_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (.+)")


def to_time_utc(text: str, origin: str) -> datetime | None:
    """Return the aware time of an ISO 8601 (or TIFF) text; one without a zone is UTC.

    Parameters
    ----------
    text
        "" gives None.
    origin
        The file's name, for the message.

    Raises
    ------
    HeaderError
        If the text is no such time.
    """
    if not text:
        return None
    match = _TIFF_TIME.fullmatch(text)
    try:
        time = datetime.fromisoformat(
            f"{match[1]}-{match[2]}-{match[3]} {match[4]}" if match else text
        )
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HeaderError(
            f"{origin}: acquisition time {text!r} is not of the form 2024-05-17T10:31:00Z; "
            "correct or remove it."
        ) from error
