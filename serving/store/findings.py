"""What an audit finds."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Fault = Literal["changed", "missing", "reordered", "inserted", "cut off", "unreadable"]


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written.

    Attributes
    ----------
    tenant
        Whose chain.
    sequence
        Number of the entry, the first one of several that are missing; 0 for what is no entry.
    fault
        What happened to it.
    detail
        As a sentence.
    """

    tenant: str
    sequence: int
    fault: Fault
    detail: str


def numbers(ranges: Iterable[tuple[int, int]]) -> str:
    """Say ranges in words.

    Examples
    --------
    >>> numbers([(3, 3), (1000, 1200)])
    '3, 1,000 to 1,200'
    """
    return ", ".join(f"{first:,}" if first == last else f"{first:,} to {last:,}" for first, last in ranges)
