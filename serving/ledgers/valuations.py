"""What corrections come to by the model: each is worked out once, and kept in the folder of the job."""

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from data.errors import BundleError
from models.footprint import FootprintModel
from serving.jobs.batches import batch_lines
from serving.jobs.files import JobFiles, write_whole
from serving.ledgers.errors import NotValuedError
from serving.ledgers.opening import GetModel, Ledger
from serving.overrides.valuation import Ask, valued
from serving.store.canonical import canonical_json
from serving.store.reviews import Correction

Valuation = dict[str, Any] | str
"""Columns of :class:`models.estimates.Estimates`, or a sentence that says why there is no figure."""
_KEPT: Final = (
    *("status", "reason", "kg_co2e", "kg_co2e_low", "kg_co2e_high", "method", "category_code"),
    *("category_title", "category_probability", "factor_id", "factor_source", "data_quality", "explanation"),
)


@dataclass(frozen=True)
class Asked:
    """A correction of a line.

    Attributes
    ----------
    position
        Of the line in the ledger's frame, from 0.
    correction
        What is right instead.
    """

    position: int
    correction: Correction


def needs_model(correction: Correction) -> bool:
    """Tell whether a correction says something that the model must put a figure or a title to."""
    if correction.excluded:
        return False
    return correction.kg_co2e is None or correction.category_code is not None


class Valuations:
    """Values the corrections of a ledger's lines, those that are new in one call of the model.

    Parameters
    ----------
    get_model
        Gives the bundle that made the estimates; ``None`` where no model may be asked, and only what is known
        can be said.
    """

    def __init__(self, get_model: GetModel | None) -> None:
        self._get_model = get_model
        self._lock = threading.Lock()

    def of(self, ledger: Ledger, asked: Sequence[Asked]) -> list[Valuation]:
        """Say what corrections come to.

        Parameters
        ----------
        ledger
            Whose lines they are of.
        asked
            Corrections that need the model.

        Returns
        -------
        list
            One valuation a correction, in order.

        Raises
        ------
        NotValuedError
            If a correction is new, and no model may be asked.
        """
        if not asked:
            return []
        ids = ledger.frame["estimate_id"].iloc[[one.position for one in asked]].tolist()
        names = [_name(estimate_id, one.correction) for estimate_id, one in zip(ids, asked, strict=True)]
        known = _read(ledger.files)
        if not known.keys() >= set(names):
            if self._get_model is None:
                raise NotValuedError(
                    f"Got corrections of the ledger {ledger.job.id} that were not valued yet, expected known "
                    "ones: ask again when it is the model's turn."
                )
            # who asks for the same meanwhile waits, and finds it kept
            with self._lock:
                known = self._completed(ledger, dict(zip(names, asked, strict=True)), self._get_model)
        return [known[name] for name in names]

    def _completed(
        self, ledger: Ledger, asked: Mapping[str, Asked], get_model: GetModel
    ) -> dict[str, Valuation]:
        """Give all valuations of a ledger, those that are asked for too."""
        known = _read(ledger.files)
        new = {name: one for name, one in asked.items() if name not in known}
        if new:
            try:
                model = get_model(ledger.job.model_version)
                known |= dict(zip(new, _worked_out(model, ledger, list(new.values())), strict=True))
                _write(ledger.files, known)
            except BundleError as error:
                # not kept: the bundle may be put back
                known |= dict.fromkeys(new, str(error))
        return known


def line_items_of(ledger: Ledger, positions: Sequence[int]) -> pd.DataFrame:
    """Read line items of a ledger, in the order of the positions of its frame.

    Returns
    -------
    pandas.DataFrame
        :class:`features.line_items.LineItems`.

    Raises
    ------
    JobResultError
        If a file is not there any more.
    """
    assert ledger.read is not None  # noqa: S101 - for mypy; a ledger with lines was read
    ends = np.cumsum([0, *ledger.read.batch_lines])
    wanted = np.asarray(positions, dtype=np.int64)
    batch = np.array(_batches_of(ledger, positions), dtype=np.int64)
    parts, order = [], []
    for number in np.unique(batch).tolist():
        mine = np.flatnonzero(batch == number)
        parts.append(batch_lines(ledger.files, ledger.read, number).iloc[wanted[mine] - ends[number - 1]])
        order.append(mine)
    together: pd.DataFrame = pd.concat(parts).iloc[np.argsort(np.concatenate(order))]
    return together.reset_index(drop=True)


def _worked_out(model: FootprintModel, ledger: Ledger, asked: Sequence[Asked]) -> list[Valuation]:
    lines = line_items_of(ledger, [one.position for one in asked])
    codes = ledger.frame["category_code"].iloc[[one.position for one in asked]].tolist()
    asks = [
        Ask(row, one.correction, one.correction.mass_kg, code)
        for row, (one, code) in enumerate(zip(asked, codes, strict=True))
    ]
    batches = _batches_of(ledger, [one.position for one in asked])
    options = [ledger.options_of(number) for number in batches]
    found: dict[int, Valuation] = {}
    for kind in dict.fromkeys(options):
        mine = [ask for ask, own in zip(asks, options, strict=True) if own == kind]
        found |= valued(model, lines, mine, kind)
    return [_kept(found[row]) for row in range(len(asks))]


def _batches_of(ledger: Ledger, positions: Sequence[int]) -> list[int]:
    """Say in which batch, from 1, each of some lines of a ledger's frame is."""
    ends = np.cumsum(ledger.read.batch_lines if ledger.read else [])
    batches: list[int] = (np.searchsorted(ends, positions, side="right") + 1).tolist()
    return batches


def _name(estimate_id: str, correction: Correction) -> str:
    """Name a valuation by all that it depends on: line, model and options are in the estimate's id.

    The approval of a review says nothing new, and finds what was worked out for the review.
    """
    said = canonical_json({"estimate": estimate_id, "correction": correction.to_json()})
    return hashlib.sha256(said.encode("ascii")).hexdigest()


def _kept(found: Mapping[str, Any] | str) -> Valuation:
    if isinstance(found, str):
        return found
    return {name: found[name] for name in _KEPT if name in found}


def _read(files: JobFiles) -> dict[str, Valuation]:
    path = files.folder / "valuations.json"
    if not path.is_file():
        return {}
    kept: dict[str, Valuation] = json.loads(path.read_bytes())
    return kept


def _write(files: JobFiles, known: Mapping[str, Valuation]) -> None:
    text = json.dumps({name: _as_json(one) for name, one in known.items()})
    write_whole(files.folder / "valuations.json", lambda file: file.write(text.encode()))


def _as_json(one: Valuation) -> Valuation:
    if isinstance(one, str):
        return one
    return {name: None if value != value else value for name, value in one.items()}  # noqa: PLR0124
