"""Replay: past estimates are made again by the bundle that made them, and compared to the last digit."""

import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from pandera.errors import SchemaError

from data.errors import LedgerprintError
from models.persistence import load_model
from serving.replay.archive import BundleArchive
from serving.replay.differences import Difference, differences
from serving.replay.past_lines import Loads, PastLine, Predicts, batches, past_lines, predicted
from serving.store.estimate_search import EstimateFilter, model_versions
from serving.store.estimates import restored_estimates
from serving.store.making import current_making
from serving.store.store import Reading

Outcome = Literal["equal", "different", "reduced", "impossible"]
REDUCED: Final = "retention has reduced its content to its hash: it cannot be replayed"
ALTERED: Final = "the stored record was altered since it was written (see `ledgerprint audit verify`)"
_UNKNOWN: Final = "not known: bundle, code, libraries and processor are those that made it"
_NOT_RECORDED: Final = "not known: it was not recorded which code and libraries made it"


class ReplayError(LedgerprintError):
    """A replay of nothing."""


@dataclass(frozen=True)
class Replayed:
    """What came of an estimate's replay.

    Attributes
    ----------
    sequence, estimate_id, model_version
        Number of its entry, its id, and the bundle that made it.
    outcome
        "equal" to the last digit of every column; "different"; "reduced" to its hash by retention;
        "impossible" for want of what made it.
    cause
        Of anything but equality, as far as it can be told; a clause.
    differences
        Columns that differ.
    """

    sequence: int
    estimate_id: str
    model_version: str
    outcome: Outcome
    cause: str = ""
    differences: list[Difference] = field(default_factory=list)


class ReplayCount:
    """What came of many replays, in little memory.

    Attributes
    ----------
    outcomes
        How many replays came out how.
    causes
        Of those that did not come out equal.
    columns
        For each column that differed: in how many estimates, and the largest of the differences.
    """

    def __init__(self) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.causes: Counter[str] = Counter()
        self.columns: dict[str, tuple[int, Difference]] = {}

    def take(self, replayed: Replayed) -> None:
        """Count one."""
        self.outcomes[replayed.outcome] += 1
        if replayed.cause:
            self.causes[replayed.cause] += 1
        for difference in replayed.differences:
            count, largest = self.columns.get(difference.column, (0, difference))
            if math.isnan(largest.largest) or difference.largest > largest.largest:
                largest = difference
            self.columns[difference.column] = (count + 1, largest)

    @property
    def confirmed(self) -> bool:
        """Whether some came out equal, and nothing else came out than what retention has reduced."""
        return self.outcomes["equal"] > 0 and set(+self.outcomes) <= {"equal", "reduced"}


def replay(
    reading: Reading, wanted: EstimateFilter, archive: BundleArchive, load: Loads = load_model
) -> Iterator[Replayed]:
    """Make past estimates again, bundle by bundle, a thousand lines at a time.

    Parameters
    ----------
    reading
        Transaction.
    wanted
        Which estimates.
    archive
        Holds the bundles.
    load
        Reads the model of a bundle.

    Yields
    ------
    Replayed
        One an estimate; those of a bundle come together.
    """
    yield from replay_with(reading, wanted, lambda version: load(archive.find(version)))


def replay_with(
    reading: Reading, wanted: EstimateFilter, get_model: Callable[[str], Predicts]
) -> Iterator[Replayed]:
    """Make past estimates again with models that somebody has at hand.

    Parameters
    ----------
    reading
        Transaction.
    wanted
        Which estimates.
    get_model
        Gives the model of a version, from the archive.

    Yields
    ------
    Replayed
        As of :func:`replay`.
    """
    for version in model_versions(reading, wanted):
        yield from _of_bundle(reading, replace(wanted, model_version=version), version, get_model)


def _of_bundle(
    reading: Reading, wanted: EstimateFilter, version: str, get_model: Callable[[str], Predicts]
) -> Iterator[Replayed]:
    model, fault = _loaded(version, get_model)
    for batch in batches(past_lines(reading, wanted)):
        first = batch[0]
        if first.reduced and not first.altered:
            yield _told(first, "reduced", REDUCED)
        elif first.content is None:
            yield _told(first, "different", f"{ALTERED}; it cannot be read any more")
        elif model is None:
            yield from (_told(line, "impossible", _why(line, fault)) for line in batch)
        else:
            yield from _made_again(model, batch)


def _loaded(version: str, get_model: Callable[[str], Predicts]) -> tuple[Predicts | None, str]:
    """Load the model of a bundle, or say why that cannot be done."""
    try:
        return get_model(version), ""
    except LedgerprintError as error:
        return None, str(error)


def _made_again(model: Predicts, batch: list[PastLine]) -> Iterator[Replayed]:
    contents = [line.content for line in batch if line.content is not None]
    try:
        recorded = restored_estimates(contents)
        again = predicted(model, contents, contents[0].options)
    except (LedgerprintError, SchemaError, ValueError, TypeError) as error:
        fault = f"the line cannot be estimated any more ({_first_line(error)})"
        yield from (_told(line, "impossible", _why(line, fault)) for line in batch)
        return
    again["explanation"] += [content.note for content in contents]
    for line, found in zip(batch, differences(recorded, again), strict=True):
        if found or line.altered:
            yield replace(_told(line, "different", _why(line, "")), differences=found)
        else:
            yield _told(line, "equal", "")


def _why(line: PastLine, fault: str) -> str:
    """Tell the cause as far as it can be told: the surest one comes first."""
    if line.altered:
        return ALTERED
    if fault:
        return fault
    if line.content is None or line.content.making is None:
        return _NOT_RECORDED
    changes = line.content.making.changes(current_making())
    return "; ".join(changes) or _UNKNOWN


def _told(line: PastLine, outcome: Outcome, cause: str) -> Replayed:
    entry = line.entry
    return Replayed(entry.sequence, entry.subject, entry.model_version, outcome, cause)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
