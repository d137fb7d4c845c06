"""Recorded estimates read back, and grouped so that many of them can be made again at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol, cast

import pandas as pd

from data.errors import LedgerprintError
from models.footprint import EstimateOptions, FootprintModel, estimate_ids
from serving.overrides import apply_overrides, recorded_overrides
from serving.store.entry_check import is_as_written
from serving.store.estimate_search import EstimateFilter, each_entry
from serving.store.estimates import EstimateContent, restored_lines
from serving.store.store import Reading
from serving.store.tables import Entry

BATCH: Final = 1_000
_WAITING: Final = 4 * BATCH
"""Lines in memory at most, whatever the number of options they were estimated with."""


class Predicts(Protocol):
    """What makes estimates: :class:`models.footprint.FootprintModel`, or its like."""

    version: str

    def predict(self, lines: pd.DataFrame, options: EstimateOptions | None = None) -> pd.DataFrame:
        """Estimate line items."""
        ...


class Loads(Protocol):
    """Reads the model of a bundle."""

    def __call__(self, folder: Path) -> Predicts:
        """Read it."""
        ...


@dataclass(frozen=True)
class PastLine:
    """A recorded estimate as it is stored.

    Attributes
    ----------
    entry
        As it is in the store.
    content
        What it holds; ``None`` where retention has reduced it to its hash, or where it cannot be read.
    altered
        Whether its hashes do not fit what it says.
    """

    entry: Entry
    content: EstimateContent | None
    altered: bool

    @classmethod
    def of(cls, entry: Entry) -> "PastLine":
        """Read an entry of the kind "estimate"."""
        content = None
        if entry.payload is not None:
            try:
                content = EstimateContent.from_payload(entry.payload)
            except (ValueError, KeyError, TypeError, AttributeError, LedgerprintError):
                return cls(entry, None, altered=True)
        return cls(entry, content, not is_as_written(entry))

    @property
    def reduced(self) -> bool:
        """Whether retention has reduced it to its hash."""
        return self.entry.payload is None


def past_lines(reading: Reading, wanted: EstimateFilter) -> Iterator[PastLine]:
    """Go through recorded estimates, the oldest first, a page in memory at a time."""
    return map(PastLine.of, each_entry(reading, wanted))


def batches(lines: Iterator[PastLine]) -> Iterator[list[PastLine]]:
    """Put lines together that were estimated with the same options.

    A line that was altered comes alone: nobody knows what it does to its company. So does one without
    content.
    """
    waiting: dict[EstimateOptions, list[PastLine]] = {}
    for line in lines:
        if line.content is None or line.altered:
            yield [line]
            continue
        options = line.content.options
        batch = waiting.setdefault(options, [])
        batch.append(line)
        if len(batch) == BATCH:
            yield waiting.pop(options)
        elif sum(map(len, waiting.values())) == _WAITING:
            yield waiting.pop(max(waiting, key=lambda key: len(waiting[key])))
    yield from waiting.values()


def predicted(model: Predicts, contents: Sequence[EstimateContent], options: EstimateOptions) -> pd.DataFrame:
    """Estimate recorded lines, with what people knew about their goods when they were recorded.

    The ids of lines differ within a frame, but not within a store: the lines are numbered, and get their own
    ids back at the end. No figure depends on them.

    Parameters
    ----------
    model
        Makes the estimates.
    contents
        n recorded lines.
    options
        For all of them.

    Returns
    -------
    pandas.DataFrame
        :class:`models.estimates.Estimates`, n rows, in order.
    """
    numbered = [
        replace(content, line={**content.line, "line_id": str(number)})
        for number, content in enumerate(contents, 1)
    ]
    lines = restored_lines(numbered)
    out = model.predict(lines, options)
    own = lines.assign(line_id=[content.line["line_id"] for content in contents])
    out = out.assign(line_id=own["line_id"], estimate_id=estimate_ids(own, model.version, options))
    known = [recorded_overrides(content.estimate) for content in contents]
    # what people know is applied with the categories and factors of a whole model
    return apply_overrides(cast(FootprintModel, model), own, out, known, options)
