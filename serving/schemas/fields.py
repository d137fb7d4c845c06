"""Fields that several documents share."""

import datetime as dt
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

_FIRST: Final = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
_LAST: Final = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)


def require_ends(figure: float | None, low: float | None, high: float | None) -> None:
    """Refuse one end of a range alone, and ends that are not around their figure."""
    if low is None and high is None:
        return
    if figure is None or low is None or high is None or not low <= figure <= high:
        raise PydanticCustomError("range", "Input should have both ends of a range, around its figure")


def _storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("text", "Input should be a text without NUL characters")
    return text


def _instant(instant: dt.datetime) -> dt.datetime:
    if instant.tzinfo is None or not _FIRST <= instant < _LAST:
        raise PydanticCustomError(
            "instant",
            "Input should be a time of 1900 to 2199 with its zone such as 2025-01-31T09:00:00Z",
        )
    return instant


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_storable),
]
"""A name or a code: some words, without control over a database."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000), AfterValidator(_storable)]
"""What a person writes."""
OptionalName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_storable)
]
Instant = Annotated[dt.datetime, AfterValidator(_instant)]
Flag = Annotated[bool, Field(strict=True)]
