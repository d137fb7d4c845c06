"""The lines that a decision is about: one, or all of the same goods in a ledger, as they stand now."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from starlette.exceptions import HTTPException

from serving.jobs.errors import JobResultError
from serving.ledgers import Ledgers, Standing
from serving.ledgers.work import WAITING, waiting
from serving.store import Reading
from serving.store.errors import UnknownJobError
from serving.store.estimate_search import FoundEstimate, find_estimate
from serving.store.periods import periods
from serving.store.reviews import Review, current_review

_SHOWN: Final = 100


@dataclass(frozen=True, eq=False)
class DecidedLines:
    """A line, and the lines of its ledger that a decision is about.

    Attributes
    ----------
    found
        The line's estimate as it was recorded, and every time it was asked for.
    standing
        Its ledger; ``None`` where it is of none, or of one whose files are gone.
    row
        Of the line in the ledger, 0 where there is none.
    rows
        Of the lines that the decision is about, those that are locked too.
    seen
        Number of the latest review of what the decision is about, 0 for none.
    review
        Of the line itself.
    locked_by
        Name of the closed period that locks the line, "" for none.
    """

    found: FoundEstimate
    standing: Standing | None
    row: int
    rows: list[int]
    seen: int
    review: Review | None
    locked_by: str

    @property
    def ledger(self) -> str:
        """Job of the ledger, "" for none."""
        return self.standing.ledger.job.id if self.standing else ""

    @property
    def now(self) -> pd.Series | None:
        """The line as it stands now."""
        return self.standing.frame.iloc[self.row - 1] if self.standing else None

    @property
    def alike(self) -> pd.DataFrame | None:
        """All lines of the same goods in the ledger, in its order."""
        if self.standing is None or self.now is None:
            return None
        frame = self.standing.frame
        alike: pd.DataFrame = frame[(frame["goods"] == self.now["goods"]).to_numpy()]
        return alike


def decided_lines(
    reading: Reading, ledgers: Ledgers, estimate_id: str, ledger: str, over: str = "line", cursor: str = ""
) -> DecidedLines:
    """Find a line and the lines that a decision about it is about.

    Parameters
    ----------
    reading
        Transaction.
    ledgers
        Opens its ledger.
    estimate_id
        Of the line.
    ledger
        Job of the ledger that it is looked at in; "" takes the one that it was recorded with last.
    over
        Of :data:`serving.pages.decision_form.OVER`.
    cursor
        Of an earlier page of the times it was asked for.

    Raises
    ------
    UnknownEstimateError
        If the tenant has no such estimate.
    UnknownJobError, JobResultError
        If the ledger that was named cannot be opened.
    NotValuedError
        If the ledger has a correction that nobody valued yet, and no model may be asked.
    HTTPException
        404, if the ledger that was named has no such line.
    """
    found = find_estimate(reading, estimate_id, _SHOWN, cursor)
    standing = _standing(reading, ledgers, ledger, found)
    positions = (
        np.flatnonzero((standing.frame["estimate_id"] == estimate_id).to_numpy())
        if standing
        else np.array([])
    )
    if not len(positions):
        if ledger:
            raise HTTPException(404, "The ledger has no such line: open it by itself, without the ledger.")
        standing = None
    row = int(positions[0]) + 1 if len(positions) else 0
    review = current_review(reading, estimate_id)
    day = found.latest.line_date
    rows, seen = [row] if row else [], review.sequence if review else 0
    if standing is not None and over != "line":
        rows, seen = _of_goods(standing.frame, row, over)
    return DecidedLines(
        found=found,
        standing=standing,
        row=row,
        rows=rows,
        seen=seen,
        review=review,
        locked_by=next((period.name for period in periods(reading) if period.covers(day)), ""),
    )


def _standing(reading: Reading, ledgers: Ledgers, ledger: str, found: FoundEstimate) -> Standing | None:
    if ledger:
        return ledgers.standing(reading, ledger)
    if not found.latest.job_id:
        return None
    try:
        return ledgers.standing(reading, found.latest.job_id)
    except (UnknownJobError, JobResultError):
        return None  # a name that a program gave, or a ledger whose files were removed


def _of_goods(frame: pd.DataFrame, row: int, over: str) -> tuple[list[int], int]:
    """Give the rows of the goods, and their latest review: whoever decides did not see one that is later."""
    alike = (frame["goods"] == frame["goods"].iloc[row - 1]).to_numpy()
    chosen = alike & waiting(frame, over) if over in WAITING else alike
    return frame["row"][chosen].tolist(), int(frame["review_sequence"][alike].max())
