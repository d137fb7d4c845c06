"""What reading the first rows of a document has shown; rows that are read later follow it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Decision = TypeVar("Decision")


@dataclass
class RunningTotals:
    """Sums of the rows read so far, against which a totals row is told.

    Attributes
    ----------
    closed
        Sum of the lines up to the last totals row.
    since
        Sum of the lines below it.
    lines_since
        Rows below it.
    rows
        All rows.
    """

    closed: float = 0.0
    since: float = 0.0
    lines_since: int = 0
    rows: int = 0


@dataclass
class ReadSoFar:
    """Carried from one part of a document to the next; a document that is read whole has one part.

    Attributes
    ----------
    totals
        Sums of the rows so far.
    ids_repeat
        Whether the ledger's own identifiers were found to be no identifiers.
    """

    totals: RunningTotals = field(default_factory=RunningTotals)
    ids_repeat: bool = False
    _decided: dict[str, Any] = field(default_factory=dict)

    def once(self, what: str, decide: Callable[[], Decision]) -> Decision:
        """Decide at the first part, and give that decision for the others."""
        if what not in self._decided:
            self._decided[what] = decide()
        decision: Decision = self._decided[what]
        return decision
