"""Column types that are stored as the same text in every database, because that text is hashed."""

from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def instant_text(instant: datetime) -> str:
    """Write a point in time in UTC, to the microsecond and always 27 characters, so that texts sort as times.

    Raises
    ------
    ValueError
        If it has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError(f"got {instant}, expected a time with its zone")
    return instant.astimezone(UTC).strftime(_INSTANT)


def is_storable(text: str) -> bool:
    """Tell whether every database can hold a text: a NUL or half a surrogate pair it cannot."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


class Instant(TypeDecorator[datetime]):
    """A point in time, UTC."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read."""
        return None if value is None else datetime.strptime(value, _INSTANT).replace(tzinfo=UTC)


class Day(TypeDecorator[date]):
    """A day, ISO 8601; "" where there is none."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str:  # noqa: ARG002
        """Write."""
        return "" if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:  # noqa: ARG002
        """Read."""
        return date.fromisoformat(value) if value else None
