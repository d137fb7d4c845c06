"""Restatement: what recorded purchases would be by a newer model or factor set, line by line."""

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from models.estimates import Estimates
from models.footprint import EstimateOptions
from models.persistence import load_model
from models.totals import Total, total
from serving.replay.archive import BundleArchive
from serving.replay.past_lines import Loads, PastLine, Predicts, batches, past_lines, predicted
from serving.store.canonical import canonical_json
from serving.store.estimate_search import EstimateFilter, model_versions
from serving.store.estimates import restored_estimates
from serving.store.making import current_making
from serving.store.restatements import Figure, RestatedLine, RestatementError
from serving.store.store import Reading

_COMPARED: Final = (
    *("estimate_id", "status", "kg_co2e", "kg_co2e_low", "kg_co2e_high", "method"),
    *("category_code", "category_title", "factor_id", "model_version"),
)
_OF_LINE: Final = ("line_id", "description", "supplier", "amount", "currency", "quantity", "unit", "country")
_NUMBERS: Final = frozenset(name for name, column in Estimates.to_schema().columns.items() if column.nullable)


@dataclass(frozen=True)
class RestatementRequest:
    """What is asked for.

    Attributes
    ----------
    wanted
        Which recorded estimates.
    factor_set
        For every line; ``None`` leaves each line its own choice.
    bundle
        Folder of the model; ``None`` takes for each line the bundle that made its estimate.

    Raises
    ------
    RestatementError
        If neither a factor set nor a bundle is named.
    """

    wanted: EstimateFilter
    factor_set: str | None = None
    bundle: Path | None = None

    def __post_init__(self) -> None:
        if self.factor_set is None and self.bundle is None:
            raise RestatementError(
                "Got a restatement by nothing new, expected a factor set or a bundle: name --factor-set, "
                "--bundle or both."
            )


@dataclass(frozen=True)
class Diff:
    """What the same purchases were and would be.

    Attributes
    ----------
    lines
        One row a purchase, in the order in which the estimates were recorded: ``sequence`` of the entry,
        ``line_date``, the line, each of :data:`_COMPARED` as ``old_`` and ``new_``, ``difference_kg_co2e``
        (no figure counts as 0; missing where neither has one), ``ratio`` of new to old, ``method_changed``
        and ``category_changed``.
    old, new
        Totals.
    reduced
        Estimates left out because retention has reduced them to their hash.
    repeated
        Estimates left out because the same line was estimated again later.
    """

    lines: pd.DataFrame
    old: Total
    new: Total
    reduced: int
    repeated: int

    @classmethod
    def of(cls, parts: Sequence[pd.DataFrame], reduced: int, repeated: int = 0) -> Self:
        """Put lines together that :func:`compared` compared."""
        lines = pd.concat(parts, ignore_index=True).sort_values("sequence", ignore_index=True)
        return cls(lines, _total(lines, "old"), _total(lines, "new"), reduced, repeated)

    def moved_most(self, count: int = 10) -> pd.DataFrame:
        """Give the lines with the largest differences, the largest first."""
        largest = self.lines["difference_kg_co2e"].abs().nlargest(count).index
        return self.lines.loc[largest]

    def summary(self, request: RestatementRequest) -> dict[str, Any]:
        """Say as JSON what was asked for and what came of it."""
        return {
            "factor_set": request.factor_set,
            "model_versions": sorted(set(self.lines["new_model_version"])),
            "since": request.wanted.since.isoformat() if request.wanted.since else None,
            "job_id": request.wanted.job_id,
            "lines": len(self.lines),
            "method_changes": int(self.lines["method_changed"].sum()),
            "category_changes": int(self.lines["category_changed"].sum()),
            "old": _as_json(self.old),
            "new": _as_json(self.new),
            "reduced": self.reduced,
            "repeated": self.repeated,
            "moved_most": self.moved_most()["sequence"].tolist(),
            "making": current_making().to_json(),
        }

    def restated_lines(self) -> Iterator[RestatedLine]:
        """Give the lines as the store keeps them."""
        for row in self.lines.to_dict("records"):
            day = date.fromisoformat(row["line_date"]) if row["line_date"] else None
            yield RestatedLine(row["sequence"], day, _figure(row, "old"), _figure(row, "new"))


def restate(
    reading: Reading, request: RestatementRequest, archive: BundleArchive, load: Loads = load_model
) -> Diff:
    """Estimate recorded purchases anew, and set the new estimates beside the recorded ones.

    A line that was estimated several times, by several models too, counts once: its latest estimate is the
    old one. Two lines are the same when all their fields are.

    Parameters
    ----------
    reading
        Transaction.
    request
        What is asked for.
    archive
        Holds the bundles that made the estimates, and keeps the one that makes the new ones.
    load
        Reads the model of a bundle.

    Raises
    ------
    RestatementError
        If there is nothing to restate, or a record was altered.
    BundleError
        If a bundle is missing or altered.
    UnknownFactorSetError
        If a bundle does not hold the factor set.
    """
    latest, reduced, repeated = _latest(reading, request.wanted)
    if not latest:
        raise RestatementError(
            f"Got 0 estimates to restate and {reduced:,} that retention has reduced to their hash, expected "
            "some: choose another date or job."
        )
    newer = load(archive.keep(request.bundle)) if request.bundle else None
    parts = []
    for version in model_versions(reading, request.wanted):
        model = newer
        of_version = replace(request.wanted, model_version=version)
        lines = (line for line in past_lines(reading, of_version) if line.entry.sequence in latest)
        for batch in batches(lines):
            model = load(archive.find(version)) if model is None else model
            parts.append(compared(model, batch, request.factor_set))
    return Diff.of(parts, reduced, repeated)


def _latest(reading: Reading, wanted: EstimateFilter) -> tuple[frozenset[int], int, int]:
    """Find the latest estimate of each line: numbers of their entries, how many are reduced, and repeated."""
    newest: dict[bytes, int] = {}
    reduced = seen = 0
    for line in past_lines(reading, wanted):
        if line.altered:
            raise RestatementError(
                f"Got entry {line.entry.sequence:,}, which was altered since it was written, expected the "
                "records to be whole: see `ledgerprint audit verify`."
            )
        if line.content is None:
            reduced += 1
            continue
        seen += 1
        day = line.content.options.money.default_date
        asked = canonical_json([line.content.line, day.isoformat() if day else None])
        newest[hashlib.sha256(asked.encode("ascii")).digest()[:16]] = line.entry.sequence
    return frozenset(newest.values()), reduced, seen - len(newest)


def compared(model: Predicts, batch: Sequence[PastLine], factor_set: str | None = None) -> pd.DataFrame:
    """Estimate recorded lines anew and set both estimates of each beside each other.

    Parameters
    ----------
    model
        Makes the new estimates.
    batch
        Lines of the same options, from :func:`serving.replay.past_lines.batches`, all with content.
    factor_set
        For every line; ``None`` leaves each line its own choice.

    Returns
    -------
    pandas.DataFrame
        Rows of :attr:`Diff.lines`.
    """
    contents = [line.content for line in batch if line.content is not None]
    options: EstimateOptions = contents[0].options
    if factor_set is not None:
        options = replace(options, factor_set=factor_set)
    old, new = restored_estimates(contents), predicted(model, contents, options)
    columns: dict[str, Any] = {
        "sequence": [line.entry.sequence for line in batch],
        "line_date": [line.entry.line_date.isoformat() if line.entry.line_date else "" for line in batch],
    }
    columns |= {name: [content.line[name] for content in contents] for name in _OF_LINE}
    columns |= {f"{when}_{name}": frame[name] for name in _COMPARED for when, frame in _both(old, new)}
    out = pd.DataFrame(columns)
    for name in ("amount", "quantity"):
        out[name] = out[name].astype(float)
    was, is_now = out["old_kg_co2e"], out["new_kg_co2e"]
    out["difference_kg_co2e"] = (is_now.fillna(0.0) - was.fillna(0.0)).where(was.notna() | is_now.notna())
    out["ratio"] = (is_now / was.where(was != 0)).replace([np.inf, -np.inf], np.nan)
    out["method_changed"] = out["old_method"] != out["new_method"]
    out["category_changed"] = out["old_category_code"] != out["new_category_code"]
    return out


def _both(old: pd.DataFrame, new: pd.DataFrame) -> tuple[tuple[str, pd.DataFrame], ...]:
    return ("old", old), ("new", new)


def _total(lines: pd.DataFrame, when: str) -> Total:
    names = ["kg_co2e", "kg_co2e_low", "kg_co2e_high", "category_code"]
    return total(lines[[f"{when}_{name}" for name in names]].set_axis(names, axis=1))


def _as_json(of: Total) -> dict[str, float]:
    return {"kg_co2e": of.kg_co2e, "kg_co2e_low": of.kg_co2e_low, "kg_co2e_high": of.kg_co2e_high}


def _figure(row: Mapping[Hashable, Any], when: str) -> Figure:
    values = {name: row[f"{when}_{name}"] for name in _COMPARED if name != "category_title"}
    for name in values.keys() & _NUMBERS:
        values[name] = None if pd.isna(values[name]) else float(values[name])
    return Figure(**values)
