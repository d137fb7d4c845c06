"""Two models on a ledger of one's own: its recorded estimates beside those that another model makes now."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import select

from serving.replay.past_lines import PastLine, batches
from serving.replay.restatement import Diff
from serving.store.store import Reading
from serving.store.tables import Entry


@dataclass(frozen=True)
class LedgerSample:
    """Lines of a recorded ledger that two models are compared on.

    Attributes
    ----------
    lines
        As they are recorded, evenly spread over the ledger.
    lines_in_all
        How many the ledger has.
    """

    lines: list[PastLine]
    lines_in_all: int

    @classmethod
    def of(cls, reading: Reading, job_id: str, most: int) -> "LedgerSample":
        """Take at most so many lines of a ledger: all, or every second, third and so on.

        Parameters
        ----------
        reading
            Transaction.
        job_id
            The ledger.
        most
            Lines, as estimating them takes its time.
        """
        ours = (Entry.kind == "estimate", Entry.job_id == job_id, Entry.job_id != "")
        numbers = reading.session.scalars(select(Entry.sequence).where(*ours).order_by(Entry.sequence)).all()
        step = max(1, -(-len(numbers) // most))
        chosen = select(Entry).where(*ours, Entry.sequence.in_(numbers[::step]))
        entries = reading.session.scalars(chosen.order_by(Entry.sequence)).all()
        return cls([PastLine.of(entry) for entry in entries], len(numbers))

    @property
    def reduced(self) -> int:
        """How many of the lines retention has reduced to their hash, or nobody can read."""
        return sum(line.content is None or line.altered for line in self.lines)

    @property
    def digest(self) -> str:
        """SHA-256 of the records: the same lines, of the same models, that can still be read."""
        told = [f"{line.entry.hash} {line.content is not None and not line.altered}" for line in self.lines]
        return hashlib.sha256("\n".join(told).encode("ascii")).hexdigest()

    def batches(self) -> Iterator[list[PastLine]]:
        """Give the lines that can be compared, those of the same options together."""
        return batches(line for line in self.lines if line.content is not None and not line.altered)


def by_category(diff: Diff) -> pd.DataFrame:
    """Add both estimates up by the category that the ledger was recorded with.

    Returns
    -------
    pandas.DataFrame
        ``category``, ``lines``, ``old`` and ``new`` (kg CO2e), ``difference``; the largest difference first.
    """
    titled = diff.lines.assign(category=diff.lines["old_category_title"].replace("", "(none)"))
    found = (
        titled.groupby("category", sort=True)
        .agg(
            lines=("sequence", "size"),
            old=("old_kg_co2e", "sum"),
            new=("new_kg_co2e", "sum"),
        )
        .reset_index()
    )
    found["difference"] = found["new"] - found["old"]
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)
