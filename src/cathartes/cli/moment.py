"""A moment that an option tells."""

from datetime import UTC, datetime

from cathartes.errors import SettingsError


def moment_of(option: str, text: str) -> datetime | None:
    """Return a moment that an option tells, None if it tells nothing; without a zone it is UTC.

    Raises
    ------
    SettingsError
        If it is none.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SettingsError(
            f"{option} {text!r}: a date or a time is needed, as 2026-05-04 or 2026-05-04T16:00Z."
        ) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
